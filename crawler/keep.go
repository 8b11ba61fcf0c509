package crawler

import (
	"errors"
	"fmt"

	"fangzhi/archive"
	"fangzhi/extract"
)

// kept is how it stands with one document or requisite.
type kept struct {
	digest archive.Digest // of its bytes, where the archive holds them
	why    string         // it does not
	to     string         // where it redirects to
	later  *archive.Page  // it was not asked for, and is due so
	known  *archive.Page  // it was not asked for: as the archive has it
	needs  []extract.Requisite
}

// keep captures what the page of f, which is at p, has besides its bytes, before
// f is recorded: so a version tells the digests of its documents, and a page
// that is done has its requisites. What cannot be had is a visit of its own, and
// nothing against the page. The error is that of the contexts or the archive's.
func (k *crawl) keep(p archive.Page, f *finding) error {
	if p.Kind == archive.KindAttachment {
		// A document so far: who comes upon it may wait for it, while this one waits
		// for what it attaches now, which may attach it in turn.
		defer k.frontier.waits(p.URL)()
	}
	if s := f.entry.Snapshot; s != nil && s.Kind == archive.KindArticle && k.site.Keep.Attachments {
		if err := k.keepDocuments(p, f, s); err != nil {
			return err
		}
	}
	if !k.site.Keep.Requisites {
		return nil
	}
	return k.keepRequisites(p, f, f.requisites, nil)
}

// keepDocuments captures what an article attaches, and tells its version what
// the bytes were.
func (k *crawl) keepDocuments(p archive.Page, f *finding, s *archive.Snapshot) error {
	documents := append([]archive.Attachment(nil), s.Article.Attachments...)
	s.Article.Attachments = documents
	missing, why := 0, ""
	for i := range documents {
		d := &documents[i]
		got := kept{why: fmt.Sprintf("beyond the %d of one page that are kept", k.site.Keep.PerPage)}
		if i < k.site.Keep.PerPage {
			var err error
			if got, err = k.keepOne(p, d.URL, archive.KindAttachment, d.Name, nil); err != nil {
				return err
			}
			f.put(got.later)
		}
		if d.Digest = got.digest; d.Digest == "" {
			if missing++; why == "" {
				why = d.URL + ": " + got.why
			}
		}
	}
	if missing > 0 {
		f.entry.Visit.Reason += fmt.Sprintf("; of %s %d not kept: %s", number(len(documents), "attachment"), missing, why)
	}
	return nil
}

// put adds a page that is due later.
func (f *finding) put(later *archive.Page) {
	if later != nil {
		f.again = append(f.again, *later)
	}
}

// keepRequisites captures what a page at p, or a stylesheet, needs, and what that
// needs in turn; with fill only what of it the archive lacks.
func (k *crawl) keepRequisites(p archive.Page, f *finding, todo []extract.Requisite, fill *filling) error {
	var refused refusals
	seen := map[string]bool{p.URL: true}
	from := make([]archive.Page, len(todo)) // what needs each: p, or a stylesheet
	for i := range from {
		from[i] = p
	}
	for len(todo) > 0 {
		next, needed := todo[0], from[0]
		todo, from = todo[1:], from[1:]
		a, err := canonical(next.URL)
		if err != nil {
			refused.add(unusable, "")
			continue
		}
		if seen[a.url] {
			continue
		}
		if len(seen) > k.site.Keep.PerPage {
			k.note(fmt.Sprintf("%s needs more than %s: those behind are not kept", p.URL, number(k.site.Keep.PerPage, "requisite")))
			break
		}
		seen[a.url] = true
		if why, _ := k.admitKept(a); why != admitted {
			refused.add(why, a.host)
			continue
		}
		further := p.Column != "" && k.listed.add(p.Column+"\n"+a.url) // of a column that is not known to need it
		if !k.kept.met.add(a.url) {
			also := ""
			if further {
				switch held, err := k.c.store.Page(k.wire, p.Site, a.url); {
				case err == nil:
					k.tellColumn(p, held, f, fill)
				case errors.Is(err, archive.ErrNotFound):
					also = p.Column // told once its first visit is recorded
				default:
					return err
				}
			}
			if fill == nil || also != "" { // a version of long ago is no nearer to the run's end
				k.kept.share(a.url, also)
			}
			continue
		}
		got, err := k.keepOne(needed, a.url, archive.KindRequisite, "", fill)
		if err != nil {
			return err
		}
		if further && got.known != nil {
			k.tellColumn(p, *got.known, f, fill)
		}
		f.put(got.later)
		for _, more := range got.needs {
			todo, from = append(todo, more), append(from, k.requisite(needed, a.url, archive.KindRequisite, ""))
		}
	}
	k.mu.Lock()
	k.notes.merge(refused)
	k.mu.Unlock()
	return nil
}

// tellColumn says of a requisite, which the archive holds, that pages of the column
// of p need it too: with the page of f or, where there is none, when the run ends.
func (k *crawl) tellColumn(p, held archive.Page, f *finding, fill *filling) {
	switch {
	case isOf(held, p.Column):
	case fill == nil:
		f.again = append(f.again, k.requisite(p, held.URL, archive.KindRequisite, ""))
	default:
		k.kept.share(held.URL, p.Column)
	}
}

// notWhole says of a page or stylesheet that not all that it needs is known.
var notWhole = fmt.Sprintf(" has more than %d addresses of requisites, or %d MiB of styles: what is behind is not looked at", extract.MaxRequisites, extract.MaxStyle>>20)

// requisitesOf are the requisites of a page that was read.
func (k *crawl) requisitesOf(p archive.Page, page *extract.Page) []extract.Requisite {
	if !k.site.Keep.Requisites && (k.importing == nil || k.importing.now.Told != nil) {
		return nil
	}
	all, whole := page.Requisites()
	if !whole {
		k.note(p.URL + notWhole)
	}
	return all
}

// requisite is a page that from needs or attaches, as nothing is known of it.
func (k *crawl) requisite(from archive.Page, url string, kind archive.Kind, name string) archive.Page {
	return archive.Page{
		Site: from.Site, URL: url, Column: from.Column, Kind: kind, State: archive.StateDiscovered,
		FoundOn: from.URL, Anchor: clipped(name), Depth: from.Depth + 1, FirstSeen: k.since(k.c.now()),
	}
}

// admitKept is scope.admit for what pages have besides: it may lie on any host,
// where the guard of addresses and the host's robots.txt let it be asked for;
// paths that the site excludes stay out.
func (k *crawl) admitKept(a address) (refusal, string) {
	why, text := k.scope.admit(a)
	if why == otherHost || why == otherPath {
		return admitted, ""
	}
	return why, text
}
