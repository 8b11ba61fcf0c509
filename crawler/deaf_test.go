package crawler_test

import (
	"bytes"
	"crypto/tls"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"fangzhi/archive"
	"fangzhi/crawler"
	"fangzhi/crawler/portaltest"
)

// A server that asks for an answer to every ping and reads none of them fills the
// connection both ways. What waits to be written must not outwait the limits.
func TestServerThatStopsReading(t *testing.T) {
	_, pair := issue(t, nil, nil)
	url := raw(t, &tls.Config{Certificates: []tls.Certificate{pair}, NextProtos: []string{"h2"}}, func(conn net.Conn) {
		conn.(*tls.Conn).NetConn().(*net.TCPConn).SetReadBuffer(4 << 10)
		if _, err := io.ReadFull(conn, make([]byte, len(http2.ClientPreface))); err != nil {
			return
		}
		f := http2.NewFramer(conn, conn)
		f.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
		f.WriteSettings()
		for {
			frame, err := f.ReadFrame()
			if err != nil {
				return
			}
			asked, ok := frame.(*http2.MetaHeadersFrame)
			switch {
			case !ok:
			case asked.PseudoValue("path") == "/robots.txt":
				f.WriteHeaders(http2.HeadersFrameParam{StreamID: asked.StreamID, EndHeaders: true, EndStream: true, BlockFragment: fields(":status", "404")})
			default:
				for repeatedly := bytes.Repeat([]byte("\x00\x00\x08\x06\x00\x00\x00\x00\x0012345678"), 900); ; { // pings
					if _, err := conn.Write(repeatedly); err != nil {
						return
					}
				}
			}
		}
	})
	r := newRig(t, portaltest.New(portaltest.Options{}), func(o *crawler.Options) {
		o.Limits = crawler.Limits{Answer: 2 * time.Second, Idle: 300 * time.Millisecond, Total: 8 * time.Second, Repeats: -1, Backoff: time.Millisecond}
	})
	url += "/yw/"
	r.site = crawler.Site{Name: "deaf", Columns: []crawler.Column{{Name: "c", URL: url}}, AllowPrivate: true, TLS: crawler.TLS{Unverified: true}}
	r.run()
	visits := r.visits(url)
	if len(visits) != 1 || visits[0].Outcome != archive.Unreachable || strings.Contains(visits[0].Reason, "took too long in all") {
		t.Errorf("visits %+v", visits)
	}
}
