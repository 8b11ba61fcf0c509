package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"fangzhi/archive"
	"fangzhi/archive/sqlite"
)

// verified returns what Verify finds wrong, a line each.
func verified(t *testing.T, store archive.Store, o archive.VerifyOptions) (lines []string, report archive.VerifyReport) {
	t.Helper()
	report, err := archive.Verify(t.Context(), store, o, func(f archive.Fault) {
		lines = append(lines, f.Object+": "+f.Text)
	})
	if err != nil {
		t.Fatal(err)
	}
	if report.Faults != len(lines) {
		t.Errorf("%d faults reported, %d told", report.Faults, len(lines))
	}
	return lines, report
}

// twoVersions fills an archive with three pages; the first was visited three
// times, changed, and is gone.
func twoVersions(t *testing.T, store *sqlite.Store, run string) {
	t.Helper()
	all := fill(t, store, run, 3)
	p := all[0].Page
	a := item(run, 0).Snapshot.Article
	a.Body += "改过"
	c := archive.Capture{URL: p.URL, At: began.Add(time.Hour), Status: 200, Header: map[string][]string{"A": {"b"}}, Payload: []byte("<p>改过")}
	reading := &archive.Reading{Kind: archive.KindArticle, Article: a}
	changed := archive.Settle(run, p, c, reading, archive.Judge(p, c, reading))
	c = archive.Capture{URL: p.URL, At: began.Add(2 * time.Hour), Status: 404}
	gone := archive.Settle(run, changed.Page, c, nil, archive.Judge(changed.Page, c, nil))
	if err := store.Record(t.Context(), run, []archive.Entry{changed, gone}); err != nil {
		t.Fatal(err)
	}
}

// Each kind of damage is found, and told by what is damaged.
func TestVerifyTellsWhatIsDamaged(t *testing.T) {
	t.Parallel()
	u0, u1 := address(0), address(1)
	second := "version 2 of " + u0
	unlike := "page " + u0 + ": what is kept of it is not what was written, by its checksum: "
	for name, c := range map[string]struct {
		damage []string
		want   []string // parts of the lines, in their order
	}{
		"sound": {},
		"a payload that changed": {
			[]string{`UPDATE payloads SET coding = 'identity', bytes = x'00' WHERE digest = (SELECT payload FROM snapshots WHERE version = 2)`},
			[]string{"payload " + string(archive.DigestOf([]byte("<p>改过"))) + ": "},
		},
		"a payload that is not there": {
			[]string{`DELETE FROM payloads WHERE digest = (SELECT payload FROM snapshots WHERE version = 2)`},
			[]string{"page " + u0 + ": refers to payload " + string(archive.DigestOf([]byte("<p>改过"))) + ", which is not there"},
		},
		"an article that changed": {
			[]string{`UPDATE snapshots SET article = replace(article, '改过', '改改') WHERE version = 2`},
			[]string{second + ": has not the fingerprint of its article", "visit of " + u0 + " at 2026-03-01T09:00:00.000Z: it, or the version that it cut, is not what leaf 3 of the log sealed"},
		},
		"an article that cannot be read": {
			[]string{`UPDATE snapshots SET article = '{' WHERE version = 2`},
			[]string{second + ": its article cannot be read: unexpected end of JSON input", "visit of " + u0 + " at 2026-03-01T09:00:00.000Z: it, or the version that it cut, is not what leaf 3"},
		},
		"an article that changed with its fingerprint": {
			[]string{`UPDATE snapshots SET story = 'https://other.example/' WHERE version = 2`},
			[]string{"visit of " + u0 + " at 2026-03-01T09:00:00.000Z: it, or the version that it cut, is not what leaf 3"},
		},
		"a visit that changed": {
			[]string{`UPDATE visits SET reason = 'all is well' WHERE outcome = 'gone'`},
			[]string{"visit of " + u0 + " at 2026-03-01T10:00:00.000Z: it, or the version"},
		},
		"a visit that is not there": {
			[]string{`PRAGMA foreign_keys = 0`, `DELETE FROM visits WHERE outcome = 'gone'`},
			[]string{"database: log: row 4: refers", "page " + u0 + ": counts 3 visits, the ledger has 2", "page " + u0 + `: is in the state "gone"`, "leaf 4 of the log: its visit is not there"},
		},
		"a visit that is not there, and nothing that tells": {
			[]string{`DELETE FROM log WHERE n = 4`, `DELETE FROM visits WHERE outcome = 'gone'`, `UPDATE pages SET visits = 2, state = 'live', last_visit = last_seen WHERE visits = 3`},
			[]string{unlike + "how it was found", "log: has 4 leaves, the archive's own checkpoint has 5: entries are missing"},
		},
		"a leaf in the middle that is not there": {
			[]string{`DELETE FROM log WHERE n = 3`},
			[]string{"leaf 3 of the log: is not there"},
		},
		"the log made anew over a changed visit": {
			[]string{`UPDATE visits SET reason = 'all is well' WHERE outcome = 'gone'`, `DELETE FROM log`, "SEAL"},
			[]string{"log: has been rewritten: the root of its first 5 leaves is "},
		},
		"a node of the log": {
			[]string{`UPDATE log SET hashes = CAST(substr(hashes, 1, 64) || zeroblob(32) AS BLOB) WHERE n = 3`},
			[]string{"node 0 of level 2 of the log: is not the hash of the nodes below it"},
		},
		"a version that is not there": {
			[]string{`DELETE FROM snapshots WHERE version = 1 AND page = 1`},
			[]string{second + ": comes after version 0", "version 1 of " + u0 + ": is not there, though a visit cut it", "visit of " + u0 + " at 2026-03-01T08:00:00.000Z: it, or the version"},
		},
		"a page that is not there": {
			[]string{`PRAGMA foreign_keys = 0`, `DELETE FROM pages WHERE url = '` + u1 + `'`},
			[]string{"database: snapshots: row 2: refers", "database: visits: row 2: refers", "leaf 1 of the log: its visit is not there"},
		},
		"a page that counts wrong": {
			[]string{`UPDATE pages SET visits = 7, versions = 3, failures = 1, state = 'live' WHERE id = 1`},
			[]string{"page " + u0 + ": counts 7 visits, the ledger has 3", unlike + "how it was found", "page " + u0 + `: is in the state "live", which does not follow from its last visit's outcome "gone"`, "page " + u0 + ": counts 3 versions, the archive holds 2"},
		},
		"a page whose times are wrong": {
			[]string{`UPDATE pages SET last_visit = last_visit + 1, last_seen = last_seen - 1, failures = 1, fingerprint = zeroblob(32) WHERE id = 1`},
			[]string{"says its last visit was at 2026-03-01T10:00:00.001Z, the ledger says at 2026-03-01T10:00:00.000Z", "says it was last seen at", "counts 1 failures in a row, the ledger has 0", unlike + "how it was found", unlike + "its title"},
		},
		"a run that has no end": {
			[]string{`UPDATE runs SET state = 'done'`},
			[]string{"run zjg-edz@2026-03-01T08:00:00.000Z: what it says is not what was written", "run zjg-edz@2026-03-01T08:00:00.000Z: is done, but has no time at which it ended"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "archive.db")
			store := open(t, path, sqlite.Options{})
			twoVersions(t, store, begin(t, store, began))
			if _, err := store.Seal(t.Context(), began); err != nil {
				t.Fatal(err)
			}
			last := len(c.damage) - 1
			if last >= 0 && c.damage[last] == "SEAL" {
				run(t, path, c.damage[:last]...)
				if _, err := store.Seal(t.Context(), began); err != nil {
					t.Fatal(err)
				}
			} else if last >= 0 {
				run(t, path, c.damage...)
			}
			got, _ := verified(t, store, archive.VerifyOptions{})
			if len(got) != len(c.want) {
				t.Fatalf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
			for i := range got {
				if !strings.Contains(got[i], c.want[i]) {
					t.Errorf("got\n%s\nwant\n%s", got[i], c.want[i])
				}
			}
		})
	}
}

// What was put into the file behind the log's back has no leaf, which is told.
func TestVerifyTellsWhatIsNotSealed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "archive.db")
	store := open(t, path, sqlite.Options{})
	twoVersions(t, store, begin(t, store, began))
	run(t, path, `CREATE TEMP TABLE copied AS SELECT * FROM visits WHERE id = 2`,
		`UPDATE copied SET id = 99, at = at + 1, outcome = 'unchanged', header = NULL, request = NULL`, `INSERT INTO visits SELECT * FROM copied`,
		`UPDATE pages SET visits = 2, last_visit = last_visit + 1, last_seen = last_seen + 1 WHERE id = (SELECT page FROM visits WHERE id = 2)`)
	if got, report := verified(t, store, archive.VerifyOptions{}); len(got) != 1 || !strings.Contains(got[0], "by its checksum: how it was found") || report.Unsealed != 1 {
		t.Errorf("%d unsealed, faults %q", report.Unsealed, got)
	}
}

// A checkpoint that was kept elsewhere tells what the archive's own does not.
func TestVerifyAgainstACheckpoint(t *testing.T) {
	path := filepath.Join(t.TempDir(), "archive.db")
	store := open(t, path, sqlite.Options{})
	r := begin(t, store, began)
	fill(t, store, r, 3)
	kept, err := store.Seal(t.Context(), began)
	if err != nil {
		t.Fatal(err)
	}
	all := fill(t, store, r, 5)
	if err := store.Record(t.Context(), r, []archive.Entry{unchanged(r, all[4], 1)}); err != nil {
		t.Fatal(err)
	}
	if got, report := verified(t, store, archive.VerifyOptions{Checkpoint: &kept}); len(got) > 0 || report.Leaves != 6 {
		t.Errorf("%d leaves, faults %q", report.Leaves, got)
	}
	run(t, path, `UPDATE visits SET reason = 'never mind' WHERE id = 2`, `DELETE FROM log`, `DELETE FROM checkpoint`)
	if _, err := store.Seal(t.Context(), began); err != nil {
		t.Fatal(err)
	}
	if got, _ := verified(t, store, archive.VerifyOptions{}); len(got) > 0 {
		t.Errorf("without the checkpoint: %q", got)
	}
	if got, _ := verified(t, store, archive.VerifyOptions{Checkpoint: &kept}); len(got) != 1 || !strings.Contains(got[0], "log: has been rewritten: the root of its first 3 leaves is ") {
		t.Errorf("against the checkpoint: %q", got)
	}
	kept.Size = 7
	if got, _ := verified(t, store, archive.VerifyOptions{Checkpoint: &kept}); len(got) != 1 || !strings.Contains(got[0], "has 6 leaves, the checkpoint kept elsewhere has 7: entries are missing") {
		t.Errorf("against a checkpoint of more: %q", got)
	}
}

// A checkpoint that is none of the log is not written over by what is recorded next:
// it goes on telling, and a copy has a new one.
func TestStrayCheckpoint(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "archive.db")
	store := open(t, path, sqlite.Options{})
	id := begin(t, store, began)
	fill(t, store, id, 3)
	if _, err := store.Seal(t.Context(), began); err != nil {
		t.Fatal(err)
	}
	run(t, path, `UPDATE checkpoint SET root = zeroblob(32)`, `UPDATE log SET hashes = CAST(zeroblob(32) || substr(hashes, 33) AS BLOB) WHERE n = 1`)
	fill(t, store, id, 5)
	if _, err := store.Seal(t.Context(), began.Add(time.Hour)); !errors.Is(err, archive.ErrCorrupt) || !strings.Contains(err.Error(), "the last checkpoint, of 3 entries, is none of the log") {
		t.Errorf("sealed: %v", err)
	}
	r, err := collectOne(store.Runs(t.Context(), archive.Filter{}))
	if err != nil {
		t.Fatal(err)
	}
	r.State, r.Ended = archive.RunDone, began.Add(time.Hour)
	if err := store.EndRun(t.Context(), r); err != nil {
		t.Errorf("the run cannot be closed: %v", err)
	}
	got, _ := verified(t, store, archive.VerifyOptions{})
	if !slices.ContainsFunc(got, func(line string) bool {
		return strings.Contains(line, "the archive's own checkpoint, made at 2026-03-01T08:00:00.000Z") && strings.Contains(line, "fangzhi copy makes an archive with a new one")
	}) {
		t.Errorf("faults %q", got)
	}
	to := open(t, filepath.Join(dir, "copy.db"), sqlite.Options{})
	report := copied(t, store, to)
	if report.Righted != 1 || report.Stray.Size != 3 {
		t.Errorf("copied %+v", report)
	}
	sound(t, to, report)
}

// Every payload falls into one part, and the parts are alike.
func TestVerifyParts(t *testing.T) {
	store := open(t, filepath.Join(t.TempDir(), "archive.db"), sqlite.Options{})
	fill(t, store, begin(t, store, began), 60)
	read := 0
	for part := range 4 {
		_, report := verified(t, store, archive.VerifyOptions{Part: part + 1, Parts: 4})
		if report.PayloadsRead == 0 || report.PayloadsRead > 40 || report.Payloads != 60 {
			t.Errorf("part %d: %d of %d payloads", part+1, report.PayloadsRead, report.Payloads)
		}
		read += report.PayloadsRead
	}
	if read != 60 {
		t.Errorf("%d payloads read in all parts, want 60", read)
	}
}

// An archive is sound while it is written.
func TestVerifyWhileRecording(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "archive.db")
	store := open(t, path, sqlite.Options{})
	r := begin(t, store, began)
	all := fill(t, store, r, 200)
	ctx, stop := context.WithCancel(t.Context())
	var group sync.WaitGroup
	group.Go(func() {
		for n := 0; ctx.Err() == nil && n < 60; n++ {
			batch := []archive.Entry{item(r, 1000+n)}
			for i := range all {
				if i%7 == n%7 {
					again := unchanged(r, all[i], 1)
					again.Visit.Header, again.Page.Due = nil, began
					all[i] = again
					batch = append(batch, again)
				}
			}
			if err := store.Record(ctx, r, batch); err != nil && !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		}
	})
	for range 4 {
		if got, _ := verified(t, open(t, path, sqlite.Options{ReadOnly: true}), archive.VerifyOptions{}); len(got) > 0 {
			t.Errorf("%d faults: %s", len(got), strings.Join(got[:min(len(got), 5)], "\n"))
		}
	}
	stop()
	group.Wait()
}

// Damage that ends a listing is a fault, and the rest is looked at.
func TestVerifyGoesOn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "archive.db")
	store := open(t, path, sqlite.Options{})
	twoVersions(t, store, begin(t, store, began))
	run(t, path, `UPDATE log SET hashes = x'00' WHERE n = 2`, `UPDATE payloads SET bytes = x'00' WHERE id = 1`)
	got, report := verified(t, store, archive.VerifyOptions{})
	has := func(part string) bool {
		return slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, part) })
	}
	if !has("log: could not be read to the end: ") || !has("payload sha256:") || report.PayloadsRead != 4 {
		t.Errorf("%d payloads read, faults:\n%s", report.PayloadsRead, fmt.Sprint(strings.Join(got, "\n")))
	}
}

// between reads a version again after the page was read, twice.
type between struct {
	archive.Store
	reread func()
	page   string
	left   int
}

func (b *between) Snapshots(ctx context.Context, f archive.Filter) iter.Seq2[archive.Snapshot, error] {
	return func(yield func(archive.Snapshot, error) bool) {
		if b.left > 0 && f.URL != "" {
			b.left--
			b.reread()
		}
		for s, err := range b.Store.Snapshots(ctx, f) {
			if !yield(s, err) {
				return
			}
		}
	}
}

func (b *between) Pages(ctx context.Context, f archive.Filter) iter.Seq2[archive.Page, error] {
	return func(yield func(archive.Page, error) bool) {
		for p, err := range b.Store.Pages(ctx, f) {
			if p.URL == b.page {
				p.Fingerprint = archive.DigestOf(nil) // as before another reading
			}
			if !yield(p, err) {
				return
			}
		}
	}
}

// A version that is read again while it is verified is no fault.
func TestVerifyWhileRereading(t *testing.T) {
	store := open(t, filepath.Join(t.TempDir(), "archive.db"), sqlite.Options{})
	run := begin(t, store, began)
	twoVersions(t, store, run)
	n := 0
	b := &between{Store: store, page: address(0), left: 2, reread: func() {
		n++
		again := archive.Again{Site: "zjg-edz", URL: address(0), Version: 2, At: began.Add(time.Duration(n) * 24 * time.Hour), Reader: 8, Article: archive.Article{Title: "再读", Body: fmt.Sprint(n)}}
		if err := store.Reread(t.Context(), run, []archive.Again{again}); err != nil {
			t.Fatal(err)
		}
	}}
	if got, _ := verified(t, b, archive.VerifyOptions{}); len(got) > 0 || b.left > 0 {
		t.Errorf("after %d readings: %q", n, got)
	}
}

// A file that lost its end by less than a page is damaged: SQLite reads what is
// missing as zeros, and sees nothing in it.
func TestVerifyTellsOfALostEnd(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "archive.db")
	store := open(t, path, sqlite.Options{})
	twoVersions(t, store, begin(t, store, began))
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, info.Size()-1); err != nil {
		t.Fatal(err)
	}
	store = open(t, path, sqlite.Options{ReadOnly: true})
	lines, _ := verified(t, store, archive.VerifyOptions{})
	want := fmt.Sprintf("database: file: has %d bytes, which are not whole pages of 4096: its end is missing", info.Size()-1)
	if !slices.Contains(lines, want) {
		t.Errorf("got %q, want %q", lines, want)
	}
}
