package extract

import (
	"strings"

	"golang.org/x/net/html/atom"
)

// Values of lines: what a line adds to the container that it stands in. They
// are weights (a Latin letter is 1, a Han character 3).
const (
	lineCost = 40   // of any line: menus have lines of 6 to 24
	lineCap  = 900  // no line counts more than two paragraphs
	junkCost = 15   // of a line in an element that hints at junk
	linkCost = 60   // at most, of a line of links
	gapCost  = 1500 // at most, of the lines between two that are worth something: a long table does not part a text
)

// value is what line i is worth as a part of an article's text.
func (f *flat) value(i int) int32 {
	l := &f.lines[i]
	if l.flags&lineHidden != 0 {
		return 0
	}
	if f.hintsAt(i)&(hintJunk|hintCaption) != 0 {
		return -junkCost
	}
	if 2*l.lw > l.w {
		return -min(linkCost, lineCost+l.lw/4)
	}
	v := min(l.w-2*l.lw, lineCap) - lineCost
	if v < 0 && l.lw == 0 && l.flags&(lineCell|lineItem) != 0 {
		v /= 6 // tables and lists of a text have short lines as menus do, but no links
		if l.flags&lineCell != 0 {
			v = 0
		}
	}
	if l.w >= proseWeight && strings.Count(f.lineText(i), "ookie") > 1 {
		return -junkCost
	}
	if l.stops == 0 && v > 0 {
		v /= 2
	}
	return v
}

// hintsAt are the hints that a line stands under.
func (f *flat) hintsAt(i int) hint {
	if el := f.lines[i].el; el >= 0 {
		return f.elems[el].all
	}
	return 0
}

// container finds the element that holds the article's text: the one whose
// lines are worth most together, lines above the title being worth nothing. The
// farther up the tree an element meets the title, and the more other text there
// is at that height, the less it counts: popups, comments and teasers stand
// apart from the title. It returns -1 where no line is worth anything. A text
// may be bare: then it is what holds it, and what to take of that is known by
// where the text stands.
func (p *Page) container(title int) (el int32, bare bool) {
	f := p.flat
	sum := make([]int64, len(f.lines)+1)
	values := make([]int32, len(f.lines))
	foot := f.footLine(title)
	run := int32(0) // cost of the lines since the last prose
	byline := p.byline()
	for i := range f.lines {
		v := f.value(i)
		if i < title || i >= foot || i == byline {
			v = min(v, 0)
		}
		values[i] = v
		if v > 0 {
			run = 0
		} else {
			v = max(v, run-gapCost)
			run -= v
		}
		sum[i+1] = sum[i] + int64(v)
	}
	best, bestScore := int32(-1), int64(0)
	for i := range f.elems {
		e := &f.elems[i]
		score := sum[e.hi] - sum[e.lo]
		if score <= 0 || int(e.hi) <= title+1 { // the title's own element holds no text
			continue
		}
		score = p.apart(int32(i), title, score, f.sumProse[e.hi]-f.sumProse[e.lo])
		if score < bestScore {
			continue
		}
		if score == bestScore && best >= 0 && f.elems[best].end < e.end {
			continue
		}
		best, bestScore = int32(i), score
	}
	box := f.boxes()
	alone, own := p.bare(box, values, title, foot, best)
	short := p.shortText(title)
	if best < 0 && alone.box < 0 {
		if short >= 0 {
			return short, false
		}
		return f.fallbackContainer(), false
	}
	beats := p.beats(alone, best, bestScore, box)
	if beats || best >= 0 && alone.box >= 0 && box[best] == alone.box {
		if named := p.namedBeside(alone, title); named >= 0 {
			best, beats = named, false
		}
	}
	if beats {
		bare = best != alone.box
		best = alone.box
	}
	if !bare && f.elems[best].tag == atom.Body {
		if beats {
			own = alone
		}
		best, bare = p.inBody(best, own, title)
	}
	if short >= 0 && p.outranks(short, best, title) {
		return short, false
	}
	if bare {
		return best, true
	}
	// A single paragraph is worth most where the others are short; the text is
	// what holds it.
	for e := &f.elems[best]; box[best] != best && e.tag != atom.Td && e.parent > 0; e = &f.elems[best] {
		if f.elems[e.parent].tag == atom.Body {
			if e.hi == e.lo || box[f.lines[e.lo].el] != e.parent || p.isFootLine(int(e.lo)) {
				break // a table that lays the page out, or small print
			}
			return e.parent, true
		}
		best = e.parent
	}
	return best, false
}

// within says whether el is another or stands in it.
func (f *flat) within(el, other int32) bool {
	return el >= other && el < f.elems[other].end
}

// apart is the score of a text, less for how much other text there is where it
// meets the title. Own is the weight of its prose.
func (p *Page) apart(el int32, title int, score int64, own int32) int64 {
	f := p.flat
	if title < 0 {
		return score
	}
	meet := el
	for up := f.elems[meet]; meet > 0 && (int(up.lo) > title || int(up.hi) <= title); up = f.elems[meet] {
		if meet = up.parent; meet < 0 {
			meet = 0
		}
	}
	m := &f.elems[meet]
	around := f.sumProse[m.hi] - f.sumProse[m.lo]
	if around <= 0 {
		return score
	}
	return score*int64(own+around/8)/int64(around+around/8) + 1
}

// footLine is the line at which the page's footer starts, below the title and
// some prose; below it there are popups and small print, and no text. It is the
// number of lines where no footer is known.
func (f *flat) footLine(title int) int {
	for i := range f.elems {
		e := &f.elems[i]
		if e.all&hintFoot == 0 || int(e.lo) <= title || e.hi-e.lo < 2 || 2*f.sumProse[e.lo] < f.sumProse[len(f.lines)]/2 {
			continue
		}
		inside := false
		for up := e.parent; up >= 0; up = f.elems[up].parent {
			x := &f.elems[up]
			if x.tag == atom.Article || x.tag == atom.Main || x.hint&hintContent != 0 && x.tag != atom.Body && f.depthOf(up) > 4 {
				inside = true
				break
			}
		}
		if !inside {
			return int(e.lo)
		}
	}
	return len(f.lines)
}

func (f *flat) depthOf(el int32) (n int) {
	for ; el >= 0; el = f.elems[el].parent {
		n++
	}
	return n
}

// wide says whether the page is written in Han, kana or Hangul.
func (p *Page) wide() bool { return 2*p.flat.wideW > p.flat.sumW[len(p.flat.lines)] }

// fallbackContainer takes what is named as the text where no line is long
// enough to tell: short notices, pictures, attachments.
func (f *flat) fallbackContainer() int32 {
	best, most := int32(-1), int32(-1)
	for i := range f.elems {
		e := &f.elems[i]
		if e.hint&hintContent == 0 && e.tag != atom.Article && e.tag != atom.Main || e.all&(hintJunk|hintHidden) != 0 {
			continue
		}
		all, links := f.weightOf(int32(i))
		if w := all - 2*links; w >= most {
			best, most = int32(i), w
		}
	}
	return best
}

// picturesOf finds the element that holds an article of pictures or documents
// alone: below the title, named as the text if any is, without other text.
func (p *Page) picturesOf(title int) int32 {
	f := p.flat
	best, most := int32(-1), 0
	held := make([]int32, 0, len(f.images)+len(f.embeds))
	for i := range f.images {
		if p.isArticles(&f.images[i], 0, title) {
			held = append(held, f.images[i].el)
		}
	}
	for i := range f.embeds {
		if isDocumentURL(f.embeds[i].src) {
			held = append(held, f.embeds[i].el)
		}
	}
	for i := range f.anchors {
		if isDocumentURL(f.anchors[i].href) {
			held = append(held, f.anchors[i].el)
		}
	}
	for _, el := range held {
		for up := 0; el > 0 && up < 8; el, up = f.elems[el].parent, up+1 {
			e := &f.elems[el]
			if e.all&(hintJunk|hintHidden) != 0 || int(e.lo) < title {
				break
			}
			all, _ := f.weightOf(el)
			score := 1
			if e.hint&hintContent != 0 {
				score = 3
			} else if e.tag == atom.Article {
				score = 2
			}
			if all < 4*proseWeight && score > most {
				best, most = el, score
			}
		}
	}
	return best
}

// isPicture says whether an image is one of a text rather than an icon, a
// spacer or a counter.
func (f *flat) isPicture(im *picture) bool {
	if im.el < 0 || im.w > 0 && im.w < 60 || im.h > 0 && im.h < 60 || f.elems[im.el].all&hintJunk != 0 || strings.HasPrefix(im.src, "data:") {
		return false
	}
	return true
}

// span is the part of the lines that is the body: those of lines[lo:hi] that
// are kept.
type span struct {
	el     int32 // the container, -1 when there is none
	lo, hi int
	keep   []bool // keep[i] for line lo+i
	units  bool   // it is boxes made alike: none is a stranger
}

func (s *span) has(i int) bool { return i >= s.lo && i < s.hi && s.keep[i-s.lo] }

func (s *span) drop(i int) { s.keep[i-s.lo] = false }

// weight is that of the lines kept.
func (s *span) weight(f *flat) (w int32) {
	for i := s.lo; i < s.hi; i++ {
		if s.keep[i-s.lo] {
			w += f.lines[i].w
		}
	}
	return w
}

// findBody finds the container and drops from it what is not text.
func (p *Page) findBody(title int) span {
	f := p.flat
	el, bare := p.container(title)
	if place, empty := p.inEmptyPlace(el, title); empty {
		return p.spanOf(place)
	}
	if el < 0 || f.sumProse[f.elems[el].hi] == f.sumProse[f.elems[el].lo] {
		if held := p.picturesOf(title); held >= 0 {
			el, bare = held, false
		}
	}
	if !bare {
		el = p.namedWithin(el, title)
	}
	units := p.unitsBeside(el, title)
	if units == nil && !bare {
		units = p.unitsOf(el, title)
	}
	switch {
	case el < 0:
		return span{el: -1}
	case units != nil:
		return p.spanOfUnits(units, title)
	case bare:
		return p.spanOfBare(el, title)
	}
	return p.spanOf(el)
}

// spanOf is what of an element is text by itself.
func (p *Page) spanOf(el int32) span {
	s := span{el: el, lo: int(p.flat.elems[el].lo), hi: int(p.flat.elems[el].hi)}
	s.keep = make([]bool, s.hi-s.lo)
	for i := s.lo; i < s.hi; i++ {
		s.keep[i-s.lo] = p.keepLine(i)
	}
	return s
}

// keepLine says whether a line of the container is text by itself.
func (p *Page) keepLine(i int) bool {
	f := p.flat
	l := &f.lines[i]
	h := f.hintsAt(i)
	if l.flags&lineHidden != 0 || h&(hintJunk|hintCaption) != 0 {
		return false
	}
	if l.lw > 0 && 10*l.lw > 8*l.w && l.flags&lineFile == 0 {
		return l.stops >= 3 && l.w >= 200
	}
	return true
}

// paragraphs joins the lines kept into text: a blank line between paragraphs,
// a line end between items, cells' rows and lines broken by a single <br>.
func (f *flat) paragraphs(s *span) string {
	var b strings.Builder
	last := -1
	for i := s.lo; i < s.hi; i++ {
		if !s.keep[i-s.lo] {
			continue
		}
		if last >= 0 {
			b.WriteString(f.joint(last, i))
		}
		b.WriteString(f.lineText(i))
		last = i
	}
	return b.String()
}

// joint is what parts two lines of a body.
func (f *flat) joint(a, b int) string {
	x, y := &f.lines[a], &f.lines[b]
	switch {
	case x.flags&lineCell != 0 && y.flags&lineCell != 0 && x.w <= cellWeight && y.w <= cellWeight:
		cell, row := f.cellOf(x.el)
		other, next := f.cellOf(y.el)
		switch {
		case cell == other:
		case row == next:
			return "\t"
		case f.elems[row].parent == f.elems[next].parent:
			return "\n"
		}
	case x.flags&lineItem != 0 && y.flags&lineItem != 0 && x.el != y.el && f.elems[x.el].parent == f.elems[y.el].parent:
		return "\n"
	}
	if x.el == y.el && y.brs == 1 && y.flags&lineIndented == 0 {
		return "\n"
	}
	return "\n\n"
}

// cellWeight is the most that a cell of data holds; a table with more in a
// cell is the page's layout.
const cellWeight = 300

// cellOf is the table cell that an element stands in, and its row; -1, 0 where
// there is none.
func (f *flat) cellOf(el int32) (cell, row int32) {
	for ; el >= 0; el = f.elems[el].parent {
		switch f.elems[el].tag {
		case atom.Td, atom.Th:
			return el, max(0, f.elems[el].parent)
		}
	}
	return -1, 0
}
