package crawler_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"fangzhi/archive"
	"fangzhi/crawler"
)

// smallPortal is a portal of static pages, by path: a home page with a menu, a
// column of two rows, one of one row, one that tells its row with a summary.
func smallPortal() map[string]string {
	const frame = `<!DOCTYPE html><html><head><meta charset="utf-8"><title>%s</title></head><body>` +
		`<div class="top"><img src="/img/logo.png" alt="logo"><a href="/">首页</a> <a href="/tzgg/">通知公告</a> <a href="/rsxx/">人事信息</a> <a href="/zwgk/">政务公开</a></div>%s` +
		`<div class="foot">主办：青溪县人民政府办公室 备案号：浙ICP备12345678号</div></body></html>`
	pages := map[string]string{
		"/":        fmt.Sprintf(frame, "青溪县人民政府", `<h3><a href="/tzgg/">通知公告</a></h3><h3><a href="/rsxx/">人事信息</a></h3>`),
		"/nothing": fmt.Sprintf(frame, "视频点播", `<h1>全县秋季森林防火工作视频会议召开</h1><p>发布时间：2026-11-12</p><p><a href="/zwgk/7.html">关于森林防火期禁止野外用火的通告</a> 2026-11-11</p>`),
	}
	list := func(path, name, rows string) {
		pages[path] = fmt.Sprintf(frame, name, "<h2>"+name+"</h2><ul>"+rows+"</ul>")
	}
	article := func(path, title string) string {
		pages[path] = fmt.Sprintf(frame, title, `<h1>`+title+`</h1><p>发布时间：2026-11-08 09:30 来源：县政府办公室</p>`+
			`<p>因工作需要，`+title+`一事已经县政府研究同意，现将有关事项公布如下，请社会各界监督。</p><p>报名时间为11月15日至11月20日，地点为县教育局二楼会议室，逾期不予受理。</p>`)
		return `<li><a href="` + path + `">` + title + `</a><span>2026-11-08</span>`
	}
	list("/tzgg/", "通知公告", article("/tzgg/1.html", "青溪县公开选调教师公告")+"</li>"+article("/tzgg/2.html", "关于2026年城乡居民医保缴费的通知")+"</li>")
	list("/rsxx/", "人事信息", article("/rsxx/3.html", "关于李文华等同志任职的公示")+"</li>")
	list("/zwgk/", "政务公开", article("/zwgk/4.html", "关于公布政府信息公开指南的通知")+"<p>因工作需要，县政府办公室修订了政府信息公开指南，现将全文予以公布，请各单位认真贯彻执行。</p></li>")
	article("/zwgk/7.html", "关于森林防火期禁止野外用火的通告")
	pages["/"] = strings.Replace(pages["/"], `<div class="foot">`, `<p><a href="/nothing">全县秋季森林防火工作视频会议召开</a></p><div class="foot">`, 1)
	return pages
}

var smallArticles = []string{"/rsxx/3.html", "/tzgg/1.html", "/tzgg/2.html", "/zwgk/4.html", "/zwgk/7.html"}

// A portal whose columns list a row or two as yet is crawled whole by its URL, and
// none of its lists is taken for an article; nor does one without a text end the
// search.
func TestColumnsOfFewRows(t *testing.T) {
	pages := smallPortal()
	r := serve(t, func(w http.ResponseWriter, q *http.Request) {
		page, ok := pages[q.URL.Path]
		if !ok {
			http.NotFound(w, q)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, page)
	})
	r.adHoc("/", 1)
	r.run()
	for _, path := range smallArticles {
		if s := r.snapshots(r.base + path); len(s) != 1 || s[0].Article.Body == "" || len(s[0].Article.Pictures) > 0 {
			t.Errorf("%s: %+v", path, s)
		}
	}
	for _, path := range []string{"/", "/tzgg/", "/rsxx/"} {
		if p := r.page(r.base + path); p.Kind != archive.KindList || p.Versions > 0 {
			t.Errorf("%s: %s with %d versions", path, p.Kind, p.Versions)
		}
	}
	if v := r.last(r.base + "/nothing"); v.Outcome != archive.Unreadable || v.Version > 0 {
		t.Errorf("a page without a text: %s, %s", v.Outcome, v.Reason)
	}
}

// What another crawler saved of such a portal is read alike.
func TestImportOfColumnsOfFewRows(t *testing.T) {
	store := newStore(t)
	var saved savings
	for path, page := range smallPortal() {
		saved = append(saved, savedAs(path, on(1, len(saved)), 200, page))
	}
	site, err := crawler.AdHoc(oldHost + "/")
	if err != nil {
		t.Fatal(err)
	}
	imports(t, store, site, saved)
	versions := map[string]int{}
	for _, s := range all(t, store.Snapshots(t.Context(), archive.Filter{})) {
		versions[strings.TrimPrefix(s.URL, oldHost)]++
	}
	for _, path := range smallArticles {
		if versions[path] != 1 {
			t.Errorf("%s: %d versions", path, versions[path])
		}
	}
	for _, path := range []string{"/", "/tzgg/", "/rsxx/", "/nothing"} {
		if versions[path] > 0 {
			t.Errorf("%s was taken for an article", path)
		}
	}
}
