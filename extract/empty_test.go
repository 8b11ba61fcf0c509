package extract_test

import (
	"fmt"
	"strings"
	"testing"

	"fangzhi/archive"
	"fangzhi/extract"
)

// emptyPage is an article's page: what stands below its by-line, and what stands
// beside it.
const emptyPage = `<!DOCTYPE html><html><head><meta charset="utf-8"><title>青溪县召开安全生产工作会议_青溪县人民政府</title></head><body>
<div class="top"><a href="/">首页</a> <a href="/yw/">要闻动态</a> <a href="/tzgg/">通知公告</a></div>
<div class="wrap"><h1>青溪县召开安全生产工作会议</h1><div class="info">发布时间：2026-11-08 10:20 来源：青溪县融媒体中心 浏览次数：12</div>
%s</div>
%s
<div class="foot">主办：青溪县人民政府办公室 备案号：浙ICP备12345678号</div></body></html>`

const (
	weatherBox  = `<div class="box"><h3>天气预报</h3><p>今天白天到夜间多云，偏北风三到四级，最高气温十二度，最低气温四度，请注意添衣。</p></div>`
	tipsBox     = `<div class="col"><div>温馨提示</div><div>办理业务前请先在网上预约，并携带身份证原件，周末和法定节假日不办理。</div></div>`
	relatedList = `<ul><li><a href="/yw/202611/t20261107_1.html">青溪县召开防汛工作会议</a></li><li><a href="/yw/202611/t20261106_2.html">县领导到乡镇调研秋收工作</a></li>
<li><a href="/yw/202611/t20261105_3.html">全县教育工作会议在青溪召开</a></li><li><a href="/yw/202611/t20261104_4.html">青溪县开展消防安全大检查行动</a></li></ul>`
)

// The place of a text that holds none, a film or pictures alone, is not made up for
// by the boxes beside it.
func TestPlaceOfATextThatIsEmpty(t *testing.T) {
	const film = `<video src="/v/1.mp4" controls>您的浏览器不支持播放</video>`
	for name, place := range map[string]string{
		"empty":               `<div class="TRS_Editor"></div>`,
		"named plainly":       `<div class="content"></div>`,
		"a film":              `<div class="content">` + film + `</div>`,
		"a film, not named":   `<div class="con">` + film + `</div>`,
		"a film with sources": `<div class="con"><video controls><source src="/v/1.mp4" type="video/mp4"><source src="/v/1.webm"></video></div>`,
		"a recording":         `<div class="content"><audio src="/v/1.mp3"></audio></div>`,
		"a film in a frame":   `<div class="con"><iframe src="https://tv.example.com/embed/1"></iframe></div>`,
		"a film by a script":  `<div id="zoom"><script>showVideo("1.mp4")</script></div>`,
		"pictures":            `<div id="zoom"><p><img src="/pic/a.jpg"></p><p><img src="/pic/b.jpg"></p></div>`,
		"a picture and a cue": `<div id="zoom"><p><img src="/pic/a.jpg"></p><p>（点击看大图）</p></div>`,
		"blank paragraphs":    `<div class="content"><p>&nbsp;</p><p> </p></div>`,
		"below buttons":       `<div class="tools">字号：大 中 小</div><div class="content"></div>`,
	} {
		for what, beside := range map[string]string{"the weather": weatherBox, "tips": tipsBox, "both": weatherBox + tipsBox, "related": relatedList, "all": relatedList + weatherBox} {
			t.Run(name+", "+what, func(t *testing.T) {
				p := open(t, extract.Input{URL: "http://www.qingxi.gov.cn/yw/202611/t20261108_5.html", Payload: fmt.Appendf(nil, emptyPage, place, beside)})
				r := p.Reading()
				a := r.Article
				if r.Kind != archive.KindArticle || r.Trouble != archive.TroubleNone || a.Title != "青溪县召开安全生产工作会议" || a.Published.IsZero() {
					t.Fatalf("%s (%s), trouble %q, title %q, published %v", r.Kind, r.Signature, r.Trouble, a.Title, a.Published)
				}
				if strings.Contains(a.Body, "气温") || strings.Contains(a.Body, "预约") || strings.Contains(a.Body, "县领导") {
					t.Errorf("body %q", a.Body)
				}
				if want := strings.Count(place, "<img"); len(a.Pictures) != want {
					t.Errorf("pictures %q, want %d", a.Pictures, want)
				}
				if want := strings.Count(place, "<video") + strings.Count(place, "<audio"); len(a.Attachments) != want {
					t.Errorf("attachments %q, want %d", a.Attachments, want)
				}
			})
		}
	}
}

// Rows of links are no empty place: the page is a list, however its text is named.
func TestRowsInThePlaceOfAText(t *testing.T) {
	for _, each := range []string{`<li><a href="/yw/202611/t202611%02d_1.html">青溪县召开第%d次工作会议部署重点任务</a></li>`, `<li><a href="/yw/202611/t202611%02d_1.html">青溪县召开第%d次工作会议部署重点任务</a><span>2026-11-08</span></li>`} {
		var rows strings.Builder
		for i := range 8 {
			fmt.Fprintf(&rows, each, i+1, i+1)
		}
		p := open(t, extract.Input{URL: "http://www.qingxi.gov.cn/yw/", Payload: fmt.Appendf(nil, emptyPage, `<div class="news-content"><ul>`+rows.String()+`</ul></div>`, "")})
		if r := p.Reading(); r.Kind != archive.KindList {
			t.Errorf("%s (%s)", r.Kind, r.Signature)
		}
	}
}

// The day alone below the title tells the place as well.
func TestEmptyPlaceBelowADay(t *testing.T) {
	for _, day := range []string{`<div class="info">2026-11-08 10:20</div>`, `<p>2026年11月8日</p>`, `<div>日期：2026-11-08 <span>点击：12</span></div>`} {
		page := strings.Replace(fmt.Sprintf(emptyPage, `<div class="content"><video src="/v/1.mp4"></video></div>`, weatherBox),
			`<div class="info">发布时间：2026-11-08 10:20 来源：青溪县融媒体中心 浏览次数：12</div>`, day, 1)
		p := open(t, extract.Input{URL: "http://www.qingxi.gov.cn/yw/202611/t20261108_5.html", Payload: []byte(page)})
		if a := p.Reading().Article; a.Body != "" || len(a.Attachments) != 1 || a.Published.IsZero() {
			t.Errorf("%s: body %q, attachments %q, published %v", day, a.Body, a.Attachments, a.Published)
		}
	}
}

// A text is a text where it stands elsewhere than in what is named so.
func TestTextBesideAnEmptyPlace(t *testing.T) {
	const text = `<p>11月8日，青溪县召开安全生产工作会议，县委副书记、县长张某出席并讲话。</p><p>会议指出，要压实责任，坚决防范遏制重特大事故发生。</p>` +
		`<p>与会人员表示，各镇各部门要提高政治站位，严格落实属地责任和监管责任。</p><p>县直有关部门、各镇主要负责同志参加会议，会后到各镇抓好隐患排查。</p>`
	for name, at := range map[string][2]string{
		"in the wrapper":              {`<div class="content"></div><div>` + text + `</div>`, ""},
		"in a named place below":      {`<div class="content"></div>`, `<div class="article-box">` + text + `</div>`},
		"in a place of its own":       {``, `<div class="box">` + text + `</div>`},
		"below a picture of the head": {`<div class="pic"><img src="/pic/a.jpg"></div>`, `<div class="box">` + text + `</div>`},
		"a counter in the head":       {`<div class="hits"><iframe src="/count.jsp" width="0" height="0"></iframe></div>`, `<div class="nr">` + text + `</div>`},
		"read aloud in the head":      {`<div class="audio"><audio src="/tts/5.mp3"></audio></div>`, `<div class="nr">` + text + `</div>`},
		"a film above":                {`<div class="con"><video src="/v/1.mp4"></video></div>`, `<div class="nr">` + text + `</div>`},
		"a tool named text":           {`<div class="size-text">字号：大 中 小</div>`, `<div class="nr">` + text + `</div>`},
		"an empty place, and more":    {`<div class="content"></div>`, `<div class="nr">` + text + `</div>`},
		"an empty place, one line":    {`<div class="content"></div>`, `<div class="nr"><p>11月8日，青溪县召开安全生产工作会议，县委副书记、县长张某出席，会议抓好隐患排查。</p></div>`},
		"a paragraph that is named":   {`<div class="nr">` + strings.Replace(text, "<p>", `<p class="text">`, 1) + `</div>`, ""},
		"a span that is named":        {`<div class="nr">` + strings.Replace(strings.Replace(text, "<p>", `<p><span class="content">`, 1), "</p>", "</span></p>", 1) + `</div>`, ""},
		"a lead that is named":        {`<div class="summary-text">` + strings.Replace(text, "<p>会议", `</div><div class="nr"><p>会议`, 1) + `</div>`, ""},
		"in two, the first is named":  {`<div class="content">` + strings.Replace(text, "<p>会议", `</div><div class="more"><p>会议`, 1) + `</div>`, ""},
		"a section below":             {`<div class="content"><p>11月8日，青溪县召开安全生产工作会议，县委副书记、县长张某出席并讲话。</p></div><div class="part"><h3>会议要求</h3><p>会议指出，要压实责任，坚决防范遏制重特大事故发生。</p><p>会议强调，要提高政治站位，严格落实属地责任，抓好隐患排查。</p></div>`, ""},
		"with a film":                 {`<div class="content"><video src="/v/1.mp4"></video>` + text + `</div>`, weatherBox},
	} {
		t.Run(name, func(t *testing.T) {
			p := open(t, extract.Input{URL: "http://www.qingxi.gov.cn/yw/202611/t20261108_5.html", Payload: fmt.Appendf(nil, emptyPage, at[0], at[1])})
			if r := p.Reading(); r.Kind != archive.KindArticle || !strings.HasPrefix(r.Article.Body, "11月8日") || !strings.HasSuffix(r.Article.Body, "排查。") {
				t.Errorf("%s, body %q", r.Kind, r.Article.Body)
			}
		})
	}
}

// Lines of a label and what it labels are the text where there is no other: below
// the line with date and source a day is no second one.
func TestTextOfLabels(t *testing.T) {
	for name, lines := range map[string][]string{
		"a result":  {"项目名称：青溪县第二小学迁建工程", "中标单位：青溪某某建设有限公司", "中标价：12345678元", "公示期：2026年11月8日至11月12日", "联系电话：0571-12345678"},
		"a vacancy": {"岗位名称：讲解员", "招聘人数：2人", "报名截止时间：2026年11月20日", "联系人：王女士"},
		"a leader":  {"姓　名：张某", "职　务：县委副书记、县长", "任职时间：2026年3月1日", "办公地址：青溪县行政中心1号楼"},
	} {
		t.Run(name, func(t *testing.T) {
			text := "<div class=\"content\"><p>" + strings.Join(lines, "</p><p>") + "</p></div>"
			p := open(t, extract.Input{URL: "http://www.qingxi.gov.cn/yw/202611/t20261108_5.html", Payload: fmt.Appendf(nil, emptyPage, text, "")})
			want := strings.ReplaceAll(strings.Join(lines, "\n\n"), "　", " ")
			if r := p.Reading(); r.Kind != archive.KindArticle || r.Article.Body != want {
				t.Errorf("%s, body %q", r.Kind, r.Article.Body)
			}
		})
	}
}

// What is named the text right below the line with date and source is all of it,
// whatever boxes stand below; a lead above it is part of it.
func TestPlaceOfATextBesideBoxes(t *testing.T) {
	const text = `<p>11月8日，青溪县召开安全生产工作会议，县委副书记、县长张某出席并讲话。</p><p>会议指出，要压实责任，坚决防范遏制重特大事故发生。</p>` +
		`<p>与会人员表示，各镇各部门要提高政治站位，严格落实属地责任和监管责任。</p><p>县直有关部门、各镇主要负责同志参加会议，会后到各镇抓好隐患排查。</p>`
	const lead = `<div class="box"><p>本报讯：青溪县日前部署岁末年初安全生产工作，要求各地各部门严阵以待。</p></div>`
	boxes := []string{weatherBox, tipsBox, `<div class="box"><h3>办公时间</h3><p>工作日上午九点至十二点，下午两点至五点，周末和法定节假日不对外办公。</p></div>`}
	for name, at := range map[string][2]string{
		"below":          {`<div class="box"><div class="content">` + text + `</div></div>` + strings.Join(boxes, ""), ""},
		"apart":          {`<div class="TRS_Editor">` + text + `</div>`, strings.Join(boxes, "")},
		"some in either": {`<div id="zoom">` + text + `</div>` + boxes[0], boxes[1] + boxes[2]},
		"below a lead":   {lead + `<div class="content">` + text + `</div>`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			p := open(t, extract.Input{URL: "http://www.qingxi.gov.cn/yw/202611/t20261108_5.html", Payload: fmt.Appendf(nil, emptyPage, at[0], at[1])})
			begin := "11月8日"
			if strings.Contains(at[0], lead) {
				begin = "本报讯"
			}
			if r := p.Reading(); !strings.HasPrefix(r.Article.Body, begin) || !strings.HasSuffix(r.Article.Body, "隐患排查。") {
				t.Errorf("body %q", r.Article.Body)
			}
		})
	}
}
