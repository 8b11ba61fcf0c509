package crawler_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"fangzhi/archive"
	"fangzhi/crawler"
	"fangzhi/crawler/portaltest"
)

// authority signs certificates.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

// issue makes a certificate; change turns it from the usual one for 127.0.0.1.
// Without an issuer it signs itself.
func issue(t *testing.T, issuer *authority, change func(*x509.Certificate)) (authority, tls.Certificate) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "云溪县"},
		NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, BasicConstraintsValid: true,
	}
	if change != nil {
		change(template)
	}
	if issuer == nil {
		issuer = &authority{template, key}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, issuer.certificate, &key.PublicKey, issuer.key)
	if err != nil {
		t.Fatal(err)
	}
	made, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return authority{made, key}, tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func isAuthority(c *x509.Certificate) { c.IsCA, c.IPAddresses = true, nil }

func inPEM(list ...*x509.Certificate) string {
	var b strings.Builder
	for _, c := range list {
		pem.Encode(&b, &pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})
	}
	return b.String()
}

// colons is a certificate's fingerprint as a browser shows it.
func colons(c *x509.Certificate) string {
	return strings.TrimSuffix(strings.ReplaceAll(fmt.Sprintf("% X ", sha256.Sum256(c.Raw)), " ", ":"), ":")
}

func keyPin(c *x509.Certificate) string {
	sum := sha256.Sum256(c.RawSubjectPublicKeyInfo)
	return "sha256/" + base64.StdEncoding.EncodeToString(sum[:])
}

// overTLS serves handler under TLS on loopback.
func overTLS(t *testing.T, c *tls.Config, handler http.Handler) *httptest.Server {
	t.Helper()
	s := httptest.NewUnstartedServer(handler)
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.EnableHTTP2 = c.MaxVersion == 0
	s.TLS = c
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

// What a site's configuration puts up with decides whether its host is asked,
// and what came of it is recorded.
func TestTLS(t *testing.T) {
	root, _ := issue(t, nil, isAuthority)
	middle, _ := issue(t, &root, isAuthority)
	good, goodPair := issue(t, &root, nil)
	_, deepPair := issue(t, &middle, nil)
	own, ownPair := issue(t, nil, nil)
	expired, expiredPair := issue(t, &root, func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Hour) })
	_, strangerPair := issue(t, &root, func(c *x509.Certificate) { c.IPAddresses, c.DNSNames = nil, []string{"other.example"} })
	trusted := inPEM(root.certificate)
	old := func(version uint16, suite uint16) *tls.Config { // with the library's own RSA certificate
		return &tls.Config{MinVersion: version, MaxVersion: version, CipherSuites: []uint16{suite}}
	}
	for _, c := range []struct {
		name     string
		server   *tls.Config
		site     crawler.TLS
		trust    archive.Trust
		security string // part of it
		failure  string // part of it; "": an answer came
	}{
		{"by an authority", of(goodPair), crawler.TLS{CA: trusted}, archive.TrustVerified, "TLS 1.3, TLS_", ""},
		{"by an authority nobody knows", of(goodPair), crawler.TLS{}, "", "",
			"certificate signed by unknown authority (sha256:" + strings.ToLower(strings.ReplaceAll(colons(good.certificate), ":", "")) + ")"},
		{"a link of the chain is not sent", of(deepPair), crawler.TLS{CA: trusted}, "", "", "certificate signed by unknown authority"},
		{"the link is configured", of(deepPair), crawler.TLS{CA: inPEM(root.certificate, middle.certificate)}, archive.TrustVerified, "", ""},
		{"another's", of(strangerPair), crawler.TLS{CA: trusted}, "", "", "doesn't contain any IP SANs"},
		{"expired", of(expiredPair), crawler.TLS{CA: trusted}, "", "", "certificate has expired"},
		{"expired, ignored", of(expiredPair), crawler.TLS{CA: trusted, Unverified: true}, archive.TrustUnverified, "certificate has expired", ""},
		{"expired, pinned", of(expiredPair), crawler.TLS{Pins: []string{colons(expired.certificate)}}, archive.TrustPinned, "certificate sha256:", ""},
		{"its own", of(ownPair), crawler.TLS{}, "", "", "certificate signed by unknown authority"},
		{"its own, ignored", of(ownPair), crawler.TLS{Unverified: true}, archive.TrustUnverified, "certificate signed by unknown authority", ""},
		{"well, ignored all the same", of(goodPair), crawler.TLS{CA: trusted, Unverified: true}, archive.TrustVerified, "", ""},
		{"another's, ignored", of(strangerPair), crawler.TLS{CA: trusted, Unverified: true}, archive.TrustUnverified, "doesn't contain any IP SANs", ""},
		{"pinned by its key", of(ownPair), crawler.TLS{Pins: []string{colons(good.certificate), keyPin(own.certificate)}}, archive.TrustPinned, "", ""},
		{"not the one pinned", of(goodPair), crawler.TLS{CA: trusted, Pins: []string{colons(own.certificate)}}, "", "",
			"is not the one that the site's configuration pins"},
		{"the authority is pinned, not the certificate", of(goodPair), crawler.TLS{Pins: []string{colons(root.certificate)}}, "", "", "is not the one"},
		{"TLS 1.0", old(tls.VersionTLS10, tls.TLS_RSA_WITH_AES_128_CBC_SHA), crawler.TLS{Unverified: true}, "", "", "protocol version"},
		{"TLS 1.0, legacy", old(tls.VersionTLS10, tls.TLS_RSA_WITH_AES_128_CBC_SHA), crawler.TLS{Profile: crawler.Legacy, Unverified: true},
			archive.TrustUnverified, "TLS 1.0, TLS_RSA_WITH_AES_128_CBC_SHA, certificate sha256:", ""},
		{"RSA key exchange", old(tls.VersionTLS12, tls.TLS_RSA_WITH_AES_128_GCM_SHA256), crawler.TLS{Unverified: true}, "", "", "handshake failure"},
		{"RSA key exchange, legacy", old(tls.VersionTLS12, tls.TLS_RSA_WITH_AES_128_GCM_SHA256), crawler.TLS{Profile: crawler.Legacy, Unverified: true},
			archive.TrustUnverified, "TLS 1.2, TLS_RSA_WITH_AES_128_GCM_SHA256", ""},
		{"triple DES, legacy", old(tls.VersionTLS11, tls.TLS_RSA_WITH_3DES_EDE_CBC_SHA), crawler.TLS{Profile: crawler.Legacy, Unverified: true},
			archive.TrustUnverified, "TLS 1.1, TLS_RSA_WITH_3DES_EDE_CBC_SHA", ""},
		{"legacy still verifies", old(tls.VersionTLS10, tls.TLS_RSA_WITH_AES_128_CBC_SHA), crawler.TLS{Profile: crawler.Legacy}, "", "", "failed to verify certificate"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			asked := 0
			s := overTLS(t, c.server, http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) { asked++; hello(w, q) }))
			got, err := lookAt(t, s.URL+"/", func(site *crawler.Site) { site.TLS = c.site })
			if c.failure != "" {
				if err == nil || !strings.Contains(err.Error(), c.failure) || asked != 0 {
					t.Errorf("%v, after %d requests; want %s", err, asked, c.failure)
				}
				return
			}
			if err != nil || got.Status != 200 || got.Trust != c.trust || !strings.Contains(got.Security, c.security) {
				t.Errorf("status %d, %q: %s, %v; want %q: %s", got.Status, got.Trust, got.Security, err, c.trust, c.security)
			}
		})
	}
}

func of(pair tls.Certificate) *tls.Config { return &tls.Config{Certificates: []tls.Certificate{pair}} }

// lookAt looks at one page on loopback, by a crawler of its own.
func lookAt(t *testing.T, url string, change func(*crawler.Site)) (archive.Capture, error) {
	t.Helper()
	c, err := crawler.New(nil, crawler.Options{Limits: brief})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	site, err := crawler.AdHoc(url)
	if err != nil {
		t.Fatal(err)
	}
	site.AllowPrivate, site.Politeness.Delay = true, 0
	change(&site)
	if err := site.Validate(); err != nil {
		t.Fatal(err)
	}
	capture, _, err := c.Look(t.Context(), site, url)
	return capture, err
}

// A portal without TLS, whose links ask for it: what came in place of it says
// so, and plain addresses are no news.
func TestPlainHTTP(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(hello))
	defer s.Close()
	plain := func(site *crawler.Site) { site.TLS.Profile = crawler.Plain }
	got, err := lookAt(t, strings.Replace(s.URL, "http:", "https:", 1)+"/", plain)
	if err != nil || got.Status != 200 || got.Trust != archive.TrustDowngraded || got.Security != "plain HTTP in place of TLS" {
		t.Errorf("https: %+v, %v", got, err)
	}
	got, err = lookAt(t, s.URL+"/", plain)
	if err != nil || got.Status != 200 || got.Trust != archive.TrustNone || got.Security != "" {
		t.Errorf("http: %+v, %v", got, err)
	}
}

// A version says how far the answer that it was read from can be trusted, and
// the visit that brought it why.
func TestTrustIsRecorded(t *testing.T) {
	p, path := oneArticle(portaltest.Options{})
	r := newRig(t, p)
	_, pair := issue(t, nil, nil)
	s := overTLS(t, &tls.Config{Certificates: []tls.Certificate{pair}}, p)
	r.site.Columns[0].URL = s.URL + "/yw/index.html"
	r.site.TLS.Unverified = true
	r.run()
	url := s.URL + path
	cuts := r.snapshots(url)
	if len(cuts) != 1 || cuts[0].Trust != archive.TrustUnverified {
		t.Fatalf("versions %+v", cuts)
	}
	if v := r.last(url); v.Trust != archive.TrustUnverified || !strings.Contains(v.Security, "certificate signed by unknown authority") {
		t.Errorf("visit %q: %s", v.Trust, v.Security)
	}
	// Another site of the same host that puts up with nothing is not served by
	// the connections that this one left.
	r.site.Name, r.site.TLS.Unverified = "other", false
	if run := r.run(); run.Lists[archive.Unreachable] != 1 || run.Articles.Total() != 0 {
		t.Errorf("a strict site of the same host: %+v", run)
	}
}

func TestTLSMistakes(t *testing.T) {
	site, err := crawler.AdHoc("https://portal.example/")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		tls  crawler.TLS
		want string
	}{
		{crawler.TLS{Profile: "old"}, `tls.profile: "old": must be strict, legacy or http`},
		{crawler.TLS{Pins: []string{"sha256/AAAA"}}, `tls.pin[0]: "sha256/AAAA": must be the SHA-256 fingerprint of a certificate`},
		{crawler.TLS{Pins: []string{strings.Repeat("0", 64)}, Unverified: true}, "leave verify out"},
		{crawler.TLS{Profile: crawler.Plain, Unverified: true}, "without TLS there is no certificate"},
		{crawler.TLS{CA: "roots.pem"}, "must be certificates in PEM"},
		{crawler.TLS{CA: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"}, "certificate 1: x509: malformed certificate"},
	} {
		site.TLS = c.tls
		if err := site.Validate(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, want %s", c.tls, err, c.want)
		}
	}
}
