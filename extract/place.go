package extract

import "strings"

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
	if place < 0 || p.below(place, at) >= proseWeight {
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

// inEmptyPlace puts the body where a text would stand but does not, if what was taken
// for it stands apart from that, behind it and not named as a text: the weather, a
// notice of the portal's, its foot. Pictures there are the body.
func (p *Page) inEmptyPlace(body int32, title int) (int32, bool) {
	f := p.flat
	place, wrapper := p.emptyPlace(title)
	if place < 0 || body >= 0 && (f.elems[body].lo < f.elems[wrapper].hi || f.isNamedText(body, title)) {
		return body, false
	}
	if held := p.picturesOf(title); held >= 0 && f.within(held, wrapper) {
		return held, true
	}
	return place, true
}

// namedWithin is the place of the text where what is worth most holds more than it:
// right below the line with date and source, with what the boxes beside it do not
// clearly outweigh and none of them that is named as a text. El is what is worth most,
// and stays it where there is no such place.
func (p *Page) namedWithin(el int32, title int) int32 {
	f := p.flat
	at := p.dateLine(title)
	if el < 0 || title < 0 || at <= title || at > title+4 || !p.wide() {
		return el
	}
	prose := func(i int32) int32 {
		e := &f.elems[i]
		return f.sumProse[e.hi] - f.sumProse[max(int(e.lo), min(at+1, int(e.hi)))]
	}
	all := prose(el)
	place := int32(-1)
	for i := el + 1; i < f.elems[el].end; i++ {
		e := &f.elems[i]
		if int(e.lo) <= at || e.all&(hintJunk|hintCaption) != 0 || place >= 0 && f.within(i, place) {
			continue
		}
		if own := prose(i); own == 0 || !isPlaceOfText(e) {
			continue
		} else if place >= 0 || int(e.lo) > at+1+shortLines || clearlyNamed*own < all-own {
			return el
		}
		place = i
	}
	if place < 0 || prose(place) == all || f.sumProse[f.elems[place].lo] > f.sumProse[at+1] {
		return el // a lead stands above it
	}
	if below := f.elems[place].hi; f.hasAnswer(below, min(f.elems[el].hi, below+answerLines)) {
		return el // it is half of a letter
	}
	return place
}
