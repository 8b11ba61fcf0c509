package portaltest_test

import (
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fangzhi/crawler/portaltest"
)

// familyPortal is a portal of two columns of a family, with n articles in the
// second, listed four a page; want are the paths of the articles, newest first.
func familyPortal(t *testing.T, c portaltest.Column, n int) (p *portaltest.Portal, base string, want []string) {
	t.Helper()
	p = portaltest.New(portaltest.Options{PageSize: 4})
	base = start(t, p)
	p.AddColumn(portaltest.Column{Path: "xwzx", Name: "新闻中心", Family: c.Family})
	c.Path, c.Name = "tzgg", "通知公告"
	p.AddColumn(c)
	for i := range n {
		p.Publish("tzgg", portaltest.Article{
			Title: fmt.Sprintf("第%d号<通知>", i+1), Source: "县水利局", Editor: "罗敏",
			Published: time.Date(2026, 9, 1+i, 9, 5, 0, 0, portaltest.Shanghai),
			Body:      []string{fmt.Sprintf("第%d份的正文。", i+1), "特此通知。"},
		})
	}
	for _, a := range p.Truth() {
		want = append(want, strings.TrimPrefix(a.URL, base))
	}
	return p, base, want
}

// hrefs are the links in markup that lead to articles of the family.
func hrefs(markup, of string) []string {
	var links []string
	for _, part := range strings.Split(markup, `<a href="`)[1:] {
		if link, _, _ := strings.Cut(part, `"`); strings.Contains(link, of) {
			links = append(links, html.UnescapeString(link))
		}
	}
	return links
}

func post(t *testing.T, url, contentType, body string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", contentType)
	resp, err := client(t).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: status %d", url, resp.StatusCode)
	}
	return string(text)
}

func decodeJSON(t *testing.T, text string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), into); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
}

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// TestFamiliesSayTheTruth reads articles and their files in every family, and
// withdraws one.
func TestFamiliesSayTheTruth(t *testing.T) {
	for _, family := range []portaltest.Family{
		portaltest.TRSWCM, portaltest.HanwebJpage, portaltest.HanwebJpaas, portaltest.Epoint, portaltest.VSB, portaltest.GKMLPT,
	} {
		t.Run("family "+string(family), func(t *testing.T) {
			p := portaltest.New(portaltest.Options{})
			start(t, p)
			p.AddColumn(portaltest.Column{Path: "tzgg", Name: "通知公告", Family: family})
			url := p.Publish("tzgg", portaltest.Article{
				Title: "通知", Subtitle: "副题", Source: "县水利局", Author: "陈望", Editor: "罗敏", Body: []string{"第一段。", "第二段。"},
				Files: []portaltest.File{{Name: "登记表.pdf", Bytes: portaltest.PDF("登记表")}}, Pictures: []portaltest.File{{Name: "图.png", Bytes: []byte("png")}},
			})
			second := p.Publish("tzgg", portaltest.Article{Title: "又一通知", Body: []string{"正文。"}})
			if url == second {
				t.Fatalf("two articles at %s", url)
			}
			a, ok := p.Told(url)
			if !ok {
				t.Fatal("nothing was told")
			}
			r := get(t, url)
			text := html.UnescapeString(r.Body)
			for _, s := range append([]string{"通知", "县水利局", "陈望", "罗敏", "登记表.pdf", a.Published.Format("2006-01-02 15:04")}, a.Body...) {
				if r.Status != http.StatusOK || !strings.Contains(text, s) {
					t.Errorf("status %d; does not say %q", r.Status, s)
				}
			}
			for _, f := range append(a.Files, a.Pictures...) {
				if !strings.Contains(r.Body, f.URL) {
					t.Errorf("does not lead to %s", f.URL)
				}
				file := get(t, p.URL(f.URL))
				if file.Status != http.StatusOK || file.Body != string(f.Bytes) {
					t.Errorf("%s: status %d, %d bytes", f.URL, file.Status, len(file.Body))
				}
			}
			if err := p.Withdraw(url); err != nil {
				t.Fatal(err)
			}
			if r := get(t, url); r.Status != http.StatusNotFound {
				t.Errorf("withdrawn: status %d", r.Status)
			}
			for _, seed := range p.Seeds() {
				seed, _, _ = strings.Cut(seed, "#")
				if r := get(t, seed); r.Status != http.StatusOK {
					t.Errorf("seed %s: status %d", seed, r.Status)
				}
			}
		})
	}
}

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

func TestJpage(t *testing.T) {
	p, base, want := familyPortal(t, portaltest.Column{Family: portaltest.HanwebJpage}, 18)
	seed := p.Seeds()[1]
	list := get(t, seed).Body
	if list != get(t, seed+"?uid=28699&pageNum=2").Body {
		t.Error("the list page looks at its query")
	}
	_, data, _ := strings.Cut(list, `<script type="text/xml"><datastore>`)
	data, rest, _ := strings.Cut(data, "</datastore></script>")
	equal(t, "records in the list page: three pages", hrefs(data, "/art/"), want[:12])
	for _, s := range []string{"columnid: 11086", "unitid: '28699'", "webid: 73"} {
		if !strings.Contains(rest, s) {
			t.Errorf("the list page does not tell %s", s)
		}
	}
	const proxy, form = "/module/web/jpage/dataproxy.jsp", "application/x-www-form-urlencoded"
	const fields = "col=1&appid=1&webid=73&path=/&columnid=11086&sourceContentType=1&unitid=28699&webname=%E4%BA%91%E6%BA%AA&permissiontype=0"
	total := "<totalrecord>18</totalrecord>"
	for _, tt := range []struct {
		name, got string
		want      []string
		total     string
	}{
		{"second group", post(t, base+proxy+"?startrecord=13&endrecord=24&perpage=4", form, fields), want[12:], total},
		{"beyond the end", post(t, base+proxy+"?startrecord=25&endrecord=36&perpage=4", form, fields), nil, total},
		{"no numbers", post(t, base+proxy, form, fields), want[:12], total},
		{"another unit", post(t, base+proxy+"?startrecord=1&endrecord=12", form, strings.Replace(fields, "28699", "1", 1)), nil, "<totalrecord>0</totalrecord>"},
		{"another column", post(t, base+proxy+"?startrecord=1&endrecord=12", form, strings.Replace(fields, "11086", "1", 1)), nil, "<totalrecord>0</totalrecord>"},
		{"GET", get(t, base+proxy+"?page=1&"+fields).Body, want, total},
		{"GET of the second hundred", get(t, base+proxy+"?page=2&"+fields).Body, nil, total},
	} {
		equal(t, tt.name, hrefs(tt.got, "/art/"), tt.want)
		if !strings.Contains(tt.got, tt.total) {
			t.Errorf("%s: no %s", tt.name, tt.total)
		}
	}
	if !strings.HasPrefix(want[17], "/art/2026/9/1/art_11086_") {
		t.Errorf("article at %s, want day and month without noughts", want[17])
	}
	if other := strings.Replace(want[0], "art_11086_", "art_60085_", 1); get(t, base+other).Body != get(t, base+want[0]).Body {
		t.Error("the column's number in an article's URL is looked at")
	}
	if r := get(t, base+"/art/2026/9/2/art_11086_1.html"); r.Status != http.StatusNotFound {
		t.Errorf("no article: status %d", r.Status)
	}
}

func TestJpaas(t *testing.T) {
	p, base, want := familyPortal(t, portaltest.Column{Family: portaltest.HanwebJpaas}, 10)
	seed := p.Seeds()[1]
	list := get(t, seed).Body
	if len(hrefs(list, "art_")) > 0 {
		t.Error("the list page holds rows")
	}
	_, declared, _ := strings.Cut(list, `queryData="{`)
	declared, _, _ = strings.Cut(declared, `}"`)
	query := url.Values{}
	for pair := range strings.SplitSeq(strings.ReplaceAll(declared, "'", ""), ",") {
		name, value, _ := strings.Cut(pair, ":")
		query.Set(name, value)
	}
	if query.Get("parseType") != "bulidstatic" || query.Get("pageId") == "" {
		t.Fatalf("the list page declares %q", declared)
	}
	const unit = "/api-gateway/jpaas-publish-server/front/page/build/unit?"
	ask := func(more ...string) (links []string) {
		t.Helper()
		asked := url.Values{}
		for name := range query {
			asked.Set(name, query.Get(name))
		}
		for i := 0; i < len(more); i += 2 {
			asked.Set(more[i], more[i+1])
		}
		r := get(t, base+unit+asked.Encode(), "Referer", seed, "X-Requested-With", "XMLHttpRequest")
		var got struct {
			Success bool
			Data    struct{ HTML string }
		}
		decodeJSON(t, r.Body, &got)
		if !got.Success || (got.Data.HTML != "" && !strings.Contains(got.Data.HTML, `count="10" rows="4"`)) {
			t.Errorf("%v: %s", more, r.Body)
		}
		return hrefs(got.Data.HTML, "art_")
	}
	equal(t, "without a page", ask(), want[:4])
	equal(t, "page 2 by paramJson", ask("paramJson", `{"pageNo":2,"pageSize":4}`), want[4:8])
	equal(t, "page 3", ask("paramJson", `{"pageNo":3,"pageSize":4}`), want[8:])
	equal(t, "beyond the end", ask("paramJson", `{"pageNo":4,"pageSize":4}`), []string(nil))
	equal(t, "a bare page number", ask("pageNo", "2", "pageSize", "4"), want[:4])
	equal(t, "paramJson that is none", ask("paramJson", `{"pageNo":`), want[:4])
	equal(t, "another page's id", ask("pageId", "0"), []string(nil))

	bare := get(t, base+unit+query.Encode())
	if bare.Status != http.StatusForbidden {
		t.Errorf("without a Referer: status %d, want 403", bare.Status)
	}
	p.AddColumn(portaltest.Column{Path: "tzgg", Name: "通知公告", Family: portaltest.HanwebJpaas, Lax: true})
	if r := get(t, base+unit+query.Encode()); r.Status != http.StatusOK {
		t.Errorf("without a Referer, lax: status %d", r.Status)
	}
}

func TestEpoint(t *testing.T) {
	p, base, want := familyPortal(t, portaltest.Column{
		Family: portaltest.Epoint, Stale: time.Date(2026, 9, 4, 12, 0, 0, 0, portaltest.Shanghai),
	}, 10)
	equal(t, "first static page", hrefs(get(t, p.Seeds()[1]).Body, "/tzgg/014001/"), want[:4])
	equal(t, "second static page, of a stale list of four", get(t, base+"/tzgg/2.html").Status, http.StatusNotFound)
	p.AddColumn(portaltest.Column{Path: "tzgg", Name: "通知公告", Family: portaltest.Epoint})
	equal(t, "second static page", hrefs(get(t, base+"/tzgg/2.html").Body, "/tzgg/014001/"), want[4:8])
	equal(t, "page after the last", get(t, base+"/tzgg/4.html").Status, http.StatusNotFound)

	list := get(t, p.Seeds()[1]).Body
	_, site, _ := strings.Cut(list, `siteGuid: "`)
	site, _, _ = strings.Cut(site, `"`)
	const service = "/EpointWebBuilderService/getInfoListAndCategoryList.action?"
	infos := func(query string) (links []string, count int) {
		t.Helper()
		var outer struct{ Custom string }
		decodeJSON(t, get(t, base+service+query).Body, &outer)
		var inner struct {
			Count int
			Data  []struct{ InfoID, InfoDate, CategoryNum string }
		}
		decodeJSON(t, outer.Custom, &inner)
		for _, d := range inner.Data {
			links = append(links, "/tzgg/"+d.CategoryNum[:6]+"/"+d.CategoryNum+"/"+strings.ReplaceAll(d.InfoDate, "-", "")+"/"+d.InfoID+".html")
		}
		return links, inner.Count
	}
	links, count := infos("cmd=getInfoList&pageIndex=2&pageSize=6&categorynum=014001002&title=&infoC=&siteguid=" + site)
	equal(t, "service, page 2", links, want[6:])
	equal(t, "service, count", count, 10)
	links, count = infos("cmd=getInfoList&pageIndex=1&pageSize=6&categorynum=014001002&siteguid=none")
	equal(t, "service, another site", links, []string(nil))
	equal(t, "service, another site, count", count, 0)

	search := func(body string) (links []string, count int) {
		t.Helper()
		var got struct {
			Result struct {
				Records    []struct{ LinkURL string }
				TotalCount int
			}
		}
		decodeJSON(t, post(t, base+"/inteligentsearch/rest/esinteligentsearch/getFullTextDataNew", "application/x-www-form-urlencoded", body), &got)
		for _, r := range got.Result.Records {
			links = append(links, r.LinkURL)
		}
		return links, got.Result.TotalCount
	}
	links, count = search(`{"token":"","pn":7,"rn":10,"condition":[{"fieldName":"categorynum","equal":"014001002","isLike":true,"likeType":2}]}`)
	equal(t, "search, an offset", links, want[7:])
	equal(t, "search, count", count, 10)
	links, _ = search(`{"pn":0,"rn":2,"condition":[{"fieldName":"categorynum","equal":"014","isLike":true}]}`)
	equal(t, "search, categories below", links, want[:2])
	links, _ = search(`{"pn":0,"rn":2,"condition":[{"fieldName":"categorynum","equal":"014"}]}`)
	equal(t, "search, that category alone", links, []string(nil))
	links, _ = search("pn=0&rn=10")
	equal(t, "search, no JSON", links, []string(nil))
}

func TestGKMLPT(t *testing.T) {
	p, base, want := familyPortal(t, portaltest.Column{Family: portaltest.GKMLPT}, 10)
	index := get(t, base+"/gkmlpt/index").Body
	if !strings.Contains(index, "SID: '200025'") || !strings.Contains(index, "{id: 506, name: '通知公告'}") || len(hrefs(index, "post_")) > 0 {
		t.Errorf("the index page says %s", index)
	}
	equal(t, "seed", p.Seeds()[1], base+"/gkmlpt/index#506")
	ask := func(path string) (links []string, total int) {
		t.Helper()
		var got struct {
			Total    int
			Articles []struct {
				URL   string
				Shown int64 `json:"display_publish_time"`
			}
		}
		decodeJSON(t, get(t, base+"/gkmlpt/api/all/"+path).Body, &got)
		for _, a := range got.Articles {
			links = append(links, strings.TrimPrefix(a.URL, base))
			if told, ok := p.Told(a.URL); !ok || told.Published.Unix() != a.Shown {
				t.Errorf("%s is dated %d", a.URL, a.Shown)
			}
		}
		return links, got.Total
	}
	for _, tt := range []struct {
		path  string
		zero  bool
		want  []string
		total int
	}{
		{"506?page=1&sid=200025", false, want[:4], 10},
		{"506?page=0&sid=200025", false, want[:4], 10},
		{"506?page=3&sid=200025", false, want[8:], 10},
		{"506?page=4&sid=200025", false, nil, 10},
		{"506?page=1&sid=1", false, nil, 0},
		{"999?page=1&sid=200025", false, nil, 0},
		{"506?page=0&sid=200025", true, want[:4], 10},
		{"506?page=1&sid=200025", true, want[4:8], 10},
	} {
		p.AddColumn(portaltest.Column{Path: "tzgg", Name: "通知公告", Family: portaltest.GKMLPT, FromZero: tt.zero})
		links, total := ask(tt.path)
		equal(t, tt.path, links, tt.want)
		equal(t, tt.path+": total", total, tt.total)
	}
}
