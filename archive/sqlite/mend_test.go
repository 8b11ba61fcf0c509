package sqlite_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"fangzhi/archive"
	"fangzhi/archive/sqlite"
	"fangzhi/archive/storetest"
)

// What refers to a visit is damaged, or the visit, or both: each is restored, and
// nothing that cannot be keeps anything else from being restored. The visit is there
// under its identity, and gets no second leaf.
func TestMendDanglingReferences(t *testing.T) {
	t.Parallel()
	for name, statements := range map[string][]string{
		"refers to none":             {`UPDATE log SET visit = visit + 4096 WHERE n = 1`},
		"refers to none of two":      {`UPDATE log SET visit = visit + 4096 WHERE n IN (1, 3)`, `DELETE FROM visits WHERE id = (SELECT visit FROM log WHERE n = 4)`},
		"refers to that of another":  {`DROP INDEX log_visit`, `CREATE INDEX log_visit ON log (visit)`, `UPDATE log SET visit = (SELECT visit FROM log WHERE n = 0) WHERE n = 1`},
		"the visit is another's too": {`DROP INDEX log_visit`, `CREATE INDEX log_visit ON log (visit)`, `DELETE FROM visits WHERE id = (SELECT visit FROM log WHERE n = 1)`, `UPDATE log SET visit = (SELECT visit FROM log WHERE n = 0) WHERE n = 1`},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "a.db")
			store, kept := open(t, path, sqlite.Options{}), open(t, filepath.Join(dir, "kept.db"), sqlite.Options{})
			id := begin(t, store, began)
			fill(t, store, id, 8)
			ended(t, store)
			copied(t, store, kept)
			before, err := store.Log(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if err := store.Close(); err != nil {
				t.Fatal(err)
			}
			for _, s := range append(statements, `UPDATE visits SET reason = 'x' WHERE id = (SELECT visit FROM log WHERE n = 6)`, `UPDATE pages SET found_on = 'x' WHERE id = 8`) {
				run(t, path, s)
			}
			store = open(t, path, sqlite.Options{})
			if _, err := store.Seal(t.Context(), began); err != nil {
				t.Fatal(err)
			}
			if log, err := store.Log(t.Context()); err != nil || log.Size != before.Size {
				t.Errorf("log %+v, %v: want %d leaves", log, err, before.Size)
			}
			var left []string
			err = archive.Mend(t.Context(), store, kept, archive.MendOptions{Left: func(what string, why error) { left = append(left, fmt.Sprint(what, ": ", why)) }})
			if err != nil {
				t.Error(err)
			}
			sound(t, store, copied(t, kept, open(t, filepath.Join(dir, "c.db"), sqlite.Options{})))
			storetest.Same(t, store, kept)
			if left != nil {
				t.Errorf("left: %q", left)
			}
		})
	}
}

// How a version read when it was taken is restored where it is lost, and how it reads
// now stays.
func TestMendLostReading(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "a.db")
	store, kept := open(t, path, sqlite.Options{}), open(t, filepath.Join(dir, "kept.db"), sqlite.Options{})
	id := begin(t, store, began)
	twoVersions(t, store, id)
	for n := range 2 {
		again := archive.Again{Site: "zjg-edz", URL: address(0), Version: 2, At: began.AddDate(0, 0, 2+n), Reader: 8 + n, Article: archive.Article{Title: "再读", Body: fmt.Sprint(n)}}
		if err := store.Reread(t.Context(), id, []archive.Again{again}); err != nil {
			t.Fatal(err)
		}
	}
	ended(t, store)
	copied(t, store, kept)
	run(t, path, `DELETE FROM readings WHERE n = 0`)
	if got, _ := verified(t, store, archive.VerifyOptions{}); len(got) == 0 {
		t.Error("nothing is told")
	}
	if err := archive.Mend(t.Context(), store, kept, archive.MendOptions{}); err != nil {
		t.Fatal(err)
	}
	if got, _ := verified(t, store, archive.VerifyOptions{}); len(got) > 0 {
		t.Errorf("mended: %q", got)
	}
	storetest.Same(t, store, kept)
}
