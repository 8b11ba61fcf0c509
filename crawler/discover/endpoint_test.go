package discover_test

import (
	"testing"

	"fangzhi/archive"
	"fangzhi/crawler/discover"
)

// The ways in which pages without rows name what fills them.
func TestEndpoints(t *testing.T) {
	const at = "http://a.gov.cn/xw/"
	for _, c := range []struct{ name, html, want string }{
		{"jQuery, options", `<script>$.ajax({url: '/cms/getNewsList', type: 'post', dataType: 'json', data: {channelId: '12', pageNo: 1, pageSize: 10}, success: f})</script>`,
			"POST http://a.gov.cn/cms/getNewsList channelId=12&pageNo=1&pageSize=10"},
		{"jQuery, a GET with data", `<script>$.ajax({type: "GET", url: "/api/articles", data: {"channel": 3, "page": page, "limit": 20}})</script>`,
			"GET http://a.gov.cn/api/articles?channel=3&page=1&limit=20"},
		{"jQuery, short", `<script>$.getJSON("/data/news.json", {page: 1, size: 15}, show)</script>`, "GET http://a.gov.cn/data/news.json?page=1&size=15"},
		{"jQuery, short post", `<script>var cid = "ab12"; $.post("/front/list.do", {cid: cid, curPage: cur}, show)</script>`, "POST http://a.gov.cn/front/list.do cid=ab12&curPage=1"},
		{"fetch, a template", "<script>const id = 77; fetch(`/api/list?cat=${id}&page=${page}&size=${size}`)</script>", "GET http://a.gov.cn/api/list?cat=77&page=1&size=20"},
		{"fetch, JSON", `<script>fetch("/api/news/query", {method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify({columnId: "9", pageNum: 1, pageSize: 10})})</script>`,
			`POST http://a.gov.cn/api/news/query {"columnId":9,"pageNum":1,"pageSize":10}`},
		{"axios", `<script>axios.get('/rest/articles', {params: {type: 'yw', pageIndex: this.pageIndex, pageSize: 12}})</script>`, "GET http://a.gov.cn/rest/articles?type=yw&pageIndex=1&pageSize=12"},
		{"XMLHttpRequest", `<script>var x = new XMLHttpRequest(); x.open("GET", "list_data.json?v=1"); x.send();</script>`, "GET http://a.gov.cn/xw/list_data.json?v=1"},
		{"joined", `<script>var base = "/portal"; var page = 1; $.get(base + "/news/list?cid=" + 5 + "&page=" + page + "&rows=10", show)</script>`, "GET http://a.gov.cn/portal/news/list?cid=5&page=1&rows=10"},
		{"an address in a variable", `<script>var dataUrl = "/cms/list.json?page="; load(dataUrl + 1)</script>`, "GET http://a.gov.cn/cms/list.json?page=1"},
		{"an attribute", `<ul id="list" data-url="/api/list?channel=8&amp;page=1"></ul><script src="/js/list.js"></script>`, "GET http://a.gov.cn/api/list?channel=8&page=1"},
		{"among others", `<script>var hm = "https://hm.baidu.com/hm.js?1"; $.get("/click/count?id=3"); $.get("/api/news/list?page=1&size=20", show); $.get("/api/weather/list")</script>`, "GET http://a.gov.cn/api/news/list?page=1&size=20"},
		{"by offset", `<script>$.get("/api/list?offset=0&limit=30", show)</script>`, "GET http://a.gov.cn/api/list?offset=0&limit=30"},
		{"commented out", `<script>//$.get("/api/list?page=1")
			/* $.get("/api/list2?page=1") */</script>`, ""},
		{"nothing", `<script src="/js/list.js"></script><img src="/list.png">`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := read(t, at, `<div id="app"></div>`+c.html)
			got := ""
			if len(l.Feeds) > 0 {
				got = sent(l.Feeds[0])
			}
			want(t, "feed", got, c.want)
		})
	}
	// Where a page has rows, scripts are nobody's list.
	rows := ""
	for _, n := range []string{"一", "二", "三"} {
		rows += `<li><a href="` + n + `.html">关于开展安全生产大检查的通知` + n + `</a><span>2024-05-25</span></li>`
	}
	if l := read(t, at, "<ul>"+rows+`</ul><script>$.get("/api/list?page=1")</script>`); len(l.Feeds) > 0 {
		t.Errorf("beside rows, %v", sentAll(l.Feeds))
	}
}

// What services answer with, whatever they call it.
func TestRecords(t *testing.T) {
	r := archive.Request{URL: "http://a.gov.cn/api/list?page=2&size=2", Family: "endpoint", Header: map[string]string{"Referer": "http://a.gov.cn/xw/"}}
	one := func(day string) []discover.Row {
		return []discover.Row{{URL: "http://a.gov.cn/xw/1.html", Title: "甲", Day: day}}
	}
	for _, c := range []struct {
		name, text string
		rows       []discover.Row
		next       int
	}{
		{"flat", `[{"title":"甲","url":"/xw/1.html","date":"2024-05-20"}]`, one("2024-05-20"), 1},
		{"deep", `{"code":200,"data":{"page":{"total":7,"records":[{"DOCTITLE":"甲","DOCPUBURL":"http://a.gov.cn/xw/1.html","DOCRELTIME":"2024/05/20 10:00"}]}}}`, one("2024-05-20"), 2},
		{"milliseconds", `{"list":[{"name":"甲","link":"../xw/1.html","publish_time":1716220800000}],"totalPage":2}`, one("2024-05-21"), 0},
		{"texts of JSON", `{"d":"{\"rows\":[{\"Title\":\"甲\",\"Href\":\"/xw/1.html\",\"AddTime\":\"20240520\"}],\"total\":\"9\"}"}`, one("2024-05-20"), 3},
		{"a callback", `cb123({"items":[{"subject":"<em>甲<\/em>","url":"/xw/1.html"}]});`, one(""), 1},
		{"a count of the page beside the total", `{"count":1,"total":7,"list":[{"Title":"乙","title":"乙","TITLE":"甲","url":"/xw/1.html"}]}`, one(""), 2},
		{"menus beside", `{"menu":[{"name":"首页","url":"/"}],"list":[{"title":"甲","url":"/xw/1.html"},{"title":"乙","url":"/xw/2.html"}],"count":4}`,
			[]discover.Row{{URL: "http://a.gov.cn/xw/1.html", Title: "甲"}, {URL: "http://a.gov.cn/xw/2.html", Title: "乙"}}, 0},
		{"placeholders", `{"list":[{"title":"甲","url":"{{item.url}}"},{"title":"甲","url":"/xw/1.html"},{"title":"丙","url":"javascript:;"}, {"title":"甲","url":"/xw/1.html"}]}`, nil, 0},
		{"markup", `{"html":"<ul><li><a href=\"/xw/1.html\">甲县召开防汛工作会议</a> 2024-05-20</li></ul>","total":9}`,
			[]discover.Row{{URL: "http://a.gov.cn/xw/1.html", Title: "甲县召开防汛工作会议", Day: "2024-05-20"}}, 3},
		{"empty", `{"data":{"list":[],"total":0}}`, nil, 0},
		{"no list", `{"error":"token"}`, nil, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := answer(r, c.text)
			if c.rows != nil {
				want(t, "rows", l.Rows, c.rows)
				want(t, "next", len(l.Next), c.next)
			}
			for _, row := range l.Rows {
				if row.URL != "http://a.gov.cn/xw/1.html" && row.URL != "http://a.gov.cn/xw/2.html" {
					t.Errorf("row %+v leads nowhere", row)
				}
			}
			if nothing := c.name == "no list" || c.name == "placeholders"; (l.Evidence == "") != nothing {
				t.Errorf("evidence %q", l.Evidence)
			}
		})
	}
	r.Hint = "/xw/detail_{id}.html"
	want(t, "an address of the page's making", answer(r, `{"list":[{"id":77,"title":"甲"}]}`).Rows, []discover.Row{{URL: "http://a.gov.cn/xw/detail_77.html", Title: "甲"}})
}

// Whatever comes for a request is read or not, and leads nowhere without an
// address.
func FuzzAnswer(f *testing.F) {
	f.Add("hanweb-jpage", "http://a.cn/module/web/jpage/dataproxy.jsp?startrecord=1&endrecord=3&perpage=1", "unitid=1", "<datastore><totalrecord>9</totalrecord><record><![CDATA[<a href=/1>1</a>]]></record></datastore>")
	f.Add("hanweb-jpaas", "http://a.cn/front/page/build/unit?paramJson={}", "", `{"data":{"html":"<ul count=3 rows=1><a href=/1>1</a>"}}`)
	f.Add("epoint", "http://a.cn/rest/getFullTextDataNew", `{"pn":0,"rn":10,"condition":[{"equal":"1"}]}`, `{"result":{"totalcount":3,"records":[{"title":"a","linkurl":"/1"}]}}`)
	f.Add("gkmlpt", "http://a.cn/gkmlpt/api/all/5?page=0", "", `{"total":3,"articles":[{"id":1,"title":"a","url":"/1"}]}`)
	f.Add("endpoint", "http://a.cn/list?page=1&size=2", `{"page":1}`, `{"list":[{"id":1,"title":"a"}],"total":5}`)
	f.Add("", "http://a.cn/f.xml", "", `<rss><channel><item><title>a</title><link>/1</link></item></channel></rss>`)
	f.Add("sitemap", "http://a.cn/s.xml", "", `<sitemapindex><sitemap><loc>/1.xml</loc></sitemap></sitemapindex>`)
	f.Fuzz(func(t *testing.T, family, url, body, text string) {
		r := archive.Request{URL: url, Body: body, Family: family, Hint: "/d/{id}", Header: map[string]string{"Referer": "http://a.cn/"}}
		if body != "" {
			r.Method = "POST"
		}
		l := answer(r, text)
		for _, next := range append(l.Next, l.Feeds...) {
			if next.URL == "" || next.ReplayURL() == r.ReplayURL() {
				t.Errorf("%+v leads to %+v", r, next)
			}
		}
		for _, row := range l.Rows {
			if row.URL == "" {
				t.Errorf("row %+v", row)
			}
		}
	})
}
