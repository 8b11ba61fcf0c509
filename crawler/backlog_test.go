package crawler_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"fangzhi/archive"
	"fangzhi/crawler"
)

// dressed are articles with a document, a picture and styles, as a wardrobe has
// them.
func dressed(n int) map[string]item {
	items := map[string]item{
		"/s.css":                   {kind: "text/css", body: `@import "/more.css"; p { background: url(/back.png) }`},
		"/more.css":                {kind: "text/css", body: "h1 { color: red }"},
		"/back.png":                {kind: "image/png", body: "\x89PNG 底"},
		"/download.jsp?name=1.pdf": {status: 302, location: "/file/real.pdf"},
		"/file/real.pdf":           {kind: "application/pdf", body: "%PDF-1.4 真"},
	}
	for i := range n {
		items[fmt.Sprintf("/art/%d", i)] = item{body: fmt.Sprintf(`<link rel=stylesheet href="/s.css"><img src="/p/%[1]d.png"><a href="/d/%[1]d.pdf">附件%[1]d.pdf</a>`, i)}
		items[fmt.Sprintf("/p/%d.png", i)] = item{kind: "image/png", body: fmt.Sprintf("\x89PNG %d", i)}
		items[fmt.Sprintf("/d/%d.pdf", i)] = item{kind: "application/pdf", body: fmt.Sprintf("%%PDF-1.4 %d", i)}
	}
	return items
}

// crawledBare is a wardrobe that was crawled before anything was kept, and whose
// articles are not due any more. What was asked for is forgotten.
func crawledBare(t *testing.T, items map[string]item) (*rig, *wardrobe, func(time.Duration)) {
	t.Helper()
	r, s, later := wears(t, items)
	keep := r.site.Keep
	r.site.Keep = crawler.Keep{}
	r.site.Revisit = func(p archive.Page, now time.Time) time.Time {
		if p.Failures > 0 && p.Failures < 3 {
			return now.Add(10 * time.Minute)
		}
		return time.Time{}
	}
	r.run()
	r.site.Keep = keep
	s.forget()
	return r, s, later
}

func (s *wardrobe) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.asked)
}

// repeated are the paths that were asked for more than once, but for lists and
// robots.txt.
func (s *wardrobe) repeated() (paths []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for path, n := range s.asked {
		if n > 1 && path != "/" && path != "/robots.txt" {
			paths = append(paths, path)
		}
	}
	return paths
}

func backlogOf(t *testing.T, r *rig) crawler.Backlog {
	t.Helper()
	b, _, err := crawler.BacklogOf(t.Context(), r.store, r.site.Name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// What was stored before a site kept documents and requisites gets them from the
// next crawls on, each URL asked for once and no page.
func TestBacklog(t *testing.T) {
	items := dressed(3)
	items["/art/1"] = item{body: items["/art/1"].body + `<a href="/download.jsp?name=1.pdf">转.pdf</a><a href="/none.doc">无.doc</a><img src="/none.png">`}
	r, s, later := crawledBare(t, items)
	run := r.run()
	if n := s.count("/art/0") + s.count("/art/1") + s.count("/art/2"); n != 0 {
		t.Errorf("articles were asked for %d times, but their payloads are stored", n)
	}
	if again := s.repeated(); len(again) > 0 {
		t.Errorf("asked for more than once: %v", again)
	}
	for path, want := range map[string]archive.Outcome{
		"/s.css": archive.New, "/more.css": archive.New, "/back.png": archive.New, "/p/0.png": archive.New, "/p/2.png": archive.New,
		"/d/0.pdf": archive.New, "/d/2.pdf": archive.New, "/download.jsp?name=1.pdf": archive.Moved, "/file/real.pdf": archive.New,
		"/none.doc": archive.Gone, "/none.png": archive.Gone,
	} {
		if v := r.last(r.base + path); v.Outcome != want || v.Run != run.ID {
			t.Errorf("%s: %s: %s", path, v.Outcome, v.Reason)
		}
	}
	versions := r.snapshots(r.base + "/art/0")
	if len(versions) != 1 || versions[0].Article.Attachments[0].Digest != "" {
		t.Errorf("what was sealed is not to be touched: %+v", versions)
	}
	if d := r.snapshots(r.base + "/d/0.pdf"); len(d) != 1 || d[0].Article.Title != "附件0.pdf" {
		t.Errorf("document %+v", d)
	}
	if want := "3 pages stored before lacked documents or requisites: 13 were asked for; all 4 pages are gone through"; !slices.Contains(run.Notes, want) {
		t.Errorf("notes %q, want %q", run.Notes, want)
	}
	sound(t, r)

	// Once.
	s.forget()
	if run := r.run(); run.Requisites.Total() != 0 || run.Articles.Total() != 0 || strings.Contains(strings.Join(run.Notes, " "), "lacked") {
		t.Errorf("requisites %v, articles %v, notes %q", run.Requisites, run.Articles, run.Notes)
	}
	if b := backlogOf(t, r); !b.Done || b.Looked != 4 || b.Asked != 13 || b.Pages != 3 {
		t.Errorf("backlog %+v", b)
	}

	// A full run asks once more for what could not be had and is not due by itself.
	s.put("/none.png", item{kind: "image/png", body: "\x89PNG"})
	s.forget()
	later(25 * time.Hour)
	r.run(crawler.Tick{Full: true})
	if v := r.last(r.base + "/none.png"); v.Outcome != archive.Restored && v.Outcome != archive.New || s.count("/none.png") != 1 || s.count("/p/0.png") != 0 {
		t.Errorf("%s: %s", v.Outcome, v.Reason)
	}
	sound(t, r)
}

// The caps of a run hold, and what is left is for the next ones, also where one
// was stopped.
func TestBacklogIsGoneOnWith(t *testing.T) {
	for name, limit := range map[string]func(*crawler.Site){
		"requisites": func(s *crawler.Site) { s.Keep.PerRun = 7 },
		"pages":      func(s *crawler.Site) { s.MaxPages = 3 },
	} {
		t.Run(name, func(t *testing.T) {
			r, s, _ := crawledBare(t, dressed(10))
			limit(&r.site)
			runs := 0
			for ; !backlogOf(t, r).Done && runs < 20; runs++ {
				run := r.run()
				if n := run.Requisites.Total() + run.Articles.Total(); n > 9 {
					t.Errorf("%d were asked for in one run", n)
				}
				if text := strings.Join(run.Notes, " "); !backlogOf(t, r).Done && !strings.Contains(text, "the next crawl goes on") {
					t.Errorf("notes %q", run.Notes)
				}
			}
			if runs < 3 || runs == 20 {
				t.Errorf("%d runs", runs)
			}
			complete(t, r, s, 10)
		})
	}
	t.Run("stopped", func(t *testing.T) {
		r, s, _ := crawledBare(t, dressed(10))
		ctx, stop := context.WithCancel(t.Context())
		s.asking = func(path string) {
			if path == "/p/4.png" {
				stop()
			}
		}
		run, err := r.crawl.Run(ctx, r.site, crawler.Tick{})
		if err != nil || run.State != archive.RunInterrupted {
			t.Errorf("run is %s, %v", run.State, err)
		}
		if n := s.count("/p/7.png"); n != 0 {
			t.Error("it went on")
		}
		r.run()
		complete(t, r, s, 10)
	})
}

// complete checks that n articles have all that they need, each asked for once.
func complete(t *testing.T, r *rig, s *wardrobe, n int) {
	t.Helper()
	if again := s.repeated(); len(again) > 0 {
		t.Errorf("asked for more than once: %v", again)
	}
	for i := range n {
		for _, path := range []string{fmt.Sprintf("/p/%d.png", i), fmt.Sprintf("/d/%d.pdf", i)} {
			if v := r.last(r.base + path); v.Outcome != archive.New {
				t.Errorf("%s: %s: %s", path, v.Outcome, v.Reason)
			}
		}
	}
	sound(t, r)
}

// A host that is left alone keeps nothing else waiting, and is asked a day later.
func TestBacklogOfAHostInTrouble(t *testing.T) {
	items := dressed(2)
	items["/p/0.png"] = item{status: http.StatusServiceUnavailable}
	for i := range 8 {
		path := fmt.Sprintf("/busy/%d.png", i)
		items["/art/0"] = item{body: items["/art/0"].body + fmt.Sprintf(`<img src="%s">`, path)}
		items[path] = item{status: http.StatusServiceUnavailable}
	}
	r, s, later := crawledBare(t, items)
	run := r.run()
	if text := strings.Join(run.Notes, " "); !strings.Contains(text, "could not be asked for, their hosts are left alone: a day later again") {
		t.Errorf("notes %q", run.Notes)
	}
	for i := range 8 {
		s.put(fmt.Sprintf("/busy/%d.png", i), item{kind: "image/png", body: fmt.Sprint("\x89PNG b", i)})
	}
	s.put("/p/0.png", item{kind: "image/png", body: "\x89PNG 0"})
	later(12 * time.Hour)
	r.run()
	if b := backlogOf(t, r); b.Done {
		t.Errorf("gone through before its time: %+v", b)
	}
	later(13 * time.Hour)
	r.run()
	for _, path := range []string{"/p/0.png", "/busy/0.png", "/busy/7.png", "/p/1.png", "/d/1.pdf"} {
		if v := r.last(r.base + path); v.Outcome != archive.New {
			t.Errorf("%s: %s: %s", path, v.Outcome, v.Reason)
		}
	}
	if b := backlogOf(t, r); !b.Done || b.Left != 0 {
		t.Errorf("backlog %+v", b)
	}
	sound(t, r)
}

// A site that keeps all from its first crawl on has nothing to go through; one
// that stops to keep, and begins again, has.
func TestBacklogBegins(t *testing.T) {
	r, s, _ := wears(t, dressed(2))
	r.run()
	if b := backlogOf(t, r); !b.Done || b.Looked != 0 {
		t.Errorf("after a first crawl: %+v", b)
	}
	keep := r.site.Keep
	r.site.Keep = crawler.Keep{}
	s.put("/art/9", item{body: `<img src="/late.png">`})
	s.put("/late.png", item{kind: "image/png", body: "\x89PNG late"})
	r.run()
	if s.count("/late.png") != 0 {
		t.Fatal("kept though nothing is to be")
	}
	r.site.Keep = keep
	r.run()
	if v := r.last(r.base + "/late.png"); v.Outcome != archive.New {
		t.Errorf("%s: %s", v.Outcome, v.Reason)
	}
}

// What a further column needs is told to be of it.
func TestBacklogOfColumns(t *testing.T) {
	r, s, _ := wears(t, dressed(1))
	keep := r.site.Keep
	r.site.Keep = crawler.Keep{}
	r.site.Columns = append(r.site.Columns, crawler.Column{Name: "别栏", URL: r.base + "/art/"})
	s.put("/art/", item{body: `<ul><li><a href="/other/1.html">关于做好防汛抗旱工作的通知</a><span>2024-05-21</span></li><li><a href="/other/2.html">关于做好秋粮收购工作的通知</a><span>2024-05-22</span></li></ul><link rel=stylesheet href="/s.css">`})
	r.run()
	r.site.Keep = keep
	s.forget()
	r.run()
	if p := r.page(r.base + "/s.css"); !slices.Contains(append(p.Also, p.Column), "别栏") || !slices.Contains(append(p.Also, p.Column), "通知") {
		t.Errorf("the style is of %q, and of %q", p.Column, p.Also)
	}
	if n := s.count("/p/0.png"); n != 1 {
		t.Errorf("a picture was asked for %d times", n)
	}
	sound(t, r)
}
