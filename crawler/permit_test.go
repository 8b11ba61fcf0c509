package crawler_test

import (
	"testing"
	"time"

	"fangzhi/archive"
	"fangzhi/crawler"
	"fangzhi/crawler/portaltest"
)

func TestPermission(t *testing.T) {
	p, path := oneArticle(portaltest.Options{})
	p.SetRobots("User-agent: *\nDisallow: /yw/\nAllow: /yw/2*\nCrawl-delay: 2\n")
	now := time.Now()
	r := newRig(t, p, func(o *crawler.Options) {
		// A clock that is being set right: it goes back at every look.
		o.Now = func() time.Time { now = now.Add(-10 * time.Millisecond); return now }
	})
	for url, want := range map[string]crawler.Permission{
		"/yw/index.html": {Reason: `robots.txt: line 2, "Disallow: /yw/"`},
		path:             {Allowed: true, Reason: `robots.txt: line 3, "Allow: /yw/2*"`},
		"/":              {Allowed: true, Reason: "robots.txt: no rule matches"},
	} {
		got, err := r.crawl.Permission(t.Context(), r.site, r.base+url)
		if got.Delay == 0 {
			t.Errorf("%s: no delay", url)
		}
		got.Delay = 0
		if err != nil || got != want {
			t.Errorf("%s: %+v, %v, want %+v", url, got, err, want)
		}
	}
	if n := p.Count("/robots.txt"); n != 1 || p.Total() != 1 {
		t.Errorf("%d requests, %d for robots.txt", p.Total(), n)
	}
	p.Break("/robots.txt", 0, portaltest.Status(503, ""))
	got, err := r.crawler(r.store).Permission(t.Context(), r.site, r.base+path)
	if err != nil || got.Allowed || got.Reason == "" {
		t.Errorf("without a readable robots.txt: %+v, %v", got, err)
	}
}

func TestAdmits(t *testing.T) {
	s := crawler.Site{
		Name: "a", Columns: []crawler.Column{{URL: "http://www.a.example/yw/"}}, Scope: crawler.Scope{Exclude: []string{"/x/"}},
	}
	for raw, want := range map[string][2]string{
		"HTTP://A.example:80/yw/1.html#top": {"http://a.example/yw/1.html", ""},
		"http://www.a.example/x/1.html":     {"http://www.a.example/x/1.html", `path "/x/1.html" is excluded by "/x/"`},
		"http://b.example/":                 {"http://b.example/", `host "b.example" is not in the scope`},
	} {
		url, reason, err := s.Admits(raw)
		if err != nil || url != want[0] || reason != want[1] {
			t.Errorf("%s: %q, %q, %v, want %q", raw, url, reason, err, want)
		}
	}
	if _, _, err := s.Admits("ftp://a.example/"); err == nil {
		t.Error("admits what is no URL")
	}
}

func TestListedBy(t *testing.T) {
	p, path := oneArticle(portaltest.Options{})
	r := newRig(t, p)
	r.run()
	list := r.page(r.site.Columns[0].URL)
	c, err := archive.Recall(t.Context(), r.store, r.site.Name, list.URL, list.Payload)
	if err != nil {
		t.Fatal(err)
	}
	urls, err := crawler.ListedBy(r.site, c)
	found := false
	for _, u := range urls {
		found = found || u == r.base+path
	}
	if err != nil || !found {
		t.Errorf("%v, %v: %s is not among them", urls, err, r.base+path)
	}
}
