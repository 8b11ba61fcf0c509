package export_test

import (
	"crypto/sha256"
	"encoding/csv"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/mmcdole/gofeed"
	"github.com/parquet-go/parquet-go"

	"fangzhi/archive"
	"fangzhi/archive/export"
)

func TestParquet(t *testing.T) {
	got, n := write(t, notice(), export.Parquet, export.Selection{})
	f, err := parquet.OpenFile(strings.NewReader(got), int64(len(got)))
	if err != nil || n != 1 {
		t.Fatal(n, err)
	}
	names := slices.Concat(slices.Clone(f.Schema().Columns())...)
	for _, want := range []string{"url", "taken_at", "attachments", "changes", "missing", "published_day", "published_at"} {
		if !slices.Contains(names, want) {
			t.Errorf("there is no column %s: %v", want, names)
		}
	}
	type row struct {
		Title       string    `parquet:"title"`
		TakenAt     time.Time `parquet:"taken_at,timestamp(millisecond)"`
		Published   *string   `parquet:"published,optional"`
		Day         *int32    `parquet:"published_day,optional,date"`
		At          *int64    `parquet:"published_at,optional,timestamp(millisecond)"`
		Body        string    `parquet:"body"`
		Changes     []string  `parquet:"changes,list"`
		Attachments []struct {
			Name string `parquet:"name"`
			URL  string `parquet:"url"`
		} `parquet:"attachments,list"`
		Missing []struct {
			URL    string `parquet:"url"`
			Reason string `parquet:"reason"`
		} `parquet:"missing,list"`
	}
	rows, err := parquet.Read[row](strings.NewReader(got), int64(len(got)))
	if err != nil || len(rows) != 1 {
		t.Fatal(len(rows), err)
	}
	r := rows[0]
	if r.Title != `关于“放管服”的<通知> & "附件"` || !r.TakenAt.Equal(day(1)) || r.Body != "第一段\n\n第二段\r\n\uFFFD" ||
		len(r.Attachments) != 1 || r.Attachments[0].Name != "表,一.xls" || len(r.Missing) != 1 || r.Missing[0].URL != "http://a/1_3" || r.Missing[0].Reason != "status 404" {
		t.Errorf("got %+v", r)
	}
	if *r.Published != "2026-02-28T09:30:00+08:00" || *r.Day != 20512 || *r.At != 1772242200000 {
		t.Errorf("published %s, day %d, at %d", *r.Published, *r.Day, *r.At)
	}
}

// A page that gives a day gives no instant; one that gives nothing gives none.
func TestParquetDates(t *testing.T) {
	s := notice()
	s.snapshots[0].Article.DayOnly = true
	s.snapshots[0].Article.Published = time.Date(2026, 2, 28, 0, 0, 0, 0, time.FixedZone("", 8*3600))
	s.add("zz", "http://z/1", archive.KindArticle, 2, 1)
	got, _ := write(t, s, export.Parquet, export.Selection{})
	type row struct {
		Published *string `parquet:"published,optional"`
		Day       *int32  `parquet:"published_day,optional,date"`
		At        *int64  `parquet:"published_at,optional,timestamp(millisecond)"`
	}
	rows, err := parquet.Read[row](strings.NewReader(got), int64(len(got)))
	if err != nil || len(rows) != 2 {
		t.Fatal(len(rows), err)
	}
	if *rows[0].Published != "2026-02-28" || *rows[0].Day != 20512 || rows[0].At != nil {
		t.Errorf("a day: %+v", rows[0])
	}
	if rows[1].Published != nil || rows[1].Day != nil || rows[1].At != nil {
		t.Errorf("none: %+v", rows[1])
	}
}

func TestExcel(t *testing.T) {
	s := notice()
	a := &s.snapshots[0].Article
	a.Title, a.Author, a.DocumentNumber, a.Body = "＝HYPERLINK(1)", "-1", "@x", strings.Repeat("字", 40_000)
	dir := filepath.Join(t.TempDir(), "x.csv")
	if _, err := export.Run(t.Context(), s, export.Job{Format: export.CSV, Excel: true}, export.Target{Path: dir}); err != nil {
		t.Fatal(err)
	}
	got := text(t, dir)
	table, marked := strings.CutPrefix(got, "\xef\xbb\xbf")
	if !marked {
		t.Error("there is no byte order mark")
	}
	rows, err := csv.NewReader(strings.NewReader(table)).ReadAll()
	if err != nil || len(rows) != 2 {
		t.Fatal(len(rows), err)
	}
	cell := func(name string) string { return rows[1][slices.Index(rows[0], name)] }
	for name, want := range map[string]string{"title": "'＝HYPERLINK(1)", "author": "'-1", "document_number": "'@x", "source": "'=1+1", "state": "gone",
		"taken_at": "2026-03-01 12:00:00", "last_seen": "2026-03-04 12:00:00", "published": "2026-02-28 09:30:00"} {
		if cell(name) != want {
			t.Errorf("%s: %q, want %q", name, cell(name), want)
		}
	}
	if body := []rune(cell("body")); len(body) != 32_767 || !strings.HasSuffix(string(body), "字…[cut here: a cell holds no more]") {
		t.Errorf("the body has %d characters and ends in %q", len(body), string(body[len(body)-20:]))
	}
}

// A feed reader is told what happened.
func TestAtom(t *testing.T) {
	k := county(t)
	dir := t.TempDir()
	path := filepath.Join(dir, "feed.atom")
	if _, err := export.Run(t.Context(), k.store, export.Job{Format: export.Atom}, export.Target{Path: path}); err != nil {
		t.Fatal(err)
	}
	feed, err := gofeed.NewParser().ParseString(text(t, path))
	if err != nil {
		t.Fatal(err)
	}
	if len(feed.Items) != 1 || feed.Updated != day(8).Format(time.RFC3339) {
		t.Fatalf("%d entries, updated %s", len(feed.Items), feed.Updated)
	}
	item := feed.Items[0]
	got := []string{item.Title, item.Link, item.Updated, item.Published, item.Authors[0].Name, item.Categories[0], item.Content}
	want := []string{"通知", portalRoot + "/1.html", "2026-03-03T12:00:00Z", "2026-02-28T09:30:00+08:00", "县融媒体中心", "要闻", "招聘医生二十八名，请于三月十日前报名。"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("entry (-want +got):\n%s", diff)
	}
	gone := `<at:deleted-entry ref="urn:uuid:`
	tombstone := text(t, path)
	tombstone = tombstone[strings.Index(tombstone, gone):]
	if !strings.Contains(tombstone, `when="2026-03-08T12:00:00Z"`) || !strings.Contains(tombstone, "status 404 Not Found</at:comment>") {
		t.Errorf("tombstone %q", tombstone)
	}
	// An edit is an update of the entry that was there.
	all := filepath.Join(dir, "all.atom")
	if _, err := export.Run(t.Context(), k.store, export.Job{Format: export.Atom, Selection: export.Selection{Versions: export.All}}, export.Target{Path: all}); err != nil {
		t.Fatal(err)
	}
	if feed, err = gofeed.NewParser().ParseString(text(t, all)); err != nil || len(feed.Items) != 2 ||
		feed.Items[0].GUID != item.GUID || feed.Items[1].GUID != item.GUID || feed.Items[0].Updated <= feed.Items[1].Updated {
		t.Errorf("%v: %+v", err, feed.Items)
	}
}

func TestAtomIsXML(t *testing.T) {
	lint := tool(t, "xmllint", "libxml2-utils")
	path := filepath.Join(t.TempDir(), "feed.atom")
	if _, err := export.Run(t.Context(), county(t).store, export.Job{Format: export.Atom}, export.Target{Path: path}); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), lint, "--noout", path).CombinedOutput(); err != nil {
		t.Errorf("xmllint: %v: %s", err, out)
	}
}

func TestAtomTakesWhatXMLCannotHold(t *testing.T) {
	s := notice()
	s.pages[0].State = archive.StateLive
	s.snapshots[0].Article.Title = "a\x00\x0b\x1b<b>\uFFFE&"
	got, _ := write(t, s, export.Atom, export.Selection{})
	feed, err := gofeed.NewParser().ParseString(got)
	if err != nil || feed.Items[0].Title != "a\uFFFD\uFFFD\uFFFD<b>\uFFFD&" {
		t.Errorf("%v: %q", err, feed.Items[0].Title)
	}
}

func TestMarkdown(t *testing.T) {
	s := notice()
	s.snapshots[0].Article.Title = "1. 关于\n“放管服”的/通知: *重要*?"
	s.snapshots[0].Article.Body = "# 不是标题\n一、<b>\r# 亦非\r\r    - 项\n\n1. 一"
	s.add("zz", "http://z/1", archive.KindArticle, 2, 1)
	s.column("http://z/1", 1, "NUL")
	dir := toFolder(t, s, export.Job{Format: export.Markdown})
	var files []string
	filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			name, _ := filepath.Rel(dir, path)
			files = append(files, filepath.ToSlash(name))
		}
		return err
	})
	want := []string{
		"receipt.json", "zjg/通知,_公告/2026/2026-02-28-1._关于_“放管服”的_通知___重要-da2c860b6810.md", "zz/_NUL/undated/untitled-846231622ac7.md",
	}
	if diff := cmp.Diff(want, files); diff != "" {
		t.Fatalf("files (-want +got):\n%s", diff)
	}
	got := text(t, filepath.Join(dir, files[1]))
	_, body, _ := strings.Cut(got[4:], "---\n")
	wantBody := "\n# 1\\. 关于 “放管服”的/通知: \\*重要\\*?\n\n\\# 不是标题  \n一、\\<b>  \n\\# 亦非\n\n\\- 项\n\n1\\. 一\n\n- [表,一.xls](<http://a/b.xls>)\n"
	if diff := cmp.Diff(wantBody, body); diff != "" {
		t.Errorf("text (-want +got):\n%s", diff)
	}
	if !strings.HasPrefix(got, "---\ntitle: \"1. 关于\\n“放管服”的/通知: *重要*?\"\nurl: \"http://a/1?x=1&y=2\"\n") {
		t.Errorf("front matter: %s", got)
	}
}

// Two articles of one title and day are two files, though their addresses'
// hashes begin alike.
func TestMarkdownOfOneTitle(t *testing.T) {
	begun := map[string]string{}
	for n := 0; ; n++ {
		url := fmt.Sprintf("http://a/%d", n)
		sum := sha256.Sum256([]byte("a\x00" + url))
		other, met := begun[string(sum[:3])]
		if begun[string(sum[:3])] = url; !met {
			continue
		}
		s := &store{}
		for _, u := range slices.Sorted(slices.Values([]string{url, other})) {
			s.add("a", u, archive.KindArticle, 2, 1)
		}
		dir := toFolder(t, s, export.Job{Format: export.Markdown})
		if files, err := filepath.Glob(filepath.Join(dir, "a", "*", "*", "*.md")); err != nil || len(files) != 2 {
			t.Errorf("%s and %s are %q, %v", url, other, files, err)
		}
		return
	}
}
