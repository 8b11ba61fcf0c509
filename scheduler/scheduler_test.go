package scheduler_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"fangzhi/archive"
	"fangzhi/crawler"
	"fangzhi/scheduler"
)

// serve runs a scheduler for so long; in a bubble, where time passes by itself
// and begins at midnight of 2000-01-01.
func serve(t *testing.T, p *portal, o scheduler.Options, long time.Duration) {
	t.Helper()
	s, err := scheduler.New(p.ledger, p.crawl, o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), long)
	defer stop()
	if err := s.Serve(ctx); err != nil {
		t.Errorf("serve: %v", err)
	}
}

// at is a moment of the bubble's first days; days before the first count down.
func at(day, hour, minute int) time.Time {
	return time.Date(2000, 1, day, hour, minute, 0, 0, time.UTC)
}

func done(day, hour int) archive.Run {
	return archive.Run{Site: "a", Planned: at(day, hour, 0), Trigger: archive.TriggerSchedule, State: archive.RunDone}
}

func TestServe(t *testing.T) {
	with := func(r archive.Run, change func(r *archive.Run)) archive.Run { change(&r); return r }
	interrupted := func(r *archive.Run) { r.State = archive.RunInterrupted }
	running := func(lease time.Time) func(r *archive.Run) {
		return func(r *archive.Run) { r.State, r.Lease = archive.RunRunning, lease }
	}
	made := "nothing was there to run it; made up for by the run of "
	tests := []struct {
		name     string
		before   []archive.Run
		expr     string
		onMissed scheduler.OnMissed
		takes    time.Duration
		long     time.Duration
		want     []string
	}{
		{
			name: "each tick is run", expr: "0 * * * *", takes: time.Minute, long: 3*time.Hour + 30*time.Minute,
			want: []string{"01 01:00 schedule done", "01 02:00 schedule done", "01 03:00 schedule done"},
		},
		{
			name: "a site without ticks to come", expr: "0 0 29 2 *", long: 48 * time.Hour,
		},
		{
			name: "a tick that falls into a run is skipped", expr: "0 * * * *", takes: 150 * time.Minute, long: 4*time.Hour + 30*time.Minute,
			want: []string{
				"01 01:00 schedule done",
				"01 02:00 schedule skipped the run of 2000-01-01T01:00:00Z was not over",
				"01 03:00 schedule skipped the run of 2000-01-01T01:00:00Z was not over",
				"01 04:00 schedule interrupted",
			},
		},
		{
			name: "missed ticks: the latest is made up for", expr: "30 */6 * * *", before: []archive.Run{done(-1, 0)}, long: time.Hour,
			want: []string{
				"30 00:00 schedule done", // 1999-12-30
				"30 00:30 schedule missed " + made + "1999-12-31T18:30:00Z",
				"30 06:30 schedule missed " + made + "1999-12-31T18:30:00Z",
				"30 12:30 schedule missed " + made + "1999-12-31T18:30:00Z",
				"30 18:30 schedule missed " + made + "1999-12-31T18:30:00Z",
				"31 00:30 schedule missed " + made + "1999-12-31T18:30:00Z",
				"31 06:30 schedule missed " + made + "1999-12-31T18:30:00Z",
				"31 12:30 schedule missed " + made + "1999-12-31T18:30:00Z",
				"31 18:30 catch_up done",
				"01 00:30 schedule done",
			},
		},
		{
			name: "missed ticks: recorded only", expr: "30 */12 * * *", onMissed: scheduler.Skip, before: []archive.Run{done(-1, 1)}, long: time.Hour,
			want: []string{
				"30 01:00 schedule done",
				"30 12:30 schedule missed nothing was there to run it",
				"31 00:30 schedule missed nothing was there to run it",
				"31 12:30 schedule missed nothing was there to run it",
				"01 00:30 schedule done",
			},
		},
		{
			name: "a run by hand keeps no tick", expr: "0 12 * * *", long: time.Hour,
			before: []archive.Run{done(-1, 12), with(done(0, 20), func(r *archive.Run) { r.Trigger = archive.TriggerManual })},
			want:   []string{"30 12:00 schedule done", "31 12:00 catch_up done", "31 20:00 manual done"},
		},
		{
			name: "a site never run on schedule has missed nothing", expr: "0 12 * * *", long: time.Hour,
			before: []archive.Run{with(done(0, 20), func(r *archive.Run) { r.Trigger = archive.TriggerManual })},
			want:   []string{"31 20:00 manual done"},
		},
		{
			name: "a run planned by a clock that was wrong", expr: "0 1 * * *", long: 2 * time.Hour,
			before: []archive.Run{done(0, 1), with(done(0, 1), func(r *archive.Run) { r.Planned = at(900, 0, 0) })},
			want:   []string{"31 01:00 schedule done", "01 01:00 schedule done", "18 00:00 schedule done"},
		},
		{
			name: "a run cut short is taken up at once", expr: "0 12 * * *", long: time.Hour,
			before: []archive.Run{with(done(0, 12), interrupted)},
			want:   []string{"31 12:00 schedule interrupted", "01 00:00 catch_up done"},
		},
		{
			name: "also when ticks were skipped meanwhile", expr: "0 12 * * *", long: time.Hour,
			before: []archive.Run{with(done(-1, 12), interrupted), with(done(0, 12), func(r *archive.Run) { r.State = archive.RunSkipped })},
			want:   []string{"30 12:00 schedule interrupted", "31 12:00 schedule skipped", "01 00:00 catch_up done"},
		},
		{
			name: "a run whose process died, likewise", expr: "0 12 * * *", long: time.Hour,
			before: []archive.Run{with(done(0, 12), running(at(0, 13, 0)))},
			want:   []string{"31 12:00 schedule interrupted", "01 00:00 catch_up done"},
		},
		{
			name: "a run that may go on elsewhere is waited for", expr: "0 12 * * *", long: time.Hour,
			before: []archive.Run{with(done(0, 12), running(at(1, 0, 10)))},
			want:   []string{"31 12:00 schedule interrupted", "01 00:10 catch_up done"},
		},
		{
			name: "not where missed ticks are let go", expr: "0 12 * * *", onMissed: scheduler.Skip, long: time.Hour,
			before: []archive.Run{with(done(0, 12), interrupted)},
			want:   []string{"31 12:00 schedule interrupted"},
		},
		{
			name: "cut short and ticks missed: one run for both", expr: "0 12 * * *", long: time.Hour,
			before: []archive.Run{with(done(-1, 12), interrupted)},
			want:   []string{"30 12:00 schedule interrupted", "31 12:00 catch_up done"},
		},
		{
			name: "cut short again and again: the next tick will do", expr: "0 12 * * *", long: time.Hour,
			before: []archive.Run{
				with(done(0, 12), interrupted),
				with(done(0, 13), func(r *archive.Run) { r.State, r.Trigger = archive.RunInterrupted, archive.TriggerCatchUp }),
				with(done(0, 14), func(r *archive.Run) { r.State, r.Trigger = archive.RunInterrupted, archive.TriggerCatchUp }),
				with(done(0, 15), func(r *archive.Run) { r.State, r.Trigger = archive.RunInterrupted, archive.TriggerCatchUp }),
			},
			want: []string{"31 12:00 schedule interrupted", "31 13:00 catch_up interrupted", "31 14:00 catch_up interrupted", "31 15:00 catch_up interrupted"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := site(t, "a", tt.expr)
				s.OnMissed = tt.onMissed
				p := &portal{ledger: newLedger(tt.before...), takes: tt.takes}
				serve(t, p, scheduler.Options{Sites: []scheduler.Site{s}}, tt.long)
				if diff := cmp.Diff(tt.want, p.ledger.lines("a")); diff != "" {
					t.Errorf("runs (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestServeTakesAFullRunUpAsFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := done(0, 12)
		r.State, r.Full = archive.RunInterrupted, true
		full := false
		p := &portal{ledger: newLedger(r), how: func(tick crawler.Tick) error { full = tick.Full; return nil }}
		serve(t, p, scheduler.Options{Sites: []scheduler.Site{site(t, "a", "0 12 * * *")}}, time.Hour)
		if !full {
			t.Error("the full run was taken up as one that is not")
		}
	})
}

// A schedule for every minute and a process that was down for a week.
func TestServeMissedByTheThousand(t *testing.T) {
	for _, policy := range []scheduler.OnMissed{scheduler.RunOnce, scheduler.Skip} {
		t.Run(string(policy), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := site(t, "a", "* * * * *")
				s.OnMissed = policy
				p := &portal{ledger: newLedger(done(-6, 0))}
				serve(t, p, scheduler.Options{Sites: []scheduler.Site{s}}, 30*time.Second)
				lines := p.ledger.lines("a")
				var missed []string
				for _, line := range lines {
					if strings.Contains(line, "missed") {
						missed = append(missed, line)
					}
				}
				if len(missed) != 100 {
					t.Fatalf("%d records of missed ticks, want 100", len(missed))
				}
				// Seven days have 10080 ticks, the last of them just now.
				if want := "; so were 9979 ticks before it, from 1999-12-25T00:01:00Z on, which have no record of their own"; !strings.HasSuffix(missed[0], want) {
					t.Errorf("the oldest says %q, not %q", missed[0], want)
				}
				if strings.Contains(missed[1], "so were") {
					t.Errorf("the second says %q", missed[1])
				}
				if last := lines[len(lines)-1]; last != "01 00:00 schedule done" {
					t.Errorf("the tick of this minute: %q", last)
				}
			})
		})
	}
}

func TestNewErrors(t *testing.T) {
	tests := []struct {
		name string
		o    scheduler.Options
		want string
	}{
		{"parallel", scheduler.Options{Parallel: -1}, "scheduler: parallel: -1: must be 1 or more"},
		{"twice", scheduler.Options{Sites: []scheduler.Site{{Site: crawler.Site{Name: "a"}}, {Site: crawler.Site{Name: "a"}}}}, `scheduler: sites: "a": is there twice: names must differ`},
		{"on missed", scheduler.Options{Sites: []scheduler.Site{{Site: crawler.Site{Name: "a"}, OnMissed: "never"}}}, `scheduler: sites.a.on_missed: "never": must be run_once or skip`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := scheduler.New(newLedger(), nil, tt.o); err == nil || err.Error() != tt.want {
				t.Errorf("error %v, want %s", err, tt.want)
			}
		})
	}
}

func TestTicks(t *testing.T) {
	var got []string
	for _, tick := range scheduler.Ticks(site(t, "a", "0 6,18 * * *"), at(1, 7, 0), 3) {
		got = append(got, tick.Format("02 15:04"))
	}
	if diff := cmp.Diff([]string{"01 18:00", "02 06:00", "02 18:00"}, got); diff != "" {
		t.Error(diff)
	}
	if got := scheduler.Ticks(scheduler.Site{}, at(1, 0, 0), 3); got != nil {
		t.Errorf("without a schedule: %v", got)
	}
}
