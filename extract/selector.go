package extract

import (
	"errors"
	"fmt"
	"strings"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"
)

// selector is a group of CSS selectors whose cost is bounded: one walk over the
// tree, however its nodes are nested. The library matches "a b c" by trying
// every ancestor for every part, which a page of a few hundred blocks within
// blocks makes take for ever.
type selector struct{ chains [][]step }

// step is one part of a selector, and how it stands to the part before it.
type step struct {
	part     cascadia.Sel
	relation byte // ' ' below it, '>' its child, '+' its next sibling, '~' a later sibling
}

const (
	maxSteps    = 32   // the parts of one selector
	maxSelector = 2000 // bytes of a group
)

// parseSelector reads a group. What is within :not() and :has() has to be one
// part: more would have no bound.
func parseSelector(css string) (*selector, error) {
	if len(css) > maxSelector {
		return nil, fmt.Errorf("must not be longer than %d bytes", maxSelector)
	}
	if _, err := cascadia.ParseGroup(css); err != nil {
		return nil, err
	}
	s := &selector{}
	for _, member := range splitSelector(css, ",") {
		var chain []step
		relation := byte(' ')
		for _, word := range splitSelector(member, " \t\r\n\f>+~") {
			switch word {
			case ">", "+", "~":
				relation = word[0]
				continue
			}
			part, err := cascadia.Parse(word)
			if err != nil {
				return nil, err
			}
			if err := bounded(word); err != nil {
				return nil, err
			}
			chain = append(chain, step{part, relation})
			relation = ' '
		}
		if len(chain) > maxSteps {
			return nil, fmt.Errorf("must not have more than %d parts", maxSteps)
		}
		s.chains = append(s.chains, chain)
	}
	return s, nil
}

// splitSelector parts css at the marks that stand outside of brackets and quotes.
// Marks that are no blanks and no commas come as words of their own.
func splitSelector(css, marks string) (words []string) {
	depth, quote, start := 0, byte(0), 0
	add := func(end int) {
		if word := strings.TrimSpace(css[start:end]); word != "" {
			words = append(words, word)
		}
	}
	for i := 0; i < len(css); i++ {
		c := css[i]
		switch {
		case c == '\\':
			i++
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '(' || c == '[':
			depth++
		case c == ')' || c == ']':
			depth--
		case depth == 0 && strings.IndexByte(marks, c) >= 0:
			add(i)
			start = i + 1
			if c == '>' || c == '+' || c == '~' {
				words = append(words, string(c))
			}
		}
	}
	add(len(css))
	return words
}

// bounded returns an error where a part holds what has no bound.
func bounded(part string) error {
	lower := strings.ToLower(part)
	for _, name := range []string{":not(", ":has(", ":haschild("} {
		for rest := lower; ; {
			_, after, found := strings.Cut(rest, name)
			if !found {
				break
			}
			rest = after
			inner := argument(after)
			if strings.Contains(inner, ":has(") || strings.Contains(inner, ":haschild(") {
				return errors.New("must not have :has() within another: its cost has no bound")
			}
			for _, member := range splitSelector(inner, ",") {
				if len(splitSelector(member, " \t\r\n\f>+~")) > 1 {
					return fmt.Errorf("must have one part only within %s): its cost has no bound otherwise", name)
				}
			}
		}
	}
	return nil
}

// argument is s up to the parenthesis that closes it.
func argument(s string) string {
	depth := 1
	for i := range len(s) {
		switch s[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return s[:i]
			}
		}
	}
	return s
}

// all returns the nodes below root that s finds, in their order.
func (s *selector) all(root *html.Node) (found []*html.Node) {
	w := walk{chains: s.chains, found: &found}
	none := make([]uint64, len(s.chains))
	w.children(root, none, none)
	return found
}

// walk goes over a tree once. Of each chain it knows by bits how many of its
// parts are matched at a node: bit i for the first i+1.
type walk struct {
	chains [][]step
	found  *[]*html.Node
}

// children visits the children of n, of which at is matched, and above of any of
// its ancestors and itself.
func (w *walk) children(n *html.Node, at, above []uint64) {
	k := len(w.chains)
	if n.FirstChild == nil {
		return
	}
	space := make([]uint64, 4*k)
	here, before, earlier, below := space[:k], space[k:2*k], space[2*k:3*k], space[3*k:]
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type != html.ElementNode {
			continue
		}
		hit := false
		for i, chain := range w.chains {
			bits := uint64(0)
			for j, step := range chain {
				if j > 0 {
					from := uint64(0)
					switch step.relation {
					case ' ':
						from = above[i]
					case '>':
						from = at[i]
					case '+':
						from = before[i]
					case '~':
						from = earlier[i]
					}
					if from&(1<<(j-1)) == 0 {
						continue
					}
				}
				if step.part.Match(c) {
					bits |= 1 << j
				}
			}
			here[i] = bits
			below[i] = above[i] | bits
			hit = hit || bits&(1<<(len(chain)-1)) != 0
		}
		if hit {
			*w.found = append(*w.found, c)
		}
		w.children(c, here, below)
		for i := range here {
			before[i] = here[i]
			earlier[i] |= here[i]
		}
	}
}
