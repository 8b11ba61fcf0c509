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
	if n := first.Lists[archive.New]; n != first.Lists.Total() || n < 9 {
		t.Errorf("first run: lists %v, want 9 new at least", first.Lists)
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
	if total := r.portal.Total(); first.Requests != total {
		t.Errorf("the run counts %d requests, the portal %d", first.Requests, total)
	}
	if n := len(r.events); n != first.Articles.Total()+first.Lists.Total() {
		t.Errorf("%d visits were told", n)
	}

	deeds, err := r.portal.NextDay()
	if err != nil {
		t.Fatal(err)
	}
	r.portal.ForgetRequests()
	second := r.run()
	want := map[string]archive.Outcome{
		deeds.Published[0]: archive.New, deeds.Published[1]: archive.New,
		deeds.Edited: archive.Changed, deeds.Counted: archive.Unchanged, deeds.Withdrawn: archive.Gone,
	}
	for _, a := range r.portal.Truth() {
		v := r.last(a.URL)
		switch {
		case want[a.URL] == "" && v.Outcome != archive.NotModified && v.Outcome != archive.Unchanged,
			want[a.URL] != "" && v.Outcome != want[a.URL]:
			t.Errorf("%s is %s (%s), want %q", a.URL, v.Outcome, v.Reason, want[a.URL])
		}
	}
	if second.Articles.Total() != len(truth)+2 {
		t.Errorf("second run: articles %v, want %d", second.Articles, len(truth)+2)
	}
	if p := r.page(deeds.Withdrawn); p.State != archive.StateGone || p.Versions != 1 {
		t.Errorf("the withdrawn article is %s with %d versions", p.State, p.Versions)
	}
	for path, n := range r.portal.Counts() {
		if n != 1 {
			t.Errorf("%s was fetched %d times in one run", path, n)
		}
	}
}
