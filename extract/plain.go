package extract

import (
	"golang.org/x/net/html/atom"

	"fangzhi/lazyregexp"
)

const (
	// plainLines is how many lines without a sentence are a text by themselves.
	plainLines = 4
	// maxNested bounds how often a page's lines are looked at for tables in tables.
	maxNested = 8
)

// namesAddress finds an address of IPv4.
var namesAddress = lazyregexp.New(`\b\d{1,3}(?:\.\d{1,3}){3}\b`)

// plainText finds what a page says below its title where no line of it is a sentence:
// the numbers of a county's offices, opening hours, results. It is the largest table of
// data, or the lines of one box, half of which at least have a number. El is -1 where
// there is neither.
func (p *Page) plainText(title int) (el int32, bare bool) {
	f := p.flat
	if title < 0 {
		return -1, false
	}
	el, most := int32(-1), int32(0)
	looked := 0 // lines of tables: those in others are looked at again
	for i := range f.elems {
		e := &f.elems[i]
		if e.tag != atom.Table || int(e.lo) <= title || el >= 0 && f.within(int32(i), el) {
			continue
		}
		if looked += int(e.hi - e.lo); looked > maxNested*len(f.lines) {
			break
		}
		if !p.isData(int32(i)) {
			continue
		}
		if w, _ := f.weightOf(int32(i)); w > most {
			el, most = int32(i), w
		}
	}
	type tally struct {
		lines, numbers int
		weight         int32
	}
	tallies := map[int32]*tally{}
	box := f.boxes()
	for i, foot := title+1, f.footLine(title); i < foot; i++ {
		l := &f.lines[i]
		if l.el < 0 || 2*l.lw > l.w || !p.keepLine(i) || p.isByline(i) || p.isFootLine(i) || l.w < wideWeight {
			continue
		}
		if namesAddress.MatchString(f.lineText(i)) {
			return -1, false // a block tells its reader's
		}
		if kind, _ := phraseOf(f.lineText(i)); kind != 0 || breadcrumb.MatchString(f.lineText(i)) || pagerLine.MatchString(f.lineText(i)) || boxCell.MatchString(lettersOf(f.lineText(i))) {
			continue
		}
		t := tallies[box[l.el]]
		if t == nil {
			t = &tally{}
			tallies[box[l.el]] = t
		}
		if t.lines++; hasDigit(f.lineText(i)) {
			t.numbers++
		}
		t.weight += l.w
	}
	if el >= 0 {
		if around := box[f.elems[el].parent]; tallies[around] != nil {
			return around, true // who signs it stands below
		}
	}
	for i := range f.elems { // in document order, for a stable choice
		if t := tallies[int32(i)]; t != nil && t.lines >= plainLines && 2*t.numbers >= t.lines && t.weight > most {
			el, most, bare = int32(i), t.weight, true
		}
	}
	return el, bare
}

// takePlain takes the plain text of a page for its body, and says whether it has one.
func (p *Page) takePlain(s *span, title *titleRead) bool {
	above := title.anchor()
	if at := p.dateLine(title.line); above < 0 && title.line >= 0 && at > title.line && at <= title.line+2 {
		above = title.line
	}
	el, bare := p.plainText(above)
	switch {
	case el < 0:
		return false
	case bare:
		*s = p.spanOfBare(el, above)
	default:
		*s = p.spanOf(el)
	}
	for i := s.lo; i < s.hi && (!s.has(i) || p.repeatsTitle(i, title) || p.flat.lines[i].flags&lineCell == 0 && p.isByline(i)); i++ {
		s.drop(i)
	}
	p.dropPointers(s)
	p.cutAtStop(s)
	p.trimTail(s)
	return true
}
