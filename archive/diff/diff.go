// Package diff tells two readings of an article apart, field by field and word
// by word, and says of what classes the changes are.
//
//	diff.go        the fields that differ, and the parts that lead from old to new
//	classes.go     the classes of a change: figures, names, wording, …
//	words.go       a text cut into words, Chinese by a dictionary
//	align.go       what two sequences share
//	words_pack.go  packs the dictionary (not part of the package)
package diff

import (
	"path"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

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
	Old  int    `json:"old"` // where it begins in the old text, in characters
	New  int    `json:"new"` // where it begins in the new text
}

// Change is a field that differs, as the parts that lead from the old text to
// the new.
type Change struct {
	Field   string  `json:"field"`
	Classes []Class `json:"classes"`
	Parts   []Part  `json:"parts"`
}

// Articles returns the fields in which b differs from a, in the order of an
// article's fields. Layout that a fingerprint does not see is no difference.
func Articles(a, b archive.Article) []Change {
	var changes []Change
	add := func(field, x, y string) {
		if archive.Fold(x) != archive.Fold(y) {
			steps := stepsBetween(x, y)
			changes = append(changes, Change{Field: field, Classes: classesOf(field, steps), Parts: partsOf(steps)})
		}
	}
	add("title", a.Title, b.Title)
	add("subtitle", a.Subtitle, b.Subtitle)
	add("published", published(a), published(b))
	add("source", a.Source, b.Source)
	add("author", a.Author, b.Author)
	add("document_number", a.DocumentNumber, b.DocumentNumber)
	add("body", a.Body, b.Body)
	add("left_out", a.LeftOut, b.LeftOut)
	if !alike(a.Pictures, b.Pictures, pictureName) {
		add("pictures", strings.Join(a.Pictures, "\n"), strings.Join(b.Pictures, "\n"))
	}
	if !alike(a.Attachments, b.Attachments, documentName) {
		add("attachments", attachments(a), attachments(b))
	}
	return changes
}

// Texts returns the parts that lead from a to b: whole paragraphs first, then
// word by word within the paragraphs that differ.
func Texts(a, b string) []Part { return partsOf(stepsBetween(a, b)) }

// step is text kept, then text removed and text added in its place, in words.
type step struct{ kept, removed, added []string }

func stepsBetween(a, b string) (steps []step) {
	if a != "" && b != "" && !strings.HasSuffix(a, "\n") && !strings.HasSuffix(b, "\n") {
		// A last line is like any other.
		a, b = a+"\n", b+"\n"
		defer func() { steps = withoutEnd(steps) }()
	}
	for _, p := range between(paragraphs(a), paragraphs(b)) {
		kept := p.kept
		if len(p.removed) == 0 || len(p.added) == 0 {
			steps = append(steps, p)
			continue
		}
		inner := between(wordsOf(p.removed), wordsOf(p.added))
		if len(inner) > 0 {
			inner[0].kept = append(kept, inner[0].kept...)
		}
		steps = append(steps, inner...)
	}
	return steps
}

// withoutEnd takes the line break off both texts' end. Where only one of them
// goes on after what is kept, the break between belongs to what it goes on with.
func withoutEnd(steps []step) []step {
	s := &steps[len(steps)-1]
	switch {
	case len(s.removed) == 0 && len(s.added) == 0:
		s.kept = withoutBreak(s.kept)
	case len(s.removed) > 0 && len(s.added) > 0:
		s.removed, s.added = withoutBreak(s.removed), withoutBreak(s.added)
	case len(s.kept) > 0 && len(s.added) > 0:
		s.kept, s.added = withoutBreak(s.kept), append([]string{"\n"}, withoutBreak(s.added)...)
	case len(s.kept) > 0:
		s.kept, s.removed = withoutBreak(s.kept), append([]string{"\n"}, withoutBreak(s.removed)...)
	}
	return steps
}

func withoutBreak(words []string) []string {
	words = slices.Clone(words)
	end := len(words) - 1
	if words[end] = strings.TrimSuffix(words[end], "\n"); words[end] == "" {
		return words[:end]
	}
	return words
}

// paragraphs cuts s behind every line break.
func paragraphs(s string) []string {
	lines := strings.SplitAfter(s, "\n")
	if lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}

func wordsOf(lines []string) (words []string) {
	for _, line := range lines {
		words = append(words, Words(line)...)
	}
	return words
}

// between returns the steps from a to b.
func between(a, b []string) []step {
	numbers := map[string]int{}
	number := func(all []string) []int {
		out := make([]int, len(all))
		for i, s := range all {
			n, ok := numbers[s]
			if !ok {
				n = len(numbers)
				numbers[s] = n
			}
			out[i] = n
		}
		return out
	}
	var steps []step
	i, j := 0, 0
	open := step{}
	for _, r := range append(align(number(a), number(b)), run{len(a), len(b), 0}) {
		open.removed, open.added = a[i:r.i], b[j:r.j]
		if len(open.kept)+len(open.removed)+len(open.added) > 0 {
			steps = append(steps, open)
		}
		open = step{kept: a[r.i : r.i+r.n : r.i+r.n]}
		i, j = r.i+r.n, r.j+r.n
	}
	if len(open.kept) > 0 {
		steps = append(steps, open)
	}
	for i := range len(steps) - 1 {
		settle(&steps[i], &steps[i+1])
	}
	return slices.DeleteFunc(steps, func(s step) bool { return len(s.kept)+len(s.removed)+len(s.added) == 0 })
}

// settle moves what was only removed, or only added, to where it begins behind
// the end of a line or a sentence, if it may as well stand there: in 甲。乙。 less
// 乙。 it is not 。乙 that was removed.
func settle(s, next *step) {
	edit := &s.removed
	if len(s.added) > 0 {
		edit = &s.added
	}
	if len(s.removed) > 0 && len(s.added) > 0 || len(*edit) == 0 {
		return
	}
	text := append(slices.Clone(*edit), next.kept[:min(len(next.kept), maxMove)]...)
	n := len(*edit)
	best, most := 0, ending(s.kept)
	for i := 1; i+n <= len(text) && text[i-1] == text[i-1+n]; i++ {
		if e := ending(text[:i]); e > most {
			best, most = i, e
		}
	}
	if best > 0 {
		s.kept = append(slices.Clip(s.kept), text[:best]...)
		*edit = text[best : best+n]
		next.kept = append(slices.Clone(text[best+n:]), next.kept[len(text)-n:]...)
	}
}

// maxMove is how many words on a change is moved at most.
const maxMove = 200

// ending says how well a text may end with words: 2 at the end of a line, 1 at
// that of a sentence.
func ending(words []string) int {
	switch {
	case len(words) == 0 || strings.HasSuffix(words[len(words)-1], "\n"):
		return 2
	case strings.ContainsAny(words[len(words)-1], "。；！？;!?"):
		return 1
	}
	return 0
}

// partsOf are steps as parts. A word or a mark that was kept between two changes
// is made part of one: 11月16日 to 12月4日 reads better as one change than as
// two with 月 in between.
func partsOf(steps []step) []Part {
	var parts []Part
	old, new := 0, 0
	add := func(op Op, text string) {
		if text == "" {
			return
		}
		if n := len(parts); n > 0 && parts[n-1].Op == op {
			parts[n-1].Text += text
		} else {
			parts = append(parts, Part{Op: op, Text: text, Old: old, New: new})
		}
		if op != Added {
			old += utf8.RuneCountInString(text)
		}
		if op != Removed {
			new += utf8.RuneCountInString(text)
		}
	}
	removed, added := "", ""
	for i, s := range steps {
		kept := strings.Join(s.kept, "")
		if i > 0 && bridge(kept) && replaced(steps[i-1]) && replaced(s) {
			removed, added = removed+kept, added+kept
		} else {
			add(Removed, removed)
			add(Added, added)
			add(Kept, kept)
			removed, added = "", ""
		}
		removed += strings.Join(s.removed, "")
		added += strings.Join(s.added, "")
	}
	add(Removed, removed)
	add(Added, added)
	return parts
}

// replaced says whether a step puts one text in the place of another.
func replaced(s step) bool { return len(s.removed) > 0 && len(s.added) > 0 }

// bridge says whether text is too short to part two changes.
func bridge(text string) bool {
	return text != "" && utf8.RuneCountInString(text) <= 2 && !strings.ContainsFunc(text, func(r rune) bool {
		return r == '\n' || strings.ContainsRune("。；，;!?！？", r) || unicode.IsSpace(r)
	})
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

// alike says whether two lists are the same by what name gives for each.
func alike[T any](a, b []T, name func(T) string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if name(a[i]) != name(b[i]) {
			return false
		}
	}
	return true
}

// pictureName is what stays of a picture's address when its host or its folder
// changes.
func pictureName(url string) string {
	url, _, _ = strings.Cut(url, "?")
	return path.Base(url)
}

// documentName is what a fingerprint sees of an attachment.
func documentName(f archive.Attachment) string {
	return archive.Fold(f.Name) + " " + archive.Address(f.URL)
}
