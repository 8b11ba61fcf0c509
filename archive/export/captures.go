package export

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"fangzhi/archive"
	"fangzhi/archive/warc"
)

// capture is one answer as it was served, a visit that found that answer
// standing, or one that left nothing to be replayed.
type capture struct {
	page    archive.Page
	visit   archive.Visit
	payload []byte            // of an answer
	version *archive.Snapshot // that the visit cut; nil: none
	profile string            // of a revisit: how it is known that the answer stands; "" for an answer
	refers  archive.Visit     // of a revisit: the visit that brought the answer; of one that is bare, and found the page there: what it found standing
	fault   error             // the archive has lost the payload
	bare    bool              // the archive keeps no answer of the visit: what it told is all there is
	last    bool              // answer of its page that was asked for
}

func (c capture) weight() int { return len(c.payload) }

// captures yields what was served of the pages that sel asks for, page by page
// in the order of (Site, URL), the captures of a page by time.
func captures(ctx context.Context, store Store, sel Selection, cur *cursor) iter.Seq2[capture, error] {
	return func(yield func(capture, error) bool) {
		for p, err := range served(ctx, store, sel) {
			var known mark
			if err == nil {
				known, err = cur.seek(p)
			}
			wanted := sel.wantsPage(p)
			if err == nil && !wanted {
				var of archive.Page
				if of, err = ownerOf(ctx, store, p); err == nil {
					wanted = of.URL != "" && sel.wantsPage(of)
				}
			}
			if err == nil && p.Visits > 0 && wanted {
				var more bool
				if known, more, err = capturesOf(ctx, store, sel, p, known, yield); err == nil && !more {
					return
				}
			}
			if err == nil {
				err = cur.put(p, known)
			}
			if err != nil {
				yield(capture{}, err)
				return
			}
		}
	}
}

// capturesOf yields the captures of p that known lacks, and returns what is
// known then; more is false when the caller wants no more.
func capturesOf(ctx context.Context, store Store, sel Selection, p archive.Page, known mark, yield func(capture, error) bool) (now mark, more bool, err error) {
	if p.Visits <= known.Visits && len(known.Lost) == 0 && !known.Bare {
		return known, true, nil
	}
	lost := func(v archive.Visit) bool { return slices.ContainsFunc(known.Lost, v.At.Equal) }
	versions, err := versionsOf(ctx, store, p)
	if err != nil {
		return known, false, err
	}
	if sel.Columns != nil && p.Kind == archive.KindRequisite {
		// What a style names is needed wherever that style is.
		from, err := store.Page(ctx, p.Site, p.FoundOn)
		if err != nil && !errors.Is(err, archive.ErrNotFound) {
			return known, false, err
		}
		if from.Kind == archive.KindRequisite {
			sel.Columns = nil
		}
	}
	var read map[archive.Digest]bool
	if sel.Versions == Changes && p.Kind == archive.KindPart {
		if read, err = readOf(ctx, store, p); err != nil {
			return known, false, err
		}
	}
	var all, old []capture
	l := line{bringers: map[archive.Digest]archive.Visit{}, versions: map[int]archive.Visit{}}
	for v, err := range store.Visits(ctx, archive.Filter{Site: p.Site, URL: p.URL}) {
		if err != nil {
			return known, false, err
		}
		now.Visits++
		now.Last = v.At
		c, ok := l.next(p, v)
		c.bare = !ok
		late := known.Run != "" && v.Run > known.Run // an import tells of what was long ago
		if v.At.After(known.Last) || late || lost(v) {
			c.version = versionOf(versions, v)
			all = append(all, c)
		} else {
			old = append(old, c)
		}
		now.Run = max(now.Run, v.Run)
	}
	told := map[time.Time]bool{} // what former exports had, by the time of the visit
	before := sel.choose(old, read)
	for _, c := range before {
		told[c.visit.At] = true
	}
	all = sel.choose(all, read)
	for _, c := range withOriginals(before, versions, nil) {
		if known.Bare && !told[c.visit.At] {
			all = append(all, c)
		}
		told[c.visit.At] = true
	}
	all = withOriginals(all, versions, told)
	last := len(all) - 1
	for last >= 0 && (all[last].profile != "" || all[last].bare) {
		last--
	}
	tried := map[archive.Digest]error{} // how reading went of what captures had or referred to
	for i, c := range all {
		c.last = i == last
		if p.Misnamed() {
			now.Lost = append(now.Lost, c.visit.At)
			if c.fault = errors.New(misnamed); lost(c.visit) {
				continue // it was told
			}
		} else if !c.bare {
			err, done := tried[c.needs()]
			if c.profile == "" || !done {
				var payload []byte
				payload, err = store.Payload(ctx, c.needs())
				if err != nil && !isLost(err) {
					return known, false, err
				}
				if tried[c.needs()] = err; c.profile == "" {
					c.payload = payload
				}
			}
			if err != nil {
				now.Lost = append(now.Lost, c.visit.At)
				if c.fault = err; lost(c.visit) {
					continue // it was told
				}
			}
		}
		if !yield(c, nil) {
			return known, false, nil
		}
	}
	return now, true, nil
}

// ownerOf is the article whose further page or document p is, as far as the archive
// has it; of other pages it is the zero Page.
func ownerOf(ctx context.Context, store Store, p archive.Page) (archive.Page, error) {
	if p.Kind != archive.KindPart && p.Kind != archive.KindAttachment || p.FoundOn == "" {
		return archive.Page{}, nil
	}
	of, err := store.Page(ctx, p.Site, p.FoundOn)
	if errors.Is(err, archive.ErrNotFound) || err == nil && of.Kind != archive.KindArticle {
		return archive.Page{}, nil
	}
	return of, err
}

// readOf is what of the further page p those versions of its article were read
// from that replaced another.
func readOf(ctx context.Context, store Store, p archive.Page) (map[archive.Digest]bool, error) {
	read := map[archive.Digest]bool{}
	for s, err := range store.Snapshots(ctx, archive.Filter{Site: p.Site, URL: p.FoundOn}) {
		if err != nil {
			return nil, err
		}
		for _, part := range s.Parts {
			if s.Version > 1 && part.URL == p.URL && part.Payload != "" {
				read[part.Payload] = true
			}
		}
	}
	return read, nil
}

// withOriginals are the captures chosen of a page and, where they are not among
// them, the answers that its revisits refer to, and that what is bare found standing,
// unless those were told: without its answer a revisit neither replays nor can be
// taken up elsewhere, and what found a version standing says nothing without it.
func withOriginals(chosen []capture, versions []archive.Snapshot, told map[time.Time]bool) []capture {
	there := map[time.Time]bool{}
	for _, c := range chosen {
		there[c.visit.At] = true
	}
	for _, c := range chosen {
		if at := c.refers.At; !at.IsZero() && !there[at] && !told[at] {
			there[at] = true
			chosen = append(chosen, capture{page: c.page, visit: c.refers, version: versionOf(versions, c.refers)})
		}
	}
	slices.SortStableFunc(chosen, func(a, b capture) int { return a.visit.At.Compare(b.visit.At) })
	return chosen
}

// needs is the payload that c says, or refers to.
func (c capture) needs() archive.Digest {
	if c.profile != "" {
		return c.refers.Payload
	}
	return c.visit.Payload
}

// isLost says whether err is that the archive has lost a payload.
func isLost(err error) bool {
	return errors.Is(err, archive.ErrNotFound) || errors.Is(err, archive.ErrCorrupt)
}

// without is a store from which payloads are lost, though they be repaired by
// now: an export that goes on has left out what is of them, and the cursor is to
// know it.
type without struct {
	Store
	lost map[archive.Digest]bool
}

func (s without) Payload(ctx context.Context, d archive.Digest) ([]byte, error) {
	b, err := s.Store.Payload(ctx, d)
	if err == nil && s.lost[d] {
		return nil, fmt.Errorf("read payload %s: when the export began it was %w", d, archive.ErrNotFound)
	}
	return b, err
}

// line follows the visits of one page.
type line struct {
	bringers map[archive.Digest]archive.Visit // by payload: the last visit that brought it whole
	versions map[int]archive.Visit            // by version: the first visit that brought its bytes whole
	whole    archive.Visit                    // the last one that brought an answer whole
	stands   *archive.Visit                   // brought what the server answers now, nil where the archive does not hold that
}

// next is the capture that v is; ok is false where v left nothing that could be
// replayed.
func (l *line) next(p archive.Page, v archive.Visit) (c capture, ok bool) {
	c = capture{page: p, visit: v}
	if v.Payload != "" {
		bringer, known := l.bringers[v.Payload]
		if v.Header != nil || !known {
			// Nothing may refer to an answer that was cut short.
			if v.Truncated == "" {
				l.bringers[v.Payload] = v
				l.stands, l.whole = &v, v
				if _, ok := l.versions[v.Version]; !ok && v.Version > 0 {
					l.versions[v.Version] = v
				}
			}
			return c, true
		}
		l.stands = &bringer
		c.profile, c.refers = warc.SamePayload, bringer
		return c, true
	}
	if v.Outcome.There() {
		c.refers = l.whole
		if of, ok := l.versions[v.Version]; ok {
			c.refers = of
		}
	}
	switch {
	case v.Status == 304:
		if l.stands == nil || v.Outcome.Failed() {
			return c, false
		}
		c.profile, c.refers = warc.NotModified, *l.stands
		return c, true
	case !v.Outcome.Failed():
		// Other bytes that say the same, or gone: what stood does not.
		l.stands = nil
	}
	return c, false
}

// choose returns those of a page's captures that s asks for. Of a further page read
// is what the versions asked for were read from, where that decides.
func (s Selection) choose(all []capture, read map[archive.Digest]bool) []capture {
	requisite := len(all) > 0 && all[0].page.Kind == archive.KindRequisite
	if since := s.Since; requisite {
		for _, c := range all {
			if c.profile == "" && c.visit.At.Before(since) {
				s.Since = c.visit.At // what it brought stood then
			}
		}
	}
	all = slices.DeleteFunc(all, func(c capture) bool { return !s.during(c.visit.At) })
	switch s.Versions {
	case Latest:
		// The last that brought a version; of a page that has none, the last.
		at := -1
		for i, c := range all {
			if c.profile == "" && !c.bare && (c.version != nil || at < 0 || all[at].version == nil) {
				at = i
			}
		}
		if at < 0 {
			return nil
		}
		all = all[at : at+1]
	case Changes:
		if requisite {
			break
		}
		all = slices.DeleteFunc(all, func(c capture) bool {
			if c.page.Kind == archive.KindPart {
				return c.profile != "" || c.bare || !read[c.visit.Payload]
			}
			return c.profile != "" || c.bare || c.visit.Outcome != archive.Changed && (c.version == nil || c.version.Version < 2)
		})
	}
	return slices.DeleteFunc(all, func(c capture) bool {
		of := func(column string) bool {
			return column == c.visit.Column || requisite && slices.Contains(c.page.Also, column)
		}
		return len(s.Columns) > 0 && !slices.ContainsFunc(s.Columns, of) ||
			len(s.Kinds) > 0 && !slices.Contains(s.Kinds, c.visit.Kind)
	})
}

func versionsOf(ctx context.Context, store Store, p archive.Page) ([]archive.Snapshot, error) {
	if p.Versions == 0 {
		return nil, nil
	}
	var all []archive.Snapshot
	for s, err := range store.Snapshots(ctx, archive.Filter{Site: p.Site, URL: p.URL}) {
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, nil
}

// versionOf is the version that v cut, nil where it cut none.
func versionOf(versions []archive.Snapshot, v archive.Visit) *archive.Snapshot {
	for i, s := range versions {
		if s.Version == v.Version && s.Payload == v.Payload && s.TakenAt.Equal(v.At.Truncate(time.Second)) {
			return &versions[i]
		}
	}
	return nil
}
