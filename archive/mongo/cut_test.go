package mongo_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"fangzhi/archive"
	"fangzhi/archive/mongo"
)

// cutAt does something through a store of its own whose line to the server is cut
// at the nth command. It reports false when fewer were needed.
func cutAt(t *testing.T, p *proxy, n int, how fate, do func(ctx context.Context, s *mongo.Store) error) bool {
	t.Helper()
	p.reset(nil, nil)
	s := open(t, p.uri)
	defer s.Close()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	p.cutFrom(n, how, cancel)
	return do(ctx, s) != nil
}

var cuts = map[string]fate{"before a command": unsent, "after a command": unheard}

// A process that is killed anywhere while it reads a version again leaves an
// archive that keeps its promises: the version and its page read alike, as
// before or as now. To read again completes it.
func TestRereadCutAtEachCommand(t *testing.T) {
	for name, how := range cuts {
		t.Run(name, func(t *testing.T) {
			uri := database(t)
			s := open(t, uri)
			defer s.Close()
			p := newProxy(t, uri)
			r := begin(t, s, 0)
			for n, more := 1, true; more; n++ {
				u := fmt.Sprintf("https://www.zjg.example/%d", n)
				e := visited(r, found(u), time.Second, "标题", "正文")
				e.Page.ReadAs = archive.DigestOf([]byte("as"))
				record(t, s, r, e)
				again := archive.Again{
					Site: site, URL: u, Version: 1, At: t0.AddDate(0, 0, 1), Reader: 2, Article: archive.Article{Title: "真正的标题", Body: "正文"},
				}
				reread := func(ctx context.Context, s *mongo.Store) error {
					return s.Reread(ctx, r.ID, []archive.Again{again})
				}
				more = cutAt(t, p, n, how, reread)
				sound(t, s)
				h := historyOf(t, s, u)
				now := h.Snapshots[0].Article.Title == again.Article.Title
				if h.Page.Title != h.Snapshots[0].Article.Title || now && h.Page.ReadAs != "" {
					t.Errorf("cut at command %d: the page is called %q and reads as %q, its version is called %q", n, h.Page.Title, h.Page.ReadAs, h.Snapshots[0].Article.Title)
				}
				for listed, err := range s.Pages(t.Context(), archive.Filter{URL: u}) {
					if err != nil || listed.Title != h.Page.Title || listed.Fingerprint != h.Page.Fingerprint {
						t.Errorf("cut at command %d: listed as %q, %v; found as %q", n, listed.Title, err, h.Page.Title)
					}
				}
				// The next visit goes by it, and what follows holds.
				next := visited(r, h.Page, time.Minute, "真正的标题", "正文")
				record(t, s, r, next)
				if err := reread(t.Context(), s); err != nil {
					t.Fatal(err)
				}
				if got, err := s.Page(t.Context(), site, u); err != nil || got.Title != "真正的标题" || got.Versions == 1 && got.ReadAs != "" {
					t.Errorf("cut at command %d, read again: %+v, %v", n, got, err)
				}
				if !more && n < 8 {
					t.Errorf("it took %d commands", n-1)
				}
			}
			sound(t, s)
			behind, err := inside(t, uri).Collection("pages").CountDocuments(t.Context(), bson.D{{Key: "behind", Value: true}})
			if err != nil || behind > 0 {
				t.Errorf("%d pages are marked still, %v", behind, err)
			}
		})
	}
}

// A page that an older fangzhi left behind its version, in a crash between the
// two, is set right by Rebuild; one whose version is not what it was is left to
// be told of.
func TestRebuildSetsPagesRight(t *testing.T) {
	uri := database(t)
	s := open(t, uri)
	defer s.Close()
	r := begin(t, s, 0)
	for _, u := range []string{"1", "2", "3"} {
		record(t, s, r, visited(r, found(u), time.Second, "标题"+u, "正文"))
	}
	db := inside(t, uri)
	set := func(collection, u string, values bson.D) {
		t.Helper()
		result, err := db.Collection(collection).UpdateOne(t.Context(), bson.D{{Key: "url", Value: u}}, bson.D{{Key: "$set", Value: values}})
		if err != nil || result.ModifiedCount != 1 {
			t.Fatal(result, err)
		}
	}
	set("pages", "1", bson.D{{Key: "title", Value: "旧标题"}, {Key: "fingerprint", Value: archive.DigestOf(nil)}})
	set("pages", "2", bson.D{{Key: "behind", Value: true}})
	set("snapshots", "3", bson.D{{Key: "fingerprint", Value: archive.DigestOf([]byte("damaged"))}})
	if err := s.Rebuild(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, u := range []string{"1", "2", "3"} {
		h := historyOf(t, s, u)
		if h.Page.Title != "标题"+u || h.Page.Fingerprint != archive.FingerprintOf(h.Snapshots[0].Article) {
			t.Errorf("page %s: %q, %s", u, h.Page.Title, h.Page.Fingerprint)
		}
	}
	var told []string
	if _, err := archive.Verify(t.Context(), s, archive.VerifyOptions{}, func(f archive.Fault) { told = append(told, f.URL+": "+f.Text) }); err != nil {
		t.Fatal(err)
	}
	for _, line := range told {
		if !strings.HasPrefix(line, "3: ") {
			t.Error(line)
		}
	}
	if len(told) == 0 {
		t.Error("nothing was told of the version that is damaged")
	}
}

// What a crash leaves of anything else that is written keeps the promises of an
// archive, and the next to do it completes it.
func TestOthersCutAtEachCommand(t *testing.T) {
	for what, how := range cuts {
		t.Run(what, func(t *testing.T) {
			uri := database(t)
			s := open(t, uri)
			defer s.Close()
			p := newProxy(t, uri)
			day := 0
			for _, op := range []struct {
				name     string
				commands int // that it takes at least
				do       func(ctx context.Context, s *mongo.Store, r archive.Run, n int) error
				holds    func(r archive.Run, n int) error
			}{
				{"learn", 3, func(ctx context.Context, s *mongo.Store, r archive.Run, n int) error {
					return s.Learn(ctx, r.ID, site, "furniture", []byte(fmt.Sprint("menu ", n)))
				}, func(_ archive.Run, n int) error {
					b, err := s.Learnt(t.Context(), site, "furniture")
					if err == nil && string(b) != fmt.Sprint("menu ", n) {
						err = fmt.Errorf("learnt %q", b)
					}
					return err
				}},
				{"end", 6, func(ctx context.Context, s *mongo.Store, r archive.Run, n int) error {
					r.State, r.Ended = archive.RunDone, r.Started.Add(time.Minute)
					err := s.EndRun(ctx, r)
					if errors.Is(err, archive.ErrLost) { // by itself, before the crash
						err = nil
					}
					return err
				}, func(r archive.Run, _ int) error {
					log, err := s.Log(t.Context())
					if err == nil && log.Unsealed > 0 {
						err = fmt.Errorf("%d entries are not sealed", log.Unsealed)
					}
					return err
				}},
			} {
				for n, more := 1, true; more; n++ {
					day++
					r := begin(t, s, time.Duration(day)*24*time.Hour)
					record(t, s, r, visited(r, found(fmt.Sprintf("https://www.zjg.example/%d", day)), time.Duration(day)*24*time.Hour, "标题", "正文"))
					more = cutAt(t, p, n, how, func(ctx context.Context, s *mongo.Store) error { return op.do(ctx, s, r, n) })
					sound(t, s)
					err := op.do(t.Context(), s, r, n)
					if err == nil && op.holds != nil {
						err = op.holds(r, n)
					}
					if err != nil {
						t.Errorf("cut at command %d, and then again: %v", n, err)
					}
					if t.Failed() {
						t.Fatalf("%s cut at command %d", op.name, n)
					}
					if !more && n <= op.commands {
						t.Errorf("%s took %d commands", op.name, n-1)
					}
				}
			}
			sound(t, s)
		})
	}
}

// The upgrade of an older archive that is cut short anywhere is done by the next
// to open it.
func TestUpgradeCutAtEachCommand(t *testing.T) {
	uri := database(t)
	s := open(t, uri)
	r := begin(t, s, 0)
	var all []archive.Entry
	for n := range 3 {
		all = append(all, visited(r, found(fmt.Sprintf("https://www.zjg.example/%d", n)), time.Minute, "标题", "正文"))
	}
	record(t, s, r, all...)
	s.Close()
	db := inside(t, uri)
	for what, how := range cuts {
		for n, more := 1, true; more; n++ {
			if _, err := db.Collection("visits").UpdateMany(t.Context(), bson.D{}, bson.D{{Key: "$unset", Value: bson.D{{Key: "leaf", Value: ""}, {Key: "cut", Value: ""}, {Key: "unsealed", Value: ""}}}}); err != nil {
				t.Fatal(err)
			}
			if err := db.Collection("log").Drop(t.Context()); err != nil {
				t.Fatal(err)
			}
			if _, err := db.Collection("meta").DeleteOne(t.Context(), bson.D{{Key: "_id", Value: "checkpoint"}}); err != nil {
				t.Fatal(err)
			}
			if _, err := db.Collection("meta").UpdateOne(t.Context(), bson.D{{Key: "_id", Value: "fangzhi"}}, bson.D{{Key: "$set", Value: bson.D{{Key: "format", Value: 1}}}}); err != nil {
				t.Fatal(err)
			}
			p := newProxy(t, uri)
			ctx, cancel := context.WithCancel(t.Context())
			p.cutFrom(n, how, cancel)
			half, err := mongo.Open(ctx, p.uri, mongo.Options{})
			if more = err != nil; !more {
				half.Close()
			}
			cancel()
			s := open(t, uri)
			if _, err := s.Seal(t.Context(), t0); err != nil {
				t.Fatal(err)
			}
			sound(t, s)
			sealed(t, s, all)
			s.Close()
			if t.Failed() {
				t.Fatalf("cut %s %d", what, n)
			}
			if !more && n < 4 {
				t.Errorf("the upgrade took %d commands", n-1)
			}
		}
	}
}
