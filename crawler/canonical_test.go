package crawler_test

import (
	"net/url"
	"strings"
	"testing"

	"fangzhi/crawler"
)

func TestCanonical(t *testing.T) {
	for _, c := range []struct{ name, raw, want string }{
		{"as it is", "https://www.example.gov.cn/rdzx/index.html", "https://www.example.gov.cn/rdzx/index.html"},
		{"scheme and host in lower case", "HTTP://WWW.Example.GOV.cn/A/b.HTML", "http://www.example.gov.cn/A/b.HTML"},
		{"default port", "http://a.cn:80/x", "http://a.cn/x"},
		{"default port of https", "https://a.cn:443/x", "https://a.cn/x"},
		{"the other scheme's port", "http://a.cn:443/x", "http://a.cn:443/x"},
		{"leading zeros of a port", "http://a.cn:08080/", "http://a.cn:8080/"},
		{"empty port", "http://a.cn:/", "http://a.cn/"},
		{"empty path", "http://a.cn", "http://a.cn/"},
		{"empty path with query", "http://a.cn?b=1", "http://a.cn/?b=1"},
		{"index is not the folder", "http://a.cn/x/index.html", "http://a.cn/x/index.html"},
		{"fragment", "http://a.cn/x#top", "http://a.cn/x"},
		{"fragment without path", "http://a.cn#top", "http://a.cn/"},
		{"user info", "http://user:pass@a.cn/x", "http://a.cn/x"},
		{"at sign in the path", "http://a.cn/x@y", "http://a.cn/x@y"},
		{"trailing dot of the host", "http://a.cn./x", "http://a.cn/x"},
		{"dot segments", "http://a.cn/a/./b/../c/..", "http://a.cn/a/"},
		{"more dots than segments", "http://a.cn/../../a", "http://a.cn/a"},
		{"escaped dot segments", "http://a.cn/a/%2e%2E/b", "http://a.cn/b"},
		{"dots in names", "http://a.cn/.well-known/..a/b.", "http://a.cn/.well-known/..a/b."},
		{"empty segments", "http://a.cn//a//b", "http://a.cn//a//b"},
		{"escapes of plain characters", "http://a.cn/%7Euser/%61", "http://a.cn/~user/a"},
		{"escapes in upper case", "http://a.cn/%e6%96%b0", "http://a.cn/%E6%96%B0"},
		{"escapes of another charset", "http://a.cn/%d6%d0?k=%d6%d0", "http://a.cn/%D6%D0?k=%D6%D0"},
		{"escaped slash", "http://a.cn/a%2fb", "http://a.cn/a%2Fb"},
		{"bare Chinese", "http://a.cn/新闻?k=新", "http://a.cn/%E6%96%B0%E9%97%BB?k=%E6%96%B0"},
		{"bare blank and quote", `http://a.cn/a b"c?d="e f"`, "http://a.cn/a%20b%22c?d=%22e%20f%22"},
		{"percent that escapes nothing", "http://a.cn/100%?p=5%&q=%zz", "http://a.cn/100%25?p=5%25&q=%25zz"},
		{"backslashes", `http:\\a.cn\b\c`, "http://a.cn/b/c"},
		{"line ends within", " http://a.cn/a\n\tb ", "http://a.cn/ab"},
		{"control character", "http://a.cn/a\x01b", "http://a.cn/a%01b"},
		{"session in the path", "http://a.cn/a.do;jsessionid=12AB.n1?x=1", "http://a.cn/a.do?x=1"},
		{"session before more path", "http://a.cn/a;JSESSIONID=1/b;v=1", "http://a.cn/a/b;v=1"},
		{"ASP.NET's session in the path", "http://a.cn/(S(5oq3nzxjv2k4zb))/list.aspx?id=1", "http://a.cn/list.aspx?id=1"},
		{"a name in brackets", "http://a.cn/(S(x)/a))/b", "http://a.cn/(S(x)/a))/b"},
		{"session as a parameter", "http://a.cn/a?sessionid=99&id=2&ASPSESSIONIDQQ=1", "http://a.cn/a?id=2"},
		{"sid drawn by lot", "http://a.cn/a?sid=9f86d081884c7d659a2feaa0c55ad015&id=2", "http://a.cn/a?id=2"},
		{"sid that names a site", "http://a.cn/gkmlpt/api/all/505?page=1&sid=200025", "http://a.cn/gkmlpt/api/all/505?page=1&sid=200025"},
		{"time of the request", "http://a.cn/a?id=2&_=1700000000123&t=1700000000&t=4", "http://a.cn/a?id=2&t=4"},
		{"random fraction", "http://a.cn/a?id=2&rand=0.8273645912", "http://a.cn/a?id=2"},
		{"fragment that chooses a list", "http://a.cn/gkmlpt/index#505", "http://a.cn/gkmlpt/index#505"},
		{"fragment of a place there", "http://a.cn/gkmlpt/index#top", "http://a.cn/gkmlpt/index"},
		{"tracking", "http://a.cn/a?utm_source=x&id=3&from=timeline&isappinstalled=0&spm=1.2", "http://a.cn/a?id=3"},
		{"nothing but tracking", "http://a.cn/a?utm_source=x", "http://a.cn/a"},
		{"a from that chooses the page", "http://a.cn/a?from=2024&type=4", "http://a.cn/a?from=2024&type=4"},
		{"order of parameters", "http://a.cn/a?b=2&a=1", "http://a.cn/a?b=2&a=1"},
		{"empty parameters", "http://a.cn/a?&&b=&", "http://a.cn/a?b="},
		{"empty query", "http://a.cn/a?", "http://a.cn/a"},
		{"punycode", "http://XN--FIQS8S.cn/", "http://xn--fiqs8s.cn/"},
		{"Chinese host", "http://中国.cn/", "http://xn--fiqs8s.cn/"},
		{"IPv6", "http://[2001:DB8:0::1]:8080/", "http://[2001:db8::1]:8080/"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := crawler.Canonical(c.raw)
			if err != nil || got != c.want {
				t.Errorf("Canonical(%q) = %q, %v; want %q", c.raw, got, err, c.want)
			}
		})
	}
}

func TestCanonicalRefuses(t *testing.T) {
	for _, c := range []struct{ name, raw, want string }{
		{"no scheme", "www.example.gov.cn/x", "scheme must be http or https"},
		{"another scheme", "ftp://a.cn/", "scheme must be http or https"},
		{"script", "javascript:void(0)", "scheme must be http or https"},
		{"mail", "mailto:a@b.cn", "scheme must be http or https"},
		{"misspelt", "htp://a.cn/", "scheme must be http or https"},
		{"no host", "http:///x", "must have a host: http://host/path"},
		{"one slash", "http:/a.cn/x", "must have a host: http://host/path"},
		{"only a user", "http://user@/x", "must have a host: http://host/path"},
		{"blank in the host", "http://a b.cn/", `host must be a name or an address, not "a b.cn"`},
		{"template as host", "http://{{host}}/", `host must be a name or an address, not "{{host}}"`},
		{"empty label", "http://a..cn/", `host must be a name or an address, not "a..cn"`},
		{"zone", "http://[fe80::1%25eth0]/", `host must be a name or an address, not "[fe80::1%25eth0]"`},
		{"port of letters", "http://a.cn:http/", `port must be 1 to 65535, not "http"`},
		{"port zero", "http://a.cn:0/", `port must be 1 to 65535, not "0"`},
		{"port too high", "http://a.cn:65536/", `port must be 1 to 65535, not "65536"`},
		{"too long", "http://a.cn/" + strings.Repeat("x", 2000), "must not be longer than 2000 bytes"},
		{"too long once escaped", "http://a.cn/" + strings.Repeat("新", 300), "must not be longer than 2000 bytes"},
		{"much too long", "http://a.cn/" + strings.Repeat("x", 1<<20), "must not be longer than 2000 bytes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := crawler.Canonical(c.raw)
			if err == nil || err.Error() != c.want || got != "" {
				t.Errorf("Canonical(%.60q) = %q, %v; want the error %s", c.raw, got, err, c.want)
			}
		})
	}
}

func FuzzCanonical(f *testing.F) {
	for _, s := range []string{
		"http://a.cn/a;jsessionid=1?b=%2f#c", "https://[::1]:443/%2e%2e/a b", "http://中.cn\\x?utm_=1&%75tm_=2",
		"http://a%2eb./;%6asessionid=1;x", "HTTP://u:p@a:080?'=%27&%", "http://a/%5c\\..\\?[|]",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		got, err := crawler.Canonical(raw)
		if (err == nil) == (got == "") {
			t.Fatalf("Canonical(%q) = %q, %v: want a URL or a reason", raw, got, err)
		}
		if err != nil {
			return
		}
		if again, err := crawler.Canonical(got); err != nil || again != got {
			t.Errorf("Canonical(%q) = %q, but Canonical of that is %q, %v", raw, got, again, err)
		}
		u, err := url.Parse(got)
		if err != nil || u.String() != got || u.RequestURI() == "" {
			t.Errorf("Canonical(%q) = %q, which net/url sends as %q, %v", raw, got, u, err)
		}
		got = strings.Replace(got, "/gkmlpt/index#", "/gkmlpt/index", 1)
		if len(got) > 2000 || strings.ContainsAny(got, " #\"<>\\\x00\x7f\n") && !strings.Contains(got, "?") {
			t.Errorf("Canonical(%q) = %q: not fit to be sent", raw, got)
		}
	})
}

func BenchmarkCanonical(b *testing.B) {
	for name, raw := range map[string]string{
		"clean": "https://www.example.gov.cn/rdzx/202401/t20240105_123456.html",
		"dirty": "HTTPS://www.example.gov.cn/rdzx/../新闻/t20240105_123456.html;jsessionid=1?from=timeline&a=1#x",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				crawler.Canonical(raw)
			}
		})
	}
}
