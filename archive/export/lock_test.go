//go:build unix

package export_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fangzhi/archive/export"
)

// A lock whose file cannot be told from another one is not tried for without end.
func TestLockEnds(t *testing.T) {
	dir := t.TempDir()
	path, other := filepath.Join(dir, "lock"), filepath.Join(dir, "other")
	if err := os.WriteFile(other, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	denied := errors.New("stat: input/output error")
	for _, c := range []struct {
		name string
		stat func(string) (fs.FileInfo, error)
		want string
	}{
		{"no answer", func(string) (fs.FileInfo, error) { return nil, denied }, denied.Error()},
		{"always another file", func(string) (fs.FileInfo, error) { return os.Stat(other) }, "was another file each of 100 times"},
		{"never there", func(string) (fs.FileInfo, error) { return nil, fs.ErrNotExist }, "was another file each of 100 times"},
	} {
		if _, err := export.LockNamed(path, c.stat); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
	times := 0
	f, err := export.LockNamed(path, func(p string) (fs.FileInfo, error) {
		if times++; times == 3 {
			return os.Stat(p)
		}
		return nil, fs.ErrNotExist
	})
	if err != nil {
		t.Fatalf("taken away twice: %v", err)
	}
	f.Close()
}
