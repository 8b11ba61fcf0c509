package export

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
)

// ToFile calls write with the file called path, or with stdout when path is
// "-". The file is replaced whole, once write has returned nil and its bytes
// are on the disk; until then, and when anything fails, what was there before
// stays and nothing new is left behind. A path that names something else than
// a file, such as /dev/null or a pipe, is written to as it is.
func ToFile(path string, stdout io.Writer, write func(w io.Writer) error) error {
	if path == "-" {
		return write(stdout)
	}
	var mode fs.FileMode // of the file that is there already
	switch info, err := os.Stat(path); {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return failure(path, err)
	case info.IsDir():
		return fmt.Errorf("write %q: is a folder: the path of a file is wanted", path)
	case !info.Mode().IsRegular():
		return toDevice(path, write)
	default:
		mode = info.Mode().Perm()
		// A link stays a link: the file that it names is replaced.
		if path, err = filepath.EvalSymlinks(path); err != nil {
			return failure(path, err)
		}
	}
	return replace(path, mode, write)
}

func toDevice(path string, write func(w io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return failure(path, err)
	}
	return errors.Join(write(f), f.Close())
}

func replace(path string, mode fs.FileMode, write func(w io.Writer) error) (err error) {
	folder := filepath.Dir(path)
	partial := filepath.Join(folder, fmt.Sprintf(".%s.%s.partial", filepath.Base(path), rand.Text()[:8]))
	f, err := os.OpenFile(partial, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return failure(path, err)
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(partial)
		}
	}()
	if mode != 0 {
		if err := f.Chmod(mode); err != nil {
			return failure(path, err)
		}
	}
	if err := write(f); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return failure(path, err)
	}
	if err := f.Close(); err != nil {
		return failure(path, err)
	}
	if err := os.Rename(partial, path); err != nil {
		return failure(path, err)
	}
	return syncFolder(folder)
}

// failure names path, and the reason without the name of the partial file.
func failure(path string, err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		err = at.Err
	}
	return fmt.Errorf("write %q: %w", path, err)
}

// syncFolder makes a rename in folder durable, where the system has a way to.
func syncFolder(folder string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := os.Open(folder)
	if err != nil {
		return failure(folder, err)
	}
	defer f.Close()
	// Some network file systems cannot sync a folder.
	if err := f.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) && !errors.Is(err, errors.ErrUnsupported) {
		return failure(folder, err)
	}
	return nil
}
