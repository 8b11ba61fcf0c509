package crawler_test

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"fangzhi/archive"
	"fangzhi/crawler"
	"fangzhi/crawler/portaltest"
)

// later is a clock that runs and can be put forward.
type later struct{ by atomic.Int64 }

func (l *later) now() time.Time          { return time.Now().Add(time.Duration(l.by.Load())) }
func (l *later) forward(d time.Duration) { l.by.Add(int64(d)) }

// held is a rig whose portal's host had enough in a first run, and a further
// process on the same archive.
func held(t *testing.T, fault portaltest.Fault) (r *rig, clock *later, run archive.Run, next *crawler.Crawler) {
	t.Helper()
	clock = &later{}
	at := func(o *crawler.Options) { o.Now = clock.now }
	p := portaltest.Demo()
	r = newRig(t, p, at)
	r.site.Politeness.Parallel = 1
	r.run()
	p.Break("*", 0, fault)
	run = r.run()
	p.Mend("")
	p.ForgetRequests()
	return r, clock, run, r.crawler(r.store, at)
}

func (r *rig) hostHold(t *testing.T) archive.Hold {
	t.Helper()
	h, err := archive.HoldOf(t.Context(), r.store, strings.TrimPrefix(r.base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// What a host said holds for the next process too, for every site that has the
// host, until it is over; a person may go on all the same.
func TestHoldOutlastsTheProcess(t *testing.T) {
	for _, c := range []struct {
		name  string
		fault portaltest.Fault
		held  time.Duration
		note  string
	}{
		{"Retry-After", portaltest.Status(429, "7200"), 2 * time.Hour, "asked to be left alone until "},
		{"Retry-After without end", portaltest.Status(503, "99999999999"), 24 * time.Hour, "asked to be left alone until "},
		{"challenges", portaltest.JSL(), time.Hour, "3 answers in a row were challenges or refusals"},
		{"refusals", portaltest.Status(403, ""), time.Hour, "3 answers in a row were challenges or refusals"},
		{"too much, and no more said", portaltest.Status(429, ""), 10 * time.Minute, "5 pages in a row got no answer"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r, clock, _, next := held(t, c.fault)
			h := r.hostHold(t)
			if d := h.Until.Sub(clock.now()); d > c.held || d < c.held-time.Minute {
				t.Errorf("held for %v, want %v", d, c.held)
			}
			another := r.site
			another.Name = "another"
			for _, site := range []crawler.Site{r.site, another} {
				run, err := next.Run(t.Context(), site, crawler.Tick{Full: true})
				if err != nil || run.State != archive.RunDone || run.Requests != 0 {
					t.Errorf("%s: %s after %d requests, %v", site.Name, run.State, run.Requests, err)
				}
				if notes := strings.Join(run.Notes, "\n"); !strings.Contains(notes, c.note) || !strings.Contains(notes, h.Until.Format(time.RFC3339)) {
					t.Errorf("%s: notes %q, want %q and until when", site.Name, notes, c.note)
				}
			}
			clock.forward(c.held + time.Second)
			run, err := next.Run(t.Context(), r.site, crawler.Tick{})
			if err != nil || run.Requests == 0 || run.Articles.Total() == 0 {
				t.Errorf("when the hold was over: %d requests, %v, %v", run.Requests, run.Notes, err)
			}
		})
	}
}

// A hold can be lifted by whoever runs the crawl; it is gone then, and what the
// host says next holds again.
func TestIgnoreHolds(t *testing.T) {
	r, _, _, next := held(t, portaltest.Status(403, ""))
	run, err := next.Run(t.Context(), r.site, crawler.Tick{IgnoreHolds: true})
	if err != nil || run.Articles.Total() == 0 {
		t.Errorf("%d requests, notes %q, %v", run.Requests, run.Notes, err)
	}
	if h := r.hostHold(t); !h.Until.IsZero() || h.Times != 0 {
		t.Errorf("the hold stands: %+v", h)
	}
	r.portal.Break("*", 0, portaltest.Status(429, "7200"))
	if run, err = next.Run(t.Context(), r.site, crawler.Tick{IgnoreHolds: true}); err != nil || run.Requests != 1 {
		t.Errorf("a host that says so once more was asked %d times, %v", run.Requests, err)
	}
	if h := r.hostHold(t); time.Until(h.Until) < time.Hour {
		t.Errorf("what it said is not kept: %+v", h)
	}
}

// A host that goes on refusing is left alone twice as long each time, a day at
// most; an answer that is well ends that.
func TestHoldsGrow(t *testing.T) {
	r, clock, _, next := held(t, portaltest.Status(403, ""))
	r.site.Revisit = func(_ archive.Page, now time.Time) time.Time { return now.Add(time.Minute) }
	r.portal.Break("*", 0, portaltest.Status(403, ""))
	want := time.Hour
	for range 6 {
		clock.forward(want)
		want = min(2*want, 24*time.Hour)
		if _, err := next.Run(t.Context(), r.site, crawler.Tick{Full: true}); err != nil {
			t.Fatal(err)
		}
		if d := r.hostHold(t).Until.Sub(clock.now()); d > want || d < want-time.Minute {
			t.Fatalf("held for %v, want %v", d, want)
		}
	}
	r.portal.Mend("")
	clock.forward(want)
	if _, err := next.Run(t.Context(), r.site, crawler.Tick{Full: true}); err != nil {
		t.Fatal(err)
	}
	r.portal.Break("*", 0, portaltest.Status(403, ""))
	if _, err := next.Run(t.Context(), r.site, crawler.Tick{Full: true}); err != nil {
		t.Fatal(err)
	}
	if d := r.hostHold(t).Until.Sub(clock.now()); d > time.Hour {
		t.Errorf("held for %v after it had been well, want an hour", d)
	}
}

// A hold from a clock that ran ahead does not keep a host from being asked.
func TestHoldOfAWrongClock(t *testing.T) {
	r, clock, _, next := held(t, portaltest.Status(429, "7200"))
	clock.forward(-30 * 24 * time.Hour)
	r.site.Name = "another"
	run, err := next.Run(t.Context(), r.site, crawler.Tick{})
	if err != nil || run.Requests == 0 {
		t.Errorf("%d requests, notes %q, %v", run.Requests, run.Notes, err)
	}
}

// A host that was in trouble is approached slowly by the next process too, if
// that comes soon.
func TestSlownessOutlastsTheProcess(t *testing.T) {
	clock := &later{}
	at := func(o *crawler.Options) { o.Now, o.Limits.Backoff = clock.now, 20*time.Millisecond }
	p, path := oneArticle(portaltest.Options{})
	r := newRig(t, p, at)
	p.Break(path, 0, portaltest.Status(503, ""))
	r.run()
	slower := r.hostHold(t).Slower
	if slower < 20*time.Millisecond {
		t.Fatalf("kept %v after three answers of 503", slower)
	}
	p.Mend("")
	for _, c := range []struct {
		after time.Duration
		slow  bool // a few answers that are well take off some of it
	}{{0, true}, {2 * time.Hour, false}} {
		clock.forward(c.after)
		if _, err := r.crawler(r.store, at).Run(t.Context(), r.site, crawler.Tick{Full: true}); err != nil {
			t.Fatal(err)
		}
		if h := r.hostHold(t); c.slow != (h.Slower > 0) || h.Slower >= slower {
			t.Errorf("%v later: slower by %v, from %v", c.after, h.Slower, slower)
		}
	}
}
