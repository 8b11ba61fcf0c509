package scheduler_test

import (
	"bytes"
	"errors"
	"log/slog"
	"maps"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"fangzhi/archive"
	"fangzhi/crawler"
	"fangzhi/scheduler"
)

func TestServeSitesSideBySide(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &portal{ledger: newLedger(), takes: 40 * time.Minute}
		sites := []scheduler.Site{site(t, "a", "0 * * * *"), site(t, "b", "0 * * * *"), site(t, "c", "0 * * * *")}
		serve(t, p, scheduler.Options{Sites: sites, Parallel: 2}, 2*time.Hour+30*time.Minute)
		if p.most != 2 {
			t.Errorf("%d runs at a time, want 2", p.most)
		}
		want := []string{
			"01 01:00 schedule done",
			"01 02:00 schedule skipped the run of 2000-01-01T01:00:00Z was not over",
		}
		if diff := cmp.Diff(want, p.ledger.lines("c")); diff != "" {
			t.Errorf("runs of c, which had to wait (-want +got):\n%s", diff)
		}
		if begun := strings.Join(p.begun, ", "); !strings.Contains(begun, "c 01 01:40") {
			t.Errorf("c did not begin when there was room: %s", begun)
		}
	})
}

func TestServeTickWhileWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &portal{ledger: newLedger(), takes: 100 * time.Minute}
		sites := []scheduler.Site{site(t, "a", "0 1 * * *"), site(t, "b", "0 * * * *")}
		serve(t, p, scheduler.Options{Sites: sites, Parallel: 1}, 2*time.Hour+30*time.Minute)
		want := "01 02:00 schedule skipped the run of 2000-01-01T01:00:00Z was still waiting for its turn (parallel: 1)"
		if lines := p.ledger.lines("b"); len(lines) < 1 || lines[len(lines)-1] != want && lines[0] != want {
			t.Errorf("runs of b: %q", lines)
		}
	})
}

// A tick that waits for its turn when the process is stopped has a record, in
// its place, and the next process makes up for it.
func TestServeStoppedWhileWaiting(t *testing.T) {
	stopped := "serve was stopped before its turn came (parallel: 1)"
	for _, tt := range []struct {
		name     string
		onMissed scheduler.OnMissed
		want     []string
	}{
		{"made up for", scheduler.RunOnce, []string{
			"01 01:10 schedule missed " + stopped,
			"01 02:10 schedule skipped the run of 2000-01-01T01:10:00Z was still waiting for its turn (parallel: 1)",
			"01 02:30 catch_up done", "01 03:10 schedule done",
		}},
		{"let go", scheduler.Skip, []string{
			"01 01:10 schedule missed " + stopped,
			"01 02:10 schedule skipped the run of 2000-01-01T01:10:00Z was still waiting for its turn (parallel: 1)",
			"01 03:10 schedule done",
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := &portal{ledger: newLedger(), takes: 100 * time.Minute}
				sites := []scheduler.Site{site(t, "slow", "0 1 * * *"), site(t, "quick", "10 1-3 * * *")}
				sites[1].OnMissed = tt.onMissed
				serve(t, p, scheduler.Options{Sites: sites, Parallel: 1}, 150*time.Minute)
				p.takes = time.Minute
				serve(t, p, scheduler.Options{Sites: sites[1:], Parallel: 1}, time.Hour)
				if diff := cmp.Diff(tt.want, p.ledger.lines("quick")); diff != "" {
					t.Errorf("runs of quick (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// A process that is killed while ticks wait for their turn leaves no later record
// behind that would hide them from the next one.
func TestServeKilledWhileWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		before := archive.Run{Site: "quick", Planned: at(0, 3, 10), Trigger: archive.TriggerSchedule, State: archive.RunDone}
		p := &portal{ledger: newLedger(before), takes: 100 * time.Minute}
		sites := []scheduler.Site{site(t, "slow", "0 1 * * *"), site(t, "quick", "10 1-3 * * *")}
		left := newLedger()
		time.AfterFunc(145*time.Minute, func() {
			p.ledger.mu.Lock()
			defer p.ledger.mu.Unlock()
			maps.Copy(left.runs, p.ledger.runs)
		})
		serve(t, p, scheduler.Options{Sites: sites, Parallel: 1}, 150*time.Minute)
		serve(t, &portal{ledger: left}, scheduler.Options{Sites: sites[1:]}, time.Hour)
		want := []string{
			"31 03:10 schedule done",
			"01 01:10 schedule missed nothing was there to run it; made up for by the run of 2000-01-01T02:10:00Z",
			"01 02:10 catch_up done", "01 03:10 schedule done",
		}
		if diff := cmp.Diff(want, left.lines("quick")); diff != "" {
			t.Errorf("runs of quick (-want +got):\n%s", diff)
		}
	})
}

// Of two processes that serve the same site one has each tick, and nobody
// complains.
func TestServeTwoProcesses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &portal{ledger: newLedger(), takes: 90 * time.Minute}
		var log bytes.Buffer
		var group sync.WaitGroup
		for range 2 {
			group.Go(func() {
				serve(t, p, scheduler.Options{
					Sites: []scheduler.Site{site(t, "a", "0 * * * *")},
					Log:   slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelWarn})),
				}, 6*time.Hour+50*time.Minute)
			})
		}
		group.Wait()
		want := []string{"01 01:00 schedule done", "01 02:00 schedule skipped", "01 03:00 schedule done", "01 04:00 schedule skipped", "01 05:00 schedule done", "01 06:00 schedule skipped"}
		var got []string
		for _, line := range p.ledger.lines("a") {
			got = append(got, strings.Join(strings.Fields(line)[:4], " "))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("runs (-want +got):\n%s", diff)
		}
		if len(p.begun) != 3 || log.Len() > 0 {
			t.Errorf("begun: %v; log: %s", p.begun, &log)
		}
	})
}

func TestServeBusyElsewhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		manual := archive.Run{Site: "a", Planned: at(1, 0, 0), Trigger: archive.TriggerManual, State: archive.RunRunning, Lease: at(2, 0, 0)}
		l := newLedger(manual)
		manual.ID, manual.State = archive.RunID("a", manual.Planned), archive.RunDone
		go func() {
			time.Sleep(90 * time.Minute)
			l.end(manual)
		}()
		serve(t, &portal{ledger: l}, scheduler.Options{Sites: []scheduler.Site{site(t, "a", "0 * * * *")}}, 2*time.Hour+time.Minute)
		want := []string{"01 00:00 manual done", "01 01:00 schedule skipped another run of this site is open", "01 02:00 schedule done"}
		if diff := cmp.Diff(want, l.lines("a")); diff != "" {
			t.Errorf("runs (-want +got):\n%s", diff)
		}
	})
}

func TestServeOutlivesItsRuns(t *testing.T) {
	tests := []struct {
		name string
		how  func(crawler.Tick) error
		log  string
	}{
		{"that fail", func(crawler.Tick) error { return errors.New("disk full") }, "disk full"},
		{"that panic", func(crawler.Tick) error { panic("boom") }, "panic: boom"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var log bytes.Buffer
				p := &portal{ledger: newLedger(), how: func(tick crawler.Tick) error {
					if tick.Planned.Hour() == 1 {
						return tt.how(tick)
					}
					return nil
				}}
				sites := []scheduler.Site{site(t, "a", "0 1 * * *"), site(t, "b", "0 2 * * *")}
				serve(t, p, scheduler.Options{Sites: sites, Log: slog.New(slog.NewTextHandler(&log, nil))}, 3*time.Hour)
				if diff := cmp.Diff([]string{"01 02:00 schedule done"}, p.ledger.lines("b")); diff != "" {
					t.Errorf("runs of the other site (-want +got):\n%s", diff)
				}
				if !strings.Contains(log.String(), tt.log) || !strings.Contains(log.String(), "site=a") {
					t.Errorf("log: %s", &log)
				}
			})
		})
	}
}

func TestServeEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &portal{ledger: newLedger(), takes: time.Hour}
		serve(t, p, scheduler.Options{Sites: []scheduler.Site{site(t, "a", "0 1 * * *")}}, 90*time.Minute)
		if diff := cmp.Diff([]string{"01 01:00 schedule interrupted"}, p.ledger.lines("a")); diff != "" {
			t.Errorf("the run that was open must have ended before Serve did (-want +got):\n%s", diff)
		}
		if gone := time.Since(at(1, 1, 30)); gone != 0 {
			t.Errorf("it took %s more", gone)
		}
	})
}

// An archive that does not answer for a while costs ticks, not the scheduler.
func TestServeWhileTheArchiveIsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		p := &portal{ledger: newLedger()}
		away := func(err error) {
			p.ledger.mu.Lock()
			defer p.ledger.mu.Unlock()
			p.ledger.fail = err
		}
		go func() {
			time.Sleep(30 * time.Minute)
			away(errors.New("no connection"))
			time.Sleep(time.Hour)
			away(nil)
		}()
		serve(t, p, scheduler.Options{
			Sites: []scheduler.Site{site(t, "a", "0 * * * *")}, Log: slog.New(slog.NewTextHandler(&log, nil)),
		}, 2*time.Hour+time.Minute)
		if diff := cmp.Diff([]string{"01 01:00 schedule failed no connection", "01 02:00 schedule done"}, p.ledger.lines("a")); diff != "" {
			t.Errorf("runs (-want +got):\n%s", diff)
		}
		if !strings.Contains(log.String(), "no connection") {
			t.Errorf("log: %s", &log)
		}
	})
}

func TestServeNeedsItsPast(t *testing.T) {
	l := newLedger()
	l.fail = errors.New("no connection")
	p := &portal{ledger: l}
	s, err := scheduler.New(l, p.crawl, scheduler.Options{Sites: []scheduler.Site{site(t, "a", "@daily")}})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Serve(t.Context()); err == nil || err.Error() != "schedule a: last run: no connection" {
		t.Errorf("error %v", err)
	}
}

// shifted is a clock that a suspend or a correction has moved.
type shifted struct {
	mu sync.Mutex
	by time.Duration
}

func (c *shifted) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.by).Round(0)
}

func (c *shifted) After(d time.Duration) <-chan time.Time { return time.After(d) }

func TestServeWhenTheClockLeaps(t *testing.T) {
	tests := []struct {
		name string
		by   time.Duration
		want []string
	}{
		{"a machine asleep for four hours", 4 * time.Hour, []string{
			"01 01:00 schedule done",
			"01 02:00 schedule missed nothing was there to run it; made up for by the run of 2000-01-01T05:00:00Z",
			"01 03:00 schedule missed nothing was there to run it; made up for by the run of 2000-01-01T05:00:00Z",
			"01 04:00 schedule missed nothing was there to run it; made up for by the run of 2000-01-01T05:00:00Z",
			"01 05:00 catch_up done",
			"01 06:00 schedule done",
		}},
		{"a clock set back", -50 * time.Minute, []string{
			"01 01:00 schedule done", "01 02:00 schedule done",
		}},
		{"a clock set back by a second", -time.Second, []string{
			"01 01:00 schedule done", "01 02:00 schedule done",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				clock := &shifted{}
				go func() {
					time.Sleep(90 * time.Minute)
					clock.mu.Lock()
					defer clock.mu.Unlock()
					clock.by = tt.by
				}()
				p := &portal{ledger: newLedger()}
				long := 2*time.Hour + 30*time.Minute - min(tt.by, 0)
				serve(t, p, scheduler.Options{Sites: []scheduler.Site{site(t, "a", "0 * * * *")}, Clock: clock}, long)
				if diff := cmp.Diff(tt.want, p.ledger.lines("a")); diff != "" {
					t.Errorf("runs (-want +got):\n%s", diff)
				}
			})
		})
	}
}
