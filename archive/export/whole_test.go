package export_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nlnwa/gowarc"

	"fangzhi/archive"
	"fangzhi/archive/export"
)

// Captures of an article are asked for whole: with its further pages and its
// documents, wherever these stand and whether they have the words or not.
func TestWARCOfWholeArticles(t *testing.T) {
	k := keep(t)
	pages := func(first, second, third string) (a, b, c answer) {
		part := func(text string) answer {
			p := article(t, "公告", text)
			p.reading.Kind, p.of = archive.KindPart, "/1.html"
			return p
		}
		a, b, c = article(t, "公告", first), part(second), part(third)
		a.reading.Article.Body = strings.Join([]string{first, second, third}, "\n\n")
		a.parts = []archive.Part{{URL: portalRoot + "/1_2.html", Payload: archive.DigestOf(b.payload)}, {URL: portalRoot + "/1_3.html", Payload: archive.DigestOf(c.payload)}}
		return a, b, c
	}
	visit := func(d int, first, second, third string) {
		a, b, c := pages(first, second, third)
		k.visit("/1_2.html", day(d), b)
		k.visit("/1_3.html", day(d), c)
		k.visit("/1.html", day(d), a)
	}
	visit(1, "招聘医生", "报名", "二十四名")
	form := document("application/pdf", []byte("%PDF-1.4 表"))
	form.of = "/1.html"
	k.visit("/f.pdf", day(1), form)
	other := form
	other.payload, other.of = []byte("%PDF-1.4 另"), "/2.html"
	k.visit("/2.html", day(1), article(t, "公示", "补贴资金使用情况予以公示。"))
	k.visit("/g.pdf", day(1), other)
	visit(2, "招聘医生", "报名", "二十八名")
	k.visit("/1.html", day(3), answer{status: 404})

	for _, tt := range []struct {
		name string
		sel  export.Selection
		want []string // path and day of each answer
	}{
		{"gone", export.Selection{States: []archive.State{archive.StateGone}}, []string{"/1.html 1", "/1.html 2", "/1_2.html 1", "/1_3.html 1", "/1_3.html 2", "/f.pdf 1"}},
		{"found", export.Selection{Search: "二十八名"}, []string{"/1.html 1", "/1.html 2", "/1_2.html 1", "/1_3.html 1", "/1_3.html 2", "/f.pdf 1"}},
		{"found, of the last", export.Selection{Search: "二十八名", Versions: export.Latest}, []string{"/1.html 2", "/1_2.html 1", "/1_3.html 2", "/f.pdf 1"}},
		{"the other found", export.Selection{Search: "补贴资金"}, []string{"/2.html 1", "/g.pdf 1"}},
		{"changes", export.Selection{Versions: export.Changes}, []string{"/1.html 2", "/1_2.html 1", "/1_3.html 2"}},
		{"no further pages", export.Selection{Search: "二十八名", Kinds: []archive.Kind{archive.KindArticle}}, []string{"/1.html 1", "/1.html 2"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			strict(t, toFolder(t, k.store, export.Job{Format: export.WARC, Selection: tt.sel}), func(r gowarc.WarcRecord, _ []byte) {
				if h := r.WarcHeader(); r.Type() == gowarc.Response {
					at, _ := time.Parse(time.RFC3339, h.Get("WARC-Date"))
					got = append(got, fmt.Sprint(strings.TrimPrefix(h.Get("WARC-Target-URI"), portalRoot), " ", at.Day()))
				}
			})
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("answers (-want +got):\n%s", diff)
			}
		})
	}
}
