package crawler_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"fangzhi/archive"
	"fangzhi/archive/sqlite"
	"fangzhi/crawler"
	"fangzhi/crawler/portaltest"
)

// A run that is told to stop starts no further request, lets those in flight
// finish, records what they brought, and is closed as interrupted.
func TestStop(t *testing.T) {
	ctx, cancel := cancelled(t)
	until := make(chan struct{})
	var stopping atomic.Bool
	p := portaltest.DemoWith(portaltest.Options{OnRequest: func(q portaltest.Request) {
		if stopping.Load() {
			t.Errorf("%s was asked for after the stop", q.Path)
		}
		if strings.HasPrefix(q.Path, "/tzgg/2") && !stopping.Swap(true) {
			cancel()
			close(until)
		}
	}})
	r := newRig(t, p)
	r.site.Politeness = crawler.Politeness{Parallel: 1}
	p.Break("/tzgg/2*", 1, portaltest.Hold(until))
	run, err := r.crawl.Run(ctx, r.site, crawler.Tick{})
	if err != nil || run.State != archive.RunInterrupted || run.Reason != "stopped" || run.Ended.IsZero() {
		t.Fatalf("run %+v, %v", run, err)
	}
	// Of what was asked for, robots.txt apart, all is recorded.
	visits := all(t, r.store.Visits(t.Context(), archive.Filter{Run: run.ID}))
	if len(visits) != p.Total()-1 || run.Articles.Total()+run.Lists.Total() != len(visits) {
		t.Errorf("%d visits recorded, %d counted, %d requests made", len(visits), run.Articles.Total()+run.Lists.Total(), p.Total()-1)
	}
	stored := all(t, r.store.Runs(t.Context(), archive.Filter{Run: run.ID}))
	if len(stored) != 1 || stored[0].State != archive.RunInterrupted {
		t.Errorf("stored: %+v", stored)
	}
}

// Nothing keeps a run that is told to stop: not a delay of an hour, not a
// server that never answers.
func TestStopDoesNotWait(t *testing.T) {
	for _, c := range []struct {
		name   string
		polite crawler.Politeness
		fault  portaltest.Fault
	}{
		{"delay", crawler.Politeness{Delay: time.Hour}, portaltest.Chunked(100)},
		{"silence", crawler.Politeness{Parallel: 2}, portaltest.Silence()},
		{"stalled answer", crawler.Politeness{Parallel: 2}, portaltest.Stall(10)},
		{"repeats", crawler.Politeness{Parallel: 2}, portaltest.Status(500, "")},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := cancelled(t)
			var once sync.Once
			p := portaltest.DemoWith(portaltest.Options{OnRequest: func(q portaltest.Request) {
				if q.Path == "/yw/index.html" || c.polite.Delay > 0 {
					once.Do(cancel)
				}
			}})
			r := newRig(t, p, func(o *crawler.Options) {
				o.Grace = 50 * time.Millisecond
				o.Limits.Backoff = time.Hour
			})
			p.Break("/yw/index.html", 0, c.fault)
			r.site.Columns = r.site.Columns[:1]
			r.site.Politeness = c.polite
			began := time.Now()
			run, err := r.crawl.Run(ctx, r.site, crawler.Tick{})
			if err != nil || run.State != archive.RunInterrupted {
				t.Errorf("run %s, %v", run.State, err)
			}
			if took := time.Since(began); took > 10*time.Second {
				t.Errorf("stopped after %v", took)
			}
		})
	}
}

// shaky is an archive that fails on order.
type shaky struct {
	*sqlite.Store
	record, renew func() error
	renewed       atomic.Int32
}

func (s *shaky) Record(ctx context.Context, run string, batch []archive.Entry) error {
	if s.record != nil {
		if err := s.record(); err != nil {
			return err
		}
	}
	return s.Store.Record(ctx, run, batch)
}

func (s *shaky) RenewRun(ctx context.Context, run string, until time.Time) error {
	s.renewed.Add(1)
	if s.renew != nil {
		if err := s.renew(); err != nil {
			return err
		}
	}
	return s.Store.RenewRun(ctx, run, until)
}

// An archive that cannot record ends the run: nothing goes on that would not
// be kept.
func TestArchiveFails(t *testing.T) {
	p := portaltest.Demo()
	r := newRig(t, p)
	full := errors.New("disk full")
	batches := 0
	s := &shaky{Store: r.store, record: func() error {
		if batches++; batches > 3 {
			return full
		}
		return nil
	}}
	c := r.crawler(s)
	run, err := c.Run(t.Context(), r.site, crawler.Tick{})
	if !errors.Is(err, full) || run.State != archive.RunFailed || !strings.Contains(run.Reason, "disk full") {
		t.Errorf("run %s (%s), %v", run.State, run.Reason, err)
	}
	visits := len(all(t, r.store.Visits(t.Context(), archive.Filter{})))
	if n := run.Articles.Total() + run.Lists.Total(); n != visits {
		t.Errorf("%d visits are counted, %d are in the archive", n, visits)
	}
	// The same again, once there is room: nothing is missing, nothing double.
	r.run()
	for _, a := range p.Truth() {
		if n := len(r.snapshots(a.URL)); n > 1 {
			t.Errorf("%s: %d versions", a.URL, n)
		}
		if p := r.page(a.URL); p.Visits == 0 {
			t.Errorf("%s was not visited", a.URL)
		}
	}
}

func TestLeaseIsKept(t *testing.T) {
	until := make(chan struct{})
	p, path := oneArticle(portaltest.Options{})
	r := newRig(t, p)
	s := &shaky{Store: r.store}
	var renewed atomic.Int32
	s.renew = func() error {
		if renewed.Add(1) == 3 {
			close(until)
		}
		return nil
	}
	p.Break(path, 1, portaltest.Hold(until))
	c := r.crawler(s, func(o *crawler.Options) { o.Lease = 60 * time.Millisecond })
	if run, err := c.Run(t.Context(), r.site, crawler.Tick{}); err != nil || run.State != archive.RunDone {
		t.Errorf("run %s, %v", run.State, err)
	}
	if n := renewed.Load(); n < 3 {
		t.Errorf("the lease was renewed %d times", n)
	}
}

// A run that another process took over stops at once and records nothing more.
func TestLeaseIsLost(t *testing.T) {
	p, path := oneArticle(portaltest.Options{})
	r := newRig(t, p)
	s := &shaky{Store: r.store}
	s.renew = func() error { // the other one closes it
		ended := all(t, s.Runs(t.Context(), archive.Filter{Newest: true, Limit: 1}))[0]
		ended.State, ended.Ended = archive.RunInterrupted, ended.Started
		if err := s.EndRun(t.Context(), ended); err != nil {
			return err
		}
		return archive.ErrLost
	}
	p.Break(path, 0, portaltest.Silence())
	c := r.crawler(s, func(o *crawler.Options) { o.Lease, o.Grace = 30*time.Millisecond, time.Millisecond })
	run, err := c.Run(t.Context(), r.site, crawler.Tick{})
	if !errors.Is(err, archive.ErrLost) || run.State != archive.RunFailed || strings.Contains(err.Error(), "it is open") {
		t.Errorf("run %s, %v", run.State, err)
	}
}

// Two runs of a site do not overlap, and a tick has one owner.
func TestBusy(t *testing.T) {
	until := make(chan struct{})
	came := make(chan struct{})
	p, path := oneArticle(portaltest.Options{OnRequest: func(q portaltest.Request) {
		if strings.HasPrefix(q.Path, "/yw/2024") {
			close(came)
		}
	}})
	r := newRig(t, p)
	p.Break(path, 1, portaltest.Hold(until))
	planned := time.Now().Add(-time.Hour)
	done := make(chan error)
	go func() {
		_, err := r.crawl.Run(t.Context(), r.site, crawler.Tick{Planned: planned})
		done <- err
	}()
	<-came
	other := r.crawler(r.store, func(o *crawler.Options) { o.Observe = nil })
	if _, err := other.Run(t.Context(), r.site, crawler.Tick{}); !errors.Is(err, archive.ErrBusy) {
		t.Errorf("a second run: %v, want ErrBusy", err)
	}
	if _, err := other.Run(t.Context(), r.site, crawler.Tick{Planned: planned}); !errors.Is(err, archive.ErrTaken) {
		t.Errorf("the same tick: %v, want ErrTaken", err)
	}
	close(until)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// A full run that was cut short is taken up: what it had looked at is not asked
// for again.
func TestTakesUpAFullRun(t *testing.T) {
	var cancel context.CancelFunc
	var asked, limit atomic.Int32
	p := portaltest.DemoWith(portaltest.Options{OnRequest: func(portaltest.Request) {
		if asked.Add(1) == limit.Load() {
			cancel()
		}
	}})
	r := newRig(t, p)
	r.site.Politeness.Parallel = 1
	r.site.Revisit = func(archive.Page, time.Time) time.Time { return time.Time{} }
	cut := func() archive.Run {
		t.Helper()
		var ctx context.Context
		ctx, cancel = cancelled(t)
		asked.Store(0)
		run, err := r.crawl.Run(ctx, r.site, crawler.Tick{Full: true})
		if err != nil {
			t.Fatal(err)
		}
		return run
	}
	cut()
	p.ForgetRequests()
	limit.Store(20)
	first := cut()
	if first.State != archive.RunInterrupted {
		t.Fatalf("run %s", first.State)
	}
	second := cut()
	if !second.FullSince.Equal(first.Started) {
		t.Errorf("taken up since %v, want %v", second.FullSince, first.Started)
	}
	limit.Store(0)
	third := cut()
	if third.State != archive.RunDone || !third.FullSince.Equal(first.Started) {
		t.Errorf("run %s since %v", third.State, third.FullSince)
	}
	seeds := map[string]bool{}
	for _, s := range p.Seeds() {
		seeds[strings.TrimPrefix(s, r.base)] = true
	}
	for path, n := range p.Counts() {
		if n != 1 && !seeds[path] {
			t.Errorf("%s was asked for %d times by the three together", path, n)
		}
	}
	for _, a := range p.Truth() {
		if p.Count(a.URL) != 1 {
			t.Errorf("%s was asked for %d times", a.URL, p.Count(a.URL))
		}
	}
	p.ForgetRequests()
	if fourth := cut(); !fourth.FullSince.IsZero() || p.Total() < len(p.Truth()) {
		t.Errorf("the run after looked since %v, with %d requests", fourth.FullSince, p.Total())
	}
}

// kill -9 in mid-crawl, then the same again: it starts at once, and every
// article is stored exactly once.
func TestKilled(t *testing.T) {
	p := portaltest.DemoWith(portaltest.Options{Latency: 5 * time.Millisecond})
	base, stop, err := p.Start()
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	path := filepath.Join(t.TempDir(), "archive.db")
	cmd, word := child(t, "crawl", "ARCHIVE="+path, "SEED="+base+"/")
	if word != "under way" {
		t.Fatalf("the child says %q", word)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	cmd.Wait()

	store, err := sqlite.Open(t.Context(), path, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	before := p.Total()
	r := &rig{t: t, portal: p, base: base, store: store}
	r.crawl = r.crawler(store)
	r.site, err = crawler.AdHoc(base + "/")
	if err != nil {
		t.Fatal(err)
	}
	r.site.AllowPrivate, r.site.Politeness = true, crawler.Politeness{Parallel: 4}
	run := r.run()
	old := all(t, store.Runs(t.Context(), archive.Filter{RunState: archive.RunInterrupted}))
	if len(old) != 1 || old[0].Reason != "its process died" || old[0].Articles.Total() < 20 || !run.FullSince.Equal(old[0].Started) {
		t.Errorf("the killed run: %+v; taken up since %v", old, run.FullSince)
	}
	articles := map[string]int{}
	for _, s := range all(t, store.Snapshots(t.Context(), archive.Filter{})) {
		articles[s.URL]++
	}
	unread := 0
	for _, a := range p.Truth() {
		if n := articles[a.URL]; n > 1 {
			t.Errorf("%s is stored %d times", a.URL, n)
		}
		if r.page(a.URL).Visits == 0 {
			t.Errorf("%s was not visited", a.URL)
		}
		if articles[a.URL] == 0 {
			unread++
		}
	}
	if unread > 2 {
		t.Errorf("%d articles are not stored", unread)
	}
	for _, problem := range all(t, func(yield func(string, error) bool) {
		for s, err := range store.Check(t.Context(), 0, 0) {
			if !yield(s, err) {
				return
			}
		}
	}) {
		t.Error(problem)
	}
	for url, n := range articles {
		if p.Count(url) > 2 {
			t.Errorf("%s (%d versions) was fetched %d times, %d requests before the kill", url, n, p.Count(url), before)
		}
	}
}
