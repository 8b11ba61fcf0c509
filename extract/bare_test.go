package extract_test

import (
	"fmt"
	"strings"
	"testing"

	"fangzhi/archive"
	"fangzhi/extract"
)

// Paragraphs of a short article, of which one alone is long.
var bareParagraphs = []string{
	"各乡镇：",
	"县防汛办今天发出通知。",
	"受台风外围云系影响，预计九日夜间至十一日白天全县将有一次强降雨过程，各乡镇要落实值班值守，加强山塘水库巡查，遇有险情立即转移受威胁群众并及时上报。",
	"请认真执行。",
	"河湾县防汛办",
	"2024年8月9日",
}

// frame is what stands round an article that has no element of its own.
const frame = `<html><head><title>关于防范强降雨的通知-河湾县人民政府</title></head><body>
<div class="header"><a href="/">河湾县人民政府</a> 今天是2024年9月1日 星期日</div>
<ul class="nav"><li><a href="/zwgk/">政务公开</a></li><li><a href="/yw/">要闻动态</a></li><li><a href="/fw/">办事服务</a></li><li><a href="/hd/">互动交流</a></li></ul>
<h1>关于防范强降雨的通知</h1>
<p>发布时间：2024-08-09 15:20　来源：县防汛办</p>
%s
<ul><li><a href="/yw/1.html">全县上半年经济运行情况通报会召开</a></li><li><a href="/yw/2.html">我县启动夏季爱国卫生运动</a></li><li><a href="/yw/3.html">县领导调研重点项目建设</a></li></ul>
<div class="foot"><p>主办：河湾县人民政府办公室　承办：县大数据中心　网站标识码：4300000000</p><p>地址：河湾县人民路一号，欢迎通过政务热线提出意见建议，我们将在五个工作日内认真办理并给予答复。</p></div>
</body></html>`

// An article whose paragraphs stand in no element of their own is read whole,
// however short most of them are, and without what stands round them.
func TestBareText(t *testing.T) {
	each := func(open, end string) string {
		var b strings.Builder
		for _, s := range bareParagraphs {
			b.WriteString(open + s + end + "\n")
		}
		return b.String()
	}
	for _, c := range []struct{ name, page string }{
		{"paragraphs in the body", fmt.Sprintf(frame, each("<p>", "</p>"))},
		{"paragraphs in the body, with styles", fmt.Sprintf(frame, each(`<p style="text-indent:2em"><span><font size="3">`, "</font></span></p>"))},
		{"a line each in the body", fmt.Sprintf(frame, each("　　", "<br>"))},
		{"two line breaks each", fmt.Sprintf(frame, each("　　", "<br><br>"))},
		{"in <center>", fmt.Sprintf(frame, "<center>"+each("<p>", "</p>")+"</center>")},
		{"in <font>", fmt.Sprintf(frame, "<font size=3>"+each("<p>", "</p>")+"</font>")},
		{"a line each in <font>", fmt.Sprintf(frame, "<font size=3>"+each("", "<br>")+"</font>")},
		{"a <div> each", fmt.Sprintf(frame, each("<div>", "</div>"))},
		{"a <div> of a class each", fmt.Sprintf(frame, each(`<div class="MsoNormal">`, "</div>"))},
		{"a <div> each in one of its own", fmt.Sprintf(frame, "<div>"+each("<div>", "</div>")+"</div>")},
		{"in a form", strings.Replace(strings.Replace(fmt.Sprintf(frame, each("<p>", "</p>")), "<body>", "<body><form id=aspnetForm>", 1), "</body>", "</form></body>", 1)},
		{"in a cell", fmt.Sprintf(frame, "<table><tr><td><ul><li><a href=/1>要闻动态</a></li><li><a href=/2>部门动态</a></li></ul></td><td>"+each("<p>", "</p>")+"</td></tr></table>")},
		{"a line each in a cell", fmt.Sprintf(frame, "<table><tr><td><ul><li><a href=/1>要闻动态</a></li><li><a href=/2>部门动态</a></li></ul></td><td>"+each("", "<br>")+"</td></tr></table>")},
		{"everything in a cell", strings.Replace(strings.Replace(fmt.Sprintf(frame, each("<p>", "</p>")), "<body>", "<body><table><tr><td>", 1), "</body>", "</td></tr></table></body>", 1)},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := open(t, extract.Input{URL: "http://www.hewan.gov.cn/tzgg/202408/1.html", Payload: []byte(c.page)}).Reading()
			got := strings.Fields(r.Article.Body)
			if r.Kind != archive.KindArticle || strings.Join(got, "\n") != strings.Join(bareParagraphs, "\n") {
				t.Errorf("kind %q (%s), body by %v:\n%s", r.Kind, r.Signature, r.Article.Evidence, r.Article.Body)
			}
		})
	}
}

// What stands between bare paragraphs and below them is text where it is a table
// of data, a heading or a list, and not where it is the page's.
func TestBareTextAndItsTables(t *testing.T) {
	long := "经县政府同意，现将全县各乡镇二季度环境空气质量考核结果予以公布，请各单位对照差距，认真整改，确保完成全年目标任务。"
	table := `<table border=1><tr><td>乡镇</td><td>得分</td></tr><tr><td>河湾镇</td><td>92.5</td></tr><tr><td>云溪镇</td><td>88.1</td></tr></table>`
	page := fmt.Sprintf(frame, "<p>"+long+"</p><h3>考核结果</h3>"+table+"<ul><li>考核由县环保局负责</li><li>结果每季公布一次</li></ul><p>特此公布。</p>"+strings.ReplaceAll(table, "得分", "名次"))
	r := open(t, extract.Input{URL: "http://www.hewan.gov.cn/tzgg/202408/1.html", Payload: []byte(page)}).Reading()
	want := long + "\n\n考核结果\n\n乡镇\t得分\n河湾镇\t92.5\n云溪镇\t88.1\n\n考核由县环保局负责\n结果每季公布一次\n\n特此公布。\n\n乡镇\t名次\n河湾镇\t92.5\n云溪镇\t88.1"
	if r.Article.Body != want {
		t.Errorf("body by %v:\n%s\nwant\n%s", r.Article.Evidence, r.Article.Body, want)
	}
}

// A table of data is text too where a wrapper of its own lets it scroll, which no
// paragraph has.
func TestTableInAWrapper(t *testing.T) {
	long := "经县政府同意，现将全县各乡镇二季度环境空气质量考核结果予以公布，请各单位对照差距，认真整改，确保完成全年目标任务。"
	table := `<table border=1><tr><td>乡镇</td><td>得分</td></tr><tr><td>河湾镇</td><td>92.5</td></tr><tr><td>云溪镇</td><td>88.1</td></tr></table>`
	read := func(text string) string {
		page := fmt.Sprintf(frame, `<div id="zoom">`+text+`</div>`)
		return open(t, extract.Input{URL: "http://www.hewan.gov.cn/tzgg/202408/1.html", Payload: []byte(page)}).Reading().Article.Body
	}
	want := long + "\n\n乡镇\t得分\n河湾镇\t92.5\n云溪镇\t88.1"
	for name, wrapper := range map[string]string{
		"by its style": `<div style="overflow-x:auto">%s</div>`,
		"of a class":   `<div class="table-wrap"><div class="inner">%s</div></div>`,
	} {
		in := fmt.Sprintf(wrapper, table)
		for at, c := range map[string]struct{ text, rest string }{
			"between paragraphs":      {"<p>" + long + "</p>" + in + "<p>其余各镇" + long + "</p>", "\n\n其余各镇" + long},
			"above the closing words": {"<p>" + long + "</p>" + in + "<p>特此公布。</p>", "\n\n特此公布。"},
			"at the end":              {"<p>" + long + "</p>" + in, ""},
		} {
			if got := read(c.text); got != want+c.rest {
				t.Errorf("%s, %s:\n%s\nwant\n%s", name, at, got, want+c.rest)
			}
		}
	}
	// A box with a table and more is none, nor is a menu made of one.
	for _, box := range []string{
		`<div class="box"><h4>空气质量实况</h4>` + table + `</div>`,
		`<div class="box"><table><tr><td><a href="/a/1.html">县情概况</a></td><td><a href="/a/2.html">乡镇风采</a></td></tr></table></div>`,
	} {
		if got := read("<p>" + long + "</p>" + box + "<p>其余各镇" + long + "</p>"); strings.Contains(got, "92.5") || strings.Contains(got, "县情概况") {
			t.Errorf("%s is read as text:\n%s", box, got)
		}
	}
}

// A table of the page's own in a wrapper of its own is no part of the text: what it
// counts would be a change of the article at each visit.
func TestBoxesInTables(t *testing.T) {
	long := "经县政府同意，现将全县各乡镇二季度环境空气质量考核结果予以公布，请各单位对照差距，认真整改，确保完成全年目标任务。"
	text := "<p>" + long + "</p><p>其余各镇" + long + "</p>"
	want := long + "\n\n其余各镇" + long
	for name, rows := range map[string]string{
		"hits":                 `<tr><td>浏览次数</td><td>N</td></tr>`,
		"online":               `<tr><td>当前在线</td><td>N人</td></tr><tr><td>今日访问</td><td>N2</td></tr>`,
		"online, three rows":   `<tr><td>当前在线：</td><td>N人</td></tr><tr><td>今日访问：</td><td>N2</td></tr><tr><td>总访问量：</td><td>7N2</td></tr>`,
		"online, side by side": `<tr><td>当前在线</td><td>今日访问</td><td>总访问量</td></tr><tr><td>N</td><td>1N</td><td>7N2</td></tr>`,
		"hits, in one cell":    `<tr><td>浏览：N次</td><td>字号</td><td>大</td></tr><tr><td>保存</td><td>打印</td><td>关闭</td></tr>`,
		"weather":              `<tr><td>今日天气</td><td>多云</td></tr><tr><td>气温</td><td>N℃</td></tr>`,
		"weather, three rows":  `<tr><td>今日天气</td><td>多云</td></tr><tr><td>气温</td><td>N℃</td></tr><tr><td>风力</td><td>2级</td></tr>`,
		"vote":                 `<tr><td>您对本文满意吗</td></tr><tr><td>满意 N</td><td>一般 3</td><td>不满意 0</td></tr>`,
		"vote, a row each":     `<tr><td>您对本文满意吗？</td></tr><tr><td>满意</td><td>N</td></tr><tr><td>一般</td><td>3</td></tr><tr><td>不满意</td><td>0</td></tr>`,
		"weather, with rules":  `<tr><td style="border:1px solid">今日天气</td><td>多云</td></tr><tr><td>实时气温</td><td>N℃</td></tr>`,
		"share":                `<tr><td>分享到</td><td>微信</td><td>微博</td></tr>`,
	} {
		box := `<table>` + rows + `</table>`
		for where, page := range map[string]string{
			"in an element": fmt.Sprintf(frame, `<div id="zoom">`+text+`<div class="x">`+box+`</div></div>`),
			"bare":          fmt.Sprintf(frame, text+box),
		} {
			t.Run(name+", "+where, func(t *testing.T) {
				read := func(n string) archive.Article {
					in := extract.Input{URL: "http://www.hewan.gov.cn/tzgg/202408/1.html", Payload: []byte(strings.ReplaceAll(page, "N", n))}
					return open(t, in).Reading().Article
				}
				a, b := read("31"), read("32")
				if a.Body != want {
					t.Errorf("read %q", strings.TrimPrefix(a.Body, want))
				}
				if archive.FingerprintOf(a) != archive.FingerprintOf(b) {
					t.Error("the article changed with the counter")
				}
			})
		}
	}
	// A single row of data under a wide head is data.
	wide := `<table><tr><td>企业名称</td><td>处罚事由</td><td>罚款（万元）</td></tr><tr><td>河湾化工厂</td><td>超标排放</td><td>12</td></tr></table>`
	in := extract.Input{URL: "http://www.hewan.gov.cn/tzgg/202408/1.html", Payload: []byte(fmt.Sprintf(frame, `<div id="zoom">`+text+`<div style="overflow-x:auto">`+wide+`</div></div>`))}
	if a := open(t, in).Reading().Article; a.Body != want+"\n\n企业名称\t处罚事由\t罚款（万元）\n河湾化工厂\t超标排放\t12" {
		t.Errorf("a wide table: %s", a.Body)
	}
}

// What an article reports of the hours of a day, and of two by two figures, is text.
func TestTablesOfFigures(t *testing.T) {
	long := "经县政府同意，现将全县各乡镇二季度环境空气质量考核结果予以公布，请各单位对照差距，认真整改，确保完成全年目标任务。"
	hours := `<table><tr><td>时间</td><td>实时气温（℃）</td></tr>`
	wantHours := "时间\t实时气温（℃）"
	for h := 8; h < 20; h++ {
		hours += fmt.Sprintf("<tr><td>%d时</td><td>%d</td></tr>", h, 10+h%7)
		wantHours += fmt.Sprintf("\n%d时\t%d", h, 10+h%7)
	}
	const cells = `<tr><td>指标</td><td>数值</td></tr><tr><td>用电量</td><td>3.2亿千瓦时</td></tr></table>`
	const want = "指标\t数值\n用电量\t3.2亿千瓦时"
	for name, c := range map[string]struct{ table, want string }{
		"hours":               {hours + "</table>", wantHours},
		"rules":               {`<table border="1">` + cells, want},
		"of a word processor": {`<table class="MsoNormalTable">` + cells, want},
		"rules by style":      {`<table style="border:1px solid #000">` + cells, want},
		"heads":               {`<table>` + strings.Replace(strings.Replace(cells, "<td>指标</td>", "<th>指标</th>", 1), "<td>数值</td>", "<th>数值</th>", 1), want},
	} {
		for where, page := range map[string]string{
			"in an element": fmt.Sprintf(frame, `<div id="zoom"><p>`+long+`</p><p>其余各镇`+long+`</p><div class="x">`+c.table+`</div></div>`),
			"bare":          fmt.Sprintf(frame, "<p>"+long+"</p><p>其余各镇"+long+"</p>"+c.table),
		} {
			a := open(t, extract.Input{URL: "http://www.hewan.gov.cn/tzgg/202408/1.html", Payload: []byte(page)}).Reading().Article
			if a.Body != long+"\n\n其余各镇"+long+"\n\n"+c.want {
				t.Errorf("%s, %s: %s", name, where, a.Body)
			}
		}
	}
	// The wrapper of a table on a page that is not Chinese has to say that it is one.
	const fees = `<html><body><h1>Parking permit fees</h1><div class="content"><p>The council has agreed new fees for resident parking permits, which apply from the first of April.</p><div class="%s"><table><tr><th>Zone</th><th>Fee</th></tr><tr><td>A</td><td>£45</td></tr></table></div><p>Permits bought before then keep the price that was paid for them, until they have to be renewed.</p></div></body></html>`
	for class, has := range map[string]bool{"table-responsive": true, "box": false} {
		a := open(t, extract.Input{URL: "http://www.ashby.gov.uk/news/fees", Payload: fmt.Appendf(nil, fees, class)}).Reading().Article
		if strings.Contains(a.Body, "Zone\tFee\nA\t£45") != has || !strings.Contains(a.Body, "keep the price") {
			t.Errorf("%s: %s", class, a.Body)
		}
	}
}

// What a notice of a job lists above its first paragraph is text, to the last day for
// those who apply.
func TestListAboveTheText(t *testing.T) {
	const page = `<html><body><nav><a href="/">Home</a><a href="/jobs">Jobs</a></nav><h1>Library clerk</h1><p>Published: 12 March 2026</p><dl><dt>Salary</dt><dd>£24,000</dd><dt>Closing date</dt><dd>30 March 2026</dd></dl>
		<p>We are looking for someone to join the team at the central library, who likes books and people in equal measure.</p></body></html>`
	a := open(t, extract.Input{URL: "http://www.ashby.gov.uk/jobs/clerk", Payload: []byte(page)}).Reading().Article
	const want = "Salary\n£24,000\nClosing date\n30 March 2026\n\nWe are looking for someone to join the team at the central library, who likes books and people in equal measure."
	if a.Body != want || a.Published.Format("2006-01-02") != "2026-03-12" {
		t.Errorf("published %s, body %q", a.Published, a.Body)
	}
}

// What a page says without a sentence, below its title, is text: the numbers of a
// county's offices. What a list or a menu says is not.
func TestPlainText(t *testing.T) {
	offices := []string{"县政府办公室", "县发展和改革局", "县教育局", "县公安局", "县民政局", "县财政局"}
	each := func(format string) (text string) {
		for i, name := range offices {
			text += fmt.Sprintf(format, name, i)
		}
		return text
	}
	want, signed := each("%s 0570-601123%d "), "河湾县人民政府 2026年3月2日 "
	const page = `<html><head><title>县直部门电话</title></head><body><div class="nav"><a href="/">首页</a><a href="/dh/">县直部门电话</a></div><h1>县直部门电话</h1>%s<div class="foot"><p>主办：河湾县人民政府办公室　网站标识码：4300000000</p></div></body></html>`
	for name, text := range map[string]string{
		"a table":                `<table>` + each("<tr><td>%s</td><td>0570-601123%d</td></tr>") + `</table>`,
		"a table, dated":         `<p>2026-03-02</p><table>` + each("<tr><td>%s</td><td>0570-601123%d</td></tr>") + `</table>`,
		"lines":                  each("%s 0570-601123%d<br>"),
		"a table, and who signs": `<table>` + each("<tr><td>%s</td><td>0570-601123%d</td></tr>") + `</table><p>河湾县人民政府</p><p>2026年3月2日</p>`,
		"paragraphs":             each("<p>%s 0570-601123%d</p>"),
		"lines in a cell":        `<table><tr><td><ul><li><a href="/a/">要闻</a></li></ul></td><td>` + each("%s 0570-601123%d<br>") + `</td></tr></table>`,
		"rows on the side":       each("%s 0570-601123%d<br>") + `<div class="sidebar"><ul><li><a href="/1.html">县政府第1次常务会议召开</a><span>2026-03-01</span></li><li><a href="/2.html">县政府第2次常务会议召开</a><span>2026-03-02</span></li><li><a href="/3.html">县政府第3次常务会议召开</a><span>2026-03-03</span></li></ul></div>`,
	} {
		r := open(t, extract.Input{URL: "http://www.hewan.gov.cn/dh/1.html", Payload: fmt.Appendf(nil, page, text)}).Reading()
		if got := strings.Join(strings.Fields(r.Article.Body), " ") + " "; r.Kind != archive.KindArticle || strings.TrimSuffix(got, signed) != want || strings.Contains(name, "signs") != strings.HasSuffix(got, signed) {
			t.Errorf("%s: %s (%s): %s", name, r.Kind, r.Signature, got)
		}
	}
	days := func(names ...string) string {
		rows := "<tr><th>" + strings.Join(names, "</th><th>") + "</th></tr>"
		for day := 1; day < 29; day += 7 {
			rows += "<tr>"
			for i := range 7 {
				rows += fmt.Sprintf("<td>%d</td>", day+i)
			}
			rows += "</tr>"
		}
		return rows
	}
	for name, text := range map[string]string{
		"a list":            `<ul>` + each(`<li><a href="/%s.html">县政府召开第%d次常务会议</a><p>2026-03-02</p></li>`) + `</ul>`,
		"a form":            `<form><p>标题：</p><p>文号：</p><p>发布机构：</p><p>年份：2026</p></form>`,
		"a block":           `<p>IP：203.0.113.9</p><p>2026-03-02 10:11:12</p><p>ID：8837462</p><p>规则：1002</p><p>节点：17</p>`,
		"counters":          `<div class="box1"><ul><li>今日访问 12345</li><li>昨日访问 54321</li><li>本月访问 998877</li><li>累计访问 123456789</li></ul></div>`,
		"a calendar":        `<table class="cal"><caption>2026年3月</caption>` + days("一", "二", "三", "四", "五", "六", "日") + `</table>`,
		"a calendar, 星期":    `<table class="cal">` + days("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日") + `</table>`,
		"an English one":    `<table class="cal">` + days("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su") + `</table>`,
		"links to sections": `<ul>` + each(`<li><a href="/%s/">第%d科</a></li>`) + `</ul>`,
	} {
		r := open(t, extract.Input{URL: "http://www.hewan.gov.cn/dh/", Payload: fmt.Appendf(nil, page, text)}).Reading()
		if r.Article.Body != "" {
			t.Errorf("%s: %s (%s): %s", name, r.Kind, r.Signature, r.Article.Body)
		}
	}
}

// Who is on duty on which day is no calendar.
func TestRosterOfAWeek(t *testing.T) {
	page := strings.ReplaceAll(fmt.Sprintf(frame, `<div id="zoom"><p>现将值班安排公布如下。</p><table border=1><tr><td>星期一</td><td>星期二</td><td>星期三</td><td>星期四</td><td>星期五</td><td>星期六</td></tr><tr><td>张三</td><td>李四</td><td>王五</td><td>赵六</td><td>孙七</td><td>周八</td></tr></table></div>`), "防范强降雨", "值班安排")
	r := open(t, extract.Input{URL: "http://www.hewan.gov.cn/tzgg/202408/1.html", Payload: []byte(page)}).Reading()
	if !strings.Contains(r.Article.Body, "张三\t李四\t王五\t赵六\t孙七\t周八") {
		t.Errorf("%s: %s", r.Kind, r.Article.Body)
	}
}

// What has an element of its own goes before what stands bare below it.
func TestTextInItsElement(t *testing.T) {
	const (
		info       = `<div class="info">2024-08-09 15:20 来源：县防汛办</div>`
		title      = `<h1>关于防范强降雨的通知</h1><p>发布时间：2024-08-09 15:20　来源：县防汛办</p><p>字号：大 中 小</p>`
		disclaimer = `<p>凡本网注明来源的作品，均转载自其它媒体，转载目的在于传递更多信息，并不代表本网赞同其观点和对其真实性负责。</p><p>如因作品内容、版权和其它问题需要同本网联系的，请在三十日内进行，我们将及时予以处理。</p>`
		news       = `县气象台昨日发布暴雨橙色预警，预计未来六小时内全县大部分乡镇降雨量将达五十毫米以上，请注意防范山洪地质灾害和城乡内涝。<br>近日，县市场监管局组织执法人员对城区农贸市场开展食品安全专项检查，共检查经营户一百二十家，下发整改通知书十五份。`
	)
	items := []string{"各乡镇：", "一、落实责任。", "二、加强巡查。", bareParagraphs[2], "三、及时上报。", "特此通知。"}
	short := []string{"因管网检修，人民路明日停水，请提前储水。"}
	p := func(lines []string) string { return "<p>" + strings.Join(lines, "</p>\n<p>") + "</p>" }
	for _, c := range []struct {
		name, page string
		want       []string
	}{
		{"TRS_Editor above a disclaimer", info + `<div class="TRS_Editor"><div class="Custom_UnionStyle">` + p(bareParagraphs) + `</div></div>` + disclaimer, bareParagraphs},
		{"article above a disclaimer", info + `<article>` + p(bareParagraphs) + `</article>` + disclaimer, bareParagraphs},
		{"article with its title above a disclaimer", `<article>` + title + p(bareParagraphs) + `</article>` + disclaimer, bareParagraphs},
		{"zoom above news parted by <br>", info + `<div id="zoom">` + p(items) + `</div><h3>网站声明</h3>` + news, items},
		{"zoom below its title, above news in paragraphs", title + `<div id="zoom">` + p(items) + `</div><p>` + strings.ReplaceAll(news, "<br>", "</p><p>") + `</p>`, items},
		{"zoom with one paragraph above a disclaimer and a remark", info + `<div id="zoom"><p>` + bareParagraphs[2] + `</p></div>` + strings.Replace(disclaimer, "其它问题需要同本网联系的", "其它问题需要联系的", 1), []string{bareParagraphs[2]}},
		{"a sentence in a section above a disclaimer", title + `<section>` + p(short) + `</section>` + disclaimer, short},
		{"a sentence in a div above a disclaimer", title + `<div>` + p(short) + `</div>` + disclaimer, short},
		{"bare above a box of news", title + p(bareParagraphs) + `<div class="news"><p>` + news[:strings.Index(news, "<br>")] + `</p></div>`, bareParagraphs},
	} {
		t.Run(c.name, func(t *testing.T) {
			page := `<html><head><title>关于防范强降雨的通知-河湾县人民政府</title></head><body><div class="header"><a href="/">河湾县人民政府</a></div>
				<ul class="nav"><li><a href="/zwgk/">政务公开</a></li><li><a href="/yw/">要闻动态</a></li><li><a href="/fw/">办事服务</a></li></ul>` + c.page +
				`<div class="foot"><p>主办：河湾县人民政府办公室　承办：县大数据中心　网站标识码：4300000000</p></div></body></html>`
			a := open(t, extract.Input{URL: "http://www.hewan.gov.cn/yw/1.html", Payload: []byte(page)}).Reading().Article
			if got := strings.Join(strings.Fields(a.Body), "\n"); got != strings.Join(c.want, "\n") {
				t.Errorf("read by %v:\n%s", a.Evidence, a.Body)
			}
		})
	}
}

// A guide that is nothing but a table is read whole, with whom to call and from when
// on; what heads a document, with its number and its issuer, is none of its text.
func TestGuideInATable(t *testing.T) {
	const page = `<html><head><title>居民身份证办理指南-河湾县人民政府</title></head><body><div class="content"><h1>居民身份证办理指南</h1>
		<div class="info">发布时间：2026-03-02 09:30 来源：县公安局</div><table border="1">%s</table>%s</div></body></html>`
	row := func(cells ...string) string {
		return "<tr><th>" + strings.Join(cells, "</th><td>") + "</td></tr>"
	}
	for _, c := range []struct{ name, rows, below, want string }{
		{"guide", row("事项名称", "居民身份证首次申领") + row("办理地点", "县政务服务中心1楼3号窗口") + row("实施日期", "2026年3月1日") + row("法定期限", "60日") + row("收费标准", "20元"), "",
			"事项名称\t居民身份证首次申领\n办理地点\t县政务服务中心1楼3号窗口\n实施日期\t2026年3月1日\n法定期限\t60日\n收费标准\t20元"},
		{"prices", "<tr><th>品名</th><th>规格</th><th>价格</th></tr><tr><td>大米</td><td>10kg</td><td>56元</td></tr><tr><td>采集时间</td><td>2026-03-02</td><td>-</td></tr><tr><td>食用油</td><td>5L</td><td>66元</td></tr>", "",
			"品名\t规格\t价格\n大米\t10kg\t56元\n采集时间\t2026-03-02\t-\n食用油\t5L\t66元"},
		{"head of a document", row("索引号", "014/2026-001") + row("发布机构", "县公安局") + row("文号", "河公发〔2026〕1号") + row("生成日期", "2026-03-02"), `<p><a href="/a/1.pdf">办理指南.pdf</a></p>`, "办理指南.pdf"},
	} {
		r := open(t, extract.Input{URL: "http://www.hewan.gov.cn/fw/t20260302_1.html", Status: 200, Payload: fmt.Appendf(nil, page, c.rows, c.below)}).Reading()
		if r.Kind != archive.KindArticle || r.Article.Body != c.want {
			t.Errorf("%s: kind %q, body %q, want %q", c.name, r.Kind, r.Article.Body, c.want)
		}
	}
}
