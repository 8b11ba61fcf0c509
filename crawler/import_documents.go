package crawler

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"time"

	"fangzhi/archive"
)

// maxNearest bounds how many captures of a document are looked at for one
// version: each is read from the files.
const maxNearest = 20

// documents tells the version of g, captured as s tells, the digests of what it
// attaches, as far as the files have captures of that. They are taken up before
// g is recorded, so that no version names bytes that the archive has not yet.
//
// Of several captures of a document that nearest in time is taken, as a replay
// does; where fangzhi made the file, the nearest whose digest is the one that it
// tells, of the files or else of the archive, and none where it tells none.
func (im *importing) documents(g *gathered, s archive.Saved) error {
	v := g.entry.Snapshot
	if v == nil || v.Kind != archive.KindArticle {
		return nil
	}
	v.Article.Attachments = slices.Clone(v.Article.Attachments)
	for i := range v.Article.Attachments {
		d := &v.Article.Attachments[i]
		want := archive.Digest("")
		if s.Told != nil {
			if want = s.Told.Documents[d.URL]; want == "" {
				continue
			}
		}
		var err error
		im.anchor = d.Name
		d.Digest, err = im.document(d.URL, g.entry.Visit.At, want)
		im.anchor = ""
		if err != nil {
			return err
		}
	}
	return nil
}

// document is the digest of what was captured at url nearest to the time at,
// where the archive holds those bytes by now; want is what it must be, "":
// anything.
func (im *importing) document(url string, at time.Time, want archive.Digest) (archive.Digest, error) {
	for range maxHops + 1 {
		a, err := canonical(url)
		if err != nil {
			return "", nil
		}
		a = im.k.sessions.strip(a)
		digest, to, err := im.documentAt(a.url, at, want)
		if err != nil || digest != "" || to == "" {
			return digest, err
		}
		url = to
	}
	return "", nil
}

// documentAt is document without redirects; to is where the nearest capture leads.
func (im *importing) documentAt(url string, at time.Time, want archive.Digest) (digest archive.Digest, to string, err error) {
	times, err := im.nearest(url, at)
	if err != nil {
		return "", "", err
	}
	for _, t := range times {
		s, ok, err := im.from.At(url, t)
		if err != nil {
			return "", "", err
		}
		if !ok || s.Bare || s.Lost != "" || s.Truncated != "" {
			continue
		}
		if s.Status >= 300 && s.Status < 400 && s.Status != http.StatusNotModified && to == "" {
			if next, err := resolve(url, s.Location()); err == nil {
				to = next.url
			}
		}
		if s.Status != http.StatusOK || len(s.Payload) == 0 {
			continue
		}
		digest = archive.DigestOf(s.Payload)
		if want != "" && digest != want {
			continue
		}
		if to != "" && want == "" {
			return "", to, nil // the nearest leads on
		}
		if err := im.ahead(s); err != nil {
			return "", "", err
		}
		switch held, err := im.holds(digest); {
		case err != nil:
			return "", "", err
		case held:
			return digest, "", nil
		}
	}
	if want == "" || to != "" {
		return "", to, nil
	}
	// An earlier import may have brought it, or a crawl.
	for v, err := range im.k.c.store.Visits(im.ctx, archive.Filter{Site: im.k.site.Name, URL: url}) {
		if err != nil {
			return "", "", err
		}
		if v.Payload != want {
			continue
		}
		if held, err := im.holds(want); err != nil || held {
			return want, "", err
		}
	}
	return "", "", nil
}

// nearest are the times at which the page at url was captured, the nearest to at
// first; of two that are as near the later.
func (im *importing) nearest(url string, at time.Time) (times []time.Time, err error) {
	order := func(a, b time.Time) int { return cmp.Or(cmp.Compare(a.Sub(at).Abs(), b.Sub(at).Abs()), b.Compare(a)) }
	for t, err := range im.from.Times(url) {
		if err != nil {
			return nil, err
		}
		i, _ := slices.BinarySearchFunc(times, t, order)
		times = slices.Insert(times, i, t)
		times = times[:min(len(times), maxNearest)]
	}
	return times, nil
}

// ahead takes up s, which is not due yet by its date unless it had its turn. Of
// one page captures stay in the order of their dates: those of a document
// between two are taken up with it.
func (im *importing) ahead(s archive.Saved) error {
	page, _, why, err := im.pageIn(s)
	if err != nil || why != "" {
		return err
	}
	for t, err := range im.from.Times(page.URL) {
		if err != nil {
			return err
		}
		key := inTurn{page.URL, t.UnixMilli()}
		if key.at < im.reached || key.at > s.At.UnixMilli() || im.early[key] || im.done[key] {
			continue
		}
		next, ok, err := im.from.At(page.URL, t)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		im.early[key] = true
		if err := im.capture(next); err != nil {
			return err
		}
	}
	return nil
}

// inTurn names a capture of a page, by its milliseconds since 1970.
type inTurn struct {
	url string
	at  int64
}

// turn says whether it is the turn of s in the order of dates, or was before.
func (im *importing) turn(s archive.Saved) (bool, error) {
	if at := s.At.UnixMilli(); at != im.reached {
		im.reached = at
		clear(im.done)
	}
	p, _, why, err := im.pageIn(s)
	if err != nil || why != "" {
		return true, err
	}
	key := inTurn{p.URL, im.reached}
	if im.early[key] {
		delete(im.early, key)
		return false, nil
	}
	im.done[key] = true
	return true, nil
}

// holds says whether the archive holds the bytes, or will with the next commit.
func (im *importing) holds(digest archive.Digest) (bool, error) {
	waiting := im.gathered
	if im.under != nil {
		waiting = append(slices.Clip(waiting), im.under.gathered...)
	}
	for i := range waiting {
		if v := &waiting[i].entry; v.Visit.Payload == digest && len(v.Payload) > 0 {
			return true, nil
		}
	}
	switch _, err := im.k.c.store.Payload(im.ctx, digest); {
	case errors.Is(err, archive.ErrNotFound), errors.Is(err, archive.ErrCorrupt):
		return false, nil
	case err != nil:
		return false, err
	}
	return true, nil
}
