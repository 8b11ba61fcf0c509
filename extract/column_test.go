package extract_test

import (
	"fmt"
	"strings"
	"testing"

	"fangzhi/archive"
	"fangzhi/extract"
)

// qingxiPage is a page of a small portal whose frame names nothing.
const qingxiPage = `<!DOCTYPE html><html><head><meta charset="utf-8"><title>%s</title></head><body>
<div class="top"><img src="/img/logo.png" alt="logo"><a href="/">首页</a> <a href="/yw/">要闻动态</a> <a href="/tzgg/">通知公告</a></div>
%s
<div class="foot">主办：青溪县人民政府办公室 备案号：浙ICP备12345678号</div></body></html>`

// A column that lists a row or two as yet is a list, however its rows are set.
func TestColumnOfFewRows(t *testing.T) {
	type row struct{ path, title, day string }
	rows := []row{
		{"202611/t20261108_202.html", "青溪县公开选调教师公告", "2026-11-08"},
		{"202611/t20261103_201.html", "关于2026年城乡居民医保缴费的通知", "2026-11-03"},
	}
	short := []row{{"202611/t20261108_202.html", "停水通知", "2026-11-08"}, {"202611/t20261103_201.html", "招聘公告", "2026-11-03"}}
	const summary = "因工作需要，县教育局面向全县公开选调教师36名，现将有关事项公告如下。"
	for _, c := range []struct {
		name, before, each, after string
		rows                      []row
	}{
		{"items", `<h2>通知公告</h2><ul>`, `<li><a href="/tzgg/%s">%s</a><span>%s</span></li>`, `</ul>`, rows},
		{"items with short titles", `<h2>通知公告</h2><ul>`, `<li><a href="/tzgg/%s">%s</a><span>%s</span></li>`, `</ul>`, short},
		{"paragraphs", `<h2>通知公告</h2>`, `<p><a href="%s">%s</a> [%s]</p>`, ``, rows},
		{"a block each for the day", `<h2>通知公告</h2>`, `<div class="item"><div><a href="%s">%s</a></div><div>%s</div></div>`, ``, rows},
		{"a labelled day each", `<h2>通知公告</h2>`, `<div class="item"><h3><a href="%s">%s</a></h3><div>发布时间：%s</div></div>`, ``, rows},
		{"a table", `<h2>通知公告</h2><table><tr><th>标题</th><th>发布日期</th></tr>`, `<tr><td><a href="%s">%s</a></td><td>%s</td></tr>`, `</table>`, rows},
		{"where the reader is, and a pager", `<div>当前位置：<a href="/">首页</a> &gt; <a href="/tzgg/">通知公告</a></div><h2>通知公告</h2><ul>`,
			`<li><a href="/tzgg/%s">%s</a><span>%s</span></li>`, `</ul><div>共2条记录 第1/1页 <span>首页</span> <span>上一页</span> <span>下一页</span> <span>尾页</span></div>`, rows},
		{"no heading", `<ul>`, `<li><a href="/tzgg/%s">%s</a><span>%s</span></li>`, `</ul>`, rows},
		{"a picture each", `<h2>通知公告</h2><ul>`, `<li><img src="/img/a.jpg"><a href="/tzgg/%s">%s</a><span>%s</span></li>`, `</ul>`, rows},
		{"today's date", `<div>今天是2026年11月30日 星期一</div><h2>通知公告</h2><ul>`, `<li><a href="/tzgg/%s">%s</a><span>%s</span></li>`, `</ul>`, rows},
		{"summaries", `<h2>通知公告</h2><ul>`, `<li><a href="/tzgg/%s">%s</a><span>%s</span><p>` + summary + `</p></li>`, `</ul>`, rows},
	} {
		for n := 1; n <= len(c.rows); n++ {
			if n == 1 && (c.name == "summaries" || c.name == "a picture each") {
				continue // it may be an article with one that is related
			}
			for _, title := range []string{"通知公告", "通知公告-青溪县人民政府"} {
				t.Run(fmt.Sprintf("%s, %d, %s", c.name, n, title), func(t *testing.T) {
					var b strings.Builder
					for _, r := range c.rows[:n] {
						fmt.Fprintf(&b, c.each, r.path, r.title, r.day)
					}
					page := fmt.Sprintf(qingxiPage, title, c.before+b.String()+c.after)
					p := open(t, extract.Input{URL: "http://www.qingxi.gov.cn/tzgg/", Payload: []byte(page)})
					r := p.Reading()
					if r.Kind != archive.KindList || r.Trouble != archive.TroubleNone || r.Article.Title != "通知公告" {
						t.Errorf("%s, trouble %q (%s), title %q, body %q, pictures %q", r.Kind, r.Trouble, r.Signature, r.Article.Title, r.Article.Body, r.Article.Pictures)
					}
					found := 0
					for _, l := range p.Links() {
						if l.Row && l.Day != "" {
							found++
						}
					}
					if found < n {
						t.Errorf("%d rows with a day, want %d at least", found, n)
					}
				})
			}
		}
	}
}

// An article with related ones below is an article, however little it says.
func TestArticleWithFewRows(t *testing.T) {
	related := `<ul><li><a href="/tzgg/202611/t20261103_201.html">关于2026年城乡居民医保缴费的通知</a><span>2026-11-03</span></li>` +
		`<li><a href="/tzgg/202611/t20261108_202.html">青溪县公开选调教师公告</a><span>2026-11-08</span></li></ul>`
	one := `<p><a href="/tzgg/202611/t20261103_201.html">关于2026年城乡居民医保缴费的通知</a> 2026-11-03</p>`
	const title = "关于公布全县防汛值班电话的通知"
	for name, body := range map[string]string{
		"a sentence":                  `<h1>` + title + `</h1><p>防汛值班电话已变更，请各单位知悉。</p>`,
		"a sentence under a date":     `<h1>` + title + `</h1><p>2026-11-12</p><div>见附件</div>`,
		"a date line":                 `<h1>` + title + `</h1><p>发布时间：2026-11-12 来源：县应急管理局</p><div>略</div>`,
		"a picture":                   `<h1>` + title + `</h1><p><img src="/202611/a.jpg"></p>`,
		"a document":                  `<h1>` + title + `</h1><p><a href="/202611/a.pdf">电话.pdf</a></p>`,
		"a text":                      `<h1>` + title + `</h1><p>县防汛办今天发出通知，要求各乡镇落实值班值守，加强巡查，遇有险情及时上报。</p>`,
		"a text between lines":        `<h1>` + title + `</h1><p>各乡镇：</p><p>防汛值班电话已变更，请各单位知悉。</p><p>县应急管理局</p>`,
		"a sentence in a wrapper too": `<h1>` + title + `</h1><div class="content"><p>防汛值班电话已变更，请各单位知悉。</p></div>`,
	} {
		for at, rows := range map[string]string{"two rows": related, "a row": one} {
			t.Run(name+", "+at, func(t *testing.T) {
				r := open(t, extract.Input{URL: "http://www.qingxi.gov.cn/yw/202611/t20261112_104.html", Payload: fmt.Appendf(nil, qingxiPage, title, body+rows)}).Reading()
				if r.Kind != archive.KindArticle {
					t.Errorf("%s (%s)", r.Kind, r.Signature)
				}
			})
		}
	}
}

// Pictures of the site's header, menu and footer are not the article's.
func TestPicturesOfTheFrame(t *testing.T) {
	const text = `<p>发布时间：2026-11-12 09:30 来源：县应急管理局</p><p>11月12日，县森林防火指挥部召开会议，部署秋季森林防火工作。</p>%s` +
		`<p>会议强调，要压实护林员巡护责任，严控野外用火，做到早发现、早处置。</p>`
	const title = "全县秋季森林防火工作部署"
	const own = `<p><img src="/202611/a.jpg"></p>`
	for _, c := range []struct{ name, body string }{
		{"above the title", `<div class="b"><img src="/img/top.jpg"></div><h1>` + title + `</h1>` + text},
		{"a header", `<header><a href="/x/"><img src="/img/top.jpg"></a></header><h1>` + title + `</h1>` + text},
		{"a footer", `<h1>` + title + `</h1>` + text + `<footer><img src="/img/gwab.png"></footer>`},
		{"the record's icon", `<h1>` + title + `</h1>` + text + `<p><img src="/img/gwab.png"> 备案号：浙公网安备33010000000000号</p>`},
		{"a link to the home page", `<h1>` + title + `</h1>` + text + `<p><a href="http://www.qingxi.gov.cn/"><img src="/img/back.png"></a></p>`},
		{"a logo in the same wrapper", `<div class="wrap"><div><img src="/img/site-logo.png"></div><h1>` + title + `</h1>` + text + `</div>`},
	} {
		for _, has := range []string{own, ""} {
			t.Run(fmt.Sprintf("%s, %d", c.name, len(has)), func(t *testing.T) {
				r := open(t, extract.Input{URL: "http://www.qingxi.gov.cn/yw/202611/t20261112_104.html", Payload: fmt.Appendf(nil, qingxiPage, title, fmt.Sprintf(c.body, has))}).Reading()
				want := ""
				if has != "" {
					want = "http://www.qingxi.gov.cn/202611/a.jpg"
				}
				if got := strings.Join(r.Article.Pictures, " "); r.Kind != archive.KindArticle || !strings.Contains(r.Article.Body, "森林防火指挥部") || got != want {
					t.Errorf("%s (%s), pictures %q, want %q, body %q", r.Kind, r.Signature, got, want, r.Article.Body)
				}
			})
		}
	}
	r := open(t, extract.Input{URL: "http://www.qingxi.gov.cn/yw/1.html", Payload: fmt.Appendf(nil, qingxiPage, title, `<h1>`+title+`</h1><p>2026-11-12</p>`)}).Reading()
	if v := archive.Judge(archive.Page{}, archive.Capture{Status: 200, Payload: []byte("x")}, &r); v.Outcome != archive.Unreadable {
		t.Errorf("a page without a body and with the site's logo: %s (%s), %s", r.Kind, r.Signature, v.Outcome)
	}
	r = open(t, extract.Input{URL: "http://www.qingxi.gov.cn/yw/1.html", Payload: fmt.Appendf(nil, qingxiPage, title, `<h1>征集县徽</h1><p>发布时间：2026-11-12</p><div id="zoom"><p>入选的标志设计方案如下，欢迎提出意见，截止本月底。</p><img src="/202611/logo.png"></div>`)}).Reading()
	if len(r.Article.Pictures) != 1 {
		t.Errorf("a logo that an article shows: %q", r.Article.Pictures)
	}
}
