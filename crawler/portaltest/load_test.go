package portaltest_test

import (
	"html"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fangzhi/crawler/portaltest"
)

// TestGeneratedSite crawls a generated portal by its lists and compares every
// article with the truth.
func TestGeneratedSite(t *testing.T) {
	p := portaltest.New(portaltest.Options{Articles: 103, Columns: 4, PageSize: 10})
	base := start(t, p)
	listed := map[string]string{}
	for _, c := range p.Columns() {
		for page := 0; ; page++ {
			name := "/index.html"
			if page > 0 {
				name = "/index_" + string(rune('0'+page)) + ".html"
			}
			r := get(t, base+"/"+c.Path+name)
			if r.Status == http.StatusNotFound {
				break
			}
			rows, _, _ := strings.Cut(r.Body, "</ul>\n<div class=\"page\">")
			for _, row := range strings.Split(rows, "<li><a href=\"")[2+len(p.Columns()):] {
				url, rest, _ := strings.Cut(row, `"`)
				_, title, _ := strings.Cut(rest, ">")
				title, _, _ = strings.Cut(title, "<")
				if listed[base+url] != "" {
					t.Errorf("%s is listed twice", url)
				}
				listed[base+url] = title
			}
		}
	}
	truth := map[string]string{}
	for _, a := range p.Truth() {
		truth[a.URL] = a.Title
		r := get(t, a.URL)
		for _, s := range append([]string{a.Title, a.Source, a.Published.Format("2006-01-02 15:04")}, a.Body...) {
			if !strings.Contains(r.Body, html.EscapeString(s)) {
				t.Errorf("%s: does not say %q", a.URL, s)
			}
		}
		if n := strings.Count(r.Body, "<a href="); n < 122 || n > 124 {
			t.Errorf("%s: %d links, want 124 (two less without neighbours)", a.URL, n)
		}
		if n := len(r.Body); n < 36_000 || n > 40_000 {
			t.Errorf("%s: %d bytes, want about 38,000", a.URL, n)
		}
		if again := get(t, a.URL, "If-None-Match", r.Header.Get("ETag")); again.Status != http.StatusNotModified {
			t.Errorf("%s: again: status %d, want 304", a.URL, again.Status)
		}
	}
	if diff := cmp.Diff(truth, listed); diff != "" {
		t.Errorf("lists and truth differ (-truth +listed):\n%s", diff)
	}
}

// TestGeneratedSiteIsTheSameEachTime holds what makes runs comparable.
func TestGeneratedSiteIsTheSameEachTime(t *testing.T) {
	one := portaltest.New(portaltest.Options{Articles: 50})
	two := portaltest.New(portaltest.Options{Articles: 50})
	if diff := cmp.Diff(one.Truth(), two.Truth(), cmp.AllowUnexported(portaltest.Article{})); diff != "" {
		t.Error(diff)
	}
	for _, path := range []string{"/", "/yw/", one.Truth()[7].URL} {
		var bodies []string
		for _, p := range []*portaltest.Portal{one, two} {
			w := httptest.NewRecorder()
			p.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
			bodies = append(bodies, w.Body.String())
		}
		if bodies[0] != bodies[1] || len(bodies[0]) < 1000 {
			t.Errorf("%s: two portals differ", path)
		}
	}
}

// TestGeneratedTextsDiffer compares articles as a search for reprints does: a
// text that others share by chance would make load of a kind that no portal has.
func TestGeneratedTextsDiffer(t *testing.T) {
	p := portaltest.New(portaltest.Options{Articles: 300})
	seen := map[string]string{} // six characters, and who said them first
	shared, all := 0, 0
	titles := map[string]bool{}
	for _, a := range p.Truth() {
		titles[a.Title] = true
		text := []rune(strings.Join(a.Body, ""))
		for i := range len(text) - 6 {
			part := string(text[i : i+6])
			all++
			if by, ok := seen[part]; ok && by != a.URL {
				shared++
			}
			seen[part] = a.URL
		}
	}
	if shared*10 > all {
		t.Errorf("of %d runs of six characters %d stand in more than one article", all, shared)
	}
	if len(titles) < 295 {
		t.Errorf("300 articles have %d titles", len(titles))
	}
}

func TestGeneratedSiteChanges(t *testing.T) {
	p := portaltest.New(portaltest.Options{Articles: 40, Columns: 4})
	base := start(t, p)
	truth := p.Truth()
	edited, withdrawn := truth[0], truth[1]
	list := base + "/" + edited.Column + "/index.html"
	before, beforeList := get(t, edited.URL), get(t, list)

	if err := p.Edit(edited.URL, func(a *portaltest.Article) { a.Title = "改过的<标题>"; a.Body[0] = "改过的正文。" }); err != nil {
		t.Fatal(err)
	}
	after := get(t, edited.URL, "If-None-Match", before.Header.Get("ETag"))
	if after.Status != http.StatusOK || !strings.Contains(after.Body, "改过的&lt;标题&gt;") || !strings.Contains(after.Body, "改过的正文。") {
		t.Errorf("edited: status %d, or the page does not say so", after.Status)
	}
	if r := get(t, list, "If-Modified-Since", beforeList.Header.Get("Last-Modified")); r.Status != http.StatusOK || !strings.Contains(r.Body, "改过的&lt;标题&gt;") {
		t.Errorf("edited: list: status %d, or it does not say so", r.Status)
	}
	if a, ok := p.Told(edited.URL); !ok || a.Texts != 2 || a.Title != "改过的<标题>" {
		t.Errorf("edited: told %+v", a)
	}

	if err := p.Withdraw(withdrawn.URL); err != nil {
		t.Fatal(err)
	}
	if r := get(t, withdrawn.URL); r.Status != http.StatusNotFound {
		t.Errorf("withdrawn: status %d", r.Status)
	}
	if strings.Contains(get(t, base+"/"+withdrawn.Column+"/").Body, strings.TrimPrefix(withdrawn.URL, base)) {
		t.Error("withdrawn: still listed")
	}
	if err := p.WithdrawSoft(withdrawn.URL); err != nil {
		t.Fatal(err)
	}
	if r := get(t, withdrawn.URL); r.Status != http.StatusOK || !strings.Contains(r.Body, "您访问的页面不存在或已删除") {
		t.Errorf("withdrawn softly: status %d", r.Status)
	}

	url := p.Publish("yw", portaltest.Article{Title: "新发布", Body: []string{"正文。"}})
	if r := get(t, url); r.Status != http.StatusOK || !strings.Contains(r.Body, "新发布") {
		t.Errorf("published: status %d", r.Status)
	}
	if n := len(p.Truth()); n != 41 {
		t.Errorf("published: %d articles, want 41", n)
	}
	for _, path := range []string{"/yw/209901/t20990101_7.html", "/yw/none.html", "/none/index.html", "/yw/index_99.html"} {
		if r := get(t, base+path); r.Status != http.StatusNotFound {
			t.Errorf("%s: status %d, want 404", path, r.Status)
		}
	}
}

// BenchmarkGeneratedArticle is what one page of load costs the portal.
func BenchmarkGeneratedArticle(b *testing.B) {
	p := portaltest.New(portaltest.Options{Articles: 50_000, Codings: []string{}})
	url := p.Truth()[777].URL
	req := httptest.NewRequest(http.MethodGet, url, nil)
	b.ReportAllocs()
	for b.Loop() {
		p.ServeHTTP(httptest.NewRecorder(), req)
	}
}
