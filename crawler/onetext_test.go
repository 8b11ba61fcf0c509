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

// One text in the place of many articles is no version of theirs, but for the two
// that nobody can tell from edits, the first of each run.
func TestOneTextForAllArticles(t *testing.T) {
	p := portaltest.New(portaltest.Options{})
	p.AddColumn(portaltest.Column{Path: "yw", Name: "要闻动态"})
	var paths []string
	for _, title := range []string{
		"县政府召开防汛工作会议", "全县春耕生产全面展开", "县领导调研重点项目建设", "云溪大桥建成通车",
		"城北小学开工建设", "县人大常委会视察水利工程", "全县森林防火工作部署会召开", "老旧小区改造惠及千户居民",
	} {
		paths = append(paths, p.Publish("yw", article(title)))
	}
	r := newRig(t, p)
	r.run()
	for i, path := range paths {
		p.Break(path, 0, portaltest.Text(200, fmt.Sprintf(providersNotice, 4711+i)))
	}
	for run := range 3 {
		r.run()
		versions, unreadable := 0, 0
		for _, path := range paths {
			v := r.last(r.base + path)
			versions += len(r.snapshots(r.base+path)) - 1
			if v.Outcome != archive.Unreadable {
				continue
			}
			if unreadable++; !strings.Contains(v.Reason, " were answered with the same") || v.Payload == "" {
				t.Errorf("%s: %s: %s, payload %q", path, v.Outcome, v.Reason, v.Payload)
			}
		}
		if want := 2 * (run + 1); versions != want || unreadable != len(paths)-want {
			t.Errorf("run %d: %d versions were cut so far of what came in the place of articles, and %d pages are unreadable, want %d and %d", run, versions, unreadable, want, len(paths)-want)
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

// Hearings that are put off are edited, however alike.
func TestArticlesEditedAlike(t *testing.T) {
	const put = `<html><head><meta charset="utf-8"><title>延期公告</title></head><body><h1>延期公告</h1>%s
<p>因天气原因，原定于本月举行的听证会延期举行，请各位听证代表相互转告，届时准时参加会议，给大家带来的不便敬请谅解。</p>
<p>%s</p>%s</body></html>`
	same := "会议地点不变，请各位听证代表准时参加。"
	for name, edit := range map[string]func(i int) string{
		"another day": func(i int) string {
			return fmt.Sprintf(put, "", fmt.Sprintf("新的会议时间：3月%d日上午9时。", 5+i), "")
		},
		"another telephone": func(i int) string { return fmt.Sprintf(put, "", fmt.Sprintf("联系电话：0512-585%d8888", i), "") },
		"a date and a source": func(int) string {
			return fmt.Sprintf(put, "<div>发布时间：2026-03-01 来源：县政府办公室</div>", same, "")
		},
		"documents": func(int) string {
			return fmt.Sprintf(put, "", same, `<p><a href="/files/1.pdf">附件：听证会须知.pdf</a></p>`)
		},
		"other pictures": func(i int) string {
			return fmt.Sprintf(put, "", same, fmt.Sprintf(`<p><img src="/images/plan-%d.jpg" width="600" height="400"></p>`, i))
		},
	} {
		t.Run(name, func(t *testing.T) {
			r, paths := hearings(t, edit)
			r.run()
			for _, path := range paths {
				if n := len(r.snapshots(r.base + path)); n != 2 {
					t.Errorf("%s has %d versions: %s", path, n, r.last(r.base+path).Reason)
				}
			}
		})
	}
	t.Run("nothing else", func(t *testing.T) { // nobody can tell it from a notice at once
		r, paths := hearings(t, func(int) string { return fmt.Sprintf(put, "", same, "") })
		for range 2 {
			r.run()
		}
		for _, path := range paths {
			if n := len(r.snapshots(r.base + path)); n != 2 {
				t.Errorf("%s has %d versions: %s", path, n, r.last(r.base+path).Reason)
			}
		}
	})
}

// hearings are articles of different titles that an archive has, and that answer
// with what edit makes of them by now.
func hearings(t *testing.T, edit func(i int) string) (r *rig, paths []string) {
	t.Helper()
	p := portaltest.New(portaltest.Options{})
	p.AddColumn(portaltest.Column{Path: "tzgg", Name: "通知公告"})
	for _, title := range []string{"关于召开城北小学选址听证会的公告", "关于召开水价调整听证会的公告", "关于召开公交票价听证会的公告"} {
		paths = append(paths, p.Publish("tzgg", article(title)))
	}
	r = newRig(t, p)
	r.run()
	for i, path := range paths {
		p.Break(path, 0, portaltest.Text(200, edit(i)))
	}
	return r, paths
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
