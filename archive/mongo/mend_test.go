package mongo_test

import (
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"fangzhi/archive"
	"fangzhi/archive/storetest"
)

// A leaf that refers to no visit, for its reference is damaged, gets back the visit
// that is there under its identity, and no second one is added.
func TestMendDanglingReference(t *testing.T) {
	in := held(t, 3)
	uri := database(t)
	s, kept := open(t, uri), open(t, database(t))
	defer s.Close()
	defer kept.Close()
	for _, store := range []archive.Store{s, kept} {
		if err := store.Import(t.Context(), in); err != nil {
			t.Fatal(err)
		}
	}
	damage := bson.D{{Key: "$set", Value: bson.D{{Key: "visit", Value: bson.NewObjectID()}}}}
	if _, err := inside(t, uri).Collection("log").UpdateOne(t.Context(), bson.D{{Key: "_id", Value: 1}}, damage); err != nil {
		t.Fatal(err)
	}
	leaves := 0
	for range s.Leaves(t.Context(), 0) {
		leaves++
	}
	if leaves != len(in.Leaves)-1 {
		t.Fatalf("%d leaves", leaves)
	}
	left := func(what string, why error) { t.Errorf("left: %s: %v", what, why) }
	if err := archive.Mend(t.Context(), s, kept, archive.MendOptions{At: t0.AddDate(1, 0, 0), Left: left}); err != nil {
		t.Fatal(err)
	}
	sound(t, s)
	storetest.Same(t, s, kept)
}

// How a version read when it was taken is restored where it is lost, and how it reads
// now stays, though how often it was read again be damaged.
func TestMendLostReading(t *testing.T) {
	in := held(t, 3)
	cut := in.Leaves[0].Snapshot
	if cut == nil {
		t.Fatal("the first leaf has no version")
	}
	in.Again = []archive.Again{{Site: cut.Site, URL: cut.URL, Version: cut.Version, At: t0.AddDate(0, 1, 0), Reader: 8, Article: archive.Article{Title: "再读", Body: "再"}}}
	lost := func(uri string) error {
		_, err := inside(t, uri).Collection("readings").DeleteMany(t.Context(), bson.D{})
		return err
	}
	for name, damage := range map[string]func(uri string) error{
		"lost": lost,
		"how often": func(uri string) error {
			_, err := inside(t, uri).Collection("snapshots").UpdateMany(t.Context(), bson.D{{Key: "readings", Value: 1}}, bson.D{{Key: "$set", Value: bson.D{{Key: "readings", Value: 0}}}})
			return err
		},
	} {
		uri := database(t)
		s, kept := open(t, uri), open(t, database(t))
		defer s.Close()
		defer kept.Close()
		for _, store := range []archive.Store{s, kept} {
			if err := store.Import(t.Context(), in); err != nil {
				t.Fatal(err)
			}
		}
		if err := damage(uri); err != nil {
			t.Fatal(err)
		}
		if err := archive.Mend(t.Context(), s, kept, archive.MendOptions{At: t0.AddDate(1, 0, 0)}); err != nil {
			t.Fatal(name, err)
		}
		sound(t, s)
		storetest.Same(t, s, kept)
	}
}
