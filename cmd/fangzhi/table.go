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
// more memory than they.
type table struct {
	limit map[int]int // widest a column may be
	to    io.Writer   // nil: print says where to, and all rows are held until then

	rows   [][]string // held
	widths []int      // fixed when the first rows were printed
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
	}
	for _, row := range t.rows {
		var line strings.Builder
		for i, c := range row {
			line.WriteString(c)
			if i < len(row)-1 {
				line.WriteString(strings.Repeat(" ", max(0, t.widths[i]-runewidth.StringWidth(c))+2))
			}
		}
		t.out.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	t.rows = t.rows[:0]
}

// print writes the rest of the table; the error is that of any of its writes.
func (t *table) print(w io.Writer) error {
	if t.to == nil {
		t.to = w
	}
	t.release()
	return t.out.Flush()
}
