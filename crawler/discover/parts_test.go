package discover_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"fangzhi/crawler/discover"
	"fangzhi/extract"
)

func TestParts(t *testing.T) {
	const first = "http://a.gov.cn/rdzx/202202/t20220213_552130.html"
	part := func(n int, sure bool, url string) discover.Part {
		return discover.Part{URL: "http://a.gov.cn/rdzx/202202/" + url, Number: n, Sure: sure}
	}
	for _, c := range []struct {
		name, url, html string
		want            []discover.Part
	}{
		{"an article of one page", first, `<script>createPageHTML(1, 0, "t20220213_552130", "html");</script>`, nil},
		{"TRS", first, `<script>createPageHTML(3, 0, "t20220213_552130", "html");</script>`,
			[]discover.Part{part(1, true, "t20220213_552130_1.html"), part(2, true, "t20220213_552130_2.html")}},
		{"TRS, from 1", first, `<script>createPageHTML('pages', 2, 1, 't20220213_552130', 'html', 30);</script>`,
			[]discover.Part{part(2, true, "t20220213_552130_2.html")}},
		{"the pager of another page", first, `<script>createPageHTML(9, 0, "t20220214_552131", "html");</script>`, nil},
		{"the pager of a list", "http://a.gov.cn/rdzx/202202/index.html", `<script>createPageHTML(9, 0, "index", "html");</script>`, nil},
		{"numbered links", first, `<a href="t20220213_552130_1.html">2</a> <a href="./t20220213_552130_2.html">[3]</a>`,
			[]discover.Part{part(1, false, "t20220213_552130_1.html"), part(2, false, "t20220213_552130_2.html")}},
		{"from 1, in words", first, `<a href="t20220213_552130.html">1</a><a href="t20220213_552130_2.html">第2页</a><a href="t20220213_552130_2.html">下一页</a>`,
			[]discover.Part{part(2, false, "t20220213_552130_2.html")}},
		{"下一页 that is the next article", first, `<a href="t20220212_552101.html">下一页</a>`, nil},
		{"a year", first, `<a href="t20220213_552130_2.html">2023</a>`, nil},
		{"another host", first, `<a href="http://b.gov.cn/rdzx/202202/t20220213_552130_2.html">2</a>`, nil},
		{"a copy for printing", first, `<a href="t20220213_552130_print.html">下一页</a>`, nil},
		{"a parameter", "http://a.gov.cn/rdzx/202202/show.asp?id=7", `<a href="show.asp?id=7&page=2">2</a><a href="show.asp?id=8&page=2">3</a><a href="show.asp?id=8">下一页</a>`,
			[]discover.Part{part(2, false, "show.asp?id=7&page=2")}},
		{"a parameter alone", "http://a.gov.cn/rdzx/202202/show.asp?id=7", `<a href = '?id=7&page=2'>2</a><a href=?id=7&page=3>3</a>`,
			[]discover.Part{part(2, false, "show.asp?id=7&page=2"), part(3, false, "show.asp?id=7&page=3")}},
		{"a name in Chinese", "http://a.gov.cn/rdzx/202202/通知.html", `<a href="%E9%80%9A%E7%9F%A5_2.html">2</a>`,
			[]discover.Part{part(2, false, "%E9%80%9A%E7%9F%A5_2.html")}},
		{"a parameter that is no page", "http://a.gov.cn/rdzx/202202/show.asp?id=7", `<a href="show.asp?id=7&type=2">2</a>`, nil},
		{"numbered articles", "http://a.gov.cn/rdzx/1234.htm", `<a href="1235.htm">下一页</a>`, nil},
		{"a number that is a trap", first, `<a href="t20220213_552130_99999.html">下一页</a>`, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := extract.Open(extract.Input{URL: c.url, Payload: []byte("<h1>河湾大桥建成通车</h1>" + c.html)})
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.want, discover.Parts(p, c.url)); d != "" {
				t.Error(d)
			}
		})
	}
}

// FuzzParts: the further pages of an article stand on its host, each once, in
// the order of their numbers, and are not the article itself.
func FuzzParts(f *testing.F) {
	f.Add("http://a.cn/t20220213_552130.html", `<script>createPageHTML(4, 0, "t20220213_552130", "html")</script><a href=t20220213_552130_9.html>9</a>`)
	f.Add("t20220213_552130", `<script>createPageHTML(2, 0, "t20220213_552130", "html")</script>`)
	f.Add("http://a.cn/show.asp?id=7", `<a href="?id=7&page=2">2</a><a href="?id=7&page=02">下一页</a>`)
	f.Fuzz(func(t *testing.T, first, html string) {
		p, err := extract.Open(extract.Input{URL: "http://a.cn/", Payload: []byte(html)})
		if err != nil {
			t.Skip()
		}
		seen := map[int]bool{}
		last := 0
		for _, part := range discover.Parts(p, first) {
			if part.Number < last || part.Number > 999 || seen[part.Number] || part.URL == "" || part.URL == first {
				t.Errorf("of %q: %+v after number %d", first, part, last)
			}
			seen[part.Number], last = true, part.Number
		}
	})
}

// FuzzRead: whatever answers for a list, what it lists and leads to is an
// address.
func FuzzRead(f *testing.F) {
	for _, text := range []string{
		`<urlset><url><loc>http://a.cn/1.html</loc><lastmod>2024-01-01</lastmod></url></urlset>`,
		`<rss><channel><item><title>x</title><link>http://a.cn/1.html</link><pubDate>Mon, 01 Jan 2024 00:00:00 GMT</pubDate></item></channel></rss>`,
		`{"total":3,"articles":[{"id":1,"title":"关于印发方案的通知","url":"/a.html","display_publish_time":1704067200}]}`,
		`<datastore><totalrecord>3</totalrecord><recordset><record><![CDATA[<li><a href="/a.html">x</a></li>]]></record></recordset></datastore>`,
		`{"success":true,"data":{"html":"<ul><li><a href='/a.html'>x</a></li></ul>"}}`,
	} {
		f.Add("http://a.cn/list", text)
	}
	f.Fuzz(func(t *testing.T, rawURL, text string) {
		l := discover.Read(discover.Answer{URL: rawURL, Text: text})
		for _, r := range l.Next {
			if r.URL == "" {
				t.Errorf("%q leads to nothing: %+v", text, r)
			}
		}
	})
}
