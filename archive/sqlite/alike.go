package sqlite

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"sync"

	"fangzhi/archive"
)

const (
	alikeLimit = 32
	// What a text as common as a form shares a key with is not worth counting
	// to the end: so many snapshots of each key, the first ones, are looked at.
	alikePerKey = 1000
	// foldEvery is how many snapshots wait before their keys are folded into
	// the table of sketches. All readers hold them in memory.
	foldEvery = 4096
)

// A tail holds the keys of the snapshots that are not in the table of sketches
// yet.
type tail struct {
	sync.Mutex
	upto int64 // the last snapshot that was looked at
	keys map[int64][]int64
}

// Alike returns snapshots that share a key with sketch. The table and the tail
// are asked under the tail's lock, so that what one call has seen in the table
// no later one misses in the tail.
func (s *Store) Alike(ctx context.Context, sketch archive.Sketch) ([]archive.Snapshot, error) {
	return read(s, ctx, "alike snapshots", func() ([]archive.Snapshot, error) {
		if len(sketch) == 0 {
			return nil, nil
		}
		hits, err := s.sharing(ctx, sketch)
		if err != nil {
			return nil, err
		}
		shared := map[int64]int{}
		for _, id := range hits {
			shared[id]++
		}
		ids := make([]int64, 0, len(shared))
		for id := range shared {
			ids = append(ids, id)
		}
		slices.SortFunc(ids, func(a, b int64) int { return cmp.Or(cmp.Compare(shared[b], shared[a]), cmp.Compare(a, b)) })
		return s.snapshots(ctx, ids[:min(len(ids), alikeLimit)])
	})
}

// sharing returns the snapshots that have a key of sketch, once for each key.
func (s *Store) sharing(ctx context.Context, sketch archive.Sketch) ([]int64, error) {
	parts := []string{`SELECT -1, snapshot FROM progress WHERE name = 'sketches'`}
	var args []any
	for _, key := range sketch {
		parts = append(parts, fmt.Sprintf(`SELECT * FROM (SELECT 0, snapshot FROM sketches WHERE key = ? ORDER BY snapshot LIMIT %d)`, alikePerKey))
		args = append(args, key)
	}
	s.tail.Lock()
	defer s.tail.Unlock()
	type hit struct{ mark, snapshot int64 }
	found, err := scan(func(h *hit) []any { return []any{&h.mark, &h.snapshot} })(s.prepared(ctx, strings.Join(parts, " UNION ALL "), args...))
	if err != nil {
		return nil, err
	}
	var folded int64
	var hits []int64
	for _, h := range found {
		if h.mark < 0 {
			folded = h.snapshot
			continue
		}
		hits = append(hits, h.snapshot)
	}
	if err := s.tail.load(ctx, s, folded); err != nil {
		return nil, err
	}
	for _, key := range sketch {
		for _, id := range s.tail.keys[key] {
			if id > folded {
				hits = append(hits, id)
			}
		}
	}
	return hits, nil
}

// load adds the snapshots that came since, and forgets all when they are in the
// table.
func (t *tail) load(ctx context.Context, s *Store, folded int64) error {
	if folded >= t.upto {
		t.keys, t.upto = map[int64][]int64{}, folded
	}
	rows, err := scan(sketchFields)(s.prepared(ctx, sketchesAfter, t.upto))
	if err != nil {
		return err
	}
	for _, r := range rows {
		for key := range r.each {
			t.keys[key] = append(t.keys[key], r.id)
		}
		t.upto = r.id
	}
	return nil
}

// sketchesAfter walks over rows by their ids, which ascend; it stops within the
// row before the article, which may lie pages further.
const sketchesAfter = `SELECT id, sketch FROM snapshots WHERE id > ? ORDER BY id`

// A sketchRow is a snapshot as far as its keys go.
type sketchRow struct {
	id     int64
	sketch []byte
}

func sketchFields(r *sketchRow) []any { return []any{&r.id, &r.sketch} }

// each calls yield with each key.
func (r sketchRow) each(yield func(int64) bool) {
	for b := r.sketch; len(b) >= 8; b = b[8:] {
		if !yield(int64(binary.LittleEndian.Uint64(b))) {
			return
		}
	}
}

// packSketch is s as a column holds it.
func packSketch(s archive.Sketch) any {
	if len(s) == 0 {
		return nil
	}
	b := make([]byte, 0, 8*len(s))
	for _, key := range s {
		b = binary.LittleEndian.AppendUint64(b, uint64(key))
	}
	return b
}

// foldSketches brings the table of sketches up to date when enough snapshots
// wait. It may fail without harm: Alike finds them in the tail, and the next
// recording tries again.
func (s *Store) foldSketches(ctx context.Context) {
	waiting, err := scan(one[int64])(s.prepared(ctx, `SELECT coalesce((SELECT max(id) FROM snapshots), 0) - snapshot FROM progress WHERE name = 'sketches'`))
	if err != nil || len(waiting) == 0 || waiting[0] < s.foldEvery {
		return
	}
	_ = s.derive(ctx, "fold sketches", (*writer).foldSketches)
}

// keysAtOnce is how many rows one statement adds to the table of sketches.
const keysAtOnce = 32

var insertSketches = `INSERT OR IGNORE INTO sketches (key, snapshot) VALUES (?, ?)` + strings.Repeat(`, (?, ?)`, keysAtOnce-1)

// foldSketches adds all keys that wait, in the order of the table: each page of
// the file is written once.
func (w *writer) foldSketches() error {
	var from int64
	if _, err := w.row(`SELECT snapshot FROM progress WHERE name = 'sketches'`, nil, &from); err != nil {
		return err
	}
	stmt, err := w.prepared(sketchesAfter)
	if err != nil {
		return err
	}
	rows, err := scan(sketchFields)(stmt.QueryContext(context.Background(), from))
	if err != nil || len(rows) == 0 {
		return err
	}
	type pair struct{ key, snapshot int64 }
	var pairs []pair
	for _, r := range rows {
		for key := range r.each {
			pairs = append(pairs, pair{key, r.id})
		}
	}
	slices.SortFunc(pairs, func(a, b pair) int { return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.snapshot, b.snapshot)) })
	for chunk := range slices.Chunk(pairs, keysAtOnce) {
		args := make([]any, 0, 2*keysAtOnce)
		for i := range keysAtOnce {
			p := chunk[min(i, len(chunk)-1)]
			args = append(args, p.key, p.snapshot)
		}
		if _, err := w.exec(insertSketches, args...); err != nil {
			return err
		}
	}
	_, err = w.exec(`UPDATE progress SET snapshot = ? WHERE name = 'sketches'`, rows[len(rows)-1].id)
	return err
}
