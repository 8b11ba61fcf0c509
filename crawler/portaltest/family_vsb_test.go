package portaltest_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"fangzhi/crawler/portaltest"
)

func TestVSB(t *testing.T) {
	p, base, want := familyPortal(t, portaltest.Column{Family: portaltest.VSB}, 10)
	for path, tt := range map[string]struct {
		rows []string
		next string
	}{
		"/tzgg.htm":   {want[0:4], "tzgg/2.htm"}, // full, though only two rows are not on page 2
		"/tzgg/2.htm": {want[2:6], "1.htm"},
		"/tzgg/1.htm": {want[6:10], ""},
	} {
		r := get(t, base+path)
		var rows []string
		for _, link := range hrefs(r.Body, "info/") {
			u, err := url.Parse(base + path)
			if err != nil {
				t.Fatal(err)
			}
			if u, err = u.Parse(link); err != nil {
				t.Fatal(err)
			}
			rows = append(rows, u.Path)
		}
		equal(t, path, rows, tt.rows)
		if has := strings.Contains(r.Body, `<span class="p_next"><a href="`+tt.next+`">下页</a>`); has != (tt.next != "") {
			t.Errorf("%s: next page %q there: %t", path, tt.next, has)
		}
		if !strings.Contains(r.Body, "_simple_list_gotopage_fun(3,") || !strings.Contains(r.Body, "共10条") {
			t.Errorf("%s: the pager does not tell its pages", path)
		}
	}
	for _, path := range []string{"/tzgg/3.htm", "/tzgg/0.htm", "/tzgg/x.htm", "/tzgg/index.htm"} {
		if r := get(t, base+path); r.Status != http.StatusNotFound {
			t.Errorf("%s: status %d, want 404", path, r.Status)
		}
	}
	// Old pages stay as they are when articles come.
	last := get(t, base+"/tzgg/1.htm")
	for range 3 {
		p.Publish("tzgg", portaltest.Article{Title: "新通知", Body: []string{"正文。"}})
	}
	equal(t, "rows of the last page", hrefs(get(t, base+"/tzgg/1.htm").Body, "info/"), hrefs(last.Body, "info/"))

	id := strings.TrimSuffix(want[0][strings.LastIndexByte(want[0], '/')+1:], ".htm")
	if got := get(t, base+"/content.jsp?urltype=news.NewsContentUrl&wbtreeid=1002&wbnewsid="+id); got.Body != get(t, base+want[0]).Body {
		t.Errorf("content.jsp: status %d, or another page", got.Status)
	}
	before := get(t, base+want[0])
	if err := p.CountViews(want[0], 5); err != nil {
		t.Fatal(err)
	}
	if get(t, base+want[0]).Body != before.Body {
		t.Error("a counted view changed the page")
	}
	if r := get(t, base+"/system/resource/code/news/click/dynclicks.jsp?clicktype=wbnews&owner=1&clickid="+id); r.Body != "5" {
		t.Errorf("view counter says %q, want 5", r.Body)
	}
}

func TestVSBDocumentHasNoName(t *testing.T) {
	p := portaltest.New(portaltest.Options{})
	base := start(t, p)
	p.AddColumn(portaltest.Column{Path: "tzgg", Family: portaltest.VSB})
	url := p.Publish("tzgg", portaltest.Article{Title: "通知", Files: []portaltest.File{{Name: "登记表.pdf", Bytes: []byte("%PDF")}}})
	a, _ := p.Told(url)
	r := get(t, base+a.Files[0].URL)
	if !strings.HasPrefix(a.Files[0].URL, "/system/_content/download.jsp?") || r.Header.Get("Content-Type") != "application/pdf" ||
		!strings.Contains(r.Header.Get("Content-Disposition"), "filename*=utf-8''%E7%99%BB%E8%AE%B0%E8%A1%A8.pdf") {
		t.Errorf("%s: %v", a.Files[0].URL, r.Header)
	}
}
