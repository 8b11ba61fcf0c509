package sqlite_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"fangzhi/archive"
	"fangzhi/archive/sqlite"
)

// everything fills an archive in which no column is empty.
func everything(t *testing.T, store *sqlite.Store) {
	t.Helper()
	at := began.Add(24 * time.Hour)
	first := begin(t, store, began)
	twoVersions(t, store, first)
	all := fill(t, store, first, 6)
	end := archive.Run{
		ID: first, Site: "zjg-edz", Planned: began, Trigger: archive.TriggerCatchUp, State: archive.RunDone, Started: began, Ended: began.Add(time.Hour),
		Reason: "wanted", Full: true, FullSince: began, Walk: true, Owner: "host/1/ab", Articles: archive.Tally{archive.New: 3}, Lists: archive.Tally{archive.New: 1},
		Requisites: archive.Tally{archive.New: 1}, Discovered: 4, Requests: 5, Bytes: 6, Columns: []archive.Yield{{Column: "热点资讯", Lists: 1}}, Notes: []string{"a cap"},
	}
	if err := store.EndRun(t.Context(), end); err != nil {
		t.Fatal(err)
	}
	r := begin(t, store, at)
	p := all[3].Page
	p.Request = &archive.Request{Method: "POST", URL: p.URL, Body: "page=1", Header: map[string]string{"Accept": "a/b"}, Family: "x", Hint: "y"}
	p.Feeds, p.Item, p.ListedDay, p.Parts = []string{p.URL + "?1"}, 77, "2026-03-01", 1
	c := archive.Capture{URL: p.URL, At: at, Status: 404, Security: "TLS 1.0", Trust: archive.TrustUnverified}
	gone := archive.Settle(r, p, c, nil, archive.Judge(p, c, nil))
	gone.Visit.Absence = &archive.Absence{Doubt: "a doubt"}
	c = archive.Capture{URL: p.URL, At: at.Add(time.Hour), Status: 200, Header: map[string][]string{"Etag": {`"a"`}, "Last-Modified": {"Sun"}}, Payload: []byte("<p>又来"), Trust: archive.TrustUnverified}
	a := item(r, 3).Snapshot.Article
	a.Body += "又来"
	reading := &archive.Reading{Kind: archive.KindArticle, Article: a}
	back := archive.Settle(r, gone.Page, c, reading, archive.Judge(gone.Page, c, reading))
	back.Page.ReadAs, back.Page.Failures, back.Snapshot.Reader, back.Snapshot.Rules = archive.DigestOf([]byte("x")), 0, 2, archive.DigestOf([]byte("rules"))
	back.Snapshot.Parts = []archive.Part{{URL: p.URL + "?2", Missing: "not there"}}
	back.Visit.MovedTo, back.Visit.Security, back.Snapshot.Story = p.URL, "TLS 1.0", "https://other.example/"
	back.Page.Due = at.AddDate(1, 0, 0)
	found := p
	found.Column, found.Due = "要闻", time.Time{}
	back.Discovered = []archive.Page{found}
	moved := all[4].Page
	c = archive.Capture{URL: moved.URL, At: at.Add(time.Minute), Status: 503, Truncated: "length", Payload: []byte("a")}
	failed := archive.Settle(r, moved, c, nil, archive.Judge(moved, c, nil))
	alias := archive.Page{Site: "zjg-edz", URL: p.URL + "?print", Column: "要闻", Kind: archive.KindUnread, State: archive.StateAlias, MovedTo: p.URL, FirstSeen: at, Item: 77}
	failed.Discovered = []archive.Page{alias}
	if err := store.Record(t.Context(), r, []archive.Entry{gone, back, failed}); err != nil {
		t.Fatal(err)
	}
	for n := range 3 {
		article := item(r, 2).Snapshot.Article
		article.Editor = fmt.Sprint("编辑", n)
		again := archive.Again{Site: "zjg-edz", URL: address(2), Version: 1, At: at.Add(time.Duration(n) * time.Hour), Rules: archive.DigestOf([]byte{byte(n)}), Reader: 3 + n, Article: article}
		if err := store.Reread(t.Context(), r, []archive.Again{again}); err != nil {
			t.Fatal(err)
		}
	}
	if err := store.Learn(t.Context(), r, "zjg-edz", "furniture", []byte("{}")); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Seal(t.Context(), at); err != nil {
		t.Fatal(err)
	}
}

// Whatever column of whatever row is another than it was, verify tells; but for
// what is listed here, with the reason. What is worked out of the rest, words and
// sketches, is made anew by Rebuild.
func TestVerifyTellsEachColumn(t *testing.T) {
	t.Parallel()
	var columns [][2]string
	untold := map[string]string{
		"pages.due":           "its index tells where a disk flips it; it changes by itself",
		"runs.lease":          "is moved while a run is open, and is nothing after",
		"snapshots.sketch":    "is worked out of the article",
		"readings.n":          "its index tells where a disk flips it",
		"payloads.dictionary": "is not in use",
		"checkpoint.at":       "tells when, and proves nothing",
	}
	path := filepath.Join(t.TempDir(), "archive.db")
	store := open(t, path, sqlite.Options{})
	everything(t, store)
	if lines, _ := verified(t, store, archive.VerifyOptions{}); len(lines) > 0 {
		t.Fatalf("before anything was changed: %q", lines)
	}
	db := raw(t, path)
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.Exec(`PRAGMA foreign_keys = 0; PRAGMA ignore_check_constraints = 1`); err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{"runs", "pages", "visits", "snapshots", "readings", "payloads", "learnt", "log", "checkpoint"} {
		rows, err := db.Query(`SELECT name FROM pragma_table_info(?) WHERE NOT pk`, table)
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			var column string
			if err := rows.Scan(&column); err != nil {
				t.Fatal(err)
			}
			columns = append(columns, [2]string{table, column})
		}
		if err := rows.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range columns {
		name, column := c[0]+"."+c[1], `"`+c[1]+`"`
		var id int64
		var was any
		if err := db.QueryRow(`SELECT rowid, `+column+` FROM `+c[0]+` WHERE `+column+` NOT IN ('', 0) ORDER BY 1 DESC LIMIT 1`).Scan(&id, &was); err != nil {
			if _, listed := untold[name]; !listed {
				t.Errorf("%s: is empty: everything has to fill it: %v", name, err)
			}
			continue
		}
		set := func(v any) error {
			_, err := db.Exec(`UPDATE `+c[0]+` SET `+column+` = ? WHERE rowid = ?`, v, id)
			return err
		}
		err := set(flipped(was, 1))
		if err != nil { // another row is that already
			err = set(flipped(was, 1<<20))
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		lines, _ := verified(t, store, archive.VerifyOptions{})
		if _, listed := untold[name]; listed == (len(lines) > 0) {
			t.Errorf("%s: listed as untold: %v, told: %q", name, listed, lines)
		}
		if err := set(was); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	if lines, _ := verified(t, store, archive.VerifyOptions{}); len(lines) > 0 {
		t.Errorf("after all was put back: %q", lines)
	}
}

// flipped is a value of a column with that bit of a number, or the lowest of its
// first byte, another.
func flipped(v any, bit int64) any {
	switch v := v.(type) {
	case int64:
		return v ^ bit
	case string:
		return string(v[0]^1) + v[1:]
	case []byte:
		return append([]byte{v[0] ^ 1}, v[1:]...)
	}
	return v
}
