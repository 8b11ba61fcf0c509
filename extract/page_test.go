package extract_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fangzhi/archive"
	"fangzhi/extract"
)

func open(t *testing.T, in extract.Input) *extract.Page {
	t.Helper()
	p, err := extract.Open(in)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

const notice = `<html><head><title>关于开展春季植树活动的通知-河湾县人民政府</title>
<meta name="ArticleTitle" content="关于开展春季植树活动的通知"><meta name="PubDate" content="2024-03-08 09:15"></head><body>
<div class="nav"><a href="/">首页</a><a href="/zwgk/">政务公开</a></div>
<h1>关于开展春季植树活动的通知</h1>
<div class="info">发布时间：2024-03-08　来源：县林业局　浏览次数：<span>318</span></div>
<div id="zoom"><p>各乡镇人民政府，县直各单位：</p>
<p>　　为进一步推进国土绿化，县委、县政府决定于三月中旬在全县开展春季义务植树活动，现将有关事项通知如下，请认真组织实施。</p>
<p>　　一、各乡镇要结合实际制定方案，明确责任，确保苗木成活率不低于百分之九十，并于活动结束后一周内上报完成情况。</p>
<p>附件：<a href="./P020240308.docx">植树任务分解表.docx</a></p>
<p>河湾县林业局</p><p>2024年3月8日</p></div>
<div class="footer">主办：河湾县人民政府 网站标识码：4300000000</div></body></html>`

func TestReadingOfANotice(t *testing.T) {
	p := open(t, extract.Input{URL: "http://www.hewan.gov.cn/zwgk/202403/t20240308_1.html", Payload: []byte(notice)})
	r := p.Reading()
	a := r.Article
	if r.Kind != archive.KindArticle || a.Title != "关于开展春季植树活动的通知" || a.Source != "县林业局" {
		t.Errorf("kind %q, title %q, source %q", r.Kind, a.Title, a.Source)
	}
	if got := a.Published.Format("2006-01-02T15:04:05-07:00"); got != "2024-03-08T09:15:00+08:00" || a.DayOnly {
		t.Errorf("published %s, day only %v", got, a.DayOnly)
	}
	if !strings.HasPrefix(a.Body, "各乡镇人民政府") || !strings.HasSuffix(a.Body, "2024年3月8日") {
		t.Errorf("body:\n%s", a.Body)
	}
	want := []archive.Attachment{{Name: "植树任务分解表.docx", URL: "http://www.hewan.gov.cn/zwgk/202403/P020240308.docx"}}
	if diff := cmp.Diff(want, a.Attachments); diff != "" {
		t.Error(diff)
	}
}

func TestReadingTellsWhatAPageIsNot(t *testing.T) {
	for _, c := range []struct {
		name    string
		in      extract.Input
		kind    archive.Kind
		trouble archive.Trouble
	}{
		{"a PDF", extract.Input{Payload: []byte("%PDF-1.7 …")}, archive.KindAttachment, ""},
		{"by its header", extract.Input{Header: http.Header{"Content-Type": {"application/msword"}}, Payload: []byte("x")}, archive.KindAttachment, ""},
		{"nothing", extract.Input{}, archive.KindUnread, archive.TroubleUnreadable},
		{"sent home by a refresh", extract.Input{URL: "http://a.cn/yw/1.html", Payload: []byte(`<html><head><meta http-equiv="Refresh" content="3; URL='/'"></head><body>3秒后返回首页</body></html>`)}, archive.KindUnread, archive.TroubleSoft404},
		{"sent home by a script", extract.Input{URL: "http://a.cn/yw/1.html", Payload: []byte(`<html><body><script>window.location.href="http://www.a.cn/index.html";</script></body></html>`)}, archive.KindUnread, archive.TroubleSoft404},
		{"sent to the page for what is not there", extract.Input{URL: "http://a.cn/yw/1.html", Payload: []byte(`<html><body><script>location.replace('/404.htm')</script></body></html>`)}, archive.KindUnread, archive.TroubleSoft404},
		{"not found under 200", extract.Input{Payload: []byte("<title>提示</title><p>您访问的页面不存在或已删除</p>")}, archive.KindUnread, archive.TroubleSoft404},
		{"bot wall 521", extract.Input{Status: 521, Payload: []byte("<script>document.cookie=('_')+('_jsl')</script>")}, archive.KindUnread, archive.TroubleChallenge},
		{"firewall", extract.Input{Payload: []byte("<p>您的请求可能存在威胁，已被拦截</p>")}, archive.KindUnread, archive.TroubleChallenge},
		{"a button that leads home", extract.Input{URL: "http://a.cn/yw/1.html", Payload: []byte(`<html><body><p>图片新闻</p><button onclick="location.href='/'">首页</button><img src="a.jpg"></body></html>`)}, archive.KindArticle, ""},
		{"bot wall that reloads", extract.Input{Status: 200, URL: "http://a.cn/yw/1.html", Payload: []byte(`<html><body><script>document.cookie="a=1";location.href="/yw/1.html";</script></body></html>`)}, archive.KindUnread, archive.TroubleChallenge},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := open(t, c.in).Reading()
			if r.Kind != c.kind || r.Trouble != c.trouble || r.Signature == "" {
				t.Errorf("kind %q, trouble %q, signature %q", r.Kind, r.Trouble, r.Signature)
			}
		})
	}
}

// Short notices may speak of trouble, in their title or in the end, and have neither
// date nor source.
func TestNoticesThatSpeakOfTrouble(t *testing.T) {
	for _, c := range []struct {
		title, text string
		trouble     archive.Trouble
	}{
		{"系统维护通知", "因机房电力检修，政务服务大厅业务系统将于三月五日晚八时至次日六时停止办理，请各位办事群众提前安排好时间。", ""},
		{"请求过于频繁问题的说明", "近期有群众反映查询社保时出现提示，经核查系短时间内多次刷新所致，请大家间隔一分钟后再试，无需到窗口办理。", ""},
		{"遗失声明", "张三遗失河湾县自然资源局核发的不动产权证书一本，证号为湘（2019）河湾县不动产权第0001234号，现声明作废。该信息已过期。", ""},
		{"系统维护", "系统维护中，请稍后再试。", archive.TroubleError},
		{"系统维护公告", "系统维护中，暂停访问。", archive.TroubleError},
		{"网站维护中", "网站正在升级改造，给您带来的不便敬请谅解。如有疑问请拨打0731-12345678。", archive.TroubleError},
		{"错误提示", "抱歉，您访问的页面不存在。可能是您输入的网址有误，或者该页面已被移动，请返回首页重新查找您需要的内容。", archive.TroubleSoft404},
		{"提示信息", "您好！该信息已过期，请返回首页。", archive.TroubleSoft404},
		{"访问验证", "为了保障您的正常使用，请拖动下面的滑块完成拼图，验证通过后即可继续浏览本网站的内容。", archive.TroubleChallenge},
	} {
		html := `<html><head><meta charset="utf-8"><title>` + c.title + `</title></head><body><div><h1>` + c.title + `</h1><p>` + c.text + `</p></div></body></html>`
		if r := open(t, extract.Input{Payload: []byte(html)}).Reading(); r.Trouble != c.trouble {
			t.Errorf("%s: trouble %q, want %q: %s", c.title, r.Trouble, c.trouble, r.Signature)
		}
	}
}

func TestLinks(t *testing.T) {
	page := `<base href="/a/"><ul>
<li><a href="t1.html" title="关于印发全县重点工作任务分工方案的通知">关于印发全县重点工作…</a><span>[2024-06-29]</span></li>
<li><a href="t20240601_2.html#top">全县召开防汛抗旱工作会议部署下一阶段任务</a> 06-01</li></ul>
<a href="t1.html">1</a><a href="javascript:void(0)">x</a><a href="mailto:a@b.c">m</a><a href="index_1.html">下一页</a><a href="x.pdf">方案.pdf</a>`
	got := open(t, extract.Input{URL: "http://x.gov.cn/b/index.html", Payload: []byte(page)}).Links()
	want := []extract.Link{
		{URL: "http://x.gov.cn/a/t1.html", Text: "关于印发全县重点工作任务分工方案的通知", Day: "2024-06-29", Row: true},
		{URL: "http://x.gov.cn/a/t20240601_2.html", Text: "全县召开防汛抗旱工作会议部署下一阶段任务", Day: "2024-06-01", Row: true},
		{URL: "http://x.gov.cn/a/index_1.html", Text: "下一页", Next: true},
		{URL: "http://x.gov.cn/a/x.pdf", Text: "方案.pdf", Document: true},
	}
	if len(got) > 1 && (got[0].Kin == 0 || got[0].Kin != got[1].Kin) {
		t.Errorf("rows of one list are of kin %d and %d", got[0].Kin, got[1].Kin)
	}
	for i := range got {
		got[i].Kin = 0
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// The parts of a broken list are of one kin, a box beside it is not.
func TestKin(t *testing.T) {
	const row = `<li><a href="t%d.html">全县召开防汛抗旱工作会议部署下一阶段任务%d</a> 2024-06-01</li>`
	page := `<div class="left"><ul class="list">` + fmt.Sprintf(row, 1, 1) + `</ul><ul class="list">` + fmt.Sprintf(row, 2, 2) +
		`</ul></div><div class="right"><ul class="list">` + fmt.Sprintf(row, 3, 3) + `</ul></div>`
	l := open(t, extract.Input{URL: "http://x.gov.cn/b/index.html", Payload: []byte(page)}).Links()
	if len(l) != 3 || l[0].Kin != l[1].Kin || l[1].Kin == l[2].Kin {
		t.Errorf("links %+v", l)
	}
}

// What a Chinese page prints under a host of no country is Beijing's time.
func TestZoneOfChinese(t *testing.T) {
	page := `<h1>关于印发全县重点工作任务分工方案的通知</h1><p>发布时间：2024-06-29 10:30 来源：云溪县人民政府办公室</p><p>` + strings.Repeat("全县召开防汛抗旱工作会议，部署下一阶段任务。", 8) + `</p>`
	r := open(t, extract.Input{URL: "http://127.0.0.1/b/1.html", Payload: []byte(page)}).Reading()
	if got := r.Article.Published.Format(time.RFC3339); got != "2024-06-29T10:30:00+08:00" {
		t.Errorf("published %s", got)
	}
}

func TestDeepNestingLosesNothing(t *testing.T) {
	page := strings.Repeat("<div>", 600) + "<p>深处的文字也要读到，不能丢失，因为档案不能有缺口，这是一条原则，谁也不例外。</p>"
	r := open(t, extract.Input{Payload: []byte(page)}).Reading()
	if !strings.Contains(r.Article.Body, "深处的文字") || !strings.Contains(r.Signature, "512") {
		t.Errorf("body %q, signature %q", r.Article.Body, r.Signature)
	}
}

func TestOpenRefusesMisuse(t *testing.T) {
	if _, err := extract.Open(extract.Input{Rules: extract.Rules{Title: "h1[["}}); err == nil || !strings.Contains(err.Error(), "title") {
		t.Errorf("a selector that cannot be read: error %v", err)
	}
	if _, err := extract.Open(extract.Input{URL: "http://a b/%zz"}); err == nil {
		t.Error("a URL that cannot be parsed: no error")
	}
}

// A page that leads somewhere and says nothing is no article that could not be
// read.
func TestLinksWithoutText(t *testing.T) {
	page, err := extract.Open(extract.Input{URL: "http://www.example.cn/", Payload: []byte(
		`<html><head><title>首页</title></head><body><ul><li><a href="/yw/index.html">要闻</a></li><li><a href="/gg/index.html">公告</a></li></ul></body></html>`)})
	if err != nil {
		t.Fatal(err)
	}
	if r := page.Reading(); r.Kind != archive.KindList {
		t.Errorf("kind %s: %s", r.Kind, r.Signature)
	}
}
