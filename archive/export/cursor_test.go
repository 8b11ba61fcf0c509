package export_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"
	"github.com/nlnwa/gowarc"

	"fangzhi/archive"
	"fangzhi/archive/export"
)

// told exports with a cursor and returns what was told: path, version and state
// of each record.
func told(t *testing.T, s export.Store, cursor string, versions export.Versions, states ...archive.State) []string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "out.csv")
	j := export.Job{Format: export.CSV, Selection: export.Selection{Versions: versions, States: states}}
	if _, err := export.Run(t.Context(), s, j, export.Target{Path: path, Cursor: cursor}); err != nil {
		t.Fatal(err)
	}
	var got []string
	for line := range strings.Lines(text(t, path)) {
		if cells := strings.Split(line, ","); cells[0] != "url" {
			got = append(got, strings.Join([]string{cells[1], cells[0], cells[3], cells[7]}, " "))
		}
	}
	return got
}

func TestCursor(t *testing.T) {
	for _, tt := range []struct {
		versions            export.Versions
		first, second, late []string
	}{
		{export.All,
			[]string{"a http://a/1 1 live", "a http://a/1 2 live", "a http://a/1 3 live", "a http://a/2 1 live", "b http://a/1 1 live", "b http://a/1 2 live"},
			[]string{"a http://a/1 4 live", "a http://a/2 1 gone"}, []string{"b http://a/1 3 live", "b http://a/1 4 live"}},
		{export.Latest,
			[]string{"a http://a/1 3 live", "a http://a/2 1 live", "b http://a/1 2 live"},
			[]string{"a http://a/1 4 live", "a http://a/2 1 gone"}, []string{"b http://a/1 4 live"}},
	} {
		cursor := filepath.Join(t.TempDir(), "cursor")
		s := portal()
		check := func(what string, want []string) {
			t.Helper()
			if diff := cmp.Diff(want, told(t, s, cursor, tt.versions)); diff != "" {
				t.Errorf("%s, %s (-want +got):\n%s", tt.versions, what, diff)
			}
		}
		check("first", tt.first)
		check("nothing new", nil)
		s.cut("a", "http://a/1", 12).state("http://a/2", archive.StateGone)
		check("an edit and a withdrawal", tt.second)
		// Taken long ago and recorded only now: the clock does not matter.
		s.cut("b", "http://a/1", 1).cut("b", "http://a/1", 2)
		check("recorded late", tt.late)
		check("nothing again", nil)
	}
}

// A page that comes to be in a state asked for is told with all its versions,
// and again with the latest when it comes back to it.
func TestCursorOfAState(t *testing.T) {
	cursor, s := filepath.Join(t.TempDir(), "cursor"), portal()
	s.add("b", "http://b/1", archive.KindArticle, 20, 7, 8)
	for _, tt := range []struct {
		state archive.State
		want  []string
	}{
		{archive.StateLive, nil},
		{archive.StateGone, []string{"b http://b/1 1 gone", "b http://b/1 2 gone"}},
		{archive.StateGone, nil},
		{archive.StateRestored, nil},
		{archive.StateGone, []string{"b http://b/1 2 gone"}},
	} {
		s.state("http://b/1", tt.state)
		if diff := cmp.Diff(tt.want, told(t, s, cursor, export.All, archive.StateGone)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.state, diff)
		}
	}
}

// An article that moved is told at its new URL, and where the old one was told before,
// once more there: else whoever gathers exports would hold it for live.
func TestCursorTellsOfAMove(t *testing.T) {
	cursor, s := filepath.Join(t.TempDir(), "cursor"), portal()
	told(t, s, cursor, export.Latest)
	s.move("http://a/2", "http://a/1", "title")
	if diff := cmp.Diff([]string{"a http://a/2 1 moved"}, told(t, s, cursor, export.Latest)); diff != "" {
		t.Errorf("after the move (-want +got):\n%s", diff)
	}
	if got := told(t, s, cursor, export.Latest); got != nil {
		t.Errorf("told again: %q", got)
	}
	if diff := cmp.Diff([]string{"a http://a/1 3 live", "b http://a/1 2 live"}, told(t, s, filepath.Join(t.TempDir(), "cursor"), export.Latest)); diff != "" {
		t.Errorf("of another cursor (-want +got):\n%s", diff)
	}
}

// cut adds a version to a page, taken on a day.
func (s *store) cut(site, url string, d int) *store {
	for i, p := range s.pages {
		if p.Site != site || p.URL != url {
			continue
		}
		s.pages[i].Versions++
		for j := len(s.snapshots) - 1; j >= 0; j-- {
			if v := s.snapshots[j]; v.Site == site && v.URL == url {
				v.Version++
				v.TakenAt = day(d)
				s.snapshots = append(s.snapshots[:j+1], append([]archive.Snapshot{v}, s.snapshots[j+1:]...)...)
				return s
			}
		}
	}
	return s
}

// Until the export stands, the cursor stays where it was.
func TestCursorMovesWithTheExport(t *testing.T) {
	dir := t.TempDir()
	cursor := filepath.Join(dir, "cursor")
	s := portal()
	s.fail = errBroken
	j := export.Job{Format: export.JSONL}
	if _, err := export.Run(t.Context(), s, j, export.Target{Path: filepath.Join(dir, "out"), Cursor: cursor}); err == nil {
		t.Fatal("no error")
	}
	if _, err := os.Stat(cursor); err == nil {
		t.Error("the cursor moved")
	}
	if got := names(t, dir); len(got) > 0 {
		t.Errorf("left behind: %v", got)
	}
	if got := told(t, portal(), cursor, export.All); len(got) != 6 {
		t.Errorf("told %v", got)
	}
	// A cursor of another selection would leave things out in silence.
	_, err := export.Run(t.Context(), portal(), j, export.Target{Path: filepath.Join(dir, "out"), Cursor: cursor})
	if err == nil || !strings.Contains(err.Error(), "belongs to another selection") {
		t.Errorf("error %v", err)
	}
}

// What an export with a cursor brought does not come again, so it is not written
// over.
func TestCursorReplacesNothing(t *testing.T) {
	dir := t.TempDir()
	to := export.Target{Path: filepath.Join(dir, "out"), Cursor: filepath.Join(dir, "cursor")}
	if _, err := export.Run(t.Context(), portal(), everyArticle, to); err != nil {
		t.Fatal(err)
	}
	before := text(t, to.Path)
	_, err := export.Run(t.Context(), portal(), everyArticle, to)
	if err == nil || !strings.Contains(err.Error(), "is there already: what an export with a cursor brought does not come again") || text(t, to.Path) != before {
		t.Errorf("error %v", err)
	}
	os.Remove(to.Path)
	os.Remove(to.Path + ".receipt.json")
	if r, err := export.Run(t.Context(), portal(), everyArticle, to); err != nil || r.Records != 0 {
		t.Errorf("%d records, %v", r.Records, err)
	}
}

// An export whose cursor could not move is ended by the same command, and by
// nothing else: what it brought is told once.
func TestCursorThatCouldNotMove(t *testing.T) {
	dir := t.TempDir()
	to := export.Target{Path: filepath.Join(dir, "out"), Cursor: filepath.Join(dir, "cursor")}
	inTheWay := filepath.Join(dir, ".cursor.partial")
	if err := os.Mkdir(inTheWay, 0o777); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		_, err := export.Run(t.Context(), portal(), everyArticle, to)
		if err == nil || !strings.Contains(err.Error(), "has not moved: the same command ends it") {
			t.Fatalf("error %v", err)
		}
	}
	before := text(t, to.Path)
	if strings.Count(before, "\n") != 3 {
		t.Errorf("brought %q", before)
	}
	_, err := export.Run(t.Context(), portal(), export.Job{Format: export.CSV}, export.Target{Path: to.Path, Cursor: filepath.Join(dir, "other")})
	if err == nil || !strings.Contains(err.Error(), "has still to end: run that again first") {
		t.Errorf("another export: %v", err)
	}
	if err := os.Remove(inTheWay); err != nil {
		t.Fatal(err)
	}
	if r, err := export.Run(t.Context(), portal(), everyArticle, to); err != nil || r.Records != 3 || !r.Resumed || text(t, to.Path) != before {
		t.Errorf("ended: %+v, %v", r, err)
	}
	next := export.Target{Path: filepath.Join(dir, "next"), Cursor: to.Cursor}
	if r, err := export.Run(t.Context(), portal(), everyArticle, next); err != nil || r.Records != 0 {
		t.Errorf("%d records are told again, %v", r.Records, err)
	}
	nowhere := export.Target{Path: filepath.Join(dir, "none"), Cursor: filepath.Join(dir, "no", "cursor")}
	if _, err := export.Run(t.Context(), portal(), everyArticle, nowhere); err == nil || len(text(t, nowhere.Path)) > 0 {
		t.Errorf("a cursor in a folder that is not there: %v", err)
	}
}

// Captures are told that were made since, and revisits of those told before.
func TestCursorOfCaptures(t *testing.T) {
	k := county(t)
	cursor := filepath.Join(t.TempDir(), "cursor")
	count := func() int {
		t.Helper()
		r, err := export.Run(t.Context(), k.store, export.Job{Format: export.WARC}, export.Target{Path: filepath.Join(t.TempDir(), "out"), Cursor: cursor})
		if err != nil {
			t.Fatal(err)
		}
		return r.Records
	}
	if n := count(); n != 14 {
		t.Errorf("first: %d captures", n)
	}
	if n := count(); n != 0 {
		t.Errorf("nothing new: %d captures", n)
	}
	k.visit("/yw/", day(9), answer{status: 304})
	k.visit("/5.html", day(9), article(t, "新", "新闻一则。"))
	if n := count(); n != 2 {
		t.Errorf("a revisit and a new page: %d captures", n)
	}
}

// An answer from before the time asked for comes with the first revisit that refers
// to it, and with that alone.
func TestCursorBringsWhatARevisitRefersTo(t *testing.T) {
	k := keep(t)
	k.visit("/1.html", day(1), article(t, "通知", "请于三月十日前报名。"))
	k.visit("/2.html", day(5), article(t, "公示", "补贴资金使用情况予以公示。"))
	cursor := filepath.Join(t.TempDir(), "cursor")
	for d, want := range []int{1, 2, 1} { // /2.html; the revisit and its answer; the revisit
		j := export.Job{Format: export.WARC, Selection: export.Selection{Since: day(4)}}
		path := filepath.Join(t.TempDir(), "out")
		r, err := export.Run(t.Context(), k.store, j, export.Target{Path: path, Cursor: cursor})
		if err != nil || r.Records != want {
			t.Errorf("export %d: %d captures, want %d; %v", d+1, r.Records, want, err)
		}
		k.visit("/1.html", day(6+d), answer{status: 304})
	}
}

// A cursor of version 1 told revisits without the answers that they refer to: these
// come with the next export, once, whether the page was visited since or not.
func TestOlderCursorBringsWhatRevisitsReferTo(t *testing.T) {
	for _, visited := range []bool{false, true} {
		k := keep(t)
		k.visit("/1.html", day(1), article(t, "通知", "请于三月十日前报名。"))
		k.visit("/1.html", day(6), answer{status: 304})
		k.visit("/2.html", day(6), article(t, "公示", "补贴资金使用情况予以公示。"))
		cursor := filepath.Join(t.TempDir(), "cursor")
		bring := func(want ...string) {
			t.Helper()
			j := export.Job{Format: export.WARC, Selection: export.Selection{Since: day(4)}}
			path := filepath.Join(t.TempDir(), "out")
			if _, err := export.Run(t.Context(), k.store, j, export.Target{Path: path, Cursor: cursor}); err != nil {
				t.Fatal(err)
			}
			var got []string
			if len(want) > 0 {
				strict(t, path, func(r gowarc.WarcRecord, _ []byte) {
					if h := r.WarcHeader(); r.Type() == gowarc.Response || r.Type() == gowarc.Revisit {
						got = append(got, strings.TrimPrefix(h.Get("WARC-Target-URI"), portalRoot)+" "+h.Get("WARC-Date")[:10])
					}
				})
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("visited %t (-want +got):\n%s", visited, diff)
			}
		}
		bring("/1.html 2026-03-01", "/1.html 2026-03-06", "/2.html 2026-03-06")
		older(t, cursor)
		if visited {
			k.visit("/1.html", day(7), answer{status: 304})
			bring("/1.html 2026-03-01", "/1.html 2026-03-07")
		} else {
			bring("/1.html 2026-03-01")
		}
		bring()
		k.visit("/1.html", day(8), answer{status: 304})
		bring("/1.html 2026-03-08")
	}
}

// older makes a cursor one of version 1.
func older(t *testing.T, path string) {
	t.Helper()
	in, err := zstd.NewReader(strings.NewReader(text(t, path)))
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	b, err := io.ReadAll(in)
	if err != nil {
		t.Fatal(err)
	}
	const head = `{"fangzhi_cursor":`
	if !bytes.HasPrefix(b, []byte(head+"2,")) {
		t.Fatalf("the cursor begins with %.40q", b)
	}
	out, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	b = append([]byte(head+"1"), b[len(head)+1:]...)
	if err := os.WriteFile(path, out.EncodeAll(b, nil), 0o666); err != nil {
		t.Fatal(err)
	}
}

// What the archive had lost is told as lost once, and comes once it is repaired.
func TestCursorBringsWhatWasRepaired(t *testing.T) {
	k := county(t)
	lost := archive.DigestOf([]byte("%PDF-1.4 表"))
	cursor := filepath.Join(t.TempDir(), "cursor")
	for _, tt := range []struct {
		when             string
		lost             archive.Digest
		records, damaged int
	}{
		{"lost", lost, 13, 1},
		{"still lost", lost, 0, 0},
		{"repaired", "", 1, 0},
		{"told", "", 0, 0},
	} {
		path := filepath.Join(t.TempDir(), "out")
		r, err := export.Run(t.Context(), lossy{k.store, tt.lost}, export.Job{Format: export.WARC}, export.Target{Path: path, Cursor: cursor})
		if err != nil || r.Records != tt.records || len(r.Damaged) != tt.damaged {
			t.Errorf("%s: %d captures, damaged %q, %v", tt.when, r.Records, r.Damaged, err)
		}
		if tt.records == 1 && !strings.Contains(text(t, filepath.Join(path, "index.cdxj")), "/f.pdf") {
			t.Errorf("%s: another one came", tt.when)
		}
	}
}

// A cursor counts what one archive holds: of another one, or of an older state that was
// put back and went on in another way, it would leave out in silence what it never told.
func TestCursorOfAnotherArchive(t *testing.T) {
	began := func() *keeper {
		k := keep(t)
		k.visit("/1.html", day(1), article(t, "通知", "请于三月十日前报名。"))
		k.seal(day(2))
		return k
	}
	bring := func(s archive.Store, cursor string) (int, error) {
		r, err := export.Run(t.Context(), s, everyArticle, export.Target{Path: filepath.Join(t.TempDir(), "out"), Cursor: cursor})
		return r.Records, err
	}
	cursor := filepath.Join(t.TempDir(), "cursor")
	k, backup := began(), began()
	if n, err := bring(k.store, cursor); n != 1 || err != nil {
		t.Fatalf("%d records, %v", n, err)
	}
	if n, err := bring(backup.store, cursor); n != 0 || err != nil {
		t.Errorf("of one with the same log: %d records, %v", n, err)
	}
	k.visit("/1.html", day(3), article(t, "通知", "请于三月十一日前报名。"))
	k.seal(day(4))
	if n, err := bring(k.store, cursor); n != 1 || err != nil {
		t.Errorf("grown: %d records, %v", n, err)
	}
	same, before := keep(t).store, text(t, cursor)
	if _, err := archive.Copy(t.Context(), k.store, same, archive.CopyOptions{}); err != nil {
		t.Fatal(err)
	}
	if n, err := bring(same, cursor); n != 0 || err != nil {
		t.Errorf("of a copy: %d records, %v", n, err)
	}
	for _, when := range []string{"put back", "gone on"} {
		n, err := bring(backup.store, cursor)
		if err == nil || !strings.Contains(err.Error(), "is of another archive, or of this one as it was after its present state") {
			t.Errorf("%s: %d records, %v", when, n, err)
		}
		backup.visit("/1.html", day(5), article(t, "通知", "请于三月二十日前报名。"))
		backup.seal(day(6))
	}
	if text(t, cursor) != before {
		t.Error("the cursor moved")
	}
}

// Of two exports at once both would bring the same, and the cursor would be where the
// slower one found it.
func TestCursorIsHeld(t *testing.T) {
	dir := t.TempDir()
	to := func(name string) export.Target {
		return export.Target{Path: filepath.Join(dir, name), Cursor: filepath.Join(dir, "cursor")}
	}
	s := portal()
	var second error
	s.during = func() { _, second = export.Run(t.Context(), portal(), everyArticle, to("second")) }
	if r, err := export.Run(t.Context(), s, everyArticle, to("first")); err != nil || r.Records != 3 {
		t.Errorf("the first: %d records, %v", r.Records, err)
	}
	if second == nil || !strings.Contains(second.Error(), "another export with it is under way") {
		t.Errorf("the second: %v", second)
	}
	if r, err := export.Run(t.Context(), portal(), everyArticle, to("second")); err != nil || r.Records != 0 {
		t.Errorf("after it: %d records, %v", r.Records, err)
	}
	if diff := cmp.Diff([]string{"cursor", "first", "first.receipt.json", "second", "second.receipt.json"}, names(t, dir)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
