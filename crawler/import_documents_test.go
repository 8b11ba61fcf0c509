package crawler_test

import (
	"testing"

	"fangzhi/archive"
)

// A version of an imported article tells the digests of its documents, as far as
// the files have them, whatever the order of dates.
func TestImportOfDocuments(t *testing.T) {
	page := newsPage("云溪县招聘公告", "现将有关事项公告如下，报名自三月一日起，至三月十日止，逾期不候。", `<a href="/yw/t1.pdf">岗位表.pdf</a>`)
	pdf := func(day, second int, text string) archive.Saved {
		return savedAs("/yw/t1.pdf", on(day, second), 200, "%PDF-1.4 "+text, "Content-Type", "application/pdf")
	}
	digest := func(text string) archive.Digest { return archive.DigestOf([]byte("%PDF-1.4 " + text)) }
	told := func(s archive.Saved, documents map[string]archive.Digest) archive.Saved {
		s.Told = &archive.Told{At: s.At, Outcome: archive.New, Kind: archive.KindArticle, Documents: documents}
		return s
	}
	article := savedAs("/yw/t20260301_1.html", on(1, 5), 200, page, "Content-Type", "text/html; charset=utf-8")
	url := oldHost + "/yw/t1.pdf"
	missing := savedAs("/yw/t1.pdf", on(1, 6), 404, "nothing here", "Content-Type", "text/html")
	for name, c := range map[string]struct {
		saved savings
		want  archive.Digest
	}{
		"before":            {savings{article, pdf(1, 1, "a")}, digest("a")},
		"in its second":     {savings{article, pdf(1, 5, "a")}, digest("a")},
		"after":             {savings{article, pdf(1, 9, "a")}, digest("a")},
		"the nearest":       {savings{article, pdf(1, 1, "a"), pdf(1, 7, "b"), pdf(2, 0, "c")}, digest("b")},
		"a further one":     {savings{article, missing, pdf(2, 0, "c")}, digest("c")},
		"never":             {savings{article}, ""},
		"gone":              {savings{article, missing}, ""},
		"told, and there":   {savings{told(article, map[string]archive.Digest{url: digest("c")}), pdf(1, 1, "a"), pdf(1, 7, "b"), pdf(2, 0, "c")}, digest("c")},
		"told, and a lie":   {savings{told(article, map[string]archive.Digest{url: digest("x")}), pdf(1, 1, "a")}, ""},
		"told as not kept":  {savings{told(article, nil), pdf(1, 1, "a")}, ""},
		"of another moment": {savings{article, pdf(3, 1, "a")}, digest("a")},
	} {
		t.Run(name, func(t *testing.T) {
			store := newStore(t)
			report := imports(t, store, oldSite, c.saved)
			var a []archive.Attachment
			for v, err := range store.Snapshots(t.Context(), archive.Filter{Site: "yunxi", URL: article.URL}) {
				if err != nil {
					t.Fatal(err)
				}
				a = v.Article.Attachments
			}
			if len(a) != 1 || a[0].Digest != c.want {
				t.Errorf("attachments %+v, want digest %q", a, c.want)
			}
			if n := report.Stored.Total(); n != len(c.saved) || report.Captures != n || report.Known != 0 {
				t.Errorf("report %+v: want %d captures stored, each once", report, len(c.saved))
			}
			soundStore(t, store)
			if again := imports(t, store, oldSite, c.saved); again.Known != len(c.saved) || again.Stored.Total() != 0 {
				t.Errorf("again: %+v", again)
			}
		})
	}
}
