package crawler_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"fangzhi/archive"
	"fangzhi/crawler"
	"fangzhi/crawler/portaltest"
	"fangzhi/extract"
)

// Each way in which a portal answers ends as one outcome, with the reason and
// the number of requests; what is not the article never becomes a version.
func TestOutcomes(t *testing.T) {
	limits := crawler.Limits{Backoff: time.Millisecond, Size: 1 << 20, Header: 8 << 10}
	// For what is slow: short enough for a test, long enough for a busy machine.
	hasty := limits
	hasty.Answer, hasty.Idle, hasty.Rate = 500*time.Millisecond, 500*time.Millisecond, 100
	slow := map[string]bool{"no answer": true, "no answer ever": true, "headers too slow": true, "stalls": true, "drips": true}
	for _, c := range []struct {
		name     string
		times    int // 0: always
		fault    portaltest.Fault
		want     archive.Outcome
		reason   string // part of it
		attempts int
		versions int
	}{
		{"well", 1, portaltest.Chunked(900), archive.New, "first version", 1, 1},
		{"404", 0, portaltest.Status(404, ""), archive.Gone, "status 404 Not Found", 1, 0},
		{"410", 0, portaltest.Status(410, ""), archive.Gone, "status 410 Gone", 1, 0},
		{"soft 404", 0, portaltest.Soft404(), archive.Gone, "soft 404: ", 1, 0},
		{"401", 0, portaltest.Status(401, ""), archive.Refused, "status 401 Unauthorized", 1, 0},
		{"403", 0, portaltest.Status(403, ""), archive.Refused, "status 403 Forbidden", 1, 0},
		{"451", 0, portaltest.Status(451, ""), archive.Refused, "status 451", 1, 0},
		{"login", 0, portaltest.Login(), archive.Refused, "login page: ", 1, 0},
		{"Jiasule", 0, portaltest.JSL(), archive.Challenged, "status 521: ", 1, 0},
		{"Ruishu", 0, portaltest.Ruishu(), archive.Challenged, "status 412: ", 1, 0},
		{"firewall", 0, portaltest.WAF(), archive.Challenged, "status 200: ", 1, 0},
		{"WZWS, without a page", 0, portaltest.Text(493, ""), archive.Challenged, "status 493: status 493 (WZWS)", 1, 0},
		{"EdgeOne", 0, portaltest.Text(567, ""), archive.Challenged, "status 567: status 567 (EdgeOne)", 1, 0},
		{"Ruishu, without a page", 0, portaltest.Text(412, ""), archive.Challenged, "status 412: ", 1, 0},
		{"521 without a sign", 0, portaltest.Text(521, ""), archive.Unreachable, "status 521", 1, 0},
		{"500", 0, portaltest.Status(500, ""), archive.Unreachable, "status 500 Internal Server Error", 3, 0},
		{"500 twice, then well", 2, portaltest.Status(500, ""), archive.New, "first version", 3, 1},
		{"501 is no accident", 0, portaltest.Status(501, ""), archive.Unreachable, "status 501", 1, 0},
		{"408", 1, portaltest.Status(408, ""), archive.New, "first version", 2, 1},
		{"reset", 0, portaltest.Reset(), archive.Unreachable, "connection reset by peer", 3, 0},
		{"reset once", 1, portaltest.Reset(), archive.New, "first version", 2, 1},
		{"not HTTP", 0, portaltest.Garbage(), archive.Unreachable, "malformed HTTP", 3, 0},
		{"no answer", 1, portaltest.Silence(), archive.New, "first version", 2, 1},
		{"no answer ever", 0, portaltest.Silence(), archive.Unreachable, "no answer in time", 3, 0},
		{"headers too slow", 0, portaltest.SlowHeaders(200 * time.Millisecond), archive.Unreachable, "no answer in time", 3, 0},
		{"header too large", 0, portaltest.Header("X-Padding", strings.Repeat("x", 9<<10)), archive.Unreachable, "headers exceeded", 3, 0},
		{"ends early", 0, portaltest.CutShort(500), archive.Truncated, "cut short (disconnect) after 500 bytes", 3, 0},
		{"ends early once", 1, portaltest.CutShort(500), archive.New, "first version", 2, 1},
		{"chunks end early", 0, portaltest.CutChunked(500), archive.Truncated, "cut short (disconnect) after 500 bytes", 3, 0},
		{"dropped", 0, portaltest.ResetAfter(500), archive.Truncated, "cut short (disconnect) after ", 3, 0},
		{"stalls", 0, portaltest.Stall(500), archive.Truncated, "cut short (time) after 500 bytes: no byte for too long", 1, 0},
		{"drips", 0, portaltest.Trickle(1, 20*time.Millisecond), archive.Truncated, "bytes: too few bytes a second", 1, 0},
		{"endless", 0, portaltest.Endless(), archive.Truncated, "cut short (length) after 1048576 bytes: longer than 1048576 bytes", 1, 0},
		{"too long", 0, portaltest.Padded(1<<20 + 1), archive.Truncated, "cut short (length) after 1048576 bytes", 1, 0},
		{"long", 0, portaltest.Padded(1<<20 - 4<<10), archive.New, "first version", 1, 1},
		{"empty", 0, portaltest.Empty(), archive.Unreadable, "empty", 1, 0},
		{"304 to no condition", 0, portaltest.Always304(), archive.Unreadable, "status 304 Not Modified to a request without a validator", 1, 0},
		{"gzip that is none", 0, portaltest.FalseGzip(), archive.New, "first version", 1, 1},
		{"moved out of the scope", 0, portaltest.RedirectTo(302, "http://other.example/x"), archive.Moved,
			`status 302 Found: to "http://other.example/x": out of the scope: host "other.example" is not in the scope`, 1, 0},
		{"moved to nowhere", 0, portaltest.RedirectTo(301, "javascript:void(0)"), archive.Moved, "scheme must be http or https", 1, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p, url := oneArticle(portaltest.Options{Codings: []string{}})
			r := newRig(t, p, func(o *crawler.Options) {
				if o.Limits = limits; slow[c.name] {
					o.Limits = hasty
				}
			})
			p.Break(url, c.times, c.fault)
			r.run()
			asked := p.Count(url)
			url = r.base + url
			v := r.last(url)
			if v.Outcome != c.want || !strings.Contains(v.Reason, c.reason) || v.Attempts != asked {
				t.Errorf("%s after %d requests, told as %d: %s\nwant %s: %s", v.Outcome, asked, v.Attempts, v.Reason, c.want, c.reason)
			}
			// net/http repeats a request by itself when a kept connection breaks.
			if v.Attempts < c.attempts || v.Attempts > c.attempts && !strings.HasPrefix(c.name, "reset") {
				t.Errorf("%d requests, want %d", v.Attempts, c.attempts)
			}
			if n := len(r.snapshots(url)); n != c.versions {
				t.Errorf("%d versions, want %d", n, c.versions)
			}
			page := r.page(url)
			if page.Due.IsZero() || !page.Due.After(page.LastVisit) {
				t.Errorf("due %v after a visit at %v", page.Due, page.LastVisit)
			}
			for path, n := range p.Counts() {
				if n != 1 && r.base+path != url {
					t.Errorf("%s was fetched %d times", path, n)
				}
			}
		})
	}
}

// What was cut short, or could not be read, is kept as it came.
func TestKeepsWhatItCannotRead(t *testing.T) {
	p, path := oneArticle(portaltest.Options{Codings: []string{}})
	r := newRig(t, p)
	p.Break(path, 0, portaltest.CutShort(500))
	r.run()
	v := r.last(r.base + path)
	b, err := r.store.Payload(t.Context(), v.Payload)
	if err != nil || len(b) != 500 || v.Truncated != "disconnect" || v.Bytes != 500 {
		t.Errorf("%d bytes kept, %v, visit %+v", len(b), err, v)
	}
	if v.Protocol != "HTTP/1.1" || v.Address != strings.TrimPrefix(r.base, "http://") || v.Request.Get("User-Agent") == "" {
		t.Errorf("visit by %q at %q, request %v", v.Protocol, v.Address, v.Request)
	}
}

func TestPayloadIsAsSent(t *testing.T) {
	for _, coding := range []string{"gzip", "br"} {
		p, path := oneArticle(portaltest.Options{Codings: []string{coding}})
		r := newRig(t, p)
		r.run()
		v := r.last(r.base + path)
		b, err := r.store.Payload(t.Context(), v.Payload)
		if err != nil {
			t.Fatal(err)
		}
		if v.Header.Get("Content-Encoding") != coding || v.Request.Get("Accept-Encoding") != "gzip, br" {
			t.Errorf("%s: answer %v to request %v", coding, v.Header, v.Request)
		}
		plain, err := extract.DecodeContent(coding, b, 0)
		if err != nil || len(plain) <= len(b) || !strings.Contains(string(plain), "</html>") {
			t.Errorf("%s: %d bytes unpack to %d, %v", coding, len(b), len(plain), err)
		}
	}
}

func TestUnreachableHost(t *testing.T) {
	p, _ := oneArticle(portaltest.Options{})
	r := newRig(t, p)
	site := r.site
	site.Columns = []crawler.Column{{Name: "a", URL: "http://127.0.0.1:1/"}}
	run, err := r.crawl.Run(t.Context(), site, crawler.Tick{})
	if err != nil || run.State != archive.RunDone || run.Lists[archive.Unreachable] != 1 {
		t.Fatalf("run %+v, %v", run, err)
	}
	v := r.last("http://127.0.0.1:1/")
	if !strings.Contains(v.Reason, "robots.txt: ") || !strings.Contains(v.Reason, "connection refused") {
		t.Errorf("reason %q", v.Reason)
	}
}

// A name that leads into the crawler's own network is not asked, unless the
// site allows it.
func TestPrivateAddress(t *testing.T) {
	p, _ := oneArticle(portaltest.Options{})
	r := newRig(t, p)
	site := r.site
	site.AllowPrivate = false
	run, err := r.crawl.Run(t.Context(), site, crawler.Tick{})
	if err != nil || run.Lists[archive.Unreachable] != 1 {
		t.Fatalf("run %+v, %v", run, err)
	}
	want := "address 127.0.0.1: loopback; allow_private: true, or --allow-private, lets such addresses be asked"
	if v := r.last(site.Columns[0].URL); v.Reason != want {
		t.Errorf("reason %q, want %q", v.Reason, want)
	}
	if n := p.Total(); n != 0 {
		t.Errorf("%d requests came through", n)
	}
	// What one site allows is not open to the next by a connection left idle.
	r.run()
	site.Name = "other"
	if run, err := r.crawl.Run(t.Context(), site, crawler.Tick{}); err != nil || run.Lists[archive.Unreachable] != 1 {
		t.Errorf("after a site that may: %+v, %v", run, err)
	}
}

// A fault of ours that reading a page meets costs that page.
func TestPanicWhileReading(t *testing.T) {
	p := portaltest.Demo()
	r := newRig(t, p)
	bad := p.Truth()[3].URL
	r.crawl.SetRead(func(in extract.Input) (*extract.Page, error) {
		if in.URL == bad {
			panic("index out of range")
		}
		return extract.Open(in)
	})
	r.run()
	v := r.last(bad)
	if v.Outcome != archive.Unreadable || v.Reason != "panic while reading: index out of range" || v.Payload == "" {
		t.Errorf("visit %+v", v)
	}
	if n := len(r.events); n < len(p.Truth()) {
		t.Errorf("only %d visits", n)
	}
	r.crawl.SetRead(extract.Open)
	r.run()
	if v := r.last(bad); v.Outcome != archive.New {
		t.Errorf("read again: %s: %s", v.Outcome, v.Reason)
	}
}

// An error in reading that is nobody's but the site's own stops the run.
func TestReadError(t *testing.T) {
	p, _ := oneArticle(portaltest.Options{})
	r := newRig(t, p)
	fault := errors.New("rules cannot be used")
	r.crawl.SetRead(func(extract.Input) (*extract.Page, error) { return nil, fault })
	run, err := r.crawl.Run(t.Context(), r.site, crawler.Tick{})
	if !errors.Is(err, fault) || run.State != archive.RunFailed {
		t.Errorf("run %s, %v", run.State, err)
	}
}

func TestUserAgent(t *testing.T) {
	for contact, want := range map[string]string{
		"": "fangzhi/", "crawler@example.org": " (+crawler@example.org)", "a\r\nX-Evil: 1": " (+a X-Evil: 1)",
	} {
		got := crawler.UserAgent(contact)
		if !strings.HasPrefix(got, "fangzhi/") || !strings.Contains(got, want) || strings.ContainsAny(got, "\r\n") {
			t.Errorf("UserAgent(%q) = %q, want %q in it", contact, got, want)
		}
	}
	p, _ := oneArticle(portaltest.Options{})
	r := newRig(t, p, func(o *crawler.Options) { o.UserAgent = "archivist/2 (+http://example.org/)" })
	r.run()
	for _, q := range p.Requests() {
		if q.Header.Get("User-Agent") != "archivist/2 (+http://example.org/)" {
			t.Errorf("%s was asked by %q", q.Path, q.Header.Get("User-Agent"))
		}
	}
}
