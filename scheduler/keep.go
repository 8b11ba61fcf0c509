package scheduler

import (
	"context"
	"fmt"
	"slices"
	"time"

	"fangzhi/archive"
	"fangzhi/crawler"
)

// maxHistory is how many runs are read to find the last ones of a kind.
const maxHistory = 1000

// history returns the n newest runs of site that took place, the newest first,
// the latest tick of which there is a record, and whether a run is owed: a tick
// was missed, and there was no run since.
func (s *Scheduler) history(ctx context.Context, site string, n int) (took []archive.Run, tick time.Time, owed bool, err error) {
	// Runs planned for the future were planned by a clock that was wrong.
	filter := archive.Filter{Site: site, Until: s.clock.Now().Add(grace), Newest: true, Limit: maxHistory}
	for r, err := range s.store.Runs(ctx, filter) {
		if err != nil {
			return nil, tick, false, err
		}
		if !r.Trigger.Crawls() {
			continue
		}
		if tick.IsZero() && r.Trigger != archive.TriggerManual {
			tick = r.Planned
		}
		owed = owed || len(took) == 0 && r.State == archive.RunMissed
		if len(took) < n && r.TookPlace() {
			took = append(took, r)
		}
		if len(took) == n && !tick.IsZero() {
			break
		}
	}
	return took, tick, owed, nil
}

// begin reads where a site stood when the last process ended.
func (s *Scheduler) begin(ctx context.Context, site Site) (*timetable, error) {
	took, tick, owed, err := s.history(ctx, site.Name, 1)
	if err != nil {
		return nil, err
	}
	t := &timetable{site: site, watch: owed || len(took) > 0 && cutShort(took[0])}
	if tick.IsZero() {
		// A site that was never run on schedule has missed nothing.
		tick = s.clock.Now()
	}
	t.setLast(tick)
	return t, nil
}

func (t *timetable) setLast(last time.Time) {
	t.last, t.next = last, t.site.Schedule.Next(last)
}

// cutShort says whether r stopped before its end, or may have: a run that is
// open and whose process is dead looks like one that goes on.
func cutShort(r archive.Run) bool {
	return r.State == archive.RunInterrupted || r.State == archive.RunRunning
}

// keep deals with the ticks of t that have come.
func (k *keeper) keep(ctx context.Context, t *timetable, now time.Time) {
	if t.last.After(now) {
		// The clock was set back. A tick that comes a second time is known by
		// its identity.
		t.setLast(now)
	}
	if t.next.IsZero() || t.next.After(now) {
		k.takeUp(ctx, t, now)
		return
	}
	came := ticksBetween(t.site.Schedule, t.last, now)
	t.setLast(came.latest)
	planned := came.latest.UTC()
	switch late := now.Sub(planned); {
	case t.open != nil:
		skipped := came.all().records(t.site.Name, archive.RunSkipped, k.occupied(t.open))
		if t.open.started {
			k.recordAside(ctx, skipped)
		} else {
			// Ticks are recorded in their order: should this process die, the
			// next one sees by the latest record which have none.
			t.open.skipped = append(t.open.skipped, skipped...)
		}
	case late <= grace:
		k.enqueue(&job{
			table: t,
			tick:  crawler.Tick{Planned: planned, Trigger: archive.TriggerSchedule},
			came:  came,
		})
	case t.site.OnMissed == Skip:
		k.recordAside(ctx, came.all().records(t.site.Name, archive.RunMissed, nobody))
	default:
		k.enqueue(&job{
			table: t,
			tick:  crawler.Tick{Planned: planned, Trigger: archive.TriggerCatchUp},
			came:  came,
			made:  "; made up for by the run of " + planned.Format(time.RFC3339),
		})
	}
}

// nobody is why a tick was missed.
const nobody = "nothing was there to run it"

// occupied says why a tick that falls while j is open is skipped.
func (k *keeper) occupied(j *job) string {
	planned := j.tick.Planned.Format(time.RFC3339)
	if j.started {
		return fmt.Sprintf("the run of %s was not over", planned)
	}
	return fmt.Sprintf("the run of %s was still waiting for its turn (parallel: %d)", planned, k.parallel)
}

func (k *keeper) enqueue(j *job) {
	j.table.open, j.table.watch = j, false
	k.queue = append(k.queue, j)
}

const (
	// maxTakenUp is how many runs cut short in a row are taken up at once. A
	// run that takes the process down with it must not do so for ever.
	maxTakenUp = 3
	// lookTimeout keeps a store that does not answer from holding up the ticks.
	lookTimeout = 10 * time.Second
)

// takeUp goes on with a run that was cut short, or begins one that is owed: what
// was due then is due still.
func (k *keeper) takeUp(ctx context.Context, t *timetable, now time.Time) {
	first := t.looked.IsZero()
	if !t.watch || t.open != nil || t.site.OnMissed == Skip || !first && now.Sub(t.looked).Abs() < maxSleep {
		return
	}
	t.looked = now
	look, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	runs, _, owed, err := k.history(look, t.site.Name, maxTakenUp)
	if err != nil {
		if ctx.Err() == nil {
			k.log.Error("last run not read", "site", t.site.Name, "error", err)
		}
		return
	}
	if owed {
		k.enqueue(t.catchUp(now, false))
		return
	}
	if len(runs) == 0 || !cutShort(runs[0]) {
		t.watch = false
		return
	}
	// Whose process died is for the run itself to find out, at once; later on
	// the lease tells.
	if runs[0].State == archive.RunRunning && !first && !runs[0].Lease.Before(now) {
		return
	}
	other := func(r archive.Run) bool { return !cutShort(r) || r.Trigger != archive.TriggerCatchUp }
	if len(runs) == maxTakenUp && !slices.ContainsFunc(runs, other) {
		k.log.Warn("cut short again and again: waiting for the next tick", "site", t.site.Name, "run", runs[0].ID)
		t.watch = false
		return
	}
	k.enqueue(t.catchUp(now, runs[0].Full))
}

// catchUp is a job that no tick asked for.
func (t *timetable) catchUp(now time.Time, full bool) *job {
	return &job{table: t, takenUp: true, tick: crawler.Tick{
		Planned: now.UTC().Truncate(time.Millisecond), Trigger: archive.TriggerCatchUp, Full: full,
	}}
}
