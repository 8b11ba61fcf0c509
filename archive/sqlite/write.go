package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"fangzhi/archive"
)

// A writer is the one connection that changes the file. Its statements are
// prepared once.
type writer struct {
	conn *sql.Conn
	stmt map[string]*sql.Stmt
	free chan struct{} // holds one token while nobody writes
	sync string        // the file's PRAGMA synchronous, as last set

	tree  archive.Tree // the log's, as this connection last left it
	grown archive.Tree // what it becomes with the commit
}

// How much of a commit is on the disk when it returns: all, or, with normal,
// what the next full commit brings there with its own. The file is sound either
// way. See https://www.sqlite.org/pragma.html#pragma_synchronous.
const (
	full   = "FULL"
	normal = "NORMAL"
)

func newWriter(conn *sql.Conn) *writer {
	w := &writer{conn: conn, stmt: map[string]*sql.Stmt{}, free: make(chan struct{}, 1), sync: full}
	w.free <- struct{}{}
	return w
}

// write calls do in a transaction that holds the file's write lock from its
// beginning, and commits when do returns nil. Until the lock is there the end
// of ctx ends the wait; do must look at ctx itself, for a statement within is
// not interrupted: to watch a context costs more than most statements.
func (s *Store) write(ctx context.Context, what string, do func(w *writer) error) error {
	return s.transact(ctx, what, full, true, do)
}

// unreferenced is write that lets rows refer to what is not there: the log to
// visits that are lost.
func (s *Store) unreferenced(ctx context.Context, what string, do func(w *writer) error) error {
	return s.transact(ctx, what, full, false, do)
}

// derive is write for what can be made again from the rest of the file: it does
// not wait for the disk.
func (s *Store) derive(ctx context.Context, what string, do func(w *writer) error) error {
	return s.transact(ctx, what, normal, true, do)
}

func (s *Store) transact(ctx context.Context, what, sync string, references bool, do func(w *writer) error) (err error) {
	if s.options.ReadOnly {
		return s.fault(context.Background(), what, errReadOnly)
	}
	w := s.writer
	select {
	case <-ctx.Done():
		return s.fault(ctx, what, ctx.Err())
	case <-w.free:
	}
	defer func() { w.free <- struct{}{} }()
	if w.sync != sync {
		// Not with ctx: an error has to mean that nothing was changed.
		if _, err := w.conn.ExecContext(context.Background(), "PRAGMA synchronous = "+sync); err != nil {
			return s.fault(ctx, what, err)
		}
		w.sync = sync
	}
	if !references {
		if _, err := w.conn.ExecContext(context.Background(), "PRAGMA foreign_keys = 0"); err != nil {
			return s.fault(ctx, what, err)
		}
		defer func() {
			_, again := w.conn.ExecContext(context.Background(), "PRAGMA foreign_keys = 1")
			err = errors.Join(err, again)
		}()
	}
	if _, err := w.conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return s.fault(ctx, what, err)
	}
	committed := false
	w.grown = w.tree
	defer func() {
		if !committed {
			// It fails where SQLite has rolled back by itself, which is as well.
			_, _ = w.exec("ROLLBACK")
		}
	}()
	if err := do(w); err != nil {
		return s.fault(ctx, what, err)
	}
	if _, err := w.exec("COMMIT"); err != nil {
		return s.fault(context.Background(), what, err)
	}
	committed, w.tree = true, w.grown
	return s.fault(context.Background(), what, s.place.left())
}

// prepared returns the statement for query.
func (w *writer) prepared(query string) (*sql.Stmt, error) {
	stmt := w.stmt[query]
	if stmt == nil {
		var err error
		if stmt, err = w.conn.PrepareContext(context.Background(), query); err != nil {
			return nil, err
		}
		w.stmt[query] = stmt
	}
	return stmt, nil
}

// exec runs query, and returns how many rows it changed.
func (w *writer) exec(query string, args ...any) (int64, error) {
	result, err := w.result(query, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// insert runs query, and returns the id of the row it added.
func (w *writer) insert(query string, args ...any) (int64, error) {
	result, err := w.result(query, args...)
	if err != nil {
		return 0, err
	}
	return result.LastInsertId()
}

func (w *writer) result(query string, args ...any) (sql.Result, error) {
	stmt, err := w.prepared(query)
	if err != nil {
		return nil, err
	}
	return stmt.ExecContext(context.Background(), args...)
}

// row scans the one row of query; found is false where there is none.
func (w *writer) row(query string, args []any, to ...any) (found bool, err error) {
	stmt, err := w.prepared(query)
	if err != nil {
		return false, err
	}
	err = stmt.QueryRowContext(context.Background(), args...).Scan(to...)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

func (w *writer) close() error {
	var errs []error
	for _, stmt := range w.stmt {
		errs = append(errs, stmt.Close())
	}
	return errors.Join(append(errs, w.conn.Close())...)
}
