package scheduler

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"fangzhi/archive"
	"fangzhi/crawler"
)

// Store is what a scheduler needs of an archive; archive.Store tells what each
// method promises.
type Store interface {
	Runs(ctx context.Context, f archive.Filter) iter.Seq2[archive.Run, error]
	BeginRun(ctx context.Context, r archive.Run, seeds []archive.Page) error
}

// Run crawls a site once, as crawler.Crawler.Run does: it claims the tick
// itself, and returns archive.ErrTaken or archive.ErrBusy when it cannot.
type Run func(ctx context.Context, site Site, tick crawler.Tick) (archive.Run, error)

// Options say what a Scheduler runs.
type Options struct {
	Sites    []Site
	Parallel int          // sites at a time; 0: DefaultParallel
	Clock    Clock        // nil: the clock on the wall
	Log      *slog.Logger // nil: none
}

// DefaultParallel is how many sites are crawled at a time where nothing else
// is asked for.
const DefaultParallel = 4

const (
	// A longer sleep would outlast a change of the clock or a suspend unseen.
	maxSleep = 30 * time.Second
	minSleep = 10 * time.Millisecond
	// grace is how late a tick may be and still count as kept.
	grace = time.Minute
)

// Validate reports the first mistake in o.
func (o Options) Validate() error {
	if o.Parallel < 0 {
		return fmt.Errorf("parallel: %d: must be 1 or more", o.Parallel)
	}
	seen := map[string]bool{}
	for _, s := range o.Sites {
		if seen[s.Name] {
			return fmt.Errorf("sites: %q: is there twice: names must differ", s.Name)
		}
		seen[s.Name] = true
		switch s.OnMissed {
		case "", RunOnce, Skip:
		default:
			return fmt.Errorf("sites.%s.on_missed: %q: must be run_once or skip", s.Name, s.OnMissed)
		}
	}
	return nil
}

// Scheduler runs sites on their schedules. Several processes may serve the same
// sites on the same archive: each tick is run by one of them.
type Scheduler struct {
	store    Store
	run      Run
	sites    []Site
	parallel int
	clock    Clock
	log      *slog.Logger
}

// New returns a scheduler that records ticks in store and crawls by run.
func New(store Store, run Run, o Options) (*Scheduler, error) {
	if err := o.Validate(); err != nil {
		return nil, fmt.Errorf("scheduler: %w", err)
	}
	s := &Scheduler{store: store, run: run, sites: o.Sites, parallel: o.Parallel, clock: o.Clock, log: o.Log}
	if s.parallel == 0 {
		s.parallel = DefaultParallel
	}
	if s.clock == nil {
		s.clock = systemClock{}
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	return s, nil
}

// Serve keeps the ticks of every site until ctx is done; then it waits for the
// runs that are open, which end with ctx too, and returns nil. It returns an
// error only when it cannot read at the start what was run last.
//
// Every tick ends as a run in the archive: one that took place, or one that was
// skipped because the site's run before was open, or missed because nothing was
// there to run it. A site whose last run was cut short, and that makes up for
// what is missed, is taken up again at once.
func (s *Scheduler) Serve(ctx context.Context) error {
	k := keeper{Scheduler: s, ended: make(chan *job, len(s.sites))}
	for _, site := range s.sites {
		t, err := s.begin(ctx, site)
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return fmt.Errorf("schedule %s: last run: %w", site.Name, err)
		}
		k.tables = append(k.tables, t)
	}
	defer k.group.Wait()
	for {
		now := s.clock.Now()
		for _, t := range k.tables {
			k.keep(ctx, t, now)
		}
		k.dispatch(ctx)
		select {
		case <-ctx.Done():
			k.group.Wait()
			for len(k.ended) > 0 {
				k.end(ctx, <-k.ended)
			}
			return nil
		case j := <-k.ended:
			k.end(ctx, j)
		case <-s.clock.After(k.sleep(s.clock.Now())):
		}
	}
}

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
