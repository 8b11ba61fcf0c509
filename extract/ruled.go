package extract

import (
	"fmt"
	"strings"

	"golang.org/x/net/html"

	"fangzhi/archive"
)

// rowSet holds elements by their index.
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
func (p *Page) ruledNext() rowSet { return p.indexes(matches(p.root, p.rules.next)) }

// indexes finds nodes among the elements.
func (p *Page) indexes(nodes []*html.Node) rowSet {
	set := rowSet{}
	if len(nodes) == 0 {
		return set
	}
	want := make(map[*html.Node]bool, len(nodes))
	for _, n := range nodes {
		want[n] = true
	}
	for i := range p.flat.elems {
		if want[p.flat.elems[i].node] {
			set[int32(i)] = true
		}
	}
	return set
}

// hideRemoved hides the lines of what the rules say is never part of a body.
func (p *Page) hideRemoved() {
	f := p.flat
	for _, group := range p.rules.remove {
		for el := range p.indexes(matches(p.root, group)) {
			for i := f.elems[el].lo; i < f.elems[el].hi; i++ {
				f.lines[i].flags |= lineHidden
			}
		}
	}
}

// ruledText returns the text that a rule finds first, "" where it finds none.
func (p *Page) ruledText(group *selector) string {
	for _, n := range matches(p.root, group) {
		if s := nodeText(n); s != "" {
			return s
		}
	}
	return ""
}

// ruledTitle returns the title by rule.
func (p *Page) ruledTitle() (titleRead, bool) {
	s := p.ruledText(p.rules.title)
	if s == "" {
		return titleRead{}, false
	}
	t := titleRead{text: s, line: -1, subtitle: p.ruledText(p.rules.subtitle), evidence: evidence("title", "rule", p.in.Rules.Title, 1, differing(s, p.cutSite(strings.Join(plainMarkup(p.flat.title), " ")))...)}
	for el := range p.indexes(matches(p.root, p.rules.title)) {
		if e := &p.flat.elems[el]; e.hi > e.lo && (t.line < 0 || int(e.lo) < t.line) {
			t.line, t.sure = int(e.lo), true
		}
	}
	return t, true
}

// ruledBody returns the body by rule: every shown line of the elements that it
// finds.
func (p *Page) ruledBody() (span, bool) {
	p.bodyNodes = matches(p.root, p.rules.body)
	set := p.indexes(p.bodyNodes)
	if len(set) == 0 {
		p.bodyNodes = nil
		return span{el: -1}, false
	}
	f := p.flat
	s := span{el: -1}
	for el := range f.elems {
		if !set[int32(el)] {
			continue
		}
		e := &f.elems[el]
		if s.el < 0 {
			s.el, s.lo = int32(el), int(e.lo)
		}
		s.hi = max(s.hi, int(e.hi))
	}
	s.keep = make([]bool, s.hi-s.lo)
	for el := range set {
		for i := f.elems[el].lo; i < f.elems[el].hi; i++ {
			s.keep[int(i)-s.lo] = f.lines[i].flags&lineHidden == 0
		}
	}
	return s, true
}

// ruledDate returns the date by rule.
func (p *Page) ruledDate() (dateRead, bool) {
	for _, n := range matches(p.root, p.rules.date) {
		s := &clueSearch{Page: p, style: p.style()}
		text := halve(nodeText(n))
		d, ok := findDate(text, 0, s.style)
		if !ok {
			d, ok = s.labelledDate(text)
		}
		if ok {
			if d.clock && midnight(d) && d.zone == nil {
				d.clock = false
			}
			return dateRead{stamp: d, evidence: evidence("published", "rule", p.in.Rules.Date, trustRule)}, true
		}
	}
	return dateRead{}, false
}

// ruledFields sets source and author by rule.
func (p *Page) ruledFields(r *archive.Reading) {
	a := &r.Article
	for _, x := range []struct {
		field, css string
		group      *selector
		kind       field
		to         *string
	}{
		{"source", p.in.Rules.Source, p.rules.source, fieldSource, &a.Source},
		{"author", p.in.Rules.Author, p.rules.author, fieldAuthor, &a.Author},
	} {
		if x.group == nil {
			continue
		}
		text := halve(p.ruledText(x.group))
		value := trimValue(text)
		for _, h := range scanLabels(text) {
			if h.field == x.kind {
				value = h.value
				break
			}
		}
		if text == "" {
			instead := "nothing"
			for _, e := range a.Evidence {
				if e.Field == x.field {
					instead = e.Method
				}
			}
			r.Missing = append(r.Missing, archive.Missing{Field: x.field, Tried: fmt.Sprintf("rule %q; read by %s instead", x.css, instead)})
			continue
		}
		if value == "" {
			r.Missing = append(r.Missing, archive.Missing{Field: x.field, Tried: fmt.Sprintf("rule %q; it finds %q, which has no value", x.css, text)})
		}
		rival := *x.to
		*x.to = value
		kept := a.Evidence[:0]
		for _, e := range a.Evidence {
			if e.Field != x.field {
				kept = append(kept, e)
			}
		}
		a.Evidence = kept
		if value != "" {
			a.Evidence = append(a.Evidence, evidence(x.field, "rule", x.css, 1, differing(value, rival)...))
		}
	}
}

// findSubtitle returns the line right below the title that is set as one: with
// the dash that Chinese subtitles start with.
func (p *Page) findSubtitle(t *titleRead) string {
	if s := p.ruledText(p.rules.subtitle); s != "" {
		return s
	}
	if t.line < 0 || t.line+1 >= len(p.flat.lines) {
		return ""
	}
	l := &p.flat.lines[t.line+1]
	s := p.flat.lineText(t.line + 1)
	if l.w > 4*proseWeight || l.flags&lineHidden != 0 || !strings.HasPrefix(s, "——") && !strings.HasPrefix(s, "--") && !strings.HasPrefix(s, "—") {
		return ""
	}
	return strings.TrimLeft(s, "—- ")
}
