package crawler

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/proxy"
)

// NoProxy is the Site.Proxy of a site that is asked without one, whatever the
// environment says.
const NoProxy = "none"

// CheckProxy says why setting cannot be a Site.Proxy. The text does not repeat
// it, for it may hold a password.
func CheckProxy(setting string) error {
	_, err := proxyFor(setting)
	return err
}

// proxyFor returns how requests find their proxy; a nil URL is none. The zero
// setting follows the environment: HTTP_PROXY, HTTPS_PROXY, NO_PROXY.
func proxyFor(setting string) (func(*http.Request) (*url.URL, error), error) {
	switch setting {
	case "":
		return http.ProxyFromEnvironment, nil
	case NoProxy:
		return func(*http.Request) (*url.URL, error) { return nil, nil }, nil
	}
	u, err := parseProxy(setting)
	if err != nil {
		return nil, err
	}
	return http.ProxyURL(u), nil
}

// parseProxy reads the address of a proxy. Its error does not repeat the
// address, which may hold a password.
func parseProxy(setting string) (*url.URL, error) {
	wrong := errors.New("must be none, or the address of a proxy: http, https, socks5 or socks5h://[USER:PASSWORD@]HOST[:PORT]")
	u, err := url.Parse(setting)
	if err != nil || u.Hostname() == "" || u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Fragment != "" {
		return nil, wrong
	}
	switch u.Scheme {
	case "http", "https", "socks5", "socks5h":
		if p := u.Port(); p != "" {
			if n, err := strconv.ParseUint(p, 10, 16); err != nil || n == 0 {
				return nil, wrong
			}
		}
		return u, nil
	}
	return nil, wrong
}

// ProxyText is a proxy as it may be printed: without user and password.
func ProxyText(setting string) string {
	u, err := url.Parse(setting)
	if err != nil || u.Host == "" {
		if i := strings.LastIndexByte(setting, '@'); i >= 0 {
			return "…" + setting[i:]
		}
		return setting
	}
	return u.Scheme + "://" + u.Host
}

// resolvesHere says whether the crawler resolves names itself and hands the
// proxy addresses, so that the guard judges them (curl tells socks5 from
// socks5h likewise).
func resolvesHere(via *url.URL) bool { return via.Scheme == "socks5" }

// dialProxy connects to a proxy that is told whom to connect to in HTTP or by
// the transport. TLS to it is no site's business: it is verified.
func (l *line) dialProxy(ctx context.Context, via *url.URL) (net.Conn, error) {
	address := proxyAddress(via)
	conn, err := l.plain.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, proxyError(via, err)
	}
	if via.Scheme != "https" {
		return conn, nil
	}
	if l.connect > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, l.connect)
		defer cancel()
	}
	secure := tls.Client(conn, &tls.Config{ServerName: via.Hostname()})
	if err := secure.HandshakeContext(ctx); err != nil {
		conn.Close()
		return nil, proxyError(via, err)
	}
	return secure, nil
}

// dialThrough connects to address by way of a SOCKS5 proxy that is given an
// address which was resolved, and judged, here.
func (l *line) dialThrough(ctx context.Context, via *url.URL, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	var auth *proxy.Auth
	if via.User != nil {
		password, _ := via.User.Password()
		auth = &proxy.Auth{User: via.User.Username(), Password: password}
	}
	socks, err := proxy.SOCKS5("tcp", proxyAddress(via), auth, l.plain)
	if err != nil {
		return nil, err
	}
	var ips []netip.Addr
	if ip, err := netip.ParseAddr(host); err == nil {
		ips = []netip.Addr{ip}
	} else if ips, err = net.DefaultResolver.LookupNetIP(ctx, "ip", host); err != nil {
		return nil, err
	}
	var first error
	for _, ip := range ips {
		err := l.guard.judge(ip)
		if err == nil {
			var conn net.Conn
			if conn, err = socks.(proxy.ContextDialer).DialContext(ctx, "tcp", net.JoinHostPort(ip.Unmap().String(), port)); err == nil {
				return conn, nil
			}
			err = proxyError(via, err)
		}
		if first == nil {
			first = err
		}
		if ctx.Err() != nil {
			break
		}
	}
	return nil, first
}

func proxyError(via *url.URL, err error) error {
	return fmt.Errorf("proxy %s://%s: %w", via.Scheme, via.Host, err)
}

func proxyAddress(u *url.URL) string {
	return net.JoinHostPort(strings.ToLower(u.Hostname()), portOf(u))
}

func portOf(u *url.URL) string {
	if p := u.Port(); p != "" {
		return p
	}
	switch u.Scheme {
	case "https":
		return "443"
	case "socks5", "socks5h":
		return "1080"
	}
	return "80"
}

// plainDialer connects anywhere: to what was judged before, or to a proxy.
func plainDialer(connect time.Duration) *net.Dialer {
	return &net.Dialer{Timeout: max(connect, 0), KeepAlive: 30 * time.Second}
}
