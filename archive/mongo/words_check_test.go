package mongo_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"fangzhi/archive"
)

// Words that are not those of the text are told, for a search would miss it in
// silence; Rebuild makes them anew.
func TestCheckWords(t *testing.T) {
	uri := database(t)
	s := open(t, uri)
	defer s.Close()
	words := inside(t, uri).Collection("words")
	r := begin(t, s, 0)
	var batch []archive.Entry
	for n := range 5 {
		batch = append(batch, visited(r, found(fmt.Sprintf("https://www.zjg.example/%d.html", n)), time.Second, "通知公告", fmt.Sprint("粮食丰收", n)))
	}
	record(t, s, r, batch...)
	record(t, s, r, visited(r, batch[0].Page, time.Hour, "通知公告", "改过的正文"))
	if err := s.Index(t.Context()); err != nil {
		t.Fatal(err)
	}
	sound(t, s)
	all := bson.D{}
	for name, damage := range map[string]func() error{
		"another word": func() error {
			_, err := words.UpdateMany(t.Context(), bson.D{{Key: "words", Value: "粮食"}}, bson.D{{Key: "$set", Value: bson.D{{Key: "words.$", Value: "粮仓"}}}})
			return err
		},
		"none": func() error { _, err := words.DeleteMany(t.Context(), all); return err },
		"no list": func() error {
			_, err := words.UpdateMany(t.Context(), all, bson.D{{Key: "$set", Value: bson.D{{Key: "words", Value: 7}}}})
			return err
		},
	} {
		if err := damage(); err != nil {
			t.Fatal(err)
		}
		if got := checked(t, s); len(got) != 1 || !strings.HasPrefix(got[0], "the index for search has not the words of ") {
			t.Errorf("%s: %q", name, got)
		}
		told := 0
		for part := range 3 {
			for _, err := range s.Check(t.Context(), part+1, 3) {
				if err != nil {
					t.Fatal(err)
				}
				told++
			}
		}
		if told == 0 {
			t.Errorf("%s: no part tells", name)
		}
		if err := s.Rebuild(t.Context()); err != nil {
			t.Fatal(err)
		}
		sound(t, s)
	}
}
