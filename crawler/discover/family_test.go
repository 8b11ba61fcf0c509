package discover_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fangzhi/archive"
	"fangzhi/crawler/discover"
	"fangzhi/extract"
)

// read reads a page as a list.
func read(t *testing.T, url, html string) discover.List {
	t.Helper()
	p, err := extract.Open(extract.Input{URL: url, Payload: []byte("<!DOCTYPE html><meta charset=utf-8><body>" + html)})
	if err != nil {
		t.Fatal(err)
	}
	return discover.Read(discover.Answer{URL: url, Page: p, Text: p.HTML()})
}

// answer reads what came for a request.
func answer(r archive.Request, text string) discover.List {
	return discover.Read(discover.Answer{URL: r.ReplayURL(), Request: &r, Text: text})
}

// sent is a request as it goes out: method, URL, body.
func sent(r archive.Request) string {
	return strings.TrimSpace(r.Verb() + " " + r.URL + " " + r.Body)
}

func sentAll(rs []archive.Request) (all []string) {
	for _, r := range rs {
		all = append(all, sent(r))
	}
	return all
}

func urls(l discover.List) (all []string) {
	for _, r := range l.Rows {
		all = append(all, r.URL)
	}
	return all
}

func want[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

const jpagePage = `<div id="28698"></div><div id="jpage_28698"><script type="text/xml"><datastore>
<nextgroup><![CDATA[<a href="/module/web/jpage/dataproxy.jsp?page=1&webid=17&columnid=11085&unitid=28698&webname=%E4%BA%91%E6%BA%AA&permissiontype=0"></a>]]></nextgroup>
<recordset><record><![CDATA[<li><a href="/art/2022/6/29/art_11085_1.html" title='关于印发重点工作方案的通知'>关于印发…</a><span>2022-06-29</span></li>]]></record>
<record><![CDATA[<li><a href="/art/2022/6/28/art_11085_2.html">公告</a><span>2022-06-28</span></li>]]></record></recordset></datastore></script></div>`

func TestHanwebJpage(t *testing.T) {
	const at = "http://a.gov.cn/col/col11085/index.html"
	l := read(t, at, jpagePage)
	want(t, "family", l.Family, "hanweb-jpage")
	want(t, "rows", l.Rows, []discover.Row{
		{URL: "http://a.gov.cn/art/2022/6/29/art_11085_1.html", Title: "关于印发重点工作方案的通知", Day: "2022-06-29"},
		{URL: "http://a.gov.cn/art/2022/6/28/art_11085_2.html", Title: "公告", Day: "2022-06-28"},
	})
	const form = "col=1&appid=1&webid=17&path=%2F&columnid=11085&sourceContentType=1&unitid=28698&webname=%E4%BA%91%E6%BA%AA&permissiontype=0"
	want(t, "pages by GET", sentAll(l.Next), []string{"GET http://a.gov.cn/module/web/jpage/dataproxy.jsp?page=1&" + strings.TrimPrefix(form, "col=1&")})

	grouped := read(t, at, strings.Replace(jpagePage, "<datastore>", "<datastore><totalrecord>5</totalrecord>", 1)+`<script>new jpage({unitid: 28698, perpage: 1})</script>`)
	const proxy = "POST http://a.gov.cn/module/web/jpage/dataproxy.jsp?"
	want(t, "groups by POST", sentAll(grouped.Next), []string{proxy + "startrecord=1&endrecord=3&perpage=1 " + form, proxy + "startrecord=4&endrecord=6&perpage=1 " + form})
	want(t, "total", grouped.Total, 5)

	big := `<datastore><recordset>` + strings.Repeat(`<record><![CDATA[<a href="/art/x.html">标题</a>]]></record>`, 3) + `</recordset></datastore>`
	two := read(t, at, `<div id="jpage_1"><script type="text/xml"><datastore><recordset><record><![CDATA[<a href="/z.html">图片新闻</a>]]></record></recordset></datastore></script></div>
		<div id="jpage_28698"><script type="text/xml">`+big+`</script></div><script>var d = {columnid: 9, unitid: '28698', webid: 3, perpage: 5}</script>`)
	want(t, "rows of the unit with most", len(two.Rows), 3)
	if len(two.Next) != 1 || !strings.Contains(two.Next[0].Body, "unitid=28698") || !strings.Contains(two.Next[0].Body, "columnid=9") {
		t.Errorf("next %v", sentAll(two.Next))
	}

	array := answer(l.Next[0], `{"totalrecord":3,"records":["<li><a href=\"/art/a.html\" title=\"甲\">甲<\/a><span>2024-05-06<\/span><\/li>",'<li><a href="/art/b.html">乙</a></li>']}`)
	want(t, "records in an array of texts", urls(array), []string{"http://a.gov.cn/art/a.html", "http://a.gov.cn/art/b.html"})
	other := answer(grouped.Next[0], "<datastore><totalrecord>0</totalrecord><recordset></recordset></datastore>")
	if len(other.Next) != 1 || other.Next[0].Verb() != "GET" {
		t.Errorf("where POST brings nothing, %v", sentAll(other.Next))
	}
	if again := answer(other.Next[0], "<datastore></datastore>"); len(again.Next) != 0 {
		t.Errorf("and nothing by GET, %v", sentAll(again.Next))
	}
	// A proxy that knows pages alone answers every range with its first page.
	records := func(n int) string {
		return strings.Repeat(`<record><![CDATA[<a href="/art/x.html">标题</a>]]></record>`, n)
	}
	paged := answer(grouped.Next[1], "<datastore><totalrecord>12</totalrecord><totalpage>3</totalpage>"+records(5)+"</datastore>")
	const byGet = "GET http://a.gov.cn/module/web/jpage/dataproxy.jsp?page="
	query := "&" + strings.TrimPrefix(form, "col=1&")
	want(t, "pages behind the first", sentAll(paged.Next), []string{byGet + "2" + query, byGet + "3" + query})
	if all := answer(grouped.Next[1], "<datastore><totalrecord>5</totalrecord>"+records(5)+"</datastore>"); len(all.Next) != 0 {
		t.Errorf("behind the whole list, %v", sentAll(all.Next))
	}
	// One that hands out fewer than it is asked for is asked for the rest.
	few := answer(grouped.Next[0], "<datastore><totalrecord>5</totalrecord>"+records(2)+"</datastore>")
	want(t, "the rest of a range", sentAll(few.Next), []string{proxy + "startrecord=3&endrecord=3&perpage=1 " + form, proxy + "startrecord=4&endrecord=6&perpage=1 " + form})
	if end := answer(few.Next[1], "<datastore><totalrecord>5</totalrecord>"+records(2)+"</datastore>"); len(end.Next) != 0 {
		t.Errorf("behind the last range, %v", sentAll(end.Next))
	}
}

func TestHanwebJpaas(t *testing.T) {
	const at = "http://a.gov.cn/col/col1/index.html"
	for _, quote := range []string{"'", "&quot;"} {
		data := strings.ReplaceAll("{'parseType':'bulidstatic','webId':'w1','tplSetId':'t1','pageType':'column','tagId':'右侧内容','editType':'null','pageId':'p1'}", "'", quote)
		l := read(t, at, `<div><script id="unitbuild" src="/AuthorizedRead/unitbuild.js" url="/api-gateway/jpaas-publish-server/front/page/build/unit" queryData="`+data+`"></script></div>`)
		want(t, "feeds", sentAll(l.Feeds), []string{"GET http://a.gov.cn/api-gateway/jpaas-publish-server/front/page/build/unit?parseType=bulidstatic&webId=w1&tplSetId=t1&pageType=column" +
			"&tagId=%E5%8F%B3%E4%BE%A7%E5%86%85%E5%AE%B9&editType=null&pageId=p1&paramJson=%7B%22pageNo%22%3A1%2C%22pageSize%22%3A15%7D"})
		feed := l.Feeds[0]
		if feed.Header["Referer"] != at || feed.Header["X-Requested-With"] != "XMLHttpRequest" {
			t.Errorf("headers %v", feed.Header)
		}
		got := answer(feed, `{"success":true,"data":{"html":"<ul count=\"31\" rows=\"15\"><li><a href=\"/col/col1/art/2024/art_1.html\" title=\"关于开展工作的通知\">关于…</a><span>2024-05-20</span></li></ul>"}}`)
		want(t, "rows", got.Rows, []discover.Row{{URL: "http://a.gov.cn/col/col1/art/2024/art_1.html", Title: "关于开展工作的通知", Day: "2024-05-20"}})
		if len(got.Next) != 2 || !strings.HasSuffix(got.Next[0].URL, "paramJson=%7B%22pageNo%22%3A2%2C%22pageSize%22%3A15%7D") || got.Next[0].Header["Referer"] != at {
			t.Errorf("next %v", got.Next)
		}
		if end := answer(got.Next[1], `{"success":true,"data":{"html":""}}`); len(end.Next)+len(end.Rows) != 0 || end.Evidence == "" {
			t.Errorf("behind the end %+v", end)
		}
	}
}

func TestEpoint(t *testing.T) {
	const at = "http://a.gov.cn/xxhz/014001/014001001/moreinfo.html"
	const rows = `<ul class="ewb-list"><li><a href="/xxhz/014001/014001001/20240520/8f2c.html">关于开展安全生产大检查的通知</a><span>2024-05-20</span></li></ul><a href="2.html">下页</a>`
	l := read(t, at, rows+`<script>var siteInfo = {siteGuid: "7eb5f7f1-9041-43ad-8e13-8fcb82ea831a"}; getInfoList("014001001");</script>`)
	want(t, "by the older service", sentAll(l.Feeds), []string{
		"GET http://a.gov.cn/EpointWebBuilderService/getInfoListAndCategoryList.action?cmd=getInfoList&pageIndex=1&pageSize=20&siteguid=7eb5f7f1-9041-43ad-8e13-8fcb82ea831a&categorynum=014001001&title=&infoC="})
	want(t, "static pages are left", len(l.Next), 0)
	got := answer(l.Feeds[0], `{"custom":"{\"count\":41,\"data\":[{\"infoid\":\"8f2c\",\"title\":\"关于<b>检查<\/b>的通知\",\"infodate\":\"2024-05-20\",\"categorynum\":\"014001001\"}]}"}`)
	want(t, "rows", got.Rows, []discover.Row{{URL: "http://a.gov.cn/xxhz/014001/014001001/20240520/8f2c.html", Title: "关于检查的通知", Day: "2024-05-20"}})
	want(t, "total", got.Total, 41)
	if len(got.Next) == 0 || !strings.Contains(got.Next[0].URL, "pageIndex=2&pageSize=20") {
		t.Errorf("next %v", sentAll(got.Next))
	}

	none := answer(l.Feeds[0], `{"custom":"{\"count\":0,\"data\":[]}"}`)
	if len(none.Next) != 1 || none.Next[0].Verb() != "POST" || !strings.Contains(none.Next[0].Body, `"equal":"014001001"`) {
		t.Fatalf("where it has nothing, %v", sentAll(none.Next))
	}
	search := none.Next[0]
	found := answer(search, `{"result":{"totalcount":45,"records":[{"title":"甲","webdate":"2024-05-20 09:00:00","linkurl":"/xxhz/014001/014001001/20240520/1.html","categorynum":"014001001"},{"title":"乙","showdate":"2024-05-19","linkurl":"/2.html"}]}}`)
	want(t, "found", found.Rows, []discover.Row{{URL: "http://a.gov.cn/xxhz/014001/014001001/20240520/1.html", Title: "甲", Day: "2024-05-20"}, {URL: "http://a.gov.cn/2.html", Title: "乙", Day: "2024-05-19"}})
	if len(found.Next) != 22 || !strings.HasPrefix(found.Next[0].Body, `{"token":"","pn":2,"rn":20,`) {
		t.Errorf("offsets %v", sentAll(found.Next)[:2])
	}
	want(t, "and where that has nothing", sentAll(answer(search, `{"status":{"code":0}}`).Next), []string{"GET http://a.gov.cn/xxhz/014001/014001001/2.html"})

	named := read(t, at, rows+`<script>$.ajax({url: "/XZinterface/rest/esinteligentsearch/getFullTextDataNew"}); var categorynum = '002006';</script>`)
	if len(named.Feeds) != 1 || named.Feeds[0].URL != "http://a.gov.cn/XZinterface/rest/esinteligentsearch/getFullTextDataNew" || !strings.Contains(named.Feeds[0].Body, `"equal":"002006"`) {
		t.Errorf("the service that the page names: %v", sentAll(named.Feeds))
	}

	front := read(t, at, rows+`<script>var categoryNum = "003001", siteGuid = "7eb5f7f1-9041-43ad-8e13-8fcb82ea831a"; post("/EpointWebBuilder/rest/frontAppCustomAction/getPageInfoListNew")</script>`)
	if len(front.Feeds) != 1 || !strings.HasSuffix(front.Feeds[0].URL, "/EpointWebBuilder/rest/getOauthInfoAction/getNoUserAccessToken") {
		t.Fatalf("the token first: %v", sentAll(front.Feeds))
	}
	allowed := answer(front.Feeds[0], `{"custom":{"access_token":"abc.def","expires_in":"7200"}}`)
	if len(allowed.Feeds) != 1 || allowed.Feeds[0].Header["Authorization"] != "Bearer abc.def" || !strings.HasSuffix(allowed.Feeds[0].URL, "getPageInfoListNew") {
		t.Fatalf("then the list: %+v", allowed.Feeds)
	}
	list := answer(allowed.Feeds[0], `{"custom":{"total":30,"infodata":[{"title":"甲","infodate":"2024-05-20","infourl":"/zwgk/1.html"}]}}`)
	if len(list.Rows) != 1 || len(list.Next) != 1 {
		t.Errorf("list %+v", list)
	}
}

func TestVSB(t *testing.T) {
	const rows = `<span class="p_t">共31页</span><a href="javascript:;" onclick="_simple_list_gotopage_fun(31,'u8_goto',1)">跳转</a>`
	down := read(t, "http://a.gov.cn/tzgg.htm", rows+`<a href="tzgg/30.htm">下页</a> <a href="tzgg/1.htm">尾页</a>`)
	want(t, "family", down.Family, "vsb")
	want(t, "pages", len(down.Next), 30)
	want(t, "first and last", []string{down.Next[0].URL, down.Next[29].URL}, []string{"http://a.gov.cn/tzgg/30.htm", "http://a.gov.cn/tzgg/1.htm"})
	want(t, "without links", read(t, "http://a.gov.cn/tzgg.htm", rows).Next[0].URL, "http://a.gov.cn/tzgg/30.htm")
	want(t, "without links, in the middle", read(t, "http://a.gov.cn/tzgg/7.htm", rows).Next[0].URL, "http://a.gov.cn/tzgg/6.htm")
	jsp := read(t, "http://a.gov.cn/list.jsp?wbtreeid=1276", `<div id="vsb_content_2"></div><a href="?totalpage=4&PAGENUM=2&wbtreeid=1276">下页</a>`)
	want(t, "by JSP", sentAll(jsp.Next), []string{
		"GET http://a.gov.cn/list.jsp?totalpage=4&PAGENUM=2&wbtreeid=1276", "GET http://a.gov.cn/list.jsp?totalpage=4&PAGENUM=3&wbtreeid=1276", "GET http://a.gov.cn/list.jsp?totalpage=4&PAGENUM=4&wbtreeid=1276",
	})
}

func TestGKMLPT(t *testing.T) {
	const shell = `<div id="app"></div><script>window._CONFIG = {SID: '200025', TREE: [{"id": 505, "name": "通知公告"}, {"id": 506, "name": "政策文件"}]};</script><script src="/gkmlpt/static/js/app.js"></script>`
	const api = "GET http://a.gov.cn/gkmlpt/api/all/"
	l := read(t, "http://a.gov.cn/gkmlpt/index#506", shell)
	want(t, "the list that the fragment chooses", sentAll(l.Feeds), []string{api + "506?page=0&sid=200025"})
	want(t, "all lists", sentAll(read(t, "http://a.gov.cn/gkmlpt/index", shell).Feeds), []string{api + "505?page=0&sid=200025", api + "506?page=0&sid=200025"})
	got := answer(l.Feeds[0], `{"total":5,"articles":[{"id":7,"title":"甲","url":"http://a.gov.cn/gkmlpt/content/0/0/post_7.html","display_publish_time":1716170400},{"id":7,"title":"甲","post_url":"/x"},{"id":8,"title":"乙","post_url":"/gkmlpt/content/0/0/post_8.html"}]}`)
	want(t, "rows, each article once", got.Rows, []discover.Row{
		{URL: "http://a.gov.cn/gkmlpt/content/0/0/post_7.html", Title: "甲", Day: "2024-05-20"}, {URL: "http://a.gov.cn/gkmlpt/content/0/0/post_8.html", Title: "乙"},
	})
	want(t, "next, from 0 or 1", sentAll(got.Next), []string{api + "506?page=1&sid=200025", api + "506?page=2&sid=200025"})
	want(t, "a last page that is short", len(answer(got.Next[1], `{"total":5,"articles":[{"id":9,"title":"丙","url":"/9.html"}]}`).Next), 0)
	want(t, "a host without page 0", sentAll(answer(l.Feeds[0], `{"total":5,"articles":[]}`).Next), []string{api + "506?page=1&sid=200025"})
}

func TestKaipu(t *testing.T) {
	l := read(t, "http://a.gov.cn/c100123/common_list.shtml", `<meta name="channelId" content="0123456789abcdef0123456789abcdef"><UCAPCONTENT></UCAPCONTENT>`)
	want(t, "feeds", sentAll(l.Feeds), []string{"POST http://a.gov.cn/getFileListByCodeId codeId=&channelId=0123456789abcdef0123456789abcdef&page=1&size=20&relateSubChannels=false"})
	got := answer(l.Feeds[0], `{"results":{"data":{"total":"45","results":[{"title":"甲","url":"/c1/1.html","publishedTime":1716170400000}]}}}`)
	want(t, "rows", got.Rows, []discover.Row{{URL: "http://a.gov.cn/c1/1.html", Title: "甲", Day: "2024-05-20"}})
	if len(got.Next) == 0 || !strings.Contains(got.Next[0].Body, "page=2&size=20") {
		t.Errorf("next %v", sentAll(got.Next))
	}
}

func TestRecognise(t *testing.T) {
	for _, c := range []struct{ family, html string }{
		{"trs", `<script>createPageHTML(9, 0, "index", "html")</script>`},
		{"hanweb-jpage", "<!--<div>Produced By 大汉网络 大汉版通发布系统</div>-->"},
		{"vsb", `<script src="/system/resource/js/counter.js"></script>`},
		{"nfcms", "<script>var NFCMS_SITE_ID='1'</script>"},
		{"epaper", `<div id="ozoom"><founder-content>…</founder-content></div>`},
		{"easysite", `<div id="easysiteText">…</div>`},
		{"kaipu", "<UCAPCONTENT>…</UCAPCONTENT>"},
		{"", "<p>…</p>"},
	} {
		p, err := extract.Open(extract.Input{URL: "http://a.gov.cn/", Payload: []byte("<body>" + c.html)})
		if err != nil {
			t.Fatal(err)
		}
		name, evidence, ok := discover.Recognise(p, "http://a.gov.cn/")
		if name != c.family || ok != (c.family != "") || ok && !strings.Contains(p.HTML(), evidence) {
			t.Errorf("%s is read as %q by %q", c.html, name, evidence)
		}
	}
}
