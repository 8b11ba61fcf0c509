package extract_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fangzhi/archive"
	"fangzhi/extract"
)

// sitePage is an article of a site that sets the same box, which nothing
// tells from text, under each of its texts.
func sitePage(i int) []byte {
	return fmt.Appendf(nil, `<html><body><h1>第%d号公告关于河湾大桥交通管制的安排</h1><div>发布时间：2024-06-%02d</div><div class="c">
<p>第%d次管制自当日八时起，至当日十八时止，其间车辆改走中山路，行人和非机动车不受影响，请合理安排出行。</p>
<p>管制路段长%d公里，由交警现场指挥，遇有紧急情况，请服从调度。</p>
<p>河湾发布提醒您，出行前请关注天气变化，自觉遵守交通规则，文明礼让，平安回家，共建美好河湾。</p></div></body></html>`, i, i%28+1, i, i%7+1)
}

// column is the column of the i-th page.
func column(i int) string { return [...]string{"要闻", "公告", "政策"}[i%3] }

func TestFurnitureIsLearntFromASitesPages(t *testing.T) {
	var known extract.Furniture
	for i := range 12 {
		known.Learn(open(t, extract.Input{URL: fmt.Sprintf("http://a.gov.cn/%d.html", i), Payload: sitePage(i)}).Lesson(), column(i))
	}
	alone := open(t, extract.Input{Payload: sitePage(40)}).Reading().Article.Body
	if !strings.Contains(alone, "河湾发布提醒您") {
		t.Errorf("a page read alone lost a line:\n%s", alone)
	}
	got := open(t, extract.Input{Payload: sitePage(40), Known: &known}).Reading().Article
	if strings.Contains(got.Body, "河湾发布提醒您") || !strings.Contains(got.Body, "第40次管制") {
		t.Errorf("with what was learnt:\n%s", got.Body)
	}
	if !strings.HasPrefix(got.LeftOut, "河湾发布提醒您") {
		t.Errorf("left out: %q", got.LeftOut)
	}
	without := bytes.Replace(sitePage(40), []byte("平安回家，"), nil, 1)
	edited := open(t, extract.Input{Payload: without, Known: &known}).Reading().Article
	if archive.FingerprintOf(edited) == archive.FingerprintOf(got) {
		t.Error("an edit of a line that is left out is told by nothing")
	}
	if known.Digest() == "" || (&extract.Furniture{}).Digest() != "" {
		t.Error("the digest names what was learnt")
	}
}

// A paragraph that the notices of one column close with is text, on however many
// of the site's pages it stands.
func TestFurnitureIsOfSeveralColumns(t *testing.T) {
	var known extract.Furniture
	for i := range 30 {
		known.Learn(open(t, extract.Input{Payload: sitePage(i)}).Lesson(), "任前公示")
	}
	got := open(t, extract.Input{Payload: sitePage(40), Known: &known}).Reading().Article
	if !strings.Contains(got.Body, "河湾发布提醒您") || known.Digest() != "" {
		t.Errorf("with what one column taught:\n%s", got.Body)
	}
}

// What notices of one office have in common is text: it stands between lines
// that differ, or is a salutation, closing words, a signature.
func TestFurnitureLeavesNoticesWhole(t *testing.T) {
	notice := func(i int) []byte {
		return fmt.Appendf(nil, `<html><body><h1>关于第%d批拟发放补贴对象的公示</h1><div>发布时间：2024-06-%02d</div><div class="c">
<p>各镇人民政府、各街道办事处：</p>
<p>根据《河湾县农业支持保护补贴实施办法》的规定，现将有关事项公示如下，请社会各界监督。</p>
<p>本批补贴对象共%d户，补贴资金%d万元，名单见县政府门户网站和各村务公开栏，逐户核对无误后发放。</p>
<p>公示期间如有异议，请以书面形式向县农业农村局反映，受理单位将为反映人保密。</p>
<p>特此公示。</p><p>河湾县农业农村局</p><p>2024年6月%d日</p></div></body></html>`, i, i%28+1, 20+i, 40+2*i, i%28+1)
	}
	var known extract.Furniture
	for i := range 30 {
		known.Learn(open(t, extract.Input{Payload: notice(i)}).Lesson(), "公示")
		known.Learn(open(t, extract.Input{Payload: sitePage(i)}).Lesson(), column(i))
	}
	alone := open(t, extract.Input{Payload: notice(40)}).Reading().Article.Body
	if got := open(t, extract.Input{Payload: notice(40), Known: &known}).Reading().Article.Body; got != alone {
		t.Error(cmp.Diff(alone, got))
	}
}

func TestFurnitureIsKept(t *testing.T) {
	var known extract.Furniture
	for i := range 9000 {
		known.Learn(extract.Lesson{1, uint64(10 + i)}, column(i))
	}
	again, err := extract.ParseFurniture(known.Encode())
	if err != nil || cmp.Diff(&known, again) != "" || again.Digest() != known.Digest() {
		t.Errorf("%v", err)
	}
	if len(known.Encode()) > archive.MaxLearnt/4 {
		t.Errorf("%d bytes", len(known.Encode()))
	}
	before := known.Digest()
	for i := range 4000 {
		known.Learn(extract.Lesson{2, uint64(1e6 + i)}, column(i))
	}
	if known.Digest() == before {
		t.Error("what is new on all pages is furniture some thousand pages later")
	}
	for _, bad := range []string{"", "[]", `{"pages":-1}`, `{"pages":3,"lines":{"7":{"n":4,"c":1}}}`, `{"pages":3,"lines":{"7":{"n":0,"c":1}}}`, `{"pages":3,"lines":{"7":{"n":2}}}`, `{"pages":999999}`} {
		if _, err := extract.ParseFurniture([]byte(bad)); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

func TestJoin(t *testing.T) {
	day := time.Date(2024, 6, 13, 0, 0, 0, 0, time.UTC)
	got := extract.Join(
		archive.Article{Title: "纪实", Published: day, DayOnly: true, Body: "一\n\n二", Pictures: []string{"1.jpg"}},
		archive.Article{Title: "纪实(2)", Source: "河湾日报", Body: "二\n\n三", Pictures: []string{"1.jpg", "2.jpg"}},
		archive.Article{Body: "一\n\n二"},
		archive.Article{Body: "四", Attachments: []archive.Attachment{{Name: "a", URL: "a.pdf"}}},
	)
	want := archive.Article{Title: "纪实", Source: "河湾日报", Published: day, DayOnly: true, Body: "一\n\n二\n\n三\n\n四",
		Pictures: []string{"1.jpg", "2.jpg"}, Attachments: []archive.Attachment{{Name: "a", URL: "a.pdf"}}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// Two fetches of one article differ in counters, today's date, tokens, random
// ids and teasers, and say the same.
func TestReadingIsBlindToWhatChanges(t *testing.T) {
	page := func(views int, today, token, teaser string) []byte {
		return fmt.Appendf(nil, `<html><head><title>河湾大桥建成通车_河湾网</title><meta name="createDate" content="%s"><meta name="csrf-token" content="%s"></head><body>
<div class="top">今天是%s 星期三</div><div id="w%s"><h1>河湾大桥建成通车</h1><div class="info">发布时间：2024-06-13 来源：河湾日报 浏览次数：%d</div>
<div class="text-%s"><p>昨日上午，全长三公里的河湾大桥正式通车，两岸群众过河的时间从四十分钟缩短到五分钟。</p><p>大桥于前年三月动工，总投资一亿二千万元，由县交通运输局组织实施，提前两个月完成任务。</p></div>
<div>阅读：%d 点赞：%d</div><div class="tuijian"><h3>相关新闻</h3><ul><li><a href="/%s">%s</a></li></ul></div></div>
<div class="foot">您是第%d位访客</div></body></html>`, today, token, today, token, views, token, views, views/7, token, teaser, views)
	}
	read := func(b []byte) archive.Article {
		return open(t, extract.Input{URL: "http://a.gov.cn/t20240613_1.html", Payload: b}).Reading().Article
	}
	a := read(page(318, "2026年9月30日", "ab12", "县长调研河湾大桥建设，要求确保工程质量"))
	b := read(page(90210, "2027年1月2日", "ff99", "河湾大桥主跨合龙，预计六月底前具备通车条件，群众期待已久"))
	if d := cmp.Diff(a, b); d != "" {
		t.Error(d)
	}
	if archive.FingerprintOf(a) != archive.FingerprintOf(b) || a.Body == "" {
		t.Error("two fingerprints")
	}
}

func TestRulesWin(t *testing.T) {
	page := `<html><body><h1>站名</h1><div class="t">真正的标题在这里</div><div class="d">2024年6月13日</div><div class="s">来源：河湾日报</div><div class="b"><p>第一段。</p><p class="ad">广告文字，不应出现在正文之中。</p><p>第二段。</p></div><div class="o"><p>这里有一段很长的文字，看起来更像正文，然而规则说正文在别处，所以它不应当被选中，否则规则就没有意义了。</p></div></body></html>`
	rules := extract.Rules{Title: ".t", Date: ".d", Source: ".s", Author: ".nobody", Body: ".b", Remove: []string{".ad"}}
	r := open(t, extract.Input{URL: "http://a.gov.cn/1.html", Payload: []byte(page), Rules: rules}).Reading()
	a := r.Article
	if a.Title != "真正的标题在这里" || a.Source != "河湾日报" || a.Body != "第一段。\n\n第二段。" || a.Published.Format(time.DateOnly) != "2024-06-13" {
		t.Errorf("%+v", a)
	}
	for _, e := range a.Evidence {
		if e.Method != "rule" {
			t.Errorf("evidence %+v", e)
		}
	}
	if len(r.Missing) != 1 || r.Missing[0].Field != "author" || !strings.Contains(r.Missing[0].Tried, ".nobody") {
		t.Errorf("missing %+v", r.Missing)
	}
	if r.Rules != rules.Digest() || r.Rules == "" {
		t.Error("the reading does not name its rules")
	}
}
