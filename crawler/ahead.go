package crawler

import (
	"context"
	"fmt"
	"slices"
	"time"

	"fangzhi/archive"
)

// maxDatedAhead bounds how many pages one run takes back from a wrong clock; the
// next one goes on.
const maxDatedAhead = 50_000

// datedAhead are the pages of site that are due later than the revisit policy
// says, for a clock that ran ahead dated their last visit: as seeds, due now. It
// looks for them only where one of the runs before was dated ahead.
func (c *Crawler) datedAhead(ctx context.Context, site *Site, now time.Time, before []archive.Run) (pages []archive.Page, err error) {
	limit := now.Add(archive.MaxAhead)
	if !slices.ContainsFunc(before, func(r archive.Run) bool {
		return r.Planned.After(limit) || r.Started.After(limit) || r.Ended.After(limit)
	}) {
		return nil, nil
	}
	revisit := site.Revisit
	if revisit == nil {
		revisit = DefaultRevisit
	}
	for p, err := range c.store.Pages(ctx, archive.Filter{Site: site.Name}) {
		if err != nil {
			return nil, fmt.Errorf("look for pages that were dated ahead: %w", err)
		}
		if p.State == archive.StateAlias || p.Kind == archive.KindPart || !p.LastVisit.After(limit) || !p.Due.After(limit) {
			continue
		}
		if due := revisit(p, now); due.IsZero() || !p.Due.After(due.Add(archive.MaxAhead)) {
			continue
		}
		p.Due, p.State = now, archive.StateDiscovered
		if pages = append(pages, p); len(pages) == maxDatedAhead {
			break
		}
	}
	return pages, nil
}

// dated is when a visit to p at the time t counts as: not before the run's start,
// even if the clock was set back, for a page's last visit tells that it had its
// turn; and after the page's last visit, even if a clock that ran ahead dated
// that, for the ledger is in order. Why is for people, "" where it is t.
func (k *crawl) dated(p archive.Page, t time.Time) (at time.Time, why string) {
	at = k.since(t)
	if p.LastVisit.Before(at) {
		return at, ""
	}
	return p.LastVisit.Add(time.Second), fmt.Sprintf("; it took place at %s and is dated after the visit before, which a clock that ran ahead dated", at.Format(time.RFC3339))
}
