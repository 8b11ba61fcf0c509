package crawler

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"fangzhi/archive"
	"fangzhi/extract"
)

// Store is what the crawler asks of an archive; archive.Store tells what each
// method promises.
type Store interface {
	Runs(ctx context.Context, f archive.Filter) iter.Seq2[archive.Run, error]
	Snapshots(ctx context.Context, f archive.Filter) iter.Seq2[archive.Snapshot, error]
	Visits(ctx context.Context, f archive.Filter) iter.Seq2[archive.Visit, error]
	Due(ctx context.Context, site string, by time.Time, n int, except archive.Except) ([]archive.Page, error)
	Page(ctx context.Context, site, url string) (archive.Page, error)
	Pages(ctx context.Context, f archive.Filter) iter.Seq2[archive.Page, error]
	Namesakes(ctx context.Context, site string, items []int64) ([]archive.Page, error)
	Known(ctx context.Context, site string, urls []string) (map[string]bool, error)
	Payload(ctx context.Context, d archive.Digest) ([]byte, error)
	Reread(ctx context.Context, run string, batch []archive.Again) error
	Learnt(ctx context.Context, site, name string) ([]byte, error)
	Learn(ctx context.Context, run, site, name string, data []byte) error
	Alike(ctx context.Context, sketch archive.Sketch) ([]archive.Snapshot, error)
	Record(ctx context.Context, run string, batch []archive.Entry) error
	BeginRun(ctx context.Context, r archive.Run, seeds []archive.Page) error
	RenewRun(ctx context.Context, run string, until time.Time) error
	EndRun(ctx context.Context, r archive.Run) error
}

// Options are what a crawler needs besides a store. The zero value works.
type Options struct {
	Contact   string // of whoever runs the crawler, for the User-Agent: an address or a URL
	UserAgent string // in place of fangzhi/VERSION (+CONTACT)
	Workers   int    // the most pages of one site that are fetched at a time; 0: 16
	Limits    Limits
	Log       *slog.Logger     // nil: none
	Now       func() time.Time // nil: time.Now
	Owner     string           // of the runs; "": host:pid:random
	// Observe is told of every visit once it is durable, and of long waits, one
	// call at a time. It must not block.
	Observe func(Event)

	Lease time.Duration // a run without a sign of life for so long is given up; 0: a minute
	Grace time.Duration // how long requests in flight may take when a run is stopped; 0: 2 s
}

// DefaultLease is how long a run without a sign of life holds its site.
const DefaultLease = time.Minute

// Event tells how a run goes on.
type Event struct {
	Run     archive.Run   // its tally so far
	Entry   archive.Entry // just made durable; of a wait the zero value
	Waiting string        // what the run waits for, for people; "" where an entry is told
}

// Validate returns an error that names the field which cannot be.
func (o Options) Validate() error {
	switch {
	case o.Workers < 0:
		return fmt.Errorf("workers: \"%d\": must be 1 or more", o.Workers)
	case o.Lease < 0:
		return fmt.Errorf("lease: %q: must not be negative", o.Lease)
	case o.Grace < 0:
		return fmt.Errorf("grace: %q: must not be negative", o.Grace)
	}
	return nil
}

func (o Options) filled() Options {
	fill(&o.Workers, 16)
	fill(&o.Lease, DefaultLease)
	fill(&o.Grace, 2*time.Second)
	o.Limits = o.Limits.filled()
	if o.UserAgent == "" {
		o.UserAgent = userAgent(o.Contact)
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Owner == "" {
		o.Owner = thisProcess()
	}
	return o
}

// Crawler runs crawls. Runs of different sites may go on at the same time; what
// they know of hosts (pace, robots.txt, connections) is shared.
type Crawler struct {
	store   Store
	options Options
	fetcher *fetcher
	robots  *robots
	read    func(extract.Input) (*extract.Page, error)
	holding hostLocks           // what is known of a host is read, changed and kept by one run at a time
	reading *semaphore.Weighted // seats for large pages
	telling sync.Mutex          // one Observe at a time, whichever run it tells of
}

// New returns a crawler that records in store.
func New(store Store, o Options) (*Crawler, error) {
	if err := o.Validate(); err != nil {
		return nil, fmt.Errorf("crawler: options: %w", err)
	}
	o = o.filled()
	f := newFetcher(o.Limits, o.UserAgent, o.Workers, o.Now)
	return &Crawler{store: store, options: o, fetcher: f, robots: newRobots(f, token(o.UserAgent), store), read: extract.Open,
		reading: semaphore.NewWeighted(seatsOfSite())}, nil
}

// Close frees the connections that are kept for further requests.
func (c *Crawler) Close() { c.fetcher.wire.close() }

// Tick is what asks for a run.
type Tick struct {
	Planned time.Time       // with the site the run's identity; zero: now
	Trigger archive.Trigger // "": manual
	Full    bool            // every known page is due, every list is walked to its end, and hosts are asked for their robots.txt anew
	// IgnoreHolds asks hosts that are to be left alone still; what they say now holds.
	IgnoreHolds bool
}

// Run crawls site once: all that is due, and all that this leads to. It returns
// the run as it was closed. Its State says how it ended: done, interrupted when
// ctx was cancelled, failed when the archive failed, which is also the error.
//
// Without having run anything it returns an error that wraps archive.ErrTaken
// when another process has this tick, archive.ErrBusy when another run of the
// site is open, Problems when the site has mistakes.
func (c *Crawler) Run(ctx context.Context, site Site, tick Tick) (archive.Run, error) {
	if err := site.Validate(); err != nil {
		return archive.Run{}, fmt.Errorf("site %q: %w", site.Name, err)
	}
	before, err := c.earlier(ctx, site.Name)
	if err != nil {
		return archive.Run{}, fmt.Errorf("site %q: %w", site.Name, err)
	}
	run, ahead, err := c.open(ctx, &site, tick, before)
	if err != nil {
		return archive.Run{}, err // of the store, which names the run
	}
	k, err := newCrawl(c, site, run, before)
	if err != nil {
		return archive.Run{}, fmt.Errorf("run %s: %w", run.ID, err)
	}
	k.ignoreHolds = tick.IgnoreHolds
	if tick.Full {
		k.robotsSince = run.Started
		if !run.FullSince.IsZero() { // it takes up one that was cut short
			k.robotsSince = run.FullSince
		}
	}
	k.first, k.retries = len(before) == 0, tick.Full
	if ahead > 0 {
		k.note(fmt.Sprintf("%s were to be asked for later than the revisit policy says, for a clock that was wrong: now due", number(ahead, "page")))
	}
	failure := k.crawl(ctx)
	run = k.closed(ctx, failure)

	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 15*time.Second)
	defer cancel()
	if err := c.store.EndRun(end, run); err != nil {
		if failure == nil {
			return run, err // of the store, which names the run
		}
		c.options.Log.Debug("run not closed", "run", run.ID, "error", err)
		if !errors.Is(err, archive.ErrLost) { // else another process closed it
			failure = fmt.Errorf("%w; nor could the run be closed: it is open until its lease ends", failure)
		}
	}
	return run, failure
}

// open opens the run that tick asks for, with the columns as its seeds, and with
// so many pages that a wrong clock dated ahead. Before are the runs before.
func (c *Crawler) open(ctx context.Context, site *Site, tick Tick, before []archive.Run) (archive.Run, int, error) {
	now := c.now()
	planned := tick.Planned.UTC().Truncate(time.Millisecond)
	if tick.Planned.IsZero() {
		planned = now
	}
	run := archive.Run{
		ID: archive.RunID(site.Name, planned), Site: site.Name, Planned: planned, Trigger: tick.Trigger,
		State: archive.RunRunning, Full: tick.Full || site.unplanned(),
		Owner: c.options.Owner, Started: now, Lease: now.Add(c.options.Lease),
	}
	if run.Trigger == "" {
		run.Trigger = archive.TriggerManual
	}
	if err := c.closeOrphans(ctx, site.Name, now); err != nil {
		return run, 0, err
	}
	if run.Full {
		since, err := c.takenUp(ctx, site.Name, now)
		if err != nil {
			return run, 0, err
		}
		run.FullSince = since
	}
	if !run.Full {
		walk, err := c.walkDue(ctx, site)
		if err != nil {
			return run, 0, err
		}
		run.Walk = walk
	}
	seeds, err := c.seeds(ctx, site, run)
	if err != nil {
		return run, 0, err
	}
	ahead, err := c.datedAhead(ctx, site, now, before)
	if err != nil {
		return run, 0, err
	}
	return run, len(ahead), c.store.BeginRun(ctx, run, append(seeds, ahead...))
}

// now is the time as the archive keeps it.
func (c *Crawler) now() time.Time { return c.options.Now().UTC().Truncate(time.Millisecond) }
