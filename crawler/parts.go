package crawler

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"fangzhi/archive"
	"fangzhi/crawler/discover"
	"fangzhi/extract"
)

const (
	// maxParts bounds the further pages of one article, maxPartBytes the bytes
	// that they bring: what is beyond is missing.
	maxParts     = 50
	maxPartBytes = 16 << 20
	// partPatience is how many visits in a row may leave open what an article
	// says because one of its pages could not be had. After that it is what its
	// other pages say.
	partPatience = 3
)

// part is a further page of an article, as one visit found it.
type part struct {
	archive.Part
	entry   *archive.Entry  // of its visit; nil where it was not asked for
	article archive.Article // what it says, where it is not missing
	same    bool            // it says what it said
	passing bool            // it is missing for a reason that may pass
}

// whole is an article of several pages as one visit found it.
type whole struct {
	parts []part
	note  string // what is to be said of the pages besides; "" where there is nothing

	requisites []extract.Requisite // of the parts whose bytes are new to the archive

	seat *seat // of the worker
}

// gatherParts fetches the further pages of the article at p, whose first page reads
// as r and leads to todo, one after the other, and keeps no seat while it waits for
// them. On an error none of them was visited.
func (k *crawl) gatherParts(p archive.Page, todo []discover.Part, r archive.Reading, known *extract.Furniture, s *seat) (w whole, err error) {
	w.seat = s
	s.leave()
	defer s.take()
	recorded := false
	defer func() {
		if !recorded { // an error, or a panic on the way
			k.frontier.release(w.urls()...)
		}
	}()
	bytes := 0
	met := map[int]bool{}
	for len(todo) > 0 {
		next := todo[0]
		todo = todo[1:]
		if met[next.Number] {
			continue
		}
		met[next.Number] = true
		if len(w.parts) == maxParts || bytes > maxPartBytes {
			w.note = fmt.Sprintf("only its first %d pages are joined", len(w.parts)+1)
			k.note(fmt.Sprintf("%s: %s", p.URL, w.note))
			break
		}
		got, page, stranger, err := k.visitPart(p, r, next, known)
		if err != nil {
			return w, err
		}
		if stranger != "" {
			w.note = stranger
			break
		}
		w.parts = append(w.parts, got)
		if got.entry != nil {
			bytes += int(got.entry.Visit.Bytes)
		}
		if page != nil && got.Missing == "" && got.entry != nil && got.entry.Payload != nil {
			w.requisites = append(w.requisites, k.requisitesOf(got.entry.Page, page)...)
		}
		if page != nil {
			todo = append(todo, discover.Parts(page, p.URL)...)
		}
	}
	recorded = true
	return w, nil
}

// visitPart fetches one further page of the article at p. Where stranger is not
// empty it turned out to be no page of that article, and nothing is recorded of
// it.
func (k *crawl) visitPart(p archive.Page, first archive.Reading, next discover.Part, known *extract.Furniture) (got part, page *extract.Page, stranger string, err error) {
	a, err := canonical(next.URL)
	if err != nil {
		got.URL, got.Missing = next.URL, err.Error()
		return got, nil, "", nil
	}
	got.URL = a.url
	if k.importing != nil {
		if err := k.importing.flushFor(a.url); err != nil {
			return got, nil, "", err
		}
	}
	at, err := k.c.store.Page(k.wire, p.Site, a.url)
	switch {
	case errors.Is(err, archive.ErrNotFound):
		at = archive.Page{
			Site: p.Site, URL: a.url, Column: p.Column, State: archive.StateDiscovered,
			FoundOn: p.URL, Depth: p.Depth, FirstSeen: k.since(k.c.now()),
		}
	case err != nil:
		return got, nil, "", err
	case at.Versions > 0 || at.Kind != archive.KindPart && at.Kind != archive.KindUnread:
		return got, nil, fmt.Sprintf("%s, which it leads to as a page of its own, stands for itself in the archive", a.url), nil
	}
	if !k.frontier.claim(a.url) {
		got.Missing, got.passing = "it is being visited for itself", true
		return got, nil, "", nil
	}
	kept := false
	defer func() {
		if !kept {
			k.frontier.release(a.url)
		}
	}()
	at.Kind = archive.KindPart
	if k.importing != nil {
		kept, page, stranger, err = k.importing.part(&got, at, first, next, known)
		return got, page, stranger, err
	}
	_, answer, barred, err := k.ask(at)
	if err != nil {
		return got, nil, "", err
	}
	if barred != nil {
		got.settle(barred.entry)
		kept = true
		return got, nil, "", nil
	}
	s := k.seat(answer.Capture)
	s.take()
	defer s.leave()
	answer.At, _ = k.dated(at, answer.At)
	reading, page, err := k.readPart(at, answer.Capture, known)
	if err != nil {
		return got, nil, "", err
	}
	if reading != nil && !next.Sure && reading.Kind == archive.KindPart {
		if stranger := notAPart(first.Article, reading.Article); stranger != "" {
			return got, nil, fmt.Sprintf("%s, which it leads to as a page of its own, %s", a.url, stranger), nil
		}
	}
	v := archive.JudgePart(at, answer.Capture, reading)
	if v.Keep && at.Payload != "" && isThere(v.Outcome) {
		before, err := k.recallArticle(at.Site, at.URL, at.Payload, known)
		if err != nil && !gone(err) {
			return got, nil, "", err
		}
		if err == nil && archive.FingerprintOf(before) == archive.FingerprintOf(reading.Article) {
			v = archive.Verdict{Outcome: archive.Unchanged, Reason: "says what it said: it is read otherwise by now"}
		}
	}
	e := archive.Settle(k.run.ID, at, answer.Capture, reading, v)
	k.heed(a.host, answer, v.Outcome)
	got.settle(e)
	kept = true
	if got.Missing == "" && reading == nil { // a 304
		got.article, err = k.recallArticle(at.Site, at.URL, at.Payload, known)
		if gone(err) {
			got.Missing, got.passing, err = err.Error(), true, nil
		}
		return got, nil, "", err
	}
	if got.Missing == "" {
		got.article = reading.Article
	}
	return got, page, "", nil
}

// gone says whether bytes cannot be had from the archive any more.
func gone(err error) bool {
	return errors.Is(err, archive.ErrNotFound) || errors.Is(err, archive.ErrCorrupt)
}

// readPart reads what was served for a further page; nothing where there is
// nothing to be read.
func (k *crawl) readPart(at archive.Page, c archive.Capture, known *extract.Furniture) (*archive.Reading, *extract.Page, error) {
	if c.Status == 0 || c.Status >= 300 && c.Status < 400 || c.Truncated != "" || len(c.Payload) == 0 {
		return nil, nil, nil
	}
	page, err := k.readPage(c, known)
	if err != nil {
		return nil, nil, fmt.Errorf("read %s: %w", at.URL, err)
	}
	r := page.Reading()
	if r.Kind == archive.KindArticle && r.Trouble == archive.TroubleNone {
		r.Kind = archive.KindPart
	}
	return &r, page, nil
}

// notAPart says why a page that links alone make a further page of an article
// is none, "" where it is one: it has another title, or says what the first
// page says.
func notAPart(first, a archive.Article) string {
	x, y := archive.Fold(first.Title), archive.Fold(a.Title)
	switch {
	case x != "" && y != "" && !strings.Contains(x, y) && !strings.Contains(y, x):
		return fmt.Sprintf("has another title: %q", a.Title)
	case a.Body != "" && strings.Contains(archive.Fold(first.Body), archive.Fold(a.Body)):
		return "says what the first page says"
	}
	return ""
}

// settle takes over how a visit to the page ended.
func (p *part) settle(e archive.Entry) {
	e.Page.Due = time.Time{} // it is asked for with its article
	p.entry = &e
	switch o := e.Visit.Outcome; {
	case isThere(o):
		p.Payload = e.Page.Payload
		p.same = o == archive.Unchanged || o == archive.NotModified
	default:
		p.Missing = e.Visit.Reason
		p.passing = o == archive.Unreachable || o == archive.Challenged || o == archive.Truncated
	}
}

// recallArticle reads payload d of a page again.
func (k *crawl) recallArticle(site, url string, d archive.Digest, known *extract.Furniture) (archive.Article, error) {
	c, err := archive.Recall(k.wire, k.c.store, site, url, d)
	if err != nil {
		return archive.Article{}, err
	}
	page, err := k.c.read(k.input(c, known))
	if err != nil {
		return archive.Article{}, fmt.Errorf("read %s again: %w", url, err)
	}
	return page.Reading().Article, nil
}

// urls are those of the pages that were claimed.
func (w *whole) urls() (urls []string) {
	for i := range w.parts {
		if w.parts[i].entry != nil {
			urls = append(urls, w.parts[i].URL)
		}
	}
	return urls
}

// missing are the pages that could not be had.
func (w *whole) missing() (list []*part) {
	for i := range w.parts {
		if w.parts[i].Missing != "" {
			list = append(list, &w.parts[i])
		}
	}
	return list
}

// absent says of a missing page which it is, and why it is missing.
func (w *whole) absent(p *part) string {
	for i := range w.parts {
		if &w.parts[i] == p {
			return fmt.Sprintf("page %d of %d, %s, is missing: %s", i+2, len(w.parts)+1, p.URL, p.Missing)
		}
	}
	return p.Missing
}

// open is the verdict on an article one of whose pages could not be had, as
// long as that may pass; ok is false where what is there is to be judged.
func (w *whole) open(p archive.Page, c archive.Capture) (v archive.Verdict, ok bool) {
	for _, m := range w.missing() {
		if p.Failures >= partPatience || !m.passing && p.Versions == 0 {
			continue
		}
		v = archive.Verdict{Outcome: archive.Unreadable, Reason: w.absent(m)}
		if m.entry != nil && m.entry.Visit.Outcome.Failed() {
			v.Outcome = m.entry.Visit.Outcome
		}
		d := archive.DigestOf(c.Payload)
		v.Keep = d != p.LastDigest && d != p.Payload
		return v, true
	}
	return v, false
}

// join makes one article of the pages that are there.
func (w *whole) join(r *archive.Reading) {
	all := []archive.Article{r.Article}
	for i := range w.parts {
		if w.parts[i].Missing == "" {
			all = append(all, w.parts[i].article)
		}
	}
	r.Article = joined(all, len(w.parts)+1)
}

// joined makes one article of those of its pages that are there, of so many.
func joined(all []archive.Article, pages int) archive.Article {
	a := extract.Join(all...)
	a.Evidence = append(a.Evidence, archive.Evidence{
		Field: "body", Method: "pages", Where: fmt.Sprintf("joined of %d of %d pages", len(all), pages), Confidence: .9,
	})
	return a
}

// same says whether all of the pages say what they said.
func (w *whole) same() bool {
	for i := range w.parts {
		if !w.parts[i].same {
			return false
		}
	}
	return true
}

// list is what a version tells of its pages.
func (w *whole) list() (list []archive.Part) {
	for i := range w.parts {
		list = append(list, w.parts[i].Part)
	}
	return list
}

// judgedWhole is the verdict on p, whose first page is page and reads as r, and whose
// further pages are w; r becomes the whole article.
func (k *crawl) judgedWhole(p archive.Page, c archive.Capture, page *extract.Page, r *archive.Reading, w *whole, known *extract.Furniture) (archive.Verdict, error) {
	if len(w.parts) == 0 && p.Parts == 0 {
		v, err := k.reconsidered(p, c.At, page, *r, w, known, archive.Judge(p, c, r))
		return w.noted(v), err
	}
	if v, ok := w.open(p, c); ok {
		return v, nil
	}
	if len(w.parts) > 0 {
		w.join(r)
	}
	if len(w.parts) != p.Parts || !w.same() {
		p.LastDigest = "" // the bytes of the first page do not tell
	}
	v, err := k.reconsidered(p, c.At, page, *r, w, known, archive.Judge(p, c, r))
	return w.noted(v), err
}

// noted is v with what is to be said of the pages.
func (w *whole) noted(v archive.Verdict) archive.Verdict {
	for _, m := range w.missing() {
		v.Reason += "; " + w.absent(m)
	}
	if there := len(w.parts) - len(w.missing()); v.Cut && there > 0 {
		v.Reason += fmt.Sprintf("; joined of %d pages", there+1)
	}
	if w.note != "" {
		v.Reason += "; " + w.note
	}
	return v
}
