package crawler

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"

	"fangzhi/archive"
)

// crawl is one run at work.
type crawl struct {
	c     *Crawler
	site  Site
	scope scope
	line  *line
	user  *user

	furniture furniture
	noise     noise
	frontier  *frontier
	recorder  *recorder
	yields    *yields
	sessions  *sessions
	shapes    *shapes
	inCopy    bool      // the seeds are in a copy of the portal
	known     *urlSet   // addresses that are pages of the site for certain
	listed    *urlSet   // columns and addresses that they are known to list
	found     *foundSet // addresses that this run made pages of the site
	grown     *foundSet // those of them that are further pages of lists known before
	columns   map[string]bool
	articles  []pattern
	kept      *keeping
	backlog   Backlog // what is to be gone through for what it lacks
	requests  atomic.Int64
	around    *around // what the run saw, to look at pages that are gone against
	standIns  *standIns
	hops      *hops
	missed    missed
	sentOnTo  sentOnTo
	oneText   *oneText
	reading   *semaphore.Weighted // seats of the site
	importing *importing          // nil: a crawl
	absent    absent
	holds     knownHolds

	ignoreHolds bool
	robotsSince time.Time // a robots.txt that was fetched before is asked for anew
	first       bool      // the site had no run before
	retries     bool      // what failed for good is to be asked for once more

	// wait ends when no further page is to be visited, wire when what is in
	// flight is given up.
	wait, wire context.Context
	stop       context.CancelCauseFunc

	mu      sync.Mutex
	run     archive.Run // its tally grows
	latest  time.Time   // start of the latest visit
	notes   notes
	hosts   map[string]*hostRecord
	lists   map[uint64]string // what lists of this run list, and the first that listed it
	walked  map[string]int    // further pages found, by column
	idle    map[string]int    // pages of lists in a row that brought nothing new, by column
	totals  map[string]int    // rows as lists declare them, by column and list
	moving  map[string]bool   // of totals: they changed during the run
	brought map[string]int    // rows that the lists' pages had
	moves   map[string]int    // redirects in a row that led to a page
}

func newCrawl(c *Crawler, site Site, run archive.Run, before []archive.Run) (*crawl, error) {
	scope, err := newScope(site.Scope, site.Columns)
	if err != nil {
		return nil, err
	}
	line, err := c.fetcher.wire.lineOf(&site)
	if err != nil {
		return nil, err
	}
	if site.Revisit == nil {
		site.Revisit = DefaultRevisit
	}
	site.Politeness.Parallel = min(max(site.Politeness.Parallel, 1), c.options.Workers)
	site.Keep = site.Keep.filled()
	run.Articles, run.Lists, run.Requisites = archive.Tally{}, archive.Tally{}, archive.Tally{}
	k := &crawl{
		c: c, site: site, scope: scope, line: line, run: run,
		known: newURLSet(), listed: newURLSet(), columns: map[string]bool{}, hosts: map[string]*hostRecord{},
		lists: map[uint64]string{}, walked: map[string]int{}, idle: map[string]int{}, totals: map[string]int{}, moving: map[string]bool{}, brought: map[string]int{},
		found: newFoundSet(), grown: newFoundSet(), yields: newYields(&site, before), shapes: newShapes(), moves: map[string]int{},
		around: newAround(&site), absent: absent{sole: map[string]bool{}, spent: map[string]bool{}, looks: map[string]int{}, capped: map[string]bool{}},
		kept: newKeeping(), reading: semaphore.NewWeighted(seatsOfSite()), standIns: newStandIns(), hops: newHops(), oneText: newOneText(),
		sentOnTo: sentOnTo{first: map[string]string{}},
	}
	k.articles, _ = patterns("articles", site.Articles)
	for _, column := range site.Columns {
		if a, err := canonical(column.URL); err == nil {
			k.inCopy = k.inCopy || isCopyOfSite(a)
			if !site.Everything {
				k.columns[a.url] = true
			}
		}
	}
	k.user = &user{waiting: k.waiting, held: k.asked}
	k.frontier = newFrontier(run.Started, site.MaxPages, k.due)
	k.recorder = newRecorder(k)
	return k, nil
}

// archiveGrace is how long the archive may take to record what was fetched when
// a run is stopped.
const archiveGrace = 30 * time.Second

// Closing is logged, at the level for details, once a run has nothing left to
// visit and is to be settled and closed.
const Closing = "closing the run"

// errStopped is the cause that ends waits when the run was told to stop.
var errStopped = errors.New("stopped")

// crawl visits all that is due. Its error is the archive's; to be told to stop
// is none.
func (k *crawl) crawl(ctx context.Context) error {
	wait, stop := context.WithCancelCause(ctx)
	wire, giveUp := context.WithCancelCause(context.WithoutCancel(ctx))
	keep, leave := context.WithCancelCause(context.WithoutCancel(ctx))
	k.wait, k.wire, k.stop = wait, wire, stop
	defer stop(nil)
	defer giveUp(nil)
	defer leave(nil)
	defer k.c.fetcher.pace.leave(k.user)

	if err := k.recallFurniture(ctx); err != nil {
		return err
	}
	if err := k.recallMasks(ctx); err != nil {
		return err
	}
	var err error
	if k.sessions, err = learntSessions(ctx, k.c.store, k.site.Name); err != nil {
		return err
	}
	if err := k.openBacklog(ctx); err != nil {
		return err
	}
	lease, endLease := context.WithCancel(context.WithoutCancel(ctx))
	var keeping, working, recording sync.WaitGroup
	keeping.Go(func() { k.keepLease(lease, stop) })
	keeping.Go(func() {
		select {
		case <-lease.Done():
			return
		case <-wait.Done():
		}
		if sleep(lease, k.c.options.Grace) != nil {
			return
		}
		giveUp(errStopped)
		if sleep(lease, archiveGrace) == nil {
			leave(fmt.Errorf("stopped, and the archive did not answer within %v", archiveGrace))
		}
	})
	recording.Go(func() { k.recorder.record(keep) })
	for range k.workers() {
		working.Go(k.work)
	}
	working.Wait()
	k.c.options.Log.Debug(Closing, "site", k.site.Name, "run", k.run.ID)
	if err := k.settleAbsent(keep); err != nil {
		k.stop(err)
	}
	for _, last := range []func(context.Context) error{k.fillBacklog, k.closeKept} {
		if k.wait.Err() != nil {
			break
		}
		k.recorder.flush()
		if err := last(k.wire); err != nil && k.wait.Err() == nil {
			k.stop(err)
		}
	}
	close(k.recorder.in)
	recording.Wait()
	endLease()
	keeping.Wait()

	if ctx.Err() == nil && wait.Err() != nil {
		return context.Cause(wait)
	}
	if ctx.Err() == nil {
		cut, err := k.frontier.cutShort(ctx)
		if err != nil {
			return err
		}
		if cut {
			k.note(fmt.Sprintf("stopped after %s, the most for one run; more are due", number(k.site.MaxPages, "page")))
		}
		if !cut {
			k.noteShort()
		}
		columns, _ := k.yields.judged(k.run.ID)
		unread, err := k.c.Unread(ctx, k.site, archive.Run{ID: k.run.ID, Columns: columns})
		if err != nil {
			return err
		}
		for _, u := range unread {
			if !k.frontier.leaves(u.Column.URL) { // of that there is a note
				k.note(u.String())
			}
		}
	}
	if k.recorder.failure == nil && ctx.Err() == nil {
		if err := k.noteOthers(ctx); err != nil && ctx.Err() == nil {
			return err
		}
	}
	return k.recorder.failure
}

// workers is how many pages are worked on at a time. Where several are fetched
// at a time, one more for each processor is read meanwhile; the pace sees to it
// that no more are fetched. A host that is asked one by one gets the next
// request when the last answer has been judged.
func (k *crawl) workers() int {
	n := k.site.Politeness.Parallel
	if n > 1 {
		n += runtime.GOMAXPROCS(0)
	}
	return n
}

// work visits page after page, until none is left.
func (k *crawl) work() {
	for {
		p, ok, err := k.frontier.next(k.wait)
		if err != nil {
			k.stop(err)
		}
		if !ok || err != nil {
			return
		}
		found, err := k.visit(p)
		if err != nil {
			k.frontier.drop(p.URL)
			if resting := (*restingError)(nil); errors.As(err, &resting) {
				k.rest(hostOf(p.URL), resting.Error())
				continue
			}
			if k.wait.Err() == nil {
				k.stop(err)
			}
			return
		}
		k.done(p, found)
	}
}

// due asks the archive for pages to visit.
func (k *crawl) due(ctx context.Context, n int, except archive.Except) ([]archive.Page, error) {
	by := k.c.now()
	k.mu.Lock()
	if by.Before(k.latest) {
		by = k.latest // the clock was set back
	}
	k.mu.Unlock()
	if by.Before(k.run.Started) {
		by = k.run.Started
	}
	return k.c.store.Due(ctx, k.site.Name, by, n, except)
}

// closed is the run as it is to be closed.
func (k *crawl) closed(ctx context.Context, failure error) archive.Run {
	k.mu.Lock()
	defer k.mu.Unlock()
	run := snapshot(k.run)
	run.Requests = int(k.requests.Load())
	columns, suspects := k.yields.judged(run.ID)
	run.Columns = columns
	run.Notes = append(suspects, k.notes.lines()...)
	run.Ended = k.c.now()
	switch {
	case failure != nil:
		run.State, run.Reason = archive.RunFailed, failure.Error()
	case ctx.Err() != nil && (!k.frontier.exhausted() || k.kept.unfilled):
		run.State, run.Reason = archive.RunInterrupted, "stopped"
	default:
		run.State = archive.RunDone
	}
	return run
}

// tell passes an event on, if somebody wants to know.
func (k *crawl) tell(e Event) {
	if k.c.options.Observe == nil {
		return
	}
	k.c.telling.Lock()
	defer k.c.telling.Unlock()
	k.mu.Lock()
	e.Run = snapshot(k.run)
	k.mu.Unlock()
	e.Run.Requests = int(k.requests.Load())
	k.c.options.Observe(e)
}

func (k *crawl) waiting(text string) { k.tell(Event{Waiting: text}) }

func (k *crawl) note(text string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.notes.add(text)
}
