package mongo_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"fangzhi/archive"
)

// cutOff records batch through a store of its own whose line to the server is
// cut at the nth command, as when the process is killed there. It reports
// false when the batch needed fewer commands.
func cutOff(t *testing.T, p *proxy, run string, batch []archive.Entry, n int, how fate) bool {
	t.Helper()
	p.reset(nil, nil)
	s := open(t, p.uri)
	defer s.Close()
	s.Lower(mebibyte, mebibyte)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	p.cutFrom(n, how, cancel)
	return s.Record(ctx, run, batch) != nil
}

// A process that is killed anywhere in Record leaves an archive in which each
// entry is whole or not there; what comes next makes it as if nothing had
// happened.
func TestRecordCutShort(t *testing.T) {
	for name, c := range map[string]struct {
		how  fate
		next string // what is recorded next
	}{
		"before a command, then recorded again":               {unsent, "again"},
		"after a command, then recorded again":                {unheard, "again"},
		"after a command, then visited anew":                  {unheard, "anew"},
		"before a command, then visited anew without version": {unsent, "unchanged"},
	} {
		t.Run(name, func(t *testing.T) {
			uri := database(t)
			s := open(t, uri)
			defer s.Close()
			p := newProxy(t, uri)
			r := begin(t, s, 0)
			for n := 1; ; n++ {
				u := func(name string) string { return fmt.Sprintf("https://www.zjg.example/%d/%s", n, name) }
				first := visited(r, found(u("known")), time.Second, "标题", "第一版")
				record(t, s, r, first)
				changed := visited(r, first.Page, time.Minute, "标题", "第二版")
				changed.Discovered = []archive.Page{found(u("found"))}
				fresh := visited(r, found(u("fresh")), time.Minute, "标题", "第一版")
				batch := []archive.Entry{changed, fresh}
				before := after(first)

				if !cutOff(t, p, r.ID, batch, n, c.how) {
					if n < 8 {
						t.Errorf("the batch took %d commands: nothing was cut", n-1)
					}
					break
				}
				sound(t, s)
				switch h := historyOf(t, s, u("known")); {
				case h.diff(before) == "": // the entry is not there
				case h.diff(after(first, changed)) != "":
					t.Errorf("cut at command %d: an entry is there in part (-got +whole):\n%s", n, h.diff(after(first, changed)))
				}

				want := map[string]history{u("known"): after(first, changed), u("fresh"): after(fresh)}
				switch c.next {
				case "again":
					record(t, s, r, batch...)
				case "anew":
					committed, err := s.Page(t.Context(), site, u("known"))
					if err != nil {
						t.Fatal(err)
					}
					anew := visited(r, committed, time.Hour, "标题", "又一版")
					anew2 := visited(r, found(u("fresh")), time.Hour, "标题", "又一版")
					entries := []archive.Entry{first, anew}
					if committed.Versions == 2 {
						entries = []archive.Entry{first, changed, anew}
						anew2 = visited(r, fresh.Page, time.Hour, "标题", "又一版")
						want[u("fresh")] = after(fresh, anew2)
					} else {
						want[u("fresh")] = after(anew2)
					}
					want[u("known")] = after(entries...)
					record(t, s, r, anew, anew2)
				case "unchanged":
					// The second version was there for a moment only.
					same := visited(r, first.Page, time.Hour, "标题", "第一版")
					record(t, s, r, same)
					again := visited(r, same.Page, 2*time.Hour, "标题", "又一版")
					record(t, s, r, again, fresh)
					want[u("known")] = after(first, same, again)
				}
				for u, want := range want {
					if diff := want.diff(historyOf(t, s, u)); diff != "" {
						t.Errorf("cut at command %d: %s (-want +got):\n%s", n, u, diff)
					}
				}
			}
			sound(t, s)
			nothingLeft(t, s, uri)
		})
	}
}

// The removal of what a crash left may be cut short as well.
func TestRecordCutShortTwice(t *testing.T) {
	uri := database(t)
	s := open(t, uri)
	defer s.Close()
	p := newProxy(t, uri)
	r := begin(t, s, 0)
	for m, again := 1, true; again; m++ {
		u := func(name string) string { return fmt.Sprintf("https://www.zjg.example/%d/%s", m, name) }
		first := visited(r, found(u("known")), time.Second, "标题", "第一版")
		record(t, s, r, first)
		changed := visited(r, first.Page, time.Minute, "标题", "第二版")
		batch := []archive.Entry{changed, visited(r, found(u("fresh")), time.Minute, "标题", "第一版")}
		const visitsThere = 6
		cutOff(t, p, r.ID, batch, visitsThere, unheard)
		if last := p.seen()[visitsThere-1]; name(last) != "insert" || collection(last) != "visits" {
			t.Fatalf("cut after %s %s, want after the visits", name(last), collection(last))
		}
		again = cutOff(t, p, r.ID, batch, m, unheard)
		record(t, s, r, batch...)
		if diff := after(first, changed).diff(historyOf(t, s, u("known"))); diff != "" {
			t.Errorf("cut at command %d once more (-want +got):\n%s", m, diff)
		}
	}
	sound(t, s)
	nothingLeft(t, s, uri)
}

// A payload that does not fit into a document is written in several commands.
func TestLargePayloadCutShort(t *testing.T) {
	uri := database(t)
	s := open(t, uri)
	defer s.Close()
	s.Lower(mebibyte, mebibyte)
	p := newProxy(t, uri)
	r := begin(t, s, 0)
	for step, n := range map[string]int{"some chunks": 4, "all chunks": 5, "the file": 6, "the payload": 7} {
		payload := make([]byte, 3*mebibyte)
		rand.NewChaCha8([32]byte{byte(n)}).Read(payload)
		c := archive.Capture{URL: fmt.Sprintf("https://www.zjg.example/%d.zip", n), At: t0, Status: http.StatusOK, Payload: payload}
		e := settled(r, found(c.URL), c, &archive.Reading{Kind: archive.KindAttachment, Article: archive.Article{Title: "附件"}})
		if !cutOff(t, p, r.ID, []archive.Entry{e}, n, unheard) {
			t.Errorf("%s: nothing was cut", step)
		}
		if _, err := s.Payload(t.Context(), e.Visit.Payload); (err == nil) != (step == "the payload") || err != nil && !errors.Is(err, archive.ErrNotFound) {
			t.Errorf("cut after %s: %v", step, err)
		}
		record(t, s, r, e)
		if got, err := s.Payload(t.Context(), e.Visit.Payload); err != nil || string(got) != string(payload) {
			t.Errorf("cut after %s: %d bytes, %v", step, len(got), err)
		}
	}
	sound(t, s)
	if n := count(t, uri, "large.chunks"); n != 4*3 {
		t.Errorf("%d chunks, want 3 of each file", n)
	}
}

// A line that breaks under way is no more than a delay.
func TestRecordOverABrokenLine(t *testing.T) {
	uri := database(t)
	p := newProxy(t, uri)
	s := open(t, p.uri)
	defer s.Close()
	r := begin(t, s, 0)
	for what, n := range map[string]int{"visits": 6, "pages": 8} {
		e := visited(r, found("https://www.zjg.example/"+what), time.Second, "标题", "第一版")
		var at bson.Raw
		p.reset(func(i int, command bson.Raw) fate {
			if i != n {
				return pass
			}
			at = command
			return broken
		}, nil)
		record(t, s, r, e)
		if collection(at) != what {
			t.Errorf("the line broke at %s %s, want it at %s", name(at), collection(at), what)
		}
		if diff := after(e).diff(historyOf(t, s, e.Page.URL)); diff != "" {
			t.Errorf("broken at %s (-want +got):\n%s", what, diff)
		}
	}
	sound(t, s)
	nothingLeft(t, s, uri)
}

// A process that sleeps through the end of its lease, at any command of a
// batch, does not touch what its successor recorded.
func TestRecordOvertaken(t *testing.T) {
	uri := database(t)
	s := open(t, uri)
	defer s.Close()
	p := newProxy(t, uri)
	slow := open(t, p.uri)
	defer slow.Close()
	hour := 0
	u := "https://www.zjg.example/a.html"
	r := begin(t, s, 0)
	all := []archive.Entry{visited(r, found(u), time.Second, "标题", "0")}
	record(t, s, r, all...)
	for n := 1; ; n++ {
		last := all[len(all)-1].Page
		at := func(minute int) time.Duration {
			return time.Duration(hour)*2*time.Hour + time.Duration(minute)*time.Minute
		}
		mine := visited(r, last, at(2), "标题", fmt.Sprint("slow ", n))
		var next archive.Entry
		overtaken := false
		p.reset(func(i int, _ bson.Raw) fate {
			if i == n {
				overtaken = true
				hour++
				r = begin(t, s, at(0))
				next = visited(r, last, at(1), "标题", fmt.Sprint("next ", n))
				record(t, s, r, next)
			}
			return pass
		}, nil)
		err := slow.Record(t.Context(), mine.Visit.Run, []archive.Entry{mine})
		if !overtaken {
			if err != nil {
				t.Error(err)
			}
			break
		}
		if !errors.Is(err, archive.ErrLost) {
			t.Errorf("overtaken at command %d: got %v, want ErrLost", n, err)
		}
		all = append(all, next)
		if diff := after(all...).diff(historyOf(t, s, u)); diff != "" {
			t.Fatalf("overtaken at command %d (-want +got):\n%s", n, diff)
		}
	}
	sound(t, s)
	nothingLeft(t, s, uri)
}

// Many processes may try to begin a site's run at once.
func TestBeginRunManyTimes(t *testing.T) {
	s := open(t, database(t))
	defer s.Close()
	errs := make(chan error)
	const many = 400
	for i := range many {
		go func() {
			at := t0.Add(time.Duration(i) * time.Millisecond)
			errs <- s.BeginRun(t.Context(), archive.Run{
				ID: archive.RunID(site, at), Site: site, Planned: at, State: archive.RunRunning, Started: at, Lease: at.Add(time.Hour),
			}, []archive.Page{found("https://www.zjg.example/")})
		}()
	}
	won := 0
	for range many {
		switch err := <-errs; {
		case err == nil:
			won++
		case !errors.Is(err, archive.ErrBusy):
			t.Error(err)
		}
	}
	if won != 1 {
		t.Errorf("%d of %d won", won, many)
	}
}
