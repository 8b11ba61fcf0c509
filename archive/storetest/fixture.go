package storetest

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"fangzhi/archive"
)

// T0 is the moment at which every subtest's story begins.
var t0 = time.Date(2026, 3, 1, 8, 0, 0, 123e6, time.UTC)

const (
	site  = "zjg-edz"
	other = "kunshan"
)

// A fixture is a fresh store and the means to fill it.
type fixture struct {
	*testing.T
	archive.Store
}

func newFixture(t *testing.T, open func(t *testing.T) archive.Store) *fixture {
	store := open(t)
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return &fixture{T: t, Store: store}
}

// begin opens the run of a site that was planned at t0 plus after, and returns
// it. Its lease lasts an hour.
func (f *fixture) begin(site string, after time.Duration, seeds ...archive.Page) archive.Run {
	f.Helper()
	r := run(site, after)
	if err := f.BeginRun(f.Context(), r, seeds); err != nil {
		f.Fatalf("begin run %s: %v", r.ID, err)
	}
	return r
}

func run(site string, after time.Duration) archive.Run {
	at := t0.Add(after)
	return archive.Run{
		ID: archive.RunID(site, at), Site: site, Planned: at, Trigger: archive.TriggerSchedule,
		State: archive.RunRunning, Owner: "host/1/ab", Started: at, Lease: at.Add(time.Hour),
	}
}

// record records entries under r, and fails the test when that fails.
func (f *fixture) record(r archive.Run, batch ...archive.Entry) {
	f.Helper()
	if err := f.Record(f.Context(), r.ID, batch); err != nil {
		f.Fatalf("record %d entries: %v", len(batch), err)
	}
}

// end closes r as done.
func (f *fixture) end(r archive.Run) {
	f.Helper()
	r.State, r.Ended = archive.RunDone, r.Started.Add(time.Minute)
	if err := f.EndRun(f.Context(), r); err != nil {
		f.Fatalf("end run %s: %v", r.ID, err)
	}
}

// page returns what the archive holds of the page of site at u.
func (f *fixture) page(u string) archive.Page {
	f.Helper()
	p, err := f.Page(f.Context(), site, u)
	if err != nil {
		f.Fatalf("page %s: %v", u, err)
	}
	return p
}

// url returns the address of the nth article.
func url(n int) string { return fmt.Sprintf("https://www.zjg.example/news/t%05d.html", n) }

// unread is a page as it is when it is discovered, due at t0.
func unread(site, u string) archive.Page {
	return archive.Page{
		Site: site, URL: u, Column: "热点资讯", Kind: archive.KindUnread, State: archive.StateDiscovered,
		FoundOn: "https://www.zjg.example/news/", Anchor: "标题", ListedDay: "2026-02-28", Depth: 1,
		FirstSeen: t0, Due: t0,
	}
}

// text is an article whose title and body are as given.
func text(title, body string) archive.Article {
	return archive.Article{Title: title, Body: body}
}

// visit is the entry of a visit to p, after t0, that was answered with an
// article. The page is due again a day later.
func visit(r archive.Run, p archive.Page, after time.Duration, a archive.Article) archive.Entry {
	c := capture(p.URL, t0.Add(after), "<h1>"+a.Title+"</h1>"+a.Body)
	return settle(r, p, c, &archive.Reading{Kind: archive.KindArticle, Article: a, Rules: archive.DigestOf([]byte("rules"))})
}

// same is the entry of a visit to p that brought the bytes of the visit before.
func same(r archive.Run, p archive.Page, after time.Duration) archive.Entry {
	c := capture(p.URL, t0.Add(after), "")
	c.Status = http.StatusNotModified
	c.Request.Set("If-None-Match", `"v1"`)
	return settle(r, p, c, nil)
}

// gone is the entry of a visit to p that was answered with a 404.
func gone(r archive.Run, p archive.Page, after time.Duration) archive.Entry {
	c := capture(p.URL, t0.Add(after), "not found")
	c.Status = http.StatusNotFound
	return settle(r, p, c, nil)
}

// list is the entry of a visit to list page p on which pages were found.
func list(r archive.Run, p archive.Page, after time.Duration, found ...archive.Page) archive.Entry {
	c := capture(p.URL, t0.Add(after), fmt.Sprintf("<ul>%d rows at %s</ul>", len(found), after))
	e := settle(r, p, c, &archive.Reading{Kind: archive.KindList, Article: archive.Article{Title: "热点资讯"}})
	e.Discovered = found
	return e
}

func settle(r archive.Run, p archive.Page, c archive.Capture, reading *archive.Reading) archive.Entry {
	e := archive.Settle(r.ID, p, c, reading, archive.Judge(p, c, reading))
	e.Page.Due = c.At.Add(24 * time.Hour)
	return e
}

func capture(u string, at time.Time, body string) archive.Capture {
	return archive.Capture{
		URL: u, At: at, Took: 123456789 * time.Nanosecond, Status: http.StatusOK, Attempts: 1,
		Request: http.Header{"User-Agent": {"fangzhi"}, "Accept-Encoding": {"gzip"}},
		Header: http.Header{
			"Content-Type": {"text/html; charset=utf-8"}, "Etag": {`"v1"`},
			"Set-Cookie": {"b=2; Path=/", "a=1; Path=/"},
		},
		Address: "192.0.2.7:443", Protocol: "HTTP/1.1", Payload: []byte(body),
		Trust: archive.TrustUnverified, Security: "TLS 1.0, certificate has expired",
	}
}
