package sqlite

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
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
		return inWords{fmt.Sprintf("the file is damaged (%v)", err), errors.Join(archive.ErrCorrupt, err)}
	case lib.SQLITE_NOTADB:
		if marked(s.path) {
			return inWords{fmt.Sprintf("the file is damaged at its beginning (%v)", err), errors.Join(archive.ErrCorrupt, err)}
		}
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

// marked says whether the file at path begins as an archive does, but for some
// bytes: as SQLite has it, or with an archive's mark in its place. See
// https://www.sqlite.org/fileformat2.html#the_database_header.
func marked(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	const magic, mark = "SQLite format 3\x00", 68
	head := make([]byte, mark+4)
	if _, err := io.ReadFull(f, head); err != nil {
		return false
	}
	same := 0
	for i := range magic {
		if head[i] == magic[i] {
			same++
		}
	}
	return same >= len(magic)/2 || binary.BigEndian.Uint32(head[mark:]) == applicationID
}

// restorable says what is left where an archive cannot be opened, for it is damaged.
func restorable(err error) error {
	if !errors.Is(err, archive.ErrCorrupt) || errors.Is(err, ErrUnmarked) {
		return err
	}
	return fmt.Errorf("%w: what it held is in a backup of it, or in a copy, if there is one; docs/archive.md tells of copies", err)
}
