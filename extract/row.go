package extract

import (
	"strings"

	"golang.org/x/net/html/atom"
)

// row returns the list's row of which a link is the anchor, -1 where it is of
// none, and the day beside it. The row is the largest element round the anchor
// that holds no other long anchor.
func (f *flat) row(a *anchor, style dateStyle, text, u string) (int32, string) {
	w := weigh(text)
	if w < datedWeight || a.el < 0 || w < 2*datedWeight && isDay(text) {
		return -1, ""
	}
	if f.elems[a.el].all&(hintNav|hintFoot|hintHead) != 0 && w < rowWeight {
		return -1, ""
	}
	own := f.sumW[a.hi] - f.sumW[a.lo]
	if a.hi == a.lo+1 {
		if l := &f.lines[a.lo]; l.w-l.lw > max(2*rowWeight, l.lw) {
			return -1, "" // a link within running text
		}
	}
	row := int32(-1)
	for e, up := f.elems[a.el].parent, 0; e >= 0 && up < 6; e, up = f.elems[e].parent, up+1 {
		el := &f.elems[e]
		all, links := f.weightOf(e)
		if links > own+own/2+12 || all > own+rowRest {
			break // other links or a text of its own
		}
		row = e
		if el.tag == atom.Li || el.tag == atom.Tr || el.tag == atom.Dl {
			break
		}
	}
	if row < 0 {
		return -1, ""
	}
	day := f.dayIn(int(f.elems[row].lo), int(f.elems[row].hi), a, style, u)
	if day != "" && f.elems[a.el].all&(hintNav|hintFoot|hintHead) == 0 {
		return row, day
	}
	if w < rowWeight || f.elems[a.el].all&(hintNav|hintFoot|hintHead) != 0 {
		return -1, ""
	}
	return row, ""
}

// kinLevels is how many elements above a row's anchor tell its kind of list.
const kinLevels = 6

// kin tells lists apart that a page holds side by side: it hashes names and
// classes of what an anchor stands in. The parts of a list that is broken into
// several have the same.
func (f *flat) kin(el int32) uint32 {
	h := uint32(17)
	for up := 0; el >= 0 && up < kinLevels; el, up = f.elems[el].parent, up+1 {
		h = mixClass(h, &f.elems[el])
	}
	return h | 1
}

// dayIn returns the day that lines[lo:hi] give outside the anchor. A day
// without a year takes it from the link's URL where that has the same month
// and day.
func (f *flat) dayIn(lo, hi int, a *anchor, style dateStyle, u string) string {
	if hi-lo > 12 {
		return ""
	}
	var before, after string
	for i := lo; i < hi; i++ {
		l := &f.lines[i]
		off, end := l.off, l.end
		if a.off < end && a.end > off {
			before = joinBlank(before, f.text[off:max(off, min(a.off, end))])
			after = joinBlank(after, f.text[min(max(a.end, off), end):end])
			continue
		}
		if end <= a.off {
			before = joinBlank(before, f.text[off:end])
		} else {
			after = joinBlank(after, f.text[off:end])
		}
	}
	for _, s := range [...]string{after, before} {
		if s == "" || len(s) > 900 || !hasDigit(s) || isToday(s) {
			continue
		}
		s = halve(s)
		if d, ok := findDate(s, 0, style); ok {
			return d.date()
		}
		if d, ok := splitDay(s); ok {
			return d
		}
		if m, d, ok := monthAndDay(s); ok {
			if y := urlStamp(u); y.ok() && y.month == m && y.day == d {
				return y.date()
			}
		}
	}
	// A date may stand inside the anchor, beside the title.
	if s := f.text[a.off:a.end]; hasDigit(s) && strings.Contains(s, "\n") {
		for part := range strings.SplitSeq(s, "\n") {
			if part = halve(part); hasDigit(part) && weigh(part) < 24 {
				if d, ok := findDate(part, 0, style); ok && int32(d.end-d.off) >= int32(len(part))/2 {
					return d.date()
				}
			}
		}
	}
	return ""
}

// isDay says whether a link's text is a day and hardly more: a calendar's.
func isDay(s string) bool {
	if !hasDigit(s) || len(s) > 60 {
		return false
	}
	s = halve(s)
	d, ok := findDate(s, 0, dateStyle{})
	return ok && weigh(s[:d.off])+weigh(s[d.end:]) < 12
}

// monthDayBeside says whether a month and a day stand beside a link in its row.
func (f *flat) monthDayBeside(a *anchor) bool {
	for e, up := f.elems[a.el].parent, 0; e >= 0 && up < 3; e, up = f.elems[e].parent, up+1 {
		el := &f.elems[e]
		all, links := f.weightOf(e)
		own := f.sumW[a.hi] - f.sumW[a.lo]
		if links > own+12 || all > own+40 {
			return false
		}
		for i := el.lo; i < el.hi; i++ {
			if s := f.lineText(int(i)); f.lines[i].w <= 40+own && hasDigit(s) {
				if l := &f.lines[i]; l.off < a.off || l.end > a.end {
					rest := f.text[l.off:max(l.off, min(a.off, l.end))] + " " + f.text[min(max(a.end, l.off), l.end):l.end]
					if _, _, ok := monthAndDay(halve(rest)); ok {
						return true
					}
				}
			}
		}
	}
	return false
}

func joinBlank(a, b string) string {
	if a == "" {
		return b
	}
	if b == "" {
		return a
	}
	return a + " " + b
}

func hasDigit(s string) bool {
	return strings.ContainsAny(s, "0123456789０１２３４５６７８９") || strings.Contains(s, "年")
}

// splitDay reads a date laid out as a large day over year and month: 29
// 2022-06. A stylesheet may part them: 292022-06.
func splitDay(s string) (string, bool) {
	for i := 0; i < len(s); i++ {
		n := digits(s, i)
		if n == 6 {
			n = 2
		}
		if n == 0 || n > 2 {
			i += n
			continue
		}
		day := number(s[i : i+n])
		j := skipBlanks(s, i+n)
		if digits(s, j) != 4 {
			i += n
			continue
		}
		year := number(s[j : j+4])
		if kind, k := parter(s, j+4); kind != 0 && kind != ' ' {
			if m := digits(s, k); m > 0 && m <= 2 && valid(year, number(s[k:k+m]), day) {
				return stamp{year: year, month: number(s[k : k+m]), day: day}.date(), true
			}
		}
		i += n
	}
	return "", false
}

// monthAndDay reads 06-29, 6/29 or 6月29日.
func monthAndDay(s string) (month, day int, ok bool) {
	for i := 0; i < len(s); i++ {
		n := digits(s, i)
		if n == 0 {
			continue
		}
		if n <= 2 {
			if kind, j := parter(s, i+n); kind != 0 && kind != ' ' {
				m := digits(s, j)
				if m == 4 && j+4 < len(s) && s[j+4] == ':' {
					m = 2 // glued to the time: 09-3022:46
				}
				if m > 0 && m <= 2 && valid(2000, number(s[i:i+n]), number(s[j:j+m])) {
					return number(s[i : i+n]), number(s[j : j+m]), true
				}
			}
		}
		i += n - 1
	}
	return 0, 0, false
}
