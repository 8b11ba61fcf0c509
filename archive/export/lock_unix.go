//go:build unix

package export

import (
	"errors"
	"os"
	"syscall"
)

// lockFile opens path and holds it against other processes until it is closed.
func lockFile(path string) (*os.File, error) {
	for {
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
		if named, err2 := os.Stat(path); err == nil && err2 == nil && os.SameFile(held, named) {
			return f, nil
		}
		f.Close()
	}
}
