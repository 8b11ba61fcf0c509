package sqlite

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"fangzhi/archive"
)

// What is left out is left out by the index where that is possible: a host that
// answers no more may have half a million pages due.
const findDue = `WITH resting (low, high) AS MATERIALIZED (
		SELECT scheme.value || host.value || '/', scheme.value || host.value || '0'
		FROM json_each(?) host, json_each('["http://", "https://"]') scheme)
	SELECT ` + pageColumns + ` FROM pages p INDEXED BY pages_due
	WHERE site = ? AND due <= ?
		AND NOT EXISTS (SELECT 1 FROM resting WHERE p.url >= low AND p.url < high)
		AND (p.last_visit IS NULL OR p.last_visit < ? OR p.last_visit > ?)
	ORDER BY due, url LIMIT ?`

// Due returns up to n pages of site that are due by the time by, without those
// that except leaves out.
func (s *Store) Due(ctx context.Context, site string, by time.Time, n int, except archive.Except) ([]archive.Page, error) {
	return read(s, ctx, fmt.Sprintf("due pages of site %s", site), func() ([]archive.Page, error) {
		hosts, err := encode(append([]string{}, except.Hosts...))
		if err != nil {
			return nil, err
		}
		since := int64(math.MaxInt64)
		if !except.VisitedSince.IsZero() {
			since = except.VisitedSince.UnixMilli()
		}
		return scan(pageFields)(s.prepared(ctx, findDue, hosts, site, by.UnixMilli(), since, by.Add(archive.MaxAhead).UnixMilli(), max(n, 0)))
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
