package sqlite_test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"fangzhi/archive/sqlite"
)

// A byte of the index for search that is another keeps no search from finding what
// it found without that being told; Rebuild mends it.
func TestVerifyTellsWords(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "archive.db")
	store := open(t, path, sqlite.Options{})
	id := begin(t, store, began)
	twoVersions(t, store, id)
	fill(t, store, id, 12)
	if err := store.Index(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := lines(t, store); len(got) > 0 {
		t.Fatalf("before: %q", got)
	}
	db := raw(t, path)
	defer db.Close()
	var blocks []int64
	rows, err := db.Query(`SELECT id FROM words_data WHERE id > 10`)
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			t.Fatal(err)
		}
		blocks = append(blocks, id)
	}
	// What a search can find: which word stands where, as FTS5 itself tells.
	found := func() (all string) {
		reader := raw(t, path)
		defer reader.Close()
		reader.SetMaxOpenConns(1)
		if _, err := reader.Exec(`CREATE VIRTUAL TABLE temp.instances USING fts5vocab(main, words, instance)`); err != nil {
			t.Fatal(err)
		}
		if err := reader.QueryRow(`SELECT group_concat(concat_ws(' ', term, doc, col, offset), ';') FROM instances`).Scan(&all); err != nil {
			return err.Error()
		}
		return all
	}
	before := found()
	random := rand.New(rand.NewPCG(5, 5))
	harmless := 0
	for range 60 {
		block := blocks[random.IntN(len(blocks))]
		var was []byte
		if err := db.QueryRow(`SELECT block FROM words_data WHERE id = ?`, block).Scan(&was); err != nil {
			t.Fatal(err)
		}
		is := append([]byte{}, was...)
		at, bit := random.IntN(len(is)), random.IntN(8)
		is[at] ^= 1 << bit
		if _, err := db.Exec(`UPDATE words_data SET block = ? WHERE id = ?`, is, block); err != nil {
			t.Fatal(err)
		}
		reader := open(t, path, sqlite.Options{ReadOnly: true})
		got := lines(t, reader)
		reader.Close()
		if same := found() == before; !same && len(got) == 0 {
			t.Errorf("bit %d of byte %d of block %d: a search finds something else, and nothing is told", bit, at, block)
		} else if same {
			harmless++
		}
		if _, err := db.Exec(`UPDATE words_data SET block = ? WHERE id = ?`, was, block); err != nil {
			t.Fatal(err)
		}
	}
	if harmless > 30 {
		t.Errorf("%d of 60 flips changed nothing", harmless)
	}
}

// What the index has of a page that it should not, or has not, is told as that; a
// version that is damaged itself is told as such. A share looks at some of the words.
func TestVerifyNamesWords(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "archive.db")
	store := open(t, path, sqlite.Options{})
	id := begin(t, store, began)
	fill(t, store, id, 5)
	if err := store.Index(t.Context()); err != nil {
		t.Fatal(err)
	}
	const missed = "the index for search has not the words of %s: a search may miss it; fangzhi verify --repair makes it anew"
	for name, tt := range map[string]struct{ statement, want string }{
		"one page":       {`DELETE FROM words WHERE rowid = 1`, fmt.Sprintf(missed, "the latest version of "+address(0))},
		"all":            {`INSERT INTO words (words) VALUES ('delete-all')`, fmt.Sprintf(missed, "5 versions (the first of them that of "+address(0)+")")},
		"a strange page": {`INSERT INTO words (rowid, title, body) VALUES (4711, 'a ', 'b ')`, "the index for search has words of 1 pages that are not there: fangzhi verify --repair makes it anew"},
	} {
		run(t, path, tt.statement)
		if got := lines(t, store); len(got) != 1 || got[0] != tt.want {
			t.Errorf("%s: got %q, want %q", name, got, tt.want)
		}
		if err := store.Rebuild(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := lines(t, store); len(got) > 0 {
			t.Errorf("%s: made anew: %q", name, got)
		}
	}
	run(t, path, `DELETE FROM words WHERE rowid = 2`, `INSERT INTO words (rowid, title, body) SELECT 2, 'gr ', 'gr '`)
	told := 0
	for part := range 7 {
		for _, err := range store.Check(t.Context(), part+1, 7) {
			if err != nil {
				t.Fatal(err)
			}
			told++
		}
	}
	if told == 0 {
		t.Error("no share tells of it")
	}
	if err := store.Rebuild(t.Context()); err != nil {
		t.Fatal(err)
	}
	run(t, path, `UPDATE snapshots SET article = replace(article, '。', '！农') WHERE id = 3`)
	if got := lines(t, store); len(got) > 0 {
		t.Errorf("a damaged version: %q", got)
	}
}
