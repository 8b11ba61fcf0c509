package sqlite

import (
	"context"
	"fmt"
	"strings"

	"fangzhi/archive"
)

// What tests look at from the outside.

// ReadArticle is how an article is read where encoding/json is not asked.
func ReadArticle(text string) (archive.Article, bool) { return readArticle(text) }

// Terms are the words of a text, Match the query that q becomes.
func Terms(text string) string { return string(appendTerms(nil, text)) }
func Match(q string) string    { return match(phrases(q)) }

// FoldEvery sets how many snapshots wait for their keys to be folded in.
func (s *Store) FoldEvery(n int64) { s.foldEvery = n }

// LimitPages bounds the file, as a full disk does; 0 lifts the bound.
func (s *Store) LimitPages(ctx context.Context, n int) error {
	if n == 0 {
		n = 1 << 30
	}
	_, err := s.writer.conn.ExecContext(ctx, fmt.Sprintf("PRAGMA max_page_count = %d", n))
	return err
}

// Plan returns how SQLite goes about query, one step a line.
func (s *Store) Plan(ctx context.Context, query string, args ...any) (string, error) {
	type step struct {
		id, parent, unused int
		detail             string
	}
	steps, err := scan(func(s *step) []any { return []any{&s.id, &s.parent, &s.unused, &s.detail} })(
		s.query(ctx, "EXPLAIN QUERY PLAN "+query, args...))
	var lines []string
	for _, s := range steps {
		lines = append(lines, s.detail)
	}
	return strings.Join(lines, "\n"), err
}

// The queries that a store asks.
const (
	FindDue   = findDue
	FindWhole = findWhole
	FindPage  = findPage
	FindVisit = findVisit
	FindKnown = findKnown + "(?, ?, ?)"
	BecomeDue = becomeDue
	Summarise = summarise

	FindNamesakes = findNamesakes + "(?, ?)"
)

func PagesQuery(f archive.Filter, last *archive.Page) (string, []any) { return pagesQuery(f, last, 10) }
func SnapshotsQuery(f archive.Filter, last *archive.Snapshot) (string, []any) {
	return snapshotsQuery(f, last, 10)
}
func VisitsQuery(f archive.Filter, last *archive.Visit) (string, []any) {
	return visitsQuery(f, last, 10)
}
func RunsQuery(f archive.Filter, last *archive.Run) (string, []any) { return runsQuery(f, last, 10) }

// FreeSpace makes every disk have so many bytes left, until undo is called.
func FreeSpace(bytes uint64) (undo func()) {
	was := freeSpace
	freeSpace = func(string) (uint64, bool) { return bytes, true }
	return func() { freeSpace = was }
}
