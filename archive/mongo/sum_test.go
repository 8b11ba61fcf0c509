package mongo_test

import (
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"

	"fangzhi/archive"
	"fangzhi/archive/mongo"
)

// summed fills an archive with all that has sums.
func summed(t *testing.T, s *mongo.Store) {
	t.Helper()
	p := found("https://www.zjg.example/a.html")
	p.FoundOn, p.Anchor, p.Item, p.Feeds = "https://www.zjg.example/", "标题", 77, []string{"https://www.zjg.example/feed"}
	p.Request = &archive.Request{Method: "POST", URL: p.URL, Body: "a=1"}
	r := begin(t, s, 0, p)
	first := visited(r, p, time.Second, "标题", "正文")
	column := p
	column.Column, column.Due = "要闻", time.Time{}
	first.Discovered = []archive.Page{column}
	record(t, s, r, first)
	for n := range 2 {
		again := archive.Again{Site: site, URL: p.URL, Version: 1, At: t0.Add(time.Duration(1+n) * time.Hour), Reader: 2 + n, Article: archive.Article{Title: "标题", Body: "又读"}}
		if err := s.Reread(t.Context(), r.ID, []archive.Again{again}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Learn(t.Context(), r.ID, site, "furniture", []byte("{}")); err != nil {
		t.Fatal(err)
	}
	r.State, r.Ended, r.Notes = archive.RunDone, t0.Add(time.Hour), []string{"a cap"}
	if err := s.EndRun(t.Context(), r); err != nil {
		t.Fatal(err)
	}
}

func TestVerifyTellsWhatHasSums(t *testing.T) {
	uri := database(t)
	s := open(t, uri)
	defer s.Close()
	summed(t, s)
	sound(t, s)
	db := inside(t, uri)
	for _, c := range []struct {
		collection, field string
		value             any
		want              string
	}{
		{"pages", "found_on", "https://www.zjg.example/b", "page https://www.zjg.example/a.html: what is kept of it is not what was written, by its checksum: how it was found"},
		{"pages", "anchor", nil, "how it was found"},
		{"pages", "item", int64(78), "how it was found"},
		{"pages", "feeds", bson.A{"https://www.zjg.example/feeds"}, "how it was found"},
		{"pages", "sum", int64(1), "how it was found"},
		{"pages", "sum", nil, "how it was found"},
		{"pages", "title", "标題", "its title"},
		{"pages", "asked.body", "a=2", "how it is asked for"},
		{"pages", "also", bson.A{"要问"}, "the further columns"},
		{"pages", "kind", "articlf", `is of the kind "articlf", which there is not`},
		{"runs", "notes", bson.A{"a cat"}, "run " + archive.RunID(site, t0) + ": what it says"},
		{"learnt", "data", []byte("{]"), `what was learnt of site ` + site + ` as "furniture": is not what was written`},
		{"snapshots", "reader", 4, "version 1 of https://www.zjg.example/a.html: how it was read again at 2026-03-01T10:00:00.123Z is not what was written"},
		{"readings", "read_at", bson.NewDateTimeFromTime(t0.Add(time.Minute)), "version 1 of https://www.zjg.example/a.html: how it was read at 2026-03-01T08:01:00.123Z is not what was written"},
	} {
		filter := bson.D{}
		if c.collection == "readings" {
			filter = bson.D{{Key: "n", Value: 1}}
		}
		var was bson.D
		if err := db.Collection(c.collection).FindOne(t.Context(), filter).Decode(&was); err != nil {
			t.Fatal(err)
		}
		change := bson.D{{Key: "$set", Value: bson.D{{Key: c.field, Value: c.value}}}}
		if c.value == nil {
			change = bson.D{{Key: "$unset", Value: bson.D{{Key: c.field, Value: ""}}}}
		}
		if result, err := db.Collection(c.collection).UpdateOne(t.Context(), filter, change); err != nil || result.ModifiedCount != 1 {
			t.Fatal(c, result, err)
		}
		var lines []string
		if _, err := archive.Verify(t.Context(), s, archive.VerifyOptions{}, func(f archive.Fault) { lines = append(lines, f.Object+": "+f.Text) }); err != nil {
			t.Fatal(err)
		}
		if len(lines) != 1 || !strings.Contains(lines[0], c.want) {
			t.Errorf("%s.%s: got %q, want %q", c.collection, c.field, lines, c.want)
		}
		if _, err := db.Collection(c.collection).ReplaceOne(t.Context(), filter, was); err != nil {
			t.Fatal(err)
		}
	}
	sound(t, s)
}

// The archive of a fangzhi that wrote no sums gets them when it is opened.
func TestUpgradeAddsSums(t *testing.T) {
	uri := database(t)
	s := open(t, uri)
	summed(t, s)
	s.Close()
	db := inside(t, uri)
	for collection, fields := range map[string][]string{
		"pages": {"sum", "sum_title", "sum_asked", "sum_also"}, "runs": {"sum"}, "learnt": {"sum"}, "snapshots": {"sum"}, "readings": {"sum"},
	} {
		unset := bson.D{}
		for _, f := range fields {
			unset = append(unset, bson.E{Key: f, Value: ""})
		}
		if _, err := db.Collection(collection).UpdateMany(t.Context(), bson.D{}, bson.D{{Key: "$unset", Value: unset}}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := db.Collection("meta").UpdateOne(t.Context(), bson.D{}, bson.D{{Key: "$set", Value: bson.D{{Key: "format", Value: 2}}}}); err != nil {
		t.Fatal(err)
	}
	s = open(t, uri)
	defer s.Close()
	sound(t, s)
	if err := db.Collection("pages").FindOne(t.Context(), bson.D{{Key: "sum", Value: nil}}).Err(); err != driver.ErrNoDocuments {
		t.Errorf("a page without a sum: %v", err)
	}
}
