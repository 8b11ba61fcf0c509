package crawler_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"fangzhi/archive"
	"fangzhi/crawler"
)

// trap is a portal that would keep a crawl for ever.
type trap struct {
	requests atomic.Int64
	serve    func(w http.ResponseWriter, q *http.Request)
}

func (h *trap) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	h.requests.Add(1)
	if q.URL.Path == "/robots.txt" {
		http.NotFound(w, q)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	h.serve(w, q)
}

// notice is an article's page.
func notice(title string) string {
	return fmt.Sprintf(`<html><head><title>%[1]s</title></head><h1>%[1]s</h1><p>发布日期：2024-05-20 09:30 来源：云溪县人民政府办公室</p><div id="zoom"><p>各乡镇人民政府，县直各部门：</p>
		<p>现将《%[1]s》印发给你们，请结合实际，认真组织实施，并将落实情况于月底前报县政府办公室备案。</p>
		<p>各单位要明确责任，逐级落实，发现险情立即上报，确保人民群众生命财产安全。</p></div>`, title)
}

func listItem(url, title, day string) string {
	return fmt.Sprintf(`<li><a href="%s">%s</a><span>%s</span></li>`, url, title, day)
}

func listHead() string {
	return `<html><head><meta charset="utf-8"><title>通知公告</title></head><body><ul class="list">`
}

// Hostile portals end within their caps, and the run says why.
func TestHostilePortals(t *testing.T) {
	real := func(n int) string { // rows that lead to articles
		var b strings.Builder
		for i := range n {
			b.WriteString(listItem(fmt.Sprintf("/a/%d.html", i), fmt.Sprintf("关于第%d号文件贯彻落实情况的通报", i), "2024-05-20"))
		}
		return b.String()
	}
	article := func(w http.ResponseWriter, q *http.Request) bool {
		if strings.HasPrefix(q.URL.Path, "/a/") {
			fmt.Fprint(w, notice("关于"+q.URL.Path[3:]+"号文件贯彻落实情况的通报"))
			return true
		}
		return false
	}
	bomb := sync.OnceValue(func() []byte { // packed once: it takes a second
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		fmt.Fprint(z, `<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">`)
		blank := strings.Repeat(" ", 1<<20)
		for range 300 {
			fmt.Fprint(z, blank)
		}
		z.Close()
		return b.Bytes()
	})
	for _, c := range []struct {
		name     string
		adHoc    bool
		serve    func(w http.ResponseWriter, q *http.Request)
		requests int    // at most
		articles int    // stored
		note     string // part of one
	}{
		{"a calendar without end", true, func(w http.ResponseWriter, q *http.Request) {
			if article(w, q) {
				return
			}
			day := time.Date(2024, 5, 1, 0, 0, 0, 0, time.UTC)
			if d, err := time.Parse(time.DateOnly, q.URL.Query().Get("date")); err == nil {
				day = d
			}
			fmt.Fprint(w, listHead())
			if q.URL.Path == "/list" {
				fmt.Fprint(w, real(5))
			}
			for i := -15; i <= 15; i++ {
				d := day.AddDate(0, 0, i).Format(time.DateOnly)
				fmt.Fprintf(w, `<li><a href="/calendar.jsp?date=%s">县政府主要领导公务活动安排</a></li>`, d)
			}
			fmt.Fprintf(w, `</ul><a href="/calendar.jsp?date=%s">下一月</a>`, day.AddDate(0, 1, 0).Format(time.DateOnly))
		}, 400, 5, "pages like 127.0.0.1"},
		{"facets of one list", true, func(w http.ResponseWriter, q *http.Request) {
			if article(w, q) {
				return
			}
			fmt.Fprint(w, listHead(), real(5), "</ul>")
			for i := range 8 {
				query := q.URL.Query()
				query.Set(fmt.Sprint("f", i), fmt.Sprint(rand.IntN(4)))
				fmt.Fprintf(w, `<a href="/facet?%s">分类%d</a> `, query.Encode(), i)
			}
		}, 300, 5, "led to nothing new"},
		{"a list that always answers page 1", false, func(w http.ResponseWriter, q *http.Request) {
			if article(w, q) {
				return
			}
			n := 1
			fmt.Sscan(q.URL.Query().Get("page"), &n)
			fmt.Fprint(w, listHead(), real(6), fmt.Sprintf(`</ul><a href="/list?page=%d">下一页</a>`, n+1))
		}, 20, 6, "it is not walked on"},
		{"totals that lie", false, func(w http.ResponseWriter, q *http.Request) {
			if article(w, q) {
				return
			}
			if q.URL.Path != "/list" {
				http.NotFound(w, q)
				return
			}
			fmt.Fprint(w, listHead(), real(6), `</ul><script>createPageHTML(99999, 0, "index", "html");</script>`)
		}, 60, 6, ""},
		{"600 foreign links", true, func(w http.ResponseWriter, q *http.Request) {
			if article(w, q) {
				return
			}
			fmt.Fprint(w, listHead(), real(6), "</ul>")
			for i := range 600 {
				fmt.Fprintf(w, `<a href="http://www.county%d.example/">第%d县人民政府</a>`, i, i)
			}
		}, 20, 6, "links to 600 other hosts"},
		{"redirects that go on and on", true, func(w http.ResponseWriter, q *http.Request) {
			if article(w, q) {
				return
			}
			if q.URL.Path == "/list" {
				fmt.Fprint(w, listHead(), real(5), listItem("/go?n=1", "关于开展环境整治的通告全文", ""), listItem("/ping", "关于开展环境整治的通告一", ""), listItem("/self", "关于开展环境整治的通告二", ""))
				return
			}
			to := map[string]string{"/ping": "/pong", "/pong": "/ping", "/self": "/self"}[q.URL.Path]
			if q.URL.Path == "/go" {
				n := 0
				fmt.Sscan(q.URL.Query().Get("n"), &n)
				to = fmt.Sprintf("/go?n=%d", n+1)
			}
			http.Redirect(w, q, to, http.StatusFound)
		}, 60, 5, "redirects in a row"},
		{"a 50,000-row list page", false, func(w http.ResponseWriter, q *http.Request) {
			if article(w, q) {
				return
			}
			fmt.Fprint(w, listHead(), real(50_000))
		}, 60, 39, "stopped after"}, // the others are the list, and the home page: no title is as the list has it
		{"a home page of 20 MB", true, func(w http.ResponseWriter, q *http.Request) {
			if article(w, q) {
				return
			}
			fmt.Fprint(w, listHead(), real(20), "</ul>")
			filler := strings.Repeat("<div class=x><p>政务服务数据管理</p></div>\n", 1000)
			for range 20 << 20 / len(filler) {
				fmt.Fprint(w, filler)
			}
		}, 60, 20, ""},
		{"links by javascript:", true, func(w http.ResponseWriter, q *http.Request) {
			if article(w, q) {
				return
			}
			fmt.Fprint(w, listHead())
			for i := range 30 {
				fmt.Fprintf(w, `<li><a href="javascript:openArticle(%d)">关于第%d号文件贯彻落实情况的通报</a><span>2024-05-20</span></li>`, i, i)
			}
		}, 5, 0, "30 links that only a script can follow"},
		{"paths that grow", true, func(w http.ResponseWriter, q *http.Request) {
			if article(w, q) {
				return
			}
			fmt.Fprint(w, listHead(), real(3), `</ul><a href="zt/">专题专栏</a> <a href="zw/">政务公开</a>`)
		}, 500, 3, "paths that grow without end"},
		{"copies of the portal", true, func(w http.ResponseWriter, q *http.Request) {
			if article(w, q) {
				return
			}
			fmt.Fprint(w, listHead(), real(3), `</ul><a href="/zh-hant/">繁體</a> <a href="/wza/index.html">无障碍</a> <a href="/was5/web/search?searchword=x">搜索</a>`)
		}, 8, 3, "copy in another script"},
		{"a sitemap bomb", false, func(w http.ResponseWriter, q *http.Request) {
			w.Header().Set("Content-Type", "application/xml")
			var b bytes.Buffer
			z := gzip.NewWriter(&b)
			if q.URL.Path == "/list" {
				fmt.Fprint(z, `<?xml version="1.0"?><sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">`)
				for i := range 50_000 {
					fmt.Fprintf(z, `<sitemap><loc>http://%s/s%d.xml.gz</loc></sitemap>`, q.Host, i)
				}
				fmt.Fprint(z, `</sitemapindex>`)
				z.Close()
				w.Header().Set("Content-Encoding", "gzip")
				w.Write(b.Bytes())
				return
			}
			w.Write(bomb())
		}, 60, 0, "only 500 addresses of the sitemap are read"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := &trap{serve: c.serve}
			r := serve(t, h.ServeHTTP)
			r.site.Revisit = nil
			if c.adHoc {
				r.adHoc("/list", 4)
			}
			if c.note == "stopped after" || c.name == "a sitemap bomb" {
				r.site.MaxPages = 41
			}
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			began := time.Now()
			run := r.run()
			runtime.GC()
			runtime.ReadMemStats(&after)
			if n := int(h.requests.Load()); n > c.requests {
				t.Errorf("%d requests, want %d at most", n, c.requests)
			}
			stored := 0
			for _, s := range r.snapshots("") {
				if s.Kind == archive.KindArticle {
					stored++
				}
			}
			if stored < c.articles {
				t.Errorf("%d articles stored, want %d: %v", stored, c.articles, run.Articles)
			}
			if c.note != "" && !slices.ContainsFunc(run.Notes, func(n string) bool { return strings.Contains(n, c.note) }) {
				t.Errorf("notes %q, want one of %q", run.Notes, c.note)
			}
			t.Logf("%d requests, %v, %d MB kept, notes %q", h.requests.Load(), time.Since(began).Round(time.Millisecond), (int64(after.HeapAlloc)-int64(before.HeapAlloc))>>20, run.Notes)
		})
	}
}

// A portal that hangs another session on every link costs no more once that is
// known: what it lists are the pages that are known.
func TestSessionInEveryLink(t *testing.T) {
	var answers atomic.Int64
	h := &trap{serve: func(w http.ResponseWriter, q *http.Request) {
		session := fmt.Sprintf("%x", sha256.Sum256([]byte{byte(answers.Add(1))}))[:16]
		if q.URL.Path == "/show.jsp" {
			fmt.Fprint(w, notice("关于第"+q.URL.Query().Get("id")+"号文件贯彻落实情况的通报"))
			return
		}
		fmt.Fprint(w, listHead())
		for i := range 8 {
			fmt.Fprint(w, listItem(fmt.Sprintf("/show.jsp?id=%d&zxsid=%s", i, session), fmt.Sprintf("关于第%d号文件贯彻落实情况的通报", i), "2024-05-20"))
		}
	}}
	r := serve(t, h.ServeHTTP)
	r.site.Revisit = func(p archive.Page, now time.Time) time.Time { return now.Add(time.Hour) }
	r.run()
	second := r.run()
	if !slices.ContainsFunc(second.Notes, func(n string) bool { return strings.Contains(n, `parameter "zxsid" of `) }) {
		t.Errorf("notes %q", second.Notes)
	}
	for range 3 {
		before := h.requests.Load()
		run := r.run()
		if n := h.requests.Load() - before; n > 2 || run.Discovered != 0 {
			t.Errorf("%d requests, %d pages discovered", n, run.Discovered)
		}
	}
}

// A newspaper whose links all name its issue has a new one every day, and no
// sessions.
func TestIssuesAreNoSessions(t *testing.T) {
	for _, issues := range [][]string{{"20261230", "20261231", "20270101"}, {"2026-11-26", "2026-11-27", "2026-11-28"}, {"A120398", "A120399", "A120400"}} {
		var issue atomic.Value
		h := &trap{serve: func(w http.ResponseWriter, q *http.Request) {
			if q.URL.Path == "/show.jsp" {
				fmt.Fprint(w, notice("关于第"+q.URL.Query().Get("issue")+q.URL.Query().Get("no")+"号文件贯彻落实情况的通报"))
				return
			}
			fmt.Fprint(w, listHead())
			for i := range 6 {
				fmt.Fprint(w, listItem(fmt.Sprintf("/show.jsp?issue=%s&no=%d", issue.Load(), i), fmt.Sprintf("关于第%d号文件贯彻落实情况的通报", i), ""))
			}
		}}
		r := serve(t, h.ServeHTTP)
		for _, s := range issues {
			issue.Store(s)
			r.run()
		}
		if n := len(all(t, r.store.Pages(t.Context(), archive.Filter{Kind: archive.KindArticle}))); n != 18 {
			t.Errorf("%v: %d articles stored, want 18", issues, n)
		}
	}
}

// Links that redirect to the articles are worth their requests.
func TestRedirectsToArticlesAreFollowed(t *testing.T) {
	const articles = 300
	h := &trap{serve: func(w http.ResponseWriter, q *http.Request) {
		switch {
		case strings.HasPrefix(q.URL.Path, "/a/"):
			fmt.Fprint(w, notice("关于"+q.URL.Path[3:]+"号文件贯彻落实情况的通报"))
		case q.URL.Path == "/go.jsp":
			http.Redirect(w, q, "/a/"+q.URL.Query().Get("id")+".html", http.StatusFound)
		default:
			fmt.Fprint(w, listHead())
			for i := range articles {
				fmt.Fprint(w, listItem(fmt.Sprintf("/go.jsp?id=%d", i), fmt.Sprintf("关于第%d号文件贯彻落实情况的通报", i), ""))
			}
		}
	}}
	r := serve(t, h.ServeHTTP)
	run := r.run()
	if n := len(all(t, r.store.Pages(t.Context(), archive.Filter{Kind: archive.KindArticle}))); n != articles {
		t.Errorf("%d articles stored, want %d; notes %q", n, articles, run.Notes)
	}
}

// From plain HTTP to https likewise, but not round and round.
func TestRedirectsThatCount(t *testing.T) {
	for _, c := range []struct {
		to   string
		want bool
	}{
		{"https://a.gov.cn/show.jsp?id=%d", false},
		{"http://www.a.gov.cn/show.jsp?id=%d", false},
		{"http://a.gov.cn/art/%d.html", false},
		{"http://a.gov.cn/show.jsp?id=1%d", true},
	} {
		if got := crawler.LedToNothing("http://a.gov.cn/show.jsp?id=%d", c.to, 200); got != c.want {
			t.Errorf("to %s: left out %v", c.to, got)
		}
	}
}
