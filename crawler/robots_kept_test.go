package crawler_test

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"fangzhi/archive"
	"fangzhi/crawler"
	"fangzhi/crawler/portaltest"
)

// Processes that come one after the other go by the robots.txt that one of them
// fetched, for a day and for each site of the host.
func TestRobotsAcrossProcesses(t *testing.T) {
	p, path := oneArticle(portaltest.Options{})
	p.Break("/robots.txt", 1, portaltest.Text(200, "User-agent: *\nDisallow: /yw/2024"))
	var gone atomic.Int64 // nanoseconds since the first of March
	begun := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	pass := func(d time.Duration) { gone.Add(int64(d)) }
	clock := func(o *crawler.Options) {
		o.Now = func() time.Time { return begun.Add(time.Duration(gone.Add(int64(time.Millisecond)))) }
	}
	r := newRig(t, p, clock)
	asks := func(want int, what string, tick crawler.Tick, site crawler.Site) {
		t.Helper()
		before := p.Count("/robots.txt")
		run, err := r.crawler(r.store, clock).Run(t.Context(), site, tick)
		if err != nil || run.State != archive.RunDone {
			t.Fatalf("%s: run %s, %v", what, run.State, err)
		}
		if n := p.Count("/robots.txt") - before; n != want {
			t.Errorf("%s: robots.txt was asked for %d times, want %d", what, n, want)
		}
	}
	asks(1, "the first", crawler.Tick{}, r.site)
	pass(time.Hour)
	asks(0, "an hour later", crawler.Tick{}, r.site)
	if v := r.last(r.base + path); v.Outcome != archive.Refused || !strings.Contains(v.Reason, `line 2, "Disallow: /yw/2024"`) {
		t.Errorf("%s: %s", v.Outcome, v.Reason)
	}
	other := r.site
	other.Name = "other"
	asks(0, "another site of the host", crawler.Tick{}, other)
	told, file, ok, err := r.crawler(r.store, clock).Kept(t.Context(), r.site, r.base+path)
	if err != nil || !ok || told.Allowed || !strings.Contains(told.Reason, "line 2") || file.Origin != r.base || file.Status != 200 || file.Expires.Sub(file.Fetched) != 24*time.Hour {
		t.Errorf("kept %+v, %+v, %v, %v", told, file, ok, err)
	}
	through := r.site
	through.TLS.Profile = crawler.Legacy
	asks(1, "another way to the host", crawler.Tick{}, through)
	pass(24 * time.Hour) // it changed meanwhile
	asks(1, "a day later", crawler.Tick{}, r.site)
	if v := r.last(r.base + path); v.Outcome.Failed() {
		t.Errorf("a day after the rule went: %s: %s", v.Outcome, v.Reason)
	}
	pass(time.Hour)
	asks(1, "in full", crawler.Tick{Full: true}, r.site)
	asks(0, "after that", crawler.Tick{}, r.site)
	pass(-time.Second)
	asks(0, "when the clock was set back a little", crawler.Tick{}, r.site)

	pass(30 * time.Hour)
	p.Break("/robots.txt", 3, portaltest.Status(503, ""))
	asks(3, "in trouble", crawler.Tick{}, r.site)
	pass(time.Hour)
	asks(1, "after the trouble", crawler.Tick{}, r.site)
	pass(-time.Hour)
	asks(1, "when a clock that ran ahead was put right", crawler.Tick{}, other)
	sound(t, r)
}

// A robots.txt in whatever charset bars the same in each process, and is fetched by
// one of them.
func TestRobotsKeptOfAnyCharset(t *testing.T) {
	const rules = "User-agent: *\nDisallow: /yw/\n"
	wide := ""
	for _, c := range []byte(rules) {
		wide += string([]byte{c, 0})
	}
	for _, c := range []struct{ name, text string }{
		{"a comment in UTF-8", "# 云溪\n" + rules},
		{"a comment in GBK", "# \xd4\xc6\xcf\xaa\n" + rules},
		{"a rule in GBK", "User-agent: *\nDisallow: /*\xd4\xc6\nDisallow: /yw/\n"},
		{"UTF-16", "\xff\xfe" + wide},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, path := oneArticle(portaltest.Options{})
			p.SetRobots(c.text)
			r := newRig(t, p)
			r.run()
			r.crawl = r.crawler(r.store)
			r.run()
			if n := p.Count("/robots.txt"); n != 1 {
				t.Errorf("two processes asked for it %d times", n)
			}
			for _, url := range []string{r.base + path, r.base + "/a/%D4%C6"} {
				told, _, ok, err := r.crawl.Kept(t.Context(), r.site, url)
				barred := strings.Contains(url, path) || c.name == "a rule in GBK"
				if err != nil || !ok || told.Allowed == barred {
					t.Errorf("%s: kept %+v, %v, %v", url, told, ok, err)
				}
			}
		})
	}
}
