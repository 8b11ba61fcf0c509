package extract

import (
	"slices"
	"strings"

	"golang.org/x/net/html/atom"
)

// emptyPlace finds the place of an article's text where it holds none: below the
// title and the line with date and source, what is named as the text or holds a film,
// and says next to nothing. Wrapper is what it shares with the title. Both are -1 where
// a page has no such place, or its text stands in it.
func (p *Page) emptyPlace(title int) (place, wrapper int32) {
	f := p.flat
	at := p.dateLine(title)
	if title < 0 || at <= title || at > title+4 {
		return -1, -1
	}
	place = -1
	for i := range f.elems {
		e := &f.elems[i]
		if int(e.lo) <= at || e.all&(hintJunk|hintCaption) != 0 {
			continue
		}
		if int(e.lo) > at+1+shortLines {
			break
		}
		if isPlaceOfText(e) || e.film {
			place = int32(i)
			break
		}
	}
	if place < 0 || !p.saysNothing(place) {
		return -1, -1
	}
	wrapper = f.elems[place].parent
	for wrapper > 0 && int(f.elems[wrapper].lo) > title {
		wrapper = f.elems[wrapper].parent
	}
	if w := &f.elems[max(wrapper, 0)]; wrapper < 0 || f.sumProse[w.hi] > f.sumProse[w.lo] {
		return -1, -1
	}
	return place, wrapper
}

// saysNothing says whether an element has no text, or hardly any beside its pictures or
// its film; links to documents do not count.
func (p *Page) saysNothing(el int32) bool {
	f := p.flat
	e := &f.elems[el]
	w := int32(0)
	for i := e.lo; i < e.hi && w < proseWeight; i++ {
		switch l := &f.lines[i]; {
		case l.flags&(lineHidden|lineFile) != 0:
		case l.lw > 0:
			return false
		default:
			w += l.w
		}
	}
	return w == 0 || w < proseWeight && (e.film || slices.ContainsFunc(f.images, func(im picture) bool { return im.el >= el && im.el < e.end }))
}

// isBox says whether an element is one of a frame's: a line that heads it, and no more
// than some lines of prose below.
func (p *Page) isBox(el int32, prose int) bool {
	f := p.flat
	e := &f.elems[el]
	headed := false
	for i := int(e.lo); i < int(e.hi); i++ {
		l := &f.lines[i]
		if l.flags&lineHidden != 0 || l.w == 0 {
			continue
		}
		if !headed {
			if l.isProse() || !p.heads(i) {
				return false
			}
			headed = true
		}
		if l.isProse() {
			if prose--; prose < 0 {
				return false
			}
		}
	}
	return headed
}

// heads says whether a line may head a box: a heading, or a few words without a mark
// that are neither a salutation nor numbered.
func (p *Page) heads(i int) bool {
	f := p.flat
	l := &f.lines[i]
	if l.flags&lineHeading != 0 {
		return true
	}
	text := halve(f.lineText(i))
	return l.w < proseWeight/2 && l.stops == 0 && !strings.ContainsAny(text, ":0123456789一二三四五六七八九十")
}

// isPlaceOfText says whether the names of an element end in a word for the text:
// article-content and TRS_Editor do, text-tools does not.
func isPlaceOfText(e *elem) bool {
	if e.hint&hintContent == 0 {
		return false
	}
	for _, key := range [...]string{"id", "class"} {
		for name := range strings.FieldsSeq(attr(e.node, key)) {
			last := name[strings.LastIndexAny(name, "-_")+1:]
			if hintsOf(last)&hintContent != 0 || len(name) > 3 && strings.EqualFold(name[:3], "trs") {
				return true
			}
		}
	}
	return false
}

// boxProse is how many lines of prose a box has at most that an empty place of a text
// goes before.
const boxProse = 3

// inEmptyPlace puts the body where a text would stand but does not, if what was taken
// for it is a box that stands apart from that, behind it and not named as a text: the
// weather, a notice of the portal's. Pictures there are the body.
func (p *Page) inEmptyPlace(body int32, title int) (int32, bool) {
	f := p.flat
	place, wrapper := p.emptyPlace(title)
	if place < 0 || body >= 0 && (f.elems[body].lo < f.elems[wrapper].hi || f.isNamedText(body, title) || !p.isBox(body, boxProse)) {
		return body, false
	}
	if held := p.picturesOf(title); held >= 0 && f.within(held, wrapper) {
		return held, true
	}
	return place, true
}

// namedWithin is the place of the text where what is worth most holds more than it:
// right below the line with date and source, with boxes below it and nothing else. El
// is what is worth most, and stays it where there is no such place.
func (p *Page) namedWithin(el int32, title int) int32 {
	f := p.flat
	at := p.dateLine(title)
	if el < 0 || title < 0 || at <= title || at > title+4 || !p.wide() {
		return el
	}
	all := f.proseBelow(el, at)
	place := int32(-1)
	for i := el + 1; i < f.elems[el].end; i++ {
		e := &f.elems[i]
		if int(e.lo) <= at || e.all&(hintJunk|hintCaption) != 0 || isFlow(e.tag) && e.tag != atom.Td || place >= 0 && f.within(i, place) {
			continue
		}
		if own := f.proseBelow(i, at); own == 0 || !isPlaceOfText(e) {
			continue
		} else if place >= 0 || int(e.lo) > at+1+shortLines || clearlyNamed*own < all-own {
			return el
		}
		place = i
	}
	if place < 0 || f.proseBelow(place, at) == all || f.sumProse[f.elems[place].lo] > f.sumProse[at+1] || !p.boxesBelow(place, el) {
		return el // a lead stands above it, or more of the text below
	}
	if below := f.elems[place].hi; f.hasAnswer(below, min(f.elems[el].hi, below+answerLines)) {
		return el // it is half of a letter
	}
	return place
}

// proseBelow is the weight of the prose of an element below a line.
func (f *flat) proseBelow(el int32, line int) int32 {
	e := &f.elems[el]
	return f.sumProse[e.hi] - f.sumProse[max(int(e.lo), min(line+1, int(e.hi)))]
}

// boxesBelow says whether all the prose of an element that stands below place, which it
// holds, is that of boxes.
func (p *Page) boxesBelow(place, el int32) bool {
	f := p.flat
	for up := place; up != el; up = f.elems[up].parent {
		if !p.areBoxes(f.elems[up].end, f.elems[up].parent, f.elems[up].hi) {
			return false
		}
	}
	return true
}

// areBoxes says whether all the prose of parent from a line on is that of boxes among
// its elements from first on. A box has a line of prose: two are a section of a text.
func (p *Page) areBoxes(first, parent, line int32) bool {
	f := p.flat
	in := int32(0)
	for i := first; i < f.elems[parent].end; i = f.elems[i].end {
		e := &f.elems[i]
		own := f.sumProse[e.hi] - f.sumProse[e.lo]
		if own > 0 && !p.isBox(i, 1) && !p.areBoxes(i+1, i, e.lo) {
			return false
		}
		in += own
	}
	return in > 0 && in == f.sumProse[f.elems[parent].hi]-f.sumProse[line] || f.sumProse[f.elems[parent].hi] == f.sumProse[line]
}
