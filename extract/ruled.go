package extract

import "golang.org/x/net/html"

// rowSet maps elements to the row that holds them.
type rowSet map[int32]bool

// of returns the row that an element stands in.
func (s rowSet) of(f *flat, el int32) (int32, bool) {
	for ; el >= 0; el = f.elems[el].parent {
		if s[el] {
			return el, true
		}
	}
	return 0, false
}

// ruledRows returns the rows that the rules name, nil where they name none.
func (p *Page) ruledRows() rowSet {
	if p.rules.rows == nil {
		return nil
	}
	return p.indexes(matches(p.root, p.rules.rows))
}

// ruledNext returns the elements whose links the rules take as leading on.
func (p *Page) ruledNext() rowSet {
	return p.indexes(matches(p.root, p.rules.next))
}

// indexes finds nodes among the elements.
func (p *Page) indexes(nodes []*html.Node) rowSet {
	if len(nodes) == 0 {
		return rowSet{}
	}
	want := make(map[*html.Node]bool, len(nodes))
	for _, n := range nodes {
		want[n] = true
	}
	set := rowSet{}
	for i := range p.flat.elems {
		if want[p.flat.elems[i].node] {
			set[int32(i)] = true
		}
	}
	return set
}
