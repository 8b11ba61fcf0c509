package crawler

import (
	"fmt"
	"strings"
	"sync"

	"fangzhi/archive"
)

// What portals have besides news, and what would keep a crawl for ever:
// calendars, facets, search forms, copies in another script, paths that grow.

// endless says whether a path grows as links are followed: it is deep, or one
// of its segments returns again and again.
func endless(path string) bool {
	if strings.Count(path, "/") > maxSegments {
		return true
	}
	if strings.Count(path, "/") < maxSame {
		return false
	}
	count := map[string]int{}
	for segment := range strings.SplitSeq(path, "/") {
		if segment == "" {
			continue
		}
		if count[segment]++; count[segment] >= maxSame {
			return true
		}
	}
	return false
}

const (
	maxSegments = 25
	maxSame     = 4
)

// isCopyOfSite says whether an address is of the portal's copy in traditional
// script, or for readers who see badly: the same articles once more.
func isCopyOfSite(a address) bool {
	if strings.HasPrefix(a.host, "big5.") {
		return true
	}
	first, _, deep := strings.Cut(strings.TrimPrefix(strings.ToLower(a.path), "/"), "/")
	if !deep {
		return false
	}
	switch first {
	case "zh-hant", "zh_hant", "hant", "zh-tw", "zh_tw", "big5", "gate", "wza", "slb", "wzazl":
		return true
	}
	return false
}

// isSearch says whether an address asks a search form.
func isSearch(a address) bool {
	query := strings.ToLower(a.url[len(a.scheme)+len("://")+len(a.host)+len(a.path):])
	for _, word := range []string{"searchword=", "keyword=", "keywords=", "?q=", "&q=", "?wd=", "&wd=", "?query=", "&query="} {
		if strings.Contains(query, word) {
			return true
		}
	}
	return strings.Contains(strings.ToLower(a.path), "/search")
}

// trap says why a link that the scope admits is not followed. What a list lists
// is, however it is called.
func (k *crawl) trap(a address, row bool) refusal {
	switch {
	case endless(a.path):
		return growing
	case row || !k.site.Everything:
		return admitted
	case isCopyOfSite(a) && !k.inCopy:
		return copied
	case isSearch(a):
		return searching
	}
	return admitted
}

// shapeOf is what URLs that a script makes up have in common: the path with its
// numbers and identifiers left out.
func shapeOf(a address) string {
	var b strings.Builder
	b.WriteString(a.host)
	for i := 0; i < len(a.path); {
		n := 0
		digits := 0
		for i+n < len(a.path) && isWord(a.path[i+n]) {
			if c := a.path[i+n]; '0' <= c && c <= '9' {
				digits++
			}
			n++
		}
		switch {
		case n == 0:
			b.WriteByte(a.path[i])
			n = 1
		case digits > 0:
			b.WriteByte('#')
		default:
			b.WriteString(a.path[i : i+n])
		}
		i += n
	}
	return b.String()
}

func isWord(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}

const (
	// barrenAfter is how many pages of one shape have to lead to nothing for
	// further ones to be left out; barrenListed, where a list gives them dates.
	barrenAfter  = 100
	barrenListed = 1000
	// maxShapes bounds the shapes that are remembered.
	maxShapes = 5000
)

// shapes tells, in one run, which kinds of URL bring news.
type shapes struct {
	mu sync.Mutex
	by map[string]*yieldOfShape
}

type yieldOfShape struct{ seen, well int }

func newShapes() *shapes { return &shapes{by: map[string]*yieldOfShape{}} }

// count adds a first visit. Well are articles, and pages that lead to new ones
// of other shapes. Pages that could not be read tell nothing, and redirects to
// such new ones neither: the page that they lead to does.
func (s *shapes) count(f *finding) {
	v := &f.entry.Visit
	if !f.was.LastVisit.IsZero() || v.Kind == archive.KindAttachment || !isThere(v.Outcome) && v.Outcome != archive.Moved {
		return
	}
	a, err := canonical(v.URL)
	if err != nil {
		return
	}
	own := shapeOf(a)
	well := f.entry.Snapshot != nil
	for i := range f.fresh {
		if well {
			break
		}
		if to, err := canonical(f.fresh[i].URL); err == nil && (shapeOf(to) != own || v.Outcome == archive.Moved && to.plain() == a.plain()) {
			well = true
		}
	}
	if well && v.Outcome == archive.Moved {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	y := s.by[own]
	if y == nil {
		if len(s.by) >= maxShapes {
			return
		}
		y = &yieldOfShape{}
		s.by[own] = y
	}
	y.seen++
	if well {
		y.well++
	}
}

// barren says whether pages like a lead to nothing, so many of them that a
// further one is not asked for, and which they are.
func (s *shapes) barren(a address, listed bool) (reason string, yes bool) {
	shape := shapeOf(a)
	s.mu.Lock()
	defer s.mu.Unlock()
	y := s.by[shape]
	most := barrenAfter
	if listed {
		most = barrenListed
	}
	if y == nil || y.seen < most || 20*y.well >= y.seen {
		return "", false
	}
	return fmt.Sprintf("%d pages like %s led to nothing new: the others are not asked for", most, shape), true
}
