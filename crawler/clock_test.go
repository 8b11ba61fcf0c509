package crawler_test

import (
	"strings"
	"testing"
	"time"

	"fangzhi/archive"
	"fangzhi/crawler"
	"fangzhi/crawler/portaltest"
)

// Under a clock that was set back between two runs, pages whose last visit is
// still to come wait for it: the ledger stays in order, and an edit is found once
// the clock has caught up.
func TestClockSetBack(t *testing.T) {
	d, urls := newDays(t)
	d.mu.Lock()
	d.now = d.now.Add(-time.Hour)
	d.mu.Unlock()
	if err := d.portal.Edit(urls[0], func(a *portaltest.Article) { a.Body[0] += "另行通知。" }); err != nil {
		t.Fatal(err)
	}
	d.run(crawler.Tick{Full: true})
	d.run()
	if p := d.page(urls[0]); p.Versions != 1 || p.Visits != 1 {
		t.Errorf("%d versions, %d visits, want 1 of each", p.Versions, p.Visits)
	}
	sound(t, d.rig)
	d.pass(1)
	if p, v := d.page(urls[0]), d.last(urls[0]); p.Versions != 2 || v.Outcome != archive.Changed {
		t.Errorf("%d versions, last visit %s: %s", p.Versions, v.Outcome, v.Reason)
	}
	sound(t, d.rig)
}

// A clock that ran far ahead for a while does not keep pages from being visited
// until it is true: they are due at once, told in a note; and their visits stay in
// order, told in the reasons.
func TestClockRanAhead(t *testing.T) {
	d, urls := newDays(t)
	d.site.Revisit = func(_ archive.Page, now time.Time) time.Time { return now.Add(20 * time.Hour) }
	d.pass(1)
	d.mu.Lock()
	d.now = d.now.AddDate(0, 6, 0)
	d.mu.Unlock()
	d.run(crawler.Tick{Full: true})
	d.mu.Lock()
	d.now = d.now.AddDate(0, -6, 0)
	d.mu.Unlock()
	if err := d.portal.Edit(urls[0], func(a *portaltest.Article) { a.Body[0] += "另行通知。" }); err != nil {
		t.Fatal(err)
	}
	day := d.portal.Publish("yw", article("县政府召开第99次常务会议"))
	d.pass(1)
	if p, v := d.page(urls[0]), d.last(urls[0]); p.Versions != 2 || v.Outcome != archive.Changed || !strings.Contains(v.Reason, "; it took place at 2026-03-0") {
		t.Errorf("%d versions, last visit %s: %s", p.Versions, v.Outcome, v.Reason)
	}
	if !d.hasPage(day) || d.page(day).Versions != 1 {
		t.Errorf("the columns were not read, or what they list is not: %+v", d.visits(d.site.Columns[0].URL))
	}
	for _, u := range urls {
		v := d.visits(u)
		for i := range v[1:] {
			if !v[i].At.Before(v[i+1].At) {
				t.Errorf("%s: visit of %v after that of %v", u, v[i+1].At, v[i].At)
			}
		}
		if due := d.page(u).Due.Sub(d.clock()); due < 0 || due > 24*time.Hour {
			t.Errorf("%s is due in %v", u, due)
		}
	}
	run := all(t, d.store.Runs(t.Context(), archive.Filter{}))
	told := 0
	for _, r := range run {
		if strings.Contains(strings.Join(r.Notes, "\n"), "23 pages were to be asked for later than the revisit policy says, for a clock that was wrong: now due") {
			told++
		}
	}
	if told != 1 {
		t.Errorf("told %d times, want once: %+v", told, run)
	}
	sound(t, d.rig)

	// From then on they go by the policy.
	d.portal.ForgetRequests()
	d.run()
	if n := d.portal.Count(urls[1]); n != 0 {
		t.Errorf("asked for %d times within the hour", n)
	}
	d.pass(1)
	if n := d.portal.Count(urls[1]); n != 1 {
		t.Errorf("asked for %d times within a day", n)
	}
	sound(t, d.rig)
}

// What is kept besides pages stays in order too, after a clock that ran ahead.
func TestClockRanAheadOfWhatIsKept(t *testing.T) {
	page := func(text string) item {
		return item{body: `<link rel=stylesheet href="/s.css"><a href="/d.pdf">附表.pdf</a><p>` + text + `</p>`}
	}
	items := map[string]item{
		"/art/1": page("第一稿。"), "/s.css": {kind: "text/css", body: "p { color: red }"}, "/d.pdf": {kind: "application/pdf", body: "%PDF-1.4"},
	}
	r, s, later := wears(t, items)
	later(10 * 24 * time.Hour)
	r.run()
	later(-10 * 24 * time.Hour)
	for _, text := range []string{"第二稿。", "第三稿。"} {
		s.put("/art/1", page(text))
		s.put("/s.css", item{kind: "text/css", body: "p { color: blue } /* " + text + " */"})
		s.put("/d.pdf", item{kind: "application/pdf", body: "%PDF-1.4 " + text})
		later(time.Minute)
		r.run(crawler.Tick{Full: true})
	}
	for _, path := range []string{"/art/1", "/d.pdf", "/s.css"} {
		visits := r.visits(r.base + path)
		if len(visits) < 2 {
			t.Errorf("%s: %d visits", path, len(visits))
		}
		for i, v := range visits {
			if i > 0 && !v.At.After(visits[i-1].At) {
				t.Errorf("%s: visit %d is dated %s, the one before %s", path, i+1, v.At, visits[i-1].At)
			}
			if i > 0 && !strings.Contains(v.Reason, "it took place at") {
				t.Errorf("%s: visit %d does not say when it took place: %s", path, i+1, v.Reason)
			}
		}
		if p := r.page(r.base + path); !p.LastVisit.Equal(visits[len(visits)-1].At) {
			t.Errorf("%s: last visit %s", path, p.LastVisit)
		}
	}
	sound(t, r)
}
