package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode"

	"github.com/mattn/go-isatty"

	"fangzhi/archive"
	"fangzhi/archive/diff"
)

// safe makes s fit to print: what would move the cursor, colour the terminal
// or turn the reading direction is taken out, line ends become spaces.
func safe(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\t', r == '\r', r == '\u2028', r == '\u2029':
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, s)
}

// safeLines is safe for a text of several lines.
func safeLines(s string) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		lines[i] = safe(line)
	}
	return strings.Join(lines, "\n")
}

// isTerminal says whether w is a terminal.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && isatty.IsTerminal(f.Fd())
}

// moment prints t, the time of something that fangzhi did or will do, in the
// reader's zone with its offset, "-" where there is none.
func moment(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.Local().Format("2006-01-02 15:04:05 -07:00")
}

// published prints an article's date as precisely as it is known, in the site's
// zone: as it stands on the page.
func published(a archive.Article) string {
	switch {
	case a.Published.IsZero():
		return "-"
	case a.DayOnly:
		return a.Published.Format(time.DateOnly)
	}
	return a.Published.Format("2006-01-02 15:04")
}

// tally prints "3 new, 1 changed"; what did not occur is left out.
func tally(t archive.Tally) string {
	var parts []string
	for _, o := range archive.Outcomes {
		if n := t[o]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, strings.ReplaceAll(string(o), "_", " ")))
		}
	}
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, ", ")
}

// plural prints "1 page", "2 pages", "2 entries".
func plural[N ~int | ~int64](n N, noun string) string {
	if n != 1 {
		if stem, ok := strings.CutSuffix(noun, "ry"); ok {
			noun = stem + "rie"
		}
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}

const (
	styleRemoved = "\x1b[31;9m"
	styleAdded   = "\x1b[32;1m"
	styleDim     = "\x1b[2m"
	styleBold    = "\x1b[1m"
	styleEnd     = "\x1b[0m"
)

// painter colours text where the output is a terminal and NO_COLOR is unset.
type painter bool

func newPainter(w io.Writer) painter {
	return painter(isTerminal(w) && os.Getenv("NO_COLOR") == "")
}

func (p painter) paint(style, s string) string {
	if !p || s == "" {
		return s
	}
	return style + s + styleEnd
}

// parts prints a change in one line: [-removed-]{+added+}, coloured on a
// terminal. Of what was kept only context characters on each side are shown; 0:
// all.
func (p painter) parts(parts []diff.Part, context int) string {
	var b strings.Builder
	for i, part := range parts {
		b.WriteString(p.part(part, context, i == 0, i == len(parts)-1))
	}
	return b.String()
}

// hunks prints a change line by line: the lines of the text that hold a change.
// With a context of 0 the others come too.
func (p painter) hunks(parts []diff.Part, context int) []string {
	var lines []string
	var line []diff.Part
	changed := false
	end := func() {
		if changed || context == 0 && len(line) > 0 {
			lines = append(lines, p.parts(line, context))
		}
		line, changed = nil, false
	}
	for _, part := range parts {
		for i, text := range strings.Split(part.Text, "\n") {
			if i > 0 {
				end()
			}
			if text != "" {
				line = append(line, diff.Part{Op: part.Op, Text: text})
				changed = changed || part.Op != diff.Kept
			}
		}
	}
	end()
	return lines
}

func (p painter) part(part diff.Part, context int, first, last bool) string {
	text := safe(part.Text)
	switch part.Op {
	case diff.Removed:
		return p.paint(styleRemoved, "[-"+text+"-]")
	case diff.Added:
		return p.paint(styleAdded, "{+"+text+"+}")
	}
	return shorten(text, context, first, last)
}

// shorten keeps context runes at the inner sides of a stretch of kept text.
func shorten(s string, context int, first, last bool) string {
	runes := []rune(s)
	switch {
	case first && last, context <= 0:
		return s
	case first && len(runes) > context:
		return "…" + string(runes[len(runes)-context:])
	case last && len(runes) > context:
		return string(runes[:context]) + "…"
	case !first && !last && len(runes) > 2*context:
		return string(runes[:context]) + " … " + string(runes[len(runes)-context:])
	}
	return s
}
