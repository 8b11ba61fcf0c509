package crawler

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"

	"fangzhi/archive"
	"fangzhi/extract"
)

// Keep says what is captured of a page besides its own bytes. A zero number
// takes the value of DefaultKeep.
type Keep struct {
	Attachments bool          // documents that articles link or embed
	Requisites  bool          // what pages need to look as they did: styles, scripts, pictures, fonts
	Size        int64         // bytes of one of them, as sent; what is longer is not kept
	PerPage     int           // the most of one page, attachments and requisites each
	PerRun      int           // the most that one run begins with; what is beyond it is due a day later
	Revisit     time.Duration // how long a requisite is not asked for again at the least; see keptRest
}

// DefaultKeep keeps nothing, and has the numbers that hold where none are given.
var DefaultKeep = Keep{Size: 32 << 20, PerPage: 200, PerRun: 20_000, Revisit: 24 * time.Hour}

// MaxKept is the largest Keep.Size: a document is held in memory while it is
// fetched and recorded.
const MaxKept = 512 << 20

func (k Keep) filled() Keep {
	fill(&k.Size, DefaultKeep.Size)
	fill(&k.PerPage, DefaultKeep.PerPage)
	fill(&k.PerRun, DefaultKeep.PerRun)
	fill(&k.Revisit, DefaultKeep.Revisit)
	return k
}

func (k Keep) validate(problems *Problems) {
	if k.Size < 0 || k.Size > MaxKept {
		problems.add("keep.max_size", fmt.Sprint(k.Size), fmt.Sprintf("must be 1 to %d bytes", MaxKept))
	}
	if k.PerPage < 0 || k.PerPage > extract.MaxRequisites {
		problems.add("keep.per_page", fmt.Sprint(k.PerPage), fmt.Sprintf("must be 1 to %d", extract.MaxRequisites))
	}
	if k.PerRun < 0 {
		problems.add("keep.per_run", fmt.Sprint(k.PerRun), "must be 1 or more")
	}
	if k.Revisit < 0 {
		problems.add("keep.revisit", k.Revisit.String(), "must not be negative")
	}
}

// keeping is what a run knows of what it keeps besides pages.
type keeping struct {
	flights singleflight.Group // a URL is asked for once, whoever needs it
	met     *urlSet            // requisites that this run looked after
	asked   *urlSet            // URLs that it asked for: recorded, or about to be
	begun   atomic.Int64       // towards Keep.PerRun
	capped  sync.Once

	unfilled bool // the run was stopped while it captured what stored versions lack

	mu     sync.Mutex
	shared []string            // in order: requisites that further pages of this run need too
	also   map[string][]string // of shared, by URL: columns whose pages need it, and that are not told yet
}

func newKeeping() *keeping {
	return &keeping{met: newURLSet(), asked: newURLSet(), also: map[string][]string{}}
}

// maxShared bounds how many requisites are looked at once more when a run ends.
const maxShared = 500

// share remembers a requisite that a further page needs, of the column also where
// that is to be told.
func (k *keeping) share(url, also string) {
	k.asked.remembers(url) // and goes on doing so
	k.mu.Lock()
	defer k.mu.Unlock()
	columns, known := k.also[url]
	if !known && len(k.shared) >= maxShared {
		return
	}
	if !known {
		k.shared = append(k.shared, url)
	}
	if also != "" && len(columns) < archive.MaxAlso {
		columns = append(columns, also)
	}
	k.also[url] = columns
}

// closeKept asks once more, at the end of a run, whether the requisites changed
// that it asked for and that it captured further pages with since: those pages
// stand between two visits then. Replay software takes of a requisite the first
// capture after the page's, which else would be that of a later run.
func (k *crawl) closeKept(context.Context) error {
	for i := 0; i < len(k.kept.shared); i++ {
		url := k.kept.shared[i]
		if !k.kept.asked.remembers(url) && len(k.kept.also[url]) == 0 {
			continue
		}
		p, err := k.c.store.Page(k.wire, k.site.Name, url)
		if errors.Is(err, archive.ErrNotFound) || err == nil && (!p.State.There() || p.Kind != archive.KindRequisite) || k.frontier.leaves(url) {
			continue
		}
		if err != nil {
			return err
		}
		e, got, err := k.askKept(p)
		if resting := (*restingError)(nil); errors.As(err, &resting) {
			k.rest(hostOf(url), resting.Error())
			continue
		}
		if err != nil {
			return err
		}
		f := finding{}
		for _, next := range got.needs {
			if a, err := canonical(next.URL); err == nil {
				k.kept.share(a.url, "")
			}
		}
		if err := k.keepRequisites(p, &f, got.needs, nil); err != nil { // of a style that changed
			return err
		}
		for _, column := range k.kept.also[url] {
			also := k.requisite(p, url, archive.KindRequisite, "")
			also.Column = column
			f.again = append(f.again, also)
		}
		e.Discovered = f.again
		k.recorder.add(finding{parts: []archive.Entry{e}})
	}
	return nil
}

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

// keepOne captures a document or requisite of from, following redirects.
func (k *crawl) keepOne(from archive.Page, url string, kind archive.Kind, name string, fill *filling) (got kept, err error) {
	for range maxHops + 1 {
		a, err := canonical(url)
		if err != nil {
			return kept{why: err.Error()}, nil
		}
		if why, text := k.admitKept(a); why != admitted {
			return kept{why: "out of the scope: " + text}, nil
		}
		v, err, _ := k.kept.flights.Do(a.url, func() (any, error) { return k.keepNow(from, a, kind, name, fill) })
		if err != nil {
			return kept{}, err
		}
		if got = v.(kept); got.to == "" {
			return got, nil
		}
		url = got.to
	}
	return kept{why: fmt.Sprintf("redirected more than %d times in a row", maxHops)}, nil
}

// keepNow captures what is at a, unless the archive knows how it stands there.
func (k *crawl) keepNow(from archive.Page, a address, kind archive.Kind, name string, fill *filling) (kept, error) {
	p, err := k.c.store.Page(k.wire, k.site.Name, a.url)
	if (errors.Is(err, archive.ErrNotFound) || err == nil && (p.LastVisit.Before(k.run.Started) || k.datedWrongly(p))) && k.kept.asked.remembers(a.url) {
		k.recorder.flush()
		p, err = k.c.store.Page(k.wire, k.site.Name, a.url)
	}
	known := err == nil && p.Kind != archive.KindUnread
	switch {
	case errors.Is(err, archive.ErrNotFound):
		p = k.requisite(from, a.url, kind, name)
	case err != nil:
		return kept{}, err
	case p.Kind == archive.KindUnread && p.Versions == 0:
		p.Kind = kind
	case p.Kind != archive.KindAttachment && p.Kind != archive.KindRequisite:
		return kept{why: fmt.Sprintf("is a page for itself, of kind %s", p.Kind)}, nil
	}
	standing := k.kept.asked.remembers(a.url) || !p.LastVisit.Before(k.run.Started) && !k.datedWrongly(p) || // it had its turn
		p.Failures > 0 && p.Due.After(k.c.now()) ||
		p.Failures == 0 && p.Kind == archive.KindRequisite && k.isFresh(p)
	if standing || fill != nil && !fill.lacks(p) {
		return k.standing(p)
	}
	if fill != nil {
		if why := k.barsFilling(fill, a); why != "" {
			return kept{why: why}, nil
		}
	}
	if k.frontier.leaves(a.url) {
		p.Due = k.run.Started
		return kept{why: a.host + " is left alone for the rest of the run", later: &p}, nil
	}
	if n := k.kept.begun.Add(1); n > int64(k.site.Keep.PerRun) {
		k.kept.capped.Do(func() {
			k.note(fmt.Sprintf("attachments and requisites beyond the %d of one run are due a day later", k.site.Keep.PerRun))
		})
		p.Due = k.run.Started.Add(24 * time.Hour)
		return kept{why: fmt.Sprintf("beyond the %d that one run asks for", k.site.Keep.PerRun), later: &p}, nil
	}
	if !k.frontier.claim(a.url) {
		// Somebody visits it for itself, and is not awaited while he waits himself, so
		// that there is no ring of those who wait; of one that was never read it is not
		// known what it is.
		if !known || p.Kind != archive.KindAttachment {
			return kept{why: "it is being visited for itself"}, nil
		}
		if err := k.frontier.await(k.wait, a.url); err != nil {
			return kept{}, err
		}
		if p, err = k.c.store.Page(k.wire, k.site.Name, a.url); err != nil {
			return kept{}, err
		}
		return k.standing(p)
	}
	e, got, err := k.askKept(p)
	if err != nil {
		k.frontier.release(a.url)
		if resting := (*restingError)(nil); errors.As(err, &resting) {
			k.rest(a.host, resting.Error())
			p.Due = k.run.Started
			if fill != nil {
				fill.of.left.Add(1)
			}
			return kept{why: resting.Error(), later: &p}, nil
		}
		return kept{}, err
	}
	k.kept.asked.add(a.url)
	if fill != nil {
		fill.asked++
	}
	k.recorder.add(finding{parts: []archive.Entry{e}})
	return got, nil
}

// isFresh says whether a page that needs the requisite p does without asking for
// it again.
func (k *crawl) isFresh(p archive.Page) bool {
	return !p.LastVisit.IsZero() && !k.datedWrongly(p) && k.c.now().Sub(p.LastVisit) < keptRest(p, k.site.Keep.Revisit)
}

// maxKeptRest bounds how long a requisite is not asked for that never changes.
const maxKeptRest = 30 * 24 * time.Hour

// keptRest is how long the requisite p is not asked for after its last visit: the
// least or, where it is longer, a quarter of the time for which it has been seen
// as it is. A portal's styles stay for years, and every page needs them.
func keptRest(p archive.Page, least time.Duration) time.Duration {
	since := p.LastChange
	if p.State.Gone() {
		since = p.GoneSince
	}
	if since.IsZero() {
		return least
	}
	return max(least, min(p.LastVisit.Sub(since)/4, maxKeptRest))
}

// datedWrongly says whether a clock that ran ahead dated the last visit to p.
func (k *crawl) datedWrongly(p archive.Page) bool {
	return p.LastVisit.Sub(k.c.now()) > archive.MaxAhead
}

// standing is how it stands with p, which is not asked for.
func (k *crawl) standing(p archive.Page) (got kept, err error) {
	if p.Visits > 0 {
		got.known = &p
	}
	switch {
	case p.State == archive.StateMoved && p.MovedTo != "":
		got.to = p.MovedTo
	case !p.State.There():
		got.why = fmt.Sprintf("%s at its last visit", p.State)
	default:
		got.digest = p.Payload
		if p.Kind == archive.KindRequisite && extract.IsStyle(p.URL, nil) {
			// What it needs may not have been had: a run was stopped, or a host down.
			got.needs, err = k.needsOf(p, nil)
		}
	}
	return got, err
}

// needsOf reads what a stylesheet needs: the one that c brought or, where c is
// nil, the one that the archive holds. What cannot be read needs nothing.
func (k *crawl) needsOf(p archive.Page, c *archive.Capture) ([]extract.Requisite, error) {
	if c == nil {
		held, err := archive.Recall(k.wire, k.c.store, p.Site, p.URL, p.Payload)
		if gone(err) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		c = &held
	}
	text, err := extract.DecodeContent(c.Header.Get("Content-Encoding"), c.Payload, 0)
	if err != nil {
		return nil, nil
	}
	all, whole := extract.StyleRequisites(p.URL, string(text))
	if !whole {
		k.note(p.URL + notWhole)
	}
	return all, nil
}
