package crawler

import (
	"hash/maphash"
	"slices"
	"sync"
	"time"

	"fangzhi/archive"
)

// around is what a run saw of a site: the background against which a page that
// is gone is looked at. Its size does not grow with the site's.
type around struct {
	mu      sync.Mutex
	scenes  map[scene]*tally
	lists   map[string][]archive.Sighting // by column
	rows    map[uint64]string             // what lists list, and the list that did first
	read    map[string]bool               // lists whose rows are in rows
	any     bool                          // every list is a column's, not only a seed and its further pages
	forgets bool                          // rows is full
}

// scene is the pages of one column on one host; without a column all of the
// host.
type scene struct{ column, host string }

// tally counts the pages of a scene that had a version before the run, and were
// asked for in it.
type tally struct {
	well, vanished, failed, challenged int
	controls                           []control // the oldest that answered well
}

type control struct {
	archive.Sighting
	firstSeen time.Time
}

const (
	maxControls = 16
	maxLists    = 50      // of one column
	maxRows     = 200_000 // 5 MB or so
)

var rowSeed = maphash.MakeSeed()

func newAround(site *Site) *around {
	return &around{
		any:    site.Everything,
		scenes: map[scene]*tally{}, lists: map[string][]archive.Sighting{}, rows: map[uint64]string{}, read: map[string]bool{},
	}
}

// saw counts a visit to page p, which is as it was before it.
func (a *around) saw(p archive.Page, v archive.Visit) {
	a.mu.Lock()
	defer a.mu.Unlock()
	s := archive.Sighting{URL: v.URL, At: v.At, Outcome: v.Outcome}
	if p.Kind == archive.KindList || v.Kind == archive.KindList {
		// A home page that a column lists is no list of the column.
		if all := a.lists[p.Column]; len(all) < maxLists && (a.any || p.Depth == 0) {
			a.lists[p.Column] = append(all, s)
		}
		if v.Outcome == archive.Challenged {
			a.tally(scene{p.Column, hostOf(p.URL)}).challenged++
			if p.Column != "" {
				a.tally(scene{"", hostOf(p.URL)}).challenged++
			}
		}
		return
	}
	if p.Versions == 0 {
		return
	}
	host := hostOf(p.URL)
	for _, t := range []*tally{a.tally(scene{p.Column, host}), a.tally(scene{"", host})} {
		t.count(p, s)
		if p.Column == "" {
			break // one and the same
		}
	}
}

func (a *around) tally(s scene) *tally {
	t := a.scenes[s]
	if t == nil {
		t = &tally{}
		a.scenes[s] = t
	}
	return t
}

func (t *tally) count(p archive.Page, s archive.Sighting) {
	switch s.Outcome {
	case archive.Unchanged, archive.NotModified, archive.Changed, archive.Restored, archive.New:
		t.well++
		at, _ := slices.BinarySearchFunc(t.controls, p.FirstSeen, func(c control, first time.Time) int { return c.firstSeen.Compare(first) })
		if at < maxControls {
			t.controls = slices.Insert(t.controls, at, control{s, p.FirstSeen})
			t.controls = t.controls[:min(len(t.controls), maxControls)]
		}
	case archive.Gone:
		if !p.State.Gone() {
			t.vanished++
		}
	case archive.Challenged, archive.Refused:
		t.challenged++
	case archive.Unreachable, archive.Truncated, archive.Unreadable:
		t.failed++
	}
}

// listed notes that list lists urls. One that lists nothing tells nothing.
func (a *around) listed(list string, urls []string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(urls) > 0 {
		a.read[list] = true
	}
	for _, u := range urls {
		if len(a.rows) >= maxRows {
			a.forgets = true
			return
		}
		if h := maphash.String(rowSeed, u); a.rows[h] == "" {
			a.rows[h] = list
		}
	}
}

// of is what was seen around page p: its column's pages, those of its host where
// alone says that its column has no other.
func (a *around) of(p archive.Page, alone bool) archive.Surroundings {
	a.mu.Lock()
	defer a.mu.Unlock()
	at := scene{p.Column, hostOf(p.URL)}
	if alone {
		at.column = ""
	}
	t := a.tally(at)
	s := archive.Surroundings{
		Well: t.well, Vanished: t.vanished, Failed: t.failed,
		Challenged: a.tally(scene{"", at.host}).challenged, // a wall is the host's
		ListedOn:   a.rows[maphash.String(rowSeed, p.URL)],
	}
	for _, c := range t.controls {
		// A page that came when this one had gone tells nothing of it: it may
		// be of a site built anew.
		if c.URL != p.URL && !c.firstSeen.After(p.LastSeen) {
			s.Controls = append(s.Controls, c.Sighting)
		}
	}
	failed := 0
	for _, l := range a.lists[p.Column] {
		switch {
		case l.Outcome.Failed() || l.Outcome == archive.Gone || l.Outcome == archive.Moved:
			failed++
		case a.read[l.URL] && !a.forgets:
			s.Lists = append(s.Lists, l)
		}
	}
	s.Unread = failed > 0 && failed == len(a.lists[p.Column])
	return s
}

// unread returns the lists of a column that were there, and whose rows are not
// known: they had brought the same before.
func (a *around) unread(column string) (urls []string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, l := range a.lists[column] {
		if !a.read[l.URL] && (l.Outcome == archive.Unchanged || l.Outcome == archive.NotModified) {
			urls = append(urls, l.URL)
		}
	}
	return urls
}
