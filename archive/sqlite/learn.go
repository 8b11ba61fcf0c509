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
		return w.setLearnt(archive.Lesson{Site: site, Name: name, Data: data})
	})
}

// setLearnt keeps l in place of what is there under its name.
func (w *writer) setLearnt(l archive.Lesson) error {
	_, err := w.exec(`INSERT INTO learnt (site, name, data, sum) VALUES (?, ?, ?, ?)
		ON CONFLICT (site, name) DO UPDATE SET data = excluded.data, sum = excluded.sum`, l.Site, l.Name, append([]byte{}, l.Data...), int64(l.Sum()))
	return err
}

const lessonColumns = `site, name, data, sum`

func lessonFields(l *archive.Lesson) []any {
	var kept archive.Sum
	return []any{&l.Site, &l.Name, &l.Data, last{&kept, func() { l.Compare(kept) }}}
}

// Lessons yields all that was learnt, by (Site, Name).
func (s *Store) Lessons(ctx context.Context) iter.Seq2[archive.Lesson, error] {
	return list(s, ctx, "list what was learnt", 16, 0, func(last *archive.Lesson, n int) ([]archive.Lesson, error) {
		after := archive.Lesson{}
		if last != nil {
			after = *last
		}
		return scan(lessonFields)(s.query(ctx,
			`SELECT `+lessonColumns+` FROM learnt WHERE (site, name) > (?, ?) ORDER BY site, name LIMIT ?`, after.Site, after.Name, n))
	})
}
