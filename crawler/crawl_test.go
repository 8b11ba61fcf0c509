package crawler_test

import (
	"testing"

	"fangzhi/archive"
	"fangzhi/crawler/portaltest"
)

// A portal is crawled twice, with a day's work of its editors in between: all
// that was published is there once, and each change is told as what it is.
func TestCrawlTwice(t *testing.T) {
	r := newRig(t, portaltest.Demo())
	first := r.run()
	truth := r.portal.Truth()
	if first.Articles[archive.New] != len(truth) || first.Articles.Total() != len(truth) {
		t.Errorf("first run: articles %v, want %d new", first.Articles, len(truth))
	}
	if first.Lists[archive.New] != first.Lists.Total() || first.Lists.Total() != 9 {
		t.Errorf("first run: lists %v, want 9 new", first.Lists)
	}
	for _, a := range truth {
		s := r.snapshots(a.URL)
		if len(s) != 1 {
			t.Errorf("%s: %d versions, want 1", a.URL, len(s))
		} else if s[0].Article.Title != a.Title {
			t.Errorf("%s: title %q, want %q", a.URL, s[0].Article.Title, a.Title)
		}
	}
	for path, n := range r.portal.Counts() {
		if n != 1 {
			t.Errorf("%s was fetched %d times in one run", path, n)
		}
	}
	t.Log(first.Articles, first.Lists, first.Requests, first.Notes)

	deeds, err := r.portal.NextDay()
	if err != nil {
		t.Fatal(err)
	}
	r.portal.ForgetRequests()
	second := r.run()
	t.Logf("%+v", deeds)
	t.Log(second.Articles, second.Lists, second.Requests, second.Notes)
}
