package crawler_test

import (
	"fmt"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fangzhi/archive"
)

// What cannot be had is recorded with the reason, and nothing against the
// article.
func TestWhatCannotBeKept(t *testing.T) {
	r, s, later := wears(t, map[string]item{
		"/art/1": {body: `<img src="/403.png"><img src="/404.png"><img src="/500.png"><img src="/page.png"><img src="/long.png"><img src="/no/robots.png"><img src="/home.png"><img src="/403b.png"><img src="/403c.png">
			<a href="/gone.pdf">没有.pdf</a><a href="/login.doc">登录.doc</a><a href="/long.zip">长.zip</a><a href="/soft.xls">错误.xls</a><a href="/good.txt">好.txt</a>`},
		"/art/2":      {body: `<img src="/late.png">`},
		"/late.png":   {kind: "image/png", body: "\x89PNG\r\n"},
		"/robots.txt": {kind: "text/plain", body: "User-agent: *\nDisallow: /no/\n"},
		"/403.png":    {status: 403}, "/403b.png": {status: 403}, "/403c.png": {status: 403},
		"/500.png":   {status: 500},
		"/page.png":  {body: "<!DOCTYPE html><html><body>这里什么也没有</body></html>"},
		"/long.png":  {kind: "image/png", body: strings.Repeat("长", 5000)},
		"/long.zip":  {kind: "application/zip", body: strings.Repeat("长", 5000)},
		"/home.png":  {status: 302, location: "/"},
		"/login.doc": {body: `<html><title>用户登录</title><form>用户名<input name=user>密码<input type=password name=p><input type=submit value=登录></form></html>`},
		"/soft.xls":  {body: `<html><title>404</title><h1>您访问的页面不存在或已删除</h1></html>`},
		"/good.txt":  {kind: "text/plain", body: "附件的正文"},
	})
	r.site.Keep.Size = 10_000
	run := r.run()
	url := func(path string) string { return r.base + path }
	for path, want := range map[string]string{
		"/403.png":       "refused: status 403 Forbidden",
		"/404.png":       "gone: status 404 Not Found",
		"/500.png":       "unreachable: status 500 Internal Server Error",
		"/page.png":      "unreadable: a page of HTML in place of a requisite",
		"/long.png":      "truncated: cut short (length) after 0 bytes: 15000 bytes long, more than the 10000 that are kept: not kept",
		"/no/robots.png": "refused: robots.txt",
		"/home.png":      "gone: status 302 Found: to \"/\", which is not the article",
		"/gone.pdf":      "gone: status 404 Not Found",
		"/login.doc":     "refused: login page",
		"/soft.xls":      "gone: soft 404",
		"/long.zip":      "truncated: cut short (length) after 0 bytes: 15000 bytes long, more than the 10000 that are kept: not kept",
		"/good.txt":      "new: first version",
		"/late.png":      "new: a requisite, had for the first time",
	} {
		v := r.last(url(path))
		if got := string(v.Outcome) + ": " + v.Reason; !strings.HasPrefix(got, want) {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
	v := r.last(url("/art/1"))
	if want := "first version; of 5 attachments 4 not kept: " + url("/gone.pdf") + ": status 404 Not Found"; v.Outcome != archive.New || v.Reason != want {
		t.Errorf("article: %s: %s, want %s", v.Outcome, v.Reason, want)
	}
	var digests []string
	for _, d := range r.snapshots(url("/art/1"))[0].Article.Attachments {
		digests = append(digests, string(d.Digest))
	}
	if diff := cmp.Diff([]string{"", "", "", "", string(archive.DigestOf([]byte("附件的正文")))}, digests); diff != "" {
		t.Errorf("digests (-want +got):\n%s", diff)
	}
	if y := run.Columns[0]; y.Gone+y.Asked != 0 || y.New != 2 {
		t.Errorf("the column's yield: %+v", y)
	}
	if slices.ContainsFunc(run.Notes, func(n string) bool { return strings.Contains(n, "left alone") }) {
		t.Errorf("notes %q", run.Notes)
	}
	sound(t, r)

	// What may pass is tried again, what is too long is not, and what was had is left.
	later(time.Hour)
	s.mu.Lock()
	s.items["/500.png"] = item{kind: "image/png", body: "\x89PNG\r\n ja"}
	s.mu.Unlock()
	r.run()
	if v := r.last(url("/500.png")); v.Outcome != archive.New {
		t.Errorf("/500.png: %s: %s", v.Outcome, v.Reason)
	}
	for _, path := range []string{"/long.png", "/long.zip", "/late.png", "/404.png"} {
		if n := len(r.visits(url(path))); n != 1 {
			t.Errorf("%s has %d visits", path, n)
		}
	}
	sound(t, r)
}

// Requisites may lie on other hosts of the public network, a site's own guard
// allowing; paths that it leaves out stay out.
func TestKeepAndTheScope(t *testing.T) {
	cdn := &wardrobe{items: map[string]item{"/j.js": {kind: "text/javascript", body: "1"}, "/d.pdf": {kind: "application/pdf", body: "%PDF-1.4"}}, asked: map[string]int{}, from: map[string]string{}}
	server := httptest.NewServer(cdn)
	defer server.Close()
	r, s, _ := wears(t, map[string]item{
		"/art/1": {body: fmt.Sprintf(`<script src="%[1]s/j.js"></script><a href="%[1]s/d.pdf">文件.pdf</a><img src="http://127.0.0.2:9/inner.png"><img src="http://169.254.169.254/latest.png">
			<img src="/video/1.jpg"><img src="/a.png"><a href="http://10.0.0.1/inner.doc">内部.doc</a>`, server.URL)},
		"/video/1.jpg": {kind: "image/jpeg", body: "1"},
		"/a.png":       {kind: "image/png", body: "2"},
	})
	r.site.AllowPrivate, r.site.AllowAddresses = false, []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
	r.site.Scope.Exclude = []string{"/video/"}
	r.run()
	for url, want := range map[string]string{
		server.URL + "/j.js": "new", server.URL + "/d.pdf": "new", r.base + "/a.png": "new",
		"http://127.0.0.2:9/inner.png": "unreachable", "http://169.254.169.254/latest.png": "unreachable", "http://10.0.0.1/inner.doc": "unreachable",
	} {
		v := r.last(url)
		if string(v.Outcome) != want || want == "unreachable" && !strings.Contains(v.Reason, "allow_private") {
			t.Errorf("%s: %s: %s", url, v.Outcome, v.Reason)
		}
	}
	if s.count("/video/1.jpg") != 0 || r.hasPage(r.base+"/video/1.jpg") {
		t.Error("a path that the scope leaves out was asked for")
	}
	if v := r.last(r.base + "/art/1"); v.Outcome != archive.New || !strings.Contains(v.Reason, "of 2 attachments 1 not kept: http://10.0.0.1/inner.doc: address 10.0.0.1: private") {
		t.Errorf("article: %s: %s", v.Outcome, v.Reason)
	}
	if got := s.from["/a.png"]; got != r.base+"/art/1" {
		t.Errorf("the picture was asked for from %q", got)
	}
	if got := cdn.from["/j.js"]; got != r.base+"/" {
		t.Errorf("the other host was told %q", got)
	}
	sound(t, r)
}

func TestRedirectedDocumentsAndRequisites(t *testing.T) {
	r, s, _ := wears(t, map[string]item{
		"/art/1":                   {body: `<img src="/go.png"><a href="/download.jsp?name=1.pdf">一.pdf</a><a href="/ring.doc">环.doc</a>`},
		"/go.png":                  {status: 301, location: "/real.png"},
		"/real.png":                {kind: "image/png", body: "\x89PNG\r\n"},
		"/download.jsp?name=1.pdf": {status: 302, location: "/files/1.pdf"},
		"/files/1.pdf":             {kind: "application/pdf", body: "%PDF-1.4 一"},
		"/ring.doc":                {status: 302, location: "/ring2.doc"},
		"/ring2.doc":               {status: 302, location: "/ring.doc"},
	})
	r.run()
	attachments := r.snapshots(r.base + "/art/1")[0].Article.Attachments
	if d := attachments[0]; d.URL != r.base+"/download.jsp?name=1.pdf" || d.Digest != archive.DigestOf([]byte("%PDF-1.4 一")) {
		t.Errorf("document %+v", d)
	}
	for _, path := range []string{"/go.png", "/download.jsp?name=1.pdf"} {
		if v := r.last(r.base + path); v.Outcome != archive.Moved || v.MovedTo == "" || v.Payload == "" || v.Header.Get("Location") == "" {
			t.Errorf("%s: a replay needs the redirect: %+v", path, v)
		}
	}
	if v := r.last(r.base + "/real.png"); v.Kind != archive.KindRequisite || v.Outcome != archive.New {
		t.Errorf("/real.png: %+v", v)
	}
	if n := s.count("/ring.doc") + s.count("/ring2.doc"); n != 2 || attachments[1].Digest != "" {
		t.Errorf("%d requests in a ring", n)
	}
	if v := r.last(r.base + "/art/1"); v.Outcome != archive.New || !strings.Contains(v.Reason, "redirected more than 5 times in a row") {
		t.Errorf("article: %s: %s", v.Outcome, v.Reason)
	}
	sound(t, r)
}

// Pages that need without end cost no more than the caps.
func TestKeepIsBounded(t *testing.T) {
	var many strings.Builder
	for i := range 100_000 {
		fmt.Fprintf(&many, `<img src="/many/%d.png">`, i)
	}
	items := map[string]item{"/art/1": {body: many.String()}, "/art/2": {body: `<link rel=stylesheet href="/0.css"><img src="data:image/png;base64,AAAA">`}}
	for i := range 100 { // a chain of imports that comes round
		items[fmt.Sprintf("/%d.css", i)] = item{kind: "text/css", body: fmt.Sprintf(`@import "/%d.css"; @import "/0.css"; p { background: url(data:image/png;base64,AAAA) }`, (i+1)%100)}
	}
	r, s, later := wears(t, items)
	r.site.Keep.PerPage = 20
	run := r.run()
	asked := 0
	for path, n := range s.asked {
		if strings.HasPrefix(path, "/many/") || strings.HasSuffix(path, ".css") {
			asked++
			if n != 1 {
				t.Errorf("%s was asked for %d times", path, n)
			}
		}
	}
	if asked != 40 {
		t.Errorf("%d requisites were asked for, want 20 of each article", asked)
	}
	for _, want := range []string{"/art/1 needs more than 20 requisites", "/art/2 needs more than 20 requisites", "/art/1 has more than 1000 addresses of requisites"} {
		if !slices.ContainsFunc(run.Notes, func(n string) bool { return strings.Contains(n, want) }) {
			t.Errorf("no note says %q: %q", want, run.Notes)
		}
	}
	sound(t, r)

	// What is beyond the cap of one run is due a day later.
	s.mu.Lock()
	s.items["/art/3"] = item{body: `<img src="/a.png"><img src="/b.png"><a href="/c.pdf">丙.pdf</a>`}
	for _, path := range []string{"/a.png", "/b.png", "/c.pdf"} {
		s.items[path] = item{kind: "application/pdf", body: "%PDF-1.4" + path}
	}
	s.mu.Unlock()
	r.site.Keep.PerRun = 1
	run = r.run()
	if s.count("/c.pdf") != 1 || s.count("/a.png")+s.count("/b.png") != 0 || r.page(r.base+"/a.png").State != archive.StateDiscovered {
		t.Errorf("the cap of a run: %d, %d, %d requests", s.count("/a.png"), s.count("/b.png"), s.count("/c.pdf"))
	}
	if !slices.ContainsFunc(run.Notes, func(n string) bool { return strings.Contains(n, "beyond the 1 of one run") }) {
		t.Errorf("notes %q", run.Notes)
	}
	later(25 * time.Hour)
	r.run()
	for _, path := range []string{"/a.png", "/b.png"} {
		if v := r.last(r.base + path); v.Outcome != archive.New {
			t.Errorf("%s: %s: %s", path, v.Outcome, v.Reason)
		}
	}
	sound(t, r)
}
