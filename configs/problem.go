package configs

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is one mistake in a configuration.
type Problem struct {
	File   string
	Line   int    // from 1; 0: of the file as a whole
	Column int    // from 1, in characters
	Path   string // of the option, as in sites.changsha.columns[2].url; "" where there is none
	Text   string // the value in quotes where there is one, why not, what would be right
}

// Error returns file:line:column: path: text, without the parts that are not
// known.
func (p Problem) Error() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", p.Line, p.Column)
	}
	for _, part := range []string{p.Path, p.Text} {
		if part != "" {
			b.WriteString(": ")
			b.WriteString(part)
		}
	}
	return b.String()
}

// Problems are all the mistakes of a file, in its order.
type Problems []Problem

// Error returns a line for each mistake.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i := range p {
		lines[i] = p[i].Error()
	}
	return strings.Join(lines, "\n")
}

// sort puts p into the order of the file.
func (p Problems) sort() {
	slices.SortStableFunc(p, func(x, y Problem) int {
		return cmp.Or(cmp.Compare(x.Line, y.Line), cmp.Compare(x.Column, y.Column))
	})
}
