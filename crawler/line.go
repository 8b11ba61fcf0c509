package crawler

import (
	"context"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"fangzhi/archive"
)

// line is one way to reach hosts: what addresses, by what proxy, under what
// TLS. Every connection of the crawler is made by one, so that what one site
// allows is not open to another by a connection left idle.
type line struct {
	way     string // names proxy and TLS where they are not the usual ones
	guard   guard
	tls     TLS
	roots   *x509.CertPool
	connect time.Duration
	plain   *net.Dialer
	careful net.Dialer // its hook asks the guard
	proxy   func(*http.Request) (*url.URL, error)
	inner   atomic.Pointer[wires]
}

// wires are the connections that a line has made.
type wires struct{ *http.Transport }

// viaKey is the context's key to the proxy of a request, a *url.URL.
type viaKey struct{}

func via(ctx context.Context) *url.URL {
	u, _ := ctx.Value(viaKey{}).(*url.URL)
	return u
}

// lineOf returns the line that a site's hosts are reached by; sites that say
// the same share one.
func (t *transport) lineOf(s *Site) (*line, error) {
	key := fmt.Sprint(s.AllowPrivate, s.AllowAddresses, s.Proxy, "\n", s.TLS.Profile, s.TLS.Unverified, s.TLS.Pins, s.TLS.CA)
	t.mu.Lock()
	defer t.mu.Unlock()
	if l := t.lines[key]; l != nil {
		return l, nil
	}
	l, err := t.newLine(s)
	if err != nil {
		return nil, err
	}
	t.lines[key] = l
	return l, nil
}

func (t *transport) newLine(s *Site) (l *line, err error) {
	l = &line{
		guard:   guard{all: s.AllowPrivate, allowed: slices.Clone(s.AllowAddresses)},
		way:     wayOf(s),
		tls:     s.TLS,
		connect: max(t.limits.Connect, 0),
		plain:   plainDialer(t.limits.Connect),
	}
	l.careful = *l.plain
	l.careful.Control = l.guard.control
	if l.proxy, err = proxyFor(s.Proxy); err != nil {
		return nil, fmt.Errorf("proxy %q: %w", ProxyText(s.Proxy), err)
	}
	if l.roots, err = s.TLS.roots(); err != nil {
		return nil, fmt.Errorf("tls: %w", err)
	}
	config, err := s.TLS.config()
	if err != nil {
		return nil, fmt.Errorf("tls: %w", err)
	}
	l.inner.Store(&wires{&http.Transport{
		Proxy: func(r *http.Request) (*url.URL, error) {
			u := via(r.Context())
			if u == nil || resolvesHere(u) {
				return nil, nil
			}
			if u.Scheme == "https" { // dialProxy speaks TLS with it
				plain := *u
				plain.Scheme, plain.Host = "http", proxyAddress(u)
				u = &plain
			}
			return u, nil
		},
		DialContext:            l.dial,
		TLSClientConfig:        config,
		ForceAttemptHTTP2:      s.TLS.Profile != Legacy,
		DisableCompression:     true,
		TLSHandshakeTimeout:    l.connect,
		ResponseHeaderTimeout:  max(t.limits.Answer, 0),
		MaxResponseHeaderBytes: max(t.limits.Header, 0),
		HTTP2:                  &http.HTTP2Config{WriteByteTimeout: max(t.limits.Idle, 0)}, // of servers that stop reading
		MaxIdleConnsPerHost:    t.parallel,
		IdleConnTimeout:        90 * time.Second,
		ReadBufferSize:         16 << 10,
	}})
	return l, nil
}

// leave gives up inner, which a connection hangs in: it may hold up whatever else is
// asked by inner. It closes that connection, so that the system has it back.
func (l *line) leave(inner *wires, connection *net.Conn) {
	l.inner.CompareAndSwap(inner, &wires{inner.Clone()})
	if connection != nil {
		go (*connection).Close()
	}
}

// wayOf names the way to a site's hosts by proxy and TLS, "" for the usual one.
func wayOf(s *Site) string {
	way := fmt.Sprint(s.Proxy, "\n", s.TLS.Profile, s.TLS.Unverified, s.TLS.Pins, s.TLS.CA)
	if usual := (Site{}); way == fmt.Sprint(usual.Proxy, "\n", usual.TLS.Profile, usual.TLS.Unverified, usual.TLS.Pins, usual.TLS.CA) {
		return ""
	}
	return strings.TrimPrefix(string(archive.DigestOf([]byte(way))), "sha256:")[:16]
}

// dial makes every connection.
func (l *line) dial(ctx context.Context, network, address string) (net.Conn, error) {
	switch u := via(ctx); {
	case u == nil:
		return l.careful.DialContext(ctx, network, address)
	case resolvesHere(u):
		return l.dialThrough(ctx, u, address)
	default:
		return l.dialProxy(ctx, u)
	}
}

// prepare makes r a request to target by way of l, and returns the proxy that it
// goes by, nil for none.
func (l *line) prepare(r *http.Request, target *url.URL) (*http.Request, *url.URL, error) {
	if l.tls.Profile == Plain && target.Scheme == "https" {
		plain := *target
		plain.Scheme = "http"
		if plain.Port() == "443" {
			plain.Host = strings.TrimSuffix(plain.Host, ":443")
		}
		target = &plain
	}
	out := r.WithContext(r.Context())
	out.URL, out.Host = target, ""
	u, err := l.proxy(out)
	if err != nil {
		return nil, nil, fmt.Errorf("proxy: %w", err)
	}
	if u == nil {
		return out, nil, nil
	}
	if !resolvesHere(u) {
		if err := l.guard.judgeName(target.Hostname()); err != nil {
			return nil, nil, err
		}
	}
	return out.WithContext(context.WithValue(out.Context(), viaKey{}, u)), u, nil
}

// ParseAddresses reads an address or a range of them: 10.20.0.5, 10.20.0.0/16.
func ParseAddresses(s string) (netip.Prefix, error) {
	if ip, err := netip.ParseAddr(s); err == nil {
		ip = ip.Unmap().WithZone("")
		return netip.PrefixFrom(ip, ip.BitLen()), nil
	}
	p, err := netip.ParsePrefix(s)
	if err != nil || p.Addr().Is4In6() {
		return netip.Prefix{}, fmt.Errorf("must be an IP address or a range of them, such as 10.20.0.0/16")
	}
	return p.Masked(), nil
}
