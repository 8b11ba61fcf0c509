package torture

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"time"

	"fangzhi/archive"
	"fangzhi/crawler"
	"fangzhi/crawler/portaltest"
)

// looks is how often the archive is held against what was reported while kills
// go on.
const looks = 10

// dressedOne of so many articles has a document and a picture.
const dressedOne = 4

// maxFailures is how many crawls may fail by themselves before kills are given up.
const maxFailures = 10

// Kills crawls a portal into the archive spec with the real program, kills it at
// random moments of its life, kills times in all, and starts it again, while
// editors publish, change and take back. The first half of the kills falls on
// one crawl of the whole portal, the rest on crawls of it again; half of the crawls
// keep documents and requisites, and make up for those that do not. In the end the
// program is let be, and the archive has to be true to the portal.
func Kills(ctx context.Context, o Options, spec string, articles, kills int) (f Figures, err error) {
	began := time.Now()
	f.Name = "killed at random, edits going on"
	f.Phases = map[string]int{}
	defer func() { f.Took = time.Since(began) }()
	p, base, stop, err := newPortal(articles, 3, dressedOne, portaltest.Options{Latency: time.Millisecond, PageSize: 20, KeepLog: 3*articles + 200})
	if err != nil {
		return f, err
	}
	defer stop()
	random := rand.New(rand.NewPCG(o.Seed, 3))
	edit := &editor{portal: p, random: rand.New(rand.NewPCG(o.Seed, 4)), publishes: articles / 2}
	var editing sync.WaitGroup
	working, rest := context.WithCancel(ctx)
	defer func() {
		rest()
		editing.Wait()
	}()
	editing.Go(func() {
		for {
			select {
			case <-working.Done():
				return
			case <-time.After(8 * time.Second / time.Duration(articles)): // an eighth of them a second
				edit.work()
			}
		}
	})
	reported := reports{}
	finished, whole := 0, 0 // crawls that came to their end; kills that the first one took
	known := pageNames{}    // found so far
	// However quick the machine is by now: one kill in four falls on the time that a
	// process takes to its first request, the others on a span after that request,
	// which grows and shrinks; half of the processes that come to close their run are
	// killed while they do.
	var opening time.Duration
	span, closing := 50*time.Millisecond, 50*time.Millisecond
	within := func(d time.Duration) time.Duration { return time.Duration(random.Int64N(int64(d)) + 1) }
	for f.Tried < kills && ctx.Err() == nil {
		var m mortal
		if after := within(span); opening == 0 || random.IntN(4) != 0 {
			m.meet = func(kill func()) { go atFirst(working, p, func() { time.AfterFunc(after, kill) }) }
		} else {
			m.after = within(opening)
		}
		if random.IntN(2) == 0 {
			m.closing = within(closing)
		}
		l, err := o.live(ctx, p, base, spec, random.IntN(2) == 0, m, reported)
		if failed := (*failedError)(nil); errors.As(err, &failed) && len(f.Faults) < maxFailures {
			f.Faults = append(f.Faults, fmt.Sprintf("after %d kills: %v", f.Tried, err))
			continue
		}
		if err != nil {
			return f, err
		}
		f.Points++
		if l.killed {
			f.Tried++
			f.Phases[l.phase(finished > 0)]++
		} else {
			if finished++; finished == 1 {
				whole = f.Tried
			}
			closing = max(l.settling, time.Millisecond)
		}
		if l.asked > 0 {
			opening = (3*cmp.Or(opening, l.opening) + l.opening) / 4
		}
		// The first crawl comes to its end about when half of the kills are spent, for
		// which it is let on however many of its pages it has reported by then; after
		// that one crawl in four is quicker than its kill.
		switch {
		case finished == 0 && (2*f.Tried >= kills || len(reported)*kills < 2*articles*f.Tried):
			span += span / 2
		case finished == 0:
			span = max(span*2/3, 5*time.Millisecond)
		case l.killed:
			span += span / 10
		default:
			span -= span / 4
		}
		if !l.killed || f.Tried%max(kills/looks, 1) != 0 {
			continue
		}
		lost, faults, err := o.look(ctx, spec, reported, known)
		if err != nil {
			return f, err
		}
		f.Lost = max(f.Lost, lost)
		for _, fault := range faults {
			f.Faults = append(f.Faults, fmt.Sprintf("after %d kills: %s", f.Tried, fault))
		}
		o.logf("%d kills, %d crawls came to their end, %d edits, %d visits reported, %d lost", f.Tried, finished, edit.edits.Load(), reported.total(), lost)
	}
	rest()
	editing.Wait()
	if ctx.Err() != nil {
		return f, ctx.Err()
	}
	o.logf("the first crawl came to its end after %d kills, %d more did", whole, max(finished-1, 0))
	f.Acked = reported.total()
	lost, faults, err := o.held(ctx, spec, p, base, true, reported)
	f.Lost = max(f.Lost, lost)
	f.Faults = append(f.Faults, faults...)
	if err != nil {
		return f, err
	}
	more, err := o.once(ctx, spec, p, base, known)
	f.Faults = append(f.Faults, more...)
	return f, err
}

// atFirst does what is to be done once the portal is asked for something.
func atFirst(ctx context.Context, p *portaltest.Portal, do func()) {
	before := p.Total()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for p.Total() == before {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
	do()
}

// mortal says when a process is killed.
type mortal struct {
	after   time.Duration     // since it began; 0: not at all
	closing time.Duration     // since it said that it closes its run; 0: as if it had not said so
	meet    func(kill func()) // who else may kill it; nil: nobody
}

// A life is one process: what it was at when it ended.
type life struct {
	killed   bool
	asked    int           // requests that the portal got of it
	opening  time.Duration // until the first of them
	last     string        // the path of the last
	closing  bool          // it had said that it closes its run
	settling time.Duration // and so long before it ended
}

// phase says what a process was at when it was killed.
func (l life) phase(again bool) string {
	at := "at articles"
	switch {
	case l.asked == 0:
		at = "opening"
	case l.closing:
		at = "closing"
	case l.last == "/" || l.last == "/robots.txt" || strings.Contains(l.last, "/index"):
		at = "at lists"
	}
	if again {
		return "again: " + at
	}
	return "first crawl: " + at
}

// live runs a crawl, with keep one that keeps documents and requisites, and has it
// killed.
func (o *Options) live(ctx context.Context, p *portaltest.Portal, base, spec string, keep bool, m mortal, reported reports) (l life, err error) {
	before, began := p.Total(), time.Now()
	said, killed, err := o.kill(ctx, base, spec, keep, m)
	if err != nil {
		return l, err
	}
	reported.hear(said.text.Bytes())
	l = life{killed: killed, asked: p.Total() - before, closing: !said.closing.IsZero()}
	if l.closing {
		l.settling = time.Since(said.closing)
	}
	if all := p.Requests(); l.asked > 0 {
		l.opening = all[max(len(all)-l.asked, 0)].At.Sub(began)
		l.last = all[len(all)-1].Path
	}
	return l, nil
}

// voice is what a process says, and when it said that it closes its run.
type voice struct {
	text    bytes.Buffer
	closing time.Time
	closes  func()
}

func (v *voice) Write(b []byte) (int, error) {
	v.text.Write(b)
	if v.closing.IsZero() && bytes.Contains(v.text.Bytes(), []byte(crawler.Closing)) {
		v.closing = time.Now()
		v.closes()
	}
	return len(b), nil
}

// kill runs a crawl and kills it, or not. It returns what the crawl said: that
// is in a pipe, whatever becomes of who said it.
func (o *Options) kill(ctx context.Context, base, spec string, keep bool, m mortal) (said *voice, killed bool, err error) {
	cmd := o.command(ctx, base, spec, keep)
	started := make(chan struct{})
	die := func() {
		<-started
		cmd.Process.Kill()
	}
	said = &voice{closes: func() {
		if m.closing > 0 {
			time.AfterFunc(m.closing, die)
		}
	}}
	cmd.Stderr = said
	if m.meet != nil {
		m.meet(die)
	}
	if err := cmd.Start(); err != nil {
		return said, false, err
	}
	close(started)
	if m.after > 0 {
		timer := time.AfterFunc(m.after, die)
		defer timer.Stop()
	}
	err = cmd.Wait()
	failed, isExit := errors.AsType[*exec.ExitError](err)
	switch {
	case ctx.Err() != nil:
		return said, false, ctx.Err()
	case err == nil:
		return said, false, nil
	case isExit && failed.ExitCode() == -1:
		return said, true, nil
	case isExit && failed.ExitCode() == 3: // done, and some pages failed
		return said, false, nil
	}
	return said, false, &failedError{err, tail(said.text.Bytes())}
}

// failedError tells that a crawl failed that nobody had killed.
type failedError struct {
	err  error
	said string // in the end
}

func (e *failedError) Error() string { return fmt.Sprintf("a crawl failed: %v: %s", e.err, e.said) }

func (e *failedError) Unwrap() error { return e.err }

// pageNames are the URLs of the pages that an archive held at some moment.
type pageNames map[string]bool

// look holds the archive as it is against what was reported, and against the
// pages that it knew at an earlier look. Where it cannot be read, which is its
// server's affair, it is tried again, and that is told.
func (o *Options) look(ctx context.Context, spec string, reported reports, known pageNames) (lost int, faults []string, err error) {
	for range 3 {
		if lost, faults, err = o.lookOnce(ctx, spec, reported, known); err == nil || ctx.Err() != nil {
			break
		}
		o.logf("the archive cannot be read, once more: %v", err)
	}
	return lost, faults, err
}

func (o *Options) lookOnce(ctx context.Context, spec string, reported reports, known pageNames) (int, []string, error) {
	store, err := o.Open(ctx, spec)
	if err != nil {
		return 0, nil, err
	}
	defer store.Close()
	lost, faults, err := sound(ctx, store, reported)
	if err != nil {
		return lost, faults, err
	}
	more, err := known.missing(ctx, store)
	return lost, append(faults, more...), err
}

// missing says which pages an archive has lost, and learns those that it has.
func (known pageNames) missing(ctx context.Context, store archive.Store) (faults []string, err error) {
	now := pageNames{}
	for page, err := range store.Pages(ctx, archive.Filter{}) {
		if err != nil {
			return nil, err
		}
		now[page.URL] = true
	}
	for url := range known {
		if !now[url] {
			faults = append(faults, url+": was found, and is not in the archive any more")
		}
	}
	slices.Sort(faults)
	for url := range now {
		known[url] = true
	}
	return faults, nil
}

// once says which pages an archive has visits to that nobody made: no answer of
// the portal is recorded twice. And no page that was found is missing.
func (o *Options) once(ctx context.Context, spec string, p *portaltest.Portal, base string, known pageNames) (faults []string, err error) {
	store, err := o.Open(ctx, spec)
	if err != nil {
		return nil, err
	}
	defer store.Close()
	if faults, err = known.missing(ctx, store); err != nil {
		return nil, err
	}
	visits := map[string]int{}
	for v, err := range store.Visits(ctx, archive.Filter{Site: site(base)}) {
		if err != nil {
			return nil, err
		}
		if v.Attempts > 0 {
			visits[v.URL]++
		}
	}
	for url, n := range visits {
		if asked := p.Count(url); n > asked {
			faults = append(faults, fmt.Sprintf("%s: has %d visits, and was asked for %d times", url, n, asked))
		}
	}
	slices.Sort(faults)
	return faults, nil
}
