package portaltest_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"fangzhi/crawler/portaltest"
)

// start serves p for as long as the test runs.
func start(t *testing.T, p *portaltest.Portal) (base string) {
	t.Helper()
	base, stop, err := p.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return base
}

// client follows no redirects, asks for no content coding and keeps no
// connection.
func client(t *testing.T) *http.Client {
	transport := &http.Transport{DisableCompression: true}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

type reply struct {
	Status int
	Header http.Header
	Body   string
	Err    error // of reading the body
}

// get fetches url with pairs of header names and values.
func get(t *testing.T, url string, headers ...string) reply {
	t.Helper()
	r, err := tryGet(t, url, headers...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func tryGet(t *testing.T, url string, headers ...string) (reply, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := client(t).Do(req)
	if err != nil {
		return reply{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return reply{resp.StatusCode, resp.Header, string(body), err}, nil
}

// small is a portal of one column with n articles, the newest last in urls.
func small(t *testing.T, o portaltest.Options, n int) (p *portaltest.Portal, urls []string) {
	t.Helper()
	p = portaltest.New(o)
	start(t, p)
	p.AddColumn(portaltest.Column{Path: "yw", Name: "要闻动态"})
	for i := range n {
		urls = append(urls, p.Publish("yw", portaltest.Article{
			Title: fmt.Sprintf("第%d号要闻", i+1), Source: "云溪县融媒体中心",
			Body: []string{fmt.Sprintf("第%d篇的正文。", i+1), "第二段。"},
		}))
	}
	return p, urls
}

func TestEditorsDesk(t *testing.T) {
	p, urls := small(t, portaltest.Options{}, 3)
	url := urls[1]
	if r := get(t, url); r.Status != 200 || !strings.Contains(r.Body, "第2篇的正文。") {
		t.Fatalf("published: status %d, body %s", r.Status, r.Body)
	}
	before := get(t, url)

	if err := p.CountViews(url, 7); err != nil {
		t.Fatal(err)
	}
	counted := get(t, url)
	if counted.Body != strings.Replace(before.Body, `<span id="views">0</span>`, `<span id="views">7</span>`, 1) {
		t.Error("counted: something else than the counter changed, or nothing")
	}
	if err := p.Edit(url, func(a *portaltest.Article) { a.Body[0] = "改过的正文。" }); err != nil {
		t.Fatal(err)
	}
	if r := get(t, url); !strings.Contains(r.Body, "改过的正文。") || strings.Contains(r.Body, "第2篇的正文。") {
		t.Error("edited: the page does not say so")
	}
	for _, tt := range []struct {
		name   string
		do     func(string) error
		status int
		text   string
		listed bool
	}{
		{"withdrawn", p.Withdraw, 404, "您要查看的页面不存在", false},
		{"restored", p.Restore, 200, "改过的正文。", true},
		{"withdrawn softly", p.WithdrawSoft, 200, "您访问的页面不存在或已删除", false},
		{"restored again", p.Restore, 200, "改过的正文。", true},
	} {
		if err := tt.do(url); err != nil {
			t.Fatal(err)
		}
		if r := get(t, url); r.Status != tt.status || !strings.Contains(r.Body, tt.text) {
			t.Errorf("%s: status %d, want %d with %q", tt.name, r.Status, tt.status, tt.text)
		}
		if listed := strings.Contains(get(t, p.URL("/yw/index.html")).Body, "第2号要闻"); listed != tt.listed {
			t.Errorf("%s: listed %t, want %t", tt.name, listed, tt.listed)
		}
	}
	if err := p.Edit("/yw/none.html", func(*portaltest.Article) {}); err == nil {
		t.Error("edit of an article that never was: no error")
	}
}

func TestRedirect(t *testing.T) {
	p, urls := small(t, portaltest.Options{}, 1)
	p.Redirect("/old.html", urls[0])
	r := get(t, p.URL("/old.html"))
	if r.Status != http.StatusFound || r.Header.Get("Location") != urls[0] {
		t.Errorf("status %d to %q, want 302 to %q", r.Status, r.Header.Get("Location"), urls[0])
	}
	p.Redirect("/old.html", "")
	if r := get(t, p.URL("/old.html")); r.Status != http.StatusNotFound {
		t.Errorf("taken back: status %d, want 404", r.Status)
	}
}

func TestPaging(t *testing.T) {
	p, _ := small(t, portaltest.Options{PageSize: 2}, 5)
	for i, want := range []struct{ path, titles, call string }{
		{"/yw/index.html", "5,4", `createPageHTML(3, 0, "index", "html");`},
		{"/yw/index_1.html", "3,2", `createPageHTML(3, 1, "index", "html");`},
		{"/yw/index_2.html", "1", `createPageHTML(3, 2, "index", "html");`},
	} {
		r := get(t, p.URL(want.path))
		_, list, _ := strings.Cut(r.Body, `<ul class="list">`)
		list, script, _ := strings.Cut(list, "</ul>")
		var titles []string
		for _, row := range strings.Split(list, "<li>")[1:] {
			_, number, _ := strings.Cut(row, "第")
			number, _, _ = strings.Cut(number, "号")
			titles = append(titles, number)
		}
		if got := strings.Join(titles, ","); got != want.titles {
			t.Errorf("page %d lists %s, want %s", i, got, want.titles)
		}
		if !strings.Contains(script, want.call) {
			t.Errorf("page %d has no %s", i, want.call)
		}
	}
	for _, path := range []string{"/yw/index_3.html", "/yw/index_0.html", "/yw/index_01.html", "/yw/index_x.html"} {
		if r := get(t, p.URL(path)); r.Status != http.StatusNotFound {
			t.Errorf("%s: status %d, want 404", path, r.Status)
		}
	}
	if r := get(t, p.URL("/yw")); r.Status != http.StatusMovedPermanently || r.Header.Get("Location") != "/yw/" {
		t.Errorf("/yw: status %d to %q, want 301 to /yw/", r.Status, r.Header.Get("Location"))
	}
}

// TestArticleOverSeveralPages reads an article whose paragraphs are spread over
// pages, as long ones are.
func TestArticleOverSeveralPages(t *testing.T) {
	p, _ := small(t, portaltest.Options{}, 0)
	url := p.Publish("yw", portaltest.Article{Title: "长文", Body: []string{"其一。", "其二。", "其三。", "其四。", "其五。"}, PerPage: 2})
	stem := strings.TrimSuffix(url, ".html")
	name := stem[strings.LastIndexByte(stem, '/')+1:]
	for i, tt := range []struct {
		url  string
		says []string
	}{
		{url, []string{"其一。", "其二。"}},
		{stem + "_1.html", []string{"其三。", "其四。"}},
		{stem + "_2.html", []string{"其五。"}},
	} {
		r := get(t, tt.url)
		var says []string
		for _, s := range []string{"其一。", "其二。", "其三。", "其四。", "其五。"} {
			if strings.Contains(r.Body, s) {
				says = append(says, s)
			}
		}
		if strings.Join(says, "") != strings.Join(tt.says, "") {
			t.Errorf("page %d says %v, want %v", i, says, tt.says)
		}
		if call := fmt.Sprintf(`createPageHTML(3, %d, "%s", "html");`, i, name); !strings.Contains(r.Body, call) {
			t.Errorf("page %d has no %s", i, call)
		}
	}
	if r := get(t, stem+"_3.html"); r.Status != http.StatusNotFound {
		t.Errorf("page after the last: status %d, want 404", r.Status)
	}
}

func TestSessionIDInPath(t *testing.T) {
	p, urls := small(t, portaltest.Options{}, 1)
	p.Break("/yw/index.html", 0, portaltest.SessionIDs())
	first, second := get(t, p.URL("/yw/index.html")).Body, get(t, p.URL("/yw/index.html")).Body
	if first == second || !strings.Contains(first, ".html;jsessionid=") {
		t.Error("the links have no session ids, or the same twice")
	}
	if r := get(t, urls[0]+";jsessionid=0123"); r.Status != http.StatusOK {
		t.Errorf("link with a session id: status %d", r.Status)
	}
}

func TestStopEndsEverything(t *testing.T) {
	came := make(chan struct{})
	p := portaltest.New(portaltest.Options{OnRequest: func(portaltest.Request) { close(came) }})
	base, stop, err := p.Start()
	if err != nil {
		t.Fatal(err)
	}
	p.Break("/", 0, portaltest.Silence())
	failed := make(chan error)
	go func() {
		_, err := tryGet(t, base+"/")
		failed <- err
	}()
	<-came
	stop()
	if err := <-failed; err == nil {
		t.Error("a request that was never answered ended without an error")
	}
	stop()
}
