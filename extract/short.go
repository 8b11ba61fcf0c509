package extract

import "strings"

const (
	// shortLines is how far below the line with date and source a short text
	// starts: buttons may stand between.
	shortLines = 6
	// shortWeight is the most that a short text weighs.
	shortWeight = 5 * proseWeight
)

// shortText finds the element that holds a text of a sentence or two, right
// below the title and the line with date and source: 本文已作废, 见附件. No line of
// it is long enough to tell, so where it stands has to. It returns -1 where a
// page has no such lines, or no such text below them.
func (p *Page) shortText(title int) int32 {
	f := p.flat
	at := p.dateLine(title)
	if title < 0 || at <= title || at > title+4 {
		return -1
	}
	for i := at + 1; i < min(len(f.lines), at+1+shortLines); i++ {
		if !p.saysShortly(i) {
			continue
		}
		el := f.lines[i].el
		for isFlow(f.elems[el].tag) && f.elems[el].parent > 0 && p.below(f.elems[el].parent, at) <= shortWeight {
			el = f.elems[el].parent
		}
		for up := f.elems[el].parent; up > 0 && int(f.elems[up].lo) > at; up = f.elems[up].parent {
			if f.elems[up].hint&hintContent != 0 {
				el = up
			}
		}
		if p.below(el, at) > shortWeight {
			return -1
		}
		return el
	}
	return -1
}

// below is the weight of what an element says below a line; over shortWeight
// where that is much.
func (p *Page) below(el int32, line int) (w int32) {
	e := &p.flat.elems[el]
	if int(e.hi)-line > shortWeight {
		return shortWeight + 1 // each line weighs something, as good as
	}
	for i := max(int(e.lo), line+1); i < int(e.hi) && w <= shortWeight; i++ {
		if p.keepLine(i) {
			w += p.flat.lines[i].w
		}
	}
	return w
}

// saysShortly says whether a line may be the first of a short text.
func (p *Page) saysShortly(i int) bool {
	f := p.flat
	l := &f.lines[i]
	if !p.keepLine(i) || l.el < 0 || l.w < wideWeight || l.w > shortWeight || 2*l.lw > l.w && l.flags&lineFile == 0 || p.isByline(i) {
		return false
	}
	text := f.lineText(i)
	kind, _ := phraseOf(text)
	return kind == 0 && !isLegal(text) && !strings.HasSuffix(text, "：")
}

// outranks says whether a short text is the page's, and not the prose of an
// element farther down: a box, or the page's foot. It is where it is named a
// text and the other is not; or, in Chinese pages, a sentence of its own below a
// title in whose wrapper there is no prose, while leads are prose.
func (p *Page) outranks(short, best int32, title int) bool {
	f := p.flat
	if f.elems[best].lo < f.elems[short].hi || f.isNamedText(best, title) {
		return false
	}
	if f.isNamedText(short, title) {
		return true
	}
	meet := short
	for meet > 0 && int(f.elems[meet].lo) > title {
		meet = f.elems[meet].parent
	}
	if meet < 0 {
		return false
	}
	if e := &f.elems[meet]; !p.wide() || f.elems[best].lo < e.hi || f.sumProse[e.hi] > f.sumProse[e.lo] {
		return false
	}
	for i := int(f.elems[short].lo); i < int(f.elems[short].hi); i++ {
		if i > p.dateLine(title) && p.saysShortly(i) {
			text := strings.TrimRight(f.lineText(i), "）)")
			return strings.HasSuffix(text, "。") || strings.HasSuffix(text, "附件")
		}
	}
	return false
}

// isNamedText says whether el, or what it stands in below the title, is named as
// the text of an article.
func (f *flat) isNamedText(el int32, title int) bool {
	for ; el > 0 && int(f.elems[el].lo) > title; el = f.elems[el].parent {
		if f.elems[el].hint&hintContent != 0 {
			return true
		}
	}
	return false
}

// takeShort takes the short text of a page where nothing is left of what looked
// like its body: the small print below.
func (p *Page) takeShort(s *span, title *titleRead) {
	if s.weight(p.flat) > 0 {
		return
	}
	place, wrapper := p.emptyPlace(title.anchor())
	if el := p.shortText(title.anchor()); el >= 0 && (place < 0 || p.flat.within(el, wrapper)) {
		*s = p.spanOf(el)
		p.trim(s, title)
	}
}
