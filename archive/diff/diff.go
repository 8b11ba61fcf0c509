// Package diff tells two readings of an article apart, field by field and word
// by word.
package diff

import (
	"strings"
	"time"

	"github.com/sergi/go-diff/diffmatchpatch"

	"fangzhi/archive"
)

// Op is what became of a piece of text.
type Op string

// The operations.
const (
	Kept    Op = "kept"
	Removed Op = "removed"
	Added   Op = "added"
)

// Part is a piece of text that was kept, removed or added.
type Part struct {
	Op   Op     `json:"op"`
	Text string `json:"text"`
}

// Change is a field that differs, as the parts that lead from the old text to
// the new.
type Change struct {
	Field string `json:"field"`
	Parts []Part `json:"parts"`
}

// Articles returns the fields in which b differs from a, in the order of an
// article's fields. Layout that a fingerprint does not see is no difference.
func Articles(a, b archive.Article) []Change {
	var changes []Change
	add := func(field, x, y string) {
		if archive.Fold(x) != archive.Fold(y) {
			changes = append(changes, Change{Field: field, Parts: Texts(x, y)})
		}
	}
	add("title", a.Title, b.Title)
	add("subtitle", a.Subtitle, b.Subtitle)
	add("published", published(a), published(b))
	add("source", a.Source, b.Source)
	add("author", a.Author, b.Author)
	add("document_number", a.DocumentNumber, b.DocumentNumber)
	add("body", a.Body, b.Body)
	add("attachments", attachments(a), attachments(b))
	if a.Body == "" && b.Body == "" {
		add("pictures", strings.Join(a.Pictures, "\n"), strings.Join(b.Pictures, "\n"))
	}
	return changes
}

// Texts returns the parts that lead from a to b: whole paragraphs first, then
// character by character within the paragraphs that differ.
func Texts(a, b string) []Part {
	d := diffmatchpatch.New()
	d.DiffTimeout = 0 // with a time limit the answer would depend on the machine
	x, y, lines := d.DiffLinesToRunes(a, b)
	var parts []Part
	for _, p := range pair(d.DiffCharsToLines(d.DiffMainRunes(x, y, false), lines)) {
		if p.removed == "" || p.added == "" {
			parts = appendPart(parts, Kept, p.kept)
			parts = appendPart(parts, Removed, p.removed)
			parts = appendPart(parts, Added, p.added)
			continue
		}
		parts = appendPart(parts, Kept, p.kept)
		for _, q := range d.DiffCleanupSemantic(d.DiffMain(p.removed, p.added, false)) {
			parts = appendPart(parts, ops[q.Type], q.Text)
		}
	}
	return parts
}

var ops = map[diffmatchpatch.Operation]Op{
	diffmatchpatch.DiffEqual:  Kept,
	diffmatchpatch.DiffDelete: Removed,
	diffmatchpatch.DiffInsert: Added,
}

// step is text kept, then text removed and text added in its place.
type step struct{ kept, removed, added string }

func pair(diffs []diffmatchpatch.Diff) []step {
	steps := []step{{}}
	for _, d := range diffs {
		last := &steps[len(steps)-1]
		switch d.Type {
		case diffmatchpatch.DiffDelete:
			last.removed += d.Text
		case diffmatchpatch.DiffInsert:
			last.added += d.Text
		default:
			if last.removed != "" || last.added != "" {
				steps = append(steps, step{})
				last = &steps[len(steps)-1]
			}
			last.kept += d.Text
		}
	}
	return steps
}

func appendPart(parts []Part, op Op, text string) []Part {
	if text == "" {
		return parts
	}
	if n := len(parts); n > 0 && parts[n-1].Op == op {
		parts[n-1].Text += text
		return parts
	}
	return append(parts, Part{Op: op, Text: text})
}

func published(a archive.Article) string {
	switch {
	case a.Published.IsZero():
		return ""
	case a.DayOnly:
		return a.Published.Format(time.DateOnly)
	}
	return a.Published.Format(time.RFC3339)
}

func attachments(a archive.Article) string {
	lines := make([]string, len(a.Attachments))
	for i, f := range a.Attachments {
		lines[i] = strings.TrimSpace(f.Name + " " + f.URL)
	}
	return strings.Join(lines, "\n")
}
