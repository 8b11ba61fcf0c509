package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"iter"
	"math"
	"slices"
	"strings"

	"fangzhi/archive"
)

// Search yields the latest versions whose title or body holds every word of q, and
// those that were replaced where f asks for them. It brings the index up to date as far as that goes quickly, asks it, and
// looks through the snapshots that are left: those come first, for they are the
// newest.
func (s *Store) Search(ctx context.Context, q string, f archive.Filter) iter.Seq2[archive.Snapshot, error] {
	const what, chunk = "search", 32
	return func(yield func(archive.Snapshot, error) bool) {
		words := phrases(q)
		ids, err := read(s, ctx, what, func() ([]int64, error) { return s.search(ctx, words, f) })
		if err != nil {
			yield(archive.Snapshot{}, err)
			return
		}
		for part := range slices.Chunk(ids, chunk) {
			found, err := read(s, ctx, what, func() ([]archive.Snapshot, error) { return s.snapshots(ctx, part) })
			if err != nil {
				yield(archive.Snapshot{}, err)
				return
			}
			for _, snapshot := range found {
				if !yield(snapshot, nil) {
					return
				}
			}
		}
	}
}

// search returns the ids of the hits, best first.
func (s *Store) search(ctx context.Context, words []phrase, f archive.Filter) ([]int64, error) {
	if len(words) == 0 {
		return nil, nil
	}
	if !s.options.ReadOnly {
		// Where the index cannot be brought up to date, for another process
		// writes or the disk is full, the search answers all the same.
		if err := s.index(ctx, indexBatches); err != nil && ctx.Err() != nil {
			return nil, err
		}
	}
	// One transaction: what is indexed, and what is not, at one moment.
	tx, err := s.readers.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil, err
	}
	defer tx.Rollback()
	var upto int64
	if err := tx.QueryRowContext(ctx, wordsProgress).Scan(&upto); err != nil {
		return nil, err
	}
	var unindexed where
	unindexed.and("s.id > ?", upto)
	unindexed.and(latest)
	unindexed.snapshotFilter(f)
	hits, err := lookThrough(ctx, tx, words, `snapshots s JOIN pages p ON p.id = s.page`, unindexed)
	if err != nil {
		return nil, err
	}
	if f.Limit > 0 && len(hits) >= f.Limit {
		return hits[:f.Limit], nil
	}
	limit := -1
	if f.Limit > 0 {
		limit = f.Limit - len(hits)
	}
	var w where
	w.and("words MATCH ?", match(words))
	w.and("s.id <= ?", upto)
	w.and(latest)
	w.snapshotFilter(f)
	indexed, err := scan(one[int64])(tx.QueryContext(ctx, `SELECT s.id FROM words JOIN snapshots s ON s.page = words.rowid JOIN pages p ON p.id = s.page`+
		w.String()+` ORDER BY bm25(words, 8, 1), s.id DESC LIMIT ?`, append(w.args, limit)...))
	hits = append(hits, indexed...)
	if err != nil || !f.Replaced || f.Limit > 0 && len(hits) >= f.Limit {
		return hits, err
	}
	var replaced where
	replaced.and("p.versions > 1 AND s.version < p.versions")
	replaced.snapshotFilter(f)
	// The pages first: few of them have been edited.
	older, err := lookThrough(ctx, tx, words, `pages p CROSS JOIN snapshots s ON s.page = p.id`, replaced)
	if hits = append(hits, older...); f.Limit > 0 {
		hits = hits[:min(len(hits), f.Limit)]
	}
	return hits, err
}

// lookThrough returns the ids of the hits among the snapshots s that w names, best
// first.
func lookThrough(ctx context.Context, tx *sql.Tx, words []phrase, from string, w where) (ids []int64, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT s.id, s.page, s.version, s.article FROM `+from+w.String(), w.args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	type hit struct {
		id    int64
		score float64
	}
	var hits []hit
	var l leaf
	var terms []byte
	raw := rawRuns(words)
	for rows.Next() {
		if err := rows.Scan(leafFields(&l)...); err != nil {
			return nil, err
		}
		if !holdsAll(l.article, raw) {
			continue
		}
		title, body := l.readable()
		terms = appendTerms(append(terms[:0], ' '), title)
		n := len(terms)
		terms = appendTerms(append(terms, ' '), body)
		if score := score(words, string(terms[:n]), string(terms[n:])); score > 0 {
			hits = append(hits, hit{l.id, score})
		}
	}
	slices.SortFunc(hits, func(a, b hit) int { return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(b.id, a.id)) })
	for _, h := range hits {
		ids = append(ids, h.id)
	}
	return ids, rows.Err()
}

// rawRuns are the runs of Chinese in words: what holds the words holds these,
// as they are.
func rawRuns(words []phrase) []string {
	var all []string
	for _, p := range words {
		for _, term := range strings.Fields(p.terms) {
			if isHan(term) || isPair(term) {
				all = append(all, term)
			}
		}
	}
	return all
}

func holdsAll(text string, parts []string) bool {
	for _, part := range parts {
		if !strings.Contains(text, part) {
			return false
		}
	}
	return true
}

// score is zero unless every word is held; else it ranks like BM25 without the
// rarity of the words: a title counts eight times, a long body less.
func score(words []phrase, title, body string) float64 {
	total := 0.0
	for _, p := range words {
		n := float64(8*p.count(title) + p.count(body))
		if n == 0 {
			return 0
		}
		length := float64(len(title)+len(body)) / 8000
		total += n / (n + 1.2*(0.25+0.75*length))
	}
	return math.Max(total, math.SmallestNonzeroFloat64)
}
