package crawler

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"fangzhi/archive"
	"fangzhi/crawler/discover"
	"fangzhi/extract"
)

// rereads says whether p is to be read though its bytes are known: what a list
// leads to is looked at again when lists are walked to their ends. A site of
// which everything is followed is looked at whole each time; what its unchanged
// lists lead to is due by itself.
func (k *crawl) rereads(p archive.Page) bool {
	return (k.run.Walk || k.run.Full && !k.site.Everything) && (p.Kind == archive.KindList || k.columns[p.URL])
}

// isThere says whether a visit that ended so found its page.
func isThere(o archive.Outcome) bool { return o.There() }

// listOf reads what came for p as a list: a page, or data where page is nil.
func (k *crawl) listOf(p archive.Page, page *extract.Page, text string) *discover.List {
	if page != nil {
		text = page.HTML()
	}
	l := discover.Read(discover.Answer{
		URL: p.URL, Request: p.Request, Text: text, Page: page, Zone: k.site.Zone, Family: k.site.Preset,
	})
	return &l
}

// asList reads a page as a list where it is to be one, into l, and says for an
// article what makes it one: who named a column knows better than what the page
// looks like, and pages that scripts fill look like nothing.
func (k *crawl) asList(p archive.Page, page *extract.Page, r *archive.Reading, l **discover.List) (sign string) {
	if r.Kind == archive.KindAttachment || !k.site.Everything && p.Depth > 0 {
		return "" // a list that a column lists, the home page say, is not the column's
	}
	switch {
	case k.columns[p.URL]:
		sign = "a column of the site"
	case p.Request != nil:
		sign = "answers for a list"
	case r.Kind == archive.KindList, p.Kind == archive.KindList:
	case k.site.Everything && r.Article.Body == "" && len(discover.Frames(page, p.URL)) > 0:
		*l = &discover.List{Evidence: "frames", Feeds: discover.Frames(page, p.URL)}
		return "a frameset"
	case k.site.Everything && r.Article.Body == "":
		if found := k.listOf(p, page, ""); len(found.Feeds) > 0 {
			*l = found
			return "filled by a script: " + found.Evidence
		}
		return ""
	default:
		return ""
	}
	*l = k.listOf(p, page, "")
	if len((*l).Rows)+len((*l).Feeds) == 0 {
		(*l).Feeds = discover.Frames(page, p.URL)
	}
	return sign
}

// isArticle says whether the site's patterns make an article of a link.
func (k *crawl) isArticle(url string) bool {
	if len(k.articles) == 0 {
		return false
	}
	a, err := canonical(url)
	if err != nil {
		return false
	}
	for _, p := range k.articles {
		if p.MatchString(a.path) {
			return true
		}
	}
	return false
}

// judgedData decides what an answer means that is a list and no page: of a
// service, a feed, a sitemap. Ok is false where it is to be read as a page.
func (k *crawl) judgedData(p archive.Page, a address, got answer) (f finding, ok bool, err error) {
	if p.Request == nil && p.Kind != archive.KindList && !k.columns[p.URL] && !(k.site.Everything && mayBeData(got.Capture)) ||
		got.Status >= 300 {
		return f, false, nil
	}
	text, charset, damaged, err := decoded(p.URL, got.Capture)
	if err != nil || !discover.IsData(text) && (p.Request == nil || discover.IsPage(text)) {
		return f, false, nil
	}
	l := k.listOf(p, nil, text)
	r := &archive.Reading{Kind: archive.KindList, Signature: l.Evidence, Charset: charset, Damaged: damaged}
	r.Article.Title = p.Column
	switch {
	case l.Evidence == "" && p.Request == nil:
		return f, false, nil
	case l.Evidence == "":
		r.Kind, r.Trouble, r.Signature = archive.KindUnread, archive.TroubleUnreadable, "no list: "+discover.Shape(text)
	}
	f = k.settled(p, a, got, r)
	return f, true, k.follow(&f, p, nil, l)
}

// mayBeData says whether what tells of an answer's content lets it be a list for
// programs: on sites of which everything is followed, feeds and sitemaps are
// linked like any page.
func mayBeData(c archive.Capture) bool {
	kind, _, _ := strings.Cut(strings.ToLower(c.Header.Get("Content-Type")), ";")
	switch {
	case strings.Contains(kind, "html"):
		return false
	case strings.Contains(kind, "xml"), strings.Contains(kind, "json"), strings.Contains(kind, "gzip"), kind == "text/plain", kind == "":
		return true
	}
	return false
}

// decoded is the text of an answer. Sitemaps are packed at times, whatever their
// headers say.
func decoded(url string, c archive.Capture) (text, charset string, damaged int, err error) {
	in := extract.Input{URL: url, Header: c.Header, Payload: c.Payload}
	if c.Header.Get("Content-Encoding") == "" && bytes.HasPrefix(in.Payload, []byte{0x1f, 0x8b}) {
		if in.Payload, err = extract.DecodeContent("gzip", in.Payload, 0); err != nil {
			return "", "", 0, err
		}
	}
	return extract.Decode(in)
}

// feedAgain makes due what fills a list whose page is as it was.
func (k *crawl) feedAgain(f *finding) {
	if !isThere(f.entry.Visit.Outcome) {
		return
	}
	p := &f.entry.Page
	for _, url := range p.Feeds {
		f.again = append(f.again, archive.Page{
			Site: p.Site, URL: url, Column: p.Column, Kind: archive.KindList, State: archive.StateDiscovered,
			FoundOn: p.URL, Depth: p.Depth, FirstSeen: f.entry.Visit.At, Due: k.run.Started,
		})
	}
}

// starved makes the page due whose script asked for p, which brought nothing:
// the page may ask for something else by now.
func (k *crawl) starved(f *finding, p archive.Page) {
	if p.Request == nil || p.FoundOn == "" {
		return
	}
	f.again = append(f.again, archive.Page{
		Site: p.Site, URL: p.FoundOn, Column: p.Column, Kind: archive.KindList, State: archive.StateDiscovered,
		Depth: p.Depth, FirstSeen: f.entry.Visit.At, Due: k.run.Started,
	})
}

// counted notes where the total that lists declare changes from page to page:
// rows moved meanwhile, and some may have been met twice or not at all.
func (k *crawl) counted(column string, l *discover.List) {
	if l.Total == 0 || l.Key == "" {
		return
	}
	key := column + "\n" + l.Key
	k.mu.Lock()
	defer k.mu.Unlock()
	k.brought[key] += len(l.Rows)
	if before, known := k.totals[key]; known && before != l.Total {
		k.moving[key] = true
		k.notes.add(fmt.Sprintf("column %q: its list said %d rows, then %d: it changed while it was read", column, before, l.Total))
	}
	k.totals[key] = l.Total
}

// noteShort notes which lists declare more rows than all of their pages brought,
// where that is sure: the run read every page of every list that it could find, none
// of them failed, and the total was the same on all.
func (k *crawl) noteShort() {
	k.mu.Lock()
	defer k.mu.Unlock()
	takenUp := !k.run.FullSince.IsZero() && k.run.FullSince.Before(k.run.Started)
	if !k.run.Full || takenUp || k.site.Everything || k.run.Lists.Failed()+k.run.Lists[archive.Gone] > 0 {
		return
	}
	for key, total := range k.totals {
		if n := k.brought[key]; n < total && !k.moving[key] {
			column, _, _ := strings.Cut(key, "\n")
			k.notes.add(fmt.Sprintf("column %q: its list says %d rows, and its pages had %d: how it goes on may not be known", column, total, n))
		}
	}
}

// shellRest is how long the page of a list that a script fills is not asked for
// while its feeds can be read.
const shellRest = 24 * time.Hour
