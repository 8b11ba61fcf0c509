package main

import (
	"strings"
	"testing"
	"time"

	"fangzhi/archive"
	"fangzhi/archive/diff"
)

// What cut no version, and what did, is told with its reason; visits in a row
// that ended alike are told once.
func TestAccountPrint(t *testing.T) {
	at := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	visit := func(day int, o archive.Outcome, version int, reason string) logged {
		return logged{Visit: archive.Visit{At: at.AddDate(0, 0, day), Outcome: o, Version: version, Reason: reason, Attempts: 1}}
	}
	mask := archive.LearntMask{
		Mask:  archive.Mask{Field: "body", Parts: []string{"浏览次数:", ""}, Kinds: []archive.RunKind{archive.Digits}},
		Pages: []string{"a", "b", "c"}, Since: at, Proof: "differs when it is asked for twice at once",
	}
	told := account{
		URL: "http://a.example/1", Site: "a", Archived: true,
		Page:  &archive.Page{Kind: archive.KindArticle, State: archive.StateRestored, RestoredAt: at, Visits: 1, Versions: 2, Anchor: "标题\x1b[31m"},
		Scope: &ruling{Reason: `path "/1" is not included`},
		Visits: []logged{
			visit(0, archive.New, 1, "first version"), visit(1, archive.Changed, 2, "says something else than version 1"),
			visit(2, archive.Unchanged, 2, "same bytes"), visit(3, archive.Unchanged, 2, "same bytes"), visit(4, archive.Unchanged, 2, "same bytes"),
		},
		Versions: []edition{{Version: 1, Title: "标题"}, {Version: 2, Title: "标题", Changes: []diff.Class{diff.Figures, diff.Names}}},
		Masks:    []archive.LearntMask{mask},
	}
	var b strings.Builder
	if err := told.print(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"site a, article, restored; 1 visit, 2 versions\n", "had been gone, and was there again",
		`scope      out of the scope of a: path "/1" is not included`, "robots     unknown",
		"changed      version 2: says something else than version 1\n", "unchanged    same bytes (3 times, the last ",
		"(changed: figures, names)\n",
		`"浏览次数:#", on every page of the site, since `, "it differs when it is asked for twice at once\n",
		"due        not due\n",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is not told in\n%s", want, b.String())
		}
	}
	if strings.Contains(b.String(), "\x1b") {
		t.Error("what a page says reaches the terminal as it is")
	}
}
