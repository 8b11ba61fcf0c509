package crawler_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fangzhi/archive"
	"fangzhi/crawler"
)

// shelf is a server of columns whose rows are written out, and of articles by
// path.
type shelf struct {
	lists    map[string][][2]string // by path: URL and text of each row
	articles map[string]string      // by path with query: title
	heads    map[string]string      // by path: more of the article's head
	template string                 // of articles: title, head; "": one that is read well
	broken   map[string]bool        // answered with 503
	asked    map[string]int
	next     map[string]string // by path of a list: its further page
	asking   func(path string) // told of each request; nil: nobody is
}

func (s *shelf) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	path := q.URL.RequestURI()
	s.asked[path]++
	if s.asking != nil {
		s.asking(path)
	}
	if s.broken[path] {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if rows, ok := s.lists[path]; ok {
		fmt.Fprint(w, `<html><title>列表</title><ul>`)
		for _, row := range rows {
			fmt.Fprintf(w, `<li><a href="%s">%s</a><span>2024-05-20</span></li>`, row[0], row[1])
		}
		if next := s.next[path]; next != "" {
			fmt.Fprintf(w, `</ul><div class="page"><a href="%s">下一页</a></div>`, next)
		}
		return
	}
	title, ok := s.articles[path]
	if !ok {
		http.NotFound(w, q)
		return
	}
	if s.template != "" {
		fmt.Fprintf(w, s.template, title, s.heads[path])
		return
	}
	fmt.Fprintf(w, `<html><head><title>%[1]s</title>%[2]s<meta name="ArticleTitle" content="%[1]s"><meta name="PubDate" content="2024-05-20 09:30"></head>
		<h1>%[1]s</h1><p>发布日期：2024-05-20 09:30 来源：云溪县人民政府办公室</p><div id="zoom"><p>各乡镇人民政府，县直各部门：</p>
		<p>现将《%[1]s》印发给你们，请结合实际，认真组织实施，并将落实情况于月底前报县政府办公室备案。</p>
		<p>各单位要明确责任，逐级落实，发现险情立即上报，确保人民群众生命财产安全。</p></div>`, title, s.heads[path])
}

// crawled is a rig of the shelf's lists, each a column, after a run, and what
// the articles cost.
func (s *shelf) rig(t *testing.T) *rig {
	s.asked = map[string]int{}
	r := serve(t, s.ServeHTTP)
	r.site.Politeness.Parallel = 1
	r.site.Columns = nil
	var paths []string
	for path := range s.lists {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	for _, path := range paths {
		r.site.Columns = append(r.site.Columns, crawler.Column{Name: path, URL: r.base + path})
	}
	return r
}

// articleRequests are the requests for anything but lists.
func (s *shelf) articleRequests() (all []string) {
	for path, n := range s.asked {
		if _, list := s.lists[path]; !list && path != "/robots.txt" {
			all = append(all, fmt.Sprintf("%s ×%d", path, n))
		}
	}
	slices.Sort(all)
	return all
}

// states are the pages of the site that are no lists, by path.
func (r *rig) states() map[string]string {
	r.t.Helper()
	states := map[string]string{}
	for _, p := range all(r.t, r.store.Pages(r.t.Context(), archive.Filter{Site: r.site.Name})) {
		if p.Kind == archive.KindList {
			continue
		}
		text := string(p.State)
		if p.MovedTo != "" {
			text += " of " + strings.TrimPrefix(p.MovedTo, r.base)
		}
		states[strings.TrimPrefix(p.URL, r.base)] = text
	}
	return states
}

const (
	floods = "关于印发云溪县防汛抗旱应急预案的通知"
	roads  = "关于县道三百一十二线封闭施工的通告"
)

// An article that five columns list, each under a URL of its own, costs one
// request.
func TestOneArticleInFiveColumns(t *testing.T) {
	s := &shelf{
		lists: map[string][][2]string{
			"/l1": {{"/art/2024/5/20/art_101_7788.html", floods}},
			"/l2": {{"/art/2024/5/20/art_102_7788.html", "关于印发云溪县防汛抗旱…"}, {"/art/2024/5/20/art_102_7788_print.html", "打印本文的网页版本"}},
			"/l3": {{"/art/2024/5/20/art_103_7788.html", floods}},
			"/l4": {{"/art/2024/5/20/art_101_7788.html", floods}},
			"/l5": {{"/info/1001/55123.htm", roads}, {"/info/1002/55123.htm", roads}, {"/content.jsp?wbtreeid=3&wbnewsid=55123", roads}},
		},
		articles: map[string]string{
			"/art/2024/5/20/art_101_7788.html": floods, "/art/2024/5/20/art_102_7788.html": floods, "/art/2024/5/20/art_103_7788.html": floods,
			"/info/1001/55123.htm": roads, "/info/1002/55123.htm": roads, "/content.jsp?wbtreeid=3&wbnewsid=55123": roads,
		},
	}
	r := s.rig(t)
	run := r.run()
	want := []string{"/art/2024/5/20/art_101_7788.html ×1", "/info/1001/55123.htm ×1"}
	if d := cmp.Diff(want, s.articleRequests()); d != "" {
		t.Errorf("requests (-want +got):\n%s", d)
	}
	if run.Discovered != 2 {
		t.Errorf("%d pages were discovered, want 2", run.Discovered)
	}
	page := r.page(r.base + "/art/2024/5/20/art_101_7788.html")
	if page.Column != "/l1" || !slices.Equal(page.Also, []string{"/l2", "/l3", "/l4"}) {
		t.Errorf("listed by %s and %v", page.Column, page.Also)
	}
	if page.Anchor != floods || page.FoundOn != r.base+"/l1" || page.Depth != 1 || page.Item == 0 {
		t.Errorf("the page is not as it was found: %+v", page)
	}
	if alias := r.page(r.base + "/art/2024/5/20/art_103_7788.html"); alias.State != archive.StateAlias || alias.MovedTo != page.URL || alias.Column != "/l3" || !alias.Due.IsZero() {
		t.Errorf("alias %+v", alias)
	}
	r.run(crawler.Tick{Full: true})
	if d := cmp.Diff([]string{"/art/2024/5/20/art_101_7788.html ×2", "/info/1001/55123.htm ×2"}, s.articleRequests()); d != "" {
		t.Errorf("requests of two runs (-want +got):\n%s", d)
	}
}

// Copies for printing and telephones, http beside https, and the folder beside
// its index are one page; the one without a copy's name is it.
func TestCopies(t *testing.T) {
	s := &shelf{
		lists: map[string][][2]string{"/l": {
			{"/yw/202405/t20240520_100001_wap.html", floods}, {"/yw/202405/t20240520_100001.html", floods},
			{"/yw/202405/t20240520_100001_print.html", "打印"}, {"/tg/index.html", roads}, {"/tg/", roads},
		}},
		articles: map[string]string{
			"/yw/202405/t20240520_100001.html": floods, "/yw/202405/t20240520_100001_wap.html": floods,
			"/tg/": roads, "/tg/index.html": roads,
		},
	}
	r := s.rig(t)
	r.run()
	if d := cmp.Diff([]string{"/tg/index.html ×1", "/yw/202405/t20240520_100001.html ×1"}, s.articleRequests()); d != "" {
		t.Errorf("requests (-want +got):\n%s", d)
	}
}

// An alias whose page cannot be read is asked for as itself.
func TestAliasOfAPageThatIsNotThere(t *testing.T) {
	s := &shelf{
		lists: map[string][][2]string{"/l": {
			{"/yw/t20240520_100001.html", floods}, {"/yw/t20240520_100001_wap.html", floods},
		}},
		articles: map[string]string{"/yw/t20240520_100001_wap.html": floods},
	}
	r := s.rig(t)
	r.run()
	want := map[string]string{"/yw/t20240520_100001.html": "gone", "/yw/t20240520_100001_wap.html": "live"}
	if d := cmp.Diff(want, r.states()); d != "" {
		t.Errorf("pages (-want +got):\n%s", d)
	}
}

// A page that never answered hides nothing either; once both are read they are
// one.
func TestAliasOfAPageThatFails(t *testing.T) {
	s := &shelf{
		lists: map[string][][2]string{"/l": {
			{"/yw/t20240520_100001.html", floods}, {"/yw/t20240520_100001_wap.html", floods},
		}},
		articles: map[string]string{"/yw/t20240520_100001.html": floods, "/yw/t20240520_100001_wap.html": floods},
		broken:   map[string]bool{"/yw/t20240520_100001.html": true},
	}
	r := s.rig(t)
	r.run()
	want := map[string]string{"/yw/t20240520_100001.html": "unreachable", "/yw/t20240520_100001_wap.html": "live"}
	if d := cmp.Diff(want, r.states()); d != "" {
		t.Errorf("pages (-want +got):\n%s", d)
	}
	s.broken = nil
	r.run()
	want["/yw/t20240520_100001.html"] = "alias of /yw/t20240520_100001_wap.html"
	if d := cmp.Diff(want, r.states()); d != "" {
		t.Errorf("pages of the second run (-want +got):\n%s", d)
	}
}

// What only looks like one page and says something else is two.
func TestNotAnAlias(t *testing.T) {
	s := &shelf{
		lists: map[string][][2]string{"/l": {
			{"/info/1001/55123.htm", floods}, {"/info/1002/55123.htm", roads},
			{"/Case/1.html", floods + "一"}, {"/case/1.html", roads + "二"},
			{"/art/2024/5/20/art_1_9.html", floods + "三"}, {"/art/2024/5/20/art_2_9.html", roads + "四"},
		}},
		articles: map[string]string{
			"/info/1001/55123.htm": floods, "/info/1002/55123.htm": roads, "/Case/1.html": floods + "一", "/case/1.html": roads + "二",
			"/art/2024/5/20/art_1_9.html": floods + "三", "/art/2024/5/20/art_2_9.html": roads + "四",
		},
	}
	r := s.rig(t)
	r.run()
	for path, state := range r.states() {
		if state != "live" || s.asked[path] != 1 {
			t.Errorf("%s is %s, asked for %d times", path, state, s.asked[path])
		}
	}
	if n := len(r.states()); n != 6 {
		t.Errorf("%d pages", n)
	}
}

// Where the links do not tell, the pages do.
func TestAliasLearnt(t *testing.T) {
	s := &shelf{
		lists: map[string][][2]string{
			"/l1": {{"/info/1001/55123.htm", floods}, {"/a/report.html", roads}},
			"/l2": {{"/info/1002/55123.htm", "县政府发布防汛预案全文"}, {"/b/other.html", "县道三百一十二线封闭"}},
		},
		articles: map[string]string{"/info/1001/55123.htm": floods, "/info/1002/55123.htm": floods, "/a/report.html": roads, "/b/other.html": roads},
		heads:    map[string]string{"/b/other.html": `<link rel="canonical" href="/a/report.html">`},
	}
	r := s.rig(t)
	r.run()
	want := map[string]string{
		"/info/1001/55123.htm": "live", "/info/1002/55123.htm": "alias of /info/1001/55123.htm",
		"/a/report.html": "live", "/b/other.html": "alias of /a/report.html",
	}
	if d := cmp.Diff(want, r.states()); d != "" {
		t.Errorf("pages (-want +got):\n%s", d)
	}
	if n := len(r.snapshots("")); n != 2 {
		t.Errorf("%d versions, want 2", n)
	}
	v := r.last(r.base + "/info/1002/55123.htm")
	if v.Outcome != archive.Moved || v.Version != 0 || v.Reason != "says what "+r.base+"/info/1001/55123.htm says, under another name of it" {
		t.Errorf("visit %+v", v)
	}
	r.run()
	if s.asked["/info/1002/55123.htm"] != 1 {
		t.Errorf("the alias was asked for %d times", s.asked["/info/1002/55123.htm"])
	}
}

// inOneCommit runs a crawl whose visits after that to the page first, up to that
// to the page last, are recorded in one commit.
func (s *shelf) inOneCommit(r *rig, first, last string) {
	r.t.Helper()
	asked := make(chan struct{})
	s.asking = func(path string) {
		if path == last {
			close(asked)
		}
	}
	c := r.crawler(r.store, func(o *crawler.Options) {
		o.Observe = func(e crawler.Event) { // between two commits
			if e.Entry.Visit.URL == r.base+first {
				<-asked
			}
		}
	})
	if _, err := c.Run(r.t.Context(), r.site, crawler.Tick{}); err != nil {
		r.t.Fatal(err)
	}
}

// Two pages that are recorded in one commit are told to be one, too.
func TestAliasLearntWithinACommit(t *testing.T) {
	s := &shelf{
		lists: map[string][][2]string{"/l": {
			{"/1.html", floods + "一"}, {"/2.html", roads}, {"/3.html", "县道三百一十二线封闭"}, {"/4.html", floods + "二"},
		}},
		articles: map[string]string{"/1.html": floods + "一", "/2.html": roads, "/3.html": roads, "/4.html": floods + "二"},
		heads:    map[string]string{"/3.html": `<link rel="canonical" href="/2.html">`},
	}
	r := s.rig(t)
	s.inOneCommit(r, "/1.html", "/4.html")
	want := map[string]string{"/1.html": "live", "/2.html": "live", "/3.html": "alias of /2.html", "/4.html": "live"}
	if d := cmp.Diff(want, r.states()); d != "" {
		t.Errorf("pages (-want +got):\n%s", d)
	}
}

// An alias that is found while its page turns out not to be there is asked for
// as itself, whichever comes first.
func TestAliasFoundAsItsPageIsGone(t *testing.T) {
	for _, more := range []string{"/m.html", "/z.html"} {
		t.Run(more, func(t *testing.T) {
			s := &shelf{
				lists: map[string][][2]string{
					"/l": {{"/1.html", floods + "一"}, {"/t20240520_100001.html", floods}, {"/zz.html", roads}},
					more: {{"/t20240520_100001_wap.html", floods}, {"/zz.html", roads}},
				},
				articles: map[string]string{"/1.html": floods + "一", "/t20240520_100001_wap.html": floods, "/zz.html": roads},
			}
			r := s.rig(t)
			r.site.Columns = r.site.Columns[:1]
			s.next = map[string]string{"/l": more}
			s.inOneCommit(r, "/1.html", "/zz.html")
			want := map[string]string{"/1.html": "live", "/t20240520_100001.html": "gone", "/t20240520_100001_wap.html": "live", "/zz.html": "live"}
			if d := cmp.Diff(want, r.states()); d != "" {
				t.Errorf("pages (-want +got):\n%s", d)
			}
		})
	}
}

// A page that names another as itself and says something else is no alias.
func TestLyingCanonical(t *testing.T) {
	s := &shelf{
		lists:    map[string][][2]string{"/l": {{"/a.html", floods}, {"/b.html", roads}}},
		articles: map[string]string{"/a.html": floods, "/b.html": roads},
		heads:    map[string]string{"/a.html": `<link rel="canonical" href="/">`, "/b.html": `<link rel="canonical" href="/a.html">`},
	}
	r := s.rig(t)
	r.run()
	if d := cmp.Diff(map[string]string{"/a.html": "live", "/b.html": "live"}, r.states()); d != "" {
		t.Errorf("pages (-want +got):\n%s", d)
	}
}
