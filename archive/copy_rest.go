package archive

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"iter"
	"strings"
	"time"
)

// What the log does not name is copied once the log is: pages that nobody
// visited, other readings, runs, what was learnt, and payloads besides.

// allPayloads adds what no entry named.
func (c *copier) allPayloads(ctx context.Context) error {
	var chunk []Digest
	for d, err := range c.from.Payloads(ctx) {
		if err != nil {
			return err
		}
		if chunk = append(chunk, d); len(chunk) >= copyAtOnce {
			if err := c.payloads(ctx, chunk); err != nil {
				return err
			}
			chunk = chunk[:0]
		}
	}
	return c.payloads(ctx, chunk)
}

// allRuns adds and sets the runs that to has not, or has otherwise: first those
// that are over, since one of a site can be open.
func (c *copier) allRuns(ctx context.Context) error {
	for _, open := range []bool{false, true} {
		next, stop := iter.Pull2(c.to.Runs(ctx, Filter{}))
		defer stop()
		ours, err, more := next()
		var chunk Import
		for r, ferr := range c.from.Runs(ctx, Filter{}) {
			if ferr != nil {
				return ferr
			}
			for more && err == nil && (ours.Planned.Before(r.Planned) || ours.Planned.Equal(r.Planned) && ours.Site < r.Site) {
				ours, err, more = next()
			}
			if err != nil {
				return err
			}
			held := more && ours.ID == r.ID
			if open != (r.State == RunRunning) || held && ours.Damaged == r.Damaged && sameJSON(ours, r) {
				continue
			}
			if held && r.Damaged && !ours.Damaged && (open || ours.State != RunRunning) {
				if c.report.Rounds > 0 { // else they are gone through once more
					c.report.Spared++
				}
				continue
			}
			if chunk.Runs = append(chunk.Runs, r); len(chunk.Runs) >= copyAtOnce {
				if err := c.add(ctx, &chunk); err != nil {
					return err
				}
			}
		}
		if err := c.add(ctx, &chunk); err != nil {
			return err
		}
	}
	return nil
}

// allPages adds the pages that nobody visited, and sets those that are due at
// another time by now; of what is damaged in from, to keeps what it has sound. Those
// that were visited since the log was read are as they were then, those whose first visit that was as they were before it; those read
// again since are set with that reading.
func (c *copier) allPages(ctx context.Context) error {
	next, stop := iter.Pull2(c.to.Pages(ctx, Filter{}))
	defer stop()
	ours, err, more := next()
	var chunk Import
	for p, ferr := range c.from.Pages(ctx, Filter{}) {
		if ferr != nil {
			return ferr
		}
		for more && err == nil && (ours.Site < p.Site || ours.Site == p.Site && ours.URL < p.URL) {
			ours, err, more = next()
		}
		if err != nil {
			return err
		}
		held := more && ours.Site == p.Site && ours.URL == p.URL
		if sound := p.Damaged &^ ours.Damaged; held && sound != 0 {
			p = p.taking(sound, &ours)
			c.report.Spared++
		}
		lost := false
		if p.Visits > 0 && (!held || p.Visits != ours.Visits && ours.Damaged == 0) {
			if lost, err = c.lostVisits(ctx, p); err != nil {
				return err
			}
		}
		switch {
		case held && p.Visits != ours.Visits && lost:
			p = ours
			p.Damaged |= DamagedHistory
		case held && p.Visits != ours.Visits:
			continue
		case held && p.Fingerprint != ours.Fingerprint:
			p.Title, p.Fingerprint, p.ReadAs = ours.Title, ours.Fingerprint, ours.ReadAs
		case !held && p.Visits > 0 && (p.Kind == KindPart || p.Kind == KindRequisite):
			continue // they come with the pages that have them
		case !held && p.Visits > 0:
			if p = unvisited(p); lost {
				p.Damaged |= DamagedHistory
			}
		}
		if more && samePage(p, ours) {
			continue
		}
		if chunk.Pages = append(chunk.Pages, p); len(chunk.Pages) >= copyAtOnce {
			if err := c.add(ctx, &chunk); err != nil {
				return err
			}
		}
	}
	return c.add(ctx, &chunk)
}

// lostVisits says whether visits of p, which it counts, are lost in from, and with them
// what they may have cut: the copy has to say so of the page.
func (c *copier) lostVisits(ctx context.Context, p Page) (bool, error) {
	if c.report.Lost == 0 || p.Damaged&DamagedHistory != 0 {
		return false, nil
	}
	n := 0
	for _, err := range c.from.Visits(ctx, Filter{Site: p.Site, URL: p.URL}) {
		if errors.Is(err, ErrCorrupt) {
			return true, nil
		}
		if err != nil {
			return false, err
		}
		n++
	}
	return n < p.Visits, nil
}

// allReadings reads again the versions that from has read again: each first as
// it did then, and last as it does now.
func (c *copier) allReadings(ctx context.Context) error {
	var chunk Import
	for e, err := range c.from.Earlier(ctx, Filter{}) {
		if err != nil {
			return err
		}
		if e.N > 0 { // how it read when it was taken, N 0, tells of all the others
			continue
		}
		again, err := c.readings(ctx, Filter{Site: e.Site, URL: e.URL, Version: e.Version})
		if err != nil {
			return err
		}
		if chunk.Again = append(chunk.Again, again...); len(chunk.Again) >= copyAtOnce {
			if err := c.add(ctx, &chunk); err != nil {
				return err
			}
		}
	}
	return c.add(ctx, &chunk)
}

// readings are those of one version that to has not; none where to has not the
// version, which was cut since the log was read.
func (c *copier) readings(ctx context.Context, version Filter) (all []Again, err error) {
	theirs, ours, err := c.versions(ctx, version)
	if err != nil || len(theirs) == 0 || len(ours) == 0 || theirs[0].ReadAt.Equal(ours[0].ReadAt) {
		return nil, err
	}
	now := theirs[0]
	if now.Damaged && ours[0].sum() == now.Kept {
		return nil, nil // to has what was written
	}
	for e, err := range c.from.Earlier(ctx, version) {
		if err != nil {
			return nil, err
		}
		if e.N > 0 && e.ReadAt.Before(now.ReadAt) { // else it was read again in this moment
			all = append(all, Again{
				Site: e.Site, URL: e.URL, Version: e.Version, At: e.ReadAt, Rules: e.Rules, Reader: e.Reader, Article: e.Article,
				Damaged: e.Damaged, Kept: e.Kept,
			})
		}
	}
	return append(all, Again{
		Site: now.Site, URL: now.URL, Version: now.Version, At: now.ReadAt, Rules: now.Rules, Reader: now.Reader, Article: now.Article,
		Damaged: now.Damaged, Kept: now.Kept,
	}), nil
}

func (c *copier) versions(ctx context.Context, version Filter) (theirs, ours []Snapshot, err error) {
	for s, err := range c.from.Snapshots(ctx, version) {
		if err != nil {
			return nil, nil, err
		}
		theirs = append(theirs, s)
	}
	for s, err := range c.to.Snapshots(ctx, version) {
		if err != nil {
			return nil, nil, err
		}
		ours = append(ours, s)
	}
	return theirs, ours, nil
}

func (c *copier) allLessons(ctx context.Context) error {
	damaged := map[[2]string]bool{} // in to
	for l, err := range c.to.Lessons(ctx) {
		if err != nil {
			return err
		}
		if l.Damaged {
			damaged[[2]string{l.Site, l.Name}] = true
		}
	}
	for l, err := range c.from.Lessons(ctx) {
		if err != nil {
			return err
		}
		if l.Site == "" && !ofHost(l.Name) {
			continue // of the archive itself: a copy is verified on its own
		}
		held, err := c.to.Learnt(ctx, l.Site, l.Name)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		broken := damaged[[2]string{l.Site, l.Name}]
		if err == nil && l.Damaged && !broken {
			c.report.Spared++
			continue
		}
		if err == nil && l.Damaged == broken && (DigestOf(held) == DigestOf(l.Data) || l.Site == "" && !toldLater(l.Data, held)) {
			continue
		}
		if err := c.add(ctx, &Import{Lessons: []Lesson{l}}); err != nil {
			return err
		}
	}
	return nil
}

// ofHost says whether what is learnt of no site under name is a host's.
func ofHost(name string) bool {
	return strings.HasPrefix(name, holdName("")) || strings.HasPrefix(name, robotsName("", ""))
}

// toldLater says whether what a host let know in a is newer than b: whoever uses a
// copy may have asked the host since.
func toldLater(a, b []byte) bool {
	var at [2]struct{ Told, Fetched time.Time }
	return json.Unmarshal(a, &at[0]) == nil &&
		(json.Unmarshal(b, &at[1]) != nil || at[0].Told.After(at[1].Told) || at[0].Fetched.After(at[1].Fetched))
}

// add imports what is in chunk, and empties it.
func (c *copier) add(ctx context.Context, chunk *Import) error {
	if chunk.Empty() {
		return nil
	}
	if err := c.put(ctx, *chunk); err != nil {
		return err
	}
	c.report.Pages += len(chunk.Pages)
	c.report.Runs += len(chunk.Runs)
	c.report.Readings += len(chunk.Again)
	c.report.Lessons += len(chunk.Lessons)
	*chunk = Import{}
	c.observe()
	return nil
}

// samePage and sameJSON compare what stores give back: an empty list is no list.
func samePage(a, b Page) bool { return a.Item == b.Item && a.Damaged == b.Damaged && sameJSON(a, b) }

func sameJSON(a, b any) bool {
	x, err := json.Marshal(a)
	y, err2 := json.Marshal(b)
	return err == nil && err2 == nil && bytes.Equal(x, y)
}
