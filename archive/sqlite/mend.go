package sqlite

import (
	"context"
	"fmt"

	"fangzhi/archive"
)

// Mend puts what is damaged into its place, in one transaction.
func (s *Store) Mend(ctx context.Context, leaves []archive.Leaf, readings []archive.Earlier) error {
	done, err := s.use()
	if err != nil {
		return err
	}
	defer done()
	const what = "mend"
	drafts := make([]draft, len(leaves))
	for i, l := range leaves {
		e := &archive.Entry{Visit: l.Visit, Page: archive.Page{Site: l.Visit.Site, URL: l.Visit.URL}, Snapshot: l.Snapshot}
		if l.Snapshot != nil {
			cut := *l.Snapshot
			cut.Sketch = archive.SketchOf(cut.Article)
			e.Snapshot = &cut
		}
		if drafts[i], err = draftOf(e); err == nil && drafts[i].leaf != l.Hash {
			err = fmt.Errorf("%s: %w", &l, archive.ErrCorrupt)
		}
		if err != nil {
			return s.fault(ctx, what, err)
		}
	}
	return s.write(ctx, what, func(w *writer) error {
		for i := range leaves {
			if err := w.mendEntry(&leaves[i], &drafts[i]); err != nil {
				return fmt.Errorf("%s: %w", &leaves[i], err)
			}
		}
		for i := range readings {
			if err := w.mendReading(&readings[i]); err != nil {
				return fmt.Errorf("version %d of %s: %w", readings[i].Version, readings[i].URL, err)
			}
		}
		return nil
	})
}

// mendEntry puts the visit of a leaf into its place, and the version that it cut.
func (w *writer) mendEntry(l *archive.Leaf, d *draft) error {
	var visit, page, visited, run int64
	var held archive.Hash
	for _, row := range []struct {
		query string
		args  []any
		to    []any
	}{
		{`SELECT visit, substr(hashes, 1, 32) FROM log WHERE n = ?`, []any{l.N}, []any{&visit, hash{&held}}},
		{findPage, []any{l.Visit.Site, l.Visit.URL}, []any{&page, &visited}},
		{`SELECT key FROM runs WHERE id = ?`, []any{l.Visit.Run}, []any{&run}},
	} {
		found, err := w.row(row.query, row.args, row.to...)
		if err == nil && !found {
			err = archive.ErrNotFound
		}
		if err != nil {
			return err
		}
	}
	if held != l.Hash {
		return archive.ErrDiverged
	}
	version := 0
	if d.Snapshot != nil {
		version = d.Snapshot.Version
	}
	// The reference may be what is damaged: then the visit is there under its
	// identity, or what is referred to is another leaf's.
	var taken bool
	found, err := w.row(`SELECT id FROM visits WHERE page = ? AND at = ?`, []any{page, l.Visit.At.UnixMilli()}, &visit)
	if err == nil && !found {
		_, err = w.row(`SELECT EXISTS (SELECT 1 FROM log WHERE visit = ? AND n <> ?)`, []any{visit, l.N}, &taken)
	}
	if err != nil {
		return err
	}
	values := d.visitValues(page, run)
	changed := int64(0)
	if !taken {
		changed, err = w.exec(updateVisit, append(values, visit)...)
	}
	if err == nil && changed == 0 {
		visit, err = w.insert(insertVisit, values...)
	}
	if err == nil {
		_, err = w.exec(`UPDATE log SET visit = ?, version = ? WHERE n = ?`, visit, version, l.N)
	}
	if err != nil || version == 0 {
		return err
	}
	return w.mendSnapshot(page, d)
}

// mendSnapshot puts a version into its place as it was taken. Where it was read
// again since, that reading stays.
func (w *writer) mendSnapshot(page int64, d *draft) error {
	var id int64
	var again bool
	found, err := w.row(`SELECT id, read_at IS NOT NULL FROM snapshots WHERE page = ? AND version = ?`, []any{page, d.Snapshot.Version}, &id, &again)
	if err != nil {
		return err
	}
	cut := d.Snapshot
	if !found {
		return w.addSnapshot(page, d)
	}
	_, err = w.exec(`UPDATE snapshots SET "column" = ?, kind = ?, taken_at = ?, prior_seen = ?, status = ?, trust = ?, payload = ?, parts = ?, story = ?
		WHERE id = ?`, cut.Column, string(cut.Kind), cut.TakenAt.UnixMilli(), millis(cut.PriorSeen), cut.Status, string(cut.Trust), d.payload, d.parts, cut.Story, id)
	if err != nil {
		return err
	}
	if again {
		changed, err := w.exec(`UPDATE readings SET fingerprint = ?, rules = ?, reader = ?, article = ? WHERE snapshot = ? AND n = 0`,
			d.fingerprint, d.rules, cut.Reader, d.article, id)
		if err == nil && changed == 0 { // it is lost
			_, err = w.exec(`INSERT INTO readings (snapshot, n, read_at, fingerprint, rules, reader, article) VALUES (?, 0, ?, ?, ?, ?, ?)`,
				id, cut.TakenAt.UnixMilli(), d.fingerprint, d.rules, cut.Reader, d.article)
		}
		return err
	}
	_, err = w.exec(`UPDATE snapshots SET fingerprint = ?, rules = ?, reader = ?, sketch = ?, article = ? WHERE id = ?`,
		d.fingerprint, d.rules, cut.Reader, packSketch(cut.Sketch), d.article, id)
	return err
}

// mendReading puts a reading of a version into its place.
func (w *writer) mendReading(e *archive.Earlier) error {
	var id int64
	var again int
	found, err := w.row(`SELECT s.id, (SELECT count(*) FROM readings WHERE snapshot = s.id) FROM pages p CROSS JOIN snapshots s ON s.page = p.id
		WHERE p.site = ? AND p.url = ? AND s.version = ?`, []any{e.Site, e.URL, e.Version}, &id, &again)
	if err == nil && (!found || e.N > again) {
		err = archive.ErrNotFound
	}
	if err != nil {
		return err
	}
	print, err := bytesOf(e.Fingerprint)
	if err != nil {
		return err
	}
	rules, err := bytesOf(e.Rules)
	if err != nil {
		return err
	}
	article, err := encode(e.Article)
	if err != nil {
		return err
	}
	sum := e.Sum()
	if e.N == 0 { // the leaf proves it
		sum = 0
	}
	if e.N < again {
		_, err = w.exec(`UPDATE readings SET read_at = ?, fingerprint = ?, rules = ?, reader = ?, article = ?, sum = ? WHERE snapshot = ? AND n = ?`,
			e.ReadAt.UnixMilli(), print, rules, e.Reader, article, int64(sum), id, e.N)
		return err
	}
	_, err = w.exec(`UPDATE snapshots SET read_at = ?, fingerprint = ?, rules = ?, reader = ?, sketch = ?, article = ?, sum = ? WHERE id = ?`,
		e.ReadAt.UnixMilli(), print, rules, e.Reader, packSketch(archive.SketchOf(e.Article)), article, int64(sum), id)
	return err
}
