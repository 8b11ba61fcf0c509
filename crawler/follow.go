package crawler

import (
	"fmt"
	"hash/maphash"
	"strings"
	"time"
	"unicode/utf8"

	"fangzhi/archive"
	"fangzhi/crawler/discover"
	"fangzhi/extract"
)

const (
	// maxDepth bounds traps that make up ever new links. No portal is so deep:
	// the further pages of a list count as deep as its first.
	maxDepth = 50
	// maxFurther bounds the further pages of one column's lists in a run.
	maxFurther = 10_000
	// maxAnchor bounds, in bytes, what is kept of a link's text.
	maxAnchor = 600
)

// links are the pages that one page leads to, as far as a crawl may enter them.
type links struct {
	further []archive.Page // of the same list
	pages   []archive.Page // what a list lists; with Everything every other link
}

func (l *links) urls() []string {
	urls := make([]string, 0, len(l.further)+len(l.pages))
	for i := range l.further {
		urls = append(urls, l.further[i].URL)
	}
	for i := range l.pages {
		urls = append(urls, l.pages[i].URL)
	}
	return urls
}

// follow adds to f the pages that p leads to and that the run has to visit.
func (k *crawl) follow(f *finding, p archive.Page, page *extract.Page, r archive.Reading) error {
	list := r.Kind == archive.KindList || p.Kind == archive.KindList
	if r.Kind == archive.KindAttachment || !k.site.Everything && (!list || p.Depth > 0) {
		return nil // a list that a column lists, the home page say, is not the column's
	}
	found := k.gather(p, f.entry.Visit.At, page, r, list)
	unknown, err := k.unknown(found.urls())
	if err != nil {
		return err
	}
	news := false
	for i := range found.pages {
		if unknown[found.pages[i].URL] {
			news = true
			f.fresh = append(f.fresh, found.pages[i])
		}
	}
	// A list is walked on as long as its pages bring news; to its end when it
	// is new itself, or when the run is to look at everything.
	if len(found.further) == 0 || !(news || k.run.Full || p.Visits == 0) || k.repeats(p.URL, found.pages) {
		return nil
	}
	for i, next := range found.further {
		switch {
		case unknown[next.URL]:
			if k.mayWalk(p.Column) {
				f.fresh = append(f.fresh, next)
			}
		case i == 0 && news:
			next.Due = k.run.Started
			f.again = append(f.again, next)
		}
	}
	return nil
}

// gather sorts a page's links and counts those that the crawl may not enter.
func (k *crawl) gather(p archive.Page, at time.Time, page *extract.Page, r archive.Reading, list bool) links {
	var (
		found   links
		refused refusals
		seen    = map[string]bool{p.URL: true}
		column  = p.Column
	)
	if k.site.Everything && list {
		if name := columnName(page, r); name != "" {
			column = name
		}
	}
	enter := func(raw string, depth int) (archive.Page, bool) {
		a, err := canonical(raw)
		why := unusable
		if err == nil {
			if seen[a.url] {
				return archive.Page{}, false
			}
			seen[a.url] = true
			why, _ = k.scope.admit(a)
		}
		if why == admitted && depth > maxDepth {
			why = tooDeep
		}
		if why != admitted {
			refused.count[why]++
			if why == otherHost {
				refused.hosts = append(refused.hosts, strings.Clone(a.host))
			}
			return archive.Page{}, false
		}
		return archive.Page{
			Site: p.Site, URL: a.url, Column: column, Kind: archive.KindUnread, State: archive.StateDiscovered,
			FoundOn: p.URL, Depth: depth, FirstSeen: at,
		}, true
	}
	if list {
		for _, raw := range discover.Next(page, p.URL) {
			if next, ok := enter(raw, p.Depth); ok {
				next.Kind = archive.KindList
				found.further = append(found.further, next)
			}
		}
	}
	for _, l := range page.Links() {
		if !(list && l.Row || k.site.Everything && !l.Document) {
			continue
		}
		if to, ok := enter(l.URL, p.Depth+1); ok {
			to.Anchor, to.ListedDay = clipped(l.Text), l.Day
			found.pages = append(found.pages, to)
		}
	}
	k.mu.Lock()
	k.notes.merge(refused)
	k.mu.Unlock()
	return found
}

// unknown returns which of urls are not pages of the site yet.
func (k *crawl) unknown(urls []string) (map[string]bool, error) {
	rest := k.known.unknown(urls)
	if len(rest) == 0 {
		return nil, nil
	}
	held, err := k.c.store.Known(k.wire, k.site.Name, rest)
	if err != nil {
		return nil, fmt.Errorf("ask which pages are known: %w", err)
	}
	unknown := make(map[string]bool, len(rest))
	var known []string
	for _, u := range rest {
		if held[u] {
			known = append(known, u)
		} else {
			unknown[u] = true
		}
	}
	k.known.addAll(known)
	return unknown, nil
}

var listSeed = maphash.MakeSeed()

// repeats says whether a page of a list lists nothing, or what another one
// listed in this run. Servers answer numbers past the end, and parameters that
// they do not know, with the first page or the last.
func (k *crawl) repeats(url string, listed []archive.Page) bool {
	if len(listed) == 0 {
		return true
	}
	var h maphash.Hash
	h.SetSeed(listSeed)
	for i := range listed {
		h.WriteString(listed[i].URL)
		h.WriteByte('\n')
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	first, again := k.lists[h.Sum64()]
	if !again {
		k.lists[h.Sum64()] = url
		return false
	}
	k.notes.add(fmt.Sprintf("%s lists what %s lists: it is not walked on", url, first))
	return true
}

// mayWalk counts a further page of a column's lists, and says whether it is not
// one too many.
func (k *crawl) mayWalk(column string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.walked[column] >= maxFurther {
		k.notes.add(fmt.Sprintf("column %q: only %d further pages of its lists are walked in one run", column, maxFurther))
		return false
	}
	k.walked[column]++
	return true
}

// columnName is the name of the column that a list shows, where its meta tags
// (国办发〔2017〕47号) say that it is one.
func columnName(page *extract.Page, r archive.Reading) string {
	for _, meta := range page.Document().Find("meta[name]").EachIter() {
		if name, _ := meta.Attr("name"); strings.EqualFold(name, "ColumnName") {
			return r.Article.Title
		}
	}
	return ""
}

func clipped(s string) string {
	if len(s) <= maxAnchor {
		return s
	}
	end := maxAnchor
	for !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end]
}
