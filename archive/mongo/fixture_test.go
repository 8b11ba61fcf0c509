package mongo_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"fangzhi/archive"
	"fangzhi/archive/mongo"
)

var t0 = time.Date(2026, 3, 1, 8, 0, 0, 123e6, time.UTC)

const (
	site     = "zjg-edz"
	mebibyte = 1 << 20
)

// begin opens the run of site that was planned at t0 plus after; its lease
// lasts an hour.
func begin(t testing.TB, s *mongo.Store, after time.Duration, seeds ...archive.Page) archive.Run {
	t.Helper()
	at := t0.Add(after)
	r := archive.Run{
		ID: archive.RunID(site, at), Site: site, Planned: at, Trigger: archive.TriggerManual,
		State: archive.RunRunning, Owner: "host/1/ab", Started: at, Lease: at.Add(time.Hour),
	}
	if err := s.BeginRun(t.Context(), r, seeds); err != nil {
		t.Fatal(err)
	}
	return r
}

func found(u string) archive.Page {
	return archive.Page{
		Site: site, URL: u, Column: "通知公告", Kind: archive.KindUnread, State: archive.StateDiscovered,
		Depth: 1, FirstSeen: t0, Due: t0,
	}
}

// visited is the entry of a visit to p that was answered with an article.
func visited(r archive.Run, p archive.Page, after time.Duration, title, body string) archive.Entry {
	c := archive.Capture{
		URL: p.URL, At: t0.Add(after), Status: http.StatusOK, Attempts: 1,
		Header: http.Header{"Content-Type": {"text/html"}}, Payload: []byte(title + "\n" + body),
	}
	reading := &archive.Reading{Kind: archive.KindArticle, Article: archive.Article{Title: title, Body: body}}
	return settled(r, p, c, reading)
}

func settled(r archive.Run, p archive.Page, c archive.Capture, reading *archive.Reading) archive.Entry {
	e := archive.Settle(r.ID, p, c, reading, archive.Judge(p, c, reading))
	e.Page.Due = c.At.Add(24 * time.Hour)
	return e
}

func record(t testing.TB, s *mongo.Store, r archive.Run, batch ...archive.Entry) {
	t.Helper()
	if err := s.Record(t.Context(), r.ID, batch); err != nil {
		t.Fatal(err)
	}
}

// sound fails the test unless the archive keeps its promises.
func sound(t testing.TB, s *mongo.Store) {
	t.Helper()
	_, err := archive.Verify(t.Context(), s, archive.VerifyOptions{}, func(f archive.Fault) {
		t.Errorf("%s: %s", f.Object, f.Text)
	})
	if err != nil {
		t.Error(err)
	}
}

// nothingLeft fails the test when the database holds a visit or a version that
// its pages do not count.
func nothingLeft(t testing.TB, s *mongo.Store, uri string) {
	t.Helper()
	var visits, versions int
	for p, err := range s.Pages(t.Context(), archive.Filter{}) {
		if err != nil {
			t.Fatal(err)
		}
		visits, versions = visits+p.Visits, versions+p.Versions
	}
	if n := count(t, uri, "visits"); n != int64(visits) {
		t.Errorf("%d visits in the database, the pages count %d", n, visits)
	}
	if n := count(t, uri, "snapshots"); n != int64(versions) {
		t.Errorf("%d snapshots in the database, the pages count %d", n, versions)
	}
}

// history is all that an archive tells of one page.
type history struct {
	Page      archive.Page
	Visits    []archive.Visit
	Snapshots []archive.Snapshot
}

func historyOf(t testing.TB, s *mongo.Store, u string) (h history) {
	t.Helper()
	var err error
	if h.Page, err = s.Page(t.Context(), site, u); err != nil {
		t.Fatal(err)
	}
	f := archive.Filter{Site: site, URL: u}
	for v, err := range s.Visits(t.Context(), f) {
		if err != nil {
			t.Fatal(err)
		}
		h.Visits = append(h.Visits, v)
	}
	for v, err := range s.Snapshots(t.Context(), f) {
		if err != nil {
			t.Fatal(err)
		}
		h.Snapshots = append(h.Snapshots, v)
	}
	return h
}

// after is the history of a page after these entries.
func after(entries ...archive.Entry) (h history) {
	for _, e := range entries {
		h.Page = e.Page
		h.Visits = append(h.Visits, e.Visit)
		if e.Snapshot != nil {
			h.Snapshots = append(h.Snapshots, *e.Snapshot)
		}
	}
	return h
}

func (h history) diff(other history) string {
	return cmp.Diff(h, other, cmpopts.EquateEmpty(), cmpopts.IgnoreFields(archive.Snapshot{}, "Sketch"))
}
