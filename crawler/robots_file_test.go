package crawler_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"fangzhi/crawler"
)

// filed serves robots.txt by file, and greets on every other path.
func filed(t *testing.T, file http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if strings.HasPrefix(q.URL.Path, "/robots") {
			file(w, q)
			return
		}
		fmt.Fprint(w, "hello")
	}))
	t.Cleanup(s.Close)
	return s
}

func says200(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, text) }
}

// How robots.txt is got, by RFC 9309, 2.3 and 2.5.
func TestRobotsFile(t *testing.T) {
	const none, bar = "User-agent: *\nDisallow:\n", "User-agent: *\nDisallow: /\n"
	// hops leads n times on, to the rules.
	hops := func(n int, rules string) http.HandlerFunc {
		return func(w http.ResponseWriter, q *http.Request) {
			at := 0
			fmt.Sscanf(q.URL.Path, "/robots/%d", &at)
			if at == n {
				fmt.Fprint(w, rules)
				return
			}
			http.Redirect(w, q, fmt.Sprintf("/robots/%d", at+1), http.StatusFound)
		}
	}
	elsewhere := filed(t, says200(bar))
	comment := "# " + strings.Repeat("x", 1021) + "\n"
	for _, c := range []struct {
		name    string
		file    http.HandlerFunc
		refused string // part of why; "": asked for
	}{
		{"five redirects", hops(5, bar), `robots.txt: line 2, "Disallow: /"`},
		{"six redirects: as if there were none", hops(6, bar), ""},
		{"from another host, for this one", func(w http.ResponseWriter, q *http.Request) {
			http.Redirect(w, q, elsewhere.URL+"/robots.txt", http.StatusMovedPermanently)
		}, `robots.txt: line 2, "Disallow: /"`},
		{"600 KiB, a rule in the first 500", says200(bar + strings.Repeat(comment, 600)), `robots.txt: line 2, "Disallow: /"`},
		{"600 KiB, a rule at 500", says200(strings.Repeat(comment, 499) + bar + strings.Repeat(comment, 100)), `robots.txt: line 501, "Disallow: /"`},
		{"600 KiB, a rule at the end", says200(none + strings.Repeat(comment, 600) + bar), ""},
		{"404", http.NotFound, ""},
		{"401", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(401) }, ""},
		{"500", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }, "robots.txt: status 500 Internal Server Error: nothing may be fetched until it can be read"},
		{"599", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(599) }, "robots.txt: status 599"},
		{"no answer", func(_ http.ResponseWriter, q *http.Request) { <-q.Context().Done() }, "robots.txt: no answer in time: nothing may be fetched until it can be read"},
		{"hung up on", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "robots.txt: EOF: nothing may be fetched until it can be read"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			limits := brief
			limits.Repeats = -1
			if c.name == "no answer" {
				limits.Answer = 300 * time.Millisecond
			}
			cr, err := crawler.New(nil, crawler.Options{Limits: limits})
			if err != nil {
				t.Fatal(err)
			}
			defer cr.Close()
			s := filed(t, c.file)
			site, err := crawler.AdHoc(s.URL)
			if err != nil {
				t.Fatal(err)
			}
			site.AllowPrivate, site.Politeness.Delay = true, 0
			got, _, err := cr.Look(t.Context(), site, s.URL+"/x")
			if c.refused == "" && (err != nil || string(got.Payload) != "hello") {
				t.Errorf("%q, %v; want it fetched", got.Payload, err)
			}
			if c.refused != "" && (err == nil || !strings.Contains(err.Error(), c.refused)) {
				t.Errorf("%v; want %s", err, c.refused)
			}
		})
	}
}

// Rules are those of one scheme, host and port.
func TestRobotsIsPerOrigin(t *testing.T) {
	var mu sync.Mutex
	asked := map[string]int{}
	file := func(rules string) http.HandlerFunc {
		return func(w http.ResponseWriter, q *http.Request) {
			mu.Lock()
			asked[q.Host]++
			mu.Unlock()
			fmt.Fprint(w, rules)
		}
	}
	barred, open := filed(t, file("User-agent: *\nDisallow: /\n")), filed(t, file(""))
	cr, err := crawler.New(nil, crawler.Options{Limits: brief})
	if err != nil {
		t.Fatal(err)
	}
	defer cr.Close()
	for range 2 {
		for _, c := range []struct {
			base    string
			refused bool
		}{
			{barred.URL, true},
			{open.URL, false},
			{strings.Replace(barred.URL, "127.0.0.1", "localhost", 1), true},
			{strings.Replace(open.URL, "127.0.0.1", "localhost", 1), false},
		} {
			site, err := crawler.AdHoc(c.base)
			if err != nil {
				t.Fatal(err)
			}
			site.AllowPrivate, site.Politeness.Delay = true, 0
			if _, _, err := cr.Look(t.Context(), site, c.base+"/x"); (err != nil) != c.refused {
				t.Errorf("%s: %v, want refused %v", c.base, err, c.refused)
			}
		}
	}
	for host, n := range asked {
		if n != 1 {
			t.Errorf("%s was asked for its robots.txt %d times", host, n)
		}
	}
	if len(asked) != 4 {
		t.Errorf("asked: %v", asked)
	}
}

// A Crawl-delay holds where it is longer than the site's own delay, up to the
// most that is honoured; it never makes a crawl hastier.
func TestCrawlDelayBounds(t *testing.T) {
	for _, c := range []struct {
		asked      string
		own, least time.Duration
	}{
		{"0.001", 40 * time.Millisecond, 40 * time.Millisecond},
		{"0.04", time.Millisecond, 40 * time.Millisecond},
		{"86400", time.Millisecond, 60 * time.Millisecond},
	} {
		var at []time.Time
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
			if q.URL.Path == "/robots.txt" {
				fmt.Fprintf(w, "User-agent: *\nCrawl-delay: %s\n", c.asked)
				return
			}
			at = append(at, time.Now())
		}))
		limits := brief
		limits.Delay = 60 * time.Millisecond
		cr, err := crawler.New(nil, crawler.Options{Limits: limits})
		if err != nil {
			t.Fatal(err)
		}
		site, err := crawler.AdHoc(s.URL)
		if err != nil {
			t.Fatal(err)
		}
		site.AllowPrivate, site.Politeness.Delay = true, c.own
		for range 5 {
			if _, _, err := cr.Look(t.Context(), site, s.URL+"/x"); err != nil {
				t.Fatal(err)
			}
		}
		cr.Close()
		s.Close()
		// The first may reach a busy machine's server late: one delay is not asked for.
		if took := at[4].Sub(at[0]); took < 3*c.least || took > 20*time.Second {
			t.Errorf("Crawl-delay %s over %v: 5 requests within %v, want %v at least", c.asked, c.own, took, 3*c.least)
		}
	}
}
