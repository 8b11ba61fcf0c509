package mongo_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"fangzhi/archive"
	"fangzhi/archive/mongo"
)

// sealed fails the test unless the log has a leaf for each of these entries, in
// any order, and no other.
func sealed(t *testing.T, s *mongo.Store, entries []archive.Entry) {
	t.Helper()
	want := map[archive.Hash]bool{}
	for _, e := range entries {
		want[archive.LeafHash(archive.LeafOf(e.Visit, e.Snapshot))] = true
	}
	var tree archive.Tree
	for leaf, err := range s.Leaves(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		if leaf.N != tree.Size() || !want[leaf.Hash] || archive.LeafHash(archive.LeafOf(leaf.Visit, leaf.Snapshot)) != leaf.Hash {
			t.Errorf("leaf %d of %s at %s, after %d leaves", leaf.N, leaf.Visit.URL, leaf.Visit.At, tree.Size())
		}
		delete(want, leaf.Hash)
		tree.Append(leaf.Hash)
	}
	log, err := s.Log(t.Context())
	if err != nil || log.Unsealed != 0 || log.Size != tree.Size() || log.Checkpoint.Size != tree.Size() || log.Checkpoint.Root != tree.Root() {
		t.Errorf("log %+v, %v: want root %s of %d", log, err, tree.Root(), tree.Size())
	}
	if len(want) > 0 {
		t.Errorf("%d entries have no leaf", len(want))
	}
}

// A process that is killed anywhere while it seals leaves nothing unsealed for
// good, and seals nothing twice.
func TestSealCutShort(t *testing.T) {
	for name, how := range map[string]fate{"before a command": unsent, "after a command": unheard} {
		t.Run(name, func(t *testing.T) {
			uri := database(t)
			s := open(t, uri)
			defer s.Close()
			p := newProxy(t, uri)
			r := begin(t, s, 0)
			var all []archive.Entry
			for n, points := 1, 0; ; n++ {
				for i := range 5 {
					all = append(all, visited(r, found(fmt.Sprintf("https://www.zjg.example/%d/%d", n, i)), time.Duration(n)*time.Minute, "标题", "正文"))
				}
				record(t, s, r, all[len(all)-5:]...)
				p.reset(nil, nil)
				other := open(t, p.uri)
				ctx, cancel := context.WithCancel(t.Context())
				p.cutFrom(n, how, cancel)
				_, err := other.Seal(ctx, t0)
				cancel()
				other.Close()
				if err == nil {
					if points < 8 {
						t.Errorf("it took %d commands", points)
					}
					break
				}
				points++
				if _, err := s.Seal(t.Context(), t0); err != nil {
					t.Fatal(err)
				}
				sealed(t, s, all)
			}
			if n := count(t, uri, "log"); n != int64(len(all)) {
				t.Errorf("%d leaves for %d entries", n, len(all))
			}
		})
	}
}

// Leaves whose answer is lost on the line are sent again, and stand there once.
func TestSealSentTwice(t *testing.T) {
	uri := database(t)
	s := open(t, uri)
	defer s.Close()
	p := newProxy(t, uri)
	r := begin(t, s, 0)
	e := visited(r, found("https://www.zjg.example/1"), time.Minute, "标题", "正文")
	record(t, s, r, e)
	other := open(t, p.uri)
	defer other.Close()
	cut := false
	p.reset(func(_ int, command bson.Raw) fate {
		if !cut && name(command) == "insert" && collection(command) == "log" {
			cut = true
			return broken
		}
		return pass
	}, nil)
	if _, err := other.Seal(t.Context(), t0); err != nil || !cut {
		t.Errorf("sealed: %v, cut: %v", err, cut)
	}
	sealed(t, s, []archive.Entry{e})
}

// What a crash left of a recording is not sealed; its successor under the same
// number is.
func TestSealLeavesLeftovers(t *testing.T) {
	uri := database(t)
	s := open(t, uri)
	defer s.Close()
	p := newProxy(t, uri)
	r := begin(t, s, 0)
	first := visited(r, found("https://www.zjg.example/1"), time.Second, "标题", "第一版")
	record(t, s, r, first)
	lost := visited(r, first.Page, time.Minute, "标题", "第二版")
	const visitsThere = 5
	cutOff(t, p, r.ID, []archive.Entry{lost}, visitsThere, unheard)
	if n := count(t, uri, "visits"); n != 2 {
		t.Fatalf("%d visits in the database, want one and a leftover", n)
	}
	if _, err := s.Seal(t.Context(), t0); err != nil {
		t.Fatal(err)
	}
	sealed(t, s, []archive.Entry{first})
	anew := visited(r, first.Page, time.Hour, "标题", "又一版")
	record(t, s, r, anew)
	if _, err := s.Seal(t.Context(), t0); err != nil {
		t.Fatal(err)
	}
	sealed(t, s, []archive.Entry{first, anew})
}

// Entries do not wait for the end of their run: after some hundred they are
// sealed.
func TestSealMeanwhile(t *testing.T) {
	s := open(t, database(t))
	defer s.Close()
	r := begin(t, s, 0)
	var all []archive.Entry
	for n := range 1000 {
		all = append(all, visited(r, found(fmt.Sprintf("https://www.zjg.example/%d", n)), time.Duration(n)*time.Second, "标题", "正文"))
	}
	record(t, s, r, all[:999]...)
	if log, err := s.Log(t.Context()); err != nil || log.Size != 0 || log.Unsealed != 999 {
		t.Errorf("%d sealed, %d not, %v", log.Size, log.Unsealed, err)
	}
	record(t, s, r, all[999])
	if log, err := s.Log(t.Context()); err != nil || log.Size != 1000 || log.Unsealed != 0 {
		t.Errorf("%d sealed, %d not, %v", log.Size, log.Unsealed, err)
	}
}

// The database of an older fangzhi has no log: its visits are sealed with the
// first that is sealed.
func TestUpgrade(t *testing.T) {
	uri := database(t)
	s := open(t, uri)
	r := begin(t, s, 0)
	var all []archive.Entry
	for n := range 5 {
		e := visited(r, found(fmt.Sprintf("https://www.zjg.example/%d", n)), time.Duration(n)*time.Minute, "标题", "正文")
		again := visited(r, e.Page, time.Duration(n)*time.Hour+time.Minute, "标题", "改过")
		all = append(all, e, again)
		record(t, s, r, e)
		record(t, s, r, again)
	}
	s.Close()
	db := inside(t, uri)
	old := bson.D{{Key: "$unset", Value: bson.D{{Key: "leaf", Value: ""}, {Key: "cut", Value: ""}, {Key: "unsealed", Value: ""}}}}
	if _, err := db.Collection("visits").UpdateMany(t.Context(), bson.D{}, old); err != nil {
		t.Fatal(err)
	}
	if err := db.Collection("log").Drop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Collection("meta").UpdateOne(t.Context(), bson.D{{Key: "_id", Value: "fangzhi"}}, bson.D{{Key: "$set", Value: bson.D{{Key: "format", Value: 1}}}}); err != nil {
		t.Fatal(err)
	}
	if _, err := mongo.Open(t.Context(), uri, mongo.Options{ReadOnly: true}); !errors.Is(err, archive.ErrOlder) {
		t.Errorf("opened for reading: %v, want ErrOlder", err)
	}
	var told []int
	s, err := mongo.Open(t.Context(), uri, mongo.Options{Upgrading: func(from, to int) { told = append(told, from, to) }})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if len(told) != 2 || told[0] != 1 || told[1] < 2 {
		t.Errorf("told of %v", told)
	}
	if log, err := s.Log(t.Context()); err != nil || log.Unsealed != len(all) || log.Size != 0 {
		t.Errorf("log %+v, %v", log, err)
	}
	fresh := visited(r, found("https://www.zjg.example/new"), 99*time.Hour, "标题", "正文")
	record(t, s, r, fresh)
	if _, err := s.Seal(t.Context(), t0); err != nil {
		t.Fatal(err)
	}
	sealed(t, s, append(all, fresh))
	if again := open(t, uri); again.Close() != nil || len(told) != 2 {
		t.Errorf("upgraded again: %v", told)
	}
}
