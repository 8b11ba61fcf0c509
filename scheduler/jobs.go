package scheduler

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
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
	takenUp bool          // of a run that was cut short, or owed, not of a tick
	came    span          // the tick, and those before it, which were missed
	made    string        // how those were made up for, for people; "": not
	skipped []archive.Run // ticks that fell while it waited for its turn
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

	mu    sync.Mutex
	owing []archive.Run // ticks that the archive could not record yet
	tried time.Time     // when that was tried last
}

// dispatch starts jobs, those that wait longest first.
func (k *keeper) dispatch(ctx context.Context) {
	for len(k.queue) > 0 && k.running < k.parallel && ctx.Err() == nil {
		j := k.queue[0]
		k.queue = k.queue[1:]
		j.started = true
		k.running++
		k.log.Info("run begins", "site", j.table.site.Name, "planned", j.tick.Planned, "trigger", j.tick.Trigger)
		k.group.Go(func() {
			k.record(ctx, j.came.records(j.table.site.Name, archive.RunMissed, nobody+j.made))
			j.run, j.err = k.guarded(ctx, j)
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
	defer k.recordAside(ctx, j.skipped)
	log := k.log.With("site", t.site.Name, "planned", j.tick.Planned)
	switch {
	case errors.Is(j.err, archive.ErrTaken):
		log.Debug("another process has this tick")
		t.watch, t.looked = true, k.clock.Now()
	case errors.Is(j.err, archive.ErrBusy):
		t.watch, t.looked = true, k.clock.Now()
		if !j.takenUp {
			k.recordAside(ctx, j.alone(archive.RunSkipped, "another run of this site is open"))
		}
	case j.err != nil && ctx.Err() != nil && j.run.ID == "":
		k.giveBack(ctx, j)
	case j.err != nil && ctx.Err() == nil:
		log.Error("run failed", "run", j.run.ID, "error", j.err)
		if j.run.ID == "" && !j.takenUp {
			k.recordAside(ctx, j.alone(archive.RunFailed, j.err.Error()))
		}
	case j.run.ID != "":
		log.Info("run ended", "run", j.run.ID, "state", j.run.State,
			"visited", j.run.Articles.Total()+j.run.Lists.Total(), "new", j.run.Articles[archive.New], "changed", j.run.Articles[archive.Changed],
			"failed", j.run.Articles.Failed()+j.run.Lists.Failed())
	}
}

// alone is the record of j's tick, of which there is no other.
func (j *job) alone(state archive.RunState, reason string) []archive.Run {
	only := span{before: []time.Time{j.tick.Planned}}
	runs := only.records(j.table.site.Name, state, reason)
	runs[0].Trigger = j.tick.Trigger
	return runs
}

// giveBack records that the tick of j had no run, for the process stops. The
// next one owes it.
func (k *keeper) giveBack(ctx context.Context, j *job) {
	if !j.takenUp {
		name := j.table.site.Name
		k.recordAside(ctx, j.came.records(name, archive.RunMissed, nobody))
		k.recordAside(ctx, j.alone(archive.RunMissed, fmt.Sprintf("serve was stopped before its turn came (parallel: %d)", k.parallel)))
	}
	k.recordAside(ctx, j.skipped)
}

// recordAside records without holding up the loop.
func (k *keeper) recordAside(ctx context.Context, runs []archive.Run) {
	if len(runs) > 0 {
		k.group.Go(func() { k.record(ctx, runs) })
	}
}

const (
	// recordTimeout bounds how long the archive may take to record one tick. A
	// tick is recorded even when the process is being stopped.
	recordTimeout = 10 * time.Second
	// maxOwing bounds how many ticks are kept for an archive that is away.
	maxOwing = 10_000
)

// record adds ticks that did not take place. One that is there already was
// recorded by another process. What the archive cannot take now it is offered
// later.
func (k *keeper) record(ctx context.Context, runs []archive.Run) {
	for i, r := range runs {
		begin, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordTimeout)
		err := k.store.BeginRun(begin, r, nil)
		cancel()
		log := k.log.With("site", r.Site, "run", r.ID, "reason", r.Reason)
		switch {
		case err == nil:
			log.Info("tick " + string(r.State))
		case !errors.Is(err, archive.ErrTaken):
			// It goes last, for something may be wrong with it alone.
			k.owe(append(slices.Clone(runs[i+1:]), r), err)
			return
		}
	}
}

// owe keeps ticks that the archive could not record, and why, for later.
func (k *keeper) owe(runs []archive.Run, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	kept := runs[:min(len(runs), maxOwing-len(k.owing))]
	k.owing = append(k.owing, kept...)
	k.log.Error("ticks not recorded yet", "site", runs[0].Site, "first", runs[0].ID, "ticks", len(runs), "lost", len(runs)-len(kept), "error", err)
}

// recordOwing offers the archive again what it could not record.
func (k *keeper) recordOwing(ctx context.Context, now time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.owing) > 0 && now.Sub(k.tried).Abs() >= maxSleep {
		k.recordAside(ctx, k.owing)
		k.owing, k.tried = nil, now
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
