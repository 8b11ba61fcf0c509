package configs_test

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fangzhi/archive"
	"fangzhi/bench/process"
	"fangzhi/configs"
	"fangzhi/crawler"
	"fangzhi/crawler/discover"
	"fangzhi/extract"
	"fangzhi/scheduler"
)

var update = flag.Bool("update", false, "rewrite what is wanted; read the diff")

// Each file holds one mistake (several.yaml: many), and what is said of it
// stands beside it.
func TestMistakes(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			_, err = configs.Parse(filepath.Base(file), b)
			var problems configs.Problems
			if !errors.As(err, &problems) {
				t.Fatalf("error %v: want problems", err)
			}
			got := err.Error() + "\n"
			wanted := strings.TrimSuffix(file, ".yaml") + ".want"
			if *update {
				if err := os.WriteFile(wanted, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(wanted)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

func TestExample(t *testing.T) {
	c, err := configs.Parse("fangzhi.example.yaml", configs.Example())
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Warnings) > 0 || len(c.Sites) != 2 {
		t.Errorf("%d sites, warnings: %v", len(c.Sites), c.Warnings)
	}
}

// compared leaves out what cannot be compared: functions, and schedules, which
// are known by their ticks.
func compared(s scheduler.Site) scheduler.Site {
	s.Schedule, s.Revisit = scheduler.Schedule{}, nil
	return s
}

func TestParse(t *testing.T) {
	const text = `
archive: mongodb://db.example.org/fangzhi
contact: https://example.org/about
parallel: 8
sites:
  - name: full
    title: 云溪县人民政府
    timezone: Europe/Berlin
    schedule: "30 2 * * *"
    on_missed: skip
    columns:
      - {name: 要闻, url: "https://www.example.cn/yw/"}
    scope:
      hosts: [www.example.cn, "news.example.cn:8080"]
      include: ["/yw/**"]
      exclude: ["/yw/video/"]
    everything: true
    preset: trs
    articles: ["/yw/*.html"]
    walk_every: 5
    rules:
      title: h1
      remove: [.share]
    politeness: &slow {delay: 1m30s, parallel: 3}
    revisit:
      - {age: 1w, every: 12h}
    withdrawal: {observations: 4, over: 1w}
    keep: {attachments: true, requisites: true, max_size: 64MiB, per_page: 50, per_run: 1000, revisit: 7d}
    max_pages: 10
    allow_private: true
  - name: "2024"
    columns:
      - name: |
          通知公告
        url: http://127.0.0.1:8099/
    politeness:
      <<: *slow
      delay: 0
    rules:
`
	c, err := configs.Parse("x.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if c.Archive != "mongodb://db.example.org/fangzhi" || c.Contact != "https://example.org/about" || c.Parallel != 8 || c.Warnings != nil {
		t.Errorf("top: %+v", c)
	}
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	auto, err := configs.AutoPreset()
	if err != nil {
		t.Fatal(err)
	}
	want := []scheduler.Site{
		{
			Site: crawler.Site{
				Name: "full", Title: "云溪县人民政府", Zone: berlin,
				Columns: []crawler.Column{{Name: "要闻", URL: "https://www.example.cn/yw/"}},
				Scope: crawler.Scope{
					Hosts: []string{"www.example.cn", "news.example.cn:8080"}, Include: []string{"/yw/**"}, Exclude: []string{"/yw/video/"},
				},
				Everything: true, Preset: "trs", Articles: []string{"/yw/*.html"}, WalkEvery: 5, Rules: extract.Rules{Title: "h1", Remove: []string{".share"}},
				Politeness: crawler.Politeness{Delay: 90 * time.Second, Parallel: 3}, MaxPages: 10, AllowPrivate: true,
				Withdrawal: archive.Withdrawal{Observations: 4, Over: 7 * 24 * time.Hour},
				Keep:       crawler.Keep{Attachments: true, Requisites: true, Size: 64 << 20, PerPage: 50, PerRun: 1000, Revisit: 7 * 24 * time.Hour},
			},
			Policy: scheduler.Revisit{{Age: 7 * scheduler.Day, Every: 12 * time.Hour}},
			Expr:   "30 2 * * *", OnMissed: scheduler.Skip,
		},
		{
			Site: crawler.Site{
				Name: "2024", Title: "2024", Zone: time.UTC,
				Columns: []crawler.Column{{Name: "通知公告", URL: "http://127.0.0.1:8099/"}},
				Preset:  "auto", Articles: auto.Articles, Politeness: crawler.Politeness{Delay: 0, Parallel: 3},
			},
			Policy:   scheduler.DefaultRevisit,
			OnMissed: scheduler.RunOnce,
		},
	}
	byName := cmp.Comparer(func(x, y *time.Location) bool { return x.String() == y.String() })
	schedules := cmp.Comparer(func(x, y scheduler.Schedule) bool { return true })
	if diff := cmp.Diff(want, []scheduler.Site{compared(c.Sites[0]), compared(c.Sites[1])}, byName, schedules); diff != "" {
		t.Errorf("sites (-want +got):\n%s", diff)
	}
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	if next := c.Sites[0].Schedule.Next(noon); next.Format(time.RFC3339) != "2026-03-02T02:30:00+01:00" {
		t.Errorf("next tick %v", next)
	}
	if next := c.Sites[1].Schedule.Next(noon); !next.IsZero() {
		t.Errorf("next tick %v of a site without a schedule", next)
	}
	p := archive.Page{URL: "http://a/", Kind: archive.KindArticle, State: archive.StateLive, FirstSeen: noon}
	if wait := c.Sites[0].Revisit(p, noon).Sub(noon); wait < 10*time.Hour || wait > 12*time.Hour {
		t.Errorf("due in %s, want about 12h", wait)
	}
}

func TestDefaults(t *testing.T) {
	c, err := configs.Parse("x.yaml", []byte("sites: [{name: a, columns: [{name: n, url: 'http://www.a.gov.cn/'}]}]"))
	if err != nil {
		t.Fatal(err)
	}
	s := c.Sites[0]
	if c.Archive != "sqlite:fangzhi.db" || c.Parallel != 4 || s.Title != "a" || s.Zone.String() != "Asia/Shanghai" ||
		s.Preset != "auto" || !s.Rules.IsZero() || s.Politeness != configs.DefaultPoliteness || s.OnMissed != scheduler.RunOnce || s.Revisit == nil {
		t.Errorf("%+v", c)
	}
	want := "x.yaml: contact: is missing: a mail address or URL by which a webmaster can reach you; it is sent with every request"
	if got := c.Warnings.Error(); got != want {
		t.Errorf("warnings %q, want %q", got, want)
	}
}

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	good := filepath.Join(dir, "good.yaml")
	if err := os.WriteFile(good, append([]byte("\xef\xbb\xbf"), configs.Example()...), 0o644); err != nil {
		t.Fatal(err)
	}
	if c, err := configs.Load(good); err != nil || len(c.Sites) != 2 {
		t.Errorf("with a byte order mark: %v", err)
	}
	missing := filepath.Join(dir, "missing.yaml")
	_, err := configs.Load(missing)
	if want := `configuration "` + missing + `": no such file or directory`; !errors.Is(err, fs.ErrNotExist) || err.Error() != want {
		t.Errorf("missing: %v", err)
	}
	_, err = configs.Load(dir)
	if want := `configuration "` + dir + `": is a folder: must be a file`; err == nil || err.Error() != want {
		t.Errorf("folder: %v", err)
	}
	large := filepath.Join(dir, "large.yaml")
	if err := os.WriteFile(large, make([]byte, 2<<20), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err = configs.Load(large)
	if want := large + ": is larger than 1048576 bytes: no configuration is"; err == nil || err.Error() != want {
		t.Errorf("large: %v", err)
	}
}

func TestPresets(t *testing.T) {
	presets, err := configs.Presets()
	if err != nil {
		t.Fatal(err)
	}
	families := discover.Families()
	for _, p := range presets {
		if p.Title == "" || p.Rules.IsZero() && len(p.Articles) == 0 {
			t.Errorf("%s: has nothing to offer: %+v", p.Name, p)
		}
		if p.Name != configs.DefaultPreset && !slices.Contains(families, p.Name) {
			t.Errorf("%s is no family: %v", p.Name, families)
		}
		site := crawler.Site{Name: "a", Columns: []crawler.Column{{URL: "http://a.cn/"}}, Articles: p.Articles, Rules: p.Rules}
		if err := site.Validate(); err != nil {
			t.Errorf("%s: %v", p.Name, err)
		}
	}
	for _, f := range families {
		if !slices.ContainsFunc(presets, func(p configs.Preset) bool { return p.Name == f }) {
			t.Errorf("family %s has no preset", f)
		}
	}
	if len(presets) == 0 || presets[0].Name != configs.DefaultPreset {
		t.Errorf("%s is missing", configs.DefaultPreset)
	}
}

// The addresses of articles, as portals have them, are known by their family's
// preset and by the general one; those of lists are not.
func TestPresetArticles(t *testing.T) {
	presets, err := configs.Presets()
	if err != nil {
		t.Fatal(err)
	}
	of := map[string][]string{}
	for _, p := range presets {
		of[p.Name] = p.Articles
	}
	lists := []string{"/", "/yw/", "/yw/index.html", "/yw/index_1.html", "/col/col103585/index.html", "/xxx/moreinfo.html", "/tzgg/30.htm", "/c100123/common_list.shtml", "/html/2024-05/20/node_2.htm"}
	for name, paths := range map[string][]string{
		"trs":          {"/yw/201805/t20180525_2166460.html", "/t20220213_552130.shtml"},
		"ivs":          {"/xwfb/20220426/0123456789abcdef0123456789abcdef.html"},
		"hanweb-jpage": {"/art/2022/6/29/art_60085_11394426.html", "/zwgk/art/2026/art_0123456789abcdef0123456789abcdef.html"},
		"hanweb-jpaas": {"/col/col1229123351/art/2026/art_0123456789abcdef0123456789abcdef.html"},
		"epoint":       {"/jyxx/003001/003001001/20220629/8f2c4548-cd5f-c12f-82bf-a75dc2004a72.html"},
		"vsb":          {"/info/1001/1234.htm", "/xb/info/1001/1234.htm"},
		"gkmlpt":       {"/gkmlpt/content/9/9360/post_9360641.html"},
		"nfcms":        {"/zwgk/content/post_9360641.html"},
		"gov-cn":       {"/zhengce/202409/content_6976.htm", "/zhengce/content/202409/content_6976.htm"},
		"epaper":       {"/html/2024-05/20/content_12.htm"},
	} {
		for _, preset := range []string{name, configs.DefaultPreset} {
			for _, path := range paths {
				if !matches(t, of[preset], path) {
					t.Errorf("%s: %s is no article", preset, path)
				}
			}
			for _, path := range lists {
				if matches(t, of[preset], path) {
					t.Errorf("%s: %s is an article", preset, path)
				}
			}
		}
	}
}

// matches says whether a path is taken in by patterns, as a scope reads them.
func matches(t *testing.T, patterns []string, path string) bool {
	t.Helper()
	s := crawler.Site{
		Name: "a", Columns: []crawler.Column{{URL: "http://a.cn" + path}},
		Scope: crawler.Scope{Hosts: []string{"a.cn"}, Include: patterns},
	}
	return len(patterns) > 0 && s.Validate() == nil
}

// Aliases of aliases of aliases: each level multiplies.
func TestAliasesDoNotMultiply(t *testing.T) {
	text := "sites: &s\n  - name: a\n    columns: &c [" + strings.Repeat("{name: n, url: u},", 500) + "]\n" +
		strings.Repeat("  - {name: b, columns: *c}\n", 1000)
	begun := process.Spent()
	_, err := configs.Parse("x.yaml", []byte(text))
	if err == nil || !strings.Contains(err.Error(), "more than 200000 values, aliases counted each time") {
		t.Errorf("error of %d bytes", len(err.Error()))
	}
	if took := process.Spent() - begun; took > 20*time.Second {
		t.Errorf("took %s", took)
	}
}

func FuzzParse(f *testing.F) {
	files, _ := filepath.Glob("testdata/bad/*.yaml")
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add(configs.Example())
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 1<<14 {
			return
		}
		c, err := configs.Parse("x.yaml", b)
		var problems configs.Problems
		if err != nil && (!errors.As(err, &problems) || len(problems) == 0) {
			t.Errorf("error %v: not problems", err)
		}
		for i := range c.Sites {
			if err == nil && c.Sites[i].Validate() != nil {
				t.Errorf("site %q: %v, and no problem told", c.Sites[i].Name, c.Sites[i].Validate())
			}
		}
		for _, p := range problems {
			if p.Text == "" || p.Line < 0 || p.Line > 0 && p.Column < 1 {
				t.Errorf("problem %+v", p)
			}
		}
	})
}

// What a site says of proxy, addresses and TLS reaches the crawler; a site that
// names no proxy has the file's.
func TestNetwork(t *testing.T) {
	c, err := configs.Parse("x.yaml", []byte(`
contact: crawler@example.org
proxy: socks5://127.0.0.1:1080
sites:
  - name: a
    columns: [{name: n, url: "https://a.cn/"}]
    allow_private: [10.20.7.0/16, "fd00::1"]
    tls: {profile: legacy, verify: false}
  - name: b
    columns: [{name: n, url: "https://b.cn/"}]
    allow_private: true
    proxy: none
    tls: {profile: strict, pin: "`+strings.Repeat("ab:", 31)+`AB"}
  - name: c
    columns: [{name: n, url: "https://c.cn/"}]
    proxy: environment
    tls: {profile: http}
`))
	if err != nil {
		t.Fatal(err)
	}
	a, b, d := c.Sites[0].Site, c.Sites[1].Site, c.Sites[2].Site
	if a.Proxy != "socks5://127.0.0.1:1080" || c.Proxy != a.Proxy || b.Proxy != crawler.NoProxy || d.Proxy != "" {
		t.Errorf("proxies %q, %q, %q", a.Proxy, b.Proxy, d.Proxy)
	}
	if fmt.Sprint(a.AllowAddresses) != "[10.20.0.0/16 fd00::1/128]" || a.AllowPrivate || !b.AllowPrivate || d.AllowPrivate {
		t.Errorf("private: %v %v, %v, %v", a.AllowPrivate, a.AllowAddresses, b.AllowPrivate, d.AllowPrivate)
	}
	if diff := cmp.Diff([]crawler.TLS{
		{Profile: crawler.Legacy, Unverified: true}, {Pins: []string{strings.Repeat("ab:", 31) + "AB"}}, {Profile: crawler.Plain},
	}, []crawler.TLS{a.TLS, b.TLS, d.TLS}); diff != "" {
		t.Errorf("tls (-want +got):\n%s", diff)
	}
	if len(c.Warnings) != 1 || !strings.Contains(c.Warnings[0].Error(), "x.yaml:8:36: sites.a.tls.verify: whoever sits on the line") {
		t.Errorf("warnings %v", c.Warnings)
	}
}
