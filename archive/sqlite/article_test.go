package sqlite_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fangzhi/archive"
	"fangzhi/archive/sqlite"
)

// written is an article as the archive writes it.
func written(t testing.TB, a archive.Article) string {
	t.Helper()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(a); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func fullArticle() archive.Article {
	return archive.Article{
		Title: "关于“放管服”的<通知> & \"附件\"\\", Subtitle: "一\t二", Source: "县\u2028局", Author: "张\x01三", Editor: "\u007f", DocumentNumber: "张政发〔2026〕1号",
		IndexNumber: "014/2026", Issuer: "办公室", Written: "2026-02-27", Published: time.Date(2026, 2, 28, 9, 30, 0, 5, time.FixedZone("", 8*3600)),
		DayOnly: true, Body: "第一段\n\n第二段\r\n/ \b\f 😀", LeftOut: "打印", Pictures: []string{"http://a/1.png", ""},
		Attachments: []archive.Attachment{{Name: "表", URL: "http://a/b", Digest: "sha256:1"}, {URL: "u"}},
		Evidence: []archive.Evidence{
			{Field: "title", Method: "meta", Where: "a", Confidence: 0.25, Others: []string{"b"}}, {Field: "body", Method: "rule", Confidence: 1}, {},
		},
	}
}

// What encode writes is read without encoding/json, and as that would: every
// field, and nothing else.
func TestReadArticle(t *testing.T) {
	whole := fullArticle()
	v := reflect.ValueOf(whole)
	for i := range v.NumField() {
		if v.Field(i).IsZero() {
			t.Errorf("%s: is not tried", v.Type().Field(i).Name)
		}
	}
	for _, a := range []archive.Article{whole, {}, {Title: "a"}, {Body: strings.Repeat("字\n\n", 9999)}} {
		got, ok := sqlite.ReadArticle(written(t, a))
		if diff := cmp.Diff(a, got); diff != "" || !ok {
			t.Errorf("read %t (-want +got):\n%s", ok, diff)
		}
	}
}

// Whatever is read is what encoding/json reads.
func FuzzReadArticle(f *testing.F) {
	for _, text := range []string{
		written(f, fullArticle()), `{}`, `{} `, `{"title":null}`, `{"Title":"a"}`, `{"title":"a","title":"b"}`, `{"title":"a",}`, `{"title":"\ud83d\ude00\ud83d"}`,
		`{"title":"a\`, `{"title":"\x"}`, "{\"title\":\"\xff\"}", "{\"title\":\"\n\"}", `{"evidence":[{"confidence":1e-3}]}`, `{"evidence":[{"confidence":00.5}]}`,
		`{"evidence":[{"confidence":.5}]}`, `{"evidence":[{"confidence":1.}]}`, `{"evidence":[]}`, `{"pictures":["a",]}`, `{"pictures":[]}`, `{"published":"2026-02-28T09:30:00\u002b08:00"}`,
		`{"published":"2026-02-28"}`, `{"day_only":false}`, `{"day_only":tru}`, `[]`, ``, `{"title":"a"}}`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, ok := sqlite.ReadArticle(text)
		if !ok {
			return
		}
		var want archive.Article
		if err := json.Unmarshal([]byte(text), &want); err != nil {
			t.Fatalf("%q: was read, and is no JSON: %v", text, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-json +ours):\n%s", text, diff)
		}
	})
}
