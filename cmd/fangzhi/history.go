package main

import (
	"cmp"
	"context"
	"iter"
	"slices"

	"fangzhi/archive"
)

// tellStanding says, where the page that was asked for is not the one that
// tells its history, why.
func (a *app) tellStanding(asked, stands archive.Page) {
	switch {
	case asked.URL == stands.URL:
	case asked.State == archive.StateAlias:
		a.hint("%s is an alias of %s", asked.URL, stands.URL)
	default:
		a.hint("%s moved to %s", asked.URL, stands.URL)
	}
}

// joined is the ledger of several pages, in the order of time.
func joined(ctx context.Context, store archive.Store, pages []archive.Page, f archive.Filter) iter.Seq2[archive.Visit, error] {
	return func(yield func(archive.Visit, error) bool) {
		var all []archive.Visit
		for _, p := range pages {
			f.Site, f.URL = p.Site, p.URL
			visits, err := collect(store.Visits(ctx, f))
			if err != nil {
				yield(archive.Visit{}, err)
				return
			}
			all = append(all, visits...)
		}
		slices.SortFunc(all, func(x, y archive.Visit) int { return cmp.Or(x.At.Compare(y.At), cmp.Compare(x.URL, y.URL)) })
		if f.Newest {
			slices.Reverse(all)
		}
		if f.Limit > 0 {
			all = all[:min(f.Limit, len(all))]
		}
		for _, v := range all {
			if !yield(v, nil) {
				return
			}
		}
	}
}

// movedFrom is the page that was, before it moved, what the first of a history
// is now.
func movedFrom(history []archive.Page) (before archive.Page, ok bool) {
	for _, p := range history[1:] {
		if p.Versions > 0 && (!ok || p.LastSeen.After(before.LastSeen)) {
			before, ok = p, true
		}
	}
	return before, ok
}

// otherThan is url, "" where that is what it was expected to be.
func otherThan(expected, url string) string {
	if url == expected {
		return ""
	}
	return url
}
