package sqlite_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fangzhi/archive"
	"fangzhi/archive/sqlite"
)

// Every question that is asked for each page, or that a person waits for, has
// to be answered from an index: a table walked over or sorted whole shows only
// when the archive has grown.
func TestPlans(t *testing.T) {
	store := open(t, filepath.Join(t.TempDir(), "archive.db"), sqlite.Options{})
	at := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	page := &archive.Page{Site: "a", URL: "u"}
	cut := &archive.Snapshot{Site: "a", URL: "u", Version: 2}
	visit := &archive.Visit{Site: "a", URL: "u", At: at}
	run := &archive.Run{Site: "a", ID: "a@1", Planned: at}
	type question struct {
		query string
		args  []any
	}
	ask := func(query string, args []any) question { return question{query, args} }
	for name, q := range map[string]question{
		"a page":             ask(sqlite.FindWhole, []any{"a", "u"}),
		"a page's id":        ask(sqlite.FindPage, []any{"a", "u"}),
		"a visit":            ask(sqlite.FindVisit, []any{1, 1}),
		"due":                ask(sqlite.FindDue, []any{"[]", "a", 1, 1, 1, 1}),
		"become due":         ask(sqlite.BecomeDue, []any{1, "a", "u", 9}),
		"known":              ask(sqlite.FindKnown, []any{"a", "u", "u", "u"}),
		"namesakes":          ask(sqlite.FindNamesakes, []any{"a", 1, 2}),
		"pages that moved":   ask(sqlite.PagesQuery(archive.Filter{Site: "a", MovedTo: "u"}, nil)),
		"pages":              ask(sqlite.PagesQuery(archive.Filter{}, page)),
		"pages, first":       ask(sqlite.PagesQuery(archive.Filter{}, nil)),
		"pages, newest":      ask(sqlite.PagesQuery(archive.Filter{Newest: true}, page)),
		"pages of a site":    ask(sqlite.PagesQuery(archive.Filter{Site: "a"}, page)),
		"pages from one on":  ask(sqlite.PagesQuery(archive.Filter{Site: "a", Kind: archive.KindArticle, FromURL: "u"}, nil)),
		"withdrawn":          ask(sqlite.PagesQuery(archive.Filter{State: archive.StateWithdrawn}, page)),
		"pages of a URL":     ask(sqlite.PagesQuery(archive.Filter{URL: "u"}, page)),
		"snapshots, first":   ask(sqlite.SnapshotsQuery(archive.Filter{}, nil)),
		"snapshots":          ask(sqlite.SnapshotsQuery(archive.Filter{}, cut)),
		"a stretch":          ask(sqlite.SnapshotsQuery(archive.Filter{Latest: true, Site: "a", FromURL: "u", ToURL: "v"}, nil)),
		"more of a stretch":  ask(sqlite.SnapshotsQuery(archive.Filter{Site: "a", FromURL: "u", ToURL: "v"}, cut)),
		"snapshots, newest":  ask(sqlite.SnapshotsQuery(archive.Filter{Newest: true}, cut)),
		"latest":             ask(sqlite.SnapshotsQuery(archive.Filter{Latest: true}, cut)),
		"latest of a site":   ask(sqlite.SnapshotsQuery(archive.Filter{Latest: true, Site: "a"}, cut)),
		"latest of a URL":    ask(sqlite.SnapshotsQuery(archive.Filter{Latest: true, URL: "u"}, nil)),
		"snapshots of a URL": ask(sqlite.SnapshotsQuery(archive.Filter{URL: "u"}, nil)),
		"versions of a page": ask(sqlite.SnapshotsQuery(archive.Filter{Site: "a", URL: "u", Version: 1}, cut)),
		"visits":             ask(sqlite.VisitsQuery(archive.Filter{}, visit)),
		"visits, first":      ask(sqlite.VisitsQuery(archive.Filter{}, nil)),
		"visits, last":       ask(sqlite.VisitsQuery(archive.Filter{Newest: true}, nil)),
		"visits of a kind":   ask(sqlite.VisitsQuery(archive.Filter{Kind: archive.KindArticle}, nil)),
		"visits since":       ask(sqlite.VisitsQuery(archive.Filter{Since: at, Newest: true}, visit)),
		"visits of a site":   ask(sqlite.VisitsQuery(archive.Filter{Site: "a", Newest: true}, visit)),
		"visits of a page":   ask(sqlite.VisitsQuery(archive.Filter{Site: "a", URL: "u"}, visit)),
		"visits of a URL":    ask(sqlite.VisitsQuery(archive.Filter{URL: "u", Newest: true}, visit)),
		"visits of a run":    ask(sqlite.VisitsQuery(archive.Filter{Run: "a@1"}, visit)),
		"visits by page":     ask(sqlite.VisitsQuery(archive.Filter{ByPage: true}, visit)),
		"runs, first":        ask(sqlite.RunsQuery(archive.Filter{Newest: true}, nil)),
		"runs":               ask(sqlite.RunsQuery(archive.Filter{Newest: true}, run)),
		"runs of a site":     ask(sqlite.RunsQuery(archive.Filter{Site: "a", Newest: true}, run)),
		"a run":              ask(sqlite.RunsQuery(archive.Filter{Run: "a@1"}, nil)),
		"open runs of sites": ask(sqlite.RunsQuery(archive.Filter{Site: "a", RunState: archive.RunRunning}, nil)),
	} {
		plan, err := store.Plan(t.Context(), q.query, q.args...)
		if err != nil {
			t.Errorf("%s: %v\n%s", name, err, q.query)
			continue
		}
		for _, step := range strings.Split(plan, "\n") {
			// The names of sites, and what a listing walks over in its order.
			if strings.HasPrefix(step, "SCAN names") || strings.HasPrefix(step, "SCAN ") && strings.Contains(step, " INDEX ") {
				continue
			}
			// The hosts that are left alone are few.
			if name == "due" && (step == "SCAN resting" || strings.Contains(step, " VIRTUAL TABLE ")) {
				continue
			}
			// The visits of one URL are few: they may be sorted.
			sorted := step == "USE TEMP B-TREE FOR ORDER BY" && name != "visits of a URL"
			if strings.HasPrefix(step, "SCAN ") || sorted {
				t.Errorf("%s: %s, in the plan\n%s\n", name, step, plan)
			}
		}
	}
}

// What every page is counted for is read as it lies in the file.
func TestPlanOfSummaries(t *testing.T) {
	store := open(t, filepath.Join(t.TempDir(), "archive.db"), sqlite.Options{})
	plan, err := store.Plan(t.Context(), sqlite.Summarise, 1)
	if err != nil {
		t.Fatal(err)
	}
	if first, _, _ := strings.Cut(plan, "\n"); first != "SCAN pages" {
		t.Errorf("the pages are not read in their order:\n%s", plan)
	}
}
