package portaltest

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// The faults of this file break an answer on its way over the line. Those that
// wait do so until their reader goes away or the portal stops.

// Reset drops the connection without an answer: "connection reset by peer".
func Reset() Fault {
	return Fault{Name: "reset", wire: func(w http.ResponseWriter, _ *http.Request, _ *answer) {
		drop(w)
	}}
}

// ResetAfter drops the connection after n bytes of the body.
func ResetAfter(n int) Fault {
	return Fault{Name: "reset after", wire: func(w http.ResponseWriter, _ *http.Request, a *answer) {
		head(w, a, len(a.body))
		send(w, a.body[:min(n, len(a.body))])
		drop(w)
	}}
}

// CutShort promises the whole body in Content-Length and ends after n bytes.
func CutShort(n int) Fault {
	return Fault{Name: "cut short", wire: func(w http.ResponseWriter, _ *http.Request, a *answer) {
		head(w, a, len(a.body))
		send(w, a.body[:min(n, len(a.body))])
		panic(http.ErrAbortHandler)
	}}
}

// CutChunked sends n bytes in chunks and ends without the last one.
func CutChunked(n int) Fault {
	return Fault{Name: "cut chunked", wire: func(w http.ResponseWriter, _ *http.Request, a *answer) {
		head(w, a, -1)
		send(w, a.body[:min(n, len(a.body))])
		panic(http.ErrAbortHandler)
	}}
}

// Chunked sends the whole body in chunks of size bytes, without a length: no
// fault of the server's, but some readers'.
func Chunked(size int) Fault {
	return Fault{Name: "chunked", wire: func(w http.ResponseWriter, _ *http.Request, a *answer) {
		head(w, a, -1)
		for part := range slices.Chunk(a.body, max(1, size)) {
			send(w, part)
		}
	}}
}

// Trickle sends size bytes of the body at a time, and waits between them.
func Trickle(size int, wait time.Duration) Fault {
	return Fault{Name: "trickle", wire: func(w http.ResponseWriter, r *http.Request, a *answer) {
		head(w, a, len(a.body))
		for part := range slices.Chunk(a.body, max(1, size)) {
			if !send(w, part) || !pause(r.Context(), wait) {
				return
			}
		}
	}}
}

// Stall sends n bytes of the body and no more.
func Stall(n int) Fault {
	return Fault{Name: "stall", wire: func(w http.ResponseWriter, r *http.Request, a *answer) {
		head(w, a, len(a.body))
		send(w, a.body[:min(n, len(a.body))])
		<-r.Context().Done()
	}}
}

// Silence takes the request and never answers.
func Silence() Fault {
	return Fault{Name: "silence", wire: func(_ http.ResponseWriter, r *http.Request, _ *answer) {
		<-r.Context().Done()
		panic(http.ErrAbortHandler) // an empty answer would be an answer
	}}
}

// Hold keeps the answer back until the channel is closed: a test's own wait.
func Hold(until <-chan struct{}) Fault {
	return Fault{Name: "hold", wire: func(w http.ResponseWriter, r *http.Request, a *answer) {
		select {
		case <-until:
			head(w, a, len(a.body))
			send(w, a.body)
		case <-r.Context().Done():
			panic(http.ErrAbortHandler)
		}
	}}
}

// Slow waits before the answer, headers included.
func Slow(wait time.Duration) Fault {
	return Fault{Name: "slow", wire: func(w http.ResponseWriter, r *http.Request, a *answer) {
		if !pause(r.Context(), wait) {
			panic(http.ErrAbortHandler)
		}
		head(w, a, len(a.body))
		send(w, a.body)
	}}
}

// SlowHeaders sends the headers line by line, and waits before each.
func SlowHeaders(wait time.Duration) Fault {
	return Fault{Name: "slow headers", wire: func(w http.ResponseWriter, r *http.Request, a *answer) {
		raw(w, func(conn net.Conn) {
			for _, line := range lines(a, len(a.body)) {
				if !pause(r.Context(), wait) {
					return
				}
				if _, err := io.WriteString(conn, line); err != nil {
					return
				}
			}
			leave(w, a.status, int64(len(a.body)))
			_, _ = conn.Write(a.body) // the reader may be gone
		})
	}}
}

// Endless goes on with the body for as long as anybody reads.
func Endless() Fault {
	return Fault{Name: "endless", wire: func(w http.ResponseWriter, r *http.Request, a *answer) {
		head(w, a, -1)
		filler := bytes.Repeat([]byte("<p>加载中，请稍候……</p>\n"), 1000)
		for sent := send(w, a.body); sent && r.Context().Err() == nil; {
			sent = send(w, filler)
		}
	}}
}

// WrongLength sends the whole body under a Content-Length that is by off too
// large (the reader waits for an end that was) or too small (what is left over
// stands where the next answer should begin), and closes the connection.
func WrongLength(by int) Fault {
	return Fault{Name: "wrong length", wire: func(w http.ResponseWriter, _ *http.Request, a *answer) {
		raw(w, func(conn net.Conn) {
			for _, line := range lines(a, len(a.body)+by) {
				_, _ = io.WriteString(conn, line) // the reader may be gone
			}
			leave(w, a.status, int64(len(a.body)))
			_, _ = conn.Write(a.body)
		})
	}}
}

// Garbage answers with something that is not HTTP.
func Garbage() Fault {
	return Fault{Name: "garbage", wire: func(w http.ResponseWriter, _ *http.Request, _ *answer) {
		raw(w, func(conn net.Conn) {
			leave(w, 0, 0)
			_, _ = io.WriteString(conn, "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n\x00\xff\xfe\x01")
		})
	}}
}

// head sends status and headers; length is the Content-Length, -1 for chunks.
func head(w http.ResponseWriter, a *answer, length int) {
	maps.Copy(w.Header(), a.header)
	if length >= 0 {
		w.Header().Set("Content-Length", strconv.Itoa(length))
	}
	w.WriteHeader(a.status)
}

// send writes part to the line at once, and says whether that went well.
func send(w http.ResponseWriter, part []byte) bool {
	_, err := w.Write(part)
	return err == nil && http.NewResponseController(w).Flush() == nil
}

// drop closes the connection with a reset.
func drop(w http.ResponseWriter) {
	raw(w, func(conn net.Conn) {
		leave(w, 0, 0)
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0) // what matters is the closing
		}
	})
}

// raw takes the connection from the server, lets use have it, and closes it.
func raw(w http.ResponseWriter, use func(net.Conn)) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // a server without connections of its own: its closest thing
	}
	defer conn.Close()
	use(conn)
}

// lines is the head of an answer as it goes over the line, status line first
// and empty line last.
func lines(a *answer, length int) []string {
	all := []string{
		fmt.Sprintf("HTTP/1.1 %d %s\r\n", a.status, http.StatusText(a.status)),
		"Connection: close\r\n",
		fmt.Sprintf("Content-Length: %d\r\n", length),
	}
	for _, name := range slices.Sorted(maps.Keys(a.header)) {
		for _, value := range a.header[name] {
			all = append(all, name+": "+value+"\r\n")
		}
	}
	return append(all, "\r\n")
}
