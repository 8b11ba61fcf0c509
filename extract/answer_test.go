package extract_test

import (
	"fmt"
	"strings"
	"testing"

	"fangzhi/archive"
	"fangzhi/extract"
)

// What an office answers is half of a letter's page, though its box is named as
// readers' comments are.
func TestAnswerOfAnOffice(t *testing.T) {
	const letter = "人民路小区东侧广场每晚有多支队伍跳广场舞，音响声音巨大，严重影响老人和孩子休息，希望有关部门管一管。"
	const answer = "市民您好，县综合行政执法局已与公安机关、社区开展联合劝导，与领队签订文明公约，明确每晚九点前结束活动。"
	for name, box := range map[string]string{
		"its label above":    `<div class="reply"><div class="reply-title">回复内容</div><div class="reply-content">` + answer + `</div></div>`,
		"who answers, below": `<div class="reply"><p>` + answer + `</p><p>回复单位：县综合行政执法局</p></div>`,
		"who answers, above": `<div class="feedback"><div>答复部门：县综合行政执法局　答复时间：2026-11-10</div><div>` + answer + `</div></div>`,
		"asked, answered":    `<div class="reply"><p>问：为什么没有人管？</p><p>答：` + answer + `</p></div>`,
		"in traditional":     `<div class="reply"><div>回覆內容：</div><div>` + answer + `</div></div>`,
	} {
		t.Run(name, func(t *testing.T) {
			page := fmt.Sprintf(emptyPage, `<div class="letter-content">`+letter+`</div>`+box, "")
			r := open(t, extract.Input{URL: "http://www.qingxi.gov.cn/hd/202611/t20261108_5.html", Payload: []byte(page)}).Reading()
			if body := r.Article.Body; r.Kind != archive.KindArticle || !strings.Contains(body, letter) || !strings.Contains(body, answer) {
				t.Errorf("%s, body %q", r.Kind, body)
			}
		})
	}
	const comment = "说得太好了，我们小区也是这样，每天晚上都吵得睡不着觉，支持有关部门严格管理，还居民一个安静的环境。"
	for name, box := range map[string]string{
		"a reader's":          `<div class="reply"><div class="reply-title">网友回复</div><div class="reply-content">` + comment + `</div></div>`,
		"one that answers":    `<div class="comment-list"><div class="comment"><p>` + comment + `</p></div><div class="comment"><p>答：谢谢网友的支持，请大家继续关注，我们一起努力把工作做好。</p></div></div>`,
		"a reader's, no head": `<div class="comment"><p>` + comment + `</p></div>`,
	} {
		t.Run(name, func(t *testing.T) {
			page := fmt.Sprintf(emptyPage, `<div class="letter-content">`+letter+`</div>`+box, "")
			r := open(t, extract.Input{URL: "http://www.qingxi.gov.cn/hd/202611/t20261108_5.html", Payload: []byte(page)}).Reading()
			if r.Article.Body != letter {
				t.Errorf("body %q", r.Article.Body)
			}
		})
	}
}

// A letter and its answer in one table each have their time: the second one starts no
// other post.
func TestAnswerInATable(t *testing.T) {
	const letter = "我住在城南滨河小区，最近一个月每天晚上七点以后自来水水压严重不足，五楼以上基本用不上水，请求尽快解决。"
	const answer = "您反映的问题已收悉。经现场核查，水压不足系城南加压泵站设备老化所致，已安排更换水泵机组，预计4月25日前恢复正常供水。"
	for name, table := range map[string]string{
		"cells":      `<table border="1"><tr><th>来信人</th><td>王**</td><th>来信时间</th><td>2026-11-08 09:15:22</td></tr><tr><th>信件内容</th><td colspan="3">` + letter + `</td></tr><tr><th>答复单位</th><td>县水务局</td><th>答复时间</th><td>2026-11-10 16:40:00</td></tr><tr><th>答复内容</th><td colspan="3">` + answer + `</td></tr></table>`,
		"paragraphs": `<div class="t">2026-11-08 09:15:22</div><p>` + letter + `</p><h4>部门答复内容</h4><div class="t">2026-11-10 16:40:00</div><p>` + answer + `</p>`,
	} {
		t.Run(name, func(t *testing.T) {
			r := open(t, extract.Input{URL: "http://www.qingxi.gov.cn/hd/202611/t20261108_5.html", Payload: fmt.Appendf(nil, qingxiPage, "关于城南片区自来水水压不足的问题", `<h1>关于城南片区自来水水压不足的问题</h1>`+table)}).Reading()
			if body := r.Article.Body; r.Kind != archive.KindArticle || !strings.Contains(body, letter) || !strings.Contains(body, answer) {
				t.Errorf("%s, body %q", r.Kind, body)
			}
		})
	}
}
