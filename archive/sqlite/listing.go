package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"strings"

	"fangzhi/archive"
)

// firstChunk is how many records a listing reads at first; it reads more at a
// time as it goes on, for a reader that leaves early. A stretch of an export, which
// is read to its end, is smaller.
const firstChunk = 64

// list yields what next reads, chunk by chunk: no connection and no
// transaction is held while the caller looks at a record, so the caller may
// call the store, or leave, or take an hour. next gets the last record that was
// yielded, nil at first, and how many to read; fewer than that end the list. It
// goes as far as it can be read.
func list[T any](s *Store, ctx context.Context, what string, chunk, limit int, next func(last *T, n int) ([]T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var last *T
		left := limit
		for n := min(firstChunk, chunk); ; n = min(4*n, chunk) {
			if limit > 0 {
				n = min(n, left)
			}
			all, err := read(s, ctx, what, func() ([]T, error) { return next(last, n) })
			if err != nil && n > 1 && errors.Is(err, archive.ErrCorrupt) {
				n = 1 // what comes before the damage can be read
				all, err = read(s, ctx, what, func() ([]T, error) { return next(last, n) })
			}
			if err != nil {
				yield(*new(T), err)
				return
			}
			for i := range all {
				if !yield(all[i], nil) {
					return
				}
			}
			if left -= len(all); len(all) < n || limit > 0 && left <= 0 {
				return
			}
			last = &all[len(all)-1]
		}
	}
}

// read calls do while the store is open and ctx lasts.
func read[T any](s *Store, ctx context.Context, what string, do func() (T, error)) (T, error) {
	done, err := s.use()
	if err != nil {
		return *new(T), err
	}
	defer done()
	if err := ctx.Err(); err != nil {
		return *new(T), s.fault(ctx, what, err)
	}
	result, err := do()
	if err != nil {
		return *new(T), s.fault(ctx, what, err)
	}
	return result, nil
}

// query asks a reader.
func (s *Store) query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return s.readers.QueryContext(ctx, query, args...)
}

// prepared asks a reader through a statement that is kept: for what is asked
// for every page.
func (s *Store) prepared(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	held, ok := s.queries.Load(query)
	if !ok {
		stmt, err := s.readers.PrepareContext(ctx, query)
		if err != nil {
			return nil, err
		}
		var lost bool
		if held, lost = s.queries.LoadOrStore(query, stmt); lost {
			stmt.Close()
		}
	}
	return held.(*sql.Stmt).QueryContext(ctx, args...)
}

// ask is how a listing is asked for: that of one page, or of a stretch of them,
// through a statement that is kept, for an export asks so for every page.
func (s *Store) ask(f archive.Filter) func(context.Context, string, ...any) (*sql.Rows, error) {
	if f.URL != "" || f.ToURL != "" {
		return s.prepared
	}
	return s.query
}

// scan reads all rows of a query into records; columns names where each column
// goes.
func scan[T any](columns func(*T) []any) func(*sql.Rows, error) ([]T, error) {
	return func(rows *sql.Rows, err error) ([]T, error) {
		if err != nil {
			return nil, err
		}
		defer rows.Close()
		var all []T
		var record T
		to := columns(&record)
		for rows.Next() {
			record = *new(T)
			if err := rows.Scan(to...); err != nil && rows.Err() == nil {
				return nil, unscanned(record, err)
			} else if err != nil {
				return nil, rows.Err()
			}
			all = append(all, record)
		}
		return all, rows.Err()
	}
}

// unscanned tells of a row whose columns do not hold what was written there: so it
// is damaged. Record is as far as it was read.
func unscanned(record any, err error) error {
	what := "a row"
	switch r := record.(type) {
	case archive.Page:
		what = "page " + r.URL
	case archive.Snapshot:
		what = fmt.Sprintf("version %d of %s", r.Version, r.URL)
	case archive.Visit:
		what = "visit of " + r.URL
	case archive.Run:
		what = "run " + r.ID
	}
	return inWords{fmt.Sprintf("%s is damaged: %v", what, err), archive.ErrCorrupt}
}

// one names where the column of a query with one column goes.
func one[T any](to *T) []any { return []any{to} }

// where is a condition that grows.
type where struct {
	terms []string
	args  []any
}

func (w *where) and(term string, args ...any) {
	w.terms = append(w.terms, term)
	w.args = append(w.args, args...)
}

// String is the clause with its keyword, empty where there is no condition.
func (w *where) String() string {
	if len(w.terms) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(w.terms, " AND ")
}

// order is the direction of a listing.
type order bool // true: newest first

func (o order) after() string {
	if o {
		return "<"
	}
	return ">"
}

// by returns the clause that orders by columns.
func (o order) by(columns ...string) string {
	if o {
		columns = append([]string{}, columns...)
		for i := range columns {
			columns[i] += " DESC"
		}
	}
	return fmt.Sprintf(" ORDER BY %s LIMIT ?", strings.Join(columns, ", "))
}
