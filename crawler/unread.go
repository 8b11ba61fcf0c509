package crawler

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"fangzhi/archive"
)

// maxSeedHops is how many redirects of a seed are gone after.
const maxSeedHops = 5

// UnreadColumn is a column whose seed could not be read.
type UnreadColumn struct {
	Column Column
	Why    string // for people, and what would help
}

func (u UnreadColumn) String() string {
	if u.Column.Name == "" {
		return u.Why
	}
	return fmt.Sprintf("column %q: %s", u.Column.Name, u.Why)
}

// Unread returns the columns of site whose seed could not be read when it was
// asked for last, or has nothing that leads on; last is the run that ended last.
// Seeds that were never asked for are not told of.
func (c *Crawler) Unread(ctx context.Context, site Site, last archive.Run) ([]UnreadColumn, error) {
	runs, err := c.earlier(ctx, site.Name)
	if err != nil {
		return nil, err
	}
	runs = slices.DeleteFunc(runs, func(r archive.Run) bool { return r.ID == last.ID })
	runs = append([]archive.Run{last}, runs...)
	var unread []UnreadColumn
	for _, column := range site.Columns {
		a, err := canonical(column.URL)
		if err != nil {
			return nil, err
		}
		line, err := c.unreadSeed(ctx, site.Name, a.url)
		if err != nil {
			return nil, err
		}
		u := UnreadColumn{column, line}
		if line == "" && !site.Everything {
			u.Why = fmt.Sprintf("%s has no row that leads to an article: scripts may fill it; fangzhi check --try %s shows what is read of it", a.url, site.Name)
			if !rowless(column.Name, u.String(), runs) {
				continue
			}
		}
		if u.Why != "" {
			unread = append(unread, u)
		}
	}
	return unread, nil
}

// rowless says whether the lists of column had no row when they were read last.
// Runs are the last ones, newest first; that which read the list may have been
// long before, but then each run since has the note.
func rowless(column, note string, runs []archive.Run) bool {
	for _, r := range runs {
		for _, y := range r.Columns {
			if y.Column == column && y.Lists > 0 {
				return y.Rows == 0 && y.New == 0
			}
		}
	}
	return len(runs) > 1 && slices.Contains(runs[1].Notes, note)
}

// unreadSeed says why the seed url could not be read; "" where it could, or was
// never asked for.
func (c *Crawler) unreadSeed(ctx context.Context, site, url string) (string, error) {
	at := url
	for range maxSeedHops {
		p, err := c.store.Page(ctx, site, at)
		switch {
		case errors.Is(err, archive.ErrNotFound) && at != url:
			return fmt.Sprintf("%s leads to %s, which is not in the site's scope: name that URL in its place, or add the host to the scope", url, at), nil
		case errors.Is(err, archive.ErrNotFound):
			return "", nil
		case err != nil:
			return "", err
		case p.State == archive.StateDiscovered:
			return "", nil
		case p.State.There():
			for _, feed := range p.Feeds { // scripts fill it from there
				if line, err := c.unreadSeed(ctx, site, feed); line != "" || err != nil {
					return line, err
				}
			}
			return "", nil
		case p.MovedTo != "":
			at = p.MovedTo
			continue
		}
		reason := string(p.State)
		for v, err := range c.store.Visits(ctx, archive.Filter{Site: site, URL: at, Newest: true, Limit: 1}) {
			if err != nil {
				return "", err
			}
			reason = fmt.Sprintf("%s: %s", v.Outcome, v.Reason)
		}
		help := ""
		if p.State.Gone() {
			help = "; look in a browser for where the list is now, and name that URL"
		}
		return fmt.Sprintf("%s could not be read: %s%s", at, reason, help), nil
	}
	return fmt.Sprintf("%s redirects more than %d times", url, maxSeedHops), nil
}
