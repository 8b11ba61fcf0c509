package crawler

import (
	"fmt"
	"net/url"
	"path"
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
	// maxAnchor bounds, in bytes, what is kept of a link's text.
	maxAnchor = 600
)

// lead is an address that a page leads to, in canonical form, as far as a crawl
// may enter it.
type lead struct {
	url     string
	request *archive.Request // nil: a GET
	anchor  string
	day     string
	row     bool   // of the list
	kin     uint32 // see discover.Row
}

// links are what one page leads to.
type links struct {
	feeds []lead // what fills the list
	next  []lead // pages of the same list
	pages []lead // what a list lists; with Everything every other link
}

// rows are the addresses that a list lists.
func (l *links) rows() []string {
	var urls []string
	for i := range l.pages {
		if l.pages[i].row {
			urls = append(urls, l.pages[i].url)
		}
	}
	return urls
}

// ahead is how many pages of a list are asked for before the answers to those
// before them tell whether there is an end: a page that is missing does not
// hide those behind it, and a pager that lies costs little.
const ahead = 8

// follow adds to f the pages that p leads to and that the run has to visit.
// page is nil where p brought data, l where p is no list.
func (k *crawl) follow(f *finding, p archive.Page, page *extract.Page, l *discover.List) error {
	if l == nil && !(k.site.Everything && page != nil && (p.Depth == 0 || mayList(p.URL, page))) {
		return nil // what an article links is listed somewhere, or is somebody else's
	}
	found := k.gather(p, page, l)
	if l != nil {
		f.list = isThere(f.entry.Visit.Outcome)
		for i := range found.pages {
			if found.pages[i].row {
				f.rows++
			}
		}
		k.around.listed(p.URL, found.rows())
	}
	unknown, err := k.unknown(found.urls())
	if err != nil {
		return err
	}
	blank := archive.Page{
		Site: p.Site, Column: p.Column, Kind: archive.KindUnread, State: archive.StateDiscovered,
		FoundOn: p.URL, Depth: p.Depth + 1, FirstSeen: f.entry.Visit.At,
	}
	if k.site.Everything && l != nil && page != nil {
		if name := columnName(page); name != "" {
			blank.Column = name
		}
	}
	news := false
	for i := range found.pages {
		link, next := &found.pages[i], blank
		if !unknown[link.url] {
			if link.row && k.listed.add(p.Column+"\n"+link.url) {
				next.URL = link.url
				back, err := k.isListedAgain(link.url)
				if err != nil {
					return err
				}
				if back {
					next.Due = k.run.Started
				}
				if back || p.Column != "" {
					f.again = append(f.again, next)
				}
			}
			continue
		}
		news = true
		k.listed.add(next.Column + "\n" + link.url)
		if k.site.Everything && !link.row {
			next.Column = "" // what menus and boxes lead to is anybody's
		}
		next.URL, next.Anchor, next.ListedDay = link.url, clipped(link.anchor), link.day
		f.fresh = append(f.fresh, next)
	}
	if l == nil {
		return nil
	}
	k.counted(blank.Column, l)
	k.fill(f, blank, found.feeds, unknown)
	if !isThere(f.entry.Visit.Outcome) || len(found.pages) == 0 && len(found.next) == 0 && len(found.feeds) == 0 {
		k.starved(f, p)
	}
	// A list is walked on as long as its pages bring news that may go on on the
	// next; to its end when it is new itself, or when the run looks at everything.
	// A page that is new because the list grew is no new list.
	whole := k.run.Full || k.run.Walk || p.LastSeen.IsZero() && !k.grown.has(p.URL)
	if len(found.next) == 0 || !whole && (!news || !l.Mixed && k.reachesBack(found.pages, unknown)) {
		return nil
	}
	if isThere(f.entry.Visit.Outcome) && k.repeats(p, l, found.pages) || p.LastSeen.IsZero() && k.barren(blank.Column, news) {
		return nil
	}
	first := func(i int) bool { return i < max(1, l.Abreast) }
	for i, link := range found.next[:min(len(found.next), max(ahead, l.Abreast))] {
		next := blank
		next.URL, next.Request, next.Kind, next.Depth = link.url, link.request, archive.KindList, p.Depth
		switch {
		case unknown[link.url]:
			if (whole || first(i)) && k.mayWalk(blank.Column) {
				f.fresh = append(f.fresh, next)
				if !whole {
					k.grown.add(link.url)
				}
			}
		case first(i) && !k.run.Full || k.run.Walk: // in a full run it is due by itself
			next.Due = k.run.Started
			f.again = append(f.again, next)
		}
	}
	return nil
}

// mayList says whether a page that was read as an article may be a list all the
// same: it has no text, or the address of a folder. Its rows lead to pages that
// nothing else may lead to.
func mayList(raw string, page *extract.Page) bool {
	if page.Reading().Article.Body == "" {
		return true
	}
	u, err := url.Parse(raw)
	if err != nil {
		return false
	}
	name := path.Base(u.Path)
	switch strings.TrimSuffix(name, path.Ext(name)) {
	case "index", "default", "list", "more":
		return true
	}
	return strings.HasSuffix(u.Path, "/")
}

// fill makes what fills p's list due, news or not, and remembers it.
func (k *crawl) fill(f *finding, blank archive.Page, feeds []lead, unknown map[string]bool) {
	if !isThere(f.entry.Visit.Outcome) {
		return
	}
	f.entry.Page.Feeds = nil
	for _, link := range feeds {
		feed := blank
		feed.URL, feed.Request, feed.Kind, feed.Depth, feed.Due = link.url, link.request, archive.KindList, blank.Depth-1, k.run.Started
		if k.site.Everything && link.anchor != "" {
			feed.Column = clipped(link.anchor)
		}
		f.entry.Page.Feeds = append(f.entry.Page.Feeds, link.url)
		if unknown[link.url] {
			f.fresh = append(f.fresh, feed)
		} else {
			f.again = append(f.again, feed)
		}
	}
}

func (l *links) urls() []string {
	urls := make([]string, 0, len(l.feeds)+len(l.next)+len(l.pages))
	for _, leads := range [][]lead{l.feeds, l.next, l.pages} {
		for i := range leads {
			urls = append(urls, leads[i].url)
		}
	}
	return urls
}

// fewScripts is how many links with a script for an address are worth a word.
const fewScripts = 5

// gather sorts what a page leads to and counts what the crawl may not enter.
func (k *crawl) gather(p archive.Page, page *extract.Page, l *discover.List) (found links) {
	seen := map[string]bool{p.URL: true}
	var refused refusals
	if at, err := canonical(p.URL); err == nil && l != nil && page != nil && p.Depth == 0 && p.Request == nil {
		for _, note := range k.sessions.watch(at, page) {
			k.note(note)
		}
	}
	// enter appends the address to leads where the crawl may enter it and it was
	// not met before. The page's URL is raw's, unless a request is for another.
	enter := func(leads []lead, raw string, depth int, add lead) []lead {
		a, err := canonical(raw)
		why := unusable
		if err == nil {
			if add.request == nil {
				a = k.sessions.strip(a)
			}
			add.url = a.url
			if add.request != nil {
				add.url, err = pageOf(*add.request)
			}
		}
		if err == nil {
			if seen[add.url] {
				return leads
			}
			seen[add.url] = true
			why, _ = k.scope.admit(a)
		}
		if why == admitted && depth > maxDepth {
			why = tooDeep
		}
		if why == admitted && add.request == nil {
			why = k.trap(a, add.row)
		}
		if why != admitted {
			refused.add(why, a.host)
			return leads
		}
		return append(leads, add)
	}
	if l != nil {
		for _, to := range []struct {
			requests []archive.Request
			leads    *[]lead
		}{{l.Feeds, &found.feeds}, {l.Next, &found.next}} {
			for i := range to.requests {
				r := to.requests[i]
				var add lead
				if !discover.Plain(r) {
					add.request = &r
				}
				if i < len(l.Titles) && to.leads == &found.feeds {
					add.anchor = l.Titles[i]
				}
				*to.leads = enter(*to.leads, r.URL, p.Depth, add)
			}
		}
		for i := range l.Rows {
			r := &l.Rows[i]
			found.pages = enter(found.pages, r.URL, p.Depth+1, lead{anchor: r.Title, day: r.Day, row: true, kin: r.Kin})
		}
	}
	if l != nil && l.Short != "" {
		k.note(fmt.Sprintf("%s: %s", p.URL, l.Short))
	}
	if page != nil && l != nil && len(page.Links()) >= extract.MaxLinks {
		k.note(fmt.Sprintf("%s has more than %d links: those behind are not looked at", p.URL, extract.MaxLinks))
	}
	if page != nil && (k.site.Everything || l != nil && len(k.articles) > 0) {
		all := page.Links()
		for i := range all {
			link := &all[i]
			if link.Document {
				continue
			}
			article := l != nil && k.isArticle(link.URL)
			if l == nil && p.Depth > 0 && !link.Row && !k.isArticle(link.URL) {
				continue
			}
			if article || k.site.Everything {
				found.pages = enter(found.pages, link.URL, p.Depth+1, lead{anchor: link.Text, day: link.Day, row: article})
			}
		}
	}
	if len(found.pages)+len(found.feeds) == 0 && page != nil {
		if n := page.Document().Find("a[href^='javascript:' i]").Length(); n >= fewScripts {
			k.note(fmt.Sprintf("%s leads to no page, and has %d links that only a script can follow", p.URL, n))
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
