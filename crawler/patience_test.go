package crawler_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"fangzhi/archive"
	"fangzhi/crawler"
	"fangzhi/crawler/portaltest"
)

// A host that names a time is waited for, in both forms of Retry-After.
func TestRetryAfter(t *testing.T) {
	for _, c := range []struct{ name, value string }{
		{"seconds", "1"},
		{"date", time.Now().Add(1500 * time.Millisecond).UTC().Format(http.TimeFormat)},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p, path := oneArticle(portaltest.Options{})
			r := newRig(t, p)
			p.Break(path, 1, portaltest.Status(503, c.value))
			r.run()
			v := r.last(r.base + path)
			if v.Outcome != archive.New || v.Attempts != 2 {
				t.Errorf("%s after %d requests: %s", v.Outcome, v.Attempts, v.Reason)
			}
			var at []time.Time
			for _, q := range p.Requests() {
				if q.Path == path {
					at = append(at, q.At)
				}
			}
			if gap := at[1].Sub(at[0]); c.name == "seconds" && (gap < time.Second || gap > 10*time.Second) {
				t.Errorf("asked again after %v, want a second", gap)
			}
		})
	}
}

// A host that wants a longer pause than a run waits gets it: the page is due
// then, and the others stay due.
func TestRetryAfterTooLong(t *testing.T) {
	until := time.Now().Add(3 * time.Hour).UTC().Truncate(time.Second)
	for name, value := range map[string]string{"seconds": "10800", "date": until.Format(http.TimeFormat)} {
		t.Run(name, func(t *testing.T) {
			p := portaltest.Demo()
			r := newRig(t, p)
			r.site.Politeness.Parallel = 1
			list := r.site.Columns[0].URL
			p.Break(strings.TrimPrefix(list, r.base), 0, portaltest.Status(429, value))
			p.BreakAfter(0, "/yw/*", 0, portaltest.Status(429, value))
			run := r.run()
			v := r.last(list)
			if v.Outcome != archive.Unreachable || v.Attempts != 1 {
				t.Errorf("%s after %d requests: %s", v.Outcome, v.Attempts, v.Reason)
			}
			due := r.page(list).Due
			if d := due.Sub(until); d < -time.Minute || d > time.Minute {
				t.Errorf("due at %v, want %v", due, until)
			}
			if len(run.Notes) == 0 || !strings.Contains(run.Notes[len(run.Notes)-1], "asked to be left alone until") {
				t.Errorf("notes %q", run.Notes)
			}
			visited := run.Lists.Total() + run.Articles.Total()
			again := r.run()
			if again.Requests != 0 || again.Articles.Total()+again.Lists.Total() != 0 {
				t.Errorf("the next run did not leave the host alone: %+v", again)
			}
			if visited > 3 {
				t.Errorf("%d pages were visited of a host that wants none", visited)
			}
		})
	}
}

// Three challenges or refusals in a row are enough: the rest stays due.
func TestThreeChallengesInARow(t *testing.T) {
	for _, fault := range []portaltest.Fault{portaltest.JSL(), portaltest.Ruishu(), portaltest.Status(403, "")} {
		t.Run(fault.Name, func(t *testing.T) {
			p := portaltest.Demo()
			r := newRig(t, p)
			r.site.Politeness.Parallel = 1
			r.run()
			p.ForgetRequests()
			p.Break("/yw/*", 0, fault)
			p.Break("/tzgg/*", 0, fault)
			p.Break("/xzcz/*", 0, fault)
			p.Break("/", 0, fault)
			run := r.run()
			if n := p.Total(); n != 3 {
				t.Errorf("%d requests, want 3", n)
			}
			want := "is left alone for the rest of the run, its pages stay due: 3 answers in a row were challenges or refusals"
			if len(run.Notes) != 1 || !strings.Contains(run.Notes[0], want) {
				t.Errorf("notes %q", run.Notes)
			}
			versions := len(all(t, r.store.Snapshots(t.Context(), archive.Filter{})))
			due, err := r.store.Due(t.Context(), r.site.Name, time.Now(), 1000, archive.Except{})
			if err != nil || versions == 0 || len(due) < versions {
				t.Errorf("%d pages due, %v; want all of the %d articles", len(due), err, versions)
			}
			p.Mend("")
			again := r.run()
			if failed := again.Articles.Failed() + again.Lists.Failed(); failed != 0 {
				t.Errorf("the next run: articles %v, lists %v", again.Articles, again.Lists)
			}
			if n := len(all(t, r.store.Snapshots(t.Context(), archive.Filter{}))); n != versions {
				t.Errorf("%d versions after the challenges, %d before", n, versions)
			}
		})
	}
}

// A host that is down costs a run a few requests, not as many as it has pages.
func TestHostGoesDown(t *testing.T) {
	p := portaltest.Demo()
	r := newRig(t, p)
	r.site.Politeness.Parallel = 1
	r.run()
	p.ForgetRequests()
	p.Break("*", 0, portaltest.Status(503, ""))
	run := r.run()
	if n := p.Total(); n != 5*3 {
		t.Errorf("%d requests, want 15", n)
	}
	if len(run.Notes) != 1 || !strings.Contains(run.Notes[0], "5 pages in a row got no answer") {
		t.Errorf("notes %q", run.Notes)
	}
}

// Pages are asked for on condition that they changed, with the server's own
// values, but for every tenth time and when the last visit failed.
func TestConditions(t *testing.T) {
	p, path := oneArticle(portaltest.Options{})
	r := newRig(t, p)
	url := r.base + path
	for visit := 1; visit <= 11; visit++ {
		p.ForgetRequests()
		if visit == 4 {
			p.Break(path, 1, portaltest.Status(403, ""))
		}
		r.run()
		var got http.Header
		for _, q := range p.Requests() {
			if q.Path == path {
				got = q.Header
			}
		}
		conditional := got.Get("If-None-Match") != "" && got.Get("If-Modified-Since") != ""
		v := r.last(url)
		want := archive.NotModified
		switch visit {
		case 1:
			want = archive.New
		case 4:
			want = archive.Refused
		case 5, 10:
			want = archive.Unchanged
		}
		if v.Outcome != want || conditional != (visit != 1 && visit != 5 && visit != 10) {
			t.Errorf("visit %d: %s (%s), conditional %v; want %s", visit, v.Outcome, v.Reason, conditional, want)
		}
	}
	if n := len(r.snapshots(url)); n != 1 {
		t.Errorf("%d versions", n)
	}
}

// A server that answers 304 for ever is found out.
func TestStickyServer(t *testing.T) {
	p, path := oneArticle(portaltest.Options{Validity: portaltest.Sticky})
	r := newRig(t, p)
	r.run()
	if err := p.Edit(r.base+path, func(a *portaltest.Article) {
		a.Body[1] = "会议决定，将原定的汛期值班安排延长至九月底，各单位主要负责人不得离开县域。"
	}); err != nil {
		t.Fatal(err)
	}
	for visit := 2; ; visit++ {
		r.run()
		if v := r.last(r.base + path); v.Outcome == archive.Changed {
			if visit != 10 {
				t.Errorf("found out on visit %d, want 10", visit)
			}
			return
		}
		if visit > 10 {
			t.Fatal("the edit was not found")
		}
	}
}

// The same bytes, and other bytes that say the same, are no version; both cost
// no more than they must.
func TestUnchanged(t *testing.T) {
	for _, validity := range []portaltest.Validity{portaltest.NoValidators, portaltest.EverFresh, portaltest.Careless} {
		p, path := oneArticle(portaltest.Options{Validity: validity})
		r := newRig(t, p)
		r.run()
		r.run()
		v := r.last(r.base + path)
		if v.Outcome != archive.Unchanged || len(r.snapshots(r.base+path)) != 1 {
			t.Errorf("%q: %s: %s", validity, v.Outcome, v.Reason)
		}
	}
}

// Waits are told, so that nobody takes a held run for a dead one.
func TestTellsOfWaits(t *testing.T) {
	p, path := oneArticle(portaltest.Options{})
	ctx, cancel := cancelled(t)
	var told string
	r := newRig(t, p, func(o *crawler.Options) {
		o.Observe = func(e crawler.Event) {
			if e.Waiting != "" {
				told = e.Waiting
				cancel()
			}
		}
	})
	p.Break(path, 1, portaltest.Status(503, "60"))
	run, err := r.crawl.Run(ctx, r.site, crawler.Tick{})
	if err != nil || run.State != archive.RunInterrupted {
		t.Errorf("run %s, %v", run.State, err)
	}
	if !strings.Contains(told, "the host asked for a pause, ") {
		t.Errorf("told %q", told)
	}
}
