package extract_test

import (
	"fmt"
	"strings"
	"testing"

	"fangzhi/archive"
	"fangzhi/extract"
)

// A line with a day and no more, right below the title, is the one with date and source,
// where a page has no such line: short texts and tables stand below it, and a heading
// right above it is the title, whatever <title> says.
func TestTextBelowABareDay(t *testing.T) {
	const table = `<table border="1"><tr><td><p>项目名称</p></td><td colspan="3"><p>石永镇公路改建工程</p></td></tr><tr><td><p>招标人</p></td><td><p>县交通运输局</p></td><td><p>联系电话</p></td><td><p>0826-3221234</p></td></tr>
<tr><td><p>第一候选人</p></td><td><p>四川路桥建设有限公司</p></td><td><p>报价（元）</p></td><td><p>23456789.00</p></td></tr></table>`
	for name, c := range map[string]struct{ head, title, main, want string }{
		"a short notice": {"停水通知", "停水通知", `<div class="bt">停水通知</div><div class="fb">2026-07-01</div><div class="nr"><p>因管网检修，城东片区7月2日8:00至18:00停水。</p><p>县自来水公司</p></div>`, "因管网检修，城东片区7月2日8:00至18:00停水。\n\n县自来水公司"},
		"with the time":  {"停水通知_青溪县人民政府", "停水通知", `<div>停水通知</div><div>2026-07-01 10:20:33</div><div><p>因管网检修，城东片区7月2日8:00至18:00停水。</p></div>`, "因管网检修，城东片区7月2日8:00至18:00停水。"},
		"in brackets":    {"停水通知", "停水通知", `<h3>停水通知</h3><div>（2026年7月1日 星期三）</div><div><p>因管网检修，城东片区7月2日8:00至18:00停水。</p></div>`, "因管网检修，城东片区7月2日8:00至18:00停水。"},
		"a table, a column's name in <title>": {"中标候选人公示", "石永镇公路改建工程中标候选人公示", `<div class="art-tit">石永镇公路改建工程中标候选人公示</div><div class="art-inf">2026-07-01 11:30:00</div><div class="art-con">` + table + `</div>`,
			"项目名称\t石永镇公路改建工程\n招标人\t县交通运输局\t联系电话\t0826-3221234\n第一候选人\t四川路桥建设有限公司\t报价（元）\t23456789.00"},
		"below a labelled day": {"停水通知", "停水通知", `<h1>停水通知</h1><div>发布时间：2026-07-01</div><div class="nr"><p>城东片区2026年7月2日8:00起停水。</p><p>请各位居民提前做好储水准备，由此带来的不便敬请谅解，服务热线0826-3228899。</p></div>`, "城东片区2026年7月2日8:00起停水。\n\n请各位居民提前做好储水准备，由此带来的不便敬请谅解，服务热线0826-3228899。"},
	} {
		t.Run(name, func(t *testing.T) {
			page := fmt.Sprintf(qingxiPage, c.head, c.main)
			r := open(t, extract.Input{URL: "http://www.qingxi.gov.cn/tzgg/202607/t20260701_5.html", Payload: []byte(page)}).Reading()
			if a := r.Article; r.Kind != archive.KindArticle || a.Title != c.title || a.Body != c.want || a.Published.Format("2006-01-02") != "2026-07-01" {
				t.Errorf("%s (%s), title %q, published %v, body %q", r.Kind, r.Signature, a.Title, a.Published, a.Body)
			}
		})
	}
}

// A heading right above the line with date and source is the title, and not the first
// one of the text, though nothing bears it out.
func TestTitleAboveHeadingsOfTheText(t *testing.T) {
	const text = `<h3>全县防汛工作会议召开</h3><p>4月14日，全县防汛抗旱工作会议召开，安排部署今年汛期各项准备工作。</p><h3>县图书馆新馆开馆</h3><p>4月16日，县图书馆新馆正式开馆，新馆建筑面积八千平方米，藏书三十万册。</p>`
	for name, title := range map[string]string{
		"h1":  `<h1>一周简讯（4月13日—4月19日）</h1>`,
		"h2":  `<h2>一周简讯（4月13日—4月19日）</h2>`,
		"div": `<div class="title">一周简讯（4月13日—4月19日）</div>`,
	} {
		t.Run(name, func(t *testing.T) {
			page := fmt.Sprintf(qingxiPage, "要闻动态", title+`<div class="m">发布时间：2026-04-20　来源：县政府办</div><div class="cc">`+text+`</div>`)
			r := open(t, extract.Input{URL: "http://www.qingxi.gov.cn/yw/202604/t20260420_5.html", Payload: []byte(page)}).Reading()
			if a := r.Article; a.Title != "一周简讯（4月13日—4月19日）" || !strings.HasPrefix(a.Body, "全县防汛工作会议召开") || !strings.HasSuffix(a.Body, "三十万册。") {
				t.Errorf("title %q, body %q", a.Title, a.Body)
			}
		})
	}
}

// The day that a short text is signed with is no line with the page's date, and what
// stands above it is the text.
func TestShortTextThatIsSigned(t *testing.T) {
	for name, c := range map[string]struct{ info, day string }{
		"a bare day":    {"2026-07-01", "2026年7月1日"},
		"a label":       {"发布时间：2026-07-01 来源：县自来水公司", "2026年7月1日"},
		"in numerals":   {"发布时间：2026-07-01", "二〇二六年七月一日"},
		"right below":   {"发布时间：2026-07-01", "2026年7月1日"},
		"as the page's": {"发布时间：2026-07-01", "2026-07-01"},
	} {
		t.Run(name, func(t *testing.T) {
			text := []string{"因管网检修，城东片区7月2日8:00至18:00停水。", "服务热线：0826-3228899", "县自来水公司", c.day}
			if name == "right below" {
				text = []string{text[0], c.day}
			}
			main := `<div class="bt">停水通知</div><div class="fb">` + c.info + `</div><div class="nr"><p>` + strings.Join(text, "</p><p>") + `</p></div>`
			r := open(t, extract.Input{URL: "http://www.qingxi.gov.cn/tzgg/202607/t20260701_5.html", Payload: fmt.Appendf(nil, qingxiPage, "停水通知", main)}).Reading()
			if a := r.Article; r.Kind != archive.KindArticle || a.Body != strings.Join(text, "\n\n") || a.Published.Format("2006-01-02") != "2026-07-01" {
				t.Errorf("%s (%s), published %v, body %q", r.Kind, r.Signature, a.Published, a.Body)
			}
		})
	}
}
