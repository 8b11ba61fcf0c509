package storetest

import (
	"fmt"
	"slices"
	"time"

	"fangzhi/archive"
)

// versions records n versions of the page of r's site at u, an hour apart,
// the first after the given time.
func (f *fixture) versions(r archive.Run, u string, n int, after time.Duration) []archive.Snapshot {
	f.Helper()
	p := unread(r.Site, u)
	var cut []archive.Snapshot
	for v := range n {
		e := visit(r, p, after+time.Duration(v)*time.Hour, text("标题", fmt.Sprintf("第%d版", v+1)))
		f.record(r, e)
		p, cut = e.Page, append(cut, *e.Snapshot)
	}
	return cut
}

func edition(s archive.Snapshot) string {
	return fmt.Sprintf("%s %s@%d", s.Site, s.URL, s.Version)
}

// fullArticle has a value in every field.
func fullArticle() archive.Article {
	return archive.Article{
		Title: "关于印发《实施细则》的通知", Subtitle: "（2026年）", Source: "区管委会", Author: "王一", Editor: "李二",
		DocumentNumber: "张政办〔2026〕3号", IndexNumber: "014180153/2026-00012", Issuer: "市政府办公室", Written: "2026-02-27",
		Published: time.Date(2026, 2, 28, 9, 30, 15, 0, time.FixedZone("", 8*3600)),
		Body:      "各镇人民政府：\n\n现印发给你们，请<认真>执行 & 落实。\u2028\"引号\"😀",
		LeftOut:   "主办：市政府办公室",
		Pictures:  []string{"https://www.zjg.example/p/1.jpg", "https://www.zjg.example/p/2.jpg"},
		Attachments: []archive.Attachment{
			{Name: "附件1.pdf", URL: "https://www.zjg.example/f/1.pdf", Digest: archive.DigestOf([]byte("1"))},
			{Name: "附件2.doc", URL: "https://www.zjg.example/f/2.doc"},
		},
		Evidence: []archive.Evidence{
			{Field: "title", Method: "meta", Where: "ArticleTitle", Confidence: 0.95, Others: []string{"通知"}},
			{Field: "body", Method: "rule", Where: "#zoom", Confidence: 1},
		},
	}
}

var snapshotTests = []subtest{
	{"nothing held, nothing listed", func(f *fixture) {
		f.equal("snapshots", collect(f.T, f.Snapshots(f.Context(), archive.Filter{})), []archive.Snapshot(nil))
	}},
	{"a snapshot comes back as it was cut", func(f *fixture) {
		r := f.begin(site, 0)
		e := visit(r, unread(site, url(1)), time.Second, fullArticle())
		e.Snapshot.Story, e.Snapshot.Reader = "story-1", 7
		e.Snapshot.Parts = []archive.Part{{URL: url(2), Payload: archive.DigestOf([]byte("2"))}, {URL: url(3), Missing: "status 503"}}
		e.Snapshot.PriorSeen = t0.Add(-time.Hour)
		f.record(r, e)
		got := collect(f.T, f.Snapshots(f.Context(), archive.Filter{}))
		f.equal("snapshots", got, []archive.Snapshot{*e.Snapshot})
		f.inUTC(got[0])
	}},
	{"the day of publication keeps its offset", func(f *fixture) {
		r := f.begin(site, 0)
		a := fullArticle()
		a.Published, a.DayOnly = time.Date(2026, 2, 28, 0, 0, 0, 0, time.FixedZone("", 8*3600)), true
		f.record(r, visit(r, unread(site, url(1)), time.Second, a))
		got := collect(f.T, f.Snapshots(f.Context(), archive.Filter{}))
		f.equal("published", got[0].Article.Published.Format(time.RFC3339), "2026-02-28T00:00:00+08:00")
	}},
	{"a sketch is not read back", func(f *fixture) {
		r := f.begin(site, 0)
		e := visit(r, unread(site, url(1)), time.Second, text("标题", prose(1)))
		if len(e.Snapshot.Sketch) == 0 {
			f.Fatal("the article has no sketch")
		}
		f.record(r, e)
		if got := collect(f.T, f.Snapshots(f.Context(), archive.Filter{})); len(got[0].Sketch) != 0 {
			f.Errorf("sketch %v", got[0].Sketch)
		}
	}},
	{"are ordered by site, URL and version", func(f *fixture) {
		r, s := f.begin(site, 0), f.begin(other, 0)
		var want []string
		for _, cut := range [][]archive.Snapshot{
			f.versions(s, "https://a.example/Z", 2, 5*time.Hour),
			f.versions(s, "https://a.example/a", 1, time.Hour),
			f.versions(r, url(1), 12, 3*time.Hour), // 10 comes after 9
			f.versions(r, url(2), 2, 0),
		} {
			want = append(want, names(cut, edition)...)
		}
		f.equal("order", names(collect(f.T, f.Snapshots(f.Context(), archive.Filter{})), edition), want)
		slices.Reverse(want)
		f.equal("newest", names(collect(f.T, f.Snapshots(f.Context(), archive.Filter{Newest: true})), edition), want)
		f.equal("newest three", names(collect(f.T, f.Snapshots(f.Context(), archive.Filter{Newest: true, Limit: 3})), edition), want[:3])
	}},
	{"a long list comes whole and once", func(f *fixture) {
		r := f.begin(site, 0)
		var batch []archive.Entry
		var want []string
		for n := range 700 {
			first := visit(r, unread(site, url(n)), time.Second, text("标题", "一"))
			second := visit(r, first.Page, 2*time.Second, text("标题", "二"))
			batch = append(batch, first, second)
			want = append(want, edition(*first.Snapshot), edition(*second.Snapshot))
		}
		f.record(r, batch...)
		f.equal("forwards", names(collect(f.T, f.Snapshots(f.Context(), archive.Filter{})), edition), want)
		slices.Reverse(want)
		f.equal("backwards", names(collect(f.T, f.Snapshots(f.Context(), archive.Filter{Newest: true})), edition), want)
	}},
}
