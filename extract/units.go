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
// hardly linked, and none with more than two thirds of what all say. It is nil where el
// is none of such.
func (p *Page) unitsOf(el int32, title int) []int32 {
	f := p.flat
	if el < 0 || title < 0 {
		return nil
	}
	for up := 0; up < unitLevels && el > 0 && int(f.elems[el].lo) > title; el, up = f.elems[el].parent, up+1 {
		e := &f.elems[el]
		name, kind := firstName(e), f.unitKind(el)
		if e.parent < 0 || isFlow(e.tag) || name == "" || kind == 0 {
			continue
		}
		var units []int32
		sum, most, links, linked := int32(0), int32(0), int32(0), 0
		for i := e.parent + 1; i < f.elems[e.parent].end; i = f.elems[i].end {
			u := &f.elems[i]
			if u.tag != e.tag || int(u.lo) <= title || u.all&hintJunk != 0 || firstName(u) != name || f.unitKind(i) != kind {
				continue
			}
			w, lw := f.weightOf(i)
			sum, most, links = sum+w, max(most, w), links+lw
			if lw > 0 {
				linked++
			}
			units = append(units, i)
		}
		if len(units) >= leastUnits && 3*most <= 2*sum && 10*links <= sum && 2*linked <= len(units) && int(f.elems[units[0]].lo) <= title+unitsBelow {
			return units
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
// a label and what it labels; 0 where they are not.
func (f *flat) unitKind(el int32) uint32 {
	e := &f.elems[el]
	if e.hi-e.lo < 2 {
		return 0
	}
	label, text := &f.lines[e.lo], &f.lines[e.lo+1]
	if label.el < 0 || label.el == text.el || label.lw > 0 || label.w < 2*wideWeight || label.w >= proseWeight || (label.flags|text.flags)&(lineHidden|lineCell) != 0 || hasDigit(f.lineText(int(e.lo))) {
		return 0
	}
	kind := uint32(2166136261)
	for _, l := range [...]*line{label, text} {
		for up := l.el; up > el; up = f.elems[up].parent {
			kind = mixClass(kind, &f.elems[up])
		}
		kind = kind*31 + 7
	}
	return kind
}

// spanOfUnits is what boxes made alike say, with the paragraphs above them that stand
// right in what holds them.
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
		case next == 0 && i > title && f.lines[i].el >= 0 && box[f.lines[i].el] == holder && f.elems[holder].tag != atom.Body && !p.isByline(i):
		default:
			s.drop(i)
		}
	}
	return s
}
