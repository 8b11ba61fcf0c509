package crawler_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fangzhi/archive"
	"fangzhi/crawler"
	"fangzhi/crawler/portaltest"
)

// keepAll has the rig keep all there is, under a clock that the test moves.
func keepAll(t *testing.T, p *portaltest.Portal) (r *rig, later func(time.Duration)) {
	t.Helper()
	var ahead time.Duration
	r = newRig(t, p, func(o *crawler.Options) {
		o.Now = func() time.Time { return time.Now().Add(ahead) }
	})
	r.site.Keep = crawler.Keep{Attachments: true, Requisites: true}
	return r, func(d time.Duration) { ahead += d }
}

func outcomes(visits []archive.Visit) (all []archive.Outcome) {
	for _, v := range visits {
		all = append(all, v.Outcome)
	}
	return all
}

func TestKeep(t *testing.T) {
	p := portaltest.New(portaltest.Options{})
	p.AddColumn(portaltest.Column{Path: "yw", Name: "要闻动态"})
	p.AddColumn(portaltest.Column{Path: "tzgg", Name: "通知公告"})
	p.Place(portaltest.File{Name: "style.css", URL: "/css/style.css", Bytes: []byte(`@import "/css/more.css"; h1 { background: url(/images/h.png) }`)})
	p.Place(portaltest.File{Name: "more.css", URL: "/css/more.css", Bytes: []byte(`@import "/css/style.css"; @font-face { src: url(/f.woff2) }`)})
	p.Place(portaltest.File{Name: "h.png", URL: "/images/h.png", Bytes: []byte("\x89PNG\r\n")})
	first := article("县政府召开常务会议研究防汛工作")
	first.Files = []portaltest.File{{Name: "方案.pdf", Bytes: portaltest.PDF("方案")}}
	first.Pictures = []portaltest.File{{Name: "会场", Type: "image/jpeg", Bytes: []byte("\xff\xd8\xff 会场")}}
	path := p.Publish("yw", first)
	other := p.Publish("tzgg", article("关于做好秋粮收购工作的通知"))
	r, later := keepAll(t, p)
	run := r.run()

	s := r.snapshots(r.base + path)[0]
	document := s.Article.Attachments[0]
	if want := archive.DigestOf(first.Files[0].Bytes); document.Digest != want || document.Name != "方案.pdf" {
		t.Errorf("the version says of its document %+v, want %s", document, want)
	}
	if held, err := r.store.Payload(t.Context(), document.Digest); err != nil || string(held) != string(first.Files[0].Bytes) {
		t.Errorf("%d bytes of the document, %v", len(held), err)
	}
	if page := r.page(document.URL); page.Kind != archive.KindAttachment || page.Versions != 1 || page.Title != "方案.pdf" || page.FoundOn != r.base+path {
		t.Errorf("document %+v", page)
	}
	if v := r.last(r.base + path); v.Outcome != archive.New || v.Reason != "first version" {
		t.Errorf("article: %s: %s", v.Outcome, v.Reason)
	}
	style := r.base + "/css/style.css?v=20260901"
	for _, url := range []string{style, r.base + "/css/more.css", r.base + "/css/style.css", r.base + "/images/h.png", s.Article.Pictures[0]} {
		page, v := r.page(url), r.visits(url)[0]
		if page.Kind != archive.KindRequisite || page.Versions != 0 || !page.Due.IsZero() || v.Outcome != archive.New || len(v.Header) == 0 || v.Payload == "" {
			t.Errorf("requisite %+v, visit %+v", page, v)
		}
	}
	if page := r.page(style); page.Column != "要闻动态" || !slices.Contains(page.Also, "通知公告") {
		if page.Column != "通知公告" || !slices.Contains(page.Also, "要闻动态") {
			t.Errorf("the style is of column %q, and of %q", page.Column, page.Also)
		}
	}
	if v := r.last(r.base + "/f.woff2"); v.Outcome != archive.Gone {
		t.Errorf("a font that is not there: %s: %s", v.Outcome, v.Reason)
	}
	// What several pages need is asked for once more when the run ends.
	shared := []string{"/css/style.css?v=20260901", "/css/more.css", "/css/style.css", "/images/h.png"}
	for url, n := range p.Counts() {
		if want := 1 + strings.Count(strings.Join(shared, "\n")+"\n", url+"\n"); n != want {
			t.Errorf("%s was asked for %d times, want %d", url, n, want)
		}
	}
	if run.Requisites[archive.New] != 5 || run.Requisites[archive.NotModified] != len(shared) || run.Articles[archive.New] != 3 || run.Articles.Total() != 3 {
		t.Errorf("requisites %v, articles %v", run.Requisites, run.Articles)
	}
	if run.Requisites.Failed() != 0 || len(run.Columns) != 2 || run.Columns[0].Gone+run.Columns[1].Gone != 0 {
		t.Errorf("requisites %v, columns %+v", run.Requisites, run.Columns)
	}
	sound(t, r)

	// The next run asks for no requisite; the document is a page like others.
	p.ForgetRequests()
	run = r.run()
	if run.Requisites.Total() != 0 || p.Counts()[strings.TrimPrefix(document.URL, r.base)] != 1 {
		t.Errorf("requisites %v, asked for %v", run.Requisites, p.Counts())
	}
	if v := r.last(document.URL); v.Outcome != archive.NotModified {
		t.Errorf("document: %s: %s", v.Outcome, v.Reason)
	}

	// Nor does a full run, nor a new article on the same day but for what is its own.
	p.ForgetRequests()
	third := article("县长调研重点项目建设")
	third.Pictures = []portaltest.File{{Name: "工地", Type: "image/jpeg", Bytes: []byte("\xff\xd8\xff 工地")}}
	r.base = strings.TrimSuffix(r.base, "/")
	published := p.Publish("yw", third)
	run = r.run(crawler.Tick{Full: true})
	picture := r.snapshots(r.base + strings.TrimPrefix(published, r.base))[0].Article.Pictures[0]
	if run.Requisites.Total() != 1 || r.last(picture).Outcome != archive.New {
		t.Errorf("requisites %v", run.Requisites)
	}

	// A day later a page that is new asks whether they changed.
	later(25 * time.Hour)
	p.Place(portaltest.File{Name: "more.css", URL: "/css/more.css", Bytes: []byte(`h1 { color: red }`)})
	p.Publish("tzgg", article("关于开展安全生产检查的通知"))
	run = r.run()
	if got, want := outcomes(r.visits(style)), []archive.Outcome{archive.New, archive.NotModified, archive.NotModified, archive.NotModified}; !slices.Equal(got, want) {
		t.Errorf("the style: %v, want %v", got, want)
	}
	if got, want := outcomes(r.visits(r.base+"/css/more.css")), []archive.Outcome{archive.New, archive.NotModified, archive.Changed, archive.NotModified}; !slices.Equal(got, want) {
		t.Errorf("the style that changed: %v, want %v", got, want)
	}
	if v := r.visits(picture); len(v) != 1 {
		t.Errorf("the picture of another article: %v", outcomes(v))
	}
	if v := r.visits(r.base + other); len(v) != 4 {
		t.Errorf("visits to %s: %v", other, outcomes(v))
	}
	sound(t, r)
}

// A document under the same address with other bytes is a version of its own; the
// article's version goes on telling what it had.
func TestDocumentIsReplaced(t *testing.T) {
	p := portaltest.New(portaltest.Options{})
	p.AddColumn(portaltest.Column{Path: "yw", Name: "要闻动态"})
	a := article("云溪县农村供水管理办法")
	a.Files = []portaltest.File{{Name: "办法.pdf", Bytes: portaltest.PDF("第一稿")}}
	path := p.Publish("yw", a)
	r, _ := keepAll(t, p)
	r.run()
	was := r.snapshots(r.base + path)[0].Article.Attachments[0]
	p.Place(portaltest.File{Name: "办法.pdf", URL: was.URL, Bytes: portaltest.PDF("第二稿")})
	r.run()
	documents := r.snapshots(was.URL)
	if len(documents) != 2 || documents[0].Payload != was.Digest || documents[1].Payload != archive.DigestOf(portaltest.PDF("第二稿")) {
		t.Errorf("versions of the document: %+v", documents)
	}
	if s := r.snapshots(r.base + path); len(s) != 1 || s[0].Article.Attachments[0] != was {
		t.Errorf("versions of the article: %+v", s)
	}
	if err := p.Edit(r.base+path, func(a *portaltest.Article) { a.Body[0] += "会议还研究了其他事项。" }); err != nil {
		t.Fatal(err)
	}
	p.Place(portaltest.File{Name: "办法.pdf", URL: was.URL, Bytes: portaltest.PDF("第二稿")}) // the edit put the first back
	r.run()
	if s := r.snapshots(r.base + path); len(s) != 2 || s[1].Article.Attachments[0].Digest != documents[1].Payload {
		t.Errorf("versions of the edited article: %+v", s)
	}
	if err := p.Remove(was.URL); err != nil {
		t.Fatal(err)
	}
	run := r.run()
	if v := r.last(was.URL); v.Outcome != archive.Gone || v.Absence != nil || run.Columns[0].Gone != 0 {
		t.Errorf("a document that is gone: %+v, column %+v", v, run.Columns[0])
	}
	sound(t, r)
}

// wardrobe is a server of one list, of articles by path, and of what they wear.
type wardrobe struct {
	mu    sync.Mutex
	items map[string]item // by path with query
	asked map[string]int
	from  map[string]string // Referer, by path

	asking func(path string) // told of each request; nil: nobody is
}

type item struct {
	status   int // 0: 200
	kind     string
	body     string
	location string
}

func (s *wardrobe) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	s.mu.Lock()
	path := q.URL.RequestURI()
	s.asked[path]++
	s.from[path] = q.Header.Get("Referer")
	if s.asking != nil {
		s.asking(path)
	}
	it, ok := s.items[path]
	var rows strings.Builder
	for at := range s.items {
		if strings.HasPrefix(at, "/art/") {
			fmt.Fprintf(&rows, `<li><a href="%s">关于印发《%s》的通知</a><span>2024-05-20</span></li>`, at, at)
		}
	}
	s.mu.Unlock()
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	switch {
	case path == "/":
		fmt.Fprintf(w, `<html><title>列表</title><ul>%s</ul>`, rows.String())
	case !ok:
		http.NotFound(w, q)
	case strings.HasPrefix(path, "/art/"):
		fmt.Fprintf(w, `<html><head><title>关于印发《%[1]s》的通知</title><meta name="ArticleTitle" content="关于印发《%[1]s》的通知"><meta name="PubDate" content="2024-05-20 09:30"></head>
			<h1>关于印发《%[1]s》的通知</h1><p>发布日期：2024-05-20 09:30 来源：云溪县人民政府办公室</p><div id="zoom"><p>各乡镇人民政府，县直各部门：</p>
			<p>现将《%[1]s》印发给你们，请结合实际，认真组织实施，并将落实情况于月底前报县政府办公室备案。</p>
			<p>各单位要明确责任，逐级落实，发现险情立即上报，确保人民群众生命财产安全。</p>%[2]s</div>`, path, it.body)
	default:
		if it.location != "" {
			w.Header().Set("Location", it.location)
		}
		if it.kind != "" {
			w.Header().Set("Content-Type", it.kind)
		}
		w.Header().Set("Content-Length", strconv.Itoa(len(it.body)))
		w.WriteHeader(max(it.status, 200))
		fmt.Fprint(w, it.body)
	}
}

func (s *wardrobe) put(path string, it item) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.items[path] = it
}

func (s *wardrobe) count(path string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked[path]
}

// wears is a rig of a wardrobe, which keeps all there is.
func wears(t *testing.T, items map[string]item) (*rig, *wardrobe, func(time.Duration)) {
	t.Helper()
	s := &wardrobe{items: items, asked: map[string]int{}, from: map[string]string{}}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	r, later := keepAll(t, portaltest.New(portaltest.Options{}))
	r.base = server.URL
	r.site.Columns = []crawler.Column{{Name: "通知", URL: server.URL + "/"}}
	r.site.Politeness.Parallel = 1
	return r, s, later
}

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
