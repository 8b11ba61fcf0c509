package mongo_test

import (
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"fangzhi/archive"
)

// Whatever field of whatever document is of another type than was written keeps
// nothing else from being read, and verify tells; but for what is listed here, with
// the reason.
func TestVerifyTellsEachType(t *testing.T) {
	untold := map[string]string{
		"snapshots.sketch": "is worked out of the article",
		"visits.seq":       "a visit without its number is there all the same",
		"visits.cut":       "is in the log once that is sealed",
		"visits.leaf":      "is in the log once that is sealed",
		"visits.unsealed":  "is in the log once that is sealed",
		"learnt.mark":      "is that of the write that is under way",
		"readings.read_at": "of how a version read first is when it was taken",
		"payloads.size":    "is not needed of bytes that are kept as they are",
	}
	uri := database(t)
	s := open(t, uri)
	defer s.Close()
	r := begin(t, s, 0)
	var batch []archive.Entry
	for _, u := range []string{"1", "2", "3"} {
		batch = append(batch, visited(r, found("https://www.zjg.example/"+u), time.Second, "标题", "正文"+u))
	}
	record(t, s, r, batch...)
	again := archive.Again{Site: site, URL: batch[1].Page.URL, Version: 1, At: t0.AddDate(0, 1, 0), Reader: 8, Article: archive.Article{Title: "再读", Body: "再"}}
	if err := s.Reread(t.Context(), r.ID, []archive.Again{again}); err != nil {
		t.Fatal(err)
	}
	if err := s.Learn(t.Context(), r.ID, site, "furniture", []byte("menu")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Seal(t.Context(), t0); err != nil {
		t.Fatal(err)
	}
	if err := s.Index(t.Context()); err != nil {
		t.Fatal(err)
	}
	sound(t, s)
	for _, name := range []string{"pages", "visits", "snapshots", "runs", "learnt", "readings", "log", "payloads", "words"} {
		c := inside(t, uri).Collection(name)
		var docs []bson.D
		cursor, err := c.Find(t.Context(), bson.D{})
		if err == nil {
			err = cursor.All(t.Context(), &docs)
		}
		if err != nil || len(docs) == 0 {
			t.Fatalf("%s: %d documents, %v", name, len(docs), err)
		}
		doc := docs[len(docs)/2]
		by := bson.D{{Key: "_id", Value: doc[0].Value}}
		for _, field := range doc[1:] {
			if field.Value == int32(0) || field.Value == int64(0) {
				continue // empty is what it was
			}
			set := func(v any) {
				t.Helper()
				if _, err := c.UpdateOne(t.Context(), by, bson.D{{Key: "$set", Value: bson.D{{Key: field.Key, Value: v}}}}); err != nil {
					t.Fatalf("%s.%s: %v", name, field.Key, err)
				}
			}
			set(bson.D{{Key: "x", Value: 1}})
			faults := 0
			report, err := archive.Verify(t.Context(), s, archive.VerifyOptions{}, func(archive.Fault) { faults++ })
			if err != nil {
				t.Errorf("%s.%s: %v", name, field.Key, err)
			}
			if report.Pages < 3 || report.Runs != 1 || report.Payloads != 3 {
				t.Errorf("%s.%s: only %d pages, %d runs, %d payloads were read", name, field.Key, report.Pages, report.Runs, report.Payloads)
			}
			if _, listed := untold[name+"."+field.Key]; listed == (faults > 0) {
				t.Errorf("%s.%s: listed as untold: %v, %d faults told", name, field.Key, listed, faults)
			}
			set(field.Value)
		}
	}
	sound(t, s)
}
