package sqlite

import (
	"context"
	"fmt"
	"iter"

	"fangzhi/archive"
)

// Learnt returns what runs of site learnt under name.
func (s *Store) Learnt(ctx context.Context, site, name string) ([]byte, error) {
	return read(s, ctx, fmt.Sprintf("what was learnt of site %s as %s", site, name), func() ([]byte, error) {
		found, err := scan(one[[]byte])(s.query(ctx, `SELECT data FROM learnt WHERE site = ? AND name = ?`, site, name))
		if err != nil {
			return nil, err
		}
		if len(found) == 0 {
			return nil, archive.ErrNotFound
		}
		return found[0], nil
	})
}

// Learn keeps data in place of what was learnt under name for site before.
func (s *Store) Learn(ctx context.Context, run, site, name string, data []byte) error {
	done, err := s.use()
	if err != nil {
		return err
	}
	defer done()
	return s.write(ctx, fmt.Sprintf("learn %s of site %s", name, site), func(w *writer) error {
		if _, err := w.openRun(run); err != nil {
			return err
		}
		if len(data) > archive.MaxLearnt {
			return fmt.Errorf("%d bytes: must be at most %d", len(data), archive.MaxLearnt)
		}
		if data == nil {
			data = []byte{}
		}
		_, err := w.exec(setLearnt, site, name, data)
		return err
	})
}

const setLearnt = `INSERT INTO learnt (site, name, data) VALUES (?, ?, ?)
	ON CONFLICT (site, name) DO UPDATE SET data = excluded.data`

// Lessons yields all that was learnt, by (Site, Name).
func (s *Store) Lessons(ctx context.Context) iter.Seq2[archive.Lesson, error] {
	return list(s, ctx, "list what was learnt", 16, 0, func(last *archive.Lesson, n int) ([]archive.Lesson, error) {
		after := archive.Lesson{}
		if last != nil {
			after = *last
		}
		return scan(func(l *archive.Lesson) []any { return []any{&l.Site, &l.Name, &l.Data} })(s.query(ctx,
			`SELECT site, name, data FROM learnt WHERE (site, name) > (?, ?) ORDER BY site, name LIMIT ?`, after.Site, after.Name, n))
	})
}
