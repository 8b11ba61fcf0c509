package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
)

// writeOut writes b to standard output, for -, or to a file: whole and at once,
// or not at all. Nothing that is there is written over: what proves something is
// evidence, and what else stands there a stranger's.
func (a *app) writeOut(path string, b []byte) error {
	info, err := os.Stat(path)
	switch {
	case path == "-":
		_, err := a.stdout.Write(b)
		return err
	case err == nil && info.IsDir():
		return fmt.Errorf("write %q: is a folder: the path of a file is wanted", path)
	case err == nil && !info.Mode().IsRegular(): // a pipe, /dev/null
		return os.WriteFile(path, b, 0o666)
	case err == nil && info.Size() > 0:
		if held, err := os.ReadFile(path); err != nil || !bytes.Equal(held, b) {
			return fmt.Errorf("write %q: is there already, and is not written over: name another file", path)
		}
		return nil
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.partial")
	if err != nil {
		return fmt.Errorf("write %q: %w", path, err)
	}
	defer os.Remove(f.Name()) // once it is renamed there is none
	err = f.Chmod(0o644)
	if err == nil {
		_, err = f.Write(b)
	}
	if err == nil {
		err = f.Sync()
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("write %q: %w", path, err)
	}
	return nil
}
