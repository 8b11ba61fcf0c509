package extract_test

import (
	"fmt"
	"strings"
	"testing"

	"fangzhi/archive"
	"fangzhi/extract"
)

// A text laid out in boxes made alike, a label and what it labels, is taken whole;
// boxes of the page's layout are none of it.
func TestTextInBoxesMadeAlike(t *testing.T) {
	guide := [][2]string{{"办理条件", "年满六十五周岁、具有本县户籍的老年人。"}, {"申请材料", "居民身份证、户口簿、近期免冠照片一张。"},
		{"办理流程", "申请、受理、审核、制证、发证，当场办结。"}, {"办理时间", "工作日上午9:00—12:00，下午14:00—17:00。"}, {"咨询电话", "0826-3229988"}}
	talk := [][2]string{{"主持人", "各位网友大家好，欢迎收看在线访谈，今天我们请到了县民政局局长何敏。"}, {"何敏", "主持人好，各位网友大家好。"},
		{"主持人", "请您介绍一下今年养老服务有哪些实事。"}, {"何敏", "今年我们计划新建社区养老服务综合体3个，改造敬老院5所，为600户困难老年人家庭实施适老化改造。"}}
	leader := [][2]string{{"基本信息", "周立群，男，汉族，1976年8月生，大学学历，中共党员。"}, {"现任职务", "县委副书记、县人民政府县长。"},
		{"工作分工", "主持县人民政府全面工作，负责审计工作，分管县审计局。"}}
	questions := [][2]string{{"如何办理居住证？", "持本人身份证、居住地住址证明到居住地派出所申请办理，符合条件的十五日内发放居住证。"},
		{"新生儿怎样参加医保？", "新生儿出生之日起九十日内，由监护人持户口簿到乡镇便民服务中心办理参保登记并缴费，自出生之日起享受待遇。"},
		{"失业金如何申领？", "失业人员可持身份证到县就业服务管理局申领，也可以通过网上平台提交申请，审核通过后按月发放。"}}
	for name, c := range map[string]struct {
		before, each, after string
		parts               [][2]string
	}{
		"a guide":                  {`<div class="guide">`, `<div class="sec"><div class="sec-t">%s</div><div class="sec-c">%s</div></div>`, `</div>`, guide},
		"a guide, with headings":   {``, `<section class="item"><h4>%s</h4><p>%s</p></section>`, ``, guide},
		"an interview":             {`<div class="talk">`, `<div class="say"><img src="/i.png" width="40" height="40"><div class="nm">%s</div><div class="bubble">%s</div></div>`, `</div>`, talk},
		"a leader":                 {``, `<div class="blk"><div class="t">%s</div><div class="c">%s</div></div>`, ``, leader},
		"questions":                {`<div class="faq">`, `<div class="qa"><div class="question">%s</div><div class="answer">%s</div></div>`, `</div>`, questions},
		"questions, then a button": {`<div class="faq">`, `<div class="qa"><div class="question">%s</div><div class="answer">%s</div></div>`, `<div class="qa">打印</div></div>`, questions},
	} {
		for what, beside := range map[string]string{"": "", "the weather": weatherBox, "links": relatedList} {
			t.Run(name+", "+what, func(t *testing.T) {
				var b strings.Builder
				var want []string
				for _, part := range c.parts {
					fmt.Fprintf(&b, c.each, part[0], part[1])
					want = append(want, part[0], part[1])
				}
				p := open(t, extract.Input{URL: "http://www.qingxi.gov.cn/yw/202611/t20261108_5.html", Payload: fmt.Appendf(nil, emptyPage, c.before+b.String()+c.after, beside)})
				if r := p.Reading(); r.Kind != archive.KindArticle || r.Article.Body != strings.Join(want, "\n\n") {
					t.Errorf("%s, body %q", r.Kind, r.Article.Body)
				}
			})
		}
	}
}

// Boxes of one make beside what is named the text are not its own, and rows that lead
// elsewhere are no text.
func TestBoxesMadeAlikeBesideAText(t *testing.T) {
	const text = `<div class="box"><div class="content"><p>11月8日，青溪县召开安全生产工作会议，县委副书记、县长张某出席并讲话。</p><p>会议指出，要压实责任，抓好隐患排查。</p></div></div>`
	boxes := []string{weatherBox, `<div class="box"><h3>办公时间</h3><p>工作日上午九点至十二点，下午两点至五点，周末和法定节假日不对外办公。</p></div>`, `<div class="box"><h3>温馨提示</h3><p>办理业务前请先在网上预约，并携带身份证原件，以免耽误您的时间。</p></div>`}
	for name, page := range map[string][2]string{
		"below":      {text + strings.Join(boxes, ""), ""},
		"apart":      {text, strings.Join(boxes, "")},
		"one of two": {text + boxes[0] + boxes[1], boxes[2]},
	} {
		t.Run(name, func(t *testing.T) {
			p := open(t, extract.Input{URL: "http://www.qingxi.gov.cn/yw/202611/t20261108_5.html", Payload: fmt.Appendf(nil, emptyPage, page[0], page[1])})
			if r := p.Reading(); !strings.HasPrefix(r.Article.Body, "11月8日") || !strings.HasSuffix(r.Article.Body, "隐患排查。") {
				t.Errorf("body %q", r.Article.Body)
			}
		})
	}
}

// Rows of a list that are made alike are a list: they lead elsewhere.
func TestRowsMadeAlike(t *testing.T) {
	var b strings.Builder
	for i, q := range []string{"如何办理居住证？", "新生儿怎样参加医保？", "失业保险金如何申领？", "个体工商户如何注销？"} {
		fmt.Fprintf(&b, `<div class="qa"><div class="q">%s</div><div class="a"><a href="/hd/202611/t202611%02d_1.html">持本人身份证到户籍地派出所申请办理，详见答复全文</a> 2026-11-%02d</div></div>`, q, 20-i, 20-i)
	}
	page := fmt.Sprintf(qingxiPage, "常见问题", `<h2>常见问题</h2>`+b.String())
	if r := open(t, extract.Input{URL: "http://www.qingxi.gov.cn/hd/", Payload: []byte(page)}).Reading(); r.Kind != archive.KindList {
		t.Errorf("%s (%s), body %q", r.Kind, r.Signature, r.Article.Body)
	}
}

// A box among those made alike, or right below them, is one of them though its label has
// a year or is a link, or what it labels is set otherwise; one of links is not.
func TestBoxesMadeNearlyAlike(t *testing.T) {
	const one = `<div class="sec"><div class="sec-t">%s</div><div class="sec-c">%s</div></div>`
	guide := func(at int, box string) string {
		var b strings.Builder
		for i, part := range [][2]string{{"办理条件", "年满六十五周岁、具有本县户籍的老年人。"}, {"申请材料", "居民身份证、户口簿、近期免冠照片一张。"},
			{"办理流程", "申请、受理、审核、制证、发证，当场办结。"}, {"办理地点", "县行政服务中心二楼民政窗口，可乘三路车。"}, {}} {
			if i == at {
				b.WriteString(box)
			}
			if part[0] != "" {
				fmt.Fprintf(&b, one, part[0], part[1])
			}
		}
		return `<div class="guide">` + b.String() + `</div>`
	}
	long := fmt.Sprintf(one, "2026年收费标准", "工本费每证二十元，低保对象凭证免收，其他人员按标准收取，具体以窗口公示为准。")
	for name, c := range map[string]struct{ page, want string }{
		"a year in the label":       {guide(2, fmt.Sprintf(one, "2026年收费", "每证收工本费二十元，低保对象凭证免收。")), "2026年收费\n\n每证收工本费"},
		"a year, and the most said": {guide(2, long), "2026年收费标准\n\n工本费每证"},
		"two paragraphs, the last":  {guide(4, `<div class="sec"><div class="sec-t">注意事项</div><p>一、证件遗失的，应当及时挂失补办，补办收费。</p><p>二、不得转借他人使用，违者收回证件。</p></div>`), "补办收费。\n\n二、不得转借"},
		"a table":                   {guide(3, `<div class="sec"><div class="sec-t">收费标准</div><table class="fee"><tr><td>项目</td><td>金额</td></tr><tr><td>工本费</td><td>二十元</td></tr></table></div>`), "收费标准\n\n"},
		"a link in the label":       {guide(4, `<div class="sec"><div class="sec-t"><a href="/fj/">表格下载</a></div><div class="sec-c">请下载申请表，填写后交县行政服务中心窗口。</div></div>`), "\n\n请下载申请表"},
		"a paragraph between":       {guide(2, `<p>下列由乡镇代办。</p>`), "\n\n下列由乡镇代办。\n\n"},
		"of links":                  {guide(4, `<div class="sec"><div class="sec-t">相关链接</div><div class="ls"><a href="/yw/202611/t20261101_1.html">青溪县召开安全生产工作会议</a></div></div>`), "可乘三路车。"},
	} {
		t.Run(name, func(t *testing.T) {
			p := open(t, extract.Input{URL: "http://www.qingxi.gov.cn/yw/202611/t20261108_5.html", Payload: fmt.Appendf(nil, emptyPage, c.page, "")})
			r := p.Reading()
			if body := r.Article.Body; !strings.HasPrefix(body, "办理条件\n\n年满") || !strings.Contains(body, "当场办结。\n\n") || !strings.Contains(body, c.want) || strings.Contains(body, "相关链接") {
				t.Errorf("%s, body %q", r.Kind, body)
			}
		})
	}
}
