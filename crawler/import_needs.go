package crawler

import (
	"errors"
	"strings"
	"sync"

	"fangzhi/archive"
	"fangzhi/extract"
)

// need is what the pages of an import, those that were judged, say of an address
// that they need or attach: as in a crawl it belongs to them wherever it lies, and
// is no page for itself.
type need struct {
	kind    archive.Kind // requisite or attachment
	foundOn string
	column  string
	anchor  string
	depth   int
}

// needs remembers those that it was told of last, and takes little memory.
type needs struct {
	mu          sync.Mutex // pages are read beside judging
	young, aged map[string]need
}

func (n *needs) put(url string, what need) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if _, known := n.young[url]; known {
		return
	}
	if n.young == nil || len(n.young) >= generation {
		n.young, n.aged = map[string]need{}, n.young
	}
	n.young[url] = what
}

func (n *needs) of(url string) (what need, ok bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if what, ok = n.young[url]; !ok {
		what, ok = n.aged[url]
	}
	return what, ok
}

// learnNeeds remembers what the page of a finding needs, so that the captures of
// that, which come after it mostly, are taken for what they are; what the files
// have a capture of is recorded with it, for the import that goes on with this one.
func (im *importing) learnNeeds(g *gathered, s archive.Saved) error {
	v, p := &g.entry.Visit, g.entry.Page
	if s.Told != nil {
		return nil // its file says of each capture what it is
	}
	from := need{kind: archive.KindRequisite, foundOn: p.URL, column: p.Column, depth: p.Depth + 1}
	if v.Kind == archive.KindRequisite || v.Kind == archive.KindAttachment {
		if from.kind, from.anchor = v.Kind, p.Anchor; v.MovedTo != "" {
			if err := im.learnNeed(g, v.MovedTo, from); err != nil {
				return err
			}
		}
		from.kind, from.anchor = archive.KindRequisite, ""
	}
	all := g.requisites
	if v.Kind == archive.KindRequisite && v.Outcome.There() && extract.IsStyle(p.URL, s.Header) {
		var err error
		if all, err = im.k.needsOf(p, &s.Capture); err != nil {
			return err
		}
	}
	for _, r := range all {
		if err := im.learnNeed(g, r.URL, from); err != nil {
			return err
		}
	}
	if cut := g.entry.Snapshot; cut != nil && cut.Kind == archive.KindArticle {
		from.kind = archive.KindAttachment
		for _, d := range cut.Article.Attachments {
			from.anchor = clipped(d.Name)
			if err := im.learnNeed(g, d.URL, from); err != nil {
				return err
			}
		}
	}
	return nil
}

func (im *importing) learnNeed(g *gathered, url string, what need) error {
	a, err := canonical(url)
	if err != nil {
		return nil
	}
	a = im.k.sessions.strip(a)
	if _, known := im.needs.of(a.url); known || a.url == g.entry.Page.URL {
		return nil
	}
	if why, _ := im.k.admitKept(a); why != admitted {
		return nil
	}
	im.needs.put(a.url, what)
	held, err := im.from.Holds(a.url)
	if err != nil || !held {
		return err
	}
	p := archive.Page{
		Site: im.k.site.Name, URL: a.url, Column: what.column, Kind: what.kind, State: archive.StateDiscovered,
		FoundOn: what.foundOn, Anchor: what.anchor, Depth: what.depth, FirstSeen: g.entry.Visit.At, Item: itemOf(a.url),
	}
	g.needs = append(g.needs, p)
	return nil
}

// pageIn is pageOf, of what pages need and attach too, wherever it lies.
func (im *importing) pageIn(s archive.Saved) (p archive.Page, a address, why string, err error) {
	p, a, why, err = im.pageOf(s)
	if err != nil || why != overScope || s.Told != nil {
		return p, a, why, err
	}
	if _, needed := im.needs.of(p.URL); needed {
		return p, a, "", nil
	}
	held, err := im.k.c.store.Page(im.ctx, p.Site, p.URL)
	switch {
	case errors.Is(err, archive.ErrNotFound):
		return p, a, why, nil
	case err == nil && (held.Kind == archive.KindRequisite || held.Kind == archive.KindAttachment):
		why = ""
	}
	return p, a, why, err
}

// asNeeded is p, which was never captured, as the pages before it need it or, where
// none of them is known to, as its content tells: a style, script, picture or font
// is no page and no document.
func (im *importing) asNeeded(p archive.Page, s archive.Saved) archive.Page {
	if s.Told != nil || p.Depth == 0 || p.Request != nil {
		return p
	}
	what, known := im.needs.of(p.URL)
	stranger, isPage := im.k.strange(p.URL), s.Status == 200 && isMarkup(s.Capture)
	switch {
	case isPage && !stranger:
		p.Kind = archive.KindUnread // <img src="/"> makes no requisite of a home page
	case isPage:
		p.Kind = archive.KindRequisite // a page of somebody else's, in its place
	case p.Kind != archive.KindUnread: // as a commit before has it
	case known:
		p.Kind = what.kind
	case s.Status == 200 && isDressing(s.Capture):
		p.Kind = archive.KindRequisite
	}
	if known && p.FoundOn == "" {
		p.FoundOn, p.Column, p.Anchor, p.Depth = what.foundOn, what.column, what.anchor, what.depth
	}
	return p
}

// strange says whether url is out of the site's scope: pages may need it, and it is
// none of the site's.
func (k *crawl) strange(url string) bool {
	a, err := canonical(url)
	if err != nil {
		return true
	}
	why, _ := k.scope.admit(a)
	return why != admitted
}

// isDressing says whether the header of an answer calls it a style, script,
// picture or font.
func isDressing(c archive.Capture) bool {
	kind, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(c.Header.Get("Content-Type"))), ";")
	group, name, _ := strings.Cut(strings.TrimSpace(kind), "/")
	switch {
	case group == "image", group == "font", name == "css", strings.HasSuffix(name, "javascript"), strings.Contains(name, "ecmascript"):
		return true
	}
	return group == "application" && (strings.Contains(name, "font"))
}
