package crawler_test

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/textproto"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// attack answers one request in its own way. Whatever it writes to goes away
// when the crawler had enough.
type attack func(w io.Writer, path string)

// hostile serves an attack on every path but robots.txt, which is not there;
// on robots.txt too where everything is true. It returns the server's URL.
func hostile(t *testing.T, everything bool, a attack) string {
	t.Helper()
	return raw(t, nil, func(conn net.Conn) {
		in := bufio.NewReader(conn)
		for {
			line, err := in.ReadString('\n')
			if err != nil {
				return
			}
			if _, err := textproto.NewReader(in).ReadMIMEHeader(); err != nil {
				return
			}
			path := strings.Fields(line)[1]
			if path == "/robots.txt" && !everything {
				io.WriteString(conn, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
				continue
			}
			a(conn, path)
			return
		}
	})
}

// hostile2 serves an attack on HTTP/2: it is given each request's stream.
func hostile2(t *testing.T, a func(f *http2.Framer, stream uint32)) string {
	t.Helper()
	_, pair := issue(t, nil, nil)
	return raw(t, &tls.Config{Certificates: []tls.Certificate{pair}, NextProtos: []string{"h2"}}, func(conn net.Conn) {
		if _, err := io.ReadFull(conn, make([]byte, len(http2.ClientPreface))); err != nil {
			return
		}
		f := http2.NewFramer(conn, conn)
		f.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
		if f.WriteSettings() != nil {
			return
		}
		for {
			frame, err := f.ReadFrame()
			if err != nil {
				return
			}
			switch frame := frame.(type) {
			case *http2.SettingsFrame:
				if !frame.IsAck() {
					f.WriteSettingsAck()
				}
			case *http2.MetaHeadersFrame:
				if frame.PseudoValue("path") == "/robots.txt" {
					f.WriteHeaders(http2.HeadersFrameParam{StreamID: frame.StreamID, EndHeaders: true, EndStream: true, BlockFragment: fields(":status", "404")})
					continue
				}
				a(http2.NewFramer(conn, nil), frame.StreamID) // one of its own: attacks go on beside the next
			}
		}
	})
}

// fields are header fields as HTTP/2 sends them.
func fields(pairs ...string) []byte {
	var b bytes.Buffer
	e := hpack.NewEncoder(&b)
	for i := 0; i < len(pairs); i += 2 {
		e.WriteField(hpack.HeaderField{Name: pairs[i], Value: pairs[i+1]})
	}
	return b.Bytes()
}

// raw serves connections on loopback, under TLS where there is a configuration.
func raw(t *testing.T, config *tls.Config, serve func(net.Conn)) (url string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	scheme := "http://"
	if config != nil {
		listener, scheme = tls.NewListener(listener, config), "https://"
	}
	var mu sync.Mutex
	open := map[net.Conn]bool{}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			open[conn] = true
			mu.Unlock()
			serving.Go(func() {
				defer conn.Close()
				serve(conn)
			})
		}
	})
	t.Cleanup(func() {
		listener.Close()
		mu.Lock()
		for conn := range open {
			conn.Close()
		}
		mu.Unlock()
		serving.Wait()
	})
	return scheme + listener.Addr().String()
}

// says writes texts.
func says(texts ...string) attack {
	return func(w io.Writer, _ string) { io.WriteString(w, strings.Join(texts, "")) }
}

// forEver writes text again and again after a beginning, and waits in between.
func forEver(beginning, text string, wait time.Duration) attack {
	return func(w io.Writer, _ string) {
		if _, err := io.WriteString(w, beginning); err != nil {
			return
		}
		for {
			if _, err := io.WriteString(w, text); err != nil {
				return
			}
			time.Sleep(wait)
		}
	}
}

// silent waits for the other side to go.
func silent(beginning string) attack {
	return func(w io.Writer, _ string) {
		io.WriteString(w, beginning)
		io.Copy(io.Discard, w.(net.Conn))
	}
}

const (
	okHTML = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
	fine   = "<html><title>x</title><body>"
)

// bomb answers with n MiB of blanks, packed.
func bomb(coding string, n int) attack {
	var b bytes.Buffer
	w := io.Writer(&b)
	var closers []io.Closer
	for name := range strings.SplitSeq(coding, ", ") {
		var z io.WriteCloser
		switch name {
		case "gzip":
			z, _ = gzip.NewWriterLevel(w, gzip.BestSpeed)
		case "deflate":
			z, _ = zlib.NewWriterLevel(w, zlib.BestSpeed)
		case "br":
			z = brotli.NewWriterLevel(w, brotli.BestSpeed)
		case "zstd":
			z, _ = zstd.NewWriter(w, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
		}
		// What is packed last is named last.
		w, closers = z, append(closers, z)
	}
	io.WriteString(w, fine)
	for range n {
		w.Write(bytes.Repeat([]byte(" "), 1<<20))
	}
	for i := len(closers) - 1; i >= 0; i-- {
		closers[i].Close()
	}
	names := strings.Split(coding, ", ")
	for i, j := 0, len(names)-1; i < j; i, j = i+1, j-1 {
		names[i], names[j] = names[j], names[i]
	}
	return says(okHTML, "Content-Encoding: ", strings.Join(names, ", "), "\r\nContent-Length: ", fmt.Sprint(b.Len()), "\r\n\r\n", b.String())
}

// redirects answers with redirects, from each path to the next.
func redirects(next func(path string) string, header string) attack {
	return func(w io.Writer, path string) {
		fmt.Fprintf(w, "HTTP/1.1 %d Found\r\nLocation: %s\r\n%sContent-Length: 0\r\n\r\n", http.StatusFound, next(path), header)
	}
}

// slowParts lists articles whose further pages take as long as they may.
func slowParts(w io.Writer, path string) {
	name, _ := strings.CutSuffix(path, ".html")
	switch {
	case path == "/list":
		rows := ""
		for n := range 3 {
			rows += fmt.Sprintf(`<li><a href="/a%d.html">县政府召开第%d次常务会议研究部署防汛工作</a><span>2024-05-20</span></li>`, n, n)
		}
		fmt.Fprint(w, okHTML, "\r\n<html><title>要闻动态</title><body><ul>", rows, "</ul></body></html>")
	case strings.Contains(name, "_"):
		forEver(okHTML+"\r\n", strings.Repeat("x", 400), 10*time.Millisecond)(w, path)
	default:
		fmt.Fprintf(w, "%s\r\n<html><title>会议</title><body><h1>县政府召开第%s次常务会议研究部署防汛工作</h1><p>发布时间：2024-05-20 来源：县政府</p>", okHTML, name[2:])
		fmt.Fprintf(w, `<p>会议听取了县水利局关于水库、河道和山塘巡查情况的汇报，要求各乡镇落实责任，逐处登记，发现险情立即上报。</p><a href="%s_1.html">2</a></body></html>`, name)
	}
}
