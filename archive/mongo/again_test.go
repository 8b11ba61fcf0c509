package mongo_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"fangzhi/archive"
)

// A crash between the parts of another reading leaves the version as it reads,
// or the page behind it; to read again completes it.
func TestRereadCutShort(t *testing.T) {
	uri := database(t)
	s := open(t, uri)
	defer s.Close()
	s.Lower(mebibyte, 1000)
	db := inside(t, uri)
	r := begin(t, s, 0)
	long := strings.Repeat("本文很长。", 500) // its article lies in a file
	record(t, s, r, visited(r, found("1"), time.Second, "标题", long))
	again := archive.Again{
		Site: site, URL: "1", Version: 1, At: t0.AddDate(0, 0, 1), Reader: 2, Article: archive.Article{Title: "真正的标题", Body: long + "完"},
	}
	earlier := func() (all []archive.Earlier) {
		for e, err := range s.Earlier(t.Context(), archive.Filter{}) {
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, e)
		}
		return all
	}
	if err := s.Reread(t.Context(), r.ID, []archive.Again{again}); err != nil {
		t.Fatal(err)
	}
	second := again
	second.At, second.Article.Body = again.At.AddDate(0, 0, 1), long

	// The reading before was kept, and then nothing more.
	if _, err := db.Collection("readings").InsertOne(t.Context(), bson.D{
		{Key: "site", Value: site}, {Key: "url", Value: "1"}, {Key: "version", Value: 1}, {Key: "n", Value: 1},
		{Key: "read_at", Value: bson.NewDateTimeFromTime(again.At)}, {Key: "article", Value: bson.D{{Key: "title", Value: "真正的标题"}}},
	}); err != nil {
		t.Fatal(err)
	}
	if all := earlier(); len(all) != 1 || all[0].Article.Body != long || all[0].N != 0 {
		t.Errorf("after the crash %d earlier readings", len(all))
	}
	sound(t, s)
	if err := s.Reread(t.Context(), r.ID, []archive.Again{second}); err != nil {
		t.Fatal(err)
	}
	if all := earlier(); len(all) != 2 || all[1].N != 1 || all[1].Article.Title != "真正的标题" {
		t.Errorf("taken up: %d earlier readings", len(all))
	}

	// The version was set, and then the page was not.
	if _, err := db.Collection("pages").UpdateOne(t.Context(), bson.D{{Key: "url", Value: "1"}},
		bson.D{{Key: "$set", Value: bson.D{{Key: "title", Value: "标题"}, {Key: "fingerprint", Value: archive.DigestOf(nil)}}}}); err != nil {
		t.Fatal(err)
	}
	if err := s.Reread(t.Context(), r.ID, []archive.Again{second}); err != nil {
		t.Fatal(err)
	}
	sound(t, s)
	if p, err := s.Page(t.Context(), site, "1"); err != nil || p.Title != "真正的标题" || len(earlier()) != 2 {
		t.Errorf("page %+v, %v", p, err)
	}
	if lines := checked(t, s); slices.ContainsFunc(lines, func(l string) bool { return strings.Contains(l, "readings") }) {
		t.Errorf("check: %q", lines)
	}
}
