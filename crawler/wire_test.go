package crawler_test

import (
	"context"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fangzhi/crawler"
)

// childLook looks at the URLs in its environment, in a process whose roots and
// proxy are those of the environment too, and prints what came of each.
func childLook() {
	c, err := crawler.New(nil, crawler.Options{Limits: brief})
	if err != nil {
		panic(err)
	}
	var words []string
	for _, url := range strings.Fields(os.Getenv("URLS")) {
		site, err := crawler.AdHoc(url)
		if err != nil {
			panic(err)
		}
		site.Politeness.Delay = 0
		site.AllowPrivate = os.Getenv("ALLOW") != ""
		capture, _, err := c.Look(context.Background(), site, url)
		switch {
		case err != nil:
			words = append(words, err.Error())
		case capture.Status == 0:
			words = append(words, capture.Failure)
		default:
			words = append(words, fmt.Sprintf("%d %s %s", capture.Status, capture.Protocol, capture.Payload))
		}
	}
	fmt.Println(strings.Join(words, "|"))
}

func hello(w http.ResponseWriter, q *http.Request) {
	if q.URL.Path == "/robots.txt" {
		http.NotFound(w, q)
		return
	}
	fmt.Fprintf(w, "hello %s", q.Host)
}

func TestHTTPS(t *testing.T) {
	trusted := httptest.NewUnstartedServer(http.HandlerFunc(hello))
	trusted.EnableHTTP2 = true
	trusted.StartTLS()
	defer trusted.Close()
	roots := filepath.Join(t.TempDir(), "roots.pem")
	b := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: trusted.Certificate().Raw})
	if err := os.WriteFile(roots, b, 0o600); err != nil {
		t.Fatal(err)
	}
	asked := 0
	stranger := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
	stranger.Config.ErrorLog = log.New(io.Discard, "", 0)
	_, own := issue(t, nil, nil)
	stranger.TLS = of(own)
	stranger.StartTLS()
	defer stranger.Close()

	_, got := child(t, "look", "ALLOW=1", "SSL_CERT_FILE="+roots, "URLS="+trusted.URL+"/ "+stranger.URL+"/")
	words := strings.Split(got, "|")
	if want := "200 HTTP/2.0 hello " + strings.TrimPrefix(trusted.URL, "https://"); words[0] != want {
		t.Errorf("trusted: %s\nwant %s", words[0], want)
	}
	if !strings.Contains(words[1], "robots.txt: tls: failed to verify certificate: x509: certificate signed by unknown authority") || asked != 0 {
		t.Errorf("not trusted: %s, %d requests", words[1], asked)
	}
}

// The environment's proxy is used though its address is private; what is behind
// it is still judged by what its name says.
func TestProxy(t *testing.T) {
	var through []string
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		through = append(through, q.URL.String())
		hello(w, q)
	}))
	defer proxy.Close()
	_, got := child(t, "look", "HTTP_PROXY="+proxy.URL, "http_proxy=", "NO_PROXY=", "no_proxy=",
		"URLS=http://portal.example/ http://10.0.0.1/ http://a.localhost/ "+proxy.URL+"/")
	words := strings.Split(got, "|")
	for i, want := range []string{
		"200 HTTP/1.1 hello portal.example",
		"address 10.0.0.1: private; allow_private: true, or --allow-private, lets such addresses be asked",
		"address a.localhost: loopback; allow_private: true, or --allow-private, lets such addresses be asked",
		"address 127.0.0.1: loopback; allow_private: true, or --allow-private, lets such addresses be asked",
	} {
		if i >= len(words) || !strings.HasSuffix(words[i], want) {
			t.Errorf("look %d: %q\nwant %s", i, words, want)
		}
	}
	if fmt.Sprint(through) != "[http://portal.example/robots.txt http://portal.example/]" {
		t.Errorf("through the proxy went %v", through)
	}
}
