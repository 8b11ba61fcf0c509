package crawler

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"fangzhi/archive"
)

// frontier hands out the pages that are due. It is the archive's own list,
// taken in small batches; in memory are only those that are being worked on.
type frontier struct {
	due     func(ctx context.Context, n int, except archive.Except) ([]archive.Page, error)
	started time.Time // pages visited since have had their turn in this run
	most    int       // pages handed out in all; 0: no limit

	mu       sync.Mutex
	queue    []archive.Page
	busy     map[string]bool // handed out, or queued, and not yet recorded
	held     map[string]bool // of busy: visited, and recorded when all else is done
	waiting  map[string]bool // whoever has these waits for another page
	resting  map[string]bool // hosts that are left alone for the rest of the run
	given    int
	more     bool            // a look may find more
	looking  bool            // somebody is at it
	settled  map[string]bool // recorded since that look began: what it finds of them is old
	changed  chan struct{}   // closed, and made anew, when any of this changes
	finished bool
}

const batch = 128

func newFrontier(started time.Time, most int, due func(context.Context, int, archive.Except) ([]archive.Page, error)) *frontier {
	return &frontier{
		due: due, started: started, most: most, more: true,
		busy: map[string]bool{}, held: map[string]bool{}, waiting: map[string]bool{}, resting: map[string]bool{}, changed: make(chan struct{}),
	}
}

// next returns a page to visit; ok is false when there is none and none will
// come, or ctx is done. The error is the archive's.
func (f *frontier) next(ctx context.Context) (p archive.Page, ok bool, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for {
		if f.finished || ctx.Err() != nil {
			return p, false, nil
		}
		if f.most > 0 && f.given >= f.most {
			return p, false, nil
		}
		if p, ok := f.take(); ok {
			return p, true, nil
		}
		switch {
		case f.more && !f.looking:
			if err := f.look(ctx); err != nil {
				return p, false, err
			}
		case len(f.busy) == len(f.held) && !f.looking:
			f.finished = true
			f.signal()
		default:
			f.wait(ctx)
		}
	}
}

// take hands out the first of the queue whose host is not resting.
func (f *frontier) take() (archive.Page, bool) {
	for len(f.queue) > 0 {
		p := f.queue[0]
		f.queue[0] = archive.Page{}
		f.queue = f.queue[1:]
		if f.isResting(p.URL) {
			delete(f.busy, p.URL)
			continue
		}
		f.given++
		return p, true
	}
	return archive.Page{}, false
}

// look fills the queue. It asks for so many pages that those which are being
// worked on leave room for others; those which had their turn, and those of
// hosts that rest, the archive leaves out.
func (f *frontier) look(ctx context.Context) error {
	f.looking, f.more, f.settled = true, false, map[string]bool{}
	n := len(f.busy) + batch
	except := archive.Except{VisitedSince: f.started, Hosts: slices.Sorted(maps.Keys(f.resting))}
	f.mu.Unlock()
	pages, err := f.due(ctx, n, except)
	f.mu.Lock()
	f.looking = false
	defer f.signal()
	if err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return fmt.Errorf("ask for the pages that are due: %w", err)
	}
	for _, p := range pages {
		if f.busy[p.URL] || f.settled[p.URL] || f.isResting(p.URL) {
			continue
		}
		f.busy[p.URL] = true
		f.queue = append(f.queue, p)
	}
	f.more = f.more || len(pages) == n
	return nil
}

// wait lets go of the lock until something changes.
func (f *frontier) wait(ctx context.Context) {
	changed := f.changed
	f.mu.Unlock()
	select {
	case <-changed:
	case <-ctx.Done():
	}
	f.mu.Lock()
}

// done says that visits to urls were recorded: what they led to may be due.
func (f *frontier) done(urls ...string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, u := range urls {
		delete(f.busy, u)
		delete(f.held, u)
		if f.looking {
			f.settled[u] = true
		}
	}
	f.more = true
	f.signal()
}

// hold says that a page that was handed out is visited, and will be recorded
// when all else is done.
func (f *frontier) hold(url string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.busy[url], f.held[url] = true, true
	f.signal()
}

// allows takes one more page into account that is visited out of turn, and says
// whether the run may.
func (f *frontier) allows() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.most > 0 && f.given >= f.most {
		return false
	}
	f.given++
	return true
}

// holds says whether a page is visited and not yet recorded.
func (f *frontier) holds(url string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.held[url]
}

// claim takes a page for somebody who came upon it, so that it is not handed out
// until it is done or released. It says no where somebody works on it.
func (f *frontier) claim(url string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.busy[url] {
		i := slices.IndexFunc(f.queue, func(p archive.Page) bool { return p.URL == url })
		if i < 0 {
			return false
		}
		f.queue = slices.Delete(f.queue, i, i+1)
	}
	f.busy[url] = true
	return true
}

// await waits until nobody works on a page any more, or it waits itself: for the
// end of the run, or for another page.
func (f *frontier) await(ctx context.Context, url string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for f.busy[url] && !f.held[url] && !f.waiting[url] {
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
		f.wait(ctx)
	}
	return nil
}

// waits says that whoever has the page at url is about to await another one, until
// over is called: nobody awaits his meanwhile.
func (f *frontier) waits(url string) (over func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.waiting[url] = true
	f.signal()
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(f.waiting, url)
	}
}

// release gives back pages that were claimed and not visited.
func (f *frontier) release(urls ...string) {
	if len(urls) > 0 {
		f.done(urls...)
	}
}

// drop takes back a page that was handed out and not visited.
func (f *frontier) drop(url string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.busy, url)
	f.given--
	f.signal()
}

// rest leaves host alone from now on; it says whether that is news.
func (f *frontier) rest(host string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	news := !f.resting[host]
	f.resting[host] = true
	f.signal()
	return news
}

// capped says whether so many pages were handed out that there are no more.
func (f *frontier) capped() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.most > 0 && f.given >= f.most
}

// exhausted says whether all that was due was visited.
func (f *frontier) exhausted() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.finished
}

func (f *frontier) restsNow(url string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.isResting(url)
}

// hostRests says whether host is left alone.
func (f *frontier) hostRests(host string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.resting[host]
}

// leaves says whether the host of url is left alone.
func (f *frontier) leaves(url string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.isResting(url)
}

func (f *frontier) isResting(url string) bool {
	return len(f.resting) > 0 && f.resting[hostOf(url)]
}

// cutShort says whether the limit kept pages from being visited that were due.
// It is for when nothing is in flight any more.
func (f *frontier) cutShort(ctx context.Context) (bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.most == 0 || f.given < f.most {
		return false, nil
	}
	err := f.look(ctx)
	return len(f.queue) > 0, err
}

func (f *frontier) signal() {
	close(f.changed)
	f.changed = make(chan struct{})
}

// hostOf is the host of a canonical URL.
func hostOf(url string) string {
	a, err := canonical(url)
	if err != nil {
		return ""
	}
	return a.host
}
