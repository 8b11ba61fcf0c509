package extract_test

import (
	"net/url"
	"testing"

	"fangzhi/extract"
)

// Links are resolved by joining where that is safe; the standard library is
// what they are held against.
func TestLinksResolveAsTheStandardLibrary(t *testing.T) {
	bases := []string{"http://a.gov.cn/b/c.html", "https://a.gov.cn", "http://a.gov.cn/b/", "http://a.gov.cn:8080/x/y/z?q=/1", "http://a.gov.cn/a%20b/c"}
	hrefs := []string{"x.html", "./x.html", "../x.html", "/x", "/", "http://b.cn/", "http://b.cn", "https://b.cn/x//y", "//c.cn/x", "x/./y", "x/../y",
		"?a=1", "x?a=1&b=2", "/x?u=http://z", "./", ".", "a..b.html", "/a/..", "http://b.cn:80/x", "x.", "HTTP://B.cn/x", "./202406/t1.html", "x:y"}
	for _, base := range bases {
		for _, href := range hrefs {
			b, err := url.Parse(base)
			if err != nil {
				t.Fatal(err)
			}
			want := ""
			if u, err := b.Parse(href); err == nil && (u.Scheme == "http" || u.Scheme == "https") {
				want = u.String()
			}
			got := ""
			links := open(t, extract.Input{URL: base, Payload: []byte(`<a href="` + href + `">x</a>`)}).Links()
			if len(links) > 0 {
				got = links[0].URL
			}
			if got != want {
				t.Errorf("%s on %s: got %q, want %q", href, base, got, want)
			}
		}
	}
}
