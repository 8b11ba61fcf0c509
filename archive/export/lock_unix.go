//go:build unix

package export

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// lockTries is how often a lock is tried for whose file was taken away meanwhile:
// each time another process let go of it.
const lockTries = 100

// lockFile opens path and holds it against other processes until it is closed.
func lockFile(path string) (*os.File, error) { return lockNamed(path, os.Stat) }

// lockNamed is lockFile that asks stat which file path names.
func lockNamed(path string, stat func(string) (fs.FileInfo, error)) (*os.File, error) {
	for range lockTries {
		f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
		if err != nil {
			return nil, err
		}
		// Some network file systems have no locks.
		if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil && !errors.Is(err, errors.ErrUnsupported) {
			f.Close()
			if errors.Is(err, syscall.EWOULDBLOCK) {
				err = errHeld
			}
			return nil, err
		}
		// Who held it before may have taken it away since it was opened.
		held, err := f.Stat()
		if err == nil {
			var named fs.FileInfo
			if named, err = stat(path); err == nil && os.SameFile(held, named) {
				return f, nil
			}
		}
		f.Close()
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	return nil, fmt.Errorf("lock %s: was another file each of %d times it was opened", path, lockTries)
}
