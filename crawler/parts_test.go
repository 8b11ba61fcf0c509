package crawler_test

import (
	"fmt"
	"strings"
	"testing"

	"fangzhi/archive"
	"fangzhi/crawler"
	"fangzhi/crawler/portaltest"
)

// threeParts is a portal with one article of seven paragraphs on three pages.
func threeParts() (p *portaltest.Portal, path string, a portaltest.Article) {
	p = portaltest.New(portaltest.Options{})
	p.AddColumn(portaltest.Column{Path: "yw", Name: "要闻动态"})
	a = article("县政府全体会议暨重点工作推进会纪要")
	a.PerPage = 3
	a.Body = nil
	for i := range 7 {
		a.Body = append(a.Body, fmt.Sprintf("第%d项，由%d个部门在%d月底前完成，县政府办公室逐项督办，进展情况每月向社会公布一次。", i+1, i+2, i+5))
	}
	return p, p.Publish("yw", a), a
}

func TestArticleOfSeveralPages(t *testing.T) {
	p, path, a := threeParts()
	r := newRig(t, p)
	run := r.run()
	url := r.base + path
	parts := []string{strings.Replace(url, ".html", "_1.html", 1), strings.Replace(url, ".html", "_2.html", 1)}
	s := r.snapshots(url)
	if len(s) != 1 || s[0].Article.Body != strings.Join(a.Body, "\n\n") {
		t.Fatalf("versions %+v", s)
	}
	if page := r.page(url); page.Parts != 2 || len(s[0].Parts) != 2 {
		t.Errorf("%d parts, the version has %+v", page.Parts, s[0].Parts)
	}
	if n := p.Counts(); n[path] != 1 || n[strings.TrimPrefix(parts[0], r.base)] != 1 || n[strings.TrimPrefix(parts[1], r.base)] != 1 {
		t.Errorf("asked for %v", n)
	}
	if v := r.last(url); v.Reason != "first version; joined of 3 pages" {
		t.Errorf("reason %q", v.Reason)
	}
	for o := range run.Articles {
		if o != archive.New {
			t.Errorf("tally %v", run.Articles)
		}
	}
	for i, part := range parts {
		page, v := r.page(part), r.last(part)
		if page.Kind != archive.KindPart || page.Versions != 0 || !page.Due.IsZero() || v.Outcome != archive.New || v.Payload == "" || len(v.Header) == 0 {
			t.Errorf("part %+v, visit %+v", page, v)
		}
		if got := s[0].Parts[i]; got.URL != part || got.Payload != v.Payload || got.Missing != "" {
			t.Errorf("the version's part %+v", got)
		}
	}
	for _, s := range all(t, r.store.Snapshots(t.Context(), archive.Filter{})) {
		if s.Kind == archive.KindPart || strings.HasPrefix(s.URL, strings.TrimSuffix(url, ".html")+"_") {
			t.Errorf("a version of %s", s.URL)
		}
	}
	sound(t, r)

	// Nothing new: no version, and the pages are asked for conditionally.
	r.run()
	if v := r.last(url); v.Outcome != archive.Unchanged || v.Reason != "same bytes" {
		t.Errorf("%s: %s", v.Outcome, v.Reason)
	}
	if v := r.last(parts[0]); v.Outcome != archive.NotModified {
		t.Errorf("part: %s: %s", v.Outcome, v.Reason)
	}
	again(t, p, []string{path})
	r.run(crawler.Tick{Full: true})
	if v := r.last(url); v.Outcome != archive.Unchanged || v.Version != 1 {
		t.Errorf("counters: %s: %s", v.Outcome, v.Reason)
	}

	// An edit on the last page is one of the article.
	if err := p.Edit(path, func(a *portaltest.Article) { a.Body[6] += "其余事项另行通知。" }); err != nil {
		t.Fatal(err)
	}
	r.run()
	s = r.snapshots(url)
	if len(s) != 2 || !strings.HasSuffix(s[1].Article.Body, "其余事项另行通知。") || s[1].Parts[1].Payload == s[0].Parts[1].Payload || s[1].Parts[0].Payload != s[0].Parts[0].Payload {
		t.Errorf("after the edit: %d versions, %+v", len(s), s[len(s)-1].Parts)
	}
	// The article becomes shorter, then one page.
	for pages := 2; pages > 0; pages-- {
		if err := p.Edit(path, func(a *portaltest.Article) { a.Body = a.Body[:3*pages] }); err != nil {
			t.Fatal(err)
		}
		r.run()
		if page := r.page(url); page.Parts != pages-1 || page.Versions != 5-pages {
			t.Errorf("%d pages: %+v", pages, page)
		}
	}
	sound(t, r)
}

// A page that cannot be had is missing with a reason: it cuts no version of an
// article that is known whole, and holds back the first version for a while
// where it may come yet.
func TestMissingPart(t *testing.T) {
	const broken = "status 503"
	p, path, a := threeParts()
	r := newRig(t, p)
	r.run()
	url, second := r.base+path, r.base+strings.Replace(path, ".html", "_1.html", 1)
	p.Break(second, 0, portaltest.Status(503, ""))
	for visit := range 4 {
		again(t, p, []string{path})
		r.run()
		v, page := r.last(url), r.page(url)
		want := archive.Unreachable
		if visit == 3 {
			want = archive.Unchanged
		}
		if v.Outcome != want || !strings.Contains(v.Reason, broken) || !strings.Contains(v.Reason, "page 2 of 3") || page.Versions != 1 {
			t.Errorf("visit %d: %s: %s; %d versions", visit, v.Outcome, v.Reason, page.Versions)
		}
	}
	p.Mend("")
	again(t, p, []string{path})
	r.run()
	if v := r.last(url); v.Outcome != archive.Unchanged || r.page(url).Versions != 1 {
		t.Errorf("there again: %s: %s", v.Outcome, v.Reason)
	}
	sound(t, r)

	// Never seen whole.
	p, path, a = threeParts()
	r = newRig(t, p)
	url = r.base + path
	p.Break(strings.Replace(path, ".html", "_1.html", 1), 0, portaltest.Status(503, ""))
	for range 3 {
		r.run()
		if v := r.last(url); v.Outcome != archive.Unreachable || r.page(url).Versions != 0 {
			t.Errorf("%s: %s", v.Outcome, v.Reason)
		}
	}
	r.run()
	s := r.snapshots(url)
	if len(s) != 1 || s[0].Parts[0].Missing == "" || s[0].Parts[1].Missing != "" || !strings.Contains(s[0].Article.Body, a.Body[6]) || strings.Contains(s[0].Article.Body, a.Body[3]) {
		t.Fatalf("versions %+v", s)
	}
	if v := r.last(url); !strings.Contains(v.Reason, "page 2 of 3") {
		t.Errorf("the reason names no page: %s", v.Reason)
	}
	p.Mend("")
	again(t, p, []string{path})
	r.run()
	if v := r.last(url); v.Version != 2 || !strings.Contains(v.Reason, "version 1 lacks 1 of its pages") {
		t.Errorf("%s: %s", v.Outcome, v.Reason)
	}
	if s := r.snapshots(url); s[1].Article.Body != strings.Join(a.Body, "\n\n") {
		t.Errorf("version 2 says %q", s[1].Article.Body)
	}
	sound(t, r)
}

// A page of an article that a list lists first stands for itself no more, and
// one that was an article before stays what it is.
func TestPartThatIsListed(t *testing.T) {
	p, path, a := threeParts()
	r := newRig(t, p)
	url, second := r.base+path, r.base+strings.Replace(path, ".html", "_1.html", 1)
	r.site.Columns = append(r.site.Columns, crawler.Column{Name: "专题", URL: second})
	r.run()
	if page := r.page(second); page.Kind == archive.KindPart {
		t.Errorf("a column became a part: %+v", page)
	}
	if v := r.last(url); !strings.Contains(v.Reason, "stands for itself in the archive") {
		t.Errorf("%s: %s", v.Outcome, v.Reason)
	}
	if s := r.snapshots(url); len(s) != 1 || s[0].Article.Body != strings.Join(a.Body[:3], "\n\n") {
		t.Errorf("versions %+v", s)
	}
	sound(t, r)
}

// A pager that has no end is a trap.
func TestTooManyParts(t *testing.T) {
	p, path, _ := threeParts()
	r := newRig(t, p)
	if err := p.Edit(path, func(a *portaltest.Article) {
		a.PerPage, a.Body = 1, nil
		for i := range 60 {
			a.Body = append(a.Body, fmt.Sprintf("第%d项，由%d个部门在%d月底前完成，县政府办公室逐项督办，进展情况每月向社会公布一次。", i+1, i+2, i+5))
		}
	}); err != nil {
		t.Fatal(err)
	}
	run := r.run()
	url := r.base + path
	s := r.snapshots(url)
	if len(s) != 1 || len(s[0].Parts) != 50 || !strings.Contains(s[0].Article.Body, "第51项") || strings.Contains(s[0].Article.Body, "第52项") {
		t.Errorf("%d versions, %d parts", len(s), len(s[0].Parts))
	}
	if v := r.last(url); !strings.Contains(v.Reason, "only its first 51 pages are joined") {
		t.Errorf("reason %q", v.Reason)
	}
	if len(run.Notes) == 0 || !strings.Contains(strings.Join(run.Notes, "\n"), "only its first 51 pages are joined") {
		t.Errorf("notes %q", run.Notes)
	}
	sound(t, r)
}
