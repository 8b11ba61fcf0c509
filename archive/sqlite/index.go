package sqlite

import (
	"context"
	"encoding/json"
)

const (
	// indexBatch is how many snapshots are indexed in one transaction, that is
	// for how long, about a tenth of a second, a recorder may have to wait.
	indexBatch = 200
	// indexBatches is how many transactions one search gives to the index
	// before it answers; what is left is looked through as it is, which costs a
	// fiftieth of indexing it.
	indexBatches = 3
)

// Index brings the search index up to date. Search does as much of it as it
// can without letting the caller wait; a process that has time, after a run,
// may do the rest.
func (s *Store) Index(ctx context.Context) error {
	done, err := s.use()
	if err != nil {
		return err
	}
	defer done()
	return s.index(ctx, -1)
}

// Rebuild makes the indexes anew, and the words and the sketches.
func (s *Store) Rebuild(ctx context.Context) error {
	done, err := s.use()
	if err != nil {
		return err
	}
	defer done()
	err = s.write(ctx, "rebuild", func(w *writer) error {
		for _, statement := range []string{
			`REINDEX`, `INSERT INTO words (words) VALUES ('delete-all')`, `DELETE FROM sketches`, `UPDATE progress SET snapshot = 0`,
		} {
			if _, err := w.conn.ExecContext(ctx, statement); err != nil {
				return err
			}
		}
		return w.foldSketches()
	})
	if err != nil {
		return err
	}
	s.tail.Lock()
	s.tail.upto, s.tail.keys = 0, nil
	s.tail.Unlock()
	return s.index(ctx, -1)
}

// index adds up to so many batches to the index, all there are when batches is
// negative.
func (s *Store) index(ctx context.Context, batches int) error {
	for ; batches != 0; batches-- {
		behind, err := s.behind(ctx)
		if err != nil || !behind {
			return err
		}
		if err := s.derive(ctx, "index", (*writer).index); err != nil {
			return err
		}
	}
	return nil
}

// behind says whether there are snapshots that are not indexed.
func (s *Store) behind(ctx context.Context) (bool, error) {
	found, err := scan(one[int])(s.prepared(ctx, `SELECT 1 FROM progress WHERE name = 'words' AND snapshot < (SELECT max(id) FROM snapshots)`))
	return len(found) > 0, err
}

// A leaf is a snapshot as far as its words go.
type leaf struct {
	id, page, version int64
	article           string
}

// readable returns title and body of the leaf's article: nothing of one that is
// damaged, which keeps no other from being found.
func (l leaf) readable() (title, body string) {
	var a struct{ Title, Body string }
	if json.Unmarshal([]byte(l.article), &a) != nil {
		return "", ""
	}
	return a.Title, a.Body
}

const wordsProgress = `SELECT snapshot FROM progress WHERE name = 'words'`

// unindexed are the latest versions that are not indexed, oldest first.
const unindexed = `SELECT s.id, s.page, s.version, s.article FROM snapshots s
	WHERE s.id > ? AND ` + latest

// index adds the next snapshots to the index, and takes out the versions that
// they replace. Versions that are not the latest any more are passed over.
func (w *writer) index() error {
	var from, to int64
	if _, err := w.row(wordsProgress, nil, &from); err != nil {
		return err
	}
	if _, err := w.row(`SELECT max(id) FROM (SELECT id FROM snapshots WHERE id > ? ORDER BY id LIMIT ?)`, []any{from, indexBatch}, &to); err != nil {
		return err
	}
	stmt, err := w.prepared(unindexed + ` AND s.id <= ? ORDER BY s.id`)
	if err != nil {
		return err
	}
	leaves, err := scan(leafFields)(stmt.QueryContext(context.Background(), from, to))
	if err != nil {
		return err
	}
	var terms []byte
	for _, l := range leaves {
		title, body := l.readable()
		if l.version > 1 {
			if _, err := w.exec(`DELETE FROM words WHERE rowid = ?`, l.page); err != nil {
				return err
			}
		}
		terms = appendTerms(terms[:0], title)
		n := len(terms)
		terms = appendTerms(terms, body)
		if _, err := w.exec(`INSERT INTO words (rowid, title, body) VALUES (?, ?, ?)`, l.page, string(terms[:n]), string(terms[n:])); err != nil {
			return err
		}
	}
	_, err = w.exec(`UPDATE progress SET snapshot = ? WHERE name = 'words'`, to)
	return err
}

func leafFields(l *leaf) []any { return []any{&l.id, &l.page, &l.version, &l.article} }
