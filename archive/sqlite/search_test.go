package sqlite_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"fangzhi/archive"
	"fangzhi/archive/sqlite"
)

// bulletin is the entry of a visit to the nth page, round hours later, whose
// body says which round it was.
func bulletin(run string, p archive.Page, n, round int) archive.Entry {
	if p.URL == "" {
		p = archive.Page{Site: "zjg-edz", URL: address(n), Kind: archive.KindUnread, State: archive.StateDiscovered, FirstSeen: began}
	}
	a := archive.Article{Title: fmt.Sprintf("通报%d", n), Body: fmt.Sprintf("第%d轮检查情况", round)}
	c := archive.Capture{URL: p.URL, At: began.Add(time.Duration(round) * time.Hour), Status: 200, Payload: []byte(a.Title + a.Body)}
	reading := &archive.Reading{Kind: archive.KindArticle, Article: a}
	return archive.Settle(run, p, c, reading, archive.Judge(p, c, reading))
}

// One search indexes a part of a large archive and looks through the rest: at
// no moment is a version missed, found twice, or found after it was replaced.
func TestSearchWhileIndexing(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "archive.db")
	store := open(t, path, sqlite.Options{})
	reader := open(t, path, sqlite.Options{ReadOnly: true})
	r := begin(t, store, began)
	const pages = 2500
	held := make([]archive.Page, pages)
	round := func(round, from, to int) {
		var batch []archive.Entry
		for n := from; n < to; n++ {
			e := bulletin(r, held[n], n, round)
			held[n] = e.Page
			batch = append(batch, e)
		}
		if err := store.Record(t.Context(), r, batch); err != nil {
			t.Fatal(err)
		}
	}
	// the pages that q finds, through either store, are from ≤ n < to
	finds := func(when, q string, from, to int) {
		t.Helper()
		for name, s := range map[string]*sqlite.Store{"writer": store, "reader": reader} {
			got := map[string]int{}
			for cut, err := range s.Search(t.Context(), q, archive.Filter{}) {
				if err != nil {
					t.Fatal(err)
				}
				got[cut.URL]++
			}
			for n := range pages {
				want := 0
				if from <= n && n < to {
					want = 1
				}
				if got[address(n)] != want {
					t.Fatalf("%s, %s: %s finds page %d %d times, want %d", when, name, q, n, got[address(n)], want)
				}
			}
		}
	}
	round(1, 0, pages)
	finds("nothing indexed", "第1轮", 0, pages)
	finds("a part indexed", "第1轮", 0, pages)
	round(2, 0, 1000)
	finds("versions replaced", "第1轮", 1000, pages)
	finds("versions replaced", "第2轮", 0, 1000)
	finds("versions replaced", "检查 通报", 0, pages)
	if err := store.Index(t.Context()); err != nil {
		t.Fatal(err)
	}
	finds("all indexed", "第1轮", 1000, pages)
	finds("all indexed", "第2轮", 0, 1000)
	round(3, 500, 1500)
	finds("replaced again", "第2轮", 0, 500)
	finds("replaced again", "第3轮", 500, 1500)
	if err := store.Index(t.Context()); err != nil {
		t.Fatal(err)
	}
	finds("all indexed again", "第1轮", 1500, pages)
	finds("all indexed again", "第3轮", 500, 1500)
	if got := lines(t, store); len(got) > 0 {
		t.Errorf("check: %q", got)
	}
}
