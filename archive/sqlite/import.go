package sqlite

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"fangzhi/archive"
)

const (
	setPayload = `INSERT INTO payloads (digest, size, coding, bytes) VALUES (?, ?, ?, ?)
		ON CONFLICT (digest) DO UPDATE SET size = excluded.size, coding = excluded.coding, bytes = excluded.bytes, dictionary = NULL`
	findLeaf = `SELECT substr(hashes, 1, 32) FROM log WHERE n = ?`
)

// Import adds what another archive holds, in one transaction.
func (s *Store) Import(ctx context.Context, in archive.Import) error {
	done, err := s.use()
	if err != nil {
		return err
	}
	defer done()
	const what = "import"
	entries := make([]archive.Entry, len(in.Pages)+len(in.Leaves))
	drafts := make([]draft, len(entries))
	for i := range entries {
		e := &entries[i]
		if i < len(in.Pages) {
			e.Page = in.Pages[i]
			e.Visit = archive.Visit{Site: e.Page.Site, URL: e.Page.URL}
		} else {
			l := in.Leaves[i-len(in.Pages)]
			e.Visit, e.Page = l.Visit, archive.Page{Site: l.Visit.Site, URL: l.Visit.URL}
			if l.Snapshot != nil {
				cut := *l.Snapshot
				cut.Sketch = archive.SketchOf(cut.Article)
				e.Snapshot = &cut
			}
		}
		if drafts[i], err = draftOf(e); err != nil {
			return s.fault(ctx, what, err)
		}
	}
	pages, leaves := drafts[:len(in.Pages)], drafts[len(in.Pages):]
	payloads, err := s.wanted(ctx, in.Payloads)
	if err != nil {
		return s.fault(ctx, what, err)
	}
	var learnt []name
	write := s.write
	if slices.ContainsFunc(in.Leaves, func(l archive.Leaf) bool { return l.Lost() }) {
		write = s.unreferenced
	}
	err = write(ctx, what, func(w *writer) error {
		t := &recording{writer: w, known: s.known}
		for _, p := range payloads {
			key, _ := sum(archive.DigestOf(p))
			coding, packed := s.codec.pack(p)
			if _, err := w.exec(setPayload, key, len(p), coding, packed); err != nil {
				return fmt.Errorf("payload: %w", err)
			}
		}
		if err := w.importRuns(in.Runs); err != nil {
			return err
		}
		for i := range pages {
			if err := t.setPage(&pages[i]); err != nil {
				return fmt.Errorf("page %s: %w", pages[i].Page.URL, err)
			}
		}
		if err := t.importLeaves(ctx, in.Leaves, leaves); err != nil {
			return err
		}
		if err := w.importReadings(in.Again); err != nil {
			return err
		}
		for _, l := range in.Lessons {
			if err := w.setLearnt(l); err != nil {
				return err
			}
		}
		learnt = t.learnt
		return nil
	})
	if err != nil {
		return err
	}
	s.known.add(learnt)
	s.foldSketches(ctx)
	return nil
}

// wanted leaves out the payloads that are held, and whole.
func (s *Store) wanted(ctx context.Context, payloads [][]byte) (wanted [][]byte, err error) {
	for _, p := range payloads {
		_, err := s.Payload(ctx, archive.DigestOf(p))
		switch {
		case errors.Is(err, archive.ErrNotFound), errors.Is(err, archive.ErrCorrupt):
			wanted = append(wanted, p)
		case err != nil:
			return nil, err
		}
	}
	return wanted, nil
}

// importRuns sets runs, the open ones last: one of a site can be open.
func (w *writer) importRuns(runs []archive.Run) error {
	for _, open := range []bool{false, true} {
		for _, r := range runs {
			if open != (r.State == archive.RunRunning) {
				continue
			}
			if err := w.setRun(r); err != nil {
				return fmt.Errorf("run %s: %w", r.ID, err)
			}
		}
	}
	return nil
}

// importReadings reads versions again.
func (w *writer) importReadings(all []archive.Again) error {
	if len(all) == 0 {
		return nil
	}
	if err := w.foldSketches(); err != nil {
		return err
	}
	for i := range all {
		var readAt time.Time
		a := &all[i]
		_, err := w.row(`SELECT s.read_at FROM pages p CROSS JOIN snapshots s ON s.page = p.id WHERE p.site = ? AND p.url = ? AND s.version = ?`,
			[]any{a.Site, a.URL, a.Version}, instant{&readAt})
		if err == nil && readAt.Before(a.At) {
			err = w.reread(a)
		}
		if err != nil {
			return fmt.Errorf("version %d of %s: %w", a.Version, a.URL, err)
		}
	}
	return nil
}

// setPage sets all of a page.
func (t *recording) setPage(d *draft) error {
	var id, visited int64
	found, err := t.row(findPage, []any{d.Page.Site, d.Page.URL}, &id, &visited)
	if err != nil {
		return err
	}
	also, err := alsoOf(&d.Page)
	if err != nil {
		return err
	}
	if !found {
		t.learnt = append(t.learnt, nameOf(d.Page.Site, d.Page.URL))
		_, err = t.insert(insertPage, append(d.pageValues(), int64(d.sums.Also), also, d.Page.Site, d.Page.URL)...)
		return err
	}
	if _, err = t.exec(updatePage, append(d.pageValues(), id)...); err != nil {
		return err
	}
	_, err = t.exec(`UPDATE pages SET also = ?, sum_also = ? WHERE id = ?`, also, int64(d.sums.Also), id)
	return err
}

// importLeaves goes on with the log.
func (t *recording) importLeaves(ctx context.Context, leaves []archive.Leaf, drafts []draft) (err error) {
	if t.log, err = t.logEnd(); err != nil {
		return err
	}
	for i, l := range leaves {
		if err := ctx.Err(); err != nil {
			return err
		}
		if drafts[i].leaf != l.Hash {
			if !l.Damaged {
				return fmt.Errorf("%s: %w", &l, archive.ErrCorrupt)
			}
			drafts[i].leaf = l.Hash
		}
		if l.N < t.log.Size() {
			var held archive.Hash
			if _, err := t.row(findLeaf, []any{l.N}, hash{&held}); err != nil {
				return err
			}
			if held != l.Hash {
				return fmt.Errorf("%s: %w", &l, archive.ErrDiverged)
			}
			continue
		}
		if l.N > t.log.Size() {
			return fmt.Errorf("leaf %d after %d: %w", l.N, t.log.Size(), archive.ErrDiverged)
		}
		if l.Lost() { // no visit has such an id
			if err := t.seal(&t.log, -1-l.N, 0, l.Hash); err != nil {
				return err
			}
			continue
		}
		var page, visited int64
		found, err := t.row(findPage, []any{l.Visit.Site, l.Visit.URL}, &page, &visited)
		if err == nil && !found {
			err = archive.ErrNotFound
		}
		if err == nil {
			err = t.addVisit(page, &drafts[i])
		}
		if err == nil && l.Snapshot != nil {
			err = t.addSnapshot(page, &drafts[i])
		}
		if err != nil {
			return fmt.Errorf("%s: %w", &l, err)
		}
	}
	t.grown = t.log
	return nil
}
