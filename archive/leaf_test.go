package archive_test

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fangzhi/archive"
)

// unsealed are the fields that no leaf holds: what is worked out of the others.
// A version is sealed as it read when it was taken.
var unsealed = map[string]bool{"Snapshot.Sketch": true, "Snapshot.ReadAt": true, "Snapshot.Damaged": true, "Snapshot.Kept": true, "Snapshot.Unread": true}

// Whoever adds a field to a visit, a version or an article adds a line to
// LeafOf, at the end of its part, and to docs/archive.md: what no leaf holds
// could be rewritten in silence.
func TestLeafHoldsEveryField(t *testing.T) {
	visit, cut := archive.Visit{}, archive.Snapshot{Article: archive.Article{
		Attachments: make([]archive.Attachment, 1), Evidence: make([]archive.Evidence, 1),
	}}
	visit.Absence = &archive.Absence{Controls: make([]archive.Sighting, 1)}
	empty := string(archive.LeafOf(visit, &cut))
	for _, record := range []any{&visit, &cut, &cut.Article, &cut.Article.Attachments[0], &cut.Article.Evidence[0],
		visit.Absence, &visit.Absence.Controls[0],
	} {
		record := reflect.ValueOf(record).Elem()
		for i := range record.NumField() {
			name := record.Type().Name() + "." + record.Type().Field(i).Name
			if unsealed[name] || name == "Snapshot.Article" || name == "Visit.Absence" {
				continue
			}
			was := reflect.New(record.Field(i).Type()).Elem()
			was.Set(record.Field(i))
			fill(t, name, record.Field(i))
			if string(archive.LeafOf(visit, &cut)) == empty {
				t.Errorf("the leaf does not hold %s", name)
			}
			record.Field(i).Set(was)
		}
	}
}

// fill gives v a value that is not empty.
func fill(t *testing.T, name string, v reflect.Value) {
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(noon))
		return
	case http.Header:
		v.Set(reflect.ValueOf(http.Header{"A": {"b"}}))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString("x")
	case reflect.Int, reflect.Int64:
		v.SetInt(7)
	case reflect.Float64:
		v.SetFloat(0.5)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
	default:
		t.Fatalf("%s is of a kind that this test does not know", name)
	}
}

// The bytes of a leaf are for good: this is the form that docs/archive.md
// gives, to the byte.
func TestLeafOf(t *testing.T) {
	v := archive.Visit{
		Run: "zjg@1", Site: "zjg", URL: "https://zjg.example/1", Column: "要闻", Kind: archive.KindArticle,
		At: noon, Took: 1500 * time.Microsecond, Outcome: archive.New, Reason: "first\nversion", Status: 200,
		Bytes: 12, Version: 1, Payload: archive.DigestOf(nil),
		Header: http.Header{"X": {"b", "a\r\nc"}, "Date": {"\xb9\xab"}},
	}
	s := archive.Snapshot{
		Site: "zjg", URL: v.URL, Version: 1, TakenAt: noon.Truncate(time.Second), Article: archive.Article{
			Title: "\xffa", Published: time.Date(2026, 3, 1, 0, 0, 0, 0, time.FixedZone("", 8*3600)), DayOnly: true, Body: "一\n\n二",
			Attachments: []archive.Attachment{{Name: "附件"}, {URL: "b"}},
			Evidence:    []archive.Evidence{{Field: "title", Method: "meta", Confidence: 0.9, Others: []string{"", "x"}}},
		},
	}
	want := strings.Join([]string{
		"fangzhi entry 1",
		"visit.run 5 zjg@1", "visit.site 3 zjg", "visit.url 21 https://zjg.example/1", "visit.column 6 要闻", "visit.kind 7 article",
		"visit.at 24 " + noon.Format("2006-01-02T15:04:05") + ".250Z", "visit.took 7 1500000", "visit.outcome 3 new", "visit.reason 13 first\nversion",
		"visit.status 3 200", "visit.bytes 2 12", "visit.version 1 1",
		"visit.payload 71 sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		"visit.header 8 Date: \xb9\xab", "visit.header 4 X: b", "visit.header 6 X: a c",
		"snapshot.site 3 zjg", "snapshot.url 21 https://zjg.example/1", "snapshot.version 1 1",
		"snapshot.taken_at 24 " + noon.Format("2006-01-02T15:04:05") + ".000Z",
		"article.title 4 \uFFFDa", "article.published 25 2026-03-01T00:00:00+08:00", "article.day_only 4 true", "article.body 8 一\n\n二",
		"article.attachment 0 ", "article.attachment.name 6 附件", "article.attachment 1 b",
		"article.evidence 5 title", "article.evidence.method 4 meta", "article.evidence.confidence 3 0.9",
		"article.evidence.other 0 ", "article.evidence.other 1 x", "",
	}, "\n")
	got := archive.LeafOf(v, &s)
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("leaf (-want +got):\n%s", diff)
	}
	fields, ok := archive.ParseLeaf(got)
	if !ok || len(fields) != 32 || fields[8] != (archive.LeafField{Name: "visit.reason", Value: "first\nversion"}) {
		t.Errorf("parsed %v, %v", fields, ok)
	}
}

// A leaf is the same before and after a store that keeps articles as JSON and
// times as milliseconds.
func TestLeafSurvivesJSON(t *testing.T) {
	a := archive.Article{Title: "a\xff\xfe\x00\u2028<b>", Body: "\xe4\xb8", Attachments: []archive.Attachment{{Name: "\xc0", URL: "u"}}}
	before := archive.LeafOf(archive.Visit{}, &archive.Snapshot{Article: a})
	b, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	var back archive.Article
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(before), string(archive.LeafOf(archive.Visit{}, &archive.Snapshot{Article: back}))); diff != "" {
		t.Error(diff)
	}
}

func TestParseLeafRefuses(t *testing.T) {
	head := "fangzhi entry 1\n"
	for _, s := range []string{
		"", "fangzhi entry 2\na 1 b\n", head + "a", head + "a 1", head + "a 1 b", head + "a 2 b\n", head + "a -1 b\n", head + "a x b\n",
		head + "a 99999999999999999999 b\n",
	} {
		if fields, ok := archive.ParseLeaf([]byte(s)); ok {
			t.Errorf("%q: read as %v", s, fields)
		}
	}
}
