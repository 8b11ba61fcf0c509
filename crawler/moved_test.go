package crawler_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"fangzhi/archive"
	"fangzhi/crawler/portaltest"
)

// A page that moved leads to the new one, which takes its place in the column.
func TestMoved(t *testing.T) {
	p, path := oneArticle(portaltest.Options{})
	to := p.Publish("yw", article("县政府召开第四十三次常务会议"))
	r := newRig(t, p)
	p.Redirect(path, to)
	p.Break("/yw/index.html", 0, portaltest.Text(200, listPage(path)))
	r.run()
	from, target := r.base+path, r.base+to
	v, page := r.last(from), r.page(from)
	if v.Outcome != archive.Moved || v.MovedTo != target || page.MovedTo != target || page.State != archive.StateMoved {
		t.Errorf("%s to %q: %s; page is %s to %q", v.Outcome, v.MovedTo, v.Reason, page.State, page.MovedTo)
	}
	got := r.page(target)
	if got.FoundOn != from || got.Column != "要闻动态" || got.Depth != 1 || got.Versions != 1 {
		t.Errorf("target %+v", got)
	}
	for path, n := range p.Counts() {
		if n != 1 {
			t.Errorf("%s was fetched %d times", path, n)
		}
	}
	if n := len(r.snapshots(from)); n != 0 {
		t.Errorf("the redirect became %d versions", n)
	}
}

// A column that moved is walked at its new place.
func TestMovedColumn(t *testing.T) {
	r := serve(t, func(w http.ResponseWriter, q *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		switch q.URL.Path {
		case "/list":
			http.Redirect(w, q, "/neu/list", http.StatusMovedPermanently)
		case "/neu/list":
			fmt.Fprint(w, listPage("/a1", "/a2"))
		default:
			http.NotFound(w, q)
		}
	})
	r.run()
	list := r.page(r.base + "/neu/list")
	if list.Kind != archive.KindList || list.Column != "列表" || list.Depth != 0 || list.Visits != 1 {
		t.Errorf("the new list %+v", list)
	}
	if v := r.last(r.base + "/a2"); v.Outcome != archive.Gone || v.Column != "列表" {
		t.Errorf("what it lists: %+v", v)
	}
}

// A redirect that sets a cookie and leads back to the page is part of one
// fetch; the cookie goes to nobody else.
func TestCookieRound(t *testing.T) {
	asked := map[string]int{}
	r := serve(t, func(w http.ResponseWriter, q *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		asked[q.URL.RequestURI()]++
		switch {
		case q.URL.Path == "/list":
			fmt.Fprint(w, listPage("/a1", "/a2"))
		case q.URL.Path == "/a1" && q.Header.Get("Cookie") == "":
			http.SetCookie(w, &http.Cookie{Name: "sid", Value: "1"})
			http.SetCookie(w, &http.Cookie{Name: "gone", Value: "x", MaxAge: -1})
			http.Redirect(w, q, "/a1;jsessionid=77?utm_source=wall", http.StatusFound)
		case strings.HasPrefix(q.URL.Path, "/a1;") && q.Header.Get("Cookie") == "sid=1":
			fmt.Fprint(w, "<html><meta charset=utf-8><title>通告</title><h1>关于道路临时封闭的通告</h1><p>因管网改造施工，自六月一日起，青石路（东门至南桥段）禁止机动车通行，请过往车辆绕行，给您带来不便敬请谅解。</p>")
		default:
			if q.Header.Get("Cookie") != "" {
				t.Errorf("%s was told the cookie %q", q.URL.Path, q.Header.Get("Cookie"))
			}
			http.NotFound(w, q)
		}
	})
	r.site.Politeness.Parallel = 1
	r.run()
	v := r.last(r.base + "/a1")
	if v.Outcome != archive.New || v.Attempts != 2 || v.URL != r.base+"/a1" {
		t.Errorf("%s after %d requests: %s", v.Outcome, v.Attempts, v.Reason)
	}
	if asked["/a1"] != 1 || asked["/a1;jsessionid=77?utm_source=wall"] != 1 {
		t.Errorf("asked for %v", asked)
	}
	if r.hasPage(r.base+"/a1;jsessionid=77?utm_source=wall") || r.hasPage(r.base+"/a1;jsessionid=77") {
		t.Error("the way round became a page")
	}
}

func TestRedirectLoop(t *testing.T) {
	r := serve(t, func(w http.ResponseWriter, q *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		switch q.URL.Path {
		case "/list":
			fmt.Fprint(w, listPage("/self", "/ping"))
		case "/self":
			http.Redirect(w, q, "/self#again", http.StatusFound)
		case "/ping":
			http.Redirect(w, q, "/pong", http.StatusFound)
		case "/pong":
			http.Redirect(w, q, "/ping", http.StatusFound)
		default:
			http.NotFound(w, q)
		}
	})
	r.run()
	v := r.last(r.base + "/self")
	if v.Outcome != archive.Unreachable || v.Reason != "status 302: leads back to itself, 6 times in a row" || v.Attempts != 6 {
		t.Errorf("%s after %d requests: %s", v.Outcome, v.Attempts, v.Reason)
	}
	for _, path := range []string{"/ping", "/pong"} {
		if v := r.visits(r.base + path); len(v) != 1 || v[0].Outcome != archive.Moved {
			t.Errorf("%s: %+v", path, v)
		}
	}
}

// A home page that is but a door, a meta refresh, a script or frames, is no dead
// end: what is behind it is crawled.
func TestDoors(t *testing.T) {
	for name, c := range map[string]struct{ door, outcome, reason string }{
		"meta refresh": {`<html><head><meta http-equiv="refresh" content="0;url=/portal/"></head></html>`, "moved", `meta refresh to "/portal/"`},
		"script":       {`<html><body><p>正在跳转，请稍候</p><script>window.location.href = '/portal/';</script></body></html>`, "moved", `script redirect to "/portal/"`},
		"frames":       {`<html><head><title>云溪</title></head><frameset rows="80,*"><frame src="/top.html"><frame src="/portal/"></frameset></html>`, "new", "list, read for the first time"},
	} {
		t.Run(name, func(t *testing.T) {
			r := serve(t, func(w http.ResponseWriter, q *http.Request) {
				w.Header().Set("Content-Type", "text/html; charset=utf-8")
				switch q.URL.Path {
				case "/":
					fmt.Fprint(w, c.door)
				case "/portal/":
					fmt.Fprint(w, listPage("/a/1.html", "/a/2.html", "/a/3.html"))
				case "/a/1.html", "/a/2.html", "/a/3.html":
					fmt.Fprint(w, notice("关于"+q.URL.Path[3:4]+"号文件贯彻落实情况的通报"))
				default:
					http.NotFound(w, q)
				}
			})
			r.adHoc("/", 0)
			r.run()
			if v := r.last(r.base + "/"); string(v.Outcome) != c.outcome || v.Reason != c.reason {
				t.Errorf("%s: %s", v.Outcome, v.Reason)
			}
			if n := len(r.snapshots("")); n != 3 {
				t.Errorf("%d articles, want 3", n)
			}
			r.run()
			if n := len(r.snapshots("")); n != 3 {
				t.Errorf("%d versions after a second run", n)
			}
		})
	}
}

// A page that says something and refreshes itself is no redirect.
func TestNotADoor(t *testing.T) {
	r := serve(t, func(w http.ResponseWriter, q *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		switch q.URL.Path {
		case "/list":
			fmt.Fprint(w, `<meta http-equiv="refresh" content="300;url=/list">`+listPage("/a", "/b"))
		case "/a":
			fmt.Fprint(w, strings.Replace(notice("关于道路封闭施工的通告"), "<head>", `<head><meta http-equiv="refresh" content="60; url=/"><script>function back(){ location.href="/list"; }</script>`, 1))
		default:
			fmt.Fprint(w, strings.Replace(notice("关于开展环境整治的通告"), "</title>", `</title><script>if (top.location != self.location) top.location = self.location; document.location.href.match("x")</script>`, 1))
		}
	})
	r.run()
	for _, path := range []string{"/a", "/b"} {
		if v := r.last(r.base + path); v.Outcome != archive.New {
			t.Errorf("%s: %s: %s", path, v.Outcome, v.Reason)
		}
	}
}
