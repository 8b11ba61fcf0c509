package crawler

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"
)

// transport answers requests with what was on the wire: it keeps status,
// header and payload as sent in the exchange that the request's context
// carries, within the limits, and hands on an answer without a body, for what
// lies above it would unzip, re-encode or cut the bytes.
type transport struct {
	limits Limits
	public *http.Transport // connects to public addresses only
	all    *http.Transport
}

// newTransport keeps up to parallel idle connections to a host.
func newTransport(l Limits, parallel int) *transport {
	plain := &net.Dialer{Timeout: max(l.Connect, 0), KeepAlive: 30 * time.Second}
	careful := *plain
	careful.Control = guarded
	base := http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            plain.DialContext,
		ForceAttemptHTTP2:      true,
		DisableCompression:     true,
		TLSHandshakeTimeout:    max(l.Connect, 0),
		ResponseHeaderTimeout:  max(l.Answer, 0),
		MaxResponseHeaderBytes: max(l.Header, 0),
		MaxIdleConnsPerHost:    parallel,
		IdleConnTimeout:        90 * time.Second,
		ReadBufferSize:         16 << 10,
	}
	// Connections are pooled by host name, so the two must not share a pool.
	public := base.Clone()
	public.Proxy = func(r *http.Request) (*url.URL, error) {
		via, _ := r.Context().Value(viaKey{}).(*url.URL)
		return via, nil
	}
	public.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		// A proxy may well have a private address; the same address as a target
		// may not.
		if via, _ := ctx.Value(viaKey{}).(*url.URL); via != nil && proxyAddress(via) == address {
			return plain.DialContext(ctx, network, address)
		}
		return careful.DialContext(ctx, network, address)
	}
	return &transport{limits: l, public: public, all: &base}
}

func (t *transport) close() {
	t.public.CloseIdleConnections()
	t.all.CloseIdleConnections()
}

// exchange is one request and what came of it.
type exchange struct {
	target  *url.URL // asked for, to the letter
	private bool     // private addresses are allowed
	size    int64    // in place of Limits.Size, where it is not 0

	sent      atomic.Int32 // requests that were written to a connection
	request   http.Header
	address   string
	protocol  string
	status    int // 0: no answer
	header    http.Header
	payload   []byte
	truncated string // "", length, time, disconnect
	failure   error  // why there was no answer, or not all of it
}

type exchangeKey struct{}

// viaKey is the context's key to the proxy of a guarded request, a *url.URL.
type viaKey struct{}

// What ends an answer early. The text is told to people.
var (
	errSlow  = errors.New("too few bytes a second")
	errIdle  = errors.New("no byte for too long")
	errTotal = errors.New("took too long in all")
)

// RoundTrip implements http.RoundTripper.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	x, ok := r.Context().Value(exchangeKey{}).(*exchange)
	if !ok {
		return nil, errors.New("transport: a request without an exchange")
	}
	x.request = r.Header.Clone()
	ctx, cancel := context.WithCancelCause(r.Context())
	defer cancel(nil)
	started := time.Now()
	if t.limits.Total > 0 {
		total := time.AfterFunc(t.limits.Total, func() { cancel(errTotal) })
		defer total.Stop()
	}
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(c httptrace.GotConnInfo) { x.address = c.Conn.RemoteAddr().String() },
		// net/http asks again by itself when a kept connection breaks.
		WroteRequest: func(httptrace.WroteRequestInfo) { x.sent.Add(1) },
	})
	out := r.WithContext(ctx)
	out.URL, out.Host = x.target, ""
	inner := t.all
	if !x.private {
		inner = t.public
		via, err := publicProxy(out)
		if err != nil {
			x.failure = err
			return nil, err
		}
		if via != nil {
			out = out.WithContext(context.WithValue(ctx, viaKey{}, via))
		}
	}
	answer, err := inner.RoundTrip(out)
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		x.failure = err
		return nil, err
	}
	x.status, x.header, x.protocol = answer.StatusCode, answer.Header, answer.Proto
	t.read(ctx, cancel, answer, x, started)
	answer.Body.Close()
	answer.Body, answer.ContentLength, answer.Uncompressed = http.NoBody, 0, true
	return answer, nil
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
