package crawler

import (
	"context"
	"iter"
	"runtime"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/semaphore"

	"fangzhi/archive"
	"fangzhi/extract"
)

const (
	// aheadBytes bounds the payloads of the captures that were taken from the files
	// before their turn, and aheadPage the payload and the markup of a page that is
	// read before its turn: a page as a tree takes some thirty times as much.
	aheadBytes = 8 << 20
	aheadPage  = 512 << 10
	// aheadEach is how many captures a processor is ahead.
	aheadEach = 4
	// aheadIdle is how many pages in a row may be read for nothing.
	aheadIdle = 8
)

// coming is a capture before its turn. What takes time and depends on nothing
// that was judged before is done by then: it is unpacked, and read as a page.
type coming struct {
	archive.Saved
	err   error
	ready chan struct{} // closed when page is there, or will not be
	page  *extract.Page // nil: it was not read
	known *extract.Furniture
	url   string // as which it was read
	bytes int64
}

// aheadOf takes captures from the files before their turn, and reads them side by
// side; they are judged one after the other, in order.
type aheadOf struct {
	im   *importing
	room *semaphore.Weighted
	idle atomic.Int64 // pages in a row that were read for nothing, or need not be
}

// captures yields all captures by date, as Savings does. A capture is not to be
// used any more once the next one is asked for.
func (im *importing) captures() iter.Seq2[*coming, error] {
	return func(yield func(*coming, error) bool) {
		a := &aheadOf{im: im, room: semaphore.NewWeighted(aheadBytes)}
		im.readers = a
		ctx, cancel := context.WithCancel(im.ctx)
		n := aheadEach * runtime.GOMAXPROCS(0)
		inOrder, toRead := make(chan *coming, n), make(chan *coming, n)
		var working sync.WaitGroup
		defer working.Wait()
		defer cancel()
		working.Go(func() { a.take(ctx, inOrder, toRead) })
		for range runtime.GOMAXPROCS(0) {
			working.Go(func() {
				for c := range toRead {
					a.read(c)
				}
			})
		}
		for c := range inOrder {
			<-c.ready
			im.coming = c
			if !yield(c, c.err) || c.err != nil {
				return
			}
			if c.page != nil {
				a.idle.Add(1)
			}
			c.page = nil
			a.room.Release(c.bytes)
		}
		if err := ctx.Err(); err != nil {
			yield(nil, err)
		}
	}
}

// take takes captures from the files as long as there is room.
func (a *aheadOf) take(ctx context.Context, inOrder, toRead chan<- *coming) {
	defer close(inOrder)
	defer close(toRead)
	for s, err := range a.im.from.Captures(ctx) {
		c := &coming{Saved: s, err: err, ready: make(chan struct{}), bytes: min(int64(len(s.Payload)), aheadBytes)}
		if a.room.Acquire(ctx, c.bytes) != nil {
			return
		}
		worth := err == nil && a.worth(s)
		if !worth {
			close(c.ready)
		}
		select {
		case inOrder <- c:
		case <-ctx.Done():
			if worth {
				close(c.ready)
			}
			return
		}
		if worth {
			toRead <- c // whoever reads goes on to the end
		}
	}
}

// worth says whether s is likely to be read as a page when its turn comes.
func (a *aheadOf) worth(s archive.Saved) bool {
	return a.idle.Load() < aheadIdle && !s.Bare && s.Confirms == archive.ConfirmsNothing && s.Lost == "" && s.Truncated == "" &&
		s.Status == 200 && len(s.Payload) > 0 && len(s.Payload) <= aheadPage
}

// read reads c as it will be read. A fault of ours on the way shows again at its
// turn.
func (a *aheadOf) read(c *coming) {
	defer close(c.ready)
	defer func() {
		if recover() != nil {
			c.page = nil
		}
	}()
	p, _, why, err := a.im.pageOf(c.Saved)
	if err != nil || why != "" {
		return
	}
	capture := c.Capture
	capture.URL = p.URL
	c.url, c.known = p.URL, a.im.k.furniture.known.Load()
	page, err := a.im.k.c.read(a.im.k.input(capture, c.known))
	if err != nil || len(page.HTML()) > aheadPage {
		return
	}
	page.Reading()
	c.page = page
}

// readBefore is the page that c was read as before its turn, nil where it was not,
// or as something else.
func (im *importing) readBefore(c archive.Capture, known *extract.Furniture) (page *extract.Page) {
	now := im.coming
	if now == nil || len(c.Payload) == 0 || len(now.Payload) != len(c.Payload) || &now.Payload[0] != &c.Payload[0] {
		return nil
	}
	im.readers.idle.Store(0) // it is read
	if now.page == nil || now.url != c.URL || now.known != known {
		return nil
	}
	page, now.page = now.page, nil
	return page
}

// readPage reads what was captured, with what is known of the site's furniture.
func (k *crawl) readPage(c archive.Capture, known *extract.Furniture) (*extract.Page, error) {
	if k.importing != nil {
		if page := k.importing.readBefore(c, known); page != nil {
			return page, nil
		}
	}
	return k.c.read(k.input(c, known))
}
