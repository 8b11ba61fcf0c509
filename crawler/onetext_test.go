package crawler_test

import (
	"fmt"
	"strings"
	"testing"

	"fangzhi/archive"
	"fangzhi/crawler/portaltest"
)

// providersNotice reads as an article, and no wall's or portal's words tell it.
const providersNotice = `<html><head><meta charset="utf-8"><title>服务提示</title></head><body><h1>您的宽带即将到期</h1>
<p>尊敬的用户，您的宽带业务即将到期，请及时到营业厅办理续费手续，以免影响您的正常使用，感谢您的理解与支持。</p><p>请求编号：%d</p></body></html>`

// One text in the place of many articles is no version of theirs, but for the one
// that nobody can tell from an edit, the first.
func TestOneTextForAllArticles(t *testing.T) {
	p := portaltest.New(portaltest.Options{})
	p.AddColumn(portaltest.Column{Path: "yw", Name: "要闻动态"})
	var paths []string
	for _, title := range []string{"县政府召开防汛工作会议", "全县春耕生产全面展开", "县领导调研重点项目建设", "云溪大桥建成通车"} {
		paths = append(paths, p.Publish("yw", article(title)))
	}
	r := newRig(t, p)
	r.run()
	for i, path := range paths {
		p.Break(path, 0, portaltest.Text(200, fmt.Sprintf(providersNotice, 4711+i)))
	}
	for run := range 3 { // the second meets the same bytes, the third the same words
		if run == 2 {
			for i, path := range paths[1:] {
				p.Break(path, 0, portaltest.Text(200, fmt.Sprintf(providersNotice, 815+i)))
			}
		}
		r.run()
		versions := 0
		for _, path := range paths {
			v := r.last(r.base + path)
			versions += len(r.snapshots(r.base+path)) - 1
			if v.Outcome == archive.Unreadable && (!strings.Contains(v.Reason, " was answered with the same") || v.Payload == "") {
				t.Errorf("%s: %s: %s, payload %q", path, v.Outcome, v.Reason, v.Payload)
			}
		}
		if versions != 1 {
			t.Errorf("%d versions were cut of what came in the place of %d articles", versions, len(paths))
		}
	}
	for _, path := range paths {
		p.Mend(path)
	}
	r.run()
	for _, path := range paths {
		if got := r.page(r.base + path); got.State != archive.StateLive {
			t.Errorf("%s is %s", path, got.State)
		}
	}
	sound(t, r)
}

// Two pages of one article, retitled at once, are both changed.
func TestCopiesRetitledAtOnce(t *testing.T) {
	p := portaltest.New(portaltest.Options{})
	p.AddColumn(portaltest.Column{Path: "yw", Name: "要闻动态"})
	p.AddColumn(portaltest.Column{Path: "tzgg", Name: "通知公告"})
	paths := []string{p.Publish("yw", article("县政府召开防汛工作会议")), p.Publish("tzgg", article("县政府召开防汛工作会议"))}
	r := newRig(t, p)
	r.run()
	for _, path := range paths {
		p.Break(path, 0, portaltest.Text(200, fmt.Sprintf(providersNotice, 4711)))
	}
	r.run()
	for _, path := range paths {
		if n := len(r.snapshots(r.base + path)); n != 2 {
			t.Errorf("%s has %d versions: %s", path, n, r.last(r.base+path).Reason)
		}
	}
}

// A page that takes the title and text of another is changed, and so is that other,
// whose title the text has.
func TestTitleCorrectedToAnothers(t *testing.T) {
	p := portaltest.New(portaltest.Options{})
	p.AddColumn(portaltest.Column{Path: "yw", Name: "要闻动态"})
	paths := []string{p.Publish("yw", article("县政府召开防讯工作会议")), p.Publish("yw", article("县政府召开防汛工作会议"))}
	r := newRig(t, p)
	r.run()
	for _, path := range paths {
		if err := p.Edit(path, func(a *portaltest.Article) {
			a.Title, a.Body = "县政府召开防汛工作会议", []string{"会议强调，各乡镇要落实防汛责任，做好值班值守，确保群众安全度汛。"}
		}); err != nil {
			t.Fatal(err)
		}
	}
	r.run()
	for _, path := range paths {
		if n := len(r.snapshots(r.base + path)); n != 2 {
			t.Errorf("%s has %d versions: %s", path, n, r.last(r.base+path).Reason)
		}
	}
}
