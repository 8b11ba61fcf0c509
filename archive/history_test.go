package archive_test

import (
	"context"
	"iter"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fangzhi/archive"
)

// shelf is pages by URL, all of one site.
type shelf map[string]archive.Page

func (s shelf) Page(_ context.Context, _, url string) (archive.Page, error) {
	p, ok := s[url]
	if !ok {
		return p, archive.ErrNotFound
	}
	return p, nil
}

func (s shelf) Pages(_ context.Context, f archive.Filter) iter.Seq2[archive.Page, error] {
	return func(yield func(archive.Page, error) bool) {
		var urls []string
		for url, p := range s {
			if p.MovedTo == f.MovedTo {
				urls = append(urls, url)
			}
		}
		slices.Sort(urls)
		for _, u := range urls {
			if !yield(s[u], nil) {
				return
			}
		}
	}
}

func TestHistory(t *testing.T) {
	pages := shelf{}
	add := func(url string, state archive.State, to string, versions int) {
		pages[url] = archive.Page{Site: "s", URL: url, State: state, MovedTo: to, Versions: versions}
	}
	add("plain", archive.StateLive, "", 1)
	add("now", archive.StateLive, "", 2)
	add("before", archive.StateMoved, "now", 3)
	add("first", archive.StateMoved, "before", 1)
	add("copy", archive.StateAlias, "now", 0)
	add("dead", archive.StateMoved, "home", 1) // withdrawn by a redirect to the home page
	add("home", archive.StateLive, "", 0)
	add("lost", archive.StateMoved, "nowhere", 1)
	add("ping", archive.StateMoved, "pong", 1)
	add("pong", archive.StateMoved, "ping", 0)
	add("back", archive.StateLive, "now", 1) // moved once, and is there again
	for of, want := range map[string][]string{
		"plain":  {"plain"},
		"now":    {"now", "before", "copy", "first"},
		"first":  {"now", "before", "copy", "first"},
		"copy":   {"now", "before", "copy", "first"},
		"dead":   {"dead"},
		"home":   {"home"},
		"lost":   {"lost"},
		"ping":   {"ping", "pong"},
		"back":   {"back"},
		"before": {"now", "before", "copy", "first"},
	} {
		t.Run(of, func(t *testing.T) {
			history, err := archive.History(t.Context(), pages, pages[of])
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, p := range history {
				got = append(got, p.URL)
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("history (-want +got):\n%s", d)
			}
		})
	}
}
