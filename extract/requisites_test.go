package extract_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fangzhi/bench/process"
	"fangzhi/extract"
)

// needed opens a page at https://a.example/x/p.html and tells what it needs,
// those that are styles with a mark.
func needed(t *testing.T, html string) []string {
	t.Helper()
	p, err := extract.Open(extract.Input{URL: "https://a.example/x/p.html", Header: http.Header{"Content-Type": {"text/html; charset=utf-8"}}, Payload: []byte(html)})
	if err != nil {
		t.Fatal(err)
	}
	all, _ := p.Requisites()
	return marked(all)
}

func marked(all []extract.Requisite) (urls []string) {
	for _, r := range all {
		u := r.URL
		if r.Style {
			u += " style"
		}
		urls = append(urls, u)
	}
	return urls
}

func TestRequisites(t *testing.T) {
	for _, tt := range []struct {
		name, html string
		want       []string
	}{
		{"styles, scripts and icons", `<link rel=stylesheet href="/s.css?v=1"><LINK REL="shortcut icon" href=/favicon.ico><link rel="alternate" href="/feed.xml">
			<link rel=preload as=font href=/f.woff2><link rel=preload as=fetch href=/no.json><script src=../j.js></script><link rel=next href=/2.html>`,
			[]string{"https://a.example/s.css?v=1 style", "https://a.example/favicon.ico", "https://a.example/f.woff2", "https://a.example/j.js"}},
		{"pictures, each once", `<img src="a.png"><img src=a.png><input type=image src=b.gif><table background="t.jpg"><tr><td background=u.jpg>x</table><video poster=p.jpg src=v.mp4></video>`,
			[]string{"https://a.example/x/a.png", "https://a.example/x/b.gif", "https://a.example/x/t.jpg", "https://a.example/x/u.jpg", "https://a.example/x/p.jpg"}},
		{"pictures that a script loads late", `<img src="data:image/gif;base64,R0lGOD" data-src="/1.jpg"><img data-original=/2.jpg><div data-src="/3.png"></div><div data-src="/page.html"></div>`,
			[]string{"https://a.example/1.jpg", "https://a.example/2.jpg", "https://a.example/3.png"}},
		{"candidates", `<picture><source srcset="/a.webp 1x, /b.webp 2x"><source srcset="/c,d.avif 100w,/e.avif"><img srcset="/f.jpg, /g.jpg 2x" data-srcset=/h.jpg></picture>`,
			[]string{"https://a.example/a.webp", "https://a.example/b.webp", "https://a.example/c,d.avif", "https://a.example/e.avif", "https://a.example/f.jpg", "https://a.example/g.jpg", "https://a.example/h.jpg"}},
		{"inline styles", `<style>@import "i.css"; p { background: url( 'q.png' ) } /* url(no.png) */ @font-face { src: url(f.woff) }</style><p style="background-image:url(&quot;r.png&quot;)">`,
			[]string{"https://a.example/x/i.css style", "https://a.example/x/q.png", "https://a.example/x/f.woff", "https://a.example/x/r.png"}},
		{"an SVG", `<svg><image href="/i.png"/><use xlink:href="/sprite.svg#a"/></svg>`, []string{"https://a.example/i.png", "https://a.example/sprite.svg"}},
		{"its base", `<base href="https://cdn.example/b/"><img src=a.png>`, []string{"https://cdn.example/b/a.png"}},
		{"another host", `<script src="//cdn.example/j.js"></script>`, []string{"https://cdn.example/j.js"}},
		{"none", `<a href="/1.html">x</a><iframe src="/f.html"></iframe><img src=""><img src="javascript:x()"><img src="{{logo}}"><img src="#">`, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, needed(t, tt.html)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestStyleRequisites(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       []string
	}{
		{"imports", `@import url("a.css") screen; @import 'b.css'; @IMPORT url(c.css); p::before { content: "d.css" }`,
			[]string{"https://a.example/c/a.css style", "https://a.example/c/b.css style", "https://a.example/c/c.css style"}},
		{"pictures", `a { background: url(../i/a.png) no-repeat, url("/b c.png") } b { background: image-set("d.png" 1x, url(e.png) 2x type("image/png")) }`,
			[]string{"https://a.example/i/a.png", "https://a.example/b%20c.png", "https://a.example/c/d.png", "https://a.example/c/e.png"}},
		{"fonts", `@font-face { src: url(f.eot?#iefix), url('f.woff') format('woff'), local("f") }`, []string{"https://a.example/c/f.eot?", "https://a.example/c/f.woff"}},
		{"escapes", `a { background: url(a\62 .png) } b { background: url("\4e2d.png") }`, []string{"https://a.example/c/ab.png", "https://a.example/c/%E4%B8%AD.png"}},
		{"what is no address", `a { background: url(data:image/png;base64,AAAA); filter: url(#f); width: calc((1px)) } @charset "utf-8"; @namespace "x";`, nil},
		{"cut short", `a { background: url(a.png`, []string{"https://a.example/c/a.png"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			all, _ := extract.StyleRequisites("https://a.example/c/s.css", tt.text)
			if diff := cmp.Diff(tt.want, marked(all)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// What strangers write takes little time and no more memory than the bound.
func TestRequisitesAreBounded(t *testing.T) {
	var b strings.Builder
	for i := range 100_000 {
		fmt.Fprintf(&b, `<img src="/%d.png">`, i)
	}
	page, err := extract.Open(extract.Input{URL: "https://a.example/", Payload: []byte("<html>" + b.String())})
	if err != nil {
		t.Fatal(err)
	}
	if all, whole := page.Requisites(); len(all) != extract.MaxRequisites || whole {
		t.Errorf("%d, all of them: %t", len(all), whole)
	}
	for name, text := range map[string]string{
		"brackets": strings.Repeat("url(", 1<<18), "quotes": strings.Repeat(`"`, 1<<20), "functions": strings.Repeat("image-set(", 1<<17),
		"escapes": strings.Repeat(`\`, 1<<20), "comments": strings.Repeat("/*", 1<<19), "imports": strings.Repeat("@import ", 1<<17),
	} {
		begun := process.Spent() // a busy machine takes longer, not more
		extract.StyleRequisites("https://a.example/", text+"(@")
		if took := process.Spent() - begun; took > 5*time.Second {
			t.Errorf("%s: %v", name, took)
		}
	}
}

func FuzzStyleRequisites(f *testing.F) {
	f.Add(`@import "a"; b{c:url( 'd' )} e{f:image-set("g" 1x)}`)
	f.Add(`url(\`)
	f.Fuzz(func(t *testing.T, text string) {
		all, _ := extract.StyleRequisites("https://a.example/", text)
		for _, r := range all {
			if !strings.HasPrefix(r.URL, "http") {
				t.Errorf("%q", r.URL)
			}
		}
	})
}

// What is longer than is read is told.
func TestRequisitesOfALongStyle(t *testing.T) {
	long := "a { background: url(a.png) }" + strings.Repeat(" ", extract.MaxStyle) + "b { background: url(b.png) }"
	all, whole := extract.StyleRequisites("https://a.example/s.css", long)
	if len(all) != 1 || whole {
		t.Errorf("%d requisites, whole %t", len(all), whole)
	}
	if all, whole := extract.StyleRequisites("https://a.example/s.css", long[:extract.MaxStyle]); len(all) != 1 || !whole {
		t.Errorf("%d requisites of what can be read, whole %t", len(all), whole)
	}
}
