package crawler_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fangzhi/bench/process"
	"fangzhi/crawler"
	"fangzhi/crawler/discover"
)

// survey looks at the rig's portal as init does.
func (r *rig) survey(url string) crawler.Survey {
	r.t.Helper()
	c := r.crawler(nil, func(o *crawler.Options) { o.Limits.Repeats = -1 })
	s, err := c.Survey(r.t.Context(), crawler.Site{AllowPrivate: true, Preset: "auto"}, url)
	if err != nil {
		r.t.Fatal(err)
	}
	return s
}

// From the bare home URL: every column of every family, at the URL from which
// TestFamilies crawls it, within the requests.
func TestSurveyOfFamilies(t *testing.T) {
	const articles = 180
	for _, c := range gazettes {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := gazette(c.family, articles)
			r := newRig(t, p)
			s := r.survey(r.base + "/")
			if slices.Contains(discover.Families(), c.name) && (s.Family != c.name || s.Evidence == "") {
				t.Errorf("family %q, told by %q", s.Family, s.Evidence)
			}
			if s.Title != "云溪县人民政府" || s.Code == "" {
				t.Errorf("portal %q, code %q", s.Title, s.Code)
			}
			var names, urls []string
			for _, col := range s.Columns {
				names, urls = append(names, col.Name), append(urls, col.URL)
				whole := c.name == "feed" || c.name == "sitemap" || c.name == "gov-cn" // all of it in one answer, or in many of no order
				switch m := col.Sample; {
				case col.Rows == 0 || col.Newest == "" || col.Pages < 2 && !whole:
					t.Errorf("%s: %d rows on %d pages, the newest of %q", col.URL, col.Rows, col.Pages, col.Newest)
				case m == nil:
					t.Errorf("%s: no article was looked at", col.URL)
				case m.Failure != "" || len(m.Missing) > 0:
					t.Errorf("%s: %s %v", m.URL, m.Failure, m.Missing)
				}
			}
			if d := cmp.Diff([]string{"要闻动态", "通知公告", "政策文件"}, names); d != "" {
				t.Errorf("columns (-want +got):\n%s\npassed %+v", d, s.Passed)
			}
			seeds := p.Seeds()
			slices.Sort(seeds)
			slices.Sort(urls)
			if d := cmp.Diff(seeds, urls); d != "" {
				t.Errorf("URLs (-want +got):\n%s", d)
			}
			if asked := len(p.Requests()); asked > crawler.SurveyRequests || asked != s.Requests {
				t.Errorf("%d requests, %d told, %d allowed", asked, s.Requests, crawler.SurveyRequests)
			}
		})
	}
}

// town is a small portal of no family, with the menu of a real one.
func town(t *testing.T) (*rig, map[string]string) {
	pages := map[string]string{}
	head := func(title, meta string) string {
		return `<html><head><meta charset="utf-8"><title>` + title + `</title>` + meta + `</head><body>
<div class="top"><a href="/">设为首页</a><a href="/big5/index.html">繁體版</a><a href="/wza/">无障碍</a><a href="/login.jsp">登录</a></div>
<ul id="menu"><li><a href="/">首 页</a></li><li><a href="/ldzc/">领导之窗</a></li><li><a href="/zwdt/">政务动态</a></li><li><a href="/xwzx/">新闻中心</a></li>
<li><a href="/bsfw/">办事服务</a></li><li><a href="/zmhd/">政民互动</a></li><li><a href="/zjxc/">走近新城</a></li><li><a href="http://www.other.example/">市政府</a></li><li><a href="/zfxxgk.pdf">公开年报</a></li></ul>`
	}
	foot := `<div class="foot"><select><option value="http://a.example/">部门网站</option></select><a href="/sitemap.html">网站地图</a><a href="javascript:void(0)">联系我们</a> 政府网站标识码：4303000006</div></body></html>`
	row := func(path, title, day string) string {
		return fmt.Sprintf(`<tr><td>·</td><td><a href="%s">%s</a></td><td>%s</td></tr>`, path, title, day)
	}
	list := func(dir, name string, from, n int) string {
		rows := ""
		for i := from; i < from+n; i++ {
			path := fmt.Sprintf("/%s/show.asp?id=%d", dir, i)
			title := fmt.Sprintf("新城镇%s第%d号工作情况的通报", name, i)
			rows += row(path, title, fmt.Sprintf("2024-05-%02d", 28-i%20))
			pages[path] = head(title, "") + `<h1>` + title + `</h1><p>发布时间：2024-05-20 来源：新城镇人民政府</p><div id="zoom"><p>` + title +
				`如下，请各村认真落实。</p><p>各村要明确责任，逐级落实，发现险情立即上报，确保人民群众生命财产安全，不得有误。</p><p>特此通报，请各村遵照执行，并于月底前报镇政府办公室备案。</p></div>` + foot
		}
		return head(name+"-新城镇人民政府", `<meta name="ColumnName" content="`+name+`">`) + `<table>` + rows + `</table>`
	}
	pages["/"] = head("新城镇人民政府门户网站", `<link rel="alternate" type="application/rss+xml" href="/rss.xml">`) +
		`<div class="box"><h3>通知公告</h3><a href="/xxgk/tzgg/">更多&gt;&gt;</a><ul><li><a href="/tzgg/show.asp?id=1">新城镇通知公告第1号工作情况的通报</a><span>05-27</span></li>
<li><a href="/tzgg/show.asp?id=2">新城镇通知公告…</a><span>05-26</span></li><li><a href="/tzgg/show.asp?id=3">新城镇通知...</a></li></ul></div>` + foot
	pages["/zwdt/"] = list("zwdt", "政务动态", 0, 12) + `<a href="/zwdt/index_2.html">下一页</a>` + foot
	pages["/zwdt/index_2.html"] = list("zwdt", "政务动态", 12, 6) + foot
	// Beside a list stands a menu with its sisters, which the home page does not
	// lead to.
	pages["/xxgk/tzgg/"] = `<ul class="left"><li><a href="/xxgk/tzgg/">通知公告</a></li><li><a href="/xxgk/zcwj/">政策文件</a></li><li><a href="/xxgk/jgsz/">机构设置</a></li><li><a href="/xxgk/rsxx/">人事信息</a></li></ul>` +
		list("tzgg", "通知公告", 0, 8) + foot
	pages["/xxgk/zcwj/"] = list("zcwj", "政策文件", 0, 8) + foot
	pages["/xxgk/rsxx/"] = list("rsxx", "人事信息", 0, 8) + foot
	// A channel: no list, but leads to three.
	pages["/xwzx/"] = head("新闻中心", "") + `<h3>镇村新闻</h3><a href="/xwzx/zcxw/">更多</a><h3>部门新闻</h3><a href="/xwzx/bmxw/">更多</a><h3>媒体关注</h3><a href="/xwzx/mtgz/">更多</a>` + foot
	pages["/xwzx/zcxw/"] = list("zcxw", "镇村新闻", 0, 5) + foot
	pages["/xwzx/bmxw/"] = list("bmxw", "部门新闻", 0, 5) + foot
	pages["/xwzx/mtgz/"] = list("mtgz", "媒体关注", 0, 5) + foot
	pages["/ldzc/"] = head("领导之窗", `<meta name="ColumnName" content="领导之窗">`) + `<p>镇长：王某</p><p>副镇长：李某</p>` + foot
	pages["/zjxc/"] = head("走近新城", "") + `<h1>走近新城</h1><p>新城镇位于县城东部，面积一百二十平方公里，辖十二个村，人口三万余人，自然条件优越，交通十分便利。</p>` + foot
	pages["/zmhd/"] = head("政民互动", "") + `<form><input name=q></form>` + foot
	return serve(t, func(w http.ResponseWriter, q *http.Request) {
		text, ok := pages[q.URL.RequestURI()]
		if !ok {
			http.NotFound(w, q)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, text)
	}), pages
}

func TestSurveyOfADirtyMenu(t *testing.T) {
	r, _ := town(t)
	s := r.survey(r.base)
	var names []string
	for _, c := range s.Columns {
		names = append(names, c.Name)
	}
	slices.Sort(names)
	want := []string{"媒体关注", "政务动态", "通知公告", "部门新闻", "镇村新闻", "政策文件", "人事信息"}
	slices.Sort(want)
	if d := cmp.Diff(want, names); d != "" {
		t.Errorf("columns (-want +got):\n%s\npassed %+v\nuntried %+v", d, s.Passed, s.Untried)
	}
	if s.Title != "新城镇人民政府" || s.Code != "4303000006" || s.Division != "430300" || s.Province != "湖南省" || s.Zone != "Asia/Shanghai" {
		t.Errorf("portal %q, code %q, region %q %q, zone %q", s.Title, s.Code, s.Division, s.Province, s.Zone)
	}
	if s.Requests > crawler.SurveyRequests {
		t.Errorf("%d requests", s.Requests)
	}
	for _, p := range append(s.Passed, s.Untried...) {
		if strings.Contains(p.URL, "show.asp") {
			t.Errorf("an article was taken for a list: %+v", p)
		}
	}
	if len(s.Feeds) != 1 || s.Feeds[0] != r.base+"/rss.xml" {
		t.Errorf("feeds %v", s.Feeds)
	}
}

// A home page that is but a door leads to the one behind it.
func TestSurveyThroughADoor(t *testing.T) {
	for name, door := range map[string]string{
		"meta refresh": `<html><head><meta http-equiv="Refresh" content="0; URL=/home.html"></head></html>`,
		"script":       `<html><body><script>window.location.href="/home.html";</script></body></html>`,
		"frameset":     `<html><frameset rows="100,*"><frame src="/top.html"><frame src="/home.html"></frameset></html>`,
	} {
		t.Run(name, func(t *testing.T) {
			r, pages := town(t)
			pages["/home.html"], pages["/"], pages["/top.html"] = pages["/"], door, "<html><body>新城镇</body></html>"
			if s := r.survey(r.base); len(s.Columns) != 7 {
				t.Errorf("%d columns, passed %+v", len(s.Columns), s.Passed)
			}
		})
	}
}

// What cannot be read is told, with the reason.
func TestSurveyOfWalls(t *testing.T) {
	r, pages := town(t)
	for path := range pages {
		if path != "/" && !strings.Contains(path, "show.asp") {
			pages[path] = `<html><head><title>新城镇</title></head><body><div id="app"></div><script src="/static/app.js"></script></body></html>`
		}
	}
	s := r.survey(r.base)
	if len(s.Columns) != 0 || len(s.Notes) == 0 || !strings.Contains(s.Notes[0], "filled by a script that is not known: a browser is needed") {
		t.Errorf("columns %+v, notes %q", s.Columns, s.Notes)
	}
	wall := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(521)
		fmt.Fprint(w, `<script>document.cookie="__jsl_clearance_s=1";location.href=location.pathname</script>`)
	})
	c := wall.crawler(nil, func(o *crawler.Options) { o.Limits.Repeats = -1 })
	_, err := c.Survey(t.Context(), crawler.Site{AllowPrivate: true}, wall.base)
	if err == nil || !strings.Contains(err.Error(), "bot wall") && !strings.Contains(err.Error(), "status 521") {
		t.Errorf("error %v", err)
	}
}

// A home page of 20 MB and thousands of links is looked at within bounds.
func TestSurveyOfALargeHome(t *testing.T) {
	r, pages := town(t)
	var b strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&b, `<div class="x"><span><a href="/more/%d/">栏目%d</a><p>%s</p></span></div>`, i, i, strings.Repeat("政务服务", 80))
	}
	pages["/"] = strings.Replace(pages["/"], "</body>", b.String()+"</body>", 1)
	began := process.Spent() // what others do meanwhile does not count
	s := r.survey(r.base)
	if took := process.Spent() - began; s.Requests > crawler.SurveyRequests || took > time.Minute {
		// some three seconds, and twenty under the race detector
		t.Errorf("%d requests within %v of the processor", s.Requests, took)
	}
	if len(s.Columns) < 5 {
		t.Errorf("%d columns, passed %+v", len(s.Columns), s.Passed)
	}
}

// An article's address is not that of a home page: the home page of its host is
// looked at in its place, and that is told.
func TestSurveyOfAnArticle(t *testing.T) {
	r, _ := town(t)
	given := r.base + "/zwdt/show.asp?id=3"
	s := r.survey(given)
	if s.Given != given || s.URL != r.base+"/" || len(s.Columns) != 7 {
		t.Errorf("given %q, looked at %q, %d columns", s.Given, s.URL, len(s.Columns))
	}
	if s := r.survey(r.base + "/zjxc/"); s.Given != "" || s.URL != r.base+"/zjxc/" {
		t.Errorf("a page that is no article: given %q, looked at %q", s.Given, s.URL)
	}
}

// A list has as many pages as its pager says, not as many as it links.
func TestSurveyCountsPages(t *testing.T) {
	for name, c := range map[string]struct {
		pager string
		want  int
	}{
		"the next one alone": {`<a href="/zwdt/index_2.html">下一页</a>`, 2},
		"how many there are": {`第1页 共7页 <a href="/zwdt/index_2.html">下一页</a>`, 7},
		"numbers":            {`<a href="/zwdt/index_2.html">2</a> <a href="/zwdt/index_3.html">3</a> … <a href="/zwdt/index_12.html">12</a> <a href="/zwdt/index_2.html">下一页</a>`, 12},
	} {
		t.Run(name, func(t *testing.T) {
			r, pages := town(t)
			pages["/zwdt/"] = strings.Replace(pages["/zwdt/"], `<a href="/zwdt/index_2.html">下一页</a>`, c.pager, 1)
			s := r.survey(r.base)
			for _, l := range s.Columns {
				if l.Name == "政务动态" && l.Pages != c.want {
					t.Errorf("%d pages, want %d", l.Pages, c.want)
				}
			}
		})
	}
}

// Portals of the mainland are under other domains, too.
func TestSurveyTellsTheZone(t *testing.T) {
	for name, c := range map[string]struct{ from, to, want string }{
		"nothing":              {"政府网站标识码：4303000006", "", ""},
		"a record":             {"政府网站标识码：4303000006", "湘ICP备05001234号", "Asia/Shanghai"},
		"a record of another":  {"政府网站标识码：4303000006", "湘公网安备 43030002000001号", "Asia/Shanghai"},
		"its language":         {`<html>`, `<html lang="zh-CN">`, "Asia/Shanghai"},
		"another way to write": {`<html>`, `<html lang="zh-TW">`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r, pages := town(t)
			for path := range pages {
				pages[path] = strings.ReplaceAll(strings.ReplaceAll(pages[path], c.from, c.to), "政府网站标识码：4303000006", "")
			}
			if s := r.survey(r.base); s.Zone != c.want || s.Code != "" {
				t.Errorf("zone %q, want %q; code %q", s.Zone, c.want, s.Code)
			}
		})
	}
}
