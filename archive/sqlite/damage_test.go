package sqlite_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fangzhi/archive"
	"fangzhi/archive/sqlite"
)

func TestDamagedPayload(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, statement string }{
		{"a bit of packed bytes", `UPDATE payloads SET bytes = CAST(substr(bytes, 1, 200) || x'00' || substr(bytes, 202) AS BLOB)`},
		{"the end of packed bytes", `UPDATE payloads SET bytes = substr(bytes, 1, length(bytes) - 9)`},
		{"no bytes", `UPDATE payloads SET bytes = x''`},
		{"a size too small", `UPDATE payloads SET size = 10`},
		{"a size beyond reason", `UPDATE payloads SET size = 1 << 60`},
		{"a size below nothing", `UPDATE payloads SET size = -1`},
		{"another coding", `UPDATE payloads SET coding = 'identity'`},
		{"an unknown coding", `UPDATE payloads SET coding = 'rot13'`},
		{"a dictionary that is not there", `UPDATE payloads SET dictionary = x'00'`},
		{"a bit of plain bytes", `UPDATE payloads SET coding = 'identity', bytes = zeroblob(size)`},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "archive.db")
			store := open(t, path, sqlite.Options{})
			r := begin(t, store, began)
			fill(t, store, r, 1)
			run(t, path, c.statement)
			payload, err := store.Payload(t.Context(), archive.DigestOf(item(r, 0).Payload))
			if !errors.Is(err, archive.ErrCorrupt) {
				t.Errorf("got %d bytes and %v, want ErrCorrupt", len(payload), err)
			}
		})
	}
}

// A version that cannot be read keeps no other from being listed, found and indexed,
// and is in no search.
func TestDamagedArticle(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "archive.db")
	store := open(t, path, sqlite.Options{})
	id := begin(t, store, began)
	fill(t, store, id, 5)
	run(t, path, `UPDATE snapshots SET article = '{' || char(26) || article WHERE id = 2`, `UPDATE snapshots SET parts = 'x' WHERE id = 4`)
	store = open(t, path, sqlite.Options{})
	var unread []string
	n := 0
	for s, err := range store.Snapshots(t.Context(), archive.Filter{}) {
		if err != nil {
			t.Fatal(err)
		}
		if n++; s.Unread != "" {
			unread = append(unread, s.URL+": "+s.Fault())
		}
	}
	if n != 5 || len(unread) != 2 || !strings.HasPrefix(unread[0], address(1)+": its article cannot be read: invalid character") || !strings.HasPrefix(unread[1], address(3)+": its parts cannot be read: invalid character") {
		t.Errorf("%d versions, unread %q", n, unread)
	}
	fill(t, store, id, 8)
	found := 0
	for s, err := range store.Search(t.Context(), "粮食", archive.Filter{}) {
		if err != nil {
			t.Fatal(err)
		}
		if found++; s.URL == address(1) {
			t.Errorf("found version %d of %s", s.Version, s.URL)
		}
	}
	if found != 7 {
		t.Errorf("found %d, want 7", found)
	}
}

func lines(t *testing.T, store *sqlite.Store) []string {
	t.Helper()
	var all []string
	for line, err := range store.Check(t.Context(), 0, 0) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, line)
	}
	return all
}

// Zeros over a part of the file, as a failing disk leaves them.
func TestDamagedFile(t *testing.T) {
	t.Parallel()
	for _, table := range []string{"pages_due", "visits", "snapshots_identity", "payloads"} {
		t.Run(table, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "archive.db")
			store := open(t, path, sqlite.Options{})
			fill(t, store, begin(t, store, began), 50)
			if got := lines(t, store); len(got) > 0 {
				t.Fatalf("before: %q", got)
			}
			if err := store.Close(); err != nil {
				t.Fatal(err)
			}
			zero(t, path, table)
			if got := lines(t, open(t, path, sqlite.Options{ReadOnly: true})); len(got) == 0 || !strings.HasPrefix(got[0], "file: ") {
				t.Errorf("the damage is not seen: %q", got)
			}
		})
	}
}

// zero overwrites the root of a table or an index.
func zero(t *testing.T, path, table string) {
	t.Helper()
	db := raw(t, path)
	var root, size int64
	if err := db.QueryRow(`SELECT rootpage, (SELECT page_size FROM pragma_page_size) FROM sqlite_schema WHERE name = ?`, table).Scan(&root, &size); err != nil {
		t.Fatal(err)
	}
	db.Close()
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.WriteAt(make([]byte, size-8), (root-1)*size+8); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestCheckReferences(t *testing.T) {
	path := filepath.Join(t.TempDir(), "archive.db")
	store := open(t, path, sqlite.Options{})
	fill(t, store, begin(t, store, began), 3)
	run(t, path, `PRAGMA foreign_keys = 0`, `DELETE FROM pages WHERE url = '`+address(1)+`'`)
	got := lines(t, store)
	want := []string{
		"snapshots: row 2: refers to a row of pages that is not there",
		"visits: row 2: refers to a row of pages that is not there",
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A disk that is full keeps all that was acknowledged, takes nothing in part,
// and goes on when there is room again.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "archive.db")
	store := open(t, path, sqlite.Options{})
	r := begin(t, store, began)
	if err := store.LimitPages(t.Context(), 100); err != nil {
		t.Fatal(err)
	}
	recorded := 0
	var failure error
	var batch []archive.Entry
	for failure == nil {
		batch = nil
		for i := range 7 {
			batch = append(batch, item(r, recorded+i))
		}
		if failure = store.Record(t.Context(), r, batch); failure == nil {
			recorded += len(batch)
		}
	}
	for _, want := range []string{"the disk is full", path} {
		if !strings.Contains(failure.Error(), want) {
			t.Errorf("error %q does not say %q", failure, want)
		}
	}
	holds(t, store, recorded)
	for range 3 {
		if err := store.Record(t.Context(), r, batch); err == nil {
			t.Fatal("recorded on a full disk")
		}
	}
	holds(t, store, recorded)
	if _, err := store.Alike(t.Context(), batch[0].Snapshot.Sketch); err != nil {
		t.Error(err)
	}
	for _, err := range store.Search(t.Context(), "粮食", archive.Filter{}) {
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := store.LimitPages(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	if err := store.Record(t.Context(), r, batch); err != nil {
		t.Fatal(err)
	}
	holds(t, store, recorded+len(batch))
}

// holds fails the test unless the first n items, and no others, are there in
// all their parts.
func holds(t *testing.T, store *sqlite.Store, n int) {
	t.Helper()
	visits, snapshots, payloads := 0, 0, 0
	for v, err := range store.Visits(t.Context(), archive.Filter{}) {
		if err != nil {
			t.Fatal(err)
		}
		visits++
		if _, err := store.Page(t.Context(), v.Site, v.URL); err != nil {
			t.Error(err)
		}
	}
	for s, err := range store.Snapshots(t.Context(), archive.Filter{}) {
		if err != nil {
			t.Fatal(err)
		}
		snapshots++
		if _, err := store.Payload(t.Context(), s.Payload); err != nil {
			t.Error(err)
		}
	}
	for _, err := range store.Payloads(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		payloads++
	}
	if visits != n || snapshots != n || payloads != n {
		t.Errorf("%d visits, %d snapshots, %d payloads: want %d of each", visits, snapshots, payloads, n)
	}
	if got := lines(t, store); len(got) > 0 {
		t.Errorf("check: %q", got)
	}
}
