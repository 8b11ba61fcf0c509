package crawler

import (
	"context"
	"errors"
	"fmt"

	"fangzhi/archive"
)

// seeds are the pages with which a run of site begins: its columns, and in
// place of those that scripts fill what fills them, which saves a request each.
// The page of such a column is read again after a day, when what fills it brings
// nothing, and when lists are walked to their ends.
func (c *Crawler) seeds(ctx context.Context, site *Site, run archive.Run) ([]archive.Page, error) {
	kind := archive.KindList
	if site.Everything {
		kind = archive.KindUnread
	}
	var seeds []archive.Page
	for _, column := range site.Columns {
		a, err := canonical(column.URL)
		if err != nil {
			return nil, err
		}
		seed := archive.Page{
			Site: site.Name, URL: a.url, Column: column.Name, Kind: kind, State: archive.StateDiscovered,
			FirstSeen: run.Started, Due: run.Started, Item: itemOf(a.url),
		}
		shell, err := c.store.Page(ctx, site.Name, a.url)
		switch {
		case errors.Is(err, archive.ErrNotFound):
		case err != nil:
			return nil, fmt.Errorf("look for column %q: %w", column.Name, err)
		case len(shell.Feeds) > 0 && shell.State.There() && !run.Full && !run.Walk &&
			run.Started.Sub(shell.LastVisit) < shellRest:
			for _, url := range shell.Feeds {
				feed := seed
				feed.URL, feed.Kind, feed.FoundOn, feed.Item = url, archive.KindList, shell.URL, 0
				seeds = append(seeds, feed)
			}
			continue
		}
		seeds = append(seeds, seed)
	}
	return seeds, nil
}

// walkEvery is the run of a site that walks its lists to their ends where the
// site does not say: once a week at four runs a day.
const walkEvery = 28

// walkDue says whether the run that is to begin walks every list to its end,
// which catches what was put in between the rows of pages that are read no more.
func (c *Crawler) walkDue(ctx context.Context, site *Site) (bool, error) {
	every := site.WalkEvery
	if every == 0 {
		every = walkEvery
	}
	if every < 0 {
		return false, nil
	}
	since := 1 // this run
	for run, err := range c.store.Runs(ctx, archive.Filter{Site: site.Name, Newest: true, Limit: 4 * every}) {
		if err != nil {
			return false, fmt.Errorf("look for the last run that walked the lists: %w", err)
		}
		if run.State != archive.RunDone || !run.Trigger.Crawls() {
			continue
		}
		if run.Full || run.Walk {
			break
		}
		since++
	}
	return since > every, nil
}
