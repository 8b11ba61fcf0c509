package crawler_test

import (
	"fmt"
	"testing"
	"time"

	"fangzhi/archive"
	"fangzhi/crawler"
)

// A requisite that stays as it is is asked for ever more rarely, and daily again
// once it changed, though every day has a page that needs it.
func TestRequisiteThatDoesNotChange(t *testing.T) {
	r, s, later := wears(t, map[string]item{"/s.css": {kind: "text/css", body: "p { color: red }"}})
	r.site.Revisit = func(archive.Page, time.Time) time.Time { return time.Time{} }
	days := 0
	live := func(n int) (asked int) {
		before := s.count("/s.css")
		for range n {
			days++
			s.put(fmt.Sprintf("/art/%d", days), item{body: `<link rel=stylesheet href="/s.css">`})
			r.run()
			later(24*time.Hour + time.Minute)
		}
		return s.count("/s.css") - before
	}
	if n := live(5); n != 5 {
		t.Errorf("asked for %d times in the first 5 days", n)
	}
	if n := live(45); n < 5 || n > 15 {
		t.Errorf("asked for %d times in 45 further days", n)
	}
	s.put("/s.css", item{kind: "text/css", body: "p { color: blue }"})
	live(16) // until it is noticed
	if v := r.last(r.base + "/s.css"); v.Outcome != archive.Changed && v.Outcome != archive.Unchanged || len(r.visits(r.base+"/s.css")) < 10 {
		t.Errorf("%s: %s", v.Outcome, v.Reason)
	}
	changed := r.page(r.base + "/s.css").LastChange
	if now := time.Now().Add(time.Duration(days) * (24*time.Hour + time.Minute)); now.Sub(changed) > 17*24*time.Hour {
		t.Errorf("the change was not noticed")
	}
	sound(t, r)
}

// A site that keeps nothing asks for nothing.
func TestKeepNothing(t *testing.T) {
	r, s, _ := wears(t, map[string]item{"/art/1": {body: `<img src="/a.png"><a href="/c.pdf">丙.pdf</a>`}, "/a.png": {kind: "image/png", body: "1"}, "/c.pdf": {kind: "application/pdf", body: "%PDF-1.4"}})
	r.site.Keep = crawler.Keep{}
	run := r.run()
	if s.count("/a.png")+s.count("/c.pdf") != 0 || run.Requisites.Total() != 0 {
		t.Errorf("asked for %v", s.asked)
	}
	if a := r.snapshots(r.base + "/art/1")[0].Article.Attachments; len(a) != 1 || a[0].Digest != "" {
		t.Errorf("attachments %+v", a)
	}
}

// Workers that need the same thing at the same time ask for it once.
func TestKeepAsksOnce(t *testing.T) {
	items := map[string]item{"/s.css": {kind: "text/css", body: "p { color: red }"}, "/d.pdf": {kind: "application/pdf", body: "%PDF-1.4"}}
	for i := range 40 {
		items[fmt.Sprintf("/art/%d", i)] = item{body: `<link rel=stylesheet href="/s.css"><a href="/d.pdf">附表.pdf</a>`}
	}
	r, s, _ := wears(t, items)
	r.site.Politeness.Parallel = 8
	r.run()
	if s.count("/s.css") != 2 || s.count("/d.pdf") != 1 { // the style once more when the run ends
		t.Errorf("the style was asked for %d times, the document %d times", s.count("/s.css"), s.count("/d.pdf"))
	}
	want := archive.DigestOf([]byte("%PDF-1.4"))
	for i := range 40 {
		if d := r.snapshots(fmt.Sprintf("%s/art/%d", r.base, i))[0].Article.Attachments[0].Digest; d != want {
			t.Errorf("article %d: digest %q", i, d)
		}
	}
	sound(t, r)
}
