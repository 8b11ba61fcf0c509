package scheduler

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"fangzhi/archive"
	"fangzhi/crawler"
)

// timetable is where one site stands.
type timetable struct {
	site   Site
	last   time.Time // ticks up to here have been dealt with
	next   time.Time // the tick after last; zero: none
	open   *job      // waiting or running; nil: none
	watch  bool      // an open run of somebody else's may have to be taken up
	looked time.Time // when that was looked at last; zero: never
}

// job is one run on its way.
type job struct {
	table   *timetable
	tick    crawler.Tick
	takenUp bool          // of a run that was cut short, not of a tick
	records []archive.Run // ticks to be recorded first
	started bool
	run     archive.Run
	err     error
}

// keeper is the state of one Serve. Only its loop touches it, but for the
// goroutines of jobs, which have their job to themselves.
type keeper struct {
	*Scheduler
	tables  []*timetable
	queue   []*job
	running int
	ended   chan *job // has room for every site, so that no job waits to end
	group   sync.WaitGroup
}

// dispatch starts jobs, those that wait longest first.
func (k *keeper) dispatch(ctx context.Context) {
	for len(k.queue) > 0 && k.running < k.parallel && ctx.Err() == nil {
		j := k.queue[0]
		k.queue = k.queue[1:]
		j.started = true
		k.running++
		k.group.Go(func() {
			k.record(ctx, j.records)
			if !j.tick.Planned.IsZero() {
				j.run, j.err = k.guarded(ctx, j)
			}
			k.ended <- j
		})
	}
}

// guarded runs a job; a panic in it is its error.
func (k *keeper) guarded(ctx context.Context, j *job) (run archive.Run, err error) {
	defer func() {
		if v := recover(); v != nil {
			k.log.Error("run panicked", "site", j.table.site.Name, "stack", string(debug.Stack()))
			err = fmt.Errorf("panic: %v", v)
		}
	}()
	return k.run(ctx, j.table.site, j.tick)
}

// end draws the consequences of how a job ended.
func (k *keeper) end(ctx context.Context, j *job) {
	k.running--
	t := j.table
	t.open = nil
	log := k.log.With("site", t.site.Name, "planned", j.tick.Planned)
	switch {
	case errors.Is(j.err, archive.ErrTaken):
		log.Debug("another process has this tick")
		t.watch, t.looked = true, k.clock.Now()
	case errors.Is(j.err, archive.ErrBusy):
		t.watch, t.looked = true, k.clock.Now()
		if !j.takenUp {
			skipped := span{before: []time.Time{j.tick.Planned}}
			k.recordAside(ctx, skipped.records(t.site.Name, archive.RunSkipped, "another run of this site is open"))
		}
	case j.err != nil && ctx.Err() == nil:
		log.Error("run failed", "run", j.run.ID, "error", j.err)
	case j.run.ID != "":
		log.Info("run ended", "run", j.run.ID, "state", j.run.State, "articles", j.run.Articles, "lists", j.run.Lists)
	}
}

// recordAside records without holding up the loop.
func (k *keeper) recordAside(ctx context.Context, runs []archive.Run) {
	k.group.Go(func() { k.record(ctx, runs) })
}

// record adds ticks that did not take place. One that is there already was
// recorded by another process.
func (k *keeper) record(ctx context.Context, runs []archive.Run) {
	for _, r := range runs {
		err := k.store.BeginRun(ctx, r, nil)
		if err != nil && !errors.Is(err, archive.ErrTaken) && ctx.Err() == nil {
			k.log.Error("tick not recorded", "site", r.Site, "run", r.ID, "state", r.State, "error", err)
		}
	}
}

// sleep is how long nothing is to be done, as far as the clock can be trusted.
func (k *keeper) sleep(now time.Time) time.Duration {
	wait := maxSleep
	for _, t := range k.tables {
		if !t.next.IsZero() {
			wait = min(wait, t.next.Sub(now))
		}
	}
	return max(wait, minSleep)
}
