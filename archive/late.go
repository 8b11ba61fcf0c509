package archive

import (
	"fmt"
	"slices"
	"time"
)

// Behind says whether a capture at the time at lies behind p: a later visit found
// the page's content there. What such a capture says cuts no version, for
// versions are numbered in the order of time, and numbers are never changed.
func (p Page) Behind(at time.Time) bool { return !p.LastSeen.IsZero() && !at.After(p.LastSeen) }

// Before is page p as it is to be judged for a capture at the time at, before
// its last visit; ledger are its visits, oldest first. Of a page that the
// capture lies behind nothing is known that it could be compared with.
func (p Page) Before(at time.Time, ledger []Visit) Page {
	q := p
	n := 0
	for n < len(ledger) && ledger[n].At.Before(at) {
		n++
	}
	q.follow(ledger[:n])
	if n > 0 {
		q.LastVisit = ledger[n-1].At
	} else {
		q.LastVisit = time.Time{}
	}
	q.ETag, q.LastModified, q.MovedTo = "", "", ""
	if p.Behind(at) {
		q.Versions, q.Fingerprint, q.ReadAs, q.Payload, q.LastDigest, q.Parts = 0, "", "", "", "", 0
	}
	return q
}

// Amid returns e, the entry of a visit before the last one of its page, which is
// p and has ledger for its visits, as it is to be recorded: the page is what
// follows from all of them.
func (e Entry) Amid(p Page, ledger []Visit) Entry {
	after := e.Page
	e.Page = p
	page := &e.Page
	if page.FirstSeen.After(e.Visit.At) {
		page.FirstSeen = e.Visit.At
	}
	if !p.Behind(e.Visit.At) && e.Visit.Outcome.There() {
		// The last that was seen of the page: only failures came later.
		page.Kind, page.Payload, page.LastDigest, page.Title, page.LastChange = after.Kind, after.Payload, after.LastDigest, after.Title, after.LastChange
		page.Versions, page.Fingerprint, page.ReadAs, page.Parts, page.Feeds = after.Versions, after.Fingerprint, after.ReadAs, after.Parts, after.Feeds
	}
	all := slices.Clone(ledger)
	i, _ := slices.BinarySearchFunc(all, e.Visit.At, func(v Visit, at time.Time) int { return v.At.Compare(at) })
	page.follow(slices.Insert(all, i, e.Visit))
	return e
}

// follow sets what follows from the visits of a page alone.
func (p *Page) follow(ledger []Visit) {
	q := Page{State: StateDiscovered}
	for _, v := range ledger {
		q.told(v)
	}
	p.Visits, p.Failures = len(ledger), q.Failures
	if p.State == StateAlias {
		return
	}
	p.State, p.GoneSince, p.RestoredAt, p.LastSeen = q.State, q.GoneSince, q.RestoredAt, q.LastSeen
}

// told sets what a visit tells of the state of a page.
func (p *Page) told(v Visit) {
	was := p.State
	p.State = stateAfter(*p, v.Outcome)
	switch {
	case p.State.Gone() && !was.Gone():
		p.GoneSince = v.At
	case !p.State.Gone():
		p.GoneSince = time.Time{}
	}
	if v.Outcome == Restored {
		p.RestoredAt = v.At
	}
	if v.Outcome.There() {
		p.LastSeen = v.At
	}
	if p.Failures++; !v.Outcome.Failed() {
		p.Failures = 0
	}
}

// There says whether a visit that ended so found its page.
func (o Outcome) There() bool {
	switch o {
	case New, Changed, Unchanged, NotModified, Restored:
		return true
	}
	return false
}

// Uncut is e, whose capture lies behind its page, without the version that it
// cut: where a version says the same, the visit found that one.
func (e Entry) Uncut(versions []Snapshot) Entry {
	v := &e.Visit
	v.Version = 0
	if e.Snapshot == nil {
		if v.Outcome == New {
			v.Outcome, v.Reason = Changed, "as it was before what the archive has of it"
		}
		return e
	}
	fingerprint := e.Snapshot.Fingerprint
	e.Snapshot = nil
	for _, s := range versions {
		if s.Fingerprint == fingerprint {
			v.Outcome, v.Version = Unchanged, s.Version
			v.Reason = fmt.Sprintf("says what version %d says, which was taken at %s", s.Version, s.TakenAt.Format(time.RFC3339))
			return e
		}
	}
	v.Outcome = Changed
	v.Reason = "says what no version says; it comes before what the archive has seen of the page, so that no version is cut: its bytes are kept"
	return e
}

// Confirmed is the verdict on page p of which the answer, or the file that it was
// saved in, says no more than that it stands. Ok is false where nothing is known
// that could: no version, no bytes, no visit that found it.
func Confirmed(p Page, o Outcome, reason string) (v Verdict, ok bool) {
	if p.Versions == 0 && p.LastDigest == "" && p.Payload == "" && p.LastSeen.IsZero() {
		return v, false
	}
	v = here(p, reason)
	if v.Outcome == Unchanged {
		v.Outcome = o
	}
	return v, true
}
