package crawler

import (
	"fmt"
	"hash/maphash"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

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

// links are what one page leads to, as far as a crawl may enter it, in
// canonical form.
type links struct {
	further []string // pages of the same list
	pages   []string // what a list lists; with Everything every other link
	from    []int    // of pages: the place of the link among the page's
}

// follow adds to f the pages that p leads to and that the run has to visit.
func (k *crawl) follow(f *finding, p archive.Page, page *extract.Page, r archive.Reading) error {
	list := r.Kind == archive.KindList || p.Kind == archive.KindList
	if r.Kind == archive.KindAttachment || !list && !(k.site.Everything && p.Depth == 0) {
		return nil // what an article links is listed somewhere, or is somebody else's
	}
	if !k.site.Everything && p.Depth > 0 {
		return nil // a list that a column lists, the home page say, is not the column's
	}
	found := k.gather(p, page, list)
	unknown, err := k.unknown(append(slices.Clip(found.further), found.pages...))
	if err != nil {
		return err
	}
	blank := archive.Page{
		Site: p.Site, Column: p.Column, Kind: archive.KindUnread, State: archive.StateDiscovered,
		FoundOn: p.URL, Depth: p.Depth + 1, FirstSeen: f.entry.Visit.At,
	}
	if k.site.Everything && list {
		if name := columnName(page); name != "" {
			blank.Column = name
		}
	}
	news := false
	for i, url := range found.pages {
		next, link := blank, &page.Links()[found.from[i]]
		if !unknown[url] {
			if list && link.Row && p.Column != "" && k.listed.add(p.Column+"\n"+url) {
				next.URL, next.Kind = url, archive.KindUnread
				f.again = append(f.again, next)
			}
			continue
		}
		news = true
		k.listed.add(next.Column + "\n" + url)
		if k.site.Everything && !(list && link.Row) {
			next.Column = "" // what menus and boxes lead to is anybody's
		}
		next.URL, next.Anchor, next.ListedDay = url, clipped(link.Text), link.Day
		f.fresh = append(f.fresh, next)
	}
	// A list is walked on as long as its pages bring news; to its end when it
	// is new itself, or when the run is to look at everything.
	if len(found.further) == 0 || !(news || k.run.Full || p.Visits == 0) || k.repeats(p.URL, found.pages) {
		return nil
	}
	for i, url := range found.further {
		next := blank
		next.URL, next.Kind, next.Depth = url, archive.KindList, p.Depth
		switch {
		case unknown[url]:
			if k.mayWalk(blank.Column) {
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
func (k *crawl) gather(p archive.Page, page *extract.Page, list bool) (found links) {
	all := page.Links()
	seen := make(map[string]bool, len(all)+1)
	seen[p.URL] = true
	var refused refusals
	enter := func(raw string, depth int) (string, bool) {
		a, err := canonical(raw)
		why := unusable
		if err == nil {
			if seen[a.url] {
				return "", false
			}
			seen[a.url] = true
			why, _ = k.scope.admit(a)
		}
		if why == admitted && depth > maxDepth {
			why = tooDeep
		}
		if why != admitted {
			refused.add(why, a.host)
		}
		return a.url, why == admitted
	}
	if list {
		for _, raw := range discover.Next(page, p.URL) {
			if url, ok := enter(raw, p.Depth); ok {
				found.further = append(found.further, url)
			}
		}
	}
	for i := range all {
		l := &all[i]
		if !(list && l.Row || k.site.Everything && !l.Document) {
			continue
		}
		if url, ok := enter(l.URL, p.Depth+1); ok {
			found.pages = append(found.pages, url)
			found.from = append(found.from, i)
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
func (k *crawl) repeats(url string, listed []string) bool {
	if len(listed) == 0 {
		return true
	}
	var h maphash.Hash
	h.SetSeed(listSeed)
	for i := range listed {
		h.WriteString(listed[i])
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

// columnName is the column that a page names in its meta tags, as government
// sites have to (国办发〔2017〕47号).
func columnName(page *extract.Page) string {
	for head := range page.Document().Nodes[0].Descendants() {
		if head.DataAtom != atom.Head {
			continue
		}
		for n := range head.ChildNodes() {
			if n.DataAtom == atom.Meta && strings.EqualFold(attribute(n, "name"), "ColumnName") {
				return clipped(strings.TrimSpace(attribute(n, "content")))
			}
		}
		break
	}
	return ""
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
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
