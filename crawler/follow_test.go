package crawler_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fangzhi/archive"
	"fangzhi/crawler"
	"fangzhi/crawler/portaltest"
)

// fetched are the paths that the portal was asked for, robots.txt apart, in
// order of their names.
func fetched(p *portaltest.Portal) (paths []string) {
	for path := range p.Counts() {
		if path != "/robots.txt" && path != "/" {
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	return paths
}

// A portal's lists of five: twelve articles on three pages.
func threePages(t *testing.T) *portaltest.Portal {
	p := portaltest.New(portaltest.Options{PageSize: 5})
	p.AddColumn(portaltest.Column{Path: "yw", Name: "要闻动态"})
	for i := range 12 {
		a := article(fmt.Sprintf("县政府第%d次常务会议研究部署重点工作", 30+i))
		a.Published = a.Published.AddDate(0, 0, i)
		p.Publish("yw", a)
	}
	return p
}

// A list is walked on only as long as its pages bring news.
func TestWalksListsForNewsOnly(t *testing.T) {
	never := func(p archive.Page, now time.Time) time.Time { return time.Time{} }
	p := threePages(t)
	r := newRig(t, p)
	r.site.Revisit = never
	r.run()
	if n := len(fetched(p)); n != 12+3 {
		t.Fatalf("first run: %d pages, want 15: %v", n, fetched(p))
	}

	p.ForgetRequests()
	r.run()
	if d := cmp.Diff([]string{"/yw/index.html"}, fetched(p)); d != "" {
		t.Errorf("nothing new (-want +got):\n%s", d)
	}

	p.ForgetRequests()
	news := article("关于做好汛期值班工作的通知")
	news.Published = news.Published.AddDate(0, 1, 0)
	one := p.Publish("yw", news)
	r.run()
	want := []string{"/yw/index.html", strings.TrimPrefix(one, r.base)}
	slices.Sort(want)
	if d := cmp.Diff(want, fetched(p)); d != "" {
		t.Errorf("one article more (-want +got):\n%s", d)
	}

	p.ForgetRequests()
	for i := range 4 { // all but one row of the first page
		a := article(fmt.Sprintf("县政府第%d次常务会议研究部署重点工作", 70+i))
		a.Published = a.Published.AddDate(0, 2, i)
		p.Publish("yw", a)
	}
	r.run()
	if n := len(fetched(p)); n != 4+2 {
		t.Errorf("four articles more: %d pages, want 6: %v", n, fetched(p))
	}

	p.ForgetRequests()
	r.run(crawler.Tick{Full: true})
	if n := len(fetched(p)); n != 17+4 {
		t.Errorf("full run: %d pages, want 21: %v", n, fetched(p))
	}
}

// What a list says of an article comes along, and what the site says of the
// list.
func TestDiscovered(t *testing.T) {
	p, path := oneArticle(portaltest.Options{})
	r := newRig(t, p)
	run := r.run()
	got := r.page(r.base + path)
	if got.Anchor != "县政府召开常务会议研究防汛工作" || got.ListedDay != "2024-05-20" || got.Column != "要闻动态" ||
		got.FoundOn != r.site.Columns[0].URL || got.Depth != 1 || got.FirstSeen.Before(run.Started) {
		t.Errorf("page %+v", got)
	}
	if list := r.page(r.site.Columns[0].URL); list.Depth != 0 || list.Kind != archive.KindList || list.Column != "要闻动态" {
		t.Errorf("list %+v", list)
	}
	pages := len(all(t, r.store.Pages(t.Context(), archive.Filter{})))
	if run.Discovered != pages-1 {
		t.Errorf("%d pages discovered, want %d", run.Discovered, pages-1)
	}
}

// An ad-hoc site is all that its host links; the names of its columns are those
// that the lists give themselves.
func TestAdHocSite(t *testing.T) {
	p := portaltest.Demo()
	r := newRig(t, p)
	r.adHoc("", 4)
	run := r.run()
	if !run.Full {
		t.Error("the run is not full")
	}
	columns := map[string]bool{}
	for _, a := range p.Truth() {
		page := r.page(a.URL)
		columns[page.Column] = true
		if page.Visits != 1 {
			t.Errorf("%s: %d visits", a.URL, page.Visits)
		}
	}
	for _, c := range p.Columns() {
		if !columns[c.Name] {
			t.Errorf("no article is in column %q: %v", c.Name, columns)
		}
	}
	if len(run.Notes) == 0 || !strings.Contains(run.Notes[0], " links to ") {
		t.Errorf("notes %q", run.Notes)
	}
	for _, f := range all(t, r.store.Pages(t.Context(), archive.Filter{})) {
		if strings.HasSuffix(f.URL, ".docx") || strings.HasSuffix(f.URL, ".pdf") || strings.HasSuffix(f.URL, ".xlsx") {
			t.Errorf("document %s was discovered", f.URL)
		}
	}
	p.ForgetRequests()
	again := r.run()
	if n := again.Articles.Total(); n != run.Articles.Total() {
		t.Errorf("the second run looked at %d articles, the first at %d", n, run.Articles.Total())
	}
}

// Scope and depth keep a crawl in, and are told.
func TestScopeOfARun(t *testing.T) {
	p := portaltest.Demo()
	r := newRig(t, p)
	r.site.Scope.Exclude = []string{"/tzgg/2**"}
	r.site.Scope.Include = []string{"/yw/**", "/tzgg/**", "/xzcz/**"}
	run := r.run()
	for _, path := range fetched(p) {
		if strings.HasPrefix(path, "/tzgg/2") {
			t.Errorf("%s was fetched", path)
		}
	}
	if !slices.ContainsFunc(run.Notes, func(s string) bool { return strings.HasSuffix(s, "to paths that the scope leaves out") }) {
		t.Errorf("notes %q", run.Notes)
	}

	// A page that a change of the scope leaves out is not fetched any more.
	r.site.Scope.Exclude = append(r.site.Scope.Exclude, "/xzcz/2**")
	p.ForgetRequests()
	r.run()
	r.run()
	var out string
	for _, a := range p.Truth() {
		if a.Column == "xzcz" {
			out = a.URL
		}
	}
	if v := r.visits(out); len(v) != 2 || v[1].Outcome != archive.Refused || !strings.Contains(v[1].Reason, "out of the scope: path ") || v[1].Attempts != 0 {
		t.Errorf("visits %+v", v)
	}
	if n := len(r.snapshots(out)); n != 1 {
		t.Errorf("%d versions", n)
	}
}

func TestMaxPages(t *testing.T) {
	p := threePages(t)
	r := newRig(t, p)
	r.site.MaxPages = 5
	run := r.run()
	if n := run.Articles.Total() + run.Lists.Total(); n != 5 {
		t.Errorf("%d pages visited, want 5", n)
	}
	if !slices.Contains(run.Notes, "stopped after 5 pages, the most for one run; more are due") {
		t.Errorf("notes %q", run.Notes)
	}
	r.site.MaxPages = len(fetched(p)) + 100
	run = r.run()
	if slices.ContainsFunc(run.Notes, func(s string) bool { return strings.Contains(s, "stopped after") }) {
		t.Errorf("notes %q", run.Notes)
	}
}

// serve is a site of a handler's own pages, whose first path is the column.
func serve(t *testing.T, handler http.HandlerFunc) *rig {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	p, _ := oneArticle(portaltest.Options{})
	r := newRig(t, p)
	r.base = server.URL
	r.site.Columns = []crawler.Column{{Name: "列表", URL: server.URL + "/list"}}
	r.site.Politeness.Parallel = 2
	return r
}

func listPage(rows ...string) string {
	var b strings.Builder
	b.WriteString(`<html><head><meta charset="utf-8"><title>通知公告</title><meta name="ColumnName" content="通知公告"></head><body><ul class="list">`)
	for _, path := range rows {
		fmt.Fprintf(&b, `<li><a href="%s">关于%s号文件贯彻落实情况的通报</a><span>2024-05-20</span></li>`, path, strings.Trim(path, "/"))
	}
	return b.String() + `</ul>`
}

// A server that answers every number with the first page ends no run in a trap.
func TestPagesWithoutEnd(t *testing.T) {
	for name, page := range map[string]func(n int) string{
		"the first page again": func(n int) string {
			return listPage("/a1", "/a2", "/a3", "/a4", "/a5", "/a6") + fmt.Sprintf(`<a href="/list?page=%d">下一页</a>`, n+1)
		},
		"nothing": func(n int) string {
			return listPage() + fmt.Sprintf(`<a href="/list?page=%d">下一页</a>`, n+1)
		},
	} {
		t.Run(name, func(t *testing.T) {
			asked := 0
			r := serve(t, func(w http.ResponseWriter, q *http.Request) {
				n := 1
				fmt.Sscanf(q.URL.RawQuery, "page=%d", &n)
				w.Header().Set("Content-Type", "text/html")
				switch {
				case q.URL.Path != "/list":
					http.NotFound(w, q)
				case n > 100:
					t.Error("100 pages and no end")
					http.NotFound(w, q)
				default:
					asked = max(asked, n)
					fmt.Fprint(w, page(n))
				}
			})
			for _, full := range []bool{false, true} {
				r.run(crawler.Tick{Full: full})
			}
			if asked > 3 {
				t.Errorf("walked to page %d", asked)
			}
		})
	}
}

// Links that go ever deeper end at fifty.
func TestDepth(t *testing.T) {
	r := serve(t, func(w http.ResponseWriter, q *http.Request) {
		if q.URL.Path == "/robots.txt" {
			http.NotFound(w, q)
			return
		}
		w.Header().Set("Content-Type", "text/html")
		n := 0
		fmt.Sscanf(q.URL.Path, "/x%d", &n)
		fmt.Fprint(w, listPage(fmt.Sprintf("/x%d", n+1)))
	})
	r.site.Everything = true
	run := r.run()
	deepest := 0
	for _, p := range all(t, r.store.Pages(t.Context(), archive.Filter{})) {
		deepest = max(deepest, p.Depth)
	}
	if deepest != 50 || !slices.Contains(run.Notes, "1 page deeper than 50 links from a seed") {
		t.Errorf("deepest page %d, notes %q", deepest, run.Notes)
	}
}

// The same text on two pages is one story, within a batch and across runs.
func TestStories(t *testing.T) {
	p := portaltest.New(portaltest.Options{})
	p.AddColumn(portaltest.Column{Path: "yw", Name: "要闻动态"})
	p.AddColumn(portaltest.Column{Path: "tzgg", Name: "通知公告"})
	a := p.Publish("yw", article("县政府召开常务会议研究防汛工作"))
	b := p.Publish("tzgg", article("县政府召开常务会议研究防汛工作"))
	other := article("云溪县图书馆暑期开放时间公告")
	other.Body = []string{
		"为满足广大读者暑期阅读需求，县图书馆自七月一日起延长开放时间，每周二至周日上午八时三十分至晚上九时，周一闭馆整理。",
		"少儿阅览室每周六上午举办绘本讲读活动，名额三十人，请提前通过县图书馆公众号预约，读者须自觉遵守阅览秩序，爱护图书。",
	}
	c := p.Publish("tzgg", other)
	r := newRig(t, p)
	r.run()
	d := p.Publish("yw", article("县政府召开常务会议研究防汛工作"))
	r.run()
	story := func(path string) string {
		s := r.snapshots(r.base + strings.TrimPrefix(path, r.base))
		if len(s) == 0 {
			t.Fatalf("%s has no version", path)
		}
		return s[0].Story
	}
	if story(a) == "" || story(a) != story(b) || story(a) != story(d) {
		t.Errorf("stories %q, %q, %q: want the same", story(a), story(b), story(d))
	}
	if story(c) != r.base+c {
		t.Errorf("story %q, want the page's own", story(c))
	}
}
