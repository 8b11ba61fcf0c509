package crawler_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"fangzhi/archive"
	"fangzhi/crawler"
	"fangzhi/crawler/portaltest"
)

// proseHome is a home page that reads as an article: it has an introduction of the
// county, under a heading.
const proseHome = `<html><head><meta charset="utf-8"><title>云溪县人民政府门户网站</title></head><body>
<h2>走进云溪</h2><p>云溪县位于省境中部偏东，因溪水终年多雾而得名，全县总面积一千二百平方公里，辖十二个乡镇，总人口四十八万，是全国商品粮基地县、全国生态示范县。
境内山清水秀，物产丰富，交通便利，素有鱼米之乡的美誉，历史悠久，人文荟萃。近年来，全县上下坚持新发展理念，经济社会发展取得显著成效，人民生活水平不断提高。</p>
<ul><li><a href="/yw/1.html">县委召开常委会会议传达学习重要讲话精神</a></li><li><a href="/yw/2.html">县政府召开常务会议研究部署防汛工作</a></li>
<li><a href="/yw/3.html">全县农村人居环境整治现场会召开</a></li><li><a href="/yw/4.html">县领导调研重点项目建设情况</a></li></ul></body></html>`

// listHome is a home page of rows.
const listHome = `<html><head><meta charset="utf-8"><title>云溪县人民政府门户网站</title></head><body><ul><li><a href="/zw/">政务公开</a></li><li><a href="/fw/">办事服务</a></li></ul>
<ul>%s</ul><ul><li><a href="/zt/1.html">优化营商环境专题专栏</a></li><li><a href="/zt/2.html">乡村振兴专题专栏</a></li></ul></body></html>`

// rowsOf are rows of a home page, from the first number to the last.
func rowsOf(first, last int) (rows string) {
	for n := first; n <= last; n++ {
		rows += fmt.Sprintf(`<li><a href="/xw/%d.html">全县第%d次重点项目建设推进会召开</a><span>2026-02-%02d</span></li>`, n, n, n)
	}
	return rows
}

// What a portal answers with under a status of 200 in the place of an article is no
// version of it: the page is gone, with what was seen for a reason, and in time it
// is withdrawn.
func TestStandIns(t *testing.T) {
	for _, c := range []struct {
		name   string
		home   string // of the portal, in place of its own
		answer func(d *days) portaltest.Fault
		reason string
	}{
		{"home page", "", func(*days) portaltest.Fault { return portaltest.InPlace("/") }, "soft 404: status 200, but the page is the site's home page BASE/, by its "},
		{"home page that reads as an article", proseHome, func(*days) portaltest.Fault { return portaltest.Text(200, proseHome) }, "the site's home page BASE/, by its "},
		{"home page with a counter", proseHome, func(*days) portaltest.Fault {
			return portaltest.Text(200, strings.Replace(proseHome, "</body>", "<p>今日访问 3187 次</p></body>", 1))
		}, "the site's home page BASE/, by its text"},
		{"home page that lies elsewhere", "", func(d *days) portaltest.Fault {
			d.portal.Break("/", 0, portaltest.RedirectTo(302, "/zjg/"))
			d.portal.Break("/zjg/", 0, portaltest.InPlace("/"))
			return portaltest.InPlace("/")
		}, "the site's home page BASE/zjg/, by its "},
		{"home page that lies elsewhere and reads as an article", "", func(d *days) portaltest.Fault {
			d.portal.Break("/", 0, portaltest.RedirectTo(302, "/zjg/"))
			d.portal.Break("/zjg/", 0, portaltest.Text(200, proseHome))
			return portaltest.Text(200, proseHome)
		}, "the site's home page BASE/zjg/, by its "},
		{"home page as it is at another time", fmt.Sprintf(listHome, rowsOf(1, 8)), func(*days) portaltest.Fault {
			return portaltest.Text(200, fmt.Sprintf(listHome, rowsOf(4, 11)))
		}, "the site's home page BASE/, by its name and much of its text"},
		{"list of the column", "", func(*days) portaltest.Fault { return portaltest.InPlace("/yw/index.html") }, "the list BASE/yw/index.html, by its "},
		{"list of another column", "", func(*days) portaltest.Fault { return portaltest.InPlace("/tzgg/index.html") }, "the list BASE/tzgg/index.html, by its "},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d, urls := newDays(t)
			d.site.Politeness.Parallel = 1 + len(c.name)%2*3 // one worker has nobody to wait for
			if c.home != "" {
				d.portal.Break("/", 0, portaltest.Text(200, c.home))
			}
			gone := urls[4]
			d.portal.Withdraw(gone)
			d.portal.Break(gone, 0, c.answer(d))
			reason := strings.ReplaceAll(c.reason, "BASE", d.base)
			d.portal.ForgetRequests()
			d.pass(1)
			d.stands(gone, archive.StateGone, reason)
			if v := d.last(gone); v.Outcome != archive.Gone || v.Payload == "" || d.page(gone).Versions != 1 || v.Absence == nil || v.Absence.Doubt != "" {
				t.Errorf("visit %+v", v)
			}
			d.pass(3)
			d.stands(gone, archive.StateWithdrawn, reason)
			if n := d.portal.Count("/"); n > 4 {
				t.Errorf("the home page was asked for %d times in 4 runs", n)
			}
			d.portal.Mend(gone)
			d.portal.Restore(gone)
			d.pass(1)
			d.stands(gone, archive.StateRestored, "there again: ")
			for _, u := range append(urls[:4:4], urls[5:]...) {
				d.stands(u, archive.StateLive, "")
			}
			sound(t, d.rig)
		})
	}
}

// Nor is an article still there that leads to a column, or to where the portal's first
// page leads, be that a list or read as an article; what leads to another article
// moved.
func TestSentAway(t *testing.T) {
	for _, c := range []struct {
		name, to, answer, reason string // BASE is the portal
	}{
		{"home page elsewhere", "/zjg/", "", "status 302: to BASE/zjg/, where the home page BASE/ leads, which is not the article"},
		{"home page elsewhere, by a script", "/zjg/", `<html><script>location.href="/zjg/"</script></html>`, "to BASE/zjg/, where the home page BASE/ leads"},
		{"another column", "/tzgg/index.html", "", "status 302: to the column BASE/tzgg/index.html, which is not the article"},
		{"another folder", "/zjh/", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d, urls := newDays(t)
			d.portal.Break("/", 0, portaltest.RedirectTo(302, "/zjg/"))
			d.portal.Break("/zjg/", 0, portaltest.Text(200, proseHome))
			d.portal.Break("/zjh/", 0, portaltest.Text(200, "<html><title>县图书馆开放时间调整</title><h1>县图书馆开放时间调整</h1><p>自下周一起，县图书馆工作日开放时间调整为上午十时至下午八时，敬请广大读者留意。</p></html>"))
			gone := urls[4]
			d.portal.Withdraw(gone)
			if d.portal.Break(gone, 0, portaltest.RedirectTo(302, c.to)); c.answer != "" {
				d.portal.Break(gone, 0, portaltest.Text(200, c.answer))
			}
			d.pass(1)
			if c.reason == "" {
				d.stands(gone, archive.StateMoved, "")
			} else {
				reason := strings.ReplaceAll(c.reason, "BASE", d.base)
				d.stands(gone, archive.StateGone, reason)
				d.pass(3)
				d.stands(gone, archive.StateWithdrawn, reason)
			}
			if n := d.page(gone).Versions; n != 1 {
				t.Errorf("%d versions", n)
			}
			sound(t, d.rig)
		})
	}
}

// Nor does an article that never was there begin with the home page.
func TestStandInForANewArticle(t *testing.T) {
	p := portaltest.New(portaltest.Options{})
	p.AddColumn(portaltest.Column{Path: "yw", Name: "要闻动态"})
	for n := range 4 {
		p.Publish("yw", article(fmt.Sprintf("县政府召开第%d次常务会议", n+1)))
	}
	dead := p.Publish("yw", article("全县防汛工作会议召开"))
	p.Break("/", 0, portaltest.Text(200, proseHome))
	p.Break(dead, 0, portaltest.Text(200, proseHome))
	r := newRig(t, p)
	r.run()
	if v := r.last(r.base + dead); v.Outcome != archive.Gone || !strings.Contains(v.Reason, "the site's home page "+r.base+"/") || len(r.snapshots(r.base+dead)) != 0 {
		t.Errorf("%s: %s", v.Outcome, v.Reason)
	}
	sound(t, r)
}

// A site that answers with its home page for much of what it has is in trouble, or
// was built anew, and one that does so for what it lists still is in trouble.
func TestStandInsOfASiteInTrouble(t *testing.T) {
	d, urls := newDays(t)
	d.portal.Break("/yw/2*", 0, portaltest.InPlace("/"))
	d.pass(8)
	for _, u := range urls {
		d.stands(u, archive.StateGone, "as when a site is rebuilt")
	}

	d, urls = newDays(t)
	d.portal.Withdraw(urls[4])
	d.portal.Break(urls[4], 0, portaltest.InPlace("/"))
	d.portal.Break(urls[5], 0, portaltest.InPlace("/")) // which is listed
	d.pass(1)
	d.stands(urls[4], archive.StateGone, fmt.Sprintf("tells nothing of the page: the same answer came for %s, which %s", urls[5], d.base))
	d.stands(urls[5], archive.StateGone, "it is still listed on ")
}

// What says something of its own is an article, though the rest of its page be a
// list, and though it speak of what is not there.
func TestNoStandIns(t *testing.T) {
	d, urls := newDays(t)
	list := `<html><head><title>云溪县人民政府</title></head><body><ul>`
	for n := range 10 {
		list += fmt.Sprintf(`<li><a href="/yw/%d.html">县政府召开第%d次常务会议</a></li>`, n, n+1)
	}
	list += `</ul>%s</body></html>`
	d.portal.Break("/", 0, portaltest.Text(200, fmt.Sprintf(list, "")))
	d.portal.Break(urls[0], 0, portaltest.Text(200, fmt.Sprintf(list, "<p>本县定于6月15日举行防汛演练，届时将鸣放警报，请广大市民听到后不要惊慌，按照演练方案有序疏散。</p>")))
	d.portal.Break(urls[1], 0, portaltest.Text(200, fmt.Sprintf(list, "<h1>"+d.page(urls[1]).Title+"</h1>")))
	d.portal.Edit(urls[2], func(a *portaltest.Article) {
		a.Title = "关于部分页面不存在问题的通报"
		a.Body = []string{"经查，12个链接提示“您访问的页面不存在或已删除”，各单位应于三日内整改。"}
	})
	d.pass(1)
	for _, u := range urls[:3] {
		if v := d.last(u); v.Outcome == archive.Gone {
			t.Errorf("%s: %s: %s", u, v.Outcome, v.Reason)
		}
	}
	if n := d.page(urls[2]).Versions; n != 2 {
		t.Errorf("the notice of missing pages has %d versions", n)
	}
}

// What other crawlers saved is judged alike, by what they saved of lists and home
// pages.
func TestStandInOfAnImport(t *testing.T) {
	store := newStore(t)
	const path = "/yw/202603/t20260301_3.html"
	imports(t, store, oldSite, savings{
		savedAs("/", on(1, 0), 200, proseHome),
		savedAs(path, on(1, 1), 200, newsPage("县政府召开第3次常务会议", "会议听取了县水利局关于水库巡查情况的汇报。")),
		savedAs(path, on(2, 0), 200, strings.Replace(proseHome, "</body>", "<p>今日访问 3187 次</p></body>", 1)),
	})
	p, err := store.Page(t.Context(), oldSite.Name, oldHost+path)
	if err != nil || p.State != archive.StateGone || p.Versions != 1 {
		t.Errorf("page %+v, %v", p, err)
	}
	if told := ledgerOf(t, store, path); len(told) != 2 || !strings.Contains(told[1], "gone") {
		t.Errorf("ledger %q", told)
	}
	soundStore(t, store)
}

// A home page that lies elsewhere and reads as an article may be a page that is due
// itself, or that another worker has when somebody looks for it: nobody waits for
// somebody who waits for him.
func TestStandInHomeElsewhere(t *testing.T) {
	for _, c := range []struct {
		name     string
		parallel int
		home     int  // which of the articles the portal's / leads to
		meet     bool // the home page comes once somebody else looks for it
	}{
		{"it looks for itself", 1, 0, false},
		{"it is due after the page that it is looked for by", 1, 3, false},
		{"another worker has it, and looks too", 4, 0, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := portaltest.New(portaltest.Options{})
			p.AddColumn(portaltest.Column{Path: "yw", Name: "要闻动态"})
			var paths []string
			for _, title := range []string{"全县春耕生产全面展开", "县领导调研重点项目建设", "云溪大桥建成通车", "县政府召开防汛工作会议"} {
				paths = append(paths, p.Publish("yw", article(title)))
			}
			home, other := paths[c.home], paths[3-c.home]
			p.Break("/", 0, portaltest.RedirectTo(302, home))
			looked := make(chan struct{})
			var once sync.Once
			var r *rig
			r = newRig(t, p, func(o *crawler.Options) {
				o.Observe = func(e crawler.Event) {
					if e.Entry.Visit.URL == r.base+"/" {
						once.Do(func() { close(looked) })
					}
				}
			})
			r.site.Politeness.Parallel = c.parallel
			r.run()
			for path, title := range map[string]string{home: "全县安全生产大检查启动", other: "县人大常委会召开会议"} {
				if err := p.Edit(path, func(a *portaltest.Article) { *a = article(title) }); err != nil {
					t.Fatal(err)
				}
			}
			if c.meet {
				p.Break(home, 1, portaltest.Hold(looked))
			}
			p.ForgetRequests()
			hangs := time.AfterFunc(time.Minute, func() { panic("the run hangs") })
			r.run()
			hangs.Stop()
			for _, path := range []string{home, other} {
				if n := r.page(r.base + path).Versions; n != 2 {
					t.Errorf("%s has %d versions: %s", path, n, r.last(r.base+path).Reason)
				}
			}
			if n, m := p.Count("/"), p.Count(home); n != 1 || m != 1 {
				t.Errorf("/ was asked for %d times, %s %d times", n, home, m)
			}
			sound(t, r)
		})
	}
}
