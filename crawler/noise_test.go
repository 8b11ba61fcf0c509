package crawler_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"fangzhi/archive"
	"fangzhi/crawler"
	"fangzhi/crawler/portaltest"
)

// newNoisy is a portal of n articles that end in a line which text fills.
func newNoisy(t *testing.T, n int, line string, text func(d *days, n int) string) (d *days, urls []string) {
	t.Helper()
	d = &days{now: time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)}
	p := portaltest.New(portaltest.Options{Now: d.clock})
	p.AddColumn(portaltest.Column{Path: "yw", Name: "要闻动态"})
	for i := range n {
		a := article(fmt.Sprintf("县政府召开第%d次常务会议", i+1))
		a.Body = append(a.Body, line)
		urls = append(urls, p.Publish("yw", a))
	}
	p.Break("/yw/2*", 0, portaltest.Filled("@N@", func(n int) string { return text(d, n) }))
	d.rig = newRig(t, p, func(o *crawler.Options) { o.Now = d.clock })
	d.site.Zone = portaltest.Shanghai
	for i := range urls {
		urls[i] = d.base + urls[i]
	}
	d.run()
	return d, urls
}

// A counter in the text cuts versions until it has shown four times what it is,
// and then no more; an edit beside it does.
func TestNoiseCutsNoVersion(t *testing.T) {
	d, urls := newNoisy(t, 1, "本页已被访问@N@次", func(_ *days, n int) string { return fmt.Sprint(100 + n) })
	url := urls[0]
	if body := d.snapshots(url)[0].Article.Body; !strings.Contains(body, "本页已被访问101次") {
		t.Fatalf("the line is not read as text: %q", body)
	}
	d.portal.ForgetRequests()
	d.pass(3)
	if v := d.last(url); v.Outcome != archive.Unchanged || v.Reason != `only "本页已被访问#次" differs, as on every fetch` {
		t.Errorf("%s: %s", v.Outcome, v.Reason)
	}
	if n := len(d.snapshots(url)); n != 3 {
		t.Errorf("%d versions after four fetches, want 3", n)
	}
	if n := d.portal.Count(url); n != 4 {
		t.Errorf("asked for %d times, want three visits and one proof", n)
	}
	d.pass(3)
	if n, m := len(d.snapshots(url)), d.portal.Count(url); n != 3 || m != 7 {
		t.Errorf("%d versions, asked for %d times, want 3 and 7", n, m)
	}
	d.portal.Edit(url, func(a *portaltest.Article) {
		a.Body[0] = strings.Replace(a.Body[0], "第四十二次", "第四十三次", 1)
	})
	d.pass(1)
	if v := d.last(url); v.Outcome != archive.Changed || v.Version != 4 {
		t.Errorf("an edit beside the counter: %s: %s", v.Outcome, v.Reason)
	}
	d.pass(1)
	if v := d.last(url); v.Outcome != archive.Unchanged {
		t.Errorf("after the edit: %s: %s", v.Outcome, v.Reason)
	}
	masks, err := crawler.KnownMasks(t.Context(), d.store, d.site.Name)
	if err != nil || len(masks.Of(url)) != 1 || masks.Learnt[0].Proof != "differs when it is asked for twice at once" || masks.Learnt[0].Everywhere() {
		t.Errorf("masks %+v, %v", masks, err)
	}
}

// Three pages that show the same noise tell it of the site's other pages.
func TestNoiseOfASite(t *testing.T) {
	d, urls := newNoisy(t, 3, "本页已被访问@N@次", func(_ *days, n int) string { return fmt.Sprint(100 + n) })
	d.pass(3)
	more := article("县政府召开防汛工作会议")
	more.Body = append(more.Body, "本页已被访问@N@次")
	fresh := d.portal.Publish("yw", more)
	d.pass(2)
	for _, u := range append(urls, fresh) {
		if v := d.last(u); v.Outcome != archive.Unchanged || !strings.HasPrefix(v.Reason, "only ") {
			t.Errorf("%s: %s: %s", u, v.Outcome, v.Reason)
		}
	}
	if n := len(d.snapshots(fresh)); n != 1 {
		t.Errorf("%d versions of a page found after the mask was learnt", n)
	}
}

func TestTodayIsNoise(t *testing.T) {
	d, urls := newNoisy(t, 1, "今天是@N@，欢迎访问", func(d *days, _ int) string {
		d.mu.Lock()
		defer d.mu.Unlock()
		return d.now.In(portaltest.Shanghai).Format("2006年1月2日")
	})
	d.portal.ForgetRequests()
	d.pass(40) // into the next months
	if n, m := len(d.snapshots(urls[0])), d.portal.Count(urls[0]); n != 3 || m != 40 {
		t.Errorf("%d versions, asked for %d times, want 3 and 40; last: %s", n, m, d.last(urls[0]).Reason)
	}
}

// What changes from day to day and not from fetch to fetch is news: every
// version of it is kept.
func TestNewsIsNoNoise(t *testing.T) {
	for name, c := range map[string]struct {
		line string
		text func(d *days, n int) string
	}{
		"a tally of each day": {"今日累计接种@N@剂次", func(d *days, _ int) string {
			d.mu.Lock()
			defer d.mu.Unlock()
			return fmt.Sprint(1000 + 7*d.now.YearDay())
		}},
		"a deadline put off each day": {"报名截止2026年3月@N@日", func(d *days, _ int) string {
			d.mu.Lock()
			defer d.mu.Unlock()
			return fmt.Sprint(3 + d.now.Day())
		}},
		"a sentence": {"截至目前，已有@N@人报名。", func(_ *days, n int) string { return fmt.Sprint(n) }},
	} {
		t.Run(name, func(t *testing.T) {
			d, urls := newNoisy(t, 1, c.line, c.text)
			d.pass(12)
			if n := len(d.snapshots(urls[0])); n != 13 {
				t.Errorf("%d versions of 13 texts; last: %s", n, d.last(urls[0]).Reason)
			}
			if m := d.portal.Count(urls[0]); m > 13+3 {
				t.Errorf("asked for %d times", m)
			}
		})
	}
}

// What cannot be used of what was learnt is learnt anew, and the run says so.
func TestMasksDamaged(t *testing.T) {
	d, _ := newNoisy(t, 1, "本页已被访问@N@次", func(_ *days, n int) string { return fmt.Sprint(n) })
	run := archive.Run{ID: "r", Site: d.site.Name, Planned: d.clock(), Trigger: archive.TriggerManual, State: archive.RunRunning, Started: d.clock(), Lease: d.clock().Add(time.Hour)}
	if err := d.store.BeginRun(t.Context(), run, nil); err != nil {
		t.Fatal(err)
	}
	if err := d.store.Learn(t.Context(), "r", d.site.Name, "masks", []byte("{")); err != nil {
		t.Fatal(err)
	}
	run.State = archive.RunDone
	if err := d.store.EndRun(t.Context(), run); err != nil {
		t.Fatal(err)
	}
	if got := d.run(); len(got.Notes) == 0 || !strings.Contains(strings.Join(got.Notes, "\n"), "what changes on every fetch of portal: ") {
		t.Errorf("notes %q", got.Notes)
	}
}
