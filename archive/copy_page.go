package archive

import (
	"context"
	"errors"
	"slices"
)

// A copy is what an archive was at the end of its log at one moment. The pages
// that were visited since are not as they were then any more; but what a page was
// after a visit follows from its visits and versions, which the log has, as far as
// it matters: the rest is what the next visit makes of it.

// asLogged is page p, which was visited since, as it was after the visits that to
// has of it and those of leaves.
func (c *copier) asLogged(ctx context.Context, p Page, leaves []Leaf) (Page, error) {
	q := unvisited(p)
	if p.Visits != len(leaves) || p.Damaged != 0 {
		switch held, err := c.to.Page(ctx, p.Site, p.URL); {
		case err == nil:
			lost, sound := p.Visits < 0, p.Damaged&^held.Damaged
			if p = p.taking(sound, &held); lost {
				p = held
			}
			if lost || sound&DamagedHistory != 0 {
				p.Visits = -1 // what became of it its visits tell
			}
			if q = held; held.Visits == 0 {
				q = unvisited(p)
			}
		case !errors.Is(err, ErrNotFound):
			return q, err
		}
	}
	for i, l := range leaves {
		if l.Visit.At.After(q.LastVisit) {
			q.after(l.Visit, l.Snapshot)
			continue
		}
		// A visit of an earlier date, of an import, or one that is there already: the
		// whole ledger tells.
		ledger, err := c.ledger(ctx, p, leaves[:i+1])
		if err != nil {
			return q, err
		}
		q.after(l.Visit, l.Snapshot)
		q.LastVisit = ledger[len(ledger)-1].At
		q.follow(ledger)
	}
	if q.Visits == p.Visits && q.LastVisit.Equal(p.LastVisit) {
		if q.Fingerprint == p.Fingerprint {
			return p, nil
		}
		p.Title, p.Fingerprint, p.ReadAs = q.Title, q.Fingerprint, q.ReadAs // it was read again, which comes later
		return p, nil
	}
	q.Column, q.Also, q.FoundOn, q.Anchor, q.ListedDay, q.Depth = p.Column, p.Also, p.FoundOn, p.Anchor, p.ListedDay, p.Depth
	q.Item, q.Request, q.Feeds, q.Parts, q.FirstSeen = p.Item, p.Request, p.Feeds, p.Parts, p.FirstSeen
	q.Damaged, q.Kept = p.Damaged, p.Kept
	if q.Versions == 0 {
		q.Title = p.Title
	}
	if q.State != StateAlias {
		q.Due = p.Due
		if p.LastVisit.After(q.LastVisit) {
			q.Due = p.LastVisit // by then it was due
		}
	}
	return q, nil
}

// ledger are the visits of a page that to has, and those of leaves, by their time.
func (c *copier) ledger(ctx context.Context, p Page, leaves []Leaf) (all []Visit, err error) {
	for v, err := range c.to.Visits(ctx, Filter{Site: p.Site, URL: p.URL}) {
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	for _, l := range leaves {
		all = append(all, l.Visit)
	}
	slices.SortStableFunc(all, func(a, b Visit) int { return a.At.Compare(b.At) })
	// What an import that was cut short left in to comes again.
	return slices.CompactFunc(all, func(a, b Visit) bool { return a.At.Equal(b.At) }), nil
}

// unvisited is page p as it was before its first visit, due by the last that it
// had since.
func unvisited(p Page) Page {
	q := Page{
		Site: p.Site, URL: p.URL, Column: p.Column, Kind: KindUnread, State: StateDiscovered, FoundOn: p.FoundOn, Anchor: p.Anchor,
		ListedDay: p.ListedDay, Depth: p.Depth, Also: p.Also, Item: p.Item, Request: p.Request, FirstSeen: p.FirstSeen, Due: p.LastVisit,
		Damaged: p.Damaged, Kept: p.Kept,
	}
	if p.Kind == KindList {
		q.Kind = p.Kind
	}
	return q
}

// after makes of p what it was after its next visit, which cut a version or none.
// What neither tells is empty: the next visit asks for the page whole.
func (p *Page) after(v Visit, cut *Snapshot) {
	alias := p.State == StateAlias && v.Outcome == Moved
	p.told(v)
	if alias {
		p.State = StateAlias
	}
	p.Visits++
	p.LastVisit, p.Kind, p.MovedTo = v.At, v.Kind, v.MovedTo
	if !v.Outcome.There() {
		p.ETag, p.LastModified = "", ""
	} else if v.Status != 304 {
		p.ETag, p.LastModified, p.LastDigest = v.Header.Get("ETag"), v.Header.Get("Last-Modified"), v.Payload
	}
	switch {
	case cut != nil:
		p.Versions, p.Fingerprint, p.ReadAs, p.Payload, p.Title = cut.Version, cut.Fingerprint, "", cut.Payload, cut.Article.Title
		p.LastChange = v.At
	case p.Versions == 0 && v.Payload != "" && (v.Outcome == New || v.Outcome == Changed || v.Outcome == Restored):
		p.Payload, p.LastChange = v.Payload, v.At
	}
}

// lostPage is the page of a visit where it is not there, or cannot be read: what
// its visits tell of it, damaged.
func lostPage(v Visit) Page {
	return Page{
		Site: v.Site, URL: v.URL, Column: v.Column, Kind: KindUnread, State: StateDiscovered, FirstSeen: v.At, Due: v.At, LastVisit: v.At,
		Visits: -1, Damaged: DamagedHistory,
	}
}

// lostRun is the run of a visit where it is not there, or cannot be read.
func lostRun(v Visit) Run {
	return Run{
		ID: v.Run, Site: v.Site, Planned: v.At, State: RunInterrupted, Started: v.At, Ended: v.At, Damaged: true,
		Reason: "what is known of this run was lost before it was copied here; it had a visit at the time that it is given",
	}
}
