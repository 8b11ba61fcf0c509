package extract

import (
	"strings"

	"golang.org/x/net/html/atom"
)

// headingCandidate is a visible line that may be the title.
type headingCandidate struct {
	line  int
	text  string
	score float64
	fit   float64 // the best agreement with any claim, 0 to 6
	level int     // 1 to 4, 5 where it is no heading element
	where string
}

const (
	// titleWeight is what a title says at least, as a rule: eight Han
	// characters, or four English words. What says less may be a column's name.
	titleWeight = 24
	// titleMost is the most that is taken for a title.
	titleMost = 600
)

// headings lists the visible lines that may be the title, the best first: heading
// elements, what is named a title, what stands right above the line with date
// and source, and whatever agrees with what the page claims.
func (p *Page) headings(whole string, claims []claim) []headingCandidate {
	f := p.flat
	var out []headingCandidate
	keys := make([]string, 0, len(claims)+1)
	trust := make([]float64, 0, len(claims)+1)
	if k := squeeze(whole); k != "" {
		keys, trust = append(keys, k), append(trust, 1)
	}
	for _, c := range claims {
		if k := squeeze(c.text); k != "" {
			keys, trust = append(keys, k), append(trust, c.trust/2)
		}
	}
	parts := partsOf(whole)
	byline := p.byline()
	for i := range f.lines {
		l := &f.lines[i]
		if l.flags&lineHidden != 0 || l.w < 4 || l.w > titleMost || l.el < 0 {
			continue
		}
		e := &f.elems[l.el]
		h := headingCandidate{line: i, level: 5}
		above := i < byline && i+3 >= byline && l.lw == 0 && l.w >= 15 && l.w <= 4*proseWeight && l.stops < 6 && !p.afterText(i)
		switch {
		case l.flags&lineHeading != 0:
			h.where, h.level = f.headingTag(l.el)
			h.score = 4 - float64(h.level)
		case e.hint&hintTitle != 0:
			h.where, h.score = "class or id", 1.5
		case above:
			h.where = "above the date line"
		default:
			h.where, h.score = "line", -1
		}
		if above {
			h.score += 4
		} else if byline >= 0 && i > byline+30 {
			h.score -= 2
		}
		if e.all&hintJunk != 0 {
			h.score -= 3
		}
		h.text = f.lineText(i)
		if h.score < 0 && !shares(h.text, whole, claims) {
			continue
		}
		key := squeeze(h.text)
		short := min(1, float64(l.w)/titleWeight)
		for n, k := range keys {
			a := agreement(key, k) * short
			if n == 0 && parts[key] > 0 {
				a = max(a, parts[key])
			}
			h.score += a * trust[n]
			h.fit = max(h.fit, a)
		}
		if l.lw > 0 && 2*l.lw > l.w {
			h.score--
		}
		if h.score <= 0 {
			continue
		}
		k := len(out)
		out = append(out, h)
		for ; k > 0 && out[k].score > out[k-1].score; k-- {
			out[k], out[k-1] = out[k-1], out[k]
		}
		if len(out) > 12 {
			out = out[:12]
		}
	}
	return out
}

// afterText says whether a line ends a sentence or follows running text closely:
// then it is the end of one, and no title.
func (p *Page) afterText(i int) bool {
	f := p.flat
	if strings.HasSuffix(f.lineText(i), "。") {
		return true
	}
	for j := max(0, i-4); j < i; j++ {
		if l := &f.lines[j]; l.isProse() && l.w >= 2*proseWeight {
			return true
		}
	}
	return false
}

// partsOf cuts a <title> at what parts article, column and site, and says how
// well a heading fits it that is one of the parts: the first is the article's as
// a rule, the last the site's.
func partsOf(whole string) map[string]float64 {
	out := map[string]float64{}
	for _, sep := range titleParts {
		cut := strings.Split(whole, sep)
		if len(cut) < 2 {
			continue
		}
		for i, c := range cut {
			if k := squeeze(c); k != "" {
				fit := 3.0
				if i == 0 {
					fit = 5.5
				}
				out[k] = max(out[k], fit)
			}
		}
	}
	return out
}

// firstPart is what stands before the first mark that parts a <title>.
func firstPart(whole string) (string, bool) {
	at := len(whole)
	for _, sep := range titleParts {
		if i := strings.Index(whole, sep); i > 0 && i < at {
			at = i
		}
	}
	s := strings.TrimSpace(whole[:at])
	return s, at < len(whole) && s != ""
}

// byline is the first line that gives a date together with the label of a date
// or source; -1 where there is none.
func (p *Page) byline() int {
	if !p.bylineKnown {
		p.bylineKnown, p.bylineAt = true, p.findByline()
	}
	return p.bylineAt
}

// dateLine is the line with date and source; where there is none near the title, one
// right below that which is a day and no more, if no link follows, as in rows.
func (p *Page) dateLine(title int) int {
	at := p.byline()
	if title < 0 || at > title && at <= title+4 {
		return at
	}
	f := p.flat
	i := title + 1
	for i < len(f.lines) && f.lines[i].flags&lineHidden != 0 {
		i++
	}
	if i+1 >= len(f.lines) {
		return at
	}
	l, next := &f.lines[i], &f.lines[i+1]
	if l.lw == 0 && l.flags&(lineItem|lineCell) == 0 && isDay(f.lineText(i)) && 2*next.lw <= next.w {
		return i
	}
	return at
}

func (p *Page) findByline() int {
	f := p.flat
	for i := range f.lines {
		l := &f.lines[i]
		if l.w < 8 || l.w > 240 || l.flags&lineHidden != 0 || 2*l.lw > l.w {
			continue
		}
		s := f.lineText(i)
		if !hasDigit(s) {
			continue
		}
		s = halve(s)
		for _, h := range scanLabels(s) {
			if h.field == fieldPublished || h.field == fieldModified || h.field == fieldSource {
				if _, ok := findDate(s, 0, p.style()); ok {
					return i
				}
			}
		}
	}
	return -1
}

// shares is a cheap test before agreement: one text holds the other.
func shares(s, whole string, claims []claim) bool {
	if len(s) < 6 {
		return false
	}
	if strings.Contains(whole, s) || strings.Contains(s, whole) && len(whole) > 12 {
		return true
	}
	for _, c := range claims {
		if strings.Contains(c.text, s) {
			return true
		}
	}
	return false
}

func (f *flat) headingTag(el int32) (string, int) {
	for up := 0; el >= 0 && up < 6; el, up = f.elems[el].parent, up+1 {
		switch f.elems[el].tag {
		case atom.H1:
			return "h1", 1
		case atom.H2:
			return "h2", 2
		case atom.H3:
			return "h3", 3
		case atom.H4, atom.H5, atom.H6:
			return f.elems[el].tag.String(), 4
		}
	}
	return "", 5
}
