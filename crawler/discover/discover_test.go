package discover_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fangzhi/crawler/discover"
	"fangzhi/extract"
)

const rows = `<ul><li><a href="./202405/t20240525_2166460.html">关于开展安全生产大检查的通知</a><span>2024-05-25</span></li></ul>`

func TestNext(t *testing.T) {
	pages := func(name, ext string, first, last int) (urls []string) {
		for i := first; i <= last; i++ {
			urls = append(urls, fmt.Sprintf("http://a.gov.cn/rdzx/%s_%d.%s", name, i, ext))
		}
		return urls
	}
	const list = "http://a.gov.cn/rdzx/index.html"
	for _, c := range []struct {
		name, url, html string
		want            []string
	}{
		{"nothing", list, rows, nil},
		{"TRS, from 0", list, `<script>createPageHTML(4, 0, "index", "html");</script>`, pages("index", "html", 1, 3)},
		{"TRS, in the middle", "http://a.gov.cn/rdzx/index_2.html", `<script>createPageHTML(5,2,'index','shtml')</script>`, pages("index", "shtml", 3, 4)},
		{"TRS, last page", "http://a.gov.cn/rdzx/index_4.html", `<script>createPageHTML(5, 4, "index", "html");</script>`, nil},
		{"TRS, one page", list, `<script>createPageHTML(1, 0, "index", "html");</script>`, nil},
		{"TRS, folder's URL", "http://a.gov.cn/rdzx/", `<script>createPageHTML(2, 0, "index", "html");</script>`, pages("index", "html", 1, 1)},
		{"TRS, from 1", "http://a.gov.cn/rdzx/dezlist.shtml", `<script>createPageHTML('page_div',4, 1,'dezlist','shtml',149);</script>`, pages("dezlist", "shtml", 2, 4)},
		{"TRS, from 1, in the middle", "http://a.gov.cn/rdzx/dezlist_3.shtml", `<script>createPageHTML('page_div',4, 3,'dezlist','shtml',149);</script>`, pages("dezlist", "shtml", 4, 4)},
		{"TRS, call in a commented-out line", list, `<script>
			//createPageHTML(9, 0, "index", "html");
			createPageHTML(3, 0, "index", "html"); // createPageHTML(8, 0, "index", "html");
			</script>`, pages("index", "html", 1, 2)},
		{"TRS, call in a comment", list, `<script>/* createPageHTML(9, 0, "index", "html"); */
			var u = "http://x.cn/*"; createPageHTML(2, 0, "index", "html");</script>`, pages("index", "html", 1, 1)},
		{"TRS, call in a hidden script", list, `<!-- <script>createPageHTML(9, 0, "index", "html");</script> --><script><!--
			createPageHTML(2, 0, "index", "html");
			//--></script>`, pages("index", "html", 1, 1)},
		{"TRS, definition and call", list, `<script>function createPageHTML(_nPageCount, _nCurrIndex, _sPageName, _sPageExt){
			if(_nPageCount == null || _nPageCount<=1){ return; } }
			createPageHTML(3, 0, "index", "html");</script>`, pages("index", "html", 1, 2)},
		{"TRS, definition only", list, `<script>function createPageHTML(_nPageCount, _nCurrIndex){}</script>`, nil},
		{"TRS, template not filled in", list, `<script>createPageHTML(${PAGE_COUNT}, ${PAGE_INDEX}, "${PAGE_NAME}", "${PAGE_EXT}");</script>`, nil},
		{"TRS, an article's pager", "http://a.gov.cn/rdzx/202202/t20220213_552130.html", `<script>createPageHTML(3, 0, "t20220213_552130", "html");</script>`, nil},
		{"TRS, counted", list, `<script>//createPageHTML(9, 0, "index", "html");
			var currentPage = 0;//所在页从0开始
			var countPage = 4//共多少页
			document.write("<a href=\"index"+"_" + nextPage + "."+"html\">下一页</a>");</script>`, pages("index", "html", 1, 3)},
		{"TRS, counted, folder's URL", "http://a.gov.cn/rdzx/", `<script>var currentPage = 0; var countPage = 2;
			document.write("<a href=\""+"list"+"_" + nextPage + "."+"shtml\">下一页</a>");</script>`, pages("list", "shtml", 1, 1)},
		{"TRS, counted, third page", "http://a.gov.cn/rdzx/list_2.shtml", `<script>var currentPage = 2; var countPage = 5;</script>`, pages("list", "shtml", 3, 4)},
		{"TRS, a number that is a trap", list, `<script>createPageHTML(999999, 0, "index", "html");</script>`, pages("index", "html", 1, 1000)},
		{"Shanghai", list, `<script>$(".pagination").pagination({totalPage: 3, isShow: true, callBack: function(i){
			window.location = i==1?'index.html':'index_'+i+'.html' }});</script>`, pages("index", "html", 2, 3)},
		{"Shanghai, second page", "http://a.gov.cn/rdzx/index_2.html", `<script>$(".pagination").pagination({totalPage: "4", callBack: function(i){
			location.href = 'index_'+i+'.html' }});</script>`, pages("index", "html", 3, 4)},
		{"next link", list, rows + `<a href="index.html">首页</a> <a href="index_1.html">下一页</a> <a href="index_9.html">尾页</a>`, pages("index", "html", 1, 1)},
		{"counted down", "http://a.gov.cn/rdzx/tzgg.htm", rows + `共31页 <a href="tzgg/30.htm">下页</a> <a href="tzgg/1.htm">尾页</a>`, []string{"http://a.gov.cn/rdzx/tzgg/30.htm"}},
		{"rel=next", list, `<head><link rel="next" href="index_2.html"></head>` + rows, pages("index", "html", 2, 2)},
		{"numbered links", list, rows + `<a href="index.html">1</a><a href="index_2.html">2</a><a href="index_3.html">3</a>`, pages("index", "html", 2, 3)},
		{"numbered links, out of order, with a next", "http://a.gov.cn/rdzx/index_2.html",
			rows + `<a href="index_9.html">9</a><a href="index.html">1</a><a href="index_3.html">3</a><a href="index_3.html">下一页</a>`,
			[]string{"http://a.gov.cn/rdzx/index_3.html", "http://a.gov.cn/rdzx/index_9.html"}},
		{"numbered parameters", "http://a.gov.cn/list.jsp?id=7&page=2", rows +
			`<a href="?id=7&page=1">1</a><a href="?id=7&page=3">3</a><a href="?id=8&page=4">4</a><a href="?id=9">9</a>`,
			[]string{"http://a.gov.cn/list.jsp?id=7&page=3"}},
		{"numbers that lead elsewhere", list, rows + `<a href="/zt/index_2.html">2</a><a href="t20240525_2166460.html">3</a><a href="index_2023.html">2023</a>`, nil},
		{"broken script", list, `<script>createPageHTML(3, 0, "index`, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := extract.Open(extract.Input{URL: c.url, Status: 200, Payload: []byte("<html><meta charset=utf-8><body>" + c.html)})
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.want, next(p, c.url)); d != "" {
				t.Errorf("next (-want +got):\n%s", d)
			}
		})
	}
}

// next are the addresses of the further pages of the list on p.
func next(p *extract.Page, url string) (urls []string) {
	for _, r := range discover.Read(discover.Answer{URL: url, Page: p, Text: p.HTML()}).Next {
		urls = append(urls, r.ReplayURL())
	}
	return urls
}

func FuzzNext(f *testing.F) {
	f.Add("http://a.cn/index_1.html", `<script>var currentPage=1,countPage = 3; createPageHTML(4, 0, "in/../dex", "html")</script><a href=?p=2>2</a>`)
	f.Fuzz(func(t *testing.T, url, html string) {
		p, err := extract.Open(extract.Input{URL: "http://a.cn/", Payload: []byte(html)})
		if err != nil {
			t.Skip()
		}
		for _, u := range next(p, url) {
			if u == "" || u == url {
				t.Errorf("next of %q holds %q", url, u)
			}
		}
	})
}

// What a sitemap lists and is not read is told.
func TestSitemapsCutShort(t *testing.T) {
	set := func(n int, end string) string {
		return `<?xml version="1.0"?><urlset>` + strings.Repeat(`<url><loc>http://a.cn/x.html</loc></url>`, n) + end
	}
	for _, c := range []struct {
		name, text string
		rows       int
		short      string
	}{
		{"whole", set(3, "</urlset>"), 3, ""},
		{"as large as may be", set(50_000, "</urlset>\n"), 50_000, ""},
		{"too large", set(50_001, "</urlset>"), 50_000, "only 50000 addresses of the sitemap are read"},
		{"broken off", set(3, "<url><loc"), 3, "the sitemap is damaged behind 3 addresses: "},
		{"damaged", set(2, "<url><<"), 2, "the sitemap is damaged behind 2 addresses: "},
		{"an index of too many", "<sitemapindex>" + strings.Repeat("<sitemap><loc>/s</loc></sitemap>", 501) + "</sitemapindex>", 0, "only 500 addresses"},
		{"deep", "<urlset>" + strings.Repeat("<a>", 30), 0, "deeper than 20"},
	} {
		l := discover.Read(discover.Answer{URL: "http://a.cn/sitemap.xml", Text: c.text})
		if len(l.Rows) != c.rows || !strings.Contains(l.Short, c.short) || c.short == "" && l.Short != "" {
			t.Errorf("%s: %d rows, short %q; want %d, %q", c.name, len(l.Rows), l.Short, c.rows, c.short)
		}
	}
}
