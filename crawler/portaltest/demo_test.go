package portaltest_test

import (
	"archive/zip"
	"bytes"
	"html"
	"io"
	"net/http"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"fangzhi/crawler/portaltest"
)

// read decodes a page of the demo as its column is coded.
func read(t *testing.T, column, body string) string {
	t.Helper()
	if column != "xzcz" {
		return body
	}
	text, err := simplifiedchinese.GBK.NewDecoder().String(body)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestDemoSaysTheTruth reads every article of the demo from its page.
func TestDemoSaysTheTruth(t *testing.T) {
	p := portaltest.Demo()
	start(t, p)
	truth := p.Truth()
	if len(truth) != 38 {
		t.Errorf("%d articles, want 38", len(truth))
	}
	for _, a := range truth {
		r := get(t, a.URL)
		if r.Status != http.StatusOK {
			t.Errorf("%s: status %d", a.URL, r.Status)
			continue
		}
		text := html.UnescapeString(read(t, a.Column, r.Body))
		layout := "2006-01-02 15:04"
		if a.DayOnly {
			layout = "2006-01-02"
		}
		if a.DateLine == 4 {
			layout = "2006年01月02日15:04"
		}
		want := append([]string{a.Title, a.Source, a.Editor, a.Published.Format(layout)}, a.Body...)
		for _, f := range append(a.Files, a.Pictures...) {
			want = append(want, f.Name, strings.TrimPrefix(f.URL, p.URL("")))
			if file := get(t, f.URL); file.Status != http.StatusOK || file.Body != string(f.Bytes) {
				t.Errorf("%s: file %s: status %d, %d bytes", a.URL, f.Name, file.Status, len(file.Body))
			}
		}
		for _, s := range want {
			if !strings.Contains(text, s) {
				t.Errorf("%s: does not say %q", a.URL, s)
			}
		}
		if meta := strings.Contains(text, `name="ArticleTitle"`); meta == a.NoMeta {
			t.Errorf("%s: ArticleTitle there: %t", a.URL, meta)
		}
	}
}

// TestDemoHasWhatItShows holds the oddities that the demo is there to show.
func TestDemoHasWhatItShows(t *testing.T) {
	p := portaltest.Demo()
	start(t, p)
	count := map[string]int{}
	for _, a := range p.Truth() {
		count[a.Column]++
		if a.Notice != nil && len(a.Files) > 0 {
			count["notice with a file"]++
		}
		if strings.Contains(strings.Join(a.Body, ""), "望江岭加压泵站的阀门缓缓开启") {
			count["story"]++
		}
		if len(a.Body) == 0 && len(a.Pictures) > 0 {
			count["pictures alone"]++
		}
		body := get(t, a.URL).Body
		switch {
		case strings.Contains(body, "charset=gb2312"):
			count["gb2312"]++
		case !strings.Contains(body, "charset="):
			count["undeclared"]++
		}
	}
	for what, want := range map[string]int{
		"yw": 13, "tzgg": 13, "xzcz": 12, "story": 2, "notice with a file": 2, "pictures alone": 1, "gb2312": 11, "undeclared": 1,
	} {
		if count[what] != want {
			t.Errorf("%s: %d, want %d", what, count[what], want)
		}
	}
}

// TestDemoLinks follows every link of the demo: none is dead, and all that was
// published is found.
func TestDemoLinks(t *testing.T) {
	p := portaltest.Demo()
	base := start(t, p)
	seen := map[string]bool{"/": true}
	for queue := []string{"/"}; len(queue) > 0; queue = queue[1:] {
		r := get(t, base+queue[0])
		if r.Status != http.StatusOK {
			t.Errorf("%s: status %d", queue[0], r.Status)
		}
		if !strings.HasPrefix(r.Header.Get("Content-Type"), "text/html") {
			continue
		}
		add := func(link string) {
			if link, _, _ = strings.Cut(link, "#"); link != "" && !seen[link] {
				seen[link] = true
				queue = append(queue, link)
			}
		}
		for _, part := range strings.Split(r.Body, `href="/`)[1:] {
			link, _, _ := strings.Cut(part, `"`)
			if !strings.Contains(link, ".css") {
				add("/" + link)
			}
		}
		if strings.Contains(r.Body, `createPageHTML(3, 0, "index", "html");`) {
			dir := queue[0][:strings.LastIndexByte(queue[0], '/')]
			add(dir + "/index_1.html")
			add(dir + "/index_2.html")
		}
	}
	for _, a := range p.Truth() {
		if path := strings.TrimPrefix(a.URL, base); !seen[path] {
			t.Errorf("%s is linked nowhere", path)
		}
	}
}

func TestNextDay(t *testing.T) {
	p := portaltest.Demo()
	start(t, p)
	before := map[string]reply{}
	for _, a := range p.Truth() {
		before[a.URL] = get(t, a.URL)
	}
	deeds, err := p.NextDay()
	if err != nil {
		t.Fatal(err)
	}
	if r := get(t, deeds.Withdrawn); r.Status != http.StatusNotFound {
		t.Errorf("withdrawn: status %d", r.Status)
	}
	if r := get(t, deeds.Edited); !strings.Contains(r.Body, "公开招聘乡村医生28名") || !strings.Contains(before[deeds.Edited].Body, "公开招聘乡村医生24名") {
		t.Error("edited: the page does not say so, or said so before")
	}
	if got := strings.Replace(get(t, deeds.Counted).Body, ">1522<", ">1204<", 1); got != before[deeds.Counted].Body {
		t.Error("counted: something else than the counter changed, or nothing")
	}
	if len(deeds.Published) != 2 {
		t.Errorf("%d published, want 2", len(deeds.Published))
	}
	for _, url := range deeds.Published {
		if r := get(t, url); r.Status != http.StatusOK {
			t.Errorf("published: status %d", r.Status)
		}
	}
	if _, err := p.NextDay(); err == nil {
		t.Error("a next day came twice")
	}
	if _, err := portaltest.New(portaltest.Options{}).NextDay(); err == nil {
		t.Error("the next day of an empty portal: no error")
	}
}

func TestDocumentsOpen(t *testing.T) {
	doc := portaltest.DOCX("办法（试行）", "a < b")
	z, err := zip.NewReader(bytes.NewReader(doc), int64(len(doc)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := z.Open("word/document.xml")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	text, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"办法（试行）", "a &lt; b"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("document lacks %q", want)
		}
	}
	pdf := string(portaltest.PDF("办法"))
	if !strings.HasPrefix(pdf, "%PDF-1.") || !strings.HasSuffix(pdf, "%%EOF\n") || !strings.Contains(pdf, "<529E6CD5> Tj") {
		t.Errorf("not a PDF that says 办法: %q", pdf)
	}
}
