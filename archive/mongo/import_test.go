package mongo_test

import (
	"context"
	"fmt"
	"iter"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fangzhi/archive"
	"fangzhi/archive/mongo"
	"fangzhi/crawler"
)

// savings are captures as files would have them, in the order of their dates.
type savings []archive.Saved

func (s savings) Captures(context.Context) iter.Seq2[archive.Saved, error] {
	return func(yield func(archive.Saved, error) bool) {
		for _, c := range s {
			if !yield(c, nil) {
				return
			}
		}
	}
}

func (s savings) Holds(url string) (bool, error) {
	for _, c := range s {
		if c.URL == url {
			return true, nil
		}
	}
	return false, nil
}

func (s savings) Times(url string) iter.Seq2[time.Time, error] {
	return func(yield func(time.Time, error) bool) {
		for _, c := range s {
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

// oldNews are captures of a list, of two articles, one of which changes and
// attaches a document, and of a page that is gone.
func oldNews() (all savings) {
	const host = "http://www.yunxi.gov.cn"
	add := func(path string, minute, status int, kind, body string) {
		all = append(all, archive.Saved{
			Capture: archive.Capture{
				URL: host + path, At: t0.Add(time.Duration(minute) * time.Minute).Truncate(time.Second), Status: status, Attempts: 1,
				Header: http.Header{"Content-Type": {kind}}, Payload: []byte(body), Protocol: "HTTP/1.1",
			},
			Whole: true, From: "x.warc",
		})
	}
	page := func(title, text string) string {
		return "<html><head><title>" + title + "</title></head><body><h1>" + title + "</h1><div>发布时间：2026-02-20 来源：县政府办公室</div><div class=\"TRS_Editor\"><p>" + text +
			"</p><p>县政府办公室要求各单位认真组织实施，确保各项工作按时完成，并于本月底前将落实情况书面报送县政府办公室汇总。</p><p><a href=\"/f/1.pdf\">附件.pdf</a></p></div></body></html>"
	}
	const html = "text/html; charset=utf-8"
	add("/yw/", 1, 200, html, `<html><head><title>要闻</title></head><body><ul><li><a href="/yw/1.html">关于春耕的通知</a> 2026-02-20</li>`+
		`<li><a href="/yw/2.html">关于夏收工作安排的通知</a> 2026-02-21</li></ul></body></html>`)
	add("/yw/1.html", 2, 200, html, page("关于春耕的通知", "第一版的正文在这里，说明春耕的安排。"))
	add("/yw/2.html", 3, 200, html, page("关于夏收工作安排的通知", "夏收的安排在这里。"))
	add("/f/1.pdf", 4, 200, "application/pdf", "%PDF-1.4 附件")
	add("/yw/1.html", 5, 200, html, page("关于春耕的通知", "第二版的正文在这里，春耕的安排改了。"))
	add("/yw/2.html", 6, 404, html, "not here")
	return all
}

// mortal is the store of a process that dies when its context ends: nobody closes
// its run.
type mortal struct {
	*mongo.Store
	life context.Context
}

func (m mortal) EndRun(ctx context.Context, r archive.Run) error {
	if err := m.life.Err(); err != nil {
		return err
	}
	return m.Store.EndRun(ctx, r)
}

// An import that is cut off at any message to the server, and then run again, has
// brought in everything once.
func TestImportOfFilesCutShort(t *testing.T) {
	uri := database(t)
	s := open(t, uri)
	defer s.Close()
	p := newProxy(t, uri)
	saved := oldNews()
	take := func(ctx context.Context, store crawler.Store, site string, later time.Duration) error {
		c, err := crawler.New(store, crawler.Options{Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return time.Now().Add(later) }})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		of := crawler.Site{Name: site, Zone: time.UTC, Columns: []crawler.Column{{Name: "要闻", URL: "http://www.yunxi.gov.cn/yw/"}}}
		_, _, err = c.Import(ctx, of, saved, crawler.ImportOptions{From: "imported from x.warc"})
		return err
	}
	tell := func(site string) (lines []string) {
		f := archive.Filter{Site: site}
		for v, err := range s.Visits(t.Context(), f) {
			if err != nil {
				t.Fatal(err)
			}
			v.Site, v.Run = "", ""
			lines = append(lines, fmt.Sprintf("%+v", v))
		}
		for v, err := range s.Snapshots(t.Context(), f) {
			if err != nil {
				t.Fatal(err)
			}
			v.Site = ""
			lines = append(lines, fmt.Sprintf("%+v", v))
		}
		for page, err := range s.Pages(t.Context(), f) {
			if err != nil {
				t.Fatal(err)
			}
			page.Site = ""
			page.Due = page.Due.Truncate(24 * time.Hour) // by a share that the site's name tells
			lines = append(lines, fmt.Sprintf("%+v", page))
		}
		return lines
	}
	if err := take(t.Context(), s, "whole", 0); err != nil {
		t.Fatal(err)
	}
	want := tell("whole")
	const step = 6 // with 1 it is each of them, which takes some minutes
	for name, how := range map[string]fate{"before": unsent, "after": unheard} {
		points := 0
		for n := 1 + int(how)*step/4; ; n += step {
			site := fmt.Sprintf("%s-%d", name, n)
			p.reset(nil, nil)
			other := open(t, p.uri)
			ctx, cancel := context.WithCancel(t.Context())
			p.cutFrom(n, how, cancel)
			err := take(ctx, mortal{other, ctx}, site, 0)
			cancel()
			other.Close()
			if err == nil {
				break
			}
			points++
			if err := take(t.Context(), s, site, time.Hour); err != nil { // its lease is over by then
				t.Fatalf("cut %s message %d: %v", name, n, err)
			}
			if diff := cmp.Diff(want, tell(site)); diff != "" {
				t.Fatalf("cut %s message %d (-want +got):\n%s", name, n, diff)
			}
		}
		if points*step < 30 {
			t.Errorf("cut %s a message: %d points", name, points)
		}
		t.Logf("cut %s a message: %d points", name, points)
	}
	sound(t, s)
}
