package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"maps"
	"time"

	"fangzhi/archive"
)

const (
	insertLeaf     = `INSERT INTO log (n, visit, version, hashes) VALUES (?, ?, ?, ?)`
	logSize        = `SELECT coalesce(max(n) + 1, 0) FROM log`
	findNode       = `SELECT substr(hashes, ?, 32) FROM log WHERE n = ?`
	lastCheckpoint = `SELECT size, root, at FROM checkpoint`
	unsealed       = `SELECT (SELECT count(*) FROM visits) - (SELECT coalesce(max(n) + 1, 0) FROM log)`
	keepCheckpoint = `INSERT OR REPLACE INTO checkpoint (one, size, root, at) VALUES (1, ?, ?, ?)`
)

// hash scans a column of a hash.
type hash struct{ to *archive.Hash }

func (h hash) Scan(src any) error {
	b, ok := src.([]byte)
	if !ok || len(b) != len(h.to) {
		return fmt.Errorf("log: a hash is %d bytes: %w", len(b), archive.ErrCorrupt)
	}
	*h.to = archive.Hash(b)
	return nil
}

func checkpointFields(c *archive.Checkpoint) []any {
	return []any{&c.Size, hash{&c.Root}, instant{&c.At}}
}

// logEnd returns the right edge of the log, to go on from. It is remembered, and
// read where another process has written since.
func (w *writer) logEnd() (archive.Tree, error) {
	var size int64
	if _, err := w.row(logSize, nil, &size); err != nil {
		return archive.Tree{}, err
	}
	if w.grown.Size() == size {
		return w.grown.Clone(), nil
	}
	nodes := archive.Edge(size)
	edge := make([]archive.Hash, len(nodes))
	for i, n := range nodes {
		found, err := w.row(findNode, []any{32*n.Level + 1, n.Leaf()}, hash{&edge[i]})
		if err == nil && !found {
			err = fmt.Errorf("log: leaf %d is missing: %w", n.Leaf(), archive.ErrCorrupt)
		}
		if err != nil {
			return archive.Tree{}, err
		}
	}
	return archive.TreeAt(size, edge), nil
}

// seal adds the leaf of a visit to log.
func (w *writer) seal(log *archive.Tree, visit int64, version int, leaf archive.Hash) error {
	n := log.Size()
	completed := log.Append(leaf)
	hashes := make([]byte, 0, len(leaf)*len(completed))
	for _, h := range completed {
		hashes = append(hashes, h[:]...)
	}
	if _, err := w.exec(insertLeaf, n, visit, version, hashes); err != nil {
		return fmt.Errorf("log: %w", err)
	}
	return nil
}

// sealOld seals the visits that have no leaf: those of before there was a log,
// and what was put into the file by other means.
func (w *writer) sealOld(ctx context.Context) error {
	type row struct {
		id, snapshot int64
		archive.Visit
	}
	var left, last int64
	if _, err := w.row(unsealed, nil, &left); err != nil || left <= 0 { // visits may be lost
		return err
	}
	// Where it is the reference of a leaf that is damaged, its visit has one.
	leaves, err := scan(func(h *archive.Hash) []any { return []any{hash{h}} })(w.conn.QueryContext(ctx,
		`SELECT substr(hashes, 1, 32) FROM log l WHERE NOT EXISTS (SELECT 1 FROM visits v WHERE v.id = l.visit)`))
	if err != nil {
		return err
	}
	adrift := map[archive.Hash]bool{}
	for _, h := range leaves {
		adrift[h] = true
	}
	log, err := w.logEnd()
	if err != nil {
		return err
	}
	for {
		rows, err := scan(func(r *row) []any {
			return append([]any{&r.id, &r.snapshot}, visitFields(&r.Visit)...)
		})(w.conn.QueryContext(ctx, `SELECT v.id, coalesce(s.id, 0), `+visitColumns+` FROM visits v CROSS JOIN pages p ON p.id = v.page
			CROSS JOIN runs r ON r.key = v.run LEFT JOIN snapshots s ON s.page = v.page AND s.version = v.version
			WHERE v.id > ? AND NOT EXISTS (SELECT 1 FROM log l WHERE l.visit = v.id) ORDER BY v.id LIMIT 256`, last))
		if err != nil || len(rows) == 0 {
			w.grown = log
			return err
		}
		for _, r := range rows {
			last = r.id
			var cut *archive.Snapshot
			if r.Cuts() {
				cuts, err := scan(snapshotFields)(w.conn.QueryContext(ctx,
					`SELECT `+snapshotColumns+` FROM snapshots s JOIN pages p ON p.id = s.page WHERE s.id = ?`, r.snapshot))
				if err != nil {
					return err
				}
				if len(cuts) == 1 {
					if cut = &cuts[0]; cut.Unread != "" {
						return fmt.Errorf("version %d of %s is damaged: %s: %w", cut.Version, cut.URL, cut.Unread, archive.ErrCorrupt)
					}
				}
			}
			version := 0
			if cut != nil {
				version = cut.Version
			}
			leaf := archive.LeafHash(archive.LeafOf(r.Visit, cut))
			if adrift[leaf] {
				continue
			}
			if err := w.seal(&log, r.id, version, leaf); err != nil {
				return err
			}
		}
	}
}

// check keeps a checkpoint where the log has grown since the last one, and
// returns the last one. One that is none of the log stays, as what tells of damage:
// then stray is true.
func (w *writer) check(at time.Time) (c archive.Checkpoint, stray bool, err error) {
	if _, err := w.row(lastCheckpoint, nil, checkpointFields(&c)...); err != nil {
		return c, false, err
	}
	log, err := w.logEnd()
	if err != nil || log.Size() == c.Size {
		return c, false, err
	}
	if c.Size > log.Size() {
		return c, true, nil
	}
	nodes := archive.Edge(c.Size)
	edge := make([]archive.Hash, len(nodes))
	for i, n := range nodes {
		if _, err := w.row(findNode, []any{32*n.Level + 1, n.Leaf()}, hash{&edge[i]}); err != nil {
			return c, false, err
		}
	}
	if !c.Of(edge) {
		return c, true, nil
	}
	w.grown = log
	c = archive.Checkpoint{Size: log.Size(), Root: log.Root(), At: at.UTC().Truncate(time.Second)}
	_, err = w.exec(keepCheckpoint, c.Size, c.Root[:], c.At.UnixMilli())
	return c, false, err
}

// Seal keeps a checkpoint: a visit is recorded together with its leaf.
func (s *Store) Seal(ctx context.Context, at time.Time) (c archive.Checkpoint, err error) {
	done, err := s.use()
	if err != nil {
		return c, err
	}
	defer done()
	stray := false
	err = s.write(ctx, "seal", func(w *writer) error {
		if err := w.sealOld(ctx); err != nil {
			return err
		}
		c, stray, err = w.check(at)
		return err
	})
	if err == nil && stray {
		err = s.fault(ctx, "seal", c.Stray())
	}
	return c, err
}

// Log tells how far the log has come.
func (s *Store) Log(ctx context.Context) (archive.Log, error) {
	return read(s, ctx, "log", func() (l archive.Log, err error) {
		sizes, err := scan(one[int64])(s.query(ctx, logSize))
		if err != nil {
			return l, err
		}
		l.Size = sizes[0]
		left, err := scan(one[int])(s.query(ctx, unsealed))
		if err != nil {
			return l, err
		}
		l.Unsealed = max(left[0], 0) // leaves of visits that are lost outnumber visits
		again, err := scan(one[int64])(s.query(ctx, `SELECT count(*) FROM readings`))
		if err != nil {
			return l, err
		}
		l.Readings = again[0]
		last, err := scan(checkpointFields)(s.query(ctx, lastCheckpoint))
		if len(last) == 1 {
			l.Checkpoint = last[0]
		}
		return l, err
	})
}

// Leaves yields the log from the leaf with that number.
func (s *Store) Leaves(ctx context.Context, from int64) iter.Seq2[archive.Leaf, error] {
	type row struct {
		archive.Leaf
		snapshot sql.NullInt64
	}
	columns := func(r *row) []any {
		return append([]any{&r.N, hash{&r.Hash}, &r.snapshot}, visitFields(&r.Visit)...)
	}
	return list(s, ctx, "list leaves", 256, 0, func(last *archive.Leaf, n int) ([]archive.Leaf, error) {
		next := from
		if last != nil {
			next = last.N + 1
		}
		rows, err := scan(columns)(s.query(ctx, `SELECT l.n, substr(l.hashes, 1, 32), s.id, `+visitColumns+` FROM log l
			CROSS JOIN visits v ON v.id = l.visit CROSS JOIN pages p ON p.id = v.page CROSS JOIN runs r ON r.key = v.run
			LEFT JOIN snapshots s ON l.version > 0 AND s.page = v.page AND s.version = l.version
			WHERE l.n >= ? ORDER BY l.n LIMIT ?`, next, n))
		if err != nil {
			return nil, err
		}
		var ids []int64
		for _, r := range rows {
			if r.snapshot.Valid {
				ids = append(ids, r.snapshot.Int64)
			}
		}
		cuts, err := s.cuts(ctx, ids)
		if err != nil {
			return nil, err
		}
		leaves := make([]archive.Leaf, len(rows))
		for i, r := range rows {
			leaves[i] = r.Leaf
			if r.snapshot.Valid {
				leaves[i].Snapshot = cuts[r.snapshot.Int64]
			}
		}
		return leaves, nil
	})
}

// cuts returns the snapshots with these ids as they were taken, without those that
// cannot be read: their leaves tell.
func (s *Store) cuts(ctx context.Context, ids []int64) (map[int64]*archive.Snapshot, error) {
	all, err := s.snapshots(ctx, ids)
	if err == nil {
		err = s.asTaken(ctx, all, ids)
	}
	cuts := make(map[int64]*archive.Snapshot, len(ids))
	switch {
	case err == nil:
		for i := range all {
			cuts[ids[i]] = &all[i]
		}
	case !errors.Is(s.explain(err), archive.ErrCorrupt):
		return nil, err
	case len(ids) > 1:
		for _, id := range ids {
			one, err := s.cuts(ctx, []int64{id})
			if err != nil {
				return nil, err
			}
			maps.Copy(cuts, one)
		}
	}
	return cuts, nil
}

// Sealed returns the number of the leaf of a visit.
func (s *Store) Sealed(ctx context.Context, site, url string, at time.Time) (int64, error) {
	return read(s, ctx, fmt.Sprintf("leaf of the visit of %s", url), func() (int64, error) {
		found, err := scan(one[int64])(s.query(ctx, `SELECT l.n FROM pages p CROSS JOIN visits v ON v.page = p.id
			CROSS JOIN log l ON l.visit = v.id WHERE p.site = ? AND p.url = ? AND v.at = ?`, site, url, at.UnixMilli()))
		if err == nil && len(found) == 0 {
			err = archive.ErrNotFound
		}
		if err != nil {
			return 0, err
		}
		return found[0], nil
	})
}

// Nodes returns nodes of the log's tree.
func (s *Store) Nodes(ctx context.Context, nodes []archive.Node) ([]archive.Hash, error) {
	return read(s, ctx, "nodes of the log", func() ([]archive.Hash, error) {
		hashes := make([]archive.Hash, 0, len(nodes))
		for _, n := range nodes {
			found, err := scan(func(h *archive.Hash) []any { return []any{hash{h}} })(s.prepared(ctx, findNode, 32*n.Level+1, n.Leaf()))
			if err == nil && len(found) == 0 {
				err = fmt.Errorf("level %d, %d: %w", n.Level, n.N, archive.ErrNotFound)
			}
			if err != nil {
				return nil, err
			}
			hashes = append(hashes, found[0])
		}
		return hashes, nil
	})
}
