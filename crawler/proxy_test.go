package crawler_test

import (
	"crypto/x509"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"fangzhi/archive"
	"fangzhi/crawler"
	"fangzhi/crawler/portaltest"
)

// proxies is one proxy on loopback that leads every request to one target,
// whatever is asked for, and remembers what that was.
type proxies struct {
	mu     sync.Mutex
	asked  []string
	target string
}

// note remembers s once: how many connections net/http opens is its own affair.
func (p *proxies) note(s string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !slices.Contains(p.asked, s) {
		p.asked = append(p.asked, s)
	}
}

func (p *proxies) taken() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := fmt.Sprint(p.asked)
	p.asked = nil
	return s
}

// ServeHTTP is an HTTP proxy, with CONNECT.
func (p *proxies) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	user, password, _ := (&http.Request{Header: http.Header{"Authorization": q.Header["Proxy-Authorization"]}}).BasicAuth()
	if user != "" {
		p.note(user + ":" + password)
	}
	p.note(q.Method + " " + q.Host)
	if q.Method != http.MethodConnect {
		hello(w, q)
		return
	}
	w.WriteHeader(http.StatusOK)
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err)
	}
	p.join(conn)
}

func (p *proxies) join(client net.Conn) {
	defer client.Close()
	p.mu.Lock()
	target := p.target
	p.mu.Unlock()
	server, err := net.Dial("tcp", target)
	if err != nil {
		return
	}
	defer server.Close()
	go func() {
		io.Copy(server, client)
		server.Close()
	}()
	io.Copy(client, server)
}

// socks serves SOCKS5 (RFC 1928) with names and addresses, and with a password
// (RFC 1929) where the client offers one.
func (p *proxies) socks(t *testing.T) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			serving.Go(func() { p.serveSocks(conn) })
		}
	})
	t.Cleanup(func() {
		listener.Close()
		serving.Wait()
	})
	return listener.Addr().String()
}

func (p *proxies) serveSocks(conn net.Conn) {
	defer conn.Close()
	read := func(n int) []byte {
		b := make([]byte, n)
		io.ReadFull(conn, b)
		return b
	}
	methods := read(int(read(2)[1]))
	if strings.Contains(string(methods), "\x02") {
		conn.Write([]byte{5, 2})
		user := read(int(read(2)[1]))
		password := read(int(read(1)[0]))
		p.note(string(user) + ":" + string(password))
		conn.Write([]byte{1, 0})
	} else {
		conn.Write([]byte{5, 0})
	}
	var host string
	switch read(4)[3] {
	case 1:
		host = netip.AddrFrom4([4]byte(read(4))).String()
	case 3:
		host = string(read(int(read(1)[0])))
	case 4:
		host = netip.AddrFrom16([16]byte(read(16))).String()
	}
	p.note(net.JoinHostPort(host, fmt.Sprint(binary.BigEndian.Uint16(read(2)))))
	conn.Write([]byte{5, 0, 0, 1, 0, 0, 0, 0, 0, 0})
	p.join(conn)
}

// What a proxy is asked for, by its kind; and what the guard keeps from it. A
// proxy may have a private address.
func TestProxies(t *testing.T) {
	own, pair := issue(t, nil, func(c *x509.Certificate) { c.DNSNames = []string{"portal.example"} })
	secure := overTLS(t, of(pair), http.HandlerFunc(hello))
	plain := httptest.NewServer(http.HandlerFunc(hello))
	defer plain.Close()
	p := &proxies{}
	viaHTTP := httptest.NewServer(p)
	defer viaHTTP.Close()
	viaTLS := overTLS(t, of(pair), p)
	viaSOCKS := p.socks(t)
	withUser := func(scheme, address string) string {
		return (&url.URL{Scheme: scheme, User: url.UserPassword("amy", "a b@c"), Host: address}).String()
	}
	host := func(s *httptest.Server) string { return s.Listener.Addr().String() }
	loopback := []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	port := func(s *httptest.Server) string { _, port, _ := net.SplitHostPort(host(s)); return port }
	for _, c := range []struct {
		name, proxy, url string
		allowed          []netip.Prefix
		target           string
		want             string // the answer, or a part of the error
		asked            string // of the proxy
	}{
		{"http", viaHTTP.URL, "http://portal.example/", nil, "", "hello portal.example", "[GET portal.example]"},
		{"http with a password", withUser("http", host(viaHTTP)), "http://portal.example/", nil, "", "hello portal.example",
			"[amy:a b@c GET portal.example]"},
		{"http to https", viaHTTP.URL, "https://portal.example/", nil, host(secure), "hello portal.example", "[CONNECT portal.example:443]"},
		{"http to an address", viaHTTP.URL, "http://10.0.0.1/", nil, "", "address 10.0.0.1: private", "[]"},
		{"http to an address as IPv6", viaHTTP.URL, "https://[::ffff:10.0.0.1]/", nil, "", "address 10.0.0.1: private", "[]"},
		{"http to a name of loopback", viaHTTP.URL, "https://a.localhost/", nil, "", "address a.localhost: loopback", "[]"},
		{"http to itself", viaHTTP.URL, viaHTTP.URL + "/", nil, "", "address 127.0.0.1: loopback", "[]"},
		{"http to what is allowed", viaHTTP.URL, "http://127.0.0.9/", loopback, "", "hello 127.0.0.9", "[GET 127.0.0.9]"},
		{"https, not trusted", viaTLS.URL, "http://portal.example/", nil, "", "proxy https://" + host(viaTLS) + ": tls: failed to verify", "[]"},
		{"socks5h", "socks5h://" + viaSOCKS, "https://portal.example/", nil, host(secure), "hello portal.example", "[portal.example:443]"},
		{"socks5h to an address", "socks5h://" + viaSOCKS, "http://10.0.0.1/", nil, "", "address 10.0.0.1: private", "[]"},
		{"socks5", "socks5://" + viaSOCKS, "http://localhost:" + port(plain) + "/", loopback, host(plain), "hello localhost:" + port(plain), "[127.0.0.1:" + port(plain) + "]"},
		{"socks5 to a name that leads to loopback", "socks5://" + viaSOCKS, "http://localhost:" + port(plain) + "/", nil, host(plain), "1: loopback; allow_private: true", "[]"},
		{"socks5 with a password", withUser("socks5", viaSOCKS), plain.URL + "/", loopback, host(plain), "hello " + host(plain), "[amy:a b@c " + host(plain) + "]"},
		{"none", crawler.NoProxy, plain.URL + "/", loopback, "", "hello " + host(plain), "[]"},
		{"nobody there", "http://127.0.0.1:1", "http://portal.example/", nil, "", "proxy http://127.0.0.1:1: dial tcp 127.0.0.1:1: connect: connection refused", "[]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p.mu.Lock()
			p.target = c.target
			p.mu.Unlock()
			got, err := lookAt(t, c.url, func(site *crawler.Site) {
				site.AllowPrivate, site.AllowAddresses, site.Proxy = false, c.allowed, c.proxy
				site.TLS.CA = inPEM(own.certificate)
			})
			said := string(got.Payload)
			if err != nil {
				said = err.Error()
			}
			if !strings.HasSuffix(said, c.want) && (err == nil || !strings.Contains(said, c.want)) {
				t.Errorf("%s\nwant %s", said, c.want)
			}
			if strings.Contains(said, "a b") {
				t.Error("the password is told")
			}
			if asked := p.taken(); asked != c.asked {
				t.Errorf("the proxy was asked for %s, want %s", asked, c.asked)
			}
			if got.Address != "" && !strings.HasPrefix(c.proxy, "socks5:") && c.proxy != crawler.NoProxy {
				t.Errorf("the proxy's address %s passes for the portal's", got.Address)
			}
		})
	}
}

func TestProxyMistakes(t *testing.T) {
	site, err := crawler.AdHoc("https://portal.example/")
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"127.0.0.1:3128", "ftp://10.0.0.1", "http://", "http://amy:secret@", "http://amy:secret@10.0.0.1/path", "http://10.0.0.1:0", "http://amy:secret@10.0.0.1:99999", "direct"} {
		site.Proxy = bad
		err := site.Validate()
		if err == nil || !strings.Contains(err.Error(), "proxy: ") || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

// Every hop of a redirect is judged as the first address was: what is allowed
// of one host opens none that it points to.
func TestRedirectsAreJudged(t *testing.T) {
	inside := httptest.NewUnstartedServer(http.HandlerFunc(hello))
	listener, err := net.Listen("tcp", "127.0.0.2:0")
	if err != nil {
		t.Skip("there is no second address on loopback: ", err)
	}
	inside.Listener.Close()
	inside.Listener = listener
	asked := 0
	inside.Config.Handler = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ })
	inside.Start()
	defer inside.Close()
	refused := "address 127.0.0.2: loopback; allow_private: true, or --allow-private, lets such addresses be asked"

	p, path := oneArticle(portaltest.Options{})
	r := newRig(t, p)
	r.site.AllowPrivate = false
	r.site.AllowAddresses = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
	r.site.Scope.Hosts = []string{strings.TrimPrefix(r.base, "http://"), listener.Addr().String()}
	p.Break(path, 0, portaltest.RedirectTo(302, inside.URL+"/secret"))
	r.run()
	if v := r.last(r.base + path); v.Outcome != archive.Moved {
		t.Errorf("%s: %s", v.Outcome, v.Reason)
	}
	if v := r.last(inside.URL + "/secret"); v.Outcome != archive.Unreachable || v.Reason != refused || v.Status != 0 {
		t.Errorf("%s: %s", v.Outcome, v.Reason)
	}
	// robots.txt is followed to other hosts.
	p.Break("/robots.txt", 0, portaltest.RedirectTo(302, inside.URL+"/robots.txt"))
	r.site.Name = "by-robots"
	r.crawl = r.crawler(r.store)
	r.run(crawler.Tick{Full: true})
	if v := r.last(r.site.Columns[0].URL); v.Outcome != archive.Unreachable || v.Reason != refused {
		t.Errorf("robots.txt: %s: %s", v.Outcome, v.Reason)
	}
	if asked != 0 {
		t.Errorf("%d requests came through", asked)
	}
}
