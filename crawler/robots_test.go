package crawler_test

import (
	"strings"
	"testing"
	"time"

	"fangzhi/archive"
	"fangzhi/crawler"
	"fangzhi/crawler/portaltest"
)

func TestRobotsRules(t *testing.T) {
	for _, c := range []struct {
		name, body, path, want string
		delay                  time.Duration
	}{
		{"empty", "", "/a", "", 0},
		{"all", "User-agent: *\nDisallow: /", "/a", `line 2, "Disallow: /"`, 0},
		{"nothing", "User-agent: *\nDisallow:", "/a", "", 0},
		{"prefix", "User-agent: *\nDisallow: /a", "/abc", `line 2, "Disallow: /a"`, 0},
		{"the case of paths counts", "User-agent: *\nDisallow: /A", "/abc", "", 0},
		{"the longest wins", "User-agent: *\nAllow: /a/b\nDisallow: /a\nDisallow: /a/b/c", "/a/b/x", "", 0},
		{"the longest wins, whatever comes first", "User-agent: *\nDisallow: /a/b/c\nAllow: /a/b\n", "/a/b/c", `line 2, "Disallow: /a/b/c"`, 0},
		{"allow wins a tie", "User-agent: *\nDisallow: /a\nAllow: /a", "/a", "", 0},
		{"star", "User-agent: *\nDisallow: /*/print", "/x/y/print?1", `line 2, "Disallow: /*/print"`, 0},
		{"end", "User-agent: *\nDisallow: /*.pdf$", "/a.pdf", `line 2, "Disallow: /*.pdf$"`, 0},
		{"not the end", "User-agent: *\nDisallow: /*.pdf$", "/a.pdf?x", "", 0},
		{"query", "User-agent: *\nDisallow: /s?q=", "/s?q=1", `line 2, "Disallow: /s?q="`, 0},
		{"own group", "User-agent: *\nDisallow: /\n\nUser-agent: FangZhi\nDisallow: /b", "/a", "", 0},
		{"own group, with version", "User-agent: *\nDisallow:\n\nUser-agent: fangzhi/1.0\nDisallow: /a", "/a", `line 5, "Disallow: /a"`, 0},
		{"own groups merge", "User-agent: fangzhi\nDisallow: /a\n\nUser-agent: x\nDisallow: /\n\nUser-agent: fangzhi\nDisallow: /b", "/b", `line 8, "Disallow: /b"`, 0},
		{"several agents of a group", "User-agent: x\nUser-agent: fangzhi\nDisallow: /a", "/a", `line 3, "Disallow: /a"`, 0},
		{"another's name that starts alike", "User-agent: fangzhibot\nDisallow: /", "/a", "", 0},
		{"own group that allows all", "User-agent: fangzhi\nDisallow:\n\nUser-agent: *\nDisallow: /", "/a", "", 0},
		{"escaped", "User-agent: *\nDisallow: /新闻/\nDisallow: /%7euser", "/%E6%96%B0%E9%97%BB/1", `line 2, "Disallow: /%E6%96%B0%E9%97%BB/"`, 0},
		{"escaped and not", "User-agent: *\nDisallow: /%e6%96%b0闻", "/%E6%96%B0%E9%97%BB", `line 2, "Disallow: /%E6%96%B0%E9%97%BB"`, 0},
		{"escaped for nothing", "User-agent: *\nDisallow: /%7euser", "/~user", `line 2, "Disallow: /~user"`, 0},
		{"byte order mark, CRLF, comment", "\xef\xbb\xbfUser-agent: * # all\r\n# no\r\nDisallow: /a # this\r\n", "/a", `line 3, "Disallow: /a"`, 0},
		{"old Macintosh", "User-agent: *\rDisallow: /a", "/a", `line 2, "Disallow: /a"`, 0},
		{"Crawl-delay", "User-agent: *\nCrawl-delay: 2.5\nDisallow: /b", "/a", "", 2500 * time.Millisecond},
		{"own Crawl-delay", "User-agent: *\nCrawl-delay: 9\n\nUser-agent: fangzhi\ncrawl-delay:1\nAllow: /", "/a", "", time.Second},
		{"Crawl-delay of nonsense", "User-agent: *\nCrawl-delay: -1\nCrawl-delay: NaN\nCrawl-delay: soon", "/a", "", 0},
		{"HTML", "<html><body><p>Disallow: /</p>\nUser-agent here\n</body>", "/a", "", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			bar, delay := crawler.RobotsVerdict(c.body, "fangzhi", c.path)
			if bar != c.want || delay != c.delay {
				t.Errorf("barred by %q, delay %v; want %q, %v", bar, delay, c.want, c.delay)
			}
		})
	}
}

func FuzzRobots(f *testing.F) {
	f.Add("User-agent: *\nDisallow: /*a$\nCrawl-delay 1", "/a")
	f.Fuzz(func(t *testing.T, body, path string) {
		crawler.RobotsVerdict(body, "fangzhi", "/"+path)
	})
}

func TestRobots(t *testing.T) {
	const bar = "User-agent: *\nDisallow: /yw/2024"
	for _, c := range []struct {
		name   string
		robots string
		fault  portaltest.Fault
		times  int
		want   archive.Outcome // of the article
		reason string
		asked  int // how often robots.txt
	}{
		{"none", "", portaltest.Fault{}, 0, archive.New, "", 1},
		{"barred", bar, portaltest.Fault{}, 0, archive.Refused, `robots.txt: line 2, "Disallow: /yw/2024"`, 1},
		{"403", bar, portaltest.Status(403, ""), 0, archive.New, "", 1},
		{"503", "", portaltest.Status(503, ""), 0, "", "robots.txt: status 503 Service Unavailable: nothing may be fetched until it can be read", 3},
		{"503 once", "", portaltest.Status(503, ""), 1, archive.New, "", 2},
		{"429", "", portaltest.Status(429, ""), 0, "", "robots.txt: status 429 Too Many Requests: nothing may be fetched until it can be read", 3},
		{"cut short", bar, portaltest.CutShort(10), 0, "", "robots.txt: cut short: unexpected EOF: nothing may be fetched until it can be read", 3},
		{"moved", "", portaltest.RedirectTo(301, "/rules.txt"), 0, archive.Refused, `robots.txt: line 1, "Disallow: /yw/2024"`, 1},
		{"moved for ever", bar, portaltest.RedirectLoop(), 0, archive.New, "", 1},
		{"packed", bar, portaltest.Chunked(7), 0, archive.Refused, `robots.txt: line 2, "Disallow: /yw/2024"`, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p, path := oneArticle(portaltest.Options{Robots: c.robots})
			r := newRig(t, p)
			if c.fault.Name != "" {
				p.Break("/robots.txt", c.times, c.fault)
				p.Break("/rules.txt", 0, portaltest.Text(200, "User-agent:*\rDisallow: /yw/2024\r"))
			}
			run := r.run()
			url := r.base + path
			if c.want == "" {
				v := r.last(r.site.Columns[0].URL)
				if v.Outcome != archive.Unreachable || v.Reason != c.reason || v.Attempts != 0 {
					t.Errorf("the column is %s after %d requests: %s\nwant %s", v.Outcome, v.Attempts, v.Reason, c.reason)
				}
				if len(run.Notes) != 1 || !strings.Contains(run.Notes[0], "is left alone for the rest of the run") {
					t.Errorf("notes %q", run.Notes)
				}
			} else if v := r.last(url); v.Outcome != c.want || c.reason != "" && !strings.Contains(v.Reason, strings.TrimPrefix(c.reason, `robots.txt: line 1, `)) {
				t.Errorf("%s: %s\nwant %s: %s", v.Outcome, v.Reason, c.want, c.reason)
			}
			if asked := p.Count("/robots.txt"); asked != c.asked {
				t.Errorf("robots.txt was asked for %d times, want %d", asked, c.asked)
			}
			if c.want != archive.New && p.Count(path) != 0 {
				t.Errorf("the barred page was asked for")
			}
			if total := p.Total(); run.Requests != total {
				t.Errorf("the run counts %d requests, the portal %d", run.Requests, total)
			}
		})
	}
}

// robots.txt is asked for once a day, or ten minutes after it could not be had.
func TestRobotsAgain(t *testing.T) {
	p, path := oneArticle(portaltest.Options{Robots: "User-agent: *\nDisallow: /yw/2024"})
	now := time.Date(2024, 6, 1, 8, 0, 0, 0, time.UTC)
	r := newRig(t, p, func(o *crawler.Options) { o.Now = func() time.Time { return now } })
	later := func(d time.Duration) archive.Outcome {
		now = now.Add(d)
		r.run()
		if !r.hasPage(r.base + path) {
			return ""
		}
		return r.last(r.base + path).Outcome
	}
	if o := later(0); o != archive.Refused {
		t.Errorf("at first: %s", o)
	}
	p.SetRobots("")
	if o := later(23 * time.Hour); o != archive.Refused {
		t.Errorf("after 23 hours: %s", o)
	}
	if o := later(time.Hour); o != archive.New {
		t.Errorf("after a day: %s", o)
	}
	p.Break("/robots.txt", 0, portaltest.Status(500, ""))
	later(25 * time.Hour)
	if n := p.Count("/robots.txt"); n != 5 {
		t.Errorf("asked for %d times, want 5", n)
	}
	p.Mend("")
	later(9 * time.Minute)
	if n := p.Count("/robots.txt"); n != 5 {
		t.Errorf("asked for %d times after 9 minutes, want 5", n)
	}
	if o := later(time.Minute); o.Failed() || p.Count("/robots.txt") != 6 {
		t.Errorf("after 10 minutes: %s, asked for %d times", o, p.Count("/robots.txt"))
	}
}

// Many workers that need the same file ask for it once.
func TestRobotsOnce(t *testing.T) {
	p := portaltest.DemoWith(portaltest.Options{Latency: 20 * time.Millisecond})
	r := newRig(t, p)
	r.site.Politeness.Parallel = 8
	r.run()
	if n := p.Count("/robots.txt"); n != 1 {
		t.Errorf("robots.txt was asked for %d times", n)
	}
	if q := p.Requests()[0]; q.Path != "/robots.txt" {
		t.Errorf("the first request was for %s", q.Path)
	}
}

func TestCrawlDelay(t *testing.T) {
	p, path := oneArticle(portaltest.Options{Robots: "User-agent: *\nCrawl-delay: 3600"})
	r := newRig(t, p, func(o *crawler.Options) { o.Limits.Delay = 30 * time.Millisecond })
	r.run()
	var at []time.Time
	for _, q := range p.Requests() {
		if q.Path != "/robots.txt" {
			at = append(at, q.At)
		}
	}
	if len(at) < 2 {
		t.Fatalf("%d requests, %s among them", len(at), path)
	}
	// The first may reach a busy machine's portal late: one delay is not asked for.
	if took := at[len(at)-1].Sub(at[0]); took < time.Duration(len(at)-2)*30*time.Millisecond || took > 5*time.Second {
		t.Errorf("%d requests within %v, want 30ms between them", len(at), took)
	}
}
