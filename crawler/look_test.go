package crawler_test

import (
	"strings"
	"testing"

	"fangzhi/archive"
	"fangzhi/crawler"
	"fangzhi/crawler/portaltest"
)

func TestLook(t *testing.T) {
	p, path := oneArticle(portaltest.Options{Robots: "User-agent: *\nDisallow: /zt/"})
	r := newRig(t, p)
	p.Redirect("/old.html", path)
	p.Redirect("/away.html", "http://other.example/")

	capture, page, err := r.crawl.Look(t.Context(), r.site, r.base+"/old.html")
	if err != nil {
		t.Fatal(err)
	}
	if capture.Status != 200 || capture.URL != r.base+path || capture.Header.Get("Content-Type") == "" {
		t.Errorf("capture of %s: status %d, header %v", capture.URL, capture.Status, capture.Header)
	}
	if got := page.Reading(); got.Kind != archive.KindArticle || got.Article.Title != "县政府召开常务会议研究防汛工作" {
		t.Errorf("reading %s %q", got.Kind, got.Article.Title)
	}
	if capture, _, err := r.crawl.Look(t.Context(), r.site, r.base+"/away.html"); err != nil || capture.Location() != "http://other.example/" {
		t.Errorf("a way out of the scope: %d to %q, %v", capture.Status, capture.Location(), err)
	}
	if capture, _, err := r.crawl.Look(t.Context(), r.site, r.base+"/none.html"); err != nil || capture.Status != 404 {
		t.Errorf("what is not there: %d, %v", capture.Status, err)
	}
	for url, want := range map[string]string{
		r.base + "/zt/1.html":   `robots.txt: line 2, "Disallow: /zt/"`,
		"http://other.example/": `out of the scope: host "other.example" is not in the scope`,
		"ftp://other.example/":  "scheme must be http or https",
	} {
		if _, _, err := r.crawl.Look(t.Context(), r.site, url); err == nil || !strings.HasSuffix(err.Error(), want) || !strings.HasPrefix(err.Error(), "look at ") {
			t.Errorf("%s: %v, want %s", url, err, want)
		}
	}
	if n := len(all(t, r.store.Visits(t.Context(), archive.Filter{}))); n != 0 {
		t.Errorf("%d visits were recorded", n)
	}
	_, err = crawler.New(r.store, crawler.Options{Workers: -1})
	if want := `crawler: options: workers: "-1": must be 1 or more`; err == nil || err.Error() != want {
		t.Errorf("New: %v, want %s", err, want)
	}
}

// Two sites at a time in one archive keep apart.
func TestTwoSitesAtATime(t *testing.T) {
	first, second := portaltest.Demo(), portaltest.Demo()
	r := newRig(t, first, func(o *crawler.Options) { o.Observe = nil })
	if _, stop, err := second.Start(); err != nil {
		t.Fatal(err)
	} else {
		defer stop()
	}
	done := make(chan error)
	for i, p := range []*portaltest.Portal{first, second} {
		site := siteOf(p)
		site.Name = []string{"one", "two"}[i]
		go func() {
			_, err := r.crawl.Run(t.Context(), site, crawler.Tick{})
			done <- err
		}()
	}
	for range 2 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	counts := map[string]int{}
	for _, v := range all(t, r.store.Visits(t.Context(), archive.Filter{})) {
		counts[v.Site]++
		if (v.Site == "one") != strings.HasPrefix(v.URL, first.URL("")) {
			t.Errorf("site %s visited %s", v.Site, v.URL)
		}
	}
	if counts["one"] != counts["two"] || counts["one"] < len(first.Truth()) {
		t.Errorf("visits: %v", counts)
	}
}

// A list and what fills it can be looked at.
func TestLookList(t *testing.T) {
	p := gazette(portaltest.HanwebJpaas, 60)
	r := newRig(t, p)
	ask := archive.Request{URL: r.site.Columns[0].URL}
	_, page, shell, err := r.crawl.LookList(t.Context(), r.site, ask)
	if err != nil || page == nil || len(shell.Feeds) != 1 || shell.Family != "hanweb-jpaas" || shell.Evidence == "" {
		t.Fatalf("shell %+v, %v", shell, err)
	}
	got, page, list, err := r.crawl.LookList(t.Context(), r.site, shell.Feeds[0])
	if err != nil || page != nil || len(list.Rows) != 15 || list.Total != 20 || len(list.Next) != 1 {
		t.Errorf("%s brought %+v, %v", got.URL, list, err)
	}
}
