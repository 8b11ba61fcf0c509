package mongo_test

import (
	"errors"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"fangzhi/archive"
)

// A page whose counts are damaged does not have visits and versions that were
// committed taken for what a crash left: nothing of them is removed.
func TestDamagedCountsRemoveNothing(t *testing.T) {
	uri := database(t)
	s := open(t, uri)
	defer s.Close()
	pages := inside(t, uri).Collection("pages")
	r := begin(t, s, 0)
	e := visited(r, found("https://www.zjg.example/1.html"), time.Second, "标题", "一")
	record(t, s, r, e)
	for n, body := range []string{"二", "三"} {
		e = visited(r, e.Page, time.Duration(n+1)*time.Hour, "标题", body)
		record(t, s, r, e)
	}
	if _, err := s.Seal(t.Context(), t0); err != nil {
		t.Fatal(err)
	}
	set := func(field string, value any) {
		t.Helper()
		result, err := pages.UpdateOne(t.Context(), bson.D{}, bson.D{{Key: "$set", Value: bson.D{{Key: field, Value: value}}}})
		if err != nil || result.ModifiedCount != 1 {
			t.Fatal(result, err)
		}
	}
	set("seq", 1)
	if err := s.Rebuild(t.Context()); err != nil {
		t.Fatal(err)
	}
	sound(t, s)
	set("seq", 1)
	next := visited(r, e.Page, 4*time.Hour, "标题", "三")
	record(t, s, r, next)
	if h := historyOf(t, s, e.Page.URL); len(h.Visits) != 4 || len(h.Snapshots) != 3 {
		t.Errorf("%d visits, %d versions", len(h.Visits), len(h.Snapshots))
	}
	sound(t, s)

	set("versions", 1)
	p, err := s.Page(t.Context(), site, e.Page.URL)
	if err != nil {
		t.Fatal(err)
	}
	p.Damaged, p.Kept = 0, archive.PageSums{}
	if err := s.Record(t.Context(), r.ID, []archive.Entry{visited(r, p, 5*time.Hour, "标题", "四")}); !errors.Is(err, archive.ErrCorrupt) {
		t.Errorf("recorded: %v", err)
	}
	set("versions", 3)
	if h := historyOf(t, s, e.Page.URL); len(h.Visits) != 4 || len(h.Snapshots) != 3 {
		t.Errorf("%d visits, %d versions", len(h.Visits), len(h.Snapshots))
	}
	sound(t, s)
}
