package sqlite_test

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"fangzhi/archive"
	"fangzhi/archive/sqlite"
)

// raw opens the file at path as a plain database, beside any store.
func raw(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// run executes statements on the file at path, and lets go of it.
func run(t *testing.T, path string, statements ...string) {
	t.Helper()
	db := raw(t, path)
	for _, s := range statements {
		if _, err := db.Exec(s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestOpenRefuses(t *testing.T) {
	for _, c := range []struct {
		name     string
		prepare  func(t *testing.T, path string)
		path     string // in the directory, where it is not archive.db
		readOnly bool
		wants    []string
		is       error
	}{
		{
			name: "a missing directory", path: "no/such/archive.db",
			wants: []string{`there is no directory "`, "no/such"},
		},
		{
			name: "a directory", path: ".",
			wants: []string{"is a directory, not an archive"},
		},
		{
			name: "a path through a file", path: "archive.db/x.db",
			prepare: func(t *testing.T, path string) { write(t, filepath.Dir(path), "text") },
			wants:   []string{"not a directory"},
		},
		{
			name:    "a text",
			prepare: func(t *testing.T, path string) { write(t, path, strings.Repeat("会议纪要\n", 100)) },
			wants:   []string{"not a fangzhi archive"},
		},
		{
			name:    "another program's database",
			prepare: func(t *testing.T, path string) { run(t, path, "CREATE TABLE contacts (name TEXT)") },
			wants:   []string{"is an SQLite database, but not a fangzhi archive"},
		},
		{
			name:    "another program's marked database",
			prepare: func(t *testing.T, path string) { run(t, path, "PRAGMA application_id = 7") },
			wants:   []string{"is an SQLite database, but not a fangzhi archive"},
		},
		{
			name: "the archive of a newer fangzhi",
			prepare: func(t *testing.T, path string) {
				open(t, path, sqlite.Options{}).Close()
				run(t, path, "PRAGMA user_version = 99")
			},
			wants: []string{"newer fangzhi", "its format is 99", "use a newer fangzhi"}, is: archive.ErrNewer,
		},
		{
			name: "a missing file, to be read", readOnly: true,
			wants: []string{"there is no such file"}, is: archive.ErrNotFound,
		},
		{
			name: "an empty file, to be read", readOnly: true,
			prepare: func(t *testing.T, path string) { write(t, path, "") },
			wants:   []string{"is an empty file, not a fangzhi archive"},
		},
		{
			name: "an archive without its -wal, to be read", readOnly: true,
			prepare: func(t *testing.T, path string) {
				store := open(t, path+".open", sqlite.Options{})
				begin(t, store, began)
				b, err := os.ReadFile(path + ".open")
				if err != nil || len(b) != 4096 {
					t.Fatalf("%d bytes, %v", len(b), err)
				}
				write(t, path, string(b))
			},
			wants: []string{"holds nothing: what was recorded may all be in \"archive.db-wal\", which is missing here"},
		},
		{
			name: "an archive whose beginning is damaged", prepare: flip(3),
			wants: []string{"the file is damaged at its beginning (file is not a database", "is in a backup of it, or in a copy"}, is: archive.ErrCorrupt,
		},
		{
			name: "an archive whose beginning is damaged, to be read", readOnly: true, prepare: flip(3, 17),
			wants: []string{"the file is damaged at its beginning (file is not a database", "is in a backup of it, or in a copy"}, is: archive.ErrCorrupt,
		},
		{
			name: "an archive whose tables are damaged, to be read", readOnly: true, prepare: flip(100),
			wants: []string{"the file is damaged (", "is in a backup of it, or in a copy"}, is: archive.ErrCorrupt,
		},
		{
			name: "a text, to be read", readOnly: true,
			prepare: func(t *testing.T, path string) { write(t, path, strings.Repeat("会议纪要\n", 100)) },
			wants:   []string{"not a fangzhi archive"},
		},
		{
			name: "the archive of a newer fangzhi, to be read", readOnly: true,
			prepare: func(t *testing.T, path string) {
				open(t, path, sqlite.Options{}).Close()
				run(t, path, "PRAGMA user_version = 99")
			},
			wants: []string{"use a newer fangzhi"}, is: archive.ErrNewer,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "archive.db")
			if c.path != "" {
				path = filepath.Join(filepath.Dir(path), c.path)
			}
			if c.prepare != nil {
				c.prepare(t, path)
			}
			before, _ := os.ReadFile(path)
			store, err := sqlite.Open(t.Context(), path, sqlite.Options{ReadOnly: c.readOnly})
			if err == nil {
				store.Close()
				t.Fatal("no error")
			}
			for _, want := range append(c.wants, path) {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q does not say %q", err, want)
				}
			}
			if c.is != nil && !errors.Is(err, c.is) {
				t.Errorf("error %v is not %v", err, c.is)
			}
			if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
				t.Error("the file was changed")
			}
			if c.is == archive.ErrNewer || strings.HasPrefix(c.name, "an archive") {
				return // it was a real archive, and a reader leaves an empty WAL
			}
			for _, suffix := range []string{"-wal", "-shm", "-journal"} {
				if _, err := os.Stat(path + suffix); err == nil {
					t.Errorf("a file with %s was left", suffix)
				}
			}
		})
	}
}

// flip makes an archive in which the bytes at these places are others.
func flip(at ...int) func(t *testing.T, path string) {
	return func(t *testing.T, path string) {
		t.Helper()
		store := open(t, path, sqlite.Options{})
		begin(t, store, began)
		if err := store.Close(); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range at {
			b[i] ^= 0xff
		}
		write(t, path, string(b))
	}
}

func TestOptions(t *testing.T) {
	for name, o := range map[string]sqlite.Options{
		"wait: -1s: must not be negative":   {Wait: -time.Second},
		"readers: -1: must not be negative": {Readers: -1},
	} {
		if err := o.Validate(); err == nil || err.Error() != name {
			t.Errorf("got %v, want %s", err, name)
		}
		if _, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "a.db"), o); err == nil {
			t.Errorf("opened in spite of %s", name)
		}
	}
}

func TestOpenOddNames(t *testing.T) {
	for _, name := range []string{"归档 (1).db", "100%?mode=ro&x#y.db", "a;b'c\"d.db", "%41.db", "file:x.db", "no-extension"} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			store := open(t, path, sqlite.Options{})
			begin(t, store, began)
			if _, err := os.Stat(path); err != nil {
				t.Fatal(err)
			}
			if err := store.Close(); err != nil {
				t.Fatal(err)
			}
			again := open(t, path, sqlite.Options{ReadOnly: true})
			n := 0
			for _, err := range again.Runs(t.Context(), archive.Filter{}) {
				if err != nil {
					t.Fatal(err)
				}
				n++
			}
			if n != 1 {
				t.Errorf("%d runs, want 1", n)
			}
		})
	}
}

// A relative path is one of the working directory, whatever it starts with.
func TestOpenRelative(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, name := range []string{"fangzhi.db", "file:x.db", ":memory:"} {
		open(t, name, sqlite.Options{}).Close()
		if _, err := os.Stat(name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOpenEmptyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "archive.db")
	write(t, path, "")
	begin(t, open(t, path, sqlite.Options{}), began)
}

func TestOpenWithoutPermission(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root may do everything")
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "archive.db")
	if err := open(t, path, sqlite.Options{}).Close(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name      string
		file, dir os.FileMode
		path      string
		want      string
	}{
		{"a file that cannot be written", 0o444, 0o755, path, "do not allow it"},
		{"a directory that cannot be written", 0o644, 0o555, path, "nothing can be written in the directory"},
		{"neither", 0o444, 0o555, path, "nothing can be written in the directory"},
		{"a new file in a directory that cannot be written", 0o644, 0o555, path + "2", "nothing can be written in the directory"},
	} {
		os.Chmod(path, c.file)
		os.Chmod(dir, c.dir)
		store, err := sqlite.Open(t.Context(), c.path, sqlite.Options{})
		if err == nil {
			store.Close()
			t.Errorf("%s: opened", c.name)
		} else if !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %q does not say %q", c.name, err, c.want)
		}
		if c.path == path {
			open(t, path, sqlite.Options{ReadOnly: true})
		}
	}
	os.Chmod(dir, 0o755)
}

// A file has the format's marks, so that other tools can tell what it is.
func TestFormat(t *testing.T) {
	path := filepath.Join(t.TempDir(), "archive.db")
	if err := open(t, path, sqlite.Options{}).Close(); err != nil {
		t.Fatal(err)
	}
	steps, err := filepath.Glob("migrations/*.sql")
	if err != nil || len(steps) == 0 {
		t.Fatalf("%d migrations, %v", len(steps), err)
	}
	for i, step := range steps {
		if want := fmt.Sprintf("%04d_", i+1); !strings.HasPrefix(filepath.Base(step), want) {
			t.Errorf("step %d is %s, want %s…", i+1, step, want)
		}
	}
	db := raw(t, path)
	for pragma, want := range map[string]string{"application_id": "1717664360", "user_version": strconv.Itoa(len(steps)), "journal_mode": "wal", "integrity_check": "ok"} {
		var got string
		if err := db.QueryRow("PRAGMA " + pragma).Scan(&got); err != nil || got != want {
			t.Errorf("%s: %s, %v, want %s", pragma, got, err, want)
		}
	}
}

func TestClosed(t *testing.T) {
	store := open(t, filepath.Join(t.TempDir(), "archive.db"), sqlite.Options{})
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Errorf("closing again: %v", err)
	}
	if _, err := store.Page(t.Context(), "a", "u"); err == nil || !strings.Contains(err.Error(), "closed") {
		t.Errorf("page: %v", err)
	}
	if err := store.Record(t.Context(), "r", nil); err == nil || !strings.Contains(err.Error(), "closed") {
		t.Errorf("record: %v", err)
	}
	for _, err := range store.Pages(t.Context(), archive.Filter{}) {
		if err == nil || !strings.Contains(err.Error(), "closed") {
			t.Errorf("pages: %v", err)
		}
	}
}

// An archive of any older format is brought to today's when it is opened for
// writing, and keeps what it holds.
func TestUpgrade(t *testing.T) {
	steps, err := filepath.Glob("migrations/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for n := 1; n < len(steps); n++ {
		path := filepath.Join(t.TempDir(), "archive.db")
		for _, step := range steps[:n] {
			b, err := os.ReadFile(step)
			if err != nil {
				t.Fatal(err)
			}
			run(t, path, string(b))
		}
		run(t, path, "PRAGMA application_id = 1717664360", "PRAGMA user_version = "+strconv.Itoa(n),
			`INSERT INTO runs (id, site, planned, "trigger", state, reason, "full", owner, discovered, requests, bytes)
			 VALUES ('old', 'zjg-edz', 1, 'manual', 'running', '', 0, '', 0, 0, 0)`)
		if _, err := sqlite.Open(t.Context(), path, sqlite.Options{ReadOnly: true}); err == nil || !strings.Contains(err.Error(), "open it once for writing") {
			t.Errorf("format %d, to be read: %v", n, err)
		}
		store := open(t, path, sqlite.Options{})
		fill(t, store, "old", 3)
		if err := store.Learn(t.Context(), "old", "zjg-edz", "furniture", []byte("a")); err != nil {
			t.Errorf("format %d: %v", n, err)
		}
	}
}
