package crawler_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fangzhi/archive"
	"fangzhi/archive/sqlite"
	"fangzhi/crawler"
	"fangzhi/crawler/portaltest"
)

// savings are captures as files would have them.
type savings []archive.Saved

func (s savings) Captures(context.Context) iter.Seq2[archive.Saved, error] {
	return func(yield func(archive.Saved, error) bool) {
		sorted := slices.Clone(s)
		slices.SortStableFunc(sorted, func(a, b archive.Saved) int { return a.At.Compare(b.At) })
		for _, c := range sorted {
			if !yield(c, nil) {
				return
			}
		}
	}
}

func (s savings) Holds(url string) (bool, error) {
	return slices.ContainsFunc(s, func(c archive.Saved) bool { return c.URL == url }), nil
}

func (s savings) Times(url string) iter.Seq2[time.Time, error] {
	return func(yield func(time.Time, error) bool) {
		for c := range s.Captures(context.Background()) {
			if c.URL == url && !yield(c.At, nil) {
				return
			}
		}
	}
}

func (s savings) At(url string, at time.Time) (archive.Saved, bool, error) {
	for _, c := range s {
		if c.URL == url && c.At.Equal(at) {
			return c, true, nil
		}
	}
	return archive.Saved{}, false, nil
}

const oldHost = "http://www.yunxi.gov.cn"

var oldSite = crawler.Site{Name: "yunxi", Zone: portaltest.Shanghai, Columns: []crawler.Column{{Name: "要闻", URL: oldHost + "/yw/"}}}

// on is a moment of a day of March 2026.
func on(day, second int) time.Time { return time.Date(2026, 3, day, 8, 0, second, 0, time.UTC) }

// savedAs is a capture that another crawler saved.
func savedAs(path string, at time.Time, status int, body string, header ...string) archive.Saved {
	h := http.Header{"Content-Type": {"text/html; charset=utf-8"}}
	for i := 0; i+1 < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	return archive.Saved{Capture: archive.Capture{URL: oldHost + path, At: at, Status: status, Header: h, Payload: []byte(body), Attempts: 1, Protocol: "HTTP/1.1"}, Whole: true, From: "x.warc"}
}

// newsPage is the page of an article.
func newsPage(title string, paragraphs ...string) string {
	b := "<html><head><title>" + title + "</title></head><body><h1>" + title + "</h1><div>发布时间：2026-02-20 来源：县政府办公室</div><div class=\"TRS_Editor\">"
	for _, p := range append(paragraphs, "县政府办公室要求各单位认真组织实施，确保各项工作按时完成，并于本月底前将落实情况书面报送县政府办公室汇总。") {
		b += "<p>　　" + p + "</p>"
	}
	return b + "</div></body></html>"
}

func imports(t *testing.T, store crawler.Store, site crawler.Site, s savings) crawler.ImportReport {
	t.Helper()
	report, run, err := importsInto(t.Context(), t, store, site, s)
	if err != nil {
		t.Fatal(err)
	}
	if run.State != archive.RunDone || run.Trigger != archive.TriggerImport {
		t.Errorf("run %+v", run)
	}
	return report
}

func importsInto(ctx context.Context, t *testing.T, store crawler.Store, site crawler.Site, s savings) (crawler.ImportReport, archive.Run, error) {
	t.Helper()
	c, err := crawler.New(store, crawler.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	return c.Import(ctx, site, s, crawler.ImportOptions{From: "imported from x.warc", Notes: []string{"x.warc, sha256:…"}})
}

func newStore(t *testing.T) *sqlite.Store {
	t.Helper()
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "archive.db"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return store
}

// ledgerOf tells of the visits of a page, a line each.
func ledgerOf(t *testing.T, store *sqlite.Store, path string) (lines []string) {
	t.Helper()
	for _, v := range all(t, store.Visits(t.Context(), archive.Filter{Site: "yunxi", URL: oldHost + path})) {
		kept := ""
		if v.Payload != "" {
			kept = " kept"
		}
		lines = append(lines, fmt.Sprintf("%s %s v%d%s", v.At.Format("02 05.000"), v.Outcome, v.Version, kept))
	}
	return lines
}

func soundStore(t *testing.T, store archive.Store) {
	t.Helper()
	if _, err := archive.Verify(t.Context(), store, archive.VerifyOptions{}, func(f archive.Fault) { t.Errorf("%s: %s", f.Object, f.Text) }); err != nil {
		t.Error(err)
	}
}

// What another crawler saved becomes visits of their own dates, judged as a crawl
// judges, with the bytes of every answer kept.
func TestImport(t *testing.T) {
	store := newStore(t)
	first, second := newsPage("关于春耕的通知", "第一版的正文在这里，说明春耕的安排。"), newsPage("关于春耕的通知", "第二版的正文在这里，春耕的安排改了。")
	noisy := strings.Replace(second, "</body>", "<!-- 42 --></body>", 1)
	list := `<html><head><title>要闻</title></head><body><ul><li><a href="/yw/1.html">关于春耕的通知</a> 2026-02-20</li>` +
		`<li><a href="/yw/9.html">关于夏收工作安排的通知</a> 2026-02-21</li><li><a href="/yw/8.html">关于秋播工作安排的通知</a> 2026-02-22</li></ul></body></html>`
	saved := savings{
		savedAs("/yw/", on(1, 0), 200, list),
		savedAs("/yw/1.html", on(1, 1), 200, first),
		savedAs("/yw/1.html", on(2, 0), 200, first),
		savedAs("/yw/1.html", on(3, 0), 200, second),
		savedAs("/yw/1.html", on(4, 0), 200, noisy),
		savedAs("/yw/1.html", on(5, 0), 404, "not here"),
		savedAs("/yw/1.html", on(6, 0), 503, "busy"),
		savedAs("/yw/2.html", on(1, 2), 302, "", "Location", "/yw/1.html"),
		savedAs("/yw/2.html", on(1, 2), 200, newsPage("关于另一件事的通知", "另一件事的正文在这里。")), // in the same second
		savedAs("/pic.png", on(1, 3), 200, "\x89PNG\r\n\x1a\nbytes", "Content-Type", "image/png"),
	}
	elsewhere := savedAs("/x", on(1, 0), 200, first)
	elsewhere.URL = "http://other.example/x"
	post := savedAs("/search", on(1, 0), 200, first)
	post.Method = "POST"
	saved = append(saved, elsewhere, post)
	report := imports(t, store, oldSite, saved)
	if diff := cmp.Diff(map[string]int{"out of the site's scope": 1, "asked for by another method than GET": 1}, report.Over); diff != "" {
		t.Errorf("passed over (-want +got):\n%s", diff)
	}
	for path, want := range map[string][]string{
		"/yw/": {"01 00.000 new v0 kept"},
		"/yw/1.html": {
			"01 01.000 new v1 kept", "02 00.000 unchanged v1 kept", "03 00.000 changed v2 kept", "04 00.000 unchanged v2 kept",
			"05 00.000 gone v0 kept", "06 00.000 unreachable v0 kept",
		},
		"/yw/2.html": {"01 02.000 moved v0", "01 02.001 new v1 kept"},
		"/pic.png":   {"01 03.000 new v0 kept"},
	} {
		if diff := cmp.Diff(want, ledgerOf(t, store, path)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
	}
	p, err := store.Page(t.Context(), "yunxi", oldHost+"/yw/1.html")
	if err != nil || p.State != archive.StateGone || p.Column != "要闻" || p.Anchor != "关于春耕的通知" || p.Due.IsZero() {
		t.Errorf("page %+v, %v", p, err)
	}
	if _, err := store.Page(t.Context(), "yunxi", oldHost+"/yw/9.html"); !errors.Is(err, archive.ErrNotFound) {
		t.Errorf("a page that was linked and not captured: %v", err)
	}
	soundStore(t, store)
	if again := imports(t, store, oldSite, saved); again.Stored.Total() != 0 || again.Known != 10 {
		t.Errorf("again: %+v", again)
	}
}

// Requisites of an export stay what they are, on whatever host.
func TestImportOfRequisites(t *testing.T) {
	store := newStore(t)
	s := savedAs("", on(1, 0), 200, "body{}", "Content-Type", "text/css")
	s.URL, s.Told = "http://cdn.example/a.css", &archive.Told{At: on(1, 0), Outcome: archive.New, Kind: archive.KindRequisite}
	report := imports(t, store, oldSite, savings{s})
	p, err := store.Page(t.Context(), "yunxi", s.URL)
	if err != nil || p.Kind != archive.KindRequisite || p.Versions != 0 || p.Payload == "" || report.Stored[archive.New] != 1 {
		t.Errorf("page %+v, %v, report %+v", p, err, report)
	}
	soundStore(t, store)
}

// Two visits of one second are two where the file tells their moments, and one
// where it does not and they brought the same.
func TestImportWithinASecond(t *testing.T) {
	body := newsPage("关于春耕的通知", "正文在这里，说明春耕的安排。")
	twice := func(told bool) savings {
		var two savings
		for i := range 2 {
			s := savedAs("/yw/1.html", on(1, 0), 200, body)
			if told {
				s.At = s.At.Add(time.Duration(i) * 300 * time.Millisecond)
				s.Told = &archive.Told{At: s.At, Outcome: archive.New}
			}
			two = append(two, s)
		}
		return two
	}
	for told, want := range map[bool]int{true: 2, false: 1} {
		store := newStore(t)
		imports(t, store, oldSite, twice(told))
		if got := ledgerOf(t, store, "/yw/1.html"); len(got) != want {
			t.Errorf("told %v: %v", told, got)
		}
		if again := imports(t, store, oldSite, twice(told)); again.Stored.Total() != 0 {
			t.Errorf("told %v, again: %+v", told, again)
		}
	}
}

// Captures from before what the archive has are kept, without a version; those
// after what was last seen, before a failure, are versions like any other.
func TestImportOfOlderCaptures(t *testing.T) {
	store := newStore(t)
	text := func(n int) string {
		return newsPage("关于春耕的通知", fmt.Sprintf("第%d版的正文在这里，说明春耕的第%d种安排。", n, n))
	}
	imports(t, store, oldSite, savings{
		savedAs("/yw/1.html", on(10, 0), 200, text(3)), savedAs("/yw/1.html", on(20, 0), 404, "gone"), savedAs("/yw/1.html", on(21, 0), 404, "gone"),
		savedAs("/yw/2.html", on(20, 0), 404, "never seen"),
	})
	report := imports(t, store, oldSite, savings{
		savedAs("/yw/1.html", on(1, 0), 200, text(1)), savedAs("/yw/1.html", on(2, 0), 200, text(3)), savedAs("/yw/1.html", on(3, 0), 404, "away"),
		savedAs("/yw/1.html", on(15, 0), 200, text(4)), savedAs("/yw/2.html", on(2, 0), 200, text(5)),
	})
	for path, want := range map[string][]string{
		"/yw/1.html": {
			"01 00.000 changed v0 kept", "02 00.000 unchanged v1 kept", "03 00.000 gone v0 kept", "10 00.000 new v1 kept",
			"15 00.000 changed v2 kept", "20 00.000 gone v0 kept", "21 00.000 gone v0 kept",
		},
		"/yw/2.html": {"02 00.000 new v1 kept", "20 00.000 gone v0 kept"},
	} {
		if diff := cmp.Diff(want, ledgerOf(t, store, path)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
	}
	if report.Behind != 3 || report.Versions != 2 {
		t.Errorf("report %+v", report)
	}
	p, err := store.Page(t.Context(), "yunxi", oldHost+"/yw/1.html")
	if err != nil || p.State != archive.StateGone || !p.GoneSince.Equal(on(20, 0)) || !p.LastSeen.Equal(on(15, 0)) || p.Visits != 7 || p.Versions != 2 || !p.FirstSeen.Equal(on(1, 0)) {
		t.Errorf("page %+v, %v", p, err)
	}
	soundStore(t, store)
	// Both in one go are versions in the order of time.
	together := newStore(t)
	imports(t, together, oldSite, savings{
		savedAs("/yw/1.html", on(10, 0), 200, text(3)), savedAs("/yw/1.html", on(1, 0), 200, text(1)), savedAs("/yw/1.html", on(15, 0), 200, text(4)),
	})
	if got := ledgerOf(t, together, "/yw/1.html"); len(got) != 3 || got[2] != "15 00.000 changed v3 kept" {
		t.Errorf("ledger %v", got)
	}
}

// A revisit says what it says: the same bytes, or that they stand; one that refers
// to nothing that is there is told, and nothing made up.
func TestImportOfRevisits(t *testing.T) {
	store := newStore(t)
	body := newsPage("关于春耕的通知", "正文在这里，说明春耕的安排。")
	confirms := func(day int, c archive.Confirmation, lost string, payload string) archive.Saved {
		s := savedAs("/yw/1.html", on(day, 0), 200, payload)
		s.Confirms, s.Lost, s.Refers = c, lost, archive.Reference{URL: oldHost + "/yw/1.html", At: on(2, 0), Same: func(b []byte) bool { return string(b) == body }}
		if c == archive.ConfirmsStand {
			s.Status = 304
		}
		return s
	}
	const lost = "refers to a capture that is not in the files"
	report := imports(t, store, oldSite, savings{
		confirms(1, archive.ConfirmsStand, "", ""), // of what nobody saw
		savedAs("/yw/1.html", on(2, 0), 200, body),
		confirms(3, archive.ConfirmsBytes, "", body),
		confirms(4, archive.ConfirmsStand, "", ""),
	})
	if report.Lost != 1 {
		t.Errorf("report %+v", report)
	}
	// In a second import what is referred to is in the archive alone.
	report = imports(t, store, oldSite, savings{confirms(5, archive.ConfirmsBytes, lost, "")})
	if report.Lost != 0 {
		t.Errorf("report %+v", report)
	}
	odd := confirms(6, archive.ConfirmsBytes, lost, "")
	odd.Refers.Same = func([]byte) bool { return false }
	report = imports(t, store, oldSite, savings{odd})
	if report.Lost != 1 {
		t.Errorf("report %+v", report)
	}
	want := []string{
		"01 00.000 unreadable v0", "02 00.000 new v1 kept", "03 00.000 unchanged v1 kept", "04 00.000 not_modified v1", "05 00.000 unchanged v1 kept", "06 00.000 unreadable v0",
	}
	if diff := cmp.Diff(want, ledgerOf(t, store, "/yw/1.html")); diff != "" {
		t.Errorf("visits (-want +got):\n%s", diff)
	}
	soundStore(t, store)
}

// A file can say anything of a visit: withdrawn is what its evidence proves, and
// what cannot be is not taken.
func TestImportOfLies(t *testing.T) {
	store := newStore(t)
	bare := func(path string, day int, o archive.Outcome, change func(*archive.Told)) archive.Saved {
		s := savedAs(path, on(day, 0), 0, "")
		s.Header, s.Payload, s.Bare, s.Told = nil, nil, true, &archive.Told{Outcome: o, At: on(day, 0), Reason: "says who", Status: 404}
		if change != nil {
			change(s.Told)
		}
		return s
	}
	absence := func(t *archive.Told) {
		t.Absence = &archive.Absence{Controls: []archive.Sighting{{URL: oldHost + "/a", At: t.At, Outcome: archive.Unchanged}, {URL: oldHost + "/b", At: t.At, Outcome: archive.Unchanged}}}
	}
	imports(t, store, oldSite, savings{
		savedAs("/yw/1.html", on(1, 0), 200, newsPage("关于春耕的通知", "正文在这里。")),
		bare("/yw/1.html", 2, archive.Withdrawn, nil),
		bare("/yw/1.html", 3, archive.Withdrawn, absence),
		bare("/yw/1.html", 5, archive.Gone, absence),
		bare("/yw/1.html", 8, archive.Withdrawn, absence),
		bare("/yw/2.html", 2, archive.New, nil),
		bare("/yw/3.html", 2, archive.Unchanged, nil),
		bare("/yw/4.html", 2, archive.Moved, func(t *archive.Told) { t.MovedTo = "javascript:alert(1)" }),
	})
	for path, want := range map[string][]string{
		"/yw/1.html": {"01 00.000 new v1 kept", "02 00.000 gone v0", "03 00.000 gone v0", "05 00.000 gone v0", "08 00.000 withdrawn v0"},
		"/yw/2.html": {"02 00.000 unreadable v0"},
		"/yw/3.html": {"02 00.000 unreadable v0"},
		"/yw/4.html": {"02 00.000 moved v0"},
	} {
		if diff := cmp.Diff(want, ledgerOf(t, store, path)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
	}
	soundStore(t, store)
}

// Pages of an article that were saved before or after its first are joined with
// the capture that they belong to.
func TestImportOfParts(t *testing.T) {
	p, path, a := threeParts()
	r := newRig(t, p)
	r.run()
	url := r.base + path
	var saved savings
	for _, v := range all(t, r.store.Visits(t.Context(), archive.Filter{Site: r.site.Name})) {
		s := r.saved(v)
		if strings.HasSuffix(v.URL, "_2.html") {
			s.At = s.At.Add(10 * time.Minute)
		}
		saved = append(saved, s)
	}
	site := r.site
	store := newStore(t)
	report := imports(t, store, site, saved)
	if n := report.Stored.Total(); n != len(saved) || report.Known != 0 {
		t.Errorf("of %d captures %d stored, %d known already", len(saved), n, report.Known)
	}
	if again := imports(t, store, site, saved); again.Known != len(saved) {
		t.Errorf("again: of %d captures %d known already", len(saved), again.Known)
	}
	s := all(t, store.Snapshots(t.Context(), archive.Filter{Site: site.Name, URL: url}))
	if len(s) != 1 || s[0].Article.Body != strings.Join(a.Body, "\n\n") || len(s[0].Parts) != 2 {
		t.Fatalf("versions %+v", s)
	}
	soundStore(t, store)

	// Without its last page the version says which is missing.
	store = newStore(t)
	report = imports(t, store, site, slices.DeleteFunc(slices.Clone(saved), func(c archive.Saved) bool { return strings.HasSuffix(c.URL, "_2.html") }))
	if report.Lacking != 1 {
		t.Errorf("%d versions lack pages, want 1", report.Lacking)
	}
	s = all(t, store.Snapshots(t.Context(), archive.Filter{Site: site.Name, URL: url}))
	if len(s) != 1 || len(s[0].Parts) != 2 || s[0].Parts[1].Missing == "" {
		t.Fatalf("versions %+v", s)
	}
	soundStore(t, store)
}

// stopping is a store that fails before or after its n-th commit, as a process
// that is killed there leaves it.
type stopping struct {
	*sqlite.Store
	left  int
	after bool
}

var errKilled = errors.New("killed")

func (s *stopping) Record(ctx context.Context, run string, batch []archive.Entry) error {
	if s.left--; s.left > 0 {
		return s.Store.Record(ctx, run, batch)
	}
	if s.left == 0 && s.after {
		if err := s.Store.Record(ctx, run, batch); err != nil {
			return err
		}
	}
	return errKilled
}

// Wherever an import is stopped, another one goes on: each capture is there once,
// and all is as if it had not been stopped.
func TestImportStopped(t *testing.T) {
	var saved savings
	for i := range 40 {
		path := fmt.Sprintf("/yw/%d.html", i%25)
		saved = append(saved, savedAs(path, on(1+i/25, i), 200, newsPage(fmt.Sprintf("关于第%d件事的通知", i%25), fmt.Sprintf("第%d次的正文在这里，说明第%d种安排。", i, i))))
	}
	for i := range 10 {
		saved = append(saved, savedAs("/yw/0.html", on(10+i, 0), 200, newsPage("关于第0件事的通知", fmt.Sprintf("后来第%d次改的正文在这里。", i))))
	}
	// What pages need and attach, also where it lies elsewhere.
	dressed := newsPage("关于穿戴的通知", "有图有表的正文在这里。", `<link rel="stylesheet" href="/s.css"><img src="http://cdn.example/a.png"><img src="/none.png"><a href="http://files.example/1.pdf">附表.pdf</a>`)
	saved = append(saved, savedAs("/yw/wear.html", on(2, 30), 200, dressed), savedAs("/s.css", on(4, 0), 200, "p{}", "Content-Type", "text/css"),
		savedAs("/none.png", on(4, 1), 404, "not here"), savedAs("", on(4, 2), 200, "\x89PNG", "Content-Type", "image/png"),
		savedAs("", on(4, 3), 200, "%PDF-1.4", "Content-Type", "application/pdf"), savedAs("", on(4, 4), 200, "\x89PNG", "Content-Type", "image/png"))
	saved[len(saved)-3].URL, saved[len(saved)-2].URL, saved[len(saved)-1].URL = "http://cdn.example/a.png", "http://files.example/1.pdf", "http://cdn.example/nobody.png"
	whole := newStore(t)
	if report := imports(t, whole, oldSite, saved); report.Over["out of the site's scope"] != 1 || report.Stored.Total() != len(saved)-1 {
		t.Errorf("report %+v", report)
	}
	for url, want := range map[string]archive.Kind{
		oldHost + "/s.css": archive.KindRequisite, oldHost + "/none.png": archive.KindRequisite, "http://cdn.example/a.png": archive.KindRequisite,
		"http://files.example/1.pdf": archive.KindAttachment,
	} {
		if p, err := whole.Page(t.Context(), "yunxi", url); err != nil || p.Kind != want || p.FoundOn != oldHost+"/yw/wear.html" || p.Versions > 0 && want == archive.KindRequisite {
			t.Errorf("%s: %+v, %v", url, p, err)
		}
	}
	tell := func(store *sqlite.Store) (lines []string) {
		for _, v := range all(t, store.Visits(t.Context(), archive.Filter{})) {
			v.Run = ""
			lines = append(lines, fmt.Sprintf("%+v", v))
		}
		for _, s := range all(t, store.Snapshots(t.Context(), archive.Filter{})) {
			lines = append(lines, fmt.Sprintf("%+v", s))
		}
		for _, p := range all(t, store.Pages(t.Context(), archive.Filter{})) {
			lines = append(lines, fmt.Sprintf("%+v", p))
		}
		return lines
	}
	want := tell(whole)
	stops := 0
	for n := 1; ; n++ {
		over := false
		for _, after := range []bool{false, true} {
			store := newStore(t)
			_, run, err := importsInto(t.Context(), t, &stopping{store, n, after}, oldSite, saved)
			if err == nil {
				over = true
				break
			}
			if !errors.Is(err, errKilled) || run.State != archive.RunFailed {
				t.Fatalf("commit %d: run %s, %v", n, run.State, err)
			}
			stops++
			imports(t, store, oldSite, saved)
			if diff := cmp.Diff(want, tell(store)); diff != "" {
				t.Fatalf("stopped at commit %d, after it: %v (-want +got):\n%s", n, after, diff)
			}
			soundStore(t, store)
		}
		if over {
			break
		}
	}
	if stops < 10 {
		t.Errorf("stopped %d times", stops)
	}
}
