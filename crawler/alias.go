package crawler

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"fangzhi/archive"
	"fangzhi/extract"
)

// An aliasing finds the aliases in one batch of findings: URLs of pages that
// are known under another one. They are remembered and not asked for, as long
// as the page itself can be read.
type aliasing struct {
	k    *crawl
	held map[int64][]archive.Page // by item: of the archive, then of the batch

	visited map[string]archive.Page   // by URL: what the batch made of a page, which the archive does not know yet
	marked  map[string][]archive.Page // by URL of the page: aliases that the batch found
}

// aliases reads from the archive what the findings may be aliases of.
func (r *recorder) aliases(ctx context.Context, gathered []finding) (*aliasing, error) {
	a := &aliasing{k: r.k, held: map[int64][]archive.Page{}, visited: map[string]archive.Page{}, marked: map[string][]archive.Page{}}
	var items []int64
	for i := range gathered {
		f := &gathered[i]
		if cutsFirst(f) && f.entry.Page.Item != 0 {
			items = append(items, f.entry.Page.Item)
		}
		for j := range f.fresh {
			if p := &f.fresh[j]; p.Kind == archive.KindUnread {
				p.Item = itemOf(p.URL)
				items = append(items, p.Item)
			}
		}
	}
	if len(items) == 0 {
		return a, nil
	}
	held, err := r.k.c.store.Namesakes(ctx, r.k.site.Name, items)
	if err != nil {
		return nil, fmt.Errorf("look for namesakes: %w", err)
	}
	for _, p := range held {
		a.held[p.Item] = append(a.held[p.Item], p)
	}
	return a, nil
}

// cutsFirst says whether a finding is the first version of an article.
func cutsFirst(f *finding) bool {
	s := f.entry.Snapshot
	return s != nil && s.Version == 1 && s.Kind == archive.KindArticle
}

// mark makes aliases of those of f's fresh pages that are. Where two of them are
// one page, the one that is no copy for printing or telephones is it.
func (a *aliasing) mark(f *finding) {
	for _, copies := range []bool{false, true} {
		for i := range f.fresh {
			p := &f.fresh[i]
			// What a redirect leads to is asked for, whatever it is called.
			if p.Item == 0 || p.Kind != archive.KindUnread || !p.Due.IsZero() || isCopy(p.URL) != copies {
				continue
			}
			if of := a.pageOf(p); of != "" {
				p.State, p.MovedTo = archive.StateAlias, of
				a.marked[of] = append(a.marked[of], *p)
				if p.Column != "" { // whose list lists the page, too
					f.also = append(f.also, archive.Page{
						Site: p.Site, URL: of, Column: p.Column, Kind: archive.KindUnread, State: archive.StateDiscovered, FirstSeen: p.FirstSeen,
					})
				}
				continue
			}
			a.held[p.Item] = append(a.held[p.Item], *p)
		}
	}
}

func isCopy(url string) bool {
	a, err := canonical(url)
	return err == nil && (copyName.MatchString(a.path) || mobilePost.MatchString(a.path))
}

// pageOf returns the URL of the page that p is an alias of, "" where it is a
// page of its own.
func (a *aliasing) pageOf(p *archive.Page) string {
	for i := range a.held[p.Item] {
		other := a.now(&a.held[p.Item][i])
		if other.URL == p.URL {
			continue
		}
		switch other.State {
		case archive.StateDiscovered, archive.StateLive, archive.StateRestored, archive.StateUnreachable, archive.StateChallenged:
		case archive.StateAlias:
			if other.MovedTo == p.URL {
				continue
			}
		default:
			continue // nothing is to be read there
		}
		how := alike(p.URL, other.URL)
		if how == unlessTitled && (isCopy(p.URL) || !contradict(p, other)) || how == ifTitled && agree(p, other) {
			how = certain
		}
		if how != certain {
			continue
		}
		if other.State == archive.StateAlias {
			return other.MovedTo
		}
		return other.URL
	}
	return ""
}

// now is p as the batch has it so far.
func (a *aliasing) now(p *archive.Page) *archive.Page {
	if now, ok := a.visited[p.URL]; ok {
		return &now
	}
	return p
}

// agree says whether links to two pages have the same text, contradict whether
// they have different ones.
func agree(p, q *archive.Page) bool {
	for _, title := range []string{q.Anchor, q.Title} {
		if sameTitle(p.Anchor, title) {
			return true
		}
	}
	return false
}

func contradict(p, q *archive.Page) bool {
	return p.Anchor != "" && (q.Anchor != "" || q.Title != "") && !agree(p, q)
}

// fewest is how many characters of a title tell something: lists cut titles
// short, each in its own place.
const fewest = 6

// sameTitle says whether two texts are one title, be it cut short.
func sameTitle(x, y string) bool {
	x, cutX := uncut(x)
	y, cutY := uncut(y)
	switch {
	case x == "" || y == "":
		return false
	case x == y:
		return true
	case cutX && utf8.RuneCountInString(x) >= fewest && strings.HasPrefix(y, x):
		return true
	}
	return cutY && utf8.RuneCountInString(y) >= fewest && strings.HasPrefix(x, y)
}

// uncut is a text without the dots at its end, and whether it had any.
func uncut(s string) (string, bool) {
	s = strings.Join(strings.Fields(s), "")
	short := strings.TrimRight(s, ".…")
	return short, short != s
}

// learn makes an alias of a page that was read for the first time and says what
// a page says that is known under another name of the same item, or that it
// names as the page itself.
func (a *aliasing) learn(ctx context.Context, f *finding) error {
	if !cutsFirst(f) {
		return nil
	}
	p := &f.entry.Page
	others := a.held[p.Item]
	why := "says what %s says, under another name of it"
	if f.canonical != "" && f.canonical != p.URL {
		named, ok, err := a.page(ctx, f.canonical)
		if err != nil {
			return fmt.Errorf("look for the page that %s names: %w", p.URL, err)
		}
		if ok {
			others, why = append([]archive.Page{named}, others...), "says what %s says, which it names as itself"
		}
	}
	for i := range others {
		other := a.now(&others[i])
		if other.URL == p.URL || other.Versions == 0 || !other.State.There() || other.Fingerprint != p.Fingerprint {
			continue
		}
		f.entry = f.entry.AsAlias(other.URL, fmt.Sprintf(why, other.URL))
		break
	}
	a.held[p.Item] = append(a.held[p.Item], f.entry.Page)
	return nil
}

// page returns a page of the site as the batch has it so far; ok is false where
// it is not known.
func (a *aliasing) page(ctx context.Context, url string) (p archive.Page, ok bool, err error) {
	if p, ok := a.visited[url]; ok {
		return p, true, nil
	}
	known, err := a.k.c.store.Known(ctx, a.k.site.Name, []string{url})
	if err != nil || !known[url] {
		return archive.Page{}, false, err
	}
	p, err = a.k.c.store.Page(ctx, a.k.site.Name, url)
	return p, err == nil, err
}

// canonicalOf is the URL of the site that a page names as its own (RFC 6596),
// "" where it names none.
func (k *crawl) canonicalOf(page *extract.Page, url string) string {
	if !strings.Contains(page.HTML(), "canonical") {
		return ""
	}
	ref, _ := page.Document().Find("head link[rel='canonical' i]").First().Attr("href")
	to, err := resolve(url, ref)
	if ref == "" || err != nil {
		return ""
	}
	if why, _ := k.scope.admit(to); why != admitted {
		return ""
	}
	return to.url
}

// revive makes the aliases of a page due that cannot be read: they may be.
func (a *aliasing) revive(ctx context.Context, f *finding) error {
	p, o := &f.entry.Page, f.entry.Visit.Outcome
	lost := o == archive.Gone || p.Versions == 0 && o.Failed() || o == archive.Moved && p.MovedTo == ""
	if !lost || p.State == archive.StateAlias {
		return nil
	}
	again := func(alias archive.Page) {
		alias.Due = a.k.run.Started
		f.again = append(f.again, alias)
	}
	for _, alias := range a.marked[p.URL] {
		again(alias)
	}
	for alias, err := range a.k.c.store.Pages(ctx, archive.Filter{Site: p.Site, MovedTo: p.URL, State: archive.StateAlias}) {
		if err != nil {
			return fmt.Errorf("look for aliases of %s: %w", p.URL, err)
		}
		again(alias)
	}
	return nil
}
