package crawler

import (
	"bytes"
	"context"
	"runtime"

	"golang.org/x/sync/semaphore"

	"fangzhi/archive"
	"fangzhi/extract"
)

// Pages are read on seats, so that what they take of the memory is bounded: small
// ones on those of their site alone, large ones on a few that all sites share.
// Nobody keeps a seat while it waits for an answer, and no site waits for what
// others read, unless it is large itself.

// smallPage is how long the text of a page is at most, in bytes, that is small: its
// tree takes some 8 MB then.
const smallPage = 256 << 10

// seatsOfSite is how many pages of one site are read at a time, and how many large
// ones.
func seatsOfSite() int64 { return int64(max(2, runtime.GOMAXPROCS(0))) }

// seat is one worker's, for one page.
type seat struct {
	site, large *semaphore.Weighted // large is nil for a small page
	taken       bool
}

// seat is one to read c on.
func (k *crawl) seat(c archive.Capture) *seat {
	s := &seat{site: k.reading}
	if !isSmall(c) {
		s.large = k.c.reading
	}
	return s
}

// isSmall says whether what was served is small as it is, or unpacked.
func isSmall(c archive.Capture) bool {
	coding := c.Header.Get("Content-Encoding")
	switch {
	case len(c.Payload) > smallPage:
		return false
	case coding == "":
		return !bytes.HasPrefix(c.Payload, []byte{0x1f, 0x8b}) // sitemaps are packed, whatever their headers say
	}
	text, err := extract.DecodeContent(coding, c.Payload, smallPage)
	return err == nil && len(text) <= smallPage
}

// take waits for the seat. Whoever has it is reading: it does not take long.
func (s *seat) take() {
	if s.taken {
		return
	}
	s.site.Acquire(context.Background(), 1)
	if s.large != nil {
		s.large.Acquire(context.Background(), 1)
	}
	s.taken = true
}

// leave frees the seat where it is taken.
func (s *seat) leave() {
	if !s.taken {
		return
	}
	s.taken = false
	if s.large != nil {
		s.large.Release(1)
	}
	s.site.Release(1)
}
