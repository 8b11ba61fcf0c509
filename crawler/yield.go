package crawler

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"fangzhi/archive"
)

// yields counts what the run gets out of each column. Only the recorder uses
// it, and then the end of the run.
type yields struct {
	by     map[string]*archive.Yield
	titles map[string]bool // by column and title: of articles that were read
	before []archive.Run   // the site's runs before this one, newest first
}

const (
	// maxYields bounds the columns that are counted: an ad-hoc site takes them
	// from its pages.
	maxYields = 300
	// maxTitles bounds the titles that are remembered.
	maxTitles = 20_000
	// runsBefore is how far back a column's history is looked at.
	runsBefore = 40
)

func newYields(site *Site, before []archive.Run) *yields {
	y := &yields{by: map[string]*archive.Yield{}, titles: map[string]bool{}, before: before}
	for _, c := range site.Columns {
		y.of(c.Name)
	}
	return y
}

// earlier returns the last runs of a site, newest first.
func (c *Crawler) earlier(ctx context.Context, site string) (runs []archive.Run, err error) {
	for run, err := range c.store.Runs(ctx, archive.Filter{Site: site, Newest: true, Limit: runsBefore}) {
		if err != nil {
			return nil, fmt.Errorf("look at the runs before: %w", err)
		}
		runs = append(runs, run)
	}
	return runs, nil
}

// of returns the column's figures, nil where there are too many columns.
func (y *yields) of(column string) *archive.Yield {
	c := y.by[column]
	if c == nil && len(y.by) < maxYields {
		c = &archive.Yield{Column: column}
		y.by[column] = c
	}
	return c
}

// count adds a finding.
func (y *yields) count(ctx context.Context, k *crawl, f *finding) error {
	v, p := &f.entry.Visit, &f.entry.Page
	c := y.of(v.Column)
	if c == nil {
		return nil
	}
	if v.Kind == archive.KindList || f.was.Kind == archive.KindList {
		switch {
		case f.list:
			c.Lists++
			c.Rows = max(c.Rows, f.rows)
		case p.Depth > 0 && !k.site.Everything: // a home page that is linked from it
		case !p.LastSeen.IsZero() && (v.Outcome == archive.Gone || v.Outcome == archive.Unreadable || v.Outcome == archive.Moved):
			c.Lost++
		}
		return nil
	}
	if p.Versions > 0 && f.was.State.There() {
		switch {
		case v.Outcome == archive.Gone:
			c.Gone++
			c.Asked++
		case isThere(v.Outcome):
			c.Asked++
		}
	}
	if v.Kind != archive.KindArticle {
		return nil
	}
	switch s := f.entry.Snapshot; {
	case s != nil:
		y.read(c, k, &s.Article)
		if s.Version == 1 {
			c.New++
			return nil
		}
		c.Changed++
		shrunk, err := shrank(ctx, k, s)
		if shrunk {
			c.Shrunk++
		}
		return err
	case v.Outcome == archive.Unreadable:
		c.Read++
		if p.Versions > 0 {
			c.Changed++
			c.Shrunk++
		}
	}
	return nil
}

// read adds the fields of an article.
func (y *yields) read(c *archive.Yield, k *crawl, a *archive.Article) {
	c.Read++
	c.Body += utf8.RuneCountInString(a.Body)
	if !a.Published.IsZero() {
		c.Dated++
	}
	if a.Source != "" {
		c.Sourced++
	}
	if a.Title == "" {
		return
	}
	c.Titled++
	key := c.Column + "\n" + a.Title
	if y.titles[key] || a.Title == k.site.Title || a.Title == strings.TrimSpace(c.Column) {
		c.Alike++
	}
	if len(y.titles) < maxTitles {
		y.titles[key] = true
	}
}

// shrank says whether a version lost its title or half its body against the one
// before.
func shrank(ctx context.Context, k *crawl, s *archive.Snapshot) (bool, error) {
	for before, err := range k.c.store.Snapshots(ctx, archive.Filter{Site: s.Site, URL: s.URL, Version: s.Version - 1}) {
		if err != nil {
			return false, fmt.Errorf("look at version %d of %s: %w", s.Version-1, s.URL, err)
		}
		return before.Article.Title != "" && s.Article.Title == "" ||
			2*utf8.RuneCountInString(s.Article.Body) < utf8.RuneCountInString(before.Article.Body), nil
	}
	return false, nil
}

// judged are the columns' figures, by name, with what they raise suspicion of,
// and a note for each of those.
func (y *yields) judged(run string) (columns []archive.Yield, notes []string) {
	for _, name := range slices.Sorted(maps.Keys(y.by)) {
		c := y.by[name].Judged(run, y.before)
		columns = append(columns, c)
		if c.Suspect != nil {
			what := fmt.Sprintf("column %q", name)
			if name == "" { // of an ad-hoc site
				what = "the site"
			}
			notes = append(notes, fmt.Sprintf("%s is suspect: %s", what, c.Suspect.Reason))
		}
	}
	return columns, notes
}
