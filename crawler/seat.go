package crawler

import (
	"context"
	"runtime"

	"golang.org/x/sync/semaphore"
)

// Pages are read on few seats: what large ones take of the memory is bounded. A
// site has all but one of them at most, and nobody keeps one while it waits for an
// answer, so that no site keeps the others from reading.

// seatsOfSite is how many pages of one site are read at a time.
func seatsOfSite() int64 { return int64(max(2, runtime.GOMAXPROCS(0))) }

// seat is one worker's.
type seat struct {
	site, all *semaphore.Weighted
	taken     bool
}

func (k *crawl) seat() *seat { return &seat{site: k.reading, all: k.c.reading} }

// take waits for a seat. Whoever has one is reading: it does not take long.
func (s *seat) take() {
	if s.taken {
		return
	}
	s.site.Acquire(context.Background(), 1)
	s.all.Acquire(context.Background(), 1)
	s.taken = true
}

// leave frees the seat where it is taken.
func (s *seat) leave() {
	if !s.taken {
		return
	}
	s.taken = false
	s.all.Release(1)
	s.site.Release(1)
}

// largePage is how long the text of a page is, in bytes, that is not kept while
// its worker waits for others: it is read anew after that.
const largePage = 256 << 10
