package export_test

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"fangzhi/archive"
	"fangzhi/archive/export"
)

// store answers from memory, in the order that archive.Store promises.
type store struct {
	pages     []archive.Page
	snapshots []archive.Snapshot
	fail      error  // yielded after the last snapshot
	copying   string // what it keeps of its being a copy, as JSON
	during    func() // called once, while snapshots are read

	mu   sync.Mutex
	read int // snapshots yielded
}

func (s *store) Pages(ctx context.Context, f archive.Filter) iter.Seq2[archive.Page, error] {
	return func(yield func(archive.Page, error) bool) {
		for _, p := range s.pages {
			for _, v := range s.snapshots { // in order: the last counts
				if v.Site == p.Site && v.URL == p.URL {
					p.Fingerprint, p.Payload, p.LastChange = archive.FingerprintOf(v.Article), v.Payload, v.TakenAt.Add(250*time.Millisecond)
				}
			}
			if (f.Site == "" || p.Site == f.Site) && (f.URL == "" || p.URL == f.URL) && !yield(p, nil) {
				return
			}
		}
	}
}

func (s *store) Snapshots(ctx context.Context, f archive.Filter) iter.Seq2[archive.Snapshot, error] {
	return func(yield func(archive.Snapshot, error) bool) {
		s.mu.Lock()
		during := s.during
		s.during = nil
		s.mu.Unlock()
		if during != nil {
			during()
		}
		for i, v := range s.snapshots {
			if ctx.Err() != nil {
				yield(archive.Snapshot{}, ctx.Err())
				return
			}
			following := i+1 < len(s.snapshots) && s.snapshots[i+1].URL == v.URL && s.snapshots[i+1].Site == v.Site
			switch {
			case f.Site != "" && v.Site != f.Site,
				f.URL != "" && v.URL != f.URL,
				v.URL < f.FromURL, f.ToURL != "" && v.URL > f.ToURL,
				f.Version != 0 && v.Version != f.Version,
				f.Latest && following,
				v.TakenAt.Before(f.Since),
				!f.Until.IsZero() && !v.TakenAt.Before(f.Until):
				continue
			}
			s.mu.Lock()
			s.read++
			s.mu.Unlock()
			v.Fingerprint = archive.FingerprintOf(v.Article)
			if !yield(v, nil) {
				return
			}
		}
		if s.fail != nil {
			yield(archive.Snapshot{}, s.fail)
		}
	}
}

func (s *store) Page(ctx context.Context, site, url string) (archive.Page, error) {
	for p := range s.Pages(ctx, archive.Filter{Site: site, URL: url}) {
		return p, nil
	}
	return archive.Page{}, archive.ErrNotFound
}

// Search finds a word in titles, the last page first.
func (s *store) Search(ctx context.Context, q string, f archive.Filter) iter.Seq2[archive.Snapshot, error] {
	return func(yield func(archive.Snapshot, error) bool) {
		f.Latest = true
		var found []archive.Snapshot
		for v := range s.Snapshots(ctx, f) {
			if strings.Contains(v.Article.Title, q) {
				found = append(found, v)
			}
		}
		for _, v := range slices.Backward(found) {
			if !yield(v, nil) {
				return
			}
		}
	}
}

func (s *store) Visits(context.Context, archive.Filter) iter.Seq2[archive.Visit, error] {
	return func(func(archive.Visit, error) bool) {}
}

func (s *store) Runs(context.Context, archive.Filter) iter.Seq2[archive.Run, error] {
	return func(func(archive.Run, error) bool) {}
}

func (s *store) Log(context.Context) (archive.Log, error) { return archive.Log{}, nil }

func (s *store) Nodes(context.Context, []archive.Node) ([]archive.Hash, error) { return nil, nil }

func (s *store) Lessons(context.Context) iter.Seq2[archive.Lesson, error] {
	return func(yield func(archive.Lesson, error) bool) {
		if s.copying != "" {
			yield(archive.Lesson{Name: "copy", Data: []byte(s.copying)}, nil)
		}
	}
}

func (s *store) Payload(context.Context, archive.Digest) ([]byte, error) {
	return nil, archive.ErrNotFound
}

// day is noon of a day in March 2026.
func day(d int) time.Time { return time.Date(2026, 3, d, 12, 0, 0, 0, time.UTC) }

// add puts a page into s that was found changed on each of days and last seen
// on the day seen.
func (s *store) add(site, url string, kind archive.Kind, seen int, days ...int) {
	s.pages = append(s.pages, archive.Page{
		Site: site, URL: url, Column: "news", Kind: kind, State: archive.StateLive,
		Versions: len(days), LastSeen: day(seen).Add(250 * time.Millisecond),
	})
	for i, d := range days {
		v := archive.Snapshot{Site: site, URL: url, Version: i + 1, Column: "news", Kind: kind, TakenAt: day(d), Status: 200, Article: archive.Article{Body: url}}
		if i > 0 {
			v.PriorSeen = day(d - 1)
		}
		s.snapshots = append(s.snapshots, v)
	}
}

// lines says in one line a record which versions were selected and when each
// was last seen.
func lines(t *testing.T, records iter.Seq2[export.Record, error]) []string {
	t.Helper()
	var got []string
	for r, err := range records {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, strings.Join([]string{r.Site, r.URL, string('0'+rune(r.Version)) + "/" + string('0'+rune(r.Versions)), r.LastSeen.Format("01-02")}, " "))
	}
	return got
}

func portal() *store {
	s := &store{}
	s.add("a", "http://a/1", archive.KindArticle, 20, 1, 5, 9)
	s.add("a", "http://a/2", archive.KindArticle, 20, 2)
	s.add("a", "http://a/list", archive.KindList, 20)
	s.add("a", "http://a/p.pdf", archive.KindAttachment, 20, 3)
	s.add("a", "http://a/unread", archive.KindUnread, 0)
	s.add("b", "http://a/1", archive.KindArticle, 20, 7, 8)
	return s
}

// move lets a page redirect to another, which has this title.
func (s *store) move(url, to, title string) *store {
	for i := range s.pages {
		switch s.pages[i].URL {
		case url:
			s.pages[i].State, s.pages[i].MovedTo, s.pages[i].Title = archive.StateMoved, to, "title"
		case to:
			s.pages[i].Title = title
		}
	}
	return s
}

// also lists a page in a further column.
func (s *store) also(url, column string) *store {
	for i := range s.pages {
		if s.pages[i].URL == url {
			s.pages[i].Also = append(s.pages[i].Also, column)
		}
	}
	return s
}

var errBroken = errors.New("line broken")

// state sets where a page stands.
func (s *store) state(url string, state archive.State) *store {
	for i := range s.pages {
		if s.pages[i].URL == url {
			s.pages[i].State = state
		}
	}
	return s
}

// title sets what the versions of a page are called.
func (s *store) title(url, title string) *store {
	for i := range s.snapshots {
		if s.snapshots[i].URL == url {
			s.snapshots[i].Article.Title = title
		}
	}
	return s
}

// damage makes version v of a page one that cannot be read, or with "" one that can.
func (s *store) damage(site, url string, v int, why string) *store {
	i := slices.IndexFunc(s.snapshots, func(x archive.Snapshot) bool { return x.Site == site && x.URL == url && x.Version == v })
	s.snapshots[i].Unread = why
	return s
}

// column moves version v of a page to another column.
func (s *store) column(url string, v int, name string) *store {
	i := slices.IndexFunc(s.snapshots, func(x archive.Snapshot) bool { return x.URL == url && x.Version == v })
	s.snapshots[i].Column = name
	return s
}
