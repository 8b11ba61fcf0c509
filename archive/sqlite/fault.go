package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

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

// unopened says why SQLite could not open the file or write to it, as far as
// that can be told without opening it here.
func (s *Store) unopened(err error) error {
	if c := code(err); c != lib.SQLITE_CANTOPEN && c != lib.SQLITE_READONLY {
		return s.explain(err)
	}
	dir := filepath.Dir(s.path)
	probe, dirErr := os.CreateTemp(dir, ".fangzhi-*")
	if dirErr != nil {
		var cause *fs.PathError
		if errors.As(dirErr, &cause) {
			dirErr = cause.Err
		}
		return fmt.Errorf("nothing can be written in the directory %q: %w", dir, dirErr)
	}
	probe.Close()
	os.Remove(probe.Name())
	if info, statErr := os.Stat(s.path); statErr == nil {
		return fmt.Errorf("the file's permissions (%s) do not allow it: %w", info.Mode().Perm(), err)
	}
	return s.explain(err)
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
	if explained := s.explain(err); explained.Error() != err.Error() {
		return fmt.Errorf("%s: archive %q: %w", what, s.path, explained)
	}
	return fmt.Errorf("%s: %w", what, err)
}

// inWords is an error whose text says all that SQLite's does.
type inWords struct {
	text string
	err  error
}

func (e inWords) Error() string { return e.text }

func (e inWords) Unwrap() error { return e.err }

// explain puts in front of SQLite's text what it means.
func (s *Store) explain(err error) error {
	switch code(err) {
	case lib.SQLITE_FULL:
		return inWords{"the disk is full, nothing of this was written", err}
	case lib.SQLITE_BUSY, lib.SQLITE_LOCKED:
		return fmt.Errorf("another process has been writing for more than %s: %w", s.options.Wait, err)
	case lib.SQLITE_CORRUPT:
		return fmt.Errorf("the file is damaged: %w: %w", archive.ErrCorrupt, err)
	case lib.SQLITE_NOTADB:
		return fmt.Errorf("not a fangzhi archive: %w", err)
	case lib.SQLITE_READONLY:
		return fmt.Errorf("the file cannot be written: %w", err)
	case lib.SQLITE_CANTOPEN:
		return fmt.Errorf("the file cannot be opened: %w", err)
	case lib.SQLITE_IOERR:
		return fmt.Errorf("the disk reports an error: %w", err)
	}
	return err
}
