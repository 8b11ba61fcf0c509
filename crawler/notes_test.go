package crawler_test

import (
	"fmt"
	"testing"

	"fangzhi/crawler"
)

// Of more notes than are kept it is told how many there were, each counted once.
func TestNotesAreCounted(t *testing.T) {
	for _, c := range []struct {
		notes int
		lines int
		last  string
	}{
		{50, 50, "note 49"},
		{51, 51, "and 1 more note"},
		{53, 51, "and 3 more notes"},
		{3000, 51, "and 1000 more notes at least"},
	} {
		var texts []string
		for i := range 2 * c.notes {
			texts = append(texts, fmt.Sprintf("note %d", i%c.notes))
		}
		lines := crawler.NoteLines(texts)
		if len(lines) != c.lines || lines[len(lines)-1] != c.last {
			t.Errorf("%d notes: %d lines, the last %q; want %d and %q", c.notes, len(lines), lines[len(lines)-1], c.lines, c.last)
		}
	}
}
