package extract_test

import (
	"strings"
	"testing"

	"fangzhi/extract"
)

// Portals' news begins with its headline as often as not; that sentence is text.
func TestTextThatBeginsWithItsTitle(t *testing.T) {
	const (
		title  = "全县经济工作会议在云溪召开"
		opens  = title + "，县委主要负责同志出席会议并讲话，会议总结上年工作，部署今年任务。"
		ends   = title + "。会议指出，要坚持稳中求进，扎实推进各项工作，让人民群众有更多获得感。"
		goesOn = "会议要求，各级各部门要认真贯彻落实会议精神，确保全年目标任务圆满完成。"
		label  = title + "——云溪县融媒体中心记者现场报道组"
		// A title with marks of its own is as heavy as prose.
		long = "坚持稳中求进，推动高质量发展，全县经济工作会议在云溪召开"
	)
	for _, c := range []struct {
		name, title string
		paragraphs  []string
		drop        int // of the paragraphs, from the first
	}{
		{"the first of two", title, []string{opens, goesOn}, 0},
		{"the only one", title, []string{opens}, 0},
		{"a sentence of its own", title, []string{ends}, 0},
		{"every one", title, []string{opens, ends, opens + "下午分组讨论。"}, 0},
		{"below the title once more", title, []string{title, opens, goesOn}, 1},
		{"the title once more", title, []string{title, goesOn}, 1},
		{"the title and a label", title, []string{label, goesOn}, 1},
		{"a long title once more", long, []string{long, goesOn}, 1},
		{"a long title and what follows", long, []string{long + "。" + goesOn}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			page := "<html><head><title>" + c.title + "_云溪县人民政府</title></head><body><h1>" + c.title +
				`</h1><div class="info">发布时间：2026-03-02 10:20 来源：云溪县融媒体中心</div><div id="zoom"><p>` +
				strings.Join(c.paragraphs, "</p><p>") + `</p></div><div class="foot">版权所有 云溪县人民政府</div></body></html>`
			a := open(t, extract.Input{URL: "http://www.yunxi.gov.cn/yw/t1.html", Payload: []byte(page)}).Reading().Article
			if want := strings.Join(c.paragraphs[c.drop:], "\n\n"); a.Title != c.title || a.Body != want {
				t.Errorf("title %q, body %q, want %q", a.Title, a.Body, want)
			}
		})
	}
}
