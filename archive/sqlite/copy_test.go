package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"fangzhi/archive"
	"fangzhi/archive/sqlite"
	"fangzhi/archive/storetest"
)

func copied(t *testing.T, from, to archive.Store) archive.CopyReport {
	t.Helper()
	report, err := archive.Copy(t.Context(), from, to, archive.CopyOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// sound fails the test unless the archive has no fault, and the root of the
// report.
func sound(t *testing.T, store archive.Store, r archive.CopyReport) {
	t.Helper()
	got, _ := verified(t, store, archive.VerifyOptions{Checkpoint: &archive.Checkpoint{Size: r.Size, Root: r.Root}})
	for _, line := range got {
		t.Error(line)
	}
}

// A copy holds the same, is brought up to date by what is new, and can be gone
// on with as an archive of its own; but then it is no copy any more.
func TestCopy(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	from, to := open(t, filepath.Join(dir, "a.db"), sqlite.Options{}), open(t, filepath.Join(dir, "b.db"), sqlite.Options{})
	if r := copied(t, from, to); r.Size != 0 {
		t.Errorf("of nothing %+v", r)
	}
	run := begin(t, from, began)
	twoVersions(t, from, run)
	if err := from.Learn(t.Context(), run, "zjg-edz", "furniture", []byte("menu")); err != nil {
		t.Fatal(err)
	}
	again := archive.Again{Site: "zjg-edz", URL: address(0), Version: 1, Rules: archive.DigestOf(nil), Reader: 8, Article: archive.Article{Title: "再读", Body: "一"}}
	rereadAt := func(at time.Time, version int) {
		t.Helper()
		again.At, again.Version, again.Reader = at, version, again.Reader+1
		if err := from.Reread(t.Context(), run, []archive.Again{again}); err != nil {
			t.Fatal(err)
		}
	}
	rereadAt(began.Add(24*time.Hour), 1)
	rereadAt(began.Add(48*time.Hour), 1)
	rereadAt(began.Add(48*time.Hour), 2)
	robots := archive.RobotsFile{Origin: "http://www.zjg.example", Fetched: began, Expires: began.Add(archive.MaxRobots), Status: 200, Body: "User-agent: *\nDisallow: /a"}
	hold := archive.Hold{Host: "www.zjg.example", Told: began, Until: began.Add(time.Hour), Reason: "busy"}
	if err := errors.Join(archive.KeepRobots(t.Context(), from, run, robots), archive.KeepHold(t.Context(), from, run, hold)); err != nil {
		t.Fatal(err)
	}
	r := copied(t, from, to)
	if r.Readings != 3 || r.Leaves != 5 || r.Payloads != 4 || r.Lessons != 3 || r.Missing != 0 {
		t.Errorf("copied %+v", r)
	}
	sound(t, to, r)
	storetest.Same(t, to, from)
	if got, err := archive.RobotsOf(t.Context(), to, robots.Origin, ""); err != nil || got.Body != robots.Body || !got.Fetched.Equal(robots.Fetched) {
		t.Errorf("robots.txt %+v, %v", got, err)
	}
	if got, err := archive.HoldOf(t.Context(), to, hold.Host); err != nil || got != hold {
		t.Errorf("hold %+v, %v", got, err)
	}
	if r := copied(t, from, to); r.Leaves+int64(r.Pages+r.Runs+r.Payloads+r.Lessons) != 0 {
		t.Errorf("again, copied %+v", r)
	}
	rereadAt(began.Add(72*time.Hour), 2)
	fill(t, from, run, 300)
	closed, err := collectOne(from.Runs(t.Context(), archive.Filter{}))
	if err != nil {
		t.Fatal(err)
	}
	closed.State, closed.Ended = archive.RunDone, began.Add(time.Hour)
	if err := from.EndRun(t.Context(), closed); err != nil {
		t.Fatal(err)
	}
	begin(t, from, began.Add(24*time.Hour))
	r = copied(t, from, to)
	sound(t, to, r)
	storetest.Same(t, to, from)
}

func collectOne[T any](seq func(func(T, error) bool)) (one T, err error) {
	for v, e := range seq {
		one, err = v, e
	}
	return one, err
}

// An archive that has entries of its own is not written over.
func TestCopyRefuses(t *testing.T) {
	dir := t.TempDir()
	from, to := open(t, filepath.Join(dir, "a.db"), sqlite.Options{}), open(t, filepath.Join(dir, "b.db"), sqlite.Options{})
	twoVersions(t, from, begin(t, from, began))
	copied(t, from, to)
	// The run that is open in the copy is that of the archive.
	own := visitedAnew(t, to)
	for range 2 {
		if _, err := archive.Copy(t.Context(), from, to, archive.CopyOptions{}); !errors.Is(err, archive.ErrDiverged) {
			t.Errorf("got %v, want ErrDiverged", err)
		}
		if _, err := to.Page(t.Context(), own.Site, own.URL); err != nil {
			t.Error(err)
		}
		fill(t, from, own.Run, 30) // now it has more entries than the other
	}
}

// visitedAnew records a page of the archive's own under the run that is open.
func visitedAnew(t *testing.T, store archive.Store) archive.Visit {
	t.Helper()
	open, err := collectOne(store.Runs(t.Context(), archive.Filter{RunState: archive.RunRunning}))
	if err != nil {
		t.Fatal(err)
	}
	e := item(open.ID, 777)
	if err := store.Record(t.Context(), open.ID, []archive.Entry{e}); err != nil {
		t.Fatal(err)
	}
	return e.Visit
}

// cutting fails after so many imports, as when its process is killed.
type cutting struct {
	archive.Store
	left int
}

var errCut = errors.New("cut")

func (c *cutting) Import(ctx context.Context, in archive.Import) error {
	if c.left--; c.left < 0 {
		return errCut
	}
	return c.Store.Import(ctx, in)
}

// A copy that is cut short after any import is gone on with.
func TestCopyCutShort(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	from := open(t, filepath.Join(dir, "a.db"), sqlite.Options{})
	run := begin(t, from, began)
	fill(t, from, run, 300)
	if err := from.Learn(t.Context(), run, "zjg-edz", "furniture", []byte("menu")); err != nil {
		t.Fatal(err)
	}
	to := open(t, filepath.Join(dir, "b.db"), sqlite.Options{})
	for n := 1; ; n++ {
		_, err := archive.Copy(t.Context(), from, &cutting{to, 1}, archive.CopyOptions{})
		if err == nil {
			if n < 5 {
				t.Errorf("done after %d imports", n)
			}
			break
		}
		if !errors.Is(err, errCut) {
			t.Fatal(err)
		}
	}
	sound(t, to, copied(t, from, to))
	storetest.Same(t, to, from)
}

// A copy of an archive that is written meanwhile is what it was at one moment.
func TestCopyWhileRecording(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	from := open(t, filepath.Join(dir, "a.db"), sqlite.Options{})
	run := begin(t, from, began)
	all := fill(t, from, run, 60)
	ctx, stop := context.WithCancel(t.Context())
	var group sync.WaitGroup
	defer group.Wait()
	defer stop()
	group.Go(func() {
		for n := 0; ctx.Err() == nil && n < 60; n++ {
			batch := []archive.Entry{item(run, 1000+n)}
			for i := n % 31; i < len(all); i += 31 {
				all[i] = unchanged(run, all[i], 1)
				batch = append(batch, all[i])
			}
			if err := from.Record(ctx, run, batch); err != nil && ctx.Err() == nil {
				t.Error(err)
			}
		}
	})
	to := open(t, filepath.Join(dir, "b.db"), sqlite.Options{})
	for range 4 {
		reader := open(t, filepath.Join(dir, "a.db"), sqlite.Options{ReadOnly: true})
		sound(t, to, copied(t, reader, to))
	}
	stop()
	group.Wait()
	sound(t, to, copied(t, from, to))
	storetest.Same(t, to, from)
}

// rereading reads a version again before its pages are listed.
type rereading struct {
	archive.Store
	reread func()
}

func (r *rereading) Pages(ctx context.Context, f archive.Filter) iter.Seq2[archive.Page, error] {
	r.reread()
	return r.Store.Pages(ctx, f)
}

// A version that is read again while it is copied is sound in the copy.
func TestCopyWhileRereading(t *testing.T) {
	dir := t.TempDir()
	from, to := open(t, filepath.Join(dir, "a.db"), sqlite.Options{}), open(t, filepath.Join(dir, "b.db"), sqlite.Options{})
	run := begin(t, from, began)
	twoVersions(t, from, run)
	n := 0
	r := copied(t, &rereading{from, func() {
		n++
		again := archive.Again{Site: "zjg-edz", URL: address(0), Version: 2, At: began.Add(time.Duration(n) * 24 * time.Hour), Reader: 8, Article: archive.Article{Title: "再读", Body: fmt.Sprint(n)}}
		if err := from.Reread(t.Context(), run, []archive.Again{again}); err != nil {
			t.Fatal(err)
		}
	}}, to)
	if n == 0 {
		t.Fatal("nothing was read again")
	}
	sound(t, to, r)
	storetest.Same(t, to, from)
}

// What is damaged in an archive is missing in its copy, and the rest is there.
func TestCopyOfDamage(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.db")
	from, to := open(t, path, sqlite.Options{}), open(t, filepath.Join(dir, "b.db"), sqlite.Options{})
	twoVersions(t, from, begin(t, from, began))
	lost := archive.DigestOf([]byte("<p>改过"))
	run(t, path, `UPDATE payloads SET bytes = x'00' WHERE digest = (SELECT payload FROM snapshots WHERE version = 2)`)
	if r := copied(t, from, to); r.Missing == 0 || r.Payloads != 3 {
		t.Errorf("copied %+v", r)
	}
	got, _ := verified(t, to, archive.VerifyOptions{})
	if len(got) != 1 || !strings.Contains(got[0], string(lost)) {
		t.Errorf("faults %q, want the payload %s", got, lost)
	}
	// From elsewhere it is mended, in both.
	for _, store := range []archive.Store{from, to} {
		if err := store.Import(t.Context(), archive.Import{Payloads: [][]byte{[]byte("<p>改过")}}); err != nil {
			t.Fatal(err)
		}
		if got, _ := verified(t, store, archive.VerifyOptions{}); len(got) > 0 {
			t.Errorf("mended: %q", got)
		}
	}
	storetest.Same(t, to, from)
}

// Of an archive that lost a table, the rest is copied; and from another copy all of
// it is made whole.
func TestCopyOfALostTable(t *testing.T) {
	t.Parallel()
	for _, table := range []string{"visits", "snapshots", "pages", "runs", "learnt", "payloads", "pages_identity", "log_visit"} {
		t.Run(table, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "a.db")
			store, kept := open(t, path, sqlite.Options{}), open(t, filepath.Join(dir, "kept.db"), sqlite.Options{})
			id := begin(t, store, began)
			twoVersions(t, store, id)
			fill(t, store, id, 20)
			if err := store.Learn(t.Context(), id, "zjg-edz", "furniture", []byte("menu")); err != nil {
				t.Fatal(err)
			}
			ended(t, store)
			copied(t, store, kept)
			if err := store.Close(); err != nil {
				t.Fatal(err)
			}
			zero(t, path, table)

			from, to := open(t, path, sqlite.Options{ReadOnly: true}), open(t, filepath.Join(dir, "b.db"), sqlite.Options{})
			size := copied(t, kept, open(t, filepath.Join(dir, "c.db"), sqlite.Options{})).Size
			if report := copied(t, from, to); report.Size != size {
				t.Errorf("copied %+v, want %d leaves", report, size)
			}
			if err := archive.Mend(t.Context(), to, kept, archive.MendOptions{}); err != nil {
				t.Fatal(err)
			}
			sound(t, to, copied(t, kept, to)) // with payloads
			storetest.Same(t, to, kept)
		})
	}
}

func TestCopies(t *testing.T) {
	t.Parallel()
	fresh := func(t *testing.T) archive.Store {
		return open(t, filepath.Join(t.TempDir(), "archive.db"), sqlite.Options{})
	}
	storetest.Copies(t, fresh, fresh)
}
