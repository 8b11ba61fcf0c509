package sqlite

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// unlogged says that the -wal file of a process that did not come to close
// the archive is not there any more.
func (s *Store) unlogged() error {
	wal, shm := s.path+"-wal", s.path+"-shm"
	isThere := func() bool {
		info, err := os.Stat(wal)
		return err == nil && info.Size() > 0 || err != nil && !errors.Is(err, fs.ErrNotExist)
	}
	if isThere() {
		return nil
	}
	n, err := unsaved(shm)
	if err != nil || n == 0 || isThere() { // another process makes it before the index
		return err
	}
	return fmt.Errorf("%d pages of the database that were recorded are not in the file: a process that did not come to close it had written them to %q, "+
		"which was taken away. Put that back; to go on without them, remove %q", n, wal, shm)
}

// unsaved returns how many pages of a WAL are not in the file yet, as the WAL's
// index knows; 0 where there is none. A process that closes the archive takes
// the index away, one that is killed leaves it. See
// https://www.sqlite.org/walformat.html#the_wal_index_file_format.
func unsaved(index string) (int, error) {
	f, err := os.Open(index)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	defer f.Close()
	b := make([]byte, 100)
	if n, _ := f.ReadAt(b, 0); n < len(b) {
		return 0, nil // nobody came to use it
	}
	const isInit, mxFrame, nBackfill = 12, 16, 96
	if b[isInit] == 0 {
		return 0, nil
	}
	return max(0, int(binary.NativeEndian.Uint32(b[mxFrame:]))-int(binary.NativeEndian.Uint32(b[nBackfill:]))), nil
}

// A place is where the files of an open archive are.
type place struct {
	path  string
	files []os.FileInfo // the file and its -wal
}

var ends = []string{"", "-wal"}

func placeOf(path string) (p place, err error) {
	p.path = path
	for _, end := range ends {
		info, err := os.Stat(path + end)
		if err != nil {
			return p, err
		}
		p.files = append(p.files, info)
	}
	return p, nil
}

// left says that a file was removed, or put elsewhere, under an archive that is
// open: SQLite goes on writing to what nobody will find again.
func (p place) left() error {
	for i, was := range p.files {
		is, err := os.Stat(p.path + ends[i])
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if err != nil || !os.SameFile(is, was) {
			return fmt.Errorf("the file %q was removed, or put elsewhere, while the archive was open: what is recorded now would be found by nobody", p.path+ends[i])
		}
	}
	return nil
}
