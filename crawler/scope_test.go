package crawler_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fangzhi/archive"
	"fangzhi/crawler"
	"fangzhi/extract"
)

func TestScope(t *testing.T) {
	scope := crawler.Scope{
		Hosts:   []string{"www.example.gov.cn", "10.0.0.1:8080"},
		Include: []string{"/", "/rdzx/**", "/t?.html"},
		Exclude: []string{"/zt/", "**/*_wap.html", "/栏目/*"},
	}
	for _, c := range []struct{ name, url, want string }{
		{"host", "http://www.example.gov.cn/a", ""},
		{"other scheme", "https://www.example.gov.cn/a", ""},
		{"twin", "http://example.gov.cn/a", ""},
		{"subdomain", "http://zwgk.example.gov.cn/a", `host "zwgk.example.gov.cn" is not in the scope`},
		{"other port", "http://www.example.gov.cn:81/a", `host "www.example.gov.cn:81" is not in the scope`},
		{"address with port", "http://10.0.0.1:8080/a", ""},
		{"address has no twin", "http://www.10.0.0.1:8080/a", `host "www.10.0.0.1:8080" is not in the scope`},
		{"below an excluded folder", "http://example.gov.cn/zt/2024/a.html", `path "/zt/2024/a.html" is excluded by "/zt/"`},
		{"any folder", "http://example.gov.cn/a/b/c_wap.html", `path "/a/b/c_wap.html" is excluded by "**/*_wap.html"`},
		{"Chinese pattern", "http://example.gov.cn/%e6%a0%8f%e7%9b%ae/a", `path "/%E6%A0%8F%E7%9B%AE/a" is excluded by "/栏目/*"`},
		{"star stops at a slash", "http://example.gov.cn/%e6%a0%8f%e7%9b%ae/a/b", ""},
		{"template", "http://example.gov.cn/{{item.url}}", "a template's placeholder, not an address"},
		{"escaped template", "http://example.gov.cn/$%7bu%7d", "a template's placeholder, not an address"},
		{"server's template", "http://example.gov.cn/?a=<?=el.link?>", "a template's placeholder, not an address"},
		{"template in the query", "http://example.gov.cn/a?id={{id}}", "a template's placeholder, not an address"},
		{"percent and braces that are none", "http://example.gov.cn/a?id={1}&b=100%", ""},
		{"script", "javascript:void(0)", "scheme must be http or https"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := crawler.Admit(scope, c.url); got != c.want {
				t.Errorf("%s: refused for %q, want %q", c.url, got, c.want)
			}
		})
	}
	t.Run("included or not", func(t *testing.T) {
		scope := crawler.Scope{Hosts: []string{"a.cn"}, Include: []string{"/rdzx/**", "/t?.html"}}
		for url, want := range map[string]string{
			"http://a.cn/rdzx/a/b.html": "", "http://a.cn/t1.html": "",
			"http://a.cn/t12.html": `path "/t12.html" is not included`,
		} {
			if got := crawler.Admit(scope, url); got != want {
				t.Errorf("%s: refused for %q, want %q", url, got, want)
			}
		}
	})
}

func TestValidate(t *testing.T) {
	good := func() crawler.Site {
		return crawler.Site{Name: "zjg-edz", Columns: []crawler.Column{{Name: "热点", URL: "http://www.example.gov.cn/rdzx/"}}}
	}
	for _, c := range []struct {
		name   string
		change func(*crawler.Site)
		want   []string
	}{
		{"good", func(s *crawler.Site) {}, nil},
		{"no name", func(s *crawler.Site) { s.Name = "" }, []string{`name: "": must be 1 to 100 letters, digits and any of - _ . : []`}},
		{"name with a slash", func(s *crawler.Site) { s.Name = "a/b" }, []string{`name: "a/b": must be 1 to 100 letters, digits and any of - _ . : []`}},
		{"no columns", func(s *crawler.Site) { s.Columns = nil }, []string{`columns: "": must have one column at least`}},
		{"scheme", func(s *crawler.Site) { s.Columns = append(s.Columns, crawler.Column{URL: "htp://…"}) },
			[]string{`columns[1].url: "htp://…": scheme must be http or https`}},
		{"column out of scope", func(s *crawler.Site) { s.Scope.Hosts = []string{"b.cn"} },
			[]string{`columns[0].url: "http://www.example.gov.cn/rdzx/": must be in the scope: host "www.example.gov.cn" is not in the scope`}},
		{"column twice", func(s *crawler.Site) {
			s.Columns = append(s.Columns, crawler.Column{URL: "HTTP://www.example.gov.cn/rdzx/#1"})
		},
			[]string{`columns[1].url: "HTTP://www.example.gov.cn/rdzx/#1": must not be the URL of columns[0] again`}},
		{"host with a path", func(s *crawler.Site) { s.Scope.Hosts = []string{"www.example.gov.cn", "example.gov.cn/a"} },
			[]string{`scope.hosts[1]: "example.gov.cn/a": must be a host or host:port, such as www.example.gov.cn`}},
		{"pattern", func(s *crawler.Site) { s.Scope.Exclude = []string{"zt/"} },
			[]string{`scope.exclude[0]: "zt/": must start with / or *: it is matched with the path`}},
		{"numbers", func(s *crawler.Site) {
			s.Politeness = crawler.Politeness{Delay: -time.Second, Parallel: -1}
			s.MaxPages = -1
		}, []string{`politeness.delay: "-1s": must not be negative`, `politeness.parallel: "-1": must be 1 or more`,
			`max_pages: "-1": must be 0, for no limit, or more`}},
		{"rules", func(s *crawler.Site) { s.Rules = extract.Rules{Title: "h1["} }, []string{`rules: "": title: "h1["`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := good()
			c.change(&s)
			var got []string
			if err := s.Validate(); err != nil {
				got = strings.Split(err.Error(), "\n")
			}
			if c.name == "rules" && len(got) == 1 && strings.HasPrefix(got[0], c.want[0]) {
				return
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("Validate (-want +got):\n%s", d)
			}
		})
	}
}

func TestAdHoc(t *testing.T) {
	s, err := crawler.AdHoc("HTTP://WWW.Example.gov.cn:8080/a/../b#c")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Validate(); err != nil {
		t.Error(err)
	}
	if s.Name != "www.example.gov.cn:8080" || s.Columns[0].URL != "http://www.example.gov.cn:8080/b" || !s.Everything {
		t.Errorf("AdHoc = %+v", s)
	}
	for raw, want := range map[string]string{
		"example.gov.cn": `"example.gov.cn": scheme must be http or https`,
		"ftp://a.cn/":    `"ftp://a.cn/": scheme must be http or https`,
	} {
		if _, err := crawler.AdHoc(raw); err == nil || err.Error() != want {
			t.Errorf("AdHoc(%q): %v, want %s", raw, err, want)
		}
	}
}

func TestDefaultRevisit(t *testing.T) {
	const day = 24 * time.Hour
	now := time.Date(2024, 6, 1, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name string
		page archive.Page
		want time.Duration
	}{
		{"unreachable", archive.Page{Kind: archive.KindArticle, Failures: 3}, 0},
		{"long unreachable", archive.Page{Kind: archive.KindList, Failures: 4}, day},
		{"young", archive.Page{Kind: archive.KindArticle, State: archive.StateLive, FirstSeen: now.Add(-day)}, day},
		{"changed lately", archive.Page{Kind: archive.KindArticle, State: archive.StateLive, FirstSeen: now.Add(-999 * day), LastChange: now}, day},
		{"older", archive.Page{Kind: archive.KindArticle, State: archive.StateLive, FirstSeen: now.Add(-8 * day)}, 7 * day},
		{"old", archive.Page{Kind: archive.KindAttachment, State: archive.StateLive, FirstSeen: now.Add(-91 * day)}, 30 * day},
	} {
		if got := crawler.DefaultRevisit(c.page, now).Sub(now); got != c.want {
			t.Errorf("%s: due after %v, want %v", c.name, got, c.want)
		}
	}
	if due := crawler.DefaultRevisit(archive.Page{Kind: archive.KindList, FirstSeen: now}, now); !due.IsZero() {
		t.Errorf("a list is due at %v", due)
	}
}
