package archive

import "time"

// Entry is everything that one visit adds to the archive. A store records an
// entry whole or not at all.
type Entry struct {
	Visit      Visit
	Page       Page      // as it is after the visit
	Snapshot   *Snapshot // the version that the visit cut, nil when it cut none
	Payload    []byte    // the bytes of Visit.Payload where the visit brought them, else nil
	Discovered []Page    // pages found on this one; see Store.Record
}

// Settle turns a verdict into the entry to record: the visit, the page as it
// is from now on and, where a version is cut, the snapshot. Left to the caller
// are Page.Due, Page.MovedTo, Snapshot.Story and Discovered. It is pure.
func Settle(run string, p Page, c Capture, r *Reading, v Verdict) Entry {
	e := Entry{Page: p}
	page := &e.Page
	page.LastVisit = c.At
	page.Visits++
	page.State = stateAfter(p, v.Outcome)
	switch {
	case page.State.Gone() && !p.State.Gone():
		page.GoneSince = c.At
	case !page.State.Gone():
		page.GoneSince = time.Time{}
	}
	if v.Outcome == Restored {
		page.RestoredAt = c.At
	}
	if v.Outcome.Failed() {
		page.Failures++
	} else {
		page.Failures = 0
	}
	if r != nil && r.Trouble == TroubleNone && tellsKind(p, v.Outcome) {
		page.Kind = r.Kind
	}
	e.Visit = Visit{
		Run: run, Site: p.Site, URL: p.URL, Column: p.Column, Kind: page.Kind,
		At: c.At, Took: c.Took, Outcome: v.Outcome, Reason: v.Reason, Status: c.Status,
		Attempts: c.Attempts, Bytes: int64(len(c.Payload)), Truncated: c.Truncated,
	}
	visit := &e.Visit
	visit.Version = p.Versions

	var digest Digest
	if v.Keep || !v.Outcome.Failed() {
		digest = DigestOf(c.Payload)
	}
	switch v.Outcome {
	case New, Changed, Restored, Unchanged, NotModified:
		page.LastSeen = c.At
		if c.Status != 304 {
			page.LastDigest = digest
			if digest == p.Payload {
				visit.Payload = digest
			}
			page.ETag, page.LastModified = c.Header.Get("ETag"), c.Header.Get("Last-Modified")
		}
	default:
		// The next fetch has to bring the page whole.
		page.ETag, page.LastModified = "", ""
		visit.Version = 0
	}
	if !v.Cut && !v.Outcome.Failed() && r != nil && r.Trouble == TroubleNone &&
		(r.Kind == KindArticle && p.Versions > 0 || r.Kind == KindPart) {
		if page.ReadAs = FingerprintOf(r.Article); page.ReadAs == p.Fingerprint {
			page.ReadAs = ""
		}
	}
	if v.Keep {
		visit.Payload = digest
		visit.Header, visit.Request = c.Header, c.Request
		visit.Address, visit.Protocol = c.Address, c.Protocol
		visit.Trust, visit.Security = c.Trust, c.Security
		e.Payload = c.Payload
		if e.Payload == nil {
			e.Payload = []byte{} // an answer without a byte is held as one
		}
		if v.Outcome == New || v.Outcome == Changed || v.Outcome == Restored {
			page.Payload = visit.Payload
			page.LastChange = c.At
			page.Title = r.Article.Title
		}
	}
	if v.Cut {
		page.Versions++
		visit.Version = page.Versions
		page.Fingerprint, page.ReadAs = fingerprintOf(r, visit.Payload), ""
		page.Damaged &^= DamagedTitle // all of it is new
		e.Snapshot = &Snapshot{
			Site: p.Site, URL: p.URL, Version: page.Versions, Column: p.Column, Kind: page.Kind,
			TakenAt: c.At.Truncate(time.Second), PriorSeen: p.LastSeen, Status: c.Status, Trust: c.Trust,
			Payload: visit.Payload, Fingerprint: page.Fingerprint,
			Article: r.Article, Rules: r.Rules, Reader: r.Reader, Sketch: SketchOf(r.Article),
		}
	}
	return e
}

// tellsKind says whether a visit that ended with o brought the page itself: what
// comes with a 404 or a 503 is of no kind of the page's. A page that has
// versions keeps its kind when it cannot be read.
func tellsKind(p Page, o Outcome) bool {
	switch o {
	case New, Changed, Restored, Unchanged:
		return true
	case Unreadable:
		return p.Versions == 0
	}
	return false
}

// fingerprintOf is the article's fingerprint; a document has none but its
// bytes.
func fingerprintOf(r *Reading, payload Digest) Digest {
	if r.Kind == KindAttachment {
		return payload
	}
	return FingerprintOf(r.Article)
}

// stateAfter is the state of page p after a visit. What is known to be gone
// stays gone until it is seen again: a server in trouble tells nothing.
func stateAfter(p Page, o Outcome) State {
	switch o {
	case Restored:
		return StateRestored
	case New, Changed, Unchanged, NotModified:
		if !p.RestoredAt.IsZero() {
			return StateRestored
		}
		return StateLive
	case Gone:
		if p.State.Gone() {
			return p.State
		}
		return StateGone
	case Withdrawn:
		return StateWithdrawn
	case Moved:
		return StateMoved
	}
	if p.State.Gone() {
		return p.State
	}
	switch o {
	case Refused:
		return StateRefused
	case Challenged:
		return StateChallenged
	case Unreachable:
		return StateUnreachable
	}
	return StateUnreadable
}

// AsAlias returns e, which cut the first version of a page, as the visit to an
// alias of the page at of: nothing is cut, and the page is not due any more.
// reason tells what gave it away.
func (e Entry) AsAlias(of, reason string) Entry {
	e.Snapshot, e.Payload = nil, nil
	v, p := &e.Visit, &e.Page
	v.Outcome, v.Reason, v.MovedTo = Moved, reason, of
	v.Version, v.Payload = 0, ""
	v.Header, v.Request, v.Address, v.Protocol = nil, nil, "", ""
	p.State, p.MovedTo, p.Due = StateAlias, of, time.Time{}
	p.Versions, p.Payload, p.Fingerprint, p.LastDigest = 0, "", "", ""
	p.Title, p.ETag, p.LastModified = "", "", ""
	p.LastSeen, p.LastChange = time.Time{}, time.Time{}
	return e
}
