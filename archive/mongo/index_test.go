package mongo_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"fangzhi/archive"
	"fangzhi/archive/mongo"
)

// A search answers the same whether or not snapshots have got their words.
func TestIndex(t *testing.T) {
	uri := database(t)
	s := open(t, uri)
	defer s.Close()
	r := begin(t, s, 0)
	var batch []archive.Entry
	for n := range 250 { // more than are indexed at once
		u := fmt.Sprintf("https://www.zjg.example/%03d", n)
		first := visited(r, found(u), time.Second, "通知", fmt.Sprintf("第%d号 旧的内容", n))
		batch = append(batch, first)
		if n%5 == 0 {
			batch = append(batch, visited(r, first.Page, time.Minute, "通知", fmt.Sprintf("第%d号 新的内容 Park", n)))
		}
	}
	record(t, s, r, batch...)
	reader, err := mongo.Open(t.Context(), uri, mongo.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()

	search := func(s *mongo.Store, q string) (urls []string) {
		for hit, err := range s.Search(t.Context(), q, archive.Filter{}) {
			if err != nil {
				t.Fatal(err)
			}
			urls = append(urls, hit.URL)
		}
		return urls
	}
	unindexed := func() int64 {
		n, err := inside(t, uri).Collection("snapshots").CountDocuments(t.Context(), bson.D{{Key: "unindexed", Value: true}})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	queries := map[string]int{"旧的": 200, "新的": 50, "内容": 250, "park": 50, "号": 250, "第17号": 1, "第170号 新的": 1, "17 旧": 1, "7 旧": 1, "没有": 0}
	before := map[string][]string{}
	for q, want := range queries {
		before[q] = search(reader, q)
		if len(before[q]) != want {
			t.Errorf("%s: %d hits before, want %d", q, len(before[q]), want)
		}
	}
	if n := unindexed(); n != 300 {
		t.Errorf("%d snapshots without words, want all 300: a reader writes nothing", n)
	}
	if err := s.Index(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := unindexed(); n != 0 {
		t.Errorf("%d snapshots without words afterwards", n)
	}
	for q := range queries {
		if after := search(reader, q); !slices.Equal(after, before[q]) {
			t.Errorf("%s: before %v\nafter %v", q, before[q], after)
		}
	}
	if err := reader.Index(t.Context()); err == nil || !strings.Contains(err.Error(), "for reading only") {
		t.Errorf("index by a reader: %v", err)
	}
	record(t, s, r, visited(r, found("https://www.zjg.example/later"), time.Hour, "通知", "后来的"))
	if got := search(s, "后来"); len(got) != 1 || unindexed() != 0 {
		t.Errorf("a search found %v and left %d snapshots without words", got, unindexed())
	}
}
