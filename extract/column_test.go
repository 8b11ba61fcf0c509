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
		{"a picture each, linked", `<h2>通知公告</h2>`, `<div class="item"><div class="pic"><a href="%[1]s"><img src="/img/a.jpg"></a></div><div class="txt"><h3><a href="%[1]s">%[2]s</a></h3><p>` + summary + `</p><span>%[3]s</span></div></div>`, ``, rows},
		{"a summary each, and a link to more", `<h2>通知公告</h2>`, `<div><div><a href="%[1]s">%[2]s</a> %[3]s</div><div>` + summary + `<a href="%[1]s">[详细]</a></div></div>`, ``, rows},
		{"a summary each in a block", `<h2>通知公告</h2>`, `<div class="item"><h3><a href="%s">%s</a></h3><p>` + summary + `</p><div>%s</div></div>`, ``, rows},
		{"definitions", `<h2>通知公告</h2>`, `<dl><dt><a href="%s">%s</a></dt><dd>` + summary + `</dd><dd>%s</dd></dl>`, ``, rows},
		{"summaries", `<h2>通知公告</h2><ul>`, `<li><a href="/tzgg/%s">%s</a><span>%s</span><p>` + summary + `</p></li>`, `</ul>`, rows},
	} {
		for n := 1; n <= len(c.rows); n++ {
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

// So is one whose only row has the day set large, over its month, and gives the page
// the best title that it has; and one of clean URLs, whose menu links the page itself.
func TestColumnOfOneRow(t *testing.T) {
	for name, c := range map[string]struct{ url, page string }{
		"a large day": {"/tzgg/", fmt.Sprintf(qingxiPage, "青溪县人民政府 通知公告", `<div class="list"><div class="date"><b>08</b><i>2026-11</i></div><div class="r"><h4><a href="/tzgg/202611/t20261108_202.html">青溪县公开选调教师公告</a></h4>
			<p>因工作需要，县教育局面向全县公开选调教师36名，现将有关事项公告如下。</p></div></div>`)},
		"clean URLs": {"/news", `<html><head><title>News | Ashby County Council</title></head><body><nav><a href="/">Home</a><a href="/news">News</a></nav><h1>News</h1><div class="card"><img src="/i/a.jpg">
			<div class="card-body"><h2><a href="/news/road-closure">Road closure on Mill Lane</a></h2><p class="date">8 November 2026</p><p>Mill Lane will be closed between the bridge and the station for two weeks, while the water main is replaced.</p></div></div></body></html>`},
	} {
		r := open(t, extract.Input{URL: "http://www.qingxi.gov.cn" + c.url, Payload: []byte(c.page)}).Reading()
		if r.Kind != archive.KindList {
			t.Errorf("%s: %s (%s), title %q, body %q", name, r.Kind, r.Signature, r.Article.Title, r.Article.Body)
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
		for at, rows := range map[string]string{"two rows": related, "a row": one,
			"a row with a summary": `<ul><li>` + strings.TrimSuffix(strings.TrimPrefix(one, "<p>"), "</p>") + `<p>参保人员应于十二月底前缴费，逾期不予补缴，具体办法见通知。</p></li></ul>`,
			"a row with a picture": `<div><a href="/tzgg/202611/t20261103_201.html"><img src="/img/b.jpg"></a>` + one + `</div>`,
		} {
			t.Run(name+", "+at, func(t *testing.T) {
				r := open(t, extract.Input{URL: "http://www.qingxi.gov.cn/yw/202611/t20261112_104.html", Payload: fmt.Appendf(nil, qingxiPage, title, body+rows)}).Reading()
				if r.Kind != archive.KindArticle {
					t.Errorf("%s (%s)", r.Kind, r.Signature)
				}
			})
		}
	}
}

// The links to what is before and after an article are no rows, though its date stands
// in the same element as they.
func TestArticleBetweenOthers(t *testing.T) {
	const before, after = `<p>上一条：<a href="3343.htm">县供电公司召开迎峰度冬会议</a></p>`, `<p>下一条：<a href="3345.htm">关于开展冬季用电安全检查的通知</a></p>`
	for name, links := range map[string]string{"both": before + after, "before": before + `<p>下一条：没有了</p>`, "after": `<p>上一条：没有了</p>` + after} {
		const text = `<form name="_newscontent_fromname"><h1>关于停电的通知</h1><div class="xx">日期：2026-11-12　点击：[<span>12</span>]</div><div id="vsb_content"><div class="v_news_content"><p>各用户：</p><p>明日检修停电。</p></div></div>`
		r := open(t, extract.Input{URL: "http://www.qingxi.gov.cn/info/1012/3344.htm", Payload: fmt.Appendf(nil, qingxiPage, "关于停电的通知", text+links+"</form>")}).Reading()
		if r.Kind != archive.KindArticle || r.Article.Body != "各用户：\n\n明日检修停电。" {
			t.Errorf("%s: %s (%s), body %q", name, r.Kind, r.Signature, r.Article.Body)
		}
	}
}

// An article whose text begins with a link, of what it explains say, is no column that
// lists that, though it link itself where the reader is.
func TestArticleThatBeginsWithALink(t *testing.T) {
	const title = "青溪县防汛值班工作办法解读"
	const text = `<h1>` + title + `</h1><div class="content"><p><a href="/tzgg/202611/t20261101_200.html">青溪县防汛值班工作办法</a></p><p>本办法自印发之日起施行，由县应急管理局负责解释。</p><p>2026-11-12</p></div>`
	for name, body := range map[string]string{
		"alone":                       text,
		"with where its reader is":    `<div>当前位置：<a href="/">首页</a> &gt; <a href="/yw/">要闻动态</a></div>` + text,
		"with a link to itself above": `<div>当前位置：<a href="/">首页</a> &gt; <a href="/yw/202611/t20261112_104.html">` + title + `</a></div>` + text,
	} {
		t.Run(name, func(t *testing.T) {
			r := open(t, extract.Input{URL: "http://www.qingxi.gov.cn/yw/202611/t20261112_104.html", Payload: fmt.Appendf(nil, qingxiPage, title, body)}).Reading()
			if r.Kind != archive.KindArticle || !strings.Contains(r.Article.Body, "自印发之日起施行") {
				t.Errorf("%s (%s), body %q", r.Kind, r.Signature, r.Article.Body)
			}
		})
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
