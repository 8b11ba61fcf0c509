package export_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fangzhi/archive"
	"fangzhi/archive/export"
	"fangzhi/archive/mongo"
	"fangzhi/archive/sqlite"
	"fangzhi/crawler"
	"fangzhi/crawler/portaltest"
)

// repainted is what the demo's title is painted in on the second day.
const repainted = "rgb(1, 2, 3)"

// dressed crawls the demo into store with all that its pages need, and again a
// day later, when its editors have worked and its style is another.
func dressed(t *testing.T, store archive.Store) (base string, deeds portaltest.Deeds) {
	t.Helper()
	portal := portaltest.Demo()
	base, stop, err := portal.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	site := siteOf(portal)
	site.Keep = crawler.Keep{Attachments: true, Requisites: true, Revisit: time.Hour}
	for days := range 2 {
		now := func() time.Time { return time.Now().AddDate(0, 0, days) }
		c, err := crawler.New(store, crawler.Options{Now: now})
		if err != nil {
			t.Fatal(err)
		}
		run, err := c.Run(t.Context(), site, crawler.Tick{Planned: now(), Full: days > 0})
		c.Close()
		if err != nil || run.State != archive.RunDone {
			t.Fatalf("crawl: %s %s, %v", run.State, run.Reason, err)
		}
		// At the end of a run those that several pages need are asked for once more.
		want := []archive.Tally{{archive.New: 9, archive.NotModified: 6}, {archive.NotModified: 12, archive.Changed: 1}}[days]
		if fmt.Sprint(run.Requisites) != fmt.Sprint(want) {
			t.Errorf("day %d: requisites %v, want %v", days+1, run.Requisites, want)
		}
		if days == 0 {
			if deeds, err = portal.NextDay(); err != nil {
				t.Fatal(err)
			}
			portal.Place(portaltest.File{Name: "style.css", URL: "/css/style.css", Bytes: []byte(`@import "frame.css"; .article .title { color: ` + repainted + ` }`)})
		}
	}
	return base, deeds
}

// siteOf is how a portal on loopback is crawled.
func siteOf(portal *portaltest.Portal) crawler.Site {
	site := crawler.Site{Name: "yunxi", Zone: portaltest.Shanghai, Preset: "auto", Politeness: crawler.Politeness{Parallel: 2}, AllowPrivate: true}
	for i, c := range portal.Columns() {
		site.Columns = append(site.Columns, crawler.Column{Name: c.Name, URL: portal.Seeds()[i]})
	}
	return site
}

func inSQLite(t *testing.T) archive.Store {
	t.Helper()
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "archive.db"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return store
}

// What a crawl keeps besides pages is in the archive once, is sound, and comes
// with an export: the same in either store.
func TestDressedArchive(t *testing.T) {
	for name, open := range map[string]func(*testing.T) archive.Store{
		"sqlite": inSQLite,
		"mongo": func(t *testing.T) archive.Store {
			store, err := mongo.Open(t.Context(), database(t), mongo.Options{})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { store.Close() })
			return store
		},
	} {
		t.Run(name, func(t *testing.T) {
			store := open(t)
			base, _ := dressed(t, store)
			if _, err := archive.Verify(t.Context(), store, archive.VerifyOptions{}, func(f archive.Fault) { t.Errorf("%s: %s", f.Object, f.Text) }); err != nil {
				t.Fatal(err)
			}
			digests := 0
			for r, err := range export.Records(t.Context(), store, export.Selection{Versions: export.All}) {
				if err != nil {
					t.Fatal(err)
				}
				for _, a := range r.Attachments {
					if digests++; a.Digest == "" {
						t.Errorf("%s: no digest of %s", r.URL, a.Name)
					}
				}
			}
			if digests != 6 { // one article has two versions
				t.Errorf("%d attachments, want 6", digests)
			}
			everything := map[string]string{"style": "2+2", "frame": "1+3", "logo": "1+3"}
			for _, tt := range []struct {
				name string
				sel  export.Selection
				want map[string]string // how often styles and logo are in the index: answers and revisits
			}{
				{"all", export.Selection{}, everything},
				{"a column", export.Selection{Columns: []string{"通知公告"}}, everything},
				{"the latest", export.Selection{Versions: export.Latest}, map[string]string{"style": "1+0", "frame": "1+0", "logo": "1+0"}},
				{"the second day", export.Selection{Since: time.Now().Add(12 * time.Hour)}, map[string]string{"style": "2+2", "frame": "1+3", "logo": "1+3"}},
				{"changes", export.Selection{Versions: export.Changes, States: []archive.State{archive.StateGone}}, everything},
				{"words", export.Selection{Search: "农田水利"}, everything},
				{"articles alone", export.Selection{Kinds: []archive.Kind{archive.KindArticle}}, map[string]string{"style": "0+0", "frame": "0+0", "logo": "0+0"}},
			} {
				dir := filepath.Join(t.TempDir(), "warc")
				if _, err := export.Run(t.Context(), store, export.Job{Format: export.WARC, Selection: tt.sel}, export.Target{Path: dir}); err != nil {
					t.Fatal(err)
				}
				index := text(t, filepath.Join(dir, "index.cdxj"))
				got := map[string]string{}
				for name, path := range map[string]string{"style": "/css/style.css?v=20260901", "frame": "/css/frame.css", "logo": "/images/logo.png"} {
					all := strings.Count(index, `"url":"`+base+path+`"`)
					revisits := strings.Count(index, `"url":"`+base+path+`","mime":"warc/revisit"`)
					got[name] = fmt.Sprintf("%d+%d", all-revisits, revisits)
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("%s (-want +got):\n%s", tt.name, diff)
				}
			}
		})
	}
}

// A crawled page looks in the browser as it did on the day: its style and the one
// that this imports, its pictures, what its script wrote, its document; and what
// was found standing looks as it had.
func TestDressedReplay(t *testing.T) {
	modules(t)
	store := inSQLite(t)
	base, deeds := dressed(t, store)
	path := filepath.Join(t.TempDir(), "portal.wacz")
	if _, err := export.Run(t.Context(), store, export.Job{Format: export.WACZ}, export.Target{Path: path}); err != nil {
		t.Fatal(err)
	}
	b := replays(t, path)
	at := func(url string, visit int) string {
		t.Helper()
		for v, err := range store.Visits(t.Context(), archive.Filter{URL: url}) {
			if err != nil {
				t.Fatal(err)
			}
			if visit--; visit == 0 {
				return v.At.UTC().Format("20060102150405")
			}
		}
		t.Fatalf("%s has not so many visits", url)
		return ""
	}
	illustrated := ""
	for s, err := range store.Snapshots(t.Context(), archive.Filter{}) {
		if err != nil {
			t.Fatal(err)
		}
		if len(s.Article.Pictures) > 0 {
			illustrated = s.URL
		}
	}
	type looks struct {
		Title, Nav, Body string
		Widths           []int
		Pager            int
		Answers          []string
	}
	const first, nav = "rgb(176, 28, 28)", "rgb(20, 82, 122)"
	for _, tt := range []struct {
		name, url string
		visit     int
		want      looks
	}{
		{"first-day", deeds.Edited, 1, looks{Title: first, Nav: nav, Body: "乡村医生24名", Widths: []int{160}, Answers: []string{"200", "200"}}},
		{"second-day", deeds.Edited, 2, looks{Title: repainted, Nav: nav, Body: "乡村医生28名", Widths: []int{160}, Answers: []string{"200", "200"}}},
		{"pictures", illustrated, 1, looks{Title: first, Nav: nav, Widths: []int{160, 160, 160}, Answers: []string{"200"}}},
		{"found-standing", illustrated, 2, looks{Title: repainted, Nav: nav, Widths: []int{160, 160, 160}, Answers: []string{"200"}}},
		{"list", base + "/yw/index.html", 1, looks{Nav: nav, Widths: []int{160}, Pager: 2, Answers: []string{"200"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got looks
			b.wait(fmt.Sprintf(`look(%q, %q).then(arguments[0], (e) => arguments[0]({body: String(e)}))`, at(tt.url, tt.visit), tt.url), &got)
			for i, a := range got.Answers {
				status, bytes, _ := strings.Cut(a, " ")
				if bytes == "0" {
					t.Errorf("answer %d is empty", i)
				}
				got.Answers[i] = status
			}
			if !strings.Contains(got.Body, tt.want.Body) {
				t.Errorf("the text lacks %q: %q", tt.want.Body, got.Body)
			}
			got.Body = tt.want.Body
			if fmt.Sprint(got) != fmt.Sprint(tt.want) {
				t.Errorf("the browser shows\n%+v, want\n%+v", got, tt.want)
			}
			if err := os.WriteFile(filepath.Join(t.ArtifactDir(), "replay.png"), b.picture(), 0o666); err != nil {
				t.Error(err)
			}
		})
	}
}
