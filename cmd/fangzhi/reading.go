package main

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/dustin/go-humanize"
	"github.com/mattn/go-runewidth"

	"fangzhi/archive"
)

const (
	// fieldColumns is where values begin, valueColumns how wide they are before
	// what follows them.
	fieldColumns = 17
	valueColumns = 42
	// previewLines is how many lines of a body are shown, previewColumns how wide.
	previewLines   = 5
	previewColumns = 76
)

// readingPrinter prints what was read from a page, field by field: its value,
// how it is known, and what lost.
type readingPrinter struct {
	out   *bufio.Writer
	paint painter
}

// printReading prints a reading for people; of its body only the beginning
// unless full.
func printReading(w io.Writer, r archive.Reading, full bool) error {
	p := readingPrinter{bufio.NewWriter(w), newPainter(w)}
	kind := string(r.Kind)
	if r.Trouble != archive.TroubleNone {
		kind = strings.ReplaceAll(string(r.Trouble), "_", " ")
	}
	p.line(p.paint.paint(styleBold, kind), len(kind), safe(r.Signature), "")
	if r.Charset != "" {
		how := ""
		if r.Damaged > 0 {
			how = humanize.Comma(int64(r.Damaged)) + " characters could not be decoded"
		}
		p.field("charset", r.Charset, archive.Evidence{}, how)
	}
	fmt.Fprintln(p.out)
	art := r.Article
	for _, f := range []struct{ name, value string }{
		{"title", art.Title}, {"subtitle", art.Subtitle}, {"published", strings.TrimPrefix(published(art), "-")},
		{"source", art.Source}, {"author", art.Author}, {"editor", art.Editor},
		{"document_number", art.DocumentNumber}, {"index_number", art.IndexNumber}, {"issuer", art.Issuer}, {"written", art.Written},
	} {
		if f.value != "" {
			p.field(f.name, f.value, evidenceOf(r, f.name), "")
		}
	}
	p.body(r, full)
	for _, u := range art.Pictures {
		p.field("picture", u, archive.Evidence{}, "")
	}
	for i, f := range art.Attachments {
		e := archive.Evidence{}
		if i == 0 {
			e = evidenceOf(r, "attachments")
		}
		p.field("attachment", f.Name, e, "")
		p.below(f.URL)
	}
	for _, m := range r.Missing {
		p.line("no "+m.Field, len(m.Field)+3, "", "tried "+safe(m.Tried))
	}
	return p.out.Flush()
}

// evidenceOf is the first evidence for a field: others tell what was done to it.
func evidenceOf(r archive.Reading, field string) archive.Evidence {
	for _, e := range r.Article.Evidence {
		if e.Field == field {
			return e
		}
	}
	return archive.Evidence{}
}

func (p readingPrinter) field(name, value string, e archive.Evidence, how string) {
	if e.Method != "" {
		how = fmt.Sprintf("%s %s, %.0f %%", e.Method, e.Where, e.Confidence*100)
	}
	p.line(name, len(name), safe(value), safe(how))
	for _, o := range e.Others {
		p.below("not: " + o)
	}
}

// line prints a name, which takes so many columns, a value and what is known of
// it; Chinese is two columns wide.
func (p readingPrinter) line(name string, columns int, value, how string) {
	fmt.Fprint(p.out, name, strings.Repeat(" ", max(1, fieldColumns-columns)), value)
	if how != "" {
		if value != "" {
			fmt.Fprint(p.out, strings.Repeat(" ", max(2, valueColumns-runewidth.StringWidth(value))))
		}
		fmt.Fprint(p.out, p.paint.paint(styleDim, how))
	}
	fmt.Fprintln(p.out)
}

// below prints what belongs to the field above.
func (p readingPrinter) below(text string) {
	fmt.Fprintln(p.out, strings.Repeat(" ", fieldColumns)+p.paint.paint(styleDim, safe(text)))
}

func (p readingPrinter) body(r archive.Reading, full bool) {
	body := r.Article.Body
	if body == "" {
		return
	}
	paragraphs := strings.Split(body, "\n\n")
	p.field("body", fmt.Sprintf("%s in %s", plural(utf8.RuneCountInString(body), "character"), plural(len(paragraphs), "paragraph")), evidenceOf(r, "body"), "")
	first := true
	for _, e := range r.Article.Evidence {
		if e.Field == "body" {
			if !first {
				p.below(e.Method + ": " + e.Where)
			}
			first = false
		}
	}
	if full {
		fmt.Fprintf(p.out, "\n%s\n\n", safeLines(body))
		return
	}
	lines := strings.Split(strings.ReplaceAll(body, "\n\n", "\n"), "\n")
	for i, l := range lines {
		if i == previewLines && len(lines) > previewLines+1 {
			p.below(fmt.Sprintf("… %s more; --full shows all", plural(len(lines)-i, "line")))
			return
		}
		fmt.Fprintln(p.out, strings.Repeat(" ", fieldColumns)+runewidth.Truncate(safe(l), previewColumns, "…"))
	}
}
