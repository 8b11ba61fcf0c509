package sqlite

import (
	"context"
	"errors"
	"fmt"

	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"fangzhi/archive"
)

// errClosed tells a caller that the store was closed before.
var errClosed = errors.New("the archive is closed")

// errReadOnly tells a caller that the store may only be read.
var errReadOnly = errors.New("the archive was opened for reading only")

// code returns SQLite's primary result code in err, 0 where there is none.
func code(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code() & 0xff
	}
	return 0
}

// fault returns err as what happened while doing what, in words of the
// archive. The end of ctx is told as such: SQLite calls it an interrupt.
func (s *Store) fault(ctx context.Context, what string, err error) error {
	if err == nil {
		return nil
	}
	if cause := ctx.Err(); cause != nil {
		return fmt.Errorf("%s: %w", what, cause)
	}
	return fmt.Errorf("%s: %w", what, s.explain(err))
}

// explain puts in front of SQLite's text what it means for this file.
func (s *Store) explain(err error) error {
	switch code(err) {
	case lib.SQLITE_FULL:
		return fmt.Errorf("%s: the disk is full: nothing of this was written: %w", s.path, err)
	case lib.SQLITE_BUSY, lib.SQLITE_LOCKED:
		return fmt.Errorf("%s: another process has been writing for more than %s: %w", s.path, s.options.Wait, err)
	case lib.SQLITE_CORRUPT:
		return fmt.Errorf("%s: the file is damaged: %w: %w", s.path, archive.ErrCorrupt, err)
	case lib.SQLITE_NOTADB:
		return fmt.Errorf("%s: not a fangzhi archive: %w", s.path, err)
	case lib.SQLITE_READONLY:
		return fmt.Errorf("%s: the file cannot be written: %w", s.path, err)
	case lib.SQLITE_CANTOPEN:
		return fmt.Errorf("%s: cannot be opened: %w", s.path, err)
	case lib.SQLITE_IOERR:
		return fmt.Errorf("%s: the disk reports an error: %w", s.path, err)
	}
	return err
}
