package extract

import (
	"strings"

	"golang.org/x/net/html/atom"
)

// Some texts are laid out in boxes made alike, one below the other, each with a label
// and what it labels: what a guide has to say (办理条件, 申请材料), who asks and who
// answers in an interview, the questions of the public, what a leader is in charge of.
// No box is worth more than the labels of the others cost, so that one alone would be
// taken for the text.

const (
	// leastUnits is how many boxes made alike are a text.
	leastUnits = 3
	// unitLevels is how far above what is worth most the boxes are looked for.
	unitLevels = 4
	// unitsBelow is how many lines below the title the first of them stands at most.
	unitsBelow = 8
)

// unitsOf returns the boxes made alike one of which el is, or stands in: below the
// title, of one parent, each with the same kind of label above the same kind of text,
// hardly linked, and none with more than two thirds of what all say; and with them those
// whose label is set as theirs, and which are not mainly links. It is nil where el is
// none of such.
func (p *Page) unitsOf(el int32, title int) []int32 {
	f := p.flat
	if el < 0 || title < 0 {
		return nil
	}
	for up := 0; up < unitLevels && el > 0 && int(f.elems[el].lo) > title; el, up = f.elems[el].parent, up+1 {
		e := &f.elems[el]
		name := firstName(e)
		kind, alike := f.unitKind(el)
		if e.parent < 0 || isFlow(e.tag) || name == "" || alike == 0 {
			continue
		}
		var units, near []int32
		sum, most, links, linked := int32(0), int32(0), int32(0), 0
		for i := e.parent + 1; i < f.elems[e.parent].end; i = f.elems[i].end {
			u := &f.elems[i]
			if u.tag != e.tag || int(u.lo) <= title || u.all&hintJunk != 0 || firstName(u) != name {
				continue
			}
			w, lw := f.weightOf(i)
			switch k, a := f.unitKind(i); {
			case k != 0 && a == alike && (kind == 0 || k == kind):
				kind, near = k, append(near, i)
			case a == alike && 2*lw <= w:
				near = append(near, i)
				continue
			default:
				continue
			}
			sum, most, links = sum+w, max(most, w), links+lw
			if lw > 0 {
				linked++
			}
			units = append(units, i)
		}
		if len(units) >= leastUnits && 3*most <= 2*sum && 10*links <= sum && 2*linked <= len(units) && int(f.elems[units[0]].lo) <= title+unitsBelow {
			return near
		}
	}
	return nil
}

// unitsBeside are the boxes made alike that stand right below the title where what is
// worth most stands below them, apart: no text by its name, and less than they say.
func (p *Page) unitsBeside(el int32, title int) []int32 {
	f := p.flat
	if el < 0 || title < 0 || f.isNamedText(el, title) {
		return nil
	}
	for i := title + 1; i < min(title+1+unitsBelow, int(f.elems[el].lo)); i++ {
		if f.lines[i].el < 0 {
			continue
		}
		units := p.unitsOf(f.lines[i].el, title)
		if units == nil {
			continue
		}
		sum, own := int32(0), f.sumProse[f.elems[el].hi]-f.sumProse[f.elems[el].lo]
		for _, u := range units {
			w, _ := f.weightOf(u)
			sum += w
		}
		if e := &f.elems[f.elems[units[0]].parent]; sum > own && f.elems[el].lo >= f.elems[units[len(units)-1]].hi && (e.tag == atom.Body || f.elems[el].lo >= e.hi) {
			return units
		}
		return nil
	}
	return nil
}

// firstName is the first class of an element: others tell questions from answers.
func firstName(e *elem) string {
	for name := range strings.FieldsSeq(attr(e.node, "class")) {
		return name
	}
	return ""
}

// unitKind is a hash of what the first two lines of an element stand in, where they are
// a label and what it labels, and alike one of what the label stands in. Both are 0
// where there is no label, kind where it is a link or has a digit, or where what it
// labels is a table: such a box is one only beside others.
func (f *flat) unitKind(el int32) (kind, alike uint32) {
	e := &f.elems[el]
	if e.hi-e.lo < 2 {
		return 0, 0
	}
	label, text := &f.lines[e.lo], &f.lines[e.lo+1]
	if label.el < 0 || label.el == text.el || label.w < 2*wideWeight || label.w >= proseWeight || label.flags&(lineHidden|lineCell) != 0 {
		return 0, 0
	}
	alike = f.mixUp(2166136261, label.el, el)
	if label.lw > 0 || text.flags&(lineHidden|lineCell) != 0 || hasDigit(f.lineText(int(e.lo))) {
		return 0, alike
	}
	return f.mixUp(alike, text.el, el), alike
}

// mixUp mixes into a hash what lies from an element up to another that holds it.
func (f *flat) mixUp(hash uint32, from, to int32) uint32 {
	for up := from; up > to; up = f.elems[up].parent {
		hash = mixClass(hash, &f.elems[up])
	}
	return hash*31 + 7
}

// spanOfUnits is what boxes made alike say, with the paragraphs above them that stand
// right in what holds them, or between them.
func (p *Page) spanOfUnits(units []int32, title int) span {
	f := p.flat
	holder := f.elems[units[0]].parent
	box := f.boxes()
	s := p.spanOf(holder)
	s.units = true
	next := 0
	for i := s.lo; i < s.hi; i++ {
		for next < len(units) && i >= int(f.elems[units[next]].hi) {
			next++
		}
		switch {
		case !s.has(i):
		case next < len(units) && i >= int(f.elems[units[next]].lo):
		case next < len(units) && i > title && f.lines[i].el >= 0 && box[f.lines[i].el] == holder && f.elems[holder].tag != atom.Body && !p.isByline(i):
		default:
			s.drop(i)
		}
	}
	return s
}
