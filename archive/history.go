package archive

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
)

// historyMost bounds how many pages one history joins: chains of redirects are
// short, and what leads in a circle is cut here.
const historyMost = 100

// Histories is what History asks of an archive.
type Histories interface {
	Page(ctx context.Context, site, url string) (Page, error)
	Pages(ctx context.Context, f Filter) iter.Seq2[Page, error]
}

// History returns the pages that tell one story of p: the page where it stands
// now first, then those that moved there and its aliases, by URL. p itself is
// one of them.
//
// A page that moved, or is an alias, leads to its target where the target has
// versions; one that leads to a list, the home page say, or to nothing that was
// read, stands for itself.
func History(ctx context.Context, store Histories, p Page) ([]Page, error) {
	now, err := Standing(ctx, store, p)
	if err != nil {
		return nil, err
	}
	all := []Page{now}
	if now.Versions == 0 && now.URL == p.URL && !leads(p) {
		return all, nil
	}
	for i := 0; i < len(all) && len(all) < historyMost; i++ {
		at := all[i]
		for from, err := range store.Pages(ctx, Filter{Site: at.Site, MovedTo: at.URL}) {
			if err != nil {
				return nil, fmt.Errorf("what moved to %s: %w", at.URL, err)
			}
			if !leads(from) || slices.ContainsFunc(all, func(o Page) bool { return o.URL == from.URL }) {
				continue
			}
			all = append(all, from)
		}
	}
	return all, nil
}

// Standing returns the page where the history of p stands now: p itself, or the
// last one that redirects or an alias lead to; see History.
func Standing(ctx context.Context, store Histories, p Page) (Page, error) {
	met := map[string]bool{p.URL: true}
	stands := p
	for at := p; leads(at) && len(met) < historyMost; {
		if met[at.MovedTo] {
			break
		}
		met[at.MovedTo] = true
		next, err := store.Page(ctx, at.Site, at.MovedTo)
		if errors.Is(err, ErrNotFound) {
			break
		}
		if err != nil {
			return p, fmt.Errorf("where %s moved: %w", at.URL, err)
		}
		if at = next; next.Versions > 0 {
			stands = next
		}
	}
	return stands, nil
}

// leads says whether p is told of under another URL.
func leads(p Page) bool {
	return p.MovedTo != "" && (p.State == StateMoved || p.State == StateAlias)
}
