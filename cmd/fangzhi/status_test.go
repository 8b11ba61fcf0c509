package main

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fangzhi/archive"
	"fangzhi/archive/sqlite"
	"fangzhi/crawler"
	"fangzhi/scheduler"
)

// What a person should look at is told, and nothing else.
func TestStatus(t *testing.T) {
	now := time.Date(2026, 5, 4, 12, 30, 0, 0, time.UTC)
	hourly, err := scheduler.Parse("0 * * * *", time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	at := func(hour int, state archive.RunState, reason string) archive.Run {
		r := archive.Run{
			Site: "a", Planned: time.Date(2026, 5, 4, hour, 0, 0, 0, time.UTC), Trigger: archive.TriggerSchedule,
			State: state, Reason: reason, Owner: "test",
		}
		r.ID = archive.RunID(r.Site, r.Planned)
		if r.TookPlace() {
			r.Started, r.Lease = r.Planned, r.Planned.Add(time.Minute)
		}
		return r
	}
	done := func(notes ...string) archive.Run {
		r := at(12, archive.RunDone, "")
		r.Notes = notes
		return r
	}
	t.Setenv("TZ", "UTC")
	for _, c := range []struct {
		name string
		runs []archive.Run
		last archive.RunState
		want []string
	}{
		{"never run", nil, "", []string{"never run"}},
		{"well", []archive.Run{at(11, archive.RunFailed, "disk full"), done("1968 links to 24 other hosts", "1 link without a usable address")}, archive.RunDone, nil},
		{"a note that needs a look", []archive.Run{done("12 links to 3 other hosts", "stopped after 5 pages, the most for one run; more are due")}, archive.RunDone,
			[]string{"stopped after 5 pages, the most for one run; more are due"}},
		{"interrupted", []archive.Run{at(12, archive.RunInterrupted, "stopped")}, archive.RunInterrupted, []string{"last run interrupted: stopped"}},
		{"interrupted, then skipped", []archive.Run{at(10, archive.RunInterrupted, "stopped"), at(11, archive.RunSkipped, "x"), at(12, archive.RunSkipped, "y")}, archive.RunInterrupted,
			[]string{"2 ticks had no run, the last was skipped: y", "last run interrupted: stopped"}},
		{"missed, never run", []archive.Run{at(12, archive.RunMissed, "nobody")}, "", []string{"1 tick had no run, the last was missed: nobody", "never run"}},
		{"a clock that ran ahead", []archive.Run{at(11, archive.RunDone, ""), at(30, archive.RunFailed, "disk full"), at(12, archive.RunInterrupted, "stopped")}, archive.RunInterrupted,
			[]string{"a clock ran ahead: run a@2026-05-05T06:00:00.000Z is dated 2026-05-05 06:00:00 +00:00, which is to come; runs that are dated rightly count as later", "last run interrupted: stopped"}},
		{"a clock that ran ahead, and no run since", []archive.Run{at(30, archive.RunFailed, "disk full")}, archive.RunFailed,
			[]string{"a clock ran ahead: run a@2026-05-05T06:00:00.000Z is dated 2026-05-05 06:00:00 +00:00, which is to come; runs that are dated rightly count as later", "last run failed: disk full"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			store, err := sqlite.Open(t.Context(), t.TempDir()+"/a.db", sqlite.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer store.Close()
			for _, r := range c.runs {
				end := r
				if r.TookPlace() {
					r.State = archive.RunRunning
				}
				if err := store.BeginRun(t.Context(), r, nil); err != nil {
					t.Fatal(err)
				}
				if !end.TookPlace() {
					continue
				}
				if err := store.EndRun(t.Context(), end); err != nil {
					t.Fatal(err)
				}
			}
			sites, err := new(app).siteStatuses(t.Context(), store, []scheduler.Site{{Site: crawler.Site{Name: "a"}, Schedule: hourly}}, now)
			if err != nil || len(sites) != 1 {
				t.Fatalf("%v, %v", sites, err)
			}
			if d := cmp.Diff(c.want, sites[0].Trouble); d != "" {
				t.Errorf("trouble (-want +got):\n%s", d)
			}
			if last := sites[0].LastRun; last != nil && last.State != c.last || last == nil && c.last != "" {
				t.Errorf("last run %v, want %s", last, c.last)
			}
			later, err := new(app).siteStatuses(t.Context(), store, []scheduler.Site{{Site: crawler.Site{Name: "a"}, Schedule: hourly}}, now.Add(time.Hour))
			if overdue := err == nil && !later[0].Overdue.IsZero(); overdue != (len(c.runs) > 1 || len(c.runs) == 1 && c.runs[0].Planned.Before(now)) {
				t.Errorf("an hour later: %+v, %v", later, err)
			}
		})
	}
}
