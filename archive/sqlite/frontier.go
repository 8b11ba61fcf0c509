package sqlite

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"fangzhi/archive"
)

const findDue = `SELECT ` + pageColumns + ` FROM pages p INDEXED BY pages_due
	WHERE site = ? AND due <= ? ORDER BY due, url LIMIT ?`

// Due returns up to n pages of site that are due by the time by.
func (s *Store) Due(ctx context.Context, site string, by time.Time, n int) ([]archive.Page, error) {
	return read(s, ctx, fmt.Sprintf("due pages of site %s", site), func() ([]archive.Page, error) {
		return scan(pageFields)(s.prepared(ctx, findDue, site, by.UnixMilli(), max(n, 0)))
	})
}

const findKnown = `SELECT url FROM pages WHERE site = ? AND url IN `

// Known returns which of urls are pages of site. Those that this process met
// before it answers from memory.
func (s *Store) Known(ctx context.Context, site string, urls []string) (map[string]bool, error) {
	return read(s, ctx, fmt.Sprintf("known pages of site %s", site), func() (map[string]bool, error) {
		is := make(map[string]bool, len(urls))
		var ask []any
		for _, u := range urls {
			if s.known.has(nameOf(site, u)) {
				is[u] = true
			} else {
				ask = append(ask, u)
			}
		}
		for chunk := range slices.Chunk(ask, askChunk) {
			found, err := scan(one[string])(s.prepared(ctx, findKnown+askFor, append([]any{site}, filled(chunk)...)...))
			if err != nil {
				return nil, err
			}
			names := make([]name, len(found))
			for i, u := range found {
				is[u] = true
				names[i] = nameOf(site, u)
			}
			s.known.add(names)
		}
		return is, nil
	})
}

const findNamesakes = `SELECT ` + pageColumns + ` FROM pages p INDEXED BY pages_item WHERE site = ? AND item IN `

// Namesakes returns the pages of site with one of these items, by URL.
func (s *Store) Namesakes(ctx context.Context, site string, items []int64) ([]archive.Page, error) {
	return read(s, ctx, fmt.Sprintf("namesakes on site %s", site), func() (all []archive.Page, err error) {
		items := slices.DeleteFunc(slices.Clone(items), func(n int64) bool { return n == 0 })
		slices.Sort(items)
		ask := make([]any, 0, len(items))
		for _, n := range slices.Compact(items) {
			ask = append(ask, n)
		}
		for chunk := range slices.Chunk(ask, askChunk) {
			found, err := scan(pageFields)(s.prepared(ctx, findNamesakes+askFor, append([]any{site}, filled(chunk)...)...))
			if err != nil {
				return nil, err
			}
			all = append(all, found...)
		}
		slices.SortFunc(all, func(a, b archive.Page) int { return cmp.Compare(a.URL, b.URL) })
		return all, nil
	})
}

// snapshots returns the snapshots with these ids, in their order.
func (s *Store) snapshots(ctx context.Context, ids []int64) ([]archive.Snapshot, error) {
	type hit struct {
		id int64
		archive.Snapshot
	}
	if len(ids) == 0 {
		return nil, nil
	}
	list, err := encode(ids)
	if err != nil {
		return nil, err
	}
	hits, err := scan(func(h *hit) []any {
		return append([]any{&h.id}, snapshotFields(&h.Snapshot)...)
	})(s.prepared(ctx, `SELECT s.id, `+snapshotColumns+` FROM snapshots s JOIN pages p ON p.id = s.page
		WHERE s.id IN (SELECT value FROM json_each(?))`, list))
	if err != nil {
		return nil, err
	}
	place := make(map[int64]int, len(ids))
	for i, id := range ids {
		place[id] = i
	}
	slices.SortFunc(hits, func(a, b hit) int { return cmp.Compare(place[a.id], place[b.id]) })
	all := make([]archive.Snapshot, len(hits))
	for i := range hits {
		all[i] = hits[i].Snapshot
	}
	return all, nil
}
