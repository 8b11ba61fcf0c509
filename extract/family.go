package extract

import (
	"strings"

	"golang.org/x/net/html/atom"

	"fangzhi/lazyregexp"
)

// A family is the lines of a container that stand in the same kind of
// wrappers: the elements between a line's own paragraph, heading, item or cell
// and the container, by name and class. The paragraphs of a text are one
// family; boxes set into it (promotions, portraits, related articles) have
// wrappers of their own. On the corpus, of lines of prose inside a text one in
// six is text where its family has under a tenth of the prose, and 96 of 100 in
// the main family; of short lines one in 25 is.
type families struct {
	of    []uint32 // of line lo+i
	prose map[uint32]int32
	main  uint32
	total int32
}

// isFlow says whether an element is part of running text: it does not make a
// box of its own.
func isFlow(a atom.Atom) bool {
	switch a {
	case atom.P, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Ul, atom.Ol, atom.Li, atom.Blockquote, atom.Pre,
		atom.Table, atom.Tbody, atom.Thead, atom.Tr, atom.Td, atom.Th, atom.Dl, atom.Dt, atom.Dd, atom.Span, atom.B,
		atom.Strong, atom.Em, atom.I, atom.Font, atom.Center, atom.U, atom.A:
		return true
	}
	return false
}

// familiesOf sorts the kept lines of a body into families.
func (f *flat) familiesOf(s *span) families {
	e := &f.elems[s.el]
	first, end := s.el, e.end
	chain := make([]uint32, end-first)
	for i := first + 1; i < end; i++ {
		x := &f.elems[i]
		up := uint32(17)
		if x.parent >= first {
			up = chain[x.parent-first]
		}
		chain[i-first] = mixClass(up, x)
	}
	fam := families{of: make([]uint32, s.hi-s.lo), prose: map[uint32]int32{}}
	for i := s.lo; i < s.hi; i++ {
		l := &f.lines[i]
		el := l.el
		for el > first && el < end && isFlow(f.elems[el].tag) {
			el = f.elems[el].parent
		}
		k := uint32(17)
		if el > first && el < end {
			k = chain[el-first]
		}
		fam.of[i-s.lo] = k
		if s.keep[i-s.lo] && l.isProse() {
			w := l.w - l.lw
			fam.prose[k] += w
			fam.total += w
		}
	}
	best := int32(0)
	for i := s.lo; i < s.hi; i++ { // in line order, for a stable choice
		if k := fam.of[i-s.lo]; fam.prose[k] > best {
			best, fam.main = fam.prose[k], k
		}
	}
	return fam
}

// mixClass hashes an element's name and class into its parent's hash; digits
// do not count, they number what is alike.
func mixClass(h uint32, e *elem) uint32 {
	const prime = 16777619
	h = (h ^ uint32(e.tag) ^ 0x9e37) * prime
	class := attr(e.node, "class")
	if len(class) > 256 {
		class = class[:256]
	}
	for i := 0; i < len(class); i++ {
		if !isDigit(class[i]) {
			h = (h ^ uint32(class[i])) * prime
		}
	}
	return h
}

// dropStrangers drops the lines of a body that are not of its family.
func (p *Page) dropStrangers(s *span) {
	f := p.flat
	if s.el < 0 {
		return
	}
	fam := f.familiesOf(s)
	if fam.total == 0 || 2*fam.prose[fam.main] < fam.total {
		return // no family to speak of
	}
	first, last := -1, -1
	for i := s.lo; i < s.hi; i++ {
		if s.has(i) && fam.of[i-s.lo] == fam.main && f.lines[i].isProse() {
			if first < 0 {
				first = i
			}
			last = i
		}
	}
	crossheads := f.crossheads(s, &fam)
	captions := map[int]bool{}
	if p.wide() {
		captions = f.captions(s)
	}
	data := map[int32]bool{} // of elements that hold nothing but a table
	for i := s.lo; i < s.hi; i++ {
		k := fam.of[i-s.lo]
		if !s.has(i) || k == fam.main {
			continue
		}
		l := &f.lines[i]
		share := 100 * fam.prose[k] / fam.total
		keep := false
		switch {
		case i < first:
			keep = l.isProse() || share >= 10 || crossheads[k]
		case i > last:
			keep = share >= 20
		case l.flags&lineHeading != 0 && fam.prose[k] == 0:
			keep = true
		case l.isProse():
			keep = share >= 10
		default:
			keep = share >= 10 || crossheads[k]
		}
		if captions[i] && i < last && l.lw == 0 {
			keep = true
		}
		if !keep && i > first && (l.flags&lineCell != 0 || f.headsTable(i)) && (p.wide() || i < last) {
			keep = p.inWrappedData(i, s.el, data)
		}
		if !keep && f.inQuote(l.el, s.el) && i < last {
			keep = true
		}
		if !keep {
			s.drop(i)
		}
	}
}

// inWrappedData says whether a line stands in a table of data that is all that an
// element of the container holds: a wrapper lets wide tables scroll. In pages that are
// not Chinese it has to say so; the press sets its figures beside the text. Known is what was told of such elements.
func (p *Page) inWrappedData(i int, container int32, known map[int32]bool) bool {
	f := p.flat
	wrapper, table := f.lines[i].el, int32(-1)
	for ; wrapper > container && f.elems[wrapper].parent != container; wrapper = f.elems[wrapper].parent {
		if f.elems[wrapper].tag == atom.Table {
			table = wrapper
		}
	}
	is, told := known[wrapper]
	if !told {
		for el := wrapper + 1; wrapper > container && f.elems[wrapper].tag != atom.Table && table < 0 && el < f.elems[wrapper].end; el++ {
			if f.elems[el].tag == atom.Table {
				table = el // below its head
			}
		}
		is = wrapper > container && table >= 0 && p.isAllBut(table, wrapper) &&
			(p.wide() || f.letsScroll(table, container)) && p.isData(table)
		known[wrapper] = is
	}
	return is
}

// tableHead is what stands over a table of figures, or below it: its number, its name,
// the unit.
var tableHead = lazyregexp.New(`^(?:附?表\s*[\d一二三四五六七八九十]|[(\[]?(?:计量|计价|数据)?单位\s*:|\S{4,30}(?:情况表?|一览表|明细表?|统计表|汇总表|指标)$)`)

// headsTable says whether a line may be the head of a table.
func (f *flat) headsTable(i int) bool {
	l := &f.lines[i]
	return l.lw == 0 && l.w > 0 && l.w < 2*proseWeight && tableHead.MatchString(halve(f.lineText(i)))
}

// isAllBut says whether a table is all that its wrapper holds, in Chinese pages but for
// two lines that head it.
func (p *Page) isAllBut(table, wrapper int32) bool {
	f := p.flat
	w, t := &f.elems[wrapper], &f.elems[table]
	n := (t.lo - w.lo) + (w.hi - t.hi)
	if n == 0 || n > 2 || !p.wide() {
		return n == 0
	}
	for i := w.lo; i < w.hi; i++ {
		if (i < t.lo || i >= t.hi) && !f.headsTable(int(i)) {
			return false
		}
	}
	return true
}

// letsScroll says whether an element of the container that holds el says that it is the
// wrapper of a table.
func (f *flat) letsScroll(el, container int32) bool {
	for ; el > container; el = f.elems[el].parent {
		n := f.elems[el].node
		if f.elems[el].tag == atom.Div && (strings.Contains(attr(n, "class"), "table") || strings.Contains(attr(n, "style"), "overflow")) {
			return true
		}
	}
	return false
}

// crossheads finds families of short lines each of which stands alone between
// paragraphs of the main family: headings made without heading elements.
func (f *flat) crossheads(s *span, fam *families) map[uint32]bool {
	alone, other := map[uint32]int{}, map[uint32]int{}
	above := true // no line of the main family yet
	for i := s.lo; i < s.hi; i++ {
		k := fam.of[i-s.lo]
		if !s.has(i) || k == fam.main {
			above = above && !s.has(i)
			continue
		}
		l := &f.lines[i]
		between := i+1 < s.hi && (above || i > s.lo && fam.of[i-1-s.lo] == fam.main) && fam.of[i+1-s.lo] == fam.main && f.lines[i+1].isProse()
		if between && l.links == 0 && l.w < 2*proseWeight && l.w > 8 {
			alone[k]++
		} else {
			other[k]++
		}
	}
	out := map[uint32]bool{}
	for k, n := range alone {
		out[k] = n >= 2 && other[k] == 0
	}
	return out
}

// captions are the lines right below a picture, in the same box. Chinese
// editors set them as text, with who is seen and who took it; where a page marks
// its captions as such they are no part of the text.
func (f *flat) captions(s *span) map[int]bool {
	out := map[int]bool{}
	for i := range f.images {
		im := &f.images[i]
		k := int(im.line)
		if k < s.lo || k >= s.hi || !f.isPicture(im) || im.el <= s.el {
			continue
		}
		box := f.elems[im.el].parent
		for up := 0; up < 2 && box > s.el && f.elems[box].hi <= im.line; up++ {
			box = f.elems[box].parent
		}
		if l := &f.lines[k]; im.el > s.el && l.el >= im.el && l.el < f.elems[im.el].end || box > s.el && int(f.elems[box].hi) == k+1 && int(f.elems[box].lo) == k {
			out[k] = l.w < 2*proseWeight
		}
	}
	return out
}

// inQuote says whether an element stands in a quotation inside the container.
func (f *flat) inQuote(el, container int32) bool {
	for ; el > container; el = f.elems[el].parent {
		if f.elems[el].tag == atom.Blockquote {
			return true
		}
	}
	return false
}
