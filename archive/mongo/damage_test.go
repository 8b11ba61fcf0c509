package mongo_test

import (
	"errors"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"

	"fangzhi/archive"
	"fangzhi/archive/mongo"
)

func checked(t *testing.T, s *mongo.Store) (lines []string) {
	t.Helper()
	for line, err := range s.Check(t.Context(), 0, 0) {
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line)
	}
	return lines
}

func TestDamage(t *testing.T) {
	uri := database(t)
	s := open(t, uri)
	defer s.Close()
	s.Lower(mebibyte, mebibyte)
	db := inside(t, uri)
	r := begin(t, s, 0)
	large := make([]byte, 3*mebibyte)
	rand.NewChaCha8([32]byte{1}).Read(large)
	fetched := func(u string, payload []byte) archive.Digest {
		c := archive.Capture{URL: u, At: t0, Status: http.StatusOK, Payload: payload}
		e := settled(r, found(u), c, &archive.Reading{Kind: archive.KindAttachment, Article: archive.Article{Title: u}})
		record(t, s, r, e)
		return e.Visit.Payload
	}
	damage := func(collection string, d archive.Digest, field string, value any) {
		filter := bson.D{{Key: "_id", Value: d}}
		if collection == "large.chunks" {
			filter = bson.D{{Key: "files_id", Value: d}, {Key: "n", Value: 2}}
		}
		result, err := db.Collection(collection).UpdateOne(t.Context(), filter, bson.D{{Key: "$set", Value: bson.D{{Key: field, Value: value}}}})
		if err != nil || result.ModifiedCount != 1 {
			t.Fatal(result, err)
		}
	}
	small := func(u string) []byte { return []byte(strings.Repeat("<td>统计</td>", 100) + u) }
	plain, frame, length, coding := fetched("1", []byte("a")), fetched("2", small("2")), fetched("3", small("3")), fetched("4", small("4"))
	chunk, chunks, file := fetched("5", large), fetched("6", append(large, 6)), fetched("7", append(large, 7))
	short, more := fetched("8", append(large, 8)), fetched("9", append(large, 9))
	sound(t, s)

	damage("payloads", plain, "data", []byte("b"))
	damage("payloads", frame, "data", []byte("no frame"))
	damage("payloads", length, "size", int64(1)<<40)
	damage("payloads", coding, "coding", "lzma")
	damage("large.chunks", chunk, "data", large[:mebibyte])
	if _, err := db.Collection("large.chunks").DeleteOne(t.Context(), bson.D{{Key: "files_id", Value: chunks}, {Key: "n", Value: 1}}); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Collection("large.files").DeleteOne(t.Context(), bson.D{{Key: "_id", Value: file}}); err != nil {
		t.Fatal(err)
	}
	damage("large.files", short, "length", int64(5))
	if _, err := db.Collection("large.chunks").InsertOne(t.Context(), bson.D{{Key: "files_id", Value: more}, {Key: "n", Value: 4}, {Key: "data", Value: large[:9]}}); err != nil {
		t.Fatal(err)
	}
	for what, d := range map[string]archive.Digest{
		"other bytes": plain, "no zstd frame": frame, "a size out of reason": length, "an unknown coding": coding,
		"a chunk of others": chunk, "a chunk missing": chunks, "a file missing": file, "a file of another length": short, "a chunk too many": more,
	} {
		if b, err := s.Payload(t.Context(), d); !errors.Is(err, archive.ErrCorrupt) {
			t.Errorf("%s: got %d bytes and %v, want ErrCorrupt", what, len(b), err)
		}
	}
	if err := db.Collection("visits").Indexes().DropOne(t.Context(), "at_1_site_1_url_1"); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"collection visits: index at_1_site_1_url_1 is missing: Visits",
		"file " + string(chunks) + ": has 3 chunks of 4",
		"file " + string(short) + ": has 4 chunks of 1",
		"file " + string(more) + ": has 5 chunks of 4",
	}
	slices.Sort(want[1:])
	if got := checked(t, s); !slices.Equal(got, want) {
		t.Errorf("check: got %q\nwant %q", got, want)
	}

	in := archive.Import{Payloads: [][]byte{[]byte("a"), small("2"), small("3"), small("4"), large}}
	for n := range byte(4) {
		in.Payloads = append(in.Payloads, append(slices.Clone(large), 6+n))
	}
	if err := s.Import(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	for _, b := range in.Payloads {
		if _, err := s.Payload(t.Context(), archive.DigestOf(b)); err != nil {
			t.Errorf("not restored: %v", err)
		}
	}
	if err := s.Rebuild(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := checked(t, s); len(got) > 0 {
		t.Errorf("restored: %q", got)
	}
}

// An article may be larger than a document can be.
func TestLargeArticle(t *testing.T) {
	uri := database(t)
	s := open(t, uri)
	defer s.Close()
	s.Lower(mebibyte, mebibyte/4)
	r := begin(t, s, 0)
	var body strings.Builder
	random := rand.New(rand.NewPCG(1, 2))
	for body.Len() < mebibyte {
		for range 30 {
			body.WriteRune('一' + rune(random.IntN(200)))
		}
		body.WriteString("。\n\n")
	}
	body.WriteString("末尾的 word")
	e := visited(r, found("https://www.zjg.example/long.html"), time.Second, "长文", body.String())
	record(t, s, r, e)
	record(t, s, r, e)
	if h := historyOf(t, s, e.Page.URL); len(h.Snapshots) != 1 || h.Snapshots[0].Article.Body != e.Snapshot.Article.Body {
		t.Error("the article did not come back as it was")
	}
	for _, q := range []string{"长文", string([]rune(body.String())[:7])} {
		n := 0
		for hit, err := range s.Search(t.Context(), q, archive.Filter{}) {
			if n++; err != nil || hit.Article.Body != e.Snapshot.Article.Body {
				t.Errorf("search %s: %v", q, err)
			}
		}
		if n != 1 {
			t.Errorf("search %s: %d hits, want 1", q, n)
		}
	}
	sound(t, s)
	if err := inside(t, uri).Collection("large.files").FindOne(t.Context(), bson.D{}).Err(); errors.Is(err, driver.ErrNoDocuments) {
		t.Error("the article was not moved out of its snapshot")
	}
}
