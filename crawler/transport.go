package crawler

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"fangzhi/archive"
)

// transport answers requests with what was on the wire: it keeps status,
// header and payload as sent in the exchange that the request's context
// carries, within the limits, and hands on an answer without a body, for what
// lies above it would unzip, re-encode or cut the bytes.
type transport struct {
	limits   Limits
	parallel int // idle connections kept to a host

	mu    sync.Mutex
	lines map[string]*line
}

func newTransport(l Limits, parallel int) *transport {
	return &transport{limits: l, parallel: parallel, lines: map[string]*line{}}
}

func (t *transport) close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, l := range t.lines {
		l.inner.Load().CloseIdleConnections()
	}
}

// exchange is one request and what came of it.
type exchange struct {
	target *url.URL // asked for, to the letter
	line   *line    // by which it is asked for
	size   int64    // in place of Limits.Size, where it is not 0
	whole  bool     // what says that it is longer is not read at all

	sent atomic.Int32 // requests that were written to a connection
	reply
}

// reply is what came of an exchange.
type reply struct {
	waited    time.Duration // for the answer to begin
	request   http.Header
	address   string
	protocol  string
	trust     archive.Trust
	security  string // of TLS, for people
	status    int    // 0: no answer
	header    http.Header
	payload   []byte
	truncated string // "", length, time, disconnect
	failure   error  // why there was no answer, or not all of it
}

type exchangeKey struct{}

// What ends an answer early. The text is told to people.
var (
	errSlow  = errors.New("too few bytes a second")
	errIdle  = errors.New("no byte for too long")
	errTotal = errors.New("took too long in all")
	errLate  = errors.New("no answer in time, nor a connection")
	errHung  = errors.New("the connection hangs and cannot be ended: it is left behind")
	// errTaken ends what net/http would ask seven times more, for up to a minute.
	errTaken = errors.New("the server refuses to answer on its connections (HTTP/2 REFUSED_STREAM or GOAWAY)")
)

// RoundTrip implements http.RoundTripper. It does not rely on net/http to give a
// request back that is over: some servers bring it to where it never does.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	x, ok := r.Context().Value(exchangeKey{}).(*exchange)
	if !ok {
		return nil, errors.New("transport: a request without an exchange")
	}
	x.request = r.Header.Clone()
	ctx, cancel := context.WithCancelCause(r.Context())
	defer cancel(nil)
	// What hangs keeps an exchange of its own.
	own := &exchange{target: x.target, line: x.line, size: x.size, whole: x.whole, reply: x.reply}
	var answer *http.Response
	var err error
	var connection atomic.Pointer[net.Conn]
	inner := x.line.inner.Load()
	ended := make(chan bool)
	go func() {
		defer close(ended)
		answer, err = t.exchange(ctx, cancel, r, inner, own, &connection)
	}()
	select {
	case <-ended:
	case <-ctx.Done():
		hung := time.NewTimer(t.limits.Hung)
		defer hung.Stop()
		select {
		case <-ended:
		case <-hung.C:
			x.sent.Store(own.sent.Load())
			x.failure = fmt.Errorf("%w; %w", context.Cause(ctx), errHung)
			x.line.leave(inner, connection.Load())
			return nil, x.failure
		}
	}
	x.sent.Store(own.sent.Load())
	x.reply = own.reply
	return answer, err
}

// exchange makes the request of x by inner, and notes by which connection.
func (t *transport) exchange(ctx context.Context, cancel context.CancelCauseFunc, r *http.Request, inner *wires, x *exchange, connection *atomic.Pointer[net.Conn]) (*http.Response, error) {
	started := time.Now()
	if t.limits.Total > 0 {
		total := time.AfterFunc(t.limits.Total, func() { cancel(errTotal) })
		defer total.Stop()
	}
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(c httptrace.GotConnInfo) {
			connection.Store(&c.Conn)
			x.address = c.Conn.RemoteAddr().String()
			if x.sent.Load() > 1 && speaksHTTP2(c.Conn) {
				cancel(errTaken)
			}
		},
		// net/http asks again by itself when a kept connection breaks, and where an
		// HTTP/2 server refuses the request.
		WroteRequest: func(httptrace.WroteRequestInfo) { x.sent.Add(1) },
	})
	out, proxy, err := x.line.prepare(r.WithContext(ctx), x.target)
	if err != nil {
		x.failure = err
		return nil, err
	}
	// A connection and an answer have limits of their own. To wait for one that hangs, or
	// for what it holds up, has none; what was cut off may be sent once more.
	var late *time.Timer
	if t.limits.Connect > 0 && t.limits.Answer > 0 {
		late = time.AfterFunc(3*t.limits.Connect+2*t.limits.Answer+t.limits.Hung, func() { cancel(errLate) })
	}
	answer, err := inner.RoundTrip(out)
	if late != nil {
		late.Stop()
	}
	x.waited = time.Since(started)
	if proxy != nil {
		x.address = "" // that was the proxy's
	}
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		x.failure = err
		return nil, err
	}
	if answer.StatusCode < 100 { // net/http takes any three digits
		answer.Body.Close()
		x.failure = fmt.Errorf("status %q: there is none below 100", answer.Status)
		return nil, x.failure
	}
	x.status, x.header, x.protocol = answer.StatusCode, answer.Header, answer.Proto
	x.trust, x.security = x.line.trust(x.target, answer.TLS)
	if x.status != http.StatusSwitchingProtocols { // its body is the connection, and no limit ends that
		t.read(ctx, cancel, answer, x, started)
	}
	answer.Body.Close()
	answer.Body, answer.ContentLength, answer.Uncompressed = http.NoBody, 0, true
	return answer, nil
}

// speaksHTTP2 says whether both sides of a connection agreed on HTTP/2.
func speaksHTTP2(c net.Conn) bool {
	secure, ok := c.(*tls.Conn)
	return ok && secure.ConnectionState().NegotiatedProtocol == "h2"
}

const (
	firstBuffer = 48 << 10 // for a payload of unknown length: most pages fit
	trustLength = 1 << 20  // up to which a declared length is believed before its bytes are there
)

// read takes in the payload, within the limits.
func (t *transport) read(ctx context.Context, cancel context.CancelCauseFunc, answer *http.Response, x *exchange, started time.Time) {
	limit := t.limits.Size
	if x.size > 0 {
		limit = x.size
	}
	if x.whole && limit > 0 && answer.ContentLength > limit {
		x.truncated, x.failure = "length", fmt.Errorf("%d bytes long, more than the %d that are kept", answer.ContentLength, limit)
		return
	}
	size := int64(firstBuffer)
	if n := answer.ContentLength; n >= 0 && n <= trustLength {
		size = n + 1 // one more than there is, so that the end is met without growing
	}
	b := make([]byte, 0, size)
	var idle *time.Timer
	if t.limits.Idle > 0 {
		idle = time.AfterFunc(t.limits.Idle, func() { cancel(errIdle) })
		defer idle.Stop()
	}
	for {
		if len(b) == cap(b) {
			b = append(b, 0)[:len(b)]
		}
		n, err := answer.Body.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		switch {
		case limit > 0 && int64(len(b)) > limit:
			x.payload, x.truncated = b[:limit], "length"
			x.failure = fmt.Errorf("longer than %d bytes", limit)
			return
		case err == io.EOF:
			x.payload = b
			return
		case err != nil:
			x.payload, x.truncated, x.failure = b, "disconnect", err
			switch cause := context.Cause(ctx); cause {
			case nil:
			case errSlow, errIdle, errTotal:
				x.truncated, x.failure = "time", cause
			default:
				x.failure = cause
			}
			return
		}
		if n > 0 && idle != nil {
			idle.Reset(t.limits.Idle)
			if took := time.Since(started); t.limits.Rate > 0 && took > t.limits.Idle &&
				float64(len(b)) < float64(t.limits.Rate)*took.Seconds() {
				x.payload, x.truncated, x.failure = b, "time", errSlow
				return
			}
		}
	}
}
