package warc_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"fangzhi/archive/warc"
)

// Wanted are the keys that warcio's getSurt makes.
func TestSURT(t *testing.T) {
	for _, tt := range []struct{ url, want string }{
		{"https://www.Example.gov.cn/", "cn,gov,example)/"},
		{"http://www2.example.gov.cn/a/B.html", "cn,gov,example)/a/b.html"},
		{"http://example.gov.cn:8080/x", "cn,gov,example:8080)/x"},
		{"http://example.gov.cn:80", "cn,gov,example)/"},
		{"http://127.0.0.1:33907/", "1,0,0,127:33907)/"},
		{"https://example.gov.cn/l?b=2&a=1&a=0", "cn,gov,example)/l?a=0&a=1&b=2"},
		{"https://example.gov.cn/l?", "cn,gov,example)/l"},
		{"https://example.gov.cn/%E4%BA%91?q=%E6%BA%AA", "cn,gov,example)/%e4%ba%91?q=%e6%ba%aa"},
		{"https://xn--fiqs8s.cn/a/../b", "cn,xn--fiqs8s)/b"},
		{"urn:uuid:1", "urn:uuid:1"},
	} {
		if got := warc.SURT(tt.url); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.url, got, tt.want)
		}
	}
}

func TestLine(t *testing.T) {
	e := warc.Entry{
		URL: "http://a.cn/q", Date: time.Date(2026, 3, 1, 8, 0, 0, 9e8, time.UTC), Mime: "application/json", Status: 200,
		Digest: "sha1:AA", File: "f.warc.gz", Place: warc.Place{Offset: 7, Length: 9}, Method: "POST", Body: "p=2",
	}
	want := `cn,a)/q?__wb_method=post&p=2 20260301080000 {"url":"http://a.cn/q","mime":"application/json","status":"200","digest":"AA","length":"9","offset":"7","filename":"f.warc.gz","method":"POST","requestBody":"p=2"}` + "\n"
	if got := string(e.Line()); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestWrite(t *testing.T) {
	var file bytes.Buffer
	w := warc.NewWriter(&file, 0)
	at := time.Date(2026, 3, 1, 8, 0, 0, 123e6, time.UTC)
	r := warc.Record{
		Type: warc.Response, ID: warc.Name("x"), Date: at, URI: "http://a/",
		Fields: []warc.Field{{Name: "WARC-Payload-Digest", Value: warc.Digest([]byte("abc"))}, {Name: "WARC-Truncated"}, {Name: "X", Value: "a\r\nWARC-Type: b"}},
		Block:  warc.Block{Type: warc.TypeResponse, Parts: [][]byte{[]byte("HTTP/1.1 200 OK\r\n\r\n"), []byte("abc")}},
	}
	want := "WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: http://a/\r\nWARC-Date: 2026-03-01T08:00:00Z\r\n" +
		"WARC-Record-ID: <urn:uuid:cb6e0c61-4ea9-5cfc-8ed5-a3f29d27a7dd>\r\nWARC-Payload-Digest: sha1:VGMT4NSHA2AWVOR6EVYXQUGCNSONBWE5\r\n" +
		"X: a WARC-Type: b\r\nWARC-Block-Digest: sha1:BLOCK\r\nContent-Type: application/http;msgtype=response\r\nContent-Length: 22\r\n\r\n" +
		"HTTP/1.1 200 OK\r\n\r\nabc\r\n\r\n"
	want = strings.ReplaceAll(want, "sha1:BLOCK", warc.Digest([]byte("HTTP/1.1 200 OK\r\n\r\nabc")))
	want = strings.ReplaceAll(want, "urn:uuid:cb6e0c61-4ea9-5cfc-8ed5-a3f29d27a7dd", warc.Name("x"))
	for range 2 {
		place, err := w.Write(r)
		if err != nil {
			t.Fatal(err)
		}
		// Each record is a member of its own, at the place that was told.
		z, err := gzip.NewReader(bytes.NewReader(file.Bytes()[place.Offset : place.Offset+place.Length]))
		if err != nil {
			t.Fatal(err)
		}
		z.Multistream(false)
		got, err := io.ReadAll(z)
		if err != nil || string(got) != want {
			t.Errorf("%v, got %q\nwant %q", err, got, want)
		}
	}
	if w.Size() != int64(file.Len()) {
		t.Errorf("size %d, want %d", w.Size(), file.Len())
	}
}

// A name is that of its parts, whatever stands where one ends.
func TestName(t *testing.T) {
	if warc.Name("a", "bc") == warc.Name("ab", "c") {
		t.Error("the parts run together")
	}
	if n := warc.Name("a"); n != warc.Name("a") || len(n) != len("urn:uuid:")+36 || n[len("urn:uuid:")+14] != '5' {
		t.Errorf("%q is no UUID of version 5", n)
	}
}

func TestHeads(t *testing.T) {
	h := http.Header{"Content-Type": {"text/html"}, "Set-Cookie": {"a=1", "b=2\r\nX: y"}, "Transfer-Encoding": {"chunked"}, "Bad Name": {"x"}}
	want := "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2 X: y\r\n\r\n"
	if got := string(warc.ResponseHead("HTTP/2.0", 200, h)); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	u, _ := url.Parse("http://a:81/x?y#z")
	want = "GET /x?y HTTP/1.0\r\nHost: a:81\r\nAccept: */*\r\n\r\n"
	if got := string(warc.RequestHead("GET", "HTTP/1.0", u, http.Header{"Accept": {"*/*"}})); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
