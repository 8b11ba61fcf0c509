package crawler_test

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"fangzhi/archive"
	"fangzhi/crawler"
	"fangzhi/crawler/portaltest"
)

// Every so many runs all lists are walked to their ends, which finds what was
// put in further back.
func TestWalksEverySoOften(t *testing.T) {
	p := threePages(t)
	r := newRig(t, p)
	r.site.Revisit, r.site.WalkEvery = nil, 3
	r.run()
	old := article("关于县道封闭施工的通告")
	old.Published = old.Published.AddDate(0, 0, -1)
	url := p.Publish("yw", old)
	for run := 2; run <= 4; run++ {
		p.ForgetRequests()
		got := r.run()
		if walk := run == 4; got.Walk != walk || r.hasPage(url) != walk {
			t.Errorf("run %d: walk %v, found %v", run, got.Walk, r.hasPage(url))
		}
		if want := map[int]int{2: 1, 3: 1, 4: 3 + 1}[run]; len(fetched(p)) != want {
			t.Errorf("run %d: %d pages, want %d: %v", run, len(fetched(p)), want, fetched(p))
		}
	}
}

// A list whose first page could not be read at first is walked when it can.
func TestWalksAListThatWasDown(t *testing.T) {
	p := threePages(t)
	r := newRig(t, p, func(o *crawler.Options) { o.Limits.Repeats = -1 })
	r.site.Revisit = nil
	p.Break("/yw/index.html", 1, portaltest.Status(500, ""))
	r.run()
	r.run()
	r.stored(12)
}

// counter serves lists, and counts by method, path and body what was asked.
type counter struct {
	answer func(w http.ResponseWriter, q *http.Request, body string) string
	asked  []string
}

func (c *counter) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	body, _ := io.ReadAll(q.Body)
	if q.URL.Path != "/robots.txt" {
		c.asked = append(c.asked, strings.TrimSpace(q.Method+" "+q.URL.RequestURI()+" "+string(body)))
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if strings.HasPrefix(q.URL.Path, "/a/") {
		fmt.Fprintf(w, `<title>公告</title><h1>关于第%[1]s号事项的公告</h1><p>发布时间：2024-05-20 10:30 来源：云溪县人民政府办公室</p><p>第%[1]s号事项的办理情况已经查明，现将有关情况公告如下，请社会各界予以监督，并将意见于月底前报县政府办公室。</p>`, q.URL.Path[3:])
		return
	}
	if text := c.answer(w, q, string(body)); text != "" {
		io.WriteString(w, text)
		return
	}
	http.NotFound(w, q)
}

func (c *counter) rig(t *testing.T, list string) *rig {
	r := serve(t, c.ServeHTTP)
	r.site.Politeness.Parallel, r.site.Revisit = 1, nil
	r.site.Columns = []crawler.Column{{Name: "公告", URL: r.base + list}}
	return r
}

// articles are those stored.
func (r *rig) articles() (paths []string) {
	r.t.Helper()
	for _, p := range all(r.t, r.store.Pages(r.t.Context(), archive.Filter{Site: r.site.Name, Kind: archive.KindArticle})) {
		paths = append(paths, strings.TrimPrefix(p.URL, r.base))
	}
	slices.Sort(paths)
	return paths
}

// What fills a list is asked for in its page's place, until it brings nothing:
// the page may ask for something else by then.
func TestFeedThatMoves(t *testing.T) {
	channel := "c1"
	rows := `{"title":"关于第1号事项的公告","url":"/a/1"}`
	c := &counter{answer: func(w http.ResponseWriter, q *http.Request, body string) string {
		switch {
		case q.URL.Path == "/list":
			return `<title>公告</title><div id="app"></div><script>$.post("/api/news/list", {channel: "` + channel + `", page: 1, size: 20}, show)</script>`
		case q.URL.Path == "/api/news/list" && q.Method == "POST" && strings.Contains(body, "channel="+channel+"&page=1&"):
			return `{"total":1,"list":[` + rows + `]}`
		}
		return `{"total":0,"list":[]}`
	}}
	r := c.rig(t, "/list")
	r.run()
	feed := "POST /api/news/list channel=c1&page=1&size=20"
	want(t, "first run", c.asked, []string{"GET /list", feed, "GET /a/1"})
	page := r.page(r.base + "/api/news/list?__wb_method=POST&channel=c1&page=1&size=20")
	if page.Kind != archive.KindList || page.Request == nil || page.Request.Header["Referer"] != r.base+"/list" || page.Versions != 0 || page.Payload == "" {
		t.Errorf("the request is held as %+v", page)
	}

	c.asked, rows = nil, `{"title":"关于第2号事项的公告","url":"/a/2"},`+rows
	r.run()
	want(t, "second run", c.asked, []string{feed, "GET /a/2"})

	c.asked, channel, rows = nil, "c2", `{"title":"关于第3号事项的公告","url":"/a/3"},`+rows
	r.run()
	want(t, "another channel", c.asked, []string{feed, "GET /list", "POST /api/news/list channel=c2&page=1&size=20", "GET /a/3"})
	want(t, "articles", r.articles(), []string{"/a/1", "/a/2", "/a/3"})
}

// A service that is not there gives way to the next way of asking, and that is
// kept to.
func TestOtherWaysOfAsking(t *testing.T) {
	c := &counter{answer: func(w http.ResponseWriter, q *http.Request, body string) string {
		switch q.URL.Path {
		case "/xw/moreinfo.html":
			return `<title>公告</title><link href="/images/ewb-common.css"><ul class="ewb-list"></ul><script>var siteGuid = "7eb5f7f1-9041-43ad-8e13-8fcb82ea831a"; getInfoList("014001001");</script>`
		case "/inteligentsearch/rest/esinteligentsearch/getFullTextDataNew":
			return `{"result":{"totalcount":1,"records":[{"title":"关于第1号事项的公告","linkurl":"/a/1","webdate":"2024-05-20"}]}}`
		}
		return ""
	}}
	r := c.rig(t, "/xw/moreinfo.html")
	run := r.run()
	want(t, "articles", r.articles(), []string{"/a/1"})
	if run.Articles.Failed()+run.Lists.Failed() > 0 {
		t.Errorf("run %+v", run)
	}
}

// Rows that lead elsewhere do not end the walk, a total that changes is told.
func TestRowsElsewhere(t *testing.T) {
	c := &counter{answer: func(w http.ResponseWriter, q *http.Request, body string) string {
		page := q.URL.Query().Get("page")
		switch {
		case q.URL.Path != "/list.json":
			return ""
		case page == "1":
			return `{"total":3,"list":[{"title":"省厅转发的公告","url":"https://mp.weixin.qq.com/s/x1"}]}`
		case page == "2":
			return `{"total":4,"list":[{"title":"市局转发的公告","url":"https://mp.weixin.qq.com/s/x2"}]}`
		case page == "3":
			return `{"total":4,"list":[{"title":"关于第1号事项的公告","url":"/a/1"}]}`
		}
		return `{"total":4,"list":[]}`
	}}
	r := c.rig(t, "/list.json?page=1")
	run := r.run()
	want(t, "articles", r.articles(), []string{"/a/1"})
	notes := strings.Join(run.Notes, "\n")
	for _, note := range []string{"2 links to 1 other host", "its list said 3 rows, then 4"} {
		if !strings.Contains(notes, note) {
			t.Errorf("no note %q in %q", note, notes)
		}
	}
}

// A page of more links than are read says so.
func TestMoreLinksThanAreRead(t *testing.T) {
	c := &counter{answer: func(w http.ResponseWriter, q *http.Request, body string) string {
		if q.URL.Path != "/list" {
			return ""
		}
		var b strings.Builder
		for i := range 20_100 {
			fmt.Fprintf(&b, `<li><a href="/b/%d">关于第%d号事项的公告</a> 2024-05-20</li>`, i, i)
		}
		return "<title>公告</title><ul>" + b.String() + "</ul>"
	}}
	r := c.rig(t, "/list")
	r.site.MaxPages = 1
	run := r.run()
	if notes := strings.Join(run.Notes, "\n"); !strings.Contains(notes, "/list has more than 20000 links") {
		t.Errorf("notes %q", notes)
	}
}

// The lists of a gkmlpt platform are told apart by the number behind the #.
func TestListsByFragment(t *testing.T) {
	c := &counter{answer: func(w http.ResponseWriter, q *http.Request, body string) string {
		switch q.URL.Path {
		case "/":
			return `<title>云溪县</title><a href="/gkmlpt/index#505">法定主动公开内容</a> <a href="/gkmlpt/index#506">政府信息公开年报</a>`
		case "/gkmlpt/index":
			return `<title>目录</title><div id="app"></div><script>window._CONFIG = {SID: '200025'};</script><script src="/gkmlpt/static/js/app.js"></script>`
		case "/gkmlpt/api/all/505":
			return `{"total":1,"articles":[{"id":1,"title":"关于第1号事项的公告","url":"/a/1"}]}`
		case "/gkmlpt/api/all/506":
			return `{"total":1,"articles":[{"id":2,"title":"关于第2号事项的公告","url":"/a/2"}]}`
		}
		return ""
	}}
	r := c.rig(t, "/")
	r.adHoc("", 1)
	r.run()
	want(t, "articles", r.articles(), []string{"/a/1", "/a/2"})
}

func want[T any](t *testing.T, what string, got, want []T) {
	t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s:\n got %v\nwant %v", what, got, want)
	}
}
