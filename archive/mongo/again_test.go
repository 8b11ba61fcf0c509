package mongo_test

import (
	"fmt"
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
	// An export that begins between the parts, and is gone on with later, knows by
	// the count that the version reads otherwise by then.
	counted := func(when string, want int64) {
		t.Helper()
		if l, err := s.Log(t.Context()); err != nil || l.Readings != want {
			t.Errorf("%s %d readings are counted, want %d: %v", when, l.Readings, want, err)
		}
	}
	if err := s.Reread(t.Context(), r.ID, []archive.Again{again}); err != nil {
		t.Fatal(err)
	}
	counted("after the first", 1)
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
	counted("after the crash", 1)
	sound(t, s)
	if err := s.Reread(t.Context(), r.ID, []archive.Again{second}); err != nil {
		t.Fatal(err)
	}
	counted("taken up", 2)
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

// Earlier readings are found by what there is of them: their listing costs the
// same however many versions were never read again.
func TestEarlierGoesByReadings(t *testing.T) {
	uri := database(t)
	p := newProxy(t, uri)
	s := open(t, p.uri)
	defer s.Close()
	r := begin(t, s, 0)
	asked := func() (commands []string) {
		t.Helper()
		p.reset(nil, nil)
		n := 0
		for e, err := range s.Earlier(t.Context(), archive.Filter{}) {
			if err != nil || e.URL != "0" {
				t.Fatal(e.URL, err)
			}
			n++
		}
		if n != 1 {
			t.Errorf("%d readings, want 1", n)
		}
		for _, c := range p.seen() {
			commands = append(commands, name(c)+" "+collection(c))
			if of, err := c.LookupErr("filter", "url"); collection(c) == "snapshots" && (err != nil || strings.Contains(of.String(), "\"1\"")) {
				t.Errorf("versions are asked for by %s", c)
			}
		}
		return commands
	}
	many := func(from, to int) {
		t.Helper()
		var batch []archive.Entry
		for n := from; n < to; n++ {
			batch = append(batch, visited(r, found(fmt.Sprint(n)), time.Second, "标题", fmt.Sprint("正文", n)))
		}
		record(t, s, r, batch...)
	}
	many(0, 2)
	again := archive.Again{Site: site, URL: "0", Version: 1, At: t0.AddDate(0, 0, 1), Reader: 2, Article: archive.Article{Title: "再读", Body: "正文"}}
	if err := s.Reread(t.Context(), r.ID, []archive.Again{again}); err != nil {
		t.Fatal(err)
	}
	few := asked()
	many(2, 700)
	if after := asked(); !slices.Equal(few, after) {
		t.Errorf("among 2 versions it took %q, among 700 %q", few, after)
	}
}
