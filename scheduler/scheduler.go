package scheduler

import (
	"context"
	"fmt"
	"iter"
	"log/slog"
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
// there to run it, or because Serve ended while it waited for its turn. A site
// whose last run was cut short or missed, and that makes up for what is missed,
// is taken up again at once.
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
		if t.next.IsZero() {
			s.log.Warn("no tick is planned", "site", site.Name)
		} else {
			s.log.Info("scheduled", "site", site.Name, "next", t.next)
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
		k.recordOwing(ctx, now)
		select {
		case <-ctx.Done():
			k.stop(ctx)
			return nil
		case j := <-k.ended:
			k.end(ctx, j)
		case <-s.clock.After(k.sleep(s.clock.Now())):
		}
	}
}

// stop waits for the runs that are open, and records the ticks that will have
// none.
func (k *keeper) stop(ctx context.Context) {
	now := k.clock.Now()
	for _, t := range k.tables {
		if !t.next.IsZero() && !t.next.After(now) {
			k.keep(ctx, t, now)
		}
	}
	for _, j := range k.queue {
		k.giveBack(ctx, j)
	}
	k.group.Wait()
	for len(k.ended) > 0 {
		k.end(ctx, <-k.ended)
	}
	k.group.Wait()
}
