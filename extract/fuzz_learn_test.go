package extract_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fangzhi/archive"
	"fangzhi/extract"
)

// FuzzFurniture: what was learnt and is damaged is an error, or can be learnt on
// and kept; a text is never lost to it.
func FuzzFurniture(f *testing.F) {
	var known extract.Furniture
	for i := range 12 {
		known.Learn(extract.Lesson{7, uint64(i)}, column(i))
	}
	f.Add(known.Encode())
	f.Add([]byte(`{"pages":4,"lines":{"1":{"n":4,"c":3},"18446744073709551615":{"n":1,"c":1}}}`))
	f.Add([]byte(`{"pages":4095,"lines":null}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		known, err := extract.ParseFurniture(b)
		if err != nil {
			return
		}
		again, err := extract.ParseFurniture(known.Encode())
		if err != nil || again.Digest() != known.Digest() {
			t.Fatalf("kept and read again: %v", err)
		}
		in := extract.Input{Payload: sitePage(3), Known: known}
		p := open(t, in)
		if p.Reading().Article.Body == "" {
			t.Error("the text was lost")
		}
		again.Learn(p.Lesson(), "要闻")
		if again.Pages < 1 || again.Pages > known.Pages+1 {
			t.Errorf("learnt from %d pages, then %d", known.Pages, again.Pages)
		}
	})
}

// FuzzJoin: of the pages of an article nothing is lost but what stands there
// before, and joining a joined article again changes nothing.
func FuzzJoin(f *testing.F) {
	f.Add("一\n\n二", "二\n\n三", "三", "http://a.cn/1.jpg")
	f.Add("", "a", "a\n\na", "")
	f.Fuzz(func(t *testing.T, first, second, third, picture string) {
		parts := []archive.Article{
			{Title: first, Body: first, Pictures: []string{picture}},
			{Title: second, Body: second, Pictures: []string{picture, picture + "2"}, Attachments: []archive.Attachment{{URL: picture}, {URL: picture}}},
			{Body: third, Attachments: []archive.Attachment{{URL: picture}}},
		}
		before := archive.FingerprintOf(parts[0])
		got := extract.Join(parts...)
		if archive.FingerprintOf(parts[0]) != before || len(parts[0].Pictures) != 1 {
			t.Error("a part was changed")
		}
		for _, body := range []string{first, second, third} {
			for p := range strings.SplitSeq(body, "\n\n") {
				if !strings.Contains(got.Body, p) {
					t.Errorf("%q is lost from %q", p, got.Body)
				}
			}
		}
		if len(got.Attachments) != 1 || len(slices.Compact(slices.Clone(got.Pictures))) != len(got.Pictures) {
			t.Errorf("pictures %q, attachments %+v", got.Pictures, got.Attachments)
		}
		if d := cmp.Diff(got, extract.Join(got)); d != "" {
			t.Error(d)
		}
	})
}
