package sqlite

import (
	"context"
	"fmt"

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
		_, err := w.exec(`INSERT INTO learnt (site, name, data) VALUES (?, ?, ?)
			ON CONFLICT (site, name) DO UPDATE SET data = excluded.data`, site, name, data)
		return err
	})
}
