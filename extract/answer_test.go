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
