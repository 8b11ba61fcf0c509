package sqlite_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fangzhi/archive"
	"fangzhi/archive/sqlite"
)

// What is written to a file that nobody finds any more is not reported as
// stored.
func TestFileLeaves(t *testing.T) {
	for name, leave := range map[string]func(path string) error{
		"removed":        os.Remove,
		"renamed":        func(path string) error { return os.Rename(path, path+"-old") },
		"-wal removed":   func(path string) error { return os.Remove(path + "-wal") },
		"folder renamed": func(path string) error { return os.Rename(filepath.Dir(path), filepath.Dir(path)+"-old") },
		"replaced": func(path string) error {
			if err := os.Rename(path, path+"-old"); err != nil {
				return err
			}
			return os.WriteFile(path, nil, 0o600)
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "archives")
			if err := os.Mkdir(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(dir, "archive.db")
			store := open(t, path, sqlite.Options{})
			run := begin(t, store, began)
			if err := store.Record(t.Context(), run, []archive.Entry{item(run, 1)}); err != nil {
				t.Fatal(err)
			}
			if err := leave(path); err != nil {
				t.Skip(err) // a system that guards files that are open
			}
			for what, err := range map[string]error{
				"record":  store.Record(t.Context(), run, []archive.Entry{item(run, 2)}),
				"end run": store.EndRun(t.Context(), archive.Run{ID: run, Site: "zjg-edz", State: archive.RunDone}),
			} {
				if err == nil || !strings.Contains(err.Error(), "was removed, or put elsewhere") {
					t.Errorf("%s: got %v", what, err)
				}
			}
		})
	}
}

// A killed process leaves what it recorded in the -wal file. Without that the
// archive is not opened as if nothing was missing.
func TestMissingWAL(t *testing.T) {
	path := filepath.Join(t.TempDir(), "archive.db")
	store := open(t, path, sqlite.Options{})
	fill(t, store, begin(t, store, began), 3)
	left := func(ends ...string) string {
		copied := filepath.Join(t.TempDir(), "archive.db")
		for _, end := range ends {
			b, err := os.ReadFile(path + end)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(copied+end, b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		return copied
	}
	without := left("", "-shm")
	for _, readOnly := range []bool{false, true} {
		_, err := sqlite.Open(t.Context(), without, sqlite.Options{ReadOnly: readOnly})
		if err == nil || !strings.Contains(err.Error(), "pages of the database that were recorded are not in the file") || !strings.Contains(err.Error(), "archive.db-wal") {
			t.Errorf("read only %v: got %v", readOnly, err)
		}
	}
	if err := os.Remove(without + "-shm"); err != nil {
		t.Fatal(err)
	}
	open(t, without, sqlite.Options{})
	whole := open(t, left("", "-shm", "-wal"), sqlite.Options{})
	if n := len(collect(t, whole, archive.Filter{})); n != 3 {
		t.Errorf("%d versions, want 3", n)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	// Those who only read leave an index that misses nothing.
	reader := open(t, path, sqlite.Options{ReadOnly: true})
	if n := len(collect(t, reader, archive.Filter{})); n != 3 {
		t.Errorf("%d versions, want 3", n)
	}
	without = left("", "-shm")
	open(t, without, sqlite.Options{})
}
