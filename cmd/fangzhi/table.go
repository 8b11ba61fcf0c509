package main

import (
	"bufio"
	"io"
	"strings"

	"github.com/mattn/go-runewidth"
)

// table prints rows in columns; Chinese characters are two columns wide. The
// last column is not padded. Columns are as wide as the widest of the first
// rows, so that the first lines of a long listing come soon and its end needs no
// more memory than they. On a terminal that is narrower than a row each row, the
// heading too, is broken between columns into the same lines.
type table struct {
	limit map[int]int // widest a column may be
	to    io.Writer   // nil: print says where to, and all rows are held until then
	wide  int         // columns of the terminal; 0: those of to, or no end where it is none

	rows   [][]string   // held
	widths []int        // fixed when the first rows were printed
	breaks map[int]bool // columns that begin a line, likewise
	out    *bufio.Writer
	count  int // of rows, the heading included
}

// heldMost is how many rows of a table decide on its widths.
const heldMost = 1000

func (t *table) add(cells ...string) {
	for i, c := range cells {
		cells[i] = safe(c)
		if most := t.limit[i]; most > 0 {
			cells[i] = runewidth.Truncate(cells[i], most, "…")
		}
	}
	t.count++
	t.rows = append(t.rows, cells)
	if t.to != nil && len(t.rows) >= heldMost {
		t.release()
	}
}

// empty says whether there are no rows but the heading.
func (t *table) empty() bool { return t.count <= 1 }

// release writes what is held.
func (t *table) release() {
	if t.widths == nil {
		for _, row := range t.rows {
			for i, c := range row {
				if i == len(t.widths) {
					t.widths = append(t.widths, 0)
				}
				t.widths[i] = max(t.widths[i], runewidth.StringWidth(c))
			}
		}
	}
	if t.out == nil {
		t.out = bufio.NewWriter(t.to)
		t.fit()
	}
	for _, row := range t.rows {
		var line strings.Builder
		for i, c := range row {
			if t.breaks[i] {
				t.out.WriteString(strings.TrimRight(line.String(), " ") + "\n")
				line.Reset()
				line.WriteString(strings.Repeat(" ", tableIndent))
			}
			line.WriteString(c)
			if i < len(row)-1 {
				line.WriteString(strings.Repeat(" ", max(0, t.widths[i]-runewidth.StringWidth(c))+2))
			}
		}
		t.out.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	t.rows = t.rows[:0]
}

// tableIndent is how far the further lines of a row stand in.
const tableIndent = 4

// fit decides where rows are broken.
func (t *table) fit() {
	if t.wide == 0 && isTerminal(t.to) {
		t.wide = widthOf(t.to)
	}
	if t.wide == 0 {
		return
	}
	t.breaks = map[int]bool{}
	at := 0
	for i, width := range t.widths {
		if i > 0 && at+width > t.wide {
			t.breaks[i] = true
			at = tableIndent
		}
		at += width + 2
	}
}

// print writes the rest of the table; the error is that of any of its writes.
func (t *table) print(w io.Writer) error {
	if t.to == nil {
		t.to = w
	}
	t.release()
	return t.out.Flush()
}
