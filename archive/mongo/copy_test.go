package mongo_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"fangzhi/archive"
	"fangzhi/archive/sqlite"
	"fangzhi/archive/storetest"
)

// Copies keep their promises whatever the one store is and the other.
func TestCopies(t *testing.T) {
	inMongo := func(t *testing.T) archive.Store { return open(t, database(t)) }
	inSQLite := func(t *testing.T) archive.Store {
		s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "archive.db"), sqlite.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	for name, stores := range map[string][2]func(t *testing.T) archive.Store{
		"MongoDB to SQLite": {inMongo, inSQLite}, "SQLite to MongoDB": {inSQLite, inMongo},
	} {
		t.Run(name, func(t *testing.T) { storetest.Copies(t, stores[0], stores[1]) })
	}
}

// held is what an archive with a few entries holds, as an import.
func held(t *testing.T, entries int) archive.Import {
	t.Helper()
	s := open(t, database(t))
	defer s.Close()
	r := begin(t, s, 0)
	for n := range entries {
		e := visited(r, found(fmt.Sprintf("https://www.zjg.example/%d", n)), time.Duration(n)*time.Minute, "标题", fmt.Sprint("正文", n))
		record(t, s, r, e, visited(r, e.Page, time.Duration(n)*time.Minute+time.Second, "标题", fmt.Sprint("改过", n)))
	}
	if _, err := s.Seal(t.Context(), t0); err != nil {
		t.Fatal(err)
	}
	in := archive.Import{Runs: []archive.Run{r}, Lessons: []archive.Lesson{{Site: site, Name: "furniture", Data: []byte("menu")}}}
	for p, err := range s.Pages(t.Context(), archive.Filter{}) {
		if err != nil {
			t.Fatal(err)
		}
		in.Pages = append(in.Pages, p)
	}
	for l, err := range s.Leaves(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		in.Leaves = append(in.Leaves, l)
	}
	for d, err := range s.Payloads(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		b, err := s.Payload(t.Context(), d)
		if err != nil {
			t.Fatal(err)
		}
		in.Payloads = append(in.Payloads, b)
	}
	return in
}

// An import that is killed anywhere is completed by importing again.
func TestImportCutShort(t *testing.T) {
	in := held(t, 3)
	for name, how := range map[string]fate{"before a command": unsent, "after a command": unheard} {
		t.Run(name, func(t *testing.T) {
			whole := open(t, database(t))
			defer whole.Close()
			if err := whole.Import(t.Context(), in); err != nil {
				t.Fatal(err)
			}
			for n := 1; ; n++ {
				uri := database(t)
				s := open(t, uri)
				p := newProxy(t, uri)
				p.reset(nil, nil)
				other := open(t, p.uri)
				ctx, cancel := context.WithCancel(t.Context())
				p.cutFrom(n, how, cancel)
				err := other.Import(ctx, in)
				cancel()
				other.Close()
				if err == nil {
					if n < 20 {
						t.Errorf("it took %d commands", n)
					}
					s.Close()
					break
				}
				if err := s.Import(t.Context(), in); err != nil {
					t.Fatalf("cut at command %d: %v", n, err)
				}
				sound(t, s)
				nothingLeft(t, s, uri)
				storetest.Same(t, s, whole)
				s.Close()
				if t.Failed() {
					t.Fatalf("cut at command %d", n)
				}
			}
		})
	}
}

// A copy of an archive that is written meanwhile is what it was at one moment.
func TestCopyWhileRecording(t *testing.T) {
	uri := database(t)
	from, to := open(t, uri), open(t, database(t))
	defer from.Close()
	defer to.Close()
	r := begin(t, from, 0)
	ctx, stop := context.WithCancel(t.Context())
	var group sync.WaitGroup
	defer group.Wait()
	defer stop()
	var pages []archive.Page
	for n := range 30 {
		e := visited(r, found(fmt.Sprintf("https://www.zjg.example/%d", n)), time.Duration(n)*time.Millisecond, "标题", "正文")
		record(t, from, r, e)
		pages = append(pages, e.Page)
	}
	group.Go(func() {
		for n := 1; ctx.Err() == nil && n < 60; n++ {
			p := &pages[n%len(pages)]
			e := visited(r, *p, time.Duration(n)*time.Second, "标题", fmt.Sprint("正文", n))
			e.Discovered = []archive.Page{found(fmt.Sprintf("https://www.zjg.example/found/%d", n))}
			if err := from.Record(ctx, r.ID, []archive.Entry{e}); err != nil && ctx.Err() == nil {
				t.Error(err)
			}
			*p = e.Page
		}
	})
	copied := func() {
		other := open(t, uri)
		defer other.Close()
		report, err := archive.Copy(t.Context(), other, to, archive.CopyOptions{Seal: func(ctx context.Context) error {
			_, err := other.Seal(ctx, t0)
			return err
		}})
		if err != nil {
			t.Fatal(err)
		}
		_, err = archive.Verify(t.Context(), to, archive.VerifyOptions{Checkpoint: &archive.Checkpoint{Size: report.Size, Root: report.Root}}, func(f archive.Fault) {
			t.Errorf("%s: %s", f.Object, f.Text)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for range 3 {
		copied()
	}
	stop()
	group.Wait()
	copied()
	storetest.Same(t, to, from)
}

// What an import left unsealed when it was killed is sealed by whoever goes on with
// the archive, and is taken for its own by the copy that goes on instead.
func TestImportLeavesNothingUnsealed(t *testing.T) {
	uri := database(t)
	from := open(t, database(t))
	defer from.Close()
	fill := begin(t, from, 0)
	record(t, from, fill, visited(fill, found("https://www.zjg.example/1"), time.Minute, "标题", "正文"))
	seal := func(ctx context.Context) error {
		_, err := from.Seal(ctx, t0)
		return err
	}
	p := newProxy(t, uri)
	cutBeforeLog := func() {
		t.Helper()
		p.reset(nil, nil)
		to := open(t, p.uri)
		defer to.Close()
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		p.reset(func(_ int, command bson.Raw) fate {
			if name(command) == "insert" && collection(command) == "log" {
				return unsent
			}
			return pass
		}, cancel)
		if _, err := archive.Copy(ctx, from, to, archive.CopyOptions{Seal: seal}); err == nil {
			t.Fatal("nothing was cut")
		}
	}
	cutBeforeLog()
	to := open(t, uri)
	defer to.Close()
	sound(t, to)
	if log, err := to.Log(t.Context()); err != nil || log.Unsealed != 1 || log.Size != 0 {
		t.Errorf("log %+v, %v", log, err)
	}
	if _, err := archive.Copy(t.Context(), from, to, archive.CopyOptions{Seal: seal}); err != nil {
		t.Fatal(err)
	}
	storetest.Same(t, to, from)
	record(t, from, fill, visited(fill, found("https://www.zjg.example/2"), 2*time.Minute, "标题", "正文"))
	cutBeforeLog()
	if _, err := to.Seal(t.Context(), t0); err != nil {
		t.Fatal(err)
	}
	if log, err := to.Log(t.Context()); err != nil || log.Unsealed != 0 || log.Size != 2 {
		t.Errorf("log %+v, %v: want both entries sealed", log, err)
	}
	// Entries of its own are not.
	r := begin(t, to, 24*time.Hour)
	record(t, to, r, visited(r, found("https://www.zjg.example/own"), 25*time.Hour, "标题", "正文"))
	record(t, from, fill, visited(fill, found("https://www.zjg.example/3"), 3*time.Minute, "标题", "正文"))
	if _, err := archive.Copy(t.Context(), from, to, archive.CopyOptions{Seal: seal}); !errors.Is(err, archive.ErrDiverged) {
		t.Errorf("got %v, want ErrDiverged", err)
	}
}
