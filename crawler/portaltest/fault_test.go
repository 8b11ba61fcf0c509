package portaltest_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"fangzhi/crawler/portaltest"
)

func TestFaultsThatAreAnswers(t *testing.T) {
	for _, tt := range []struct {
		name   string
		fault  portaltest.Fault
		status int
		header string // name: value
		text   string
	}{
		{"too many requests", portaltest.Status(429, "7"), 429, "Retry-After: 7", "429 Too Many Requests"},
		{"unavailable", portaltest.Status(503, ""), 503, "", "503 Service Unavailable"},
		{"text of one's own", portaltest.Text(403, "<p>禁止</p>"), 403, "", "<p>禁止</p>"},
		{"redirect", portaltest.RedirectTo(301, "http://www.jinghe.example/"), 301, "Location: http://www.jinghe.example/", ""},
		{"redirect loop", portaltest.RedirectLoop(), 302, "Location: /yw/index.html?r=1", ""},
		{"jsl", portaltest.JSL(), 521, "X-Via-Jsl: 1f2e3d4,-", "document.cookie="},
		{"ruishu", portaltest.Ruishu(), 412, "", "$_ts"},
		{"waf", portaltest.WAF(), 200, "", "您的请求可能存在威胁，已被拦截"},
		{"login", portaltest.Login(), 200, "", "用户登录"},
		{"soft 404", portaltest.Soft404(), 200, "", "您访问的页面不存在或已删除"},
		{"empty", portaltest.Empty(), 200, "Content-Length: 0", ""},
		{"304 unasked", portaltest.Always304(), 304, "", ""},
		{"header", portaltest.Header("Content-Type", "text/plain"), 200, "Content-Type: text/plain", "要闻动态"},
		{"no header", portaltest.Header("ETag", ""), 200, "Etag: ", "要闻动态"},
		{"chunked", portaltest.Chunked(100), 200, "Content-Length: ", "</html>"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, _ := small(t, portaltest.Options{}, 1)
			p.Break("/yw/*", 0, tt.fault)
			r := get(t, p.URL("/yw/index.html"))
			if r.Status != tt.status || r.Err != nil {
				t.Fatalf("status %d, want %d; error %v", r.Status, tt.status, r.Err)
			}
			if name, value, ok := strings.Cut(tt.header, ": "); ok && r.Header.Get(name) != value {
				t.Errorf("%s: %q, want %q", name, r.Header.Get(name), value)
			}
			if !strings.Contains(r.Body, tt.text) || (tt.text == "" && r.Body != "") {
				t.Errorf("body %q, want %q in it", r.Body, tt.text)
			}
			if log := p.Requests(); log[0].Fault != tt.fault.Name || log[0].Status != tt.status {
				t.Errorf("logged as %q with status %d", log[0].Fault, log[0].Status)
			}
		})
	}
}

func TestFaultsOnTheLine(t *testing.T) {
	whole := func(p *portaltest.Portal) int { return len(get(t, p.URL("/")).Body) }
	const all, any = 0, 1 << 30
	for _, tt := range []struct {
		name     string
		fault    portaltest.Fault
		wantErr  error // of reading the body, or of the request where there is no answer
		wantRead int   // bytes of the body; all but that many when negative
	}{
		{"reset", portaltest.Reset(), syscall.ECONNRESET, any},
		{"reset in the body", portaltest.ResetAfter(100), syscall.ECONNRESET, any},
		{"cut short", portaltest.CutShort(100), io.ErrUnexpectedEOF, 100},
		{"cut short in chunks", portaltest.CutChunked(100), io.ErrUnexpectedEOF, 100},
		{"trickle", portaltest.Trickle(1000, time.Microsecond), nil, all},
		{"slow", portaltest.Slow(time.Microsecond), nil, all},
		{"slow headers", portaltest.SlowHeaders(time.Microsecond), nil, all},
		{"length too large", portaltest.WrongLength(10), io.ErrUnexpectedEOF, all},
		{"length too small", portaltest.WrongLength(-10), nil, -10},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, _ := small(t, portaltest.Options{}, 1)
			length := whole(p)
			p.Break("/", 1, tt.fault)
			r, err := tryGet(t, p.URL("/"))
			if err == nil {
				err = r.Err
			}
			if !errors.Is(err, tt.wantErr) {
				t.Errorf("error %v, want %v", err, tt.wantErr)
			}
			want := tt.wantRead
			if want <= 0 {
				want += length
			}
			if want != any && len(r.Body) != want {
				t.Errorf("read %d bytes, want %d", len(r.Body), want)
			}
			if got := whole(p); got != length {
				t.Errorf("the request after that read %d bytes, want %d", got, length)
			}
		})
	}
}

func TestGarbage(t *testing.T) {
	p, _ := small(t, portaltest.Options{}, 1)
	p.Break("/", 1, portaltest.Garbage())
	if _, err := tryGet(t, p.URL("/")); err == nil || !strings.Contains(err.Error(), "malformed HTTP") {
		t.Errorf("error %v, want one of malformed HTTP", err)
	}
}

func TestFaultsThatNeverEnd(t *testing.T) {
	for _, tt := range []struct {
		name   string
		fault  portaltest.Fault
		enough int // bytes after which the reader has enough; 0: it waits for the first
	}{
		{"silence", portaltest.Silence(), 0},
		{"stall at once", portaltest.Stall(0), 0},
		{"stall", portaltest.Stall(100), 100},
		{"endless", portaltest.Endless(), 1 << 20},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, _ := small(t, portaltest.Options{}, 1)
			p.Break("/", 0, tt.fault)
			c := client(t)
			if tt.enough == 0 {
				c.Timeout = 50 * time.Millisecond
			}
			resp, err := c.Get(p.URL("/"))
			if err != nil {
				return
			}
			defer resp.Body.Close()
			if tt.enough == 0 {
				if _, err := io.ReadAll(resp.Body); err == nil {
					t.Error("the body ended")
				}
				return
			}
			if _, err := io.ReadFull(resp.Body, make([]byte, tt.enough)); err != nil {
				t.Errorf("read %d bytes: %v", tt.enough, err)
			}
		})
	}
}

func TestFaultsOfCoding(t *testing.T) {
	ask := []string{"Accept-Encoding", "gzip"}
	for _, tt := range []struct {
		name  string
		fault portaltest.Fault
		check func(t *testing.T, coded, plain string)
	}{
		{"false gzip", portaltest.FalseGzip(), func(t *testing.T, coded, plain string) {
			if coded != plain {
				t.Error("not sent plain")
			}
		}},
		{"bad gzip", portaltest.BadGzip(), func(t *testing.T, coded, _ string) {
			z, err := gzip.NewReader(strings.NewReader(coded))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.ReadAll(z); err == nil {
				t.Error("could be unpacked")
			}
		}},
		{"gzip bomb", portaltest.GzipBomb(10 << 20), func(t *testing.T, coded, plain string) {
			if len(coded) > 200<<10 {
				t.Errorf("%d bytes on the line", len(coded))
			}
			if got := decode(t, "gzip", coded); len(got) != len(plain)+10<<20 {
				t.Errorf("unpacks to %d bytes", len(got))
			}
		}},
		{"padded", portaltest.Padded(1 << 20), func(t *testing.T, coded, plain string) {
			if got := decode(t, "gzip", coded); len(got) < 1<<20 || !strings.HasPrefix(got, plain) {
				t.Errorf("%d bytes, want the page and 1 MiB", len(got))
			}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, urls := small(t, portaltest.Options{}, 1)
			plain := get(t, urls[0]).Body
			p.Break(urls[0], 0, tt.fault)
			r := get(t, urls[0], ask...)
			if r.Header.Get("Content-Encoding") != "gzip" {
				t.Errorf("Content-Encoding %q", r.Header.Get("Content-Encoding"))
			}
			tt.check(t, r.Body, plain)
		})
	}
}

func TestOrders(t *testing.T) {
	p, _ := small(t, portaltest.Options{}, 1)
	statuses := func(path string, n int) string {
		var b bytes.Buffer
		for range n {
			b.WriteByte("?12345"[get(t, p.URL(path)).Status/100])
		}
		return b.String()
	}
	p.Break("/yw/index.html", 1, portaltest.Status(500, ""))
	p.Break("/yw/*.html", 2, portaltest.Status(404, ""))
	if got := statuses("/yw/index.html", 4); got != "5442" {
		t.Errorf("orders one after the other: %s, want 5442", got)
	}
	p.BreakAfter(2, "/yw/index.html", 1, portaltest.Status(500, ""))
	if got := statuses("/yw/index.html", 4); got != "2252" {
		t.Errorf("order that lets two through: %s, want 2252", got)
	}
	p.Break("/?b=*", 0, portaltest.Status(500, ""))
	if got := statuses("/", 1) + statuses("/?b=1", 1) + statuses("/?a=1", 1); got != "252" {
		t.Errorf("order with a query: %s, want 252", got)
	}
	p.Break("*", 0, portaltest.Status(503, ""))
	if got := statuses("/yw/index.html", 3); got != "555" {
		t.Errorf("order for everything: %s, want 555", got)
	}
	p.Mend("*")
	if got := statuses("/yw/index.html", 1) + statuses("/?b=1", 1); got != "25" {
		t.Errorf("one order taken back: %s, want 25", got)
	}
	p.Mend("")
	if got := statuses("/?b=1", 1); got != "2" {
		t.Errorf("all orders taken back: %s, want 2", got)
	}
}

func TestRedirectLoopGoesRound(t *testing.T) {
	p, _ := small(t, portaltest.Options{}, 1)
	p.Break("/yw/*", 0, portaltest.RedirectLoop())
	c := client(t)
	c.CheckRedirect = nil
	resp, err := c.Get(p.URL("/yw/index.html"))
	if err == nil {
		resp.Body.Close()
		t.Fatal("the loop ends")
	}
	if !strings.Contains(err.Error(), "stopped after 10 redirects") {
		t.Errorf("error %v", err)
	}
	if got := http.StatusText(p.Requests()[9].Status); got != "Found" {
		t.Errorf("tenth answer %q", got)
	}
}
