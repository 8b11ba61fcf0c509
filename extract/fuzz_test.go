package extract_test

import (
	"errors"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"fangzhi/archive"
	"fangzhi/extract"
)

func goldenPayloads(f *testing.F) [][]byte {
	f.Helper()
	pages, err := filepath.Glob("testdata/*/*.html")
	if err != nil {
		f.Fatal(err)
	}
	var all [][]byte
	for _, p := range pages {
		b, err := os.ReadFile(p)
		if err != nil {
			f.Fatal(err)
		}
		all = append(all, b)
	}
	return all
}

// FuzzDecode: whatever is sent, the text is valid UTF-8 and bounded.
func FuzzDecode(f *testing.F) {
	for _, b := range goldenPayloads(f) {
		f.Add(b, "", "text/html")
	}
	f.Add([]byte("\x1f\x8b\x08\x00"), "gzip", "text/html; charset=gbk")
	f.Add([]byte("\xff\xfe<\x00p\x00>\x00"), "br, deflate", "text/html; charset=utf-16")
	f.Add([]byte("\x28\xb5\x2f\xfd"), "zstd", "text/html; charset=big5")
	f.Add([]byte("<p>~{<:Ky2;~}</p>"), "", "text/html; charset=hz-gb-2312")
	f.Add([]byte("<p>+UWhTv37PbU4-</p>"), "", "text/html; charset=utf-7")
	f.Add([]byte("\x1b$)C<p>\x0e5?@Z\x0f</p>"), "", "text/html; charset=iso-2022-kr")
	f.Add([]byte("\x1b$B%F\x1b(B"), "", "text/html")
	f.Fuzz(func(t *testing.T, payload []byte, coding, contentType string) {
		h := http.Header{"Content-Type": {contentType}}
		if coding != "" {
			h.Set("Content-Encoding", coding)
		}
		before := string(payload)
		text, _, damaged, err := extract.Decode(extract.Input{URL: "http://a.gov.cn/", Header: h, Payload: payload})
		if !utf8.ValidString(text) {
			t.Error("not valid UTF-8")
		}
		if damaged < 0 {
			t.Errorf("%d damaged", damaged)
		}
		if errors.Is(err, extract.ErrCharset) && text != "" {
			t.Errorf("a text in a charset that is not read: %q", text)
		}
		if string(payload) != before {
			t.Error("the payload was changed")
		}
	})
}

// FuzzOpen: a page is always read, twice alike, and what it yields is sound.
func FuzzOpen(f *testing.F) {
	for _, b := range goldenPayloads(f) {
		f.Add(b, "http://www.hewan.gov.cn/zwgk/202406/t20240613_1.html")
	}
	for _, page := range hostilePages(2000) {
		f.Add([]byte(page()), "https://a.example/")
	}
	f.Fuzz(func(t *testing.T, payload []byte, rawURL string) {
		in := extract.Input{URL: rawURL, Payload: payload}
		p, err := extract.Open(in)
		if err != nil {
			if _, e := url.Parse(rawURL); e == nil {
				t.Fatalf("a URL that can be parsed: %v", err)
			}
			return
		}
		r := p.Reading()
		if r.Kind == "" || r.Signature == "" {
			t.Errorf("kind %q, signature %q", r.Kind, r.Signature)
		}
		a := r.Article
		for _, s := range []string{a.Title, a.Source, a.Author, a.Body, a.Written} {
			if !utf8.ValidString(s) || s != strings.TrimSpace(s) {
				t.Errorf("%q", s)
			}
		}
		for _, e := range a.Evidence {
			if e.Confidence < 0 || e.Confidence > 1 {
				t.Errorf("confidence %v", e)
			}
		}
		for _, l := range p.Links() {
			u, err := url.Parse(l.URL)
			if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.Fragment != "" {
				t.Errorf("link %q: %v", l.URL, err)
			}
			if l.Day != "" {
				if _, err := time.Parse(time.DateOnly, l.Day); err != nil {
					t.Error(err)
				}
			}
		}
		again, err := extract.Open(in)
		if err != nil {
			t.Fatal(err)
		}
		if archive.FingerprintOf(again.Reading().Article) != archive.FingerprintOf(a) {
			t.Error("read twice, two articles")
		}
	})
}

// FuzzDate: dates in strangers' lines are days that exist.
func FuzzDate(f *testing.F) {
	for _, s := range []string{"2024-06-13 09:12", "二〇二二年十二月十三日", "113/11/28", "令和6年6月13日", "April 26, 2022", "26. April 2022 um 07:39 Uhr", "09-3022:46", "18-03-08",
		"Wed, 16 Oct 2024 21:50:00 GMT", "2026-09-28-21:50:00", "2024.09.30 09:24:36 GMT+08:00", "2025年1月13日 21時37分", "27.04.24 um 07:39", "[06月24日 11时30分]"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		page := "<h1>河湾大桥建成通车了</h1><div>发布时间：" + s + "</div><p>大桥于前年三月动工，总投资一亿二千万元，由县交通运输局组织实施，现已通车。</p>"
		p, err := extract.Open(extract.Input{URL: "http://a.gov.cn/t20240613_1.html", Payload: []byte(page)})
		if err != nil {
			t.Fatal(err)
		}
		if d := p.Reading().Article.Published; !d.IsZero() && (d.Year() < 1989 || d.Year() > 2100) {
			t.Errorf("%q: %v", s, d)
		}
	})
}
