package export_test

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fangzhi/archive"
	"fangzhi/archive/diff"
	"fangzhi/archive/export"
)

func TestRecords(t *testing.T) {
	tests := []struct {
		name  string
		store *store
		sel   export.Selection
		want  []string
	}{
		{"latest articles by default", portal(), export.Selection{}, []string{
			"a http://a/1 3/3 03-20", "a http://a/2 1/1 03-20", "b http://a/1 2/2 03-20"}},
		{"all versions, each last seen before the next", portal(), export.Selection{Versions: export.All}, []string{
			"a http://a/1 1/3 03-04", "a http://a/1 2/3 03-08", "a http://a/1 3/3 03-20",
			"a http://a/2 1/1 03-20", "b http://a/1 1/2 03-07", "b http://a/1 2/2 03-20"}},
		{"sites in the archive's order, each once", portal(), export.Selection{Sites: []string{"b", "a", "b"}}, []string{
			"a http://a/1 3/3 03-20", "a http://a/2 1/1 03-20", "b http://a/1 2/2 03-20"}},
		{"an unknown site has none", portal(), export.Selection{Sites: []string{"c"}}, nil},
		{"documents when they are named", portal(), export.Selection{Kinds: []archive.Kind{archive.KindAttachment}}, []string{
			"a http://a/p.pdf 1/1 03-20"}},
		{"until is exclusive, the version after it tells the last visit", portal(), export.Selection{Sites: []string{"a"}, Until: day(9)}, []string{
			"a http://a/1 2/3 03-08", "a http://a/2 1/1 03-20"}},
		{"since is inclusive", portal(), export.Selection{Since: day(5), Versions: export.All}, []string{
			"a http://a/1 2/3 03-08", "a http://a/1 3/3 03-20", "b http://a/1 1/2 03-07", "b http://a/1 2/2 03-20"}},
		{"since alone, latest", portal(), export.Selection{Since: day(5)}, []string{
			"a http://a/1 3/3 03-20", "b http://a/1 2/2 03-20"}},
		{"a span in the past", portal(), export.Selection{Since: day(4), Until: day(8)}, []string{
			"a http://a/1 2/3 03-08", "b http://a/1 1/2 03-07"}},
		{"time decides before the column", portal().column("http://a/1", 3, "notices"), export.Selection{Sites: []string{"a"}, Columns: []string{"news"}}, []string{
			"a http://a/2 1/1 03-20"}},
		{"a version of another column still ends the one before", portal().column("http://a/1", 2, "notices"), export.Selection{Sites: []string{"a"}, Columns: []string{"news"}, Versions: export.All}, []string{
			"a http://a/1 1/3 03-04", "a http://a/1 3/3 03-20", "a http://a/2 1/1 03-20"}},
		{"an article that moved is told at its new URL", portal().move("http://a/1", "http://a/2", "title"), export.Selection{Sites: []string{"a"}}, []string{
			"a http://a/2 1/1 03-20"}},
		{"with all its versions at the old one too", portal().move("http://a/2", "http://a/1", "title"), export.Selection{Sites: []string{"a"}, Versions: export.All, Since: day(2), Until: day(6)}, []string{
			"a http://a/1 2/3 03-08", "a http://a/2 1/1 03-20"}},
		{"and with its changes", portal().move("http://a/1", "http://a/2", "title"), export.Selection{Sites: []string{"a"}, Versions: export.Changes}, []string{
			"a http://a/1 2/3 03-08", "a http://a/1 3/3 03-20"}},
		{"a redirect to something else hides nothing", portal().move("http://a/2", "http://a/1", "another"), export.Selection{Sites: []string{"a"}}, []string{
			"a http://a/1 3/3 03-20", "a http://a/2 1/1 03-20"}},
		{"nor one to a page without versions", portal().move("http://a/2", "http://a/list", "title"), export.Selection{Sites: []string{"a"}}, []string{
			"a http://a/1 3/3 03-20", "a http://a/2 1/1 03-20"}},
		{"changes are the versions that replaced another", portal(), export.Selection{Versions: export.Changes}, []string{
			"a http://a/1 2/3 03-08", "a http://a/1 3/3 03-20", "b http://a/1 2/2 03-20"}},
		{"pages that stand where is asked for", portal().state("http://a/2", archive.StateGone), export.Selection{States: []archive.State{archive.StateGone}}, []string{
			"a http://a/2 1/1 03-20"}},
		{"pages that are found, in the archive's order", portal().title("http://a/1", "茶园").title("http://a/p.pdf", "茶园"), export.Selection{Search: "茶园", Versions: export.All}, []string{
			"a http://a/1 1/3 03-04", "a http://a/1 2/3 03-08", "a http://a/1 3/3 03-20", "b http://a/1 1/2 03-07", "b http://a/1 2/2 03-20"}},
		{"pages that are found, of one site", portal().title("http://a/1", "茶园"), export.Selection{Search: "茶园", Sites: []string{"b"}}, []string{
			"b http://a/1 2/2 03-20"}},
		{"an article that several columns list is of each", portal().also("http://a/2", "notices"), export.Selection{Sites: []string{"a"}, Columns: []string{"notices"}}, []string{
			"a http://a/2 1/1 03-20"}},
		{"nothing in time", portal(), export.Selection{Since: day(28)}, nil},
		{"empty archive", &store{}, export.Selection{}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := lines(t, export.Records(t.Context(), tt.store, tt.sel))
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("records (-want +got):\n%s", diff)
			}
		})
	}
}

// A crawl goes on while an export reads: what it adds must neither hide a page
// nor break the walk.
func TestRecordsWhileTheArchiveGrows(t *testing.T) {
	t.Run("a version newer than the page", func(t *testing.T) {
		s := portal()
		s.pages[0].Versions = 2
		want := []string{"a http://a/1 3/3 03-20"}
		if diff := cmp.Diff(want, lines(t, export.Records(t.Context(), s, export.Selection{Sites: []string{"a"}}))[:1]); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("a page that the walk has passed", func(t *testing.T) {
		s := portal()
		s.pages = s.pages[1:]
		want := []string{"a http://a/2 1/1 03-20", "b http://a/1 2/2 03-20"}
		if diff := cmp.Diff(want, lines(t, export.Records(t.Context(), s, export.Selection{}))); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("no pages at all", func(t *testing.T) {
		s := portal()
		s.pages = nil
		if got := lines(t, export.Records(t.Context(), s, export.Selection{Versions: export.All})); got != nil {
			t.Errorf("got %v", got)
		}
	})
}

// The clock of the machine was set back between two versions: the second one
// carries an earlier time than the first.
func TestRecordsClockSetBack(t *testing.T) {
	s := &store{}
	s.add("a", "http://a/1", archive.KindArticle, 20, 10, 4)
	want := []string{"a http://a/1 1/2 03-10"}
	got := lines(t, export.Records(t.Context(), s, export.Selection{Since: day(6), Versions: export.All}))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("last seen must not lie before the version was taken (-want +got):\n%s", diff)
	}
}

func TestRecordsStopsWithTheCaller(t *testing.T) {
	s := portal()
	for range export.Records(t.Context(), s, export.Selection{Versions: export.All}) {
		break
	}
	if s.read > 2 {
		t.Errorf("read %d snapshots for one record: the walk must not run ahead", s.read)
	}
}

func TestRecordsErrors(t *testing.T) {
	tests := []struct {
		name string
		sel  export.Selection
		want string
	}{
		{"versions", export.Selection{Versions: "newest"}, `versions: "newest": must be latest, all or changes`},
		{"kind", export.Selection{Kinds: []archive.Kind{"list"}}, `kind: "list": must be article or attachment: other pages have no versions`},
		{"state", export.Selection{States: []archive.State{"dead"}}, `state: "dead": must be one of discovered, live, restored, unreachable, gone, withdrawn, refused, challenged, moved, alias, unreadable`},
		{"span", export.Selection{Since: day(2), Until: day(2)}, `since 2026-03-02T12:00:00Z: must be before until 2026-03-02T12:00:00Z`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n := 0
			for _, err := range export.Records(t.Context(), portal(), tt.sel) {
				n++
				if err == nil || err.Error() != tt.want {
					t.Errorf("error %v, want %s", err, tt.want)
				}
			}
			if n != 1 {
				t.Errorf("yielded %d times, want once", n)
			}
		})
	}
	t.Run("the store's", func(t *testing.T) {
		s := portal()
		s.fail = errBroken
		var last error
		for _, err := range export.Records(t.Context(), s, export.Selection{}) {
			last = err
		}
		if !errors.Is(last, errBroken) {
			t.Errorf("error %v, want %v", last, errBroken)
		}
	})
}

func TestPublished(t *testing.T) {
	shanghai := time.FixedZone("", 8*3600)
	at := time.Date(2026, 3, 1, 0, 5, 0, 0, shanghai)
	tests := []struct {
		name string
		p    export.Published
		text string
		json string
	}{
		{"with the site's offset", export.Published{At: at}, "2026-03-01T00:05:00+08:00", `"2026-03-01T00:05:00+08:00"`},
		{"a day in the site's zone", export.Published{At: at, DayOnly: true}, "2026-03-01", `"2026-03-01"`},
		{"none", export.Published{DayOnly: true}, "", "null"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b, err := tt.p.MarshalJSON()
			if err != nil || string(b) != tt.json || tt.p.String() != tt.text {
				t.Errorf("got %s %q %v, want %s %q", b, tt.p, err, tt.json, tt.text)
			}
		})
	}
}

// Stretches of pages are read side by side, and come in the archive's order.
func TestStretchesComeInOrder(t *testing.T) {
	s := &store{}
	for _, site := range []string{"a", "b", "c"} {
		for i := range 333 {
			s.add(site, fmt.Sprintf("http://%s/%03d", site, i), archive.KindArticle, 20, []int{1, 5, 9}[:1+i%3]...)
		}
	}
	for _, sel := range []export.Selection{{}, {Versions: export.All, Sites: []string{"c", "a"}}, {Versions: export.Changes, Until: day(9)}} {
		want, n := write(t, s, export.JSONL, sel)
		var got bytes.Buffer
		j := export.Job{Format: export.JSONL, Selection: sel}
		r, err := export.Run(t.Context(), s, j, export.Target{Path: "-", Stdout: &got})
		if err != nil || r.Records != n || n < 200 || got.String() != want {
			t.Errorf("%+v: %d records of %d, %v; equal: %t", sel, r.Records, n, err, got.String() == want)
		}
	}
	s.fail = errBroken
	var got bytes.Buffer
	j := export.Job{Format: export.JSONL, Selection: export.Selection{Versions: export.All}}
	r, err := export.Run(t.Context(), s, j, export.Target{Path: "-", Stdout: &got})
	// 60 pages have 120 versions, of which the last waits for the one behind it.
	if !errors.Is(err, errBroken) || r.Records != 119 || strings.Count(got.String(), "\n") != 119 {
		t.Errorf("%d records before %v: those of the stretch that broke come, and no more", r.Records, err)
	}
}

// A version says what it says otherwise than the one before, whether that one is
// exported or not.
func TestChanges(t *testing.T) {
	s := &store{}
	s.add("a", "http://a/1", archive.KindArticle, 20, 1, 5, 9)
	s.add("a", "http://a/2", archive.KindArticle, 20, 2)
	for i, a := range []archive.Article{
		{Title: "通知", Body: "招聘医生24名。"}, {Title: "通知", Body: "招聘医生28名。"},
		{Title: "公告", Body: "招聘医生28名。", Attachments: []archive.Attachment{{Name: "表", URL: "http://a/b"}}},
	} {
		s.snapshots[i].Article = a
	}
	second, third := "2 figures", "3 title, attachments"
	for _, tt := range []struct {
		name string
		sel  export.Selection
		want []string
	}{
		{"latest", export.Selection{}, []string{third, "1 "}},
		{"all", export.Selection{Versions: export.All}, []string{"1 ", second, third, "1 "}},
		{"changes", export.Selection{Versions: export.Changes}, []string{second, third}},
		{"since", export.Selection{Versions: export.All, Since: day(4)}, []string{second, third}},
		{"latest of a time", export.Selection{Until: day(6)}, []string{second, "1 "}},
	} {
		var got []string
		for r, err := range export.Records(t.Context(), s, tt.sel) {
			if err != nil || r.Changes == nil {
				t.Fatal(r.Changes, err)
			}
			got = append(got, fmt.Sprint(r.Version, " ", diff.Line(r.Changes)))
		}
		if d := cmp.Diff(tt.want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, d)
		}
	}
	for f, want := range map[export.Format]string{
		export.JSONL: `"changes":["figures"],`, export.CSV: `,"[""figures""]"`, export.Atom: "<summary>changed: figures</summary>",
	} {
		if got, _ := write(t, s, f, export.Selection{Until: day(6)}); strings.Count(got, want) != 1 {
			t.Errorf("%s: %s is not once in %s", f, want, got)
		}
	}
	dir := toFolder(t, s, export.Job{Format: export.Markdown, Selection: export.Selection{Until: day(6)}})
	files, _ := filepath.Glob(filepath.Join(dir, "a/news/undated/通知-*.md"))
	if len(files) != 1 || !strings.Contains(text(t, files[0]), "\nchanges: [\"figures\"]\n") {
		t.Errorf("markdown: %q", files)
	}
}
