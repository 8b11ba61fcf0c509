package extract

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// stamp is a date as a text gives it, with a time where the text gives one.
type stamp struct {
	year, month, day  int
	hour, minute, sec int
	clock             bool // hour and minute were given
	zone              *time.Location
	off, end          int  // where it stands in the text that was scanned
	sure              bool // year first, or the month named: no other reading
}

func (s stamp) ok() bool { return s.month != 0 }

// day returns YYYY-MM-DD.
func (s stamp) date() string {
	return time.Date(s.year, time.Month(s.month), s.day, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
}

// in returns the moment in zone; without a time it is that day's midnight.
func (s stamp) in(zone *time.Location) time.Time {
	if !s.clock {
		return time.Date(s.year, time.Month(s.month), s.day, 0, 0, 0, 0, zone)
	}
	from := s.zone
	if from == nil {
		from = zone
	}
	return time.Date(s.year, time.Month(s.month), s.day, s.hour, s.minute, s.sec, 0, from).In(zone)
}

// sameDay compares days as zone sees them.
func (s stamp) sameDay(o stamp, zone *time.Location) bool {
	return s.in(zone).Format(time.DateOnly) == o.in(zone).Format(time.DateOnly)
}

// dateStyle says how a page writes dates where digits alone leave it open.
type dateStyle struct {
	monthFirst bool // 04/26/2022: the United States and few others
	roc        bool // years of the Republic of China without its name: 113/11/28
}

// Years that can be those of a page.
const minYear, maxYear = 1990, 2099

func valid(y, m, d int) bool {
	if y < minYear || y > maxYear || m < 1 || m > 12 || d < 1 || d > 31 {
		return false
	}
	return d <= 28 || time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC).Day() == d
}

// halve returns s with full-width ASCII and odd blanks made plain, so that
// dates and labels have one form.
func halve(s string) string {
	ascii := true
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			ascii = false
			break
		}
	}
	if ascii {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		switch {
		case r >= '！' && r <= '～':
			b.WriteByte(byte(r - '！' + '!'))
		case r == 0x3000 || r == 0xa0 || r >= 0x2000 && r <= 0x200a || r == 0x202f:
			b.WriteByte(' ')
		case r == '〔' || r == '﹝':
			b.WriteByte('[')
		case r == '〕' || r == '﹞':
			b.WriteByte(']')
		case r == '–' || r == '—' || r == '−' || r == '‐' || r == '‑':
			b.WriteByte('-')
		case r == '⁄':
			b.WriteByte('/')
		case r >= 0x660 && r <= 0x669: // Arabic-Indic digits
			b.WriteByte(byte('0' + r - 0x660))
		case r >= 0x6f0 && r <= 0x6f9:
			b.WriteByte(byte('0' + r - 0x6f0))
		case r >= 0x966 && r <= 0x96f: // Devanagari
			b.WriteByte(byte('0' + r - 0x966))
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// findDate returns the first date of s from offset from on; s must be halved.
func findDate(s string, from int, style dateStyle) (stamp, bool) {
	for i := from; i < len(s); {
		c := s[i]
		switch {
		case isDigit(c):
			n := digits(s, i)
			if d, ok := numericDate(s, i, n, style); ok {
				d = withClock(s, d)
				return d, true
			}
			i += n
		case c|0x20 >= 'a' && c|0x20 <= 'z':
			n := letters(s, i)
			if d, ok := namedDate(s, i, n); ok {
				return withClock(s, d), true
			}
			i += n
		case c < utf8.RuneSelf:
			i++
		default:
			r, size := utf8.DecodeRuneInString(s[i:])
			if d, ok := hanDate(s, i, r); ok {
				return withClock(s, d), true
			}
			if !isWide(r) && unicode.IsLetter(r) {
				n := letters(s, i)
				if d, ok := namedDate(s, i, n); ok {
					return withClock(s, d), true
				}
				i += max(n, size)
				continue
			}
			i += size
		}
	}
	return stamp{}, false
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// digits is the length of the run of digits at i.
func digits(s string, i int) int {
	n := 0
	for i+n < len(s) && isDigit(s[i+n]) {
		n++
	}
	return n
}

// letters is the length in bytes of the run of letters at i.
func letters(s string, i int) int {
	n := 0
	for i+n < len(s) {
		c := s[i+n]
		if c < utf8.RuneSelf {
			if c|0x20 < 'a' || c|0x20 > 'z' {
				break
			}
			n++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i+n:])
		if isWide(r) || !unicode.IsLetter(r) && !unicode.Is(unicode.M, r) {
			break
		}
		n += size
	}
	return n
}

func number(s string) int {
	n := 0
	for i := 0; i < len(s) && i < 9; i++ {
		n = n*10 + int(s[i]-'0')
	}
	return n
}

// skipBlanks returns the offset after the blanks at i.
func skipBlanks(s string, i int) int {
	for i < len(s) && s[i] == ' ' {
		i++
	}
	return i
}

// parter reads what parts year, month and day at i: - / . _ or 年 月 and their
// Korean and Japanese like, with blanks round them.
func parter(s string, i int) (kind byte, next int) {
	j := skipBlanks(s, i)
	if j >= len(s) {
		return 0, i
	}
	switch s[j] {
	case '-', '/', '.', '_':
		return s[j], skipBlanks(s, j+1)
	}
	for _, w := range [...]string{"年", "月", "년", "월", "·"} {
		if strings.HasPrefix(s[j:], w) {
			return 'Y', skipBlanks(s, j+len(w))
		}
	}
	if j > i {
		return ' ', j
	}
	return 0, i
}

// numericDate reads the date that starts with the n digits at i.
func numericDate(s string, i, n int, style dateStyle) (stamp, bool) {
	if i > 0 && (s[i-1] == '.' || s[i-1] == '-' || s[i-1] == '/') && i > 1 && isDigit(s[i-2]) {
		return stamp{}, false // the middle of a longer number
	}
	v := number(s[i : i+min(n, 9)])
	switch {
	case n == 8 || n == 14 || n == 12:
		y, m, d := number(s[i:i+4]), number(s[i+4:i+6]), number(s[i+6:i+8])
		if !valid(y, m, d) {
			return stamp{}, false
		}
		out := stamp{year: y, month: m, day: d, off: i, end: i + 8, sure: true}
		if n > 8 {
			out.hour, out.minute, out.clock, out.end = number(s[i+8:i+10]), number(s[i+10:i+12]), true, i+n
			if n == 14 {
				out.sec = number(s[i+12 : i+14])
			}
			if out.hour > 23 || out.minute > 59 || out.sec > 59 {
				return stamp{}, false
			}
		}
		return out, true
	case n == 4 && v >= minYear && v <= maxYear:
		return monthDay(s, i, i+n, v)
	case n == 3 && v >= 80 && v <= 150 || n == 2 && v >= 80:
		before := strings.TrimRight(s[:i], " ")
		if style.roc || strings.HasSuffix(before, "民國") || strings.HasSuffix(before, "民国") {
			return monthDay(s, i, i+n, v+1911)
		}
	}
	if n <= 2 {
		if era, ok := eraDate(s, i, v); ok {
			return monthDay(s, i, i+n, era)
		}
		return dayFirst(s, i, n, style)
	}
	return stamp{}, false
}

// monthDay reads month and day after a year that ends at j.
func monthDay(s string, i, j, year int) (stamp, bool) {
	kind, j := parter(s, j)
	if kind == 0 || j >= len(s) {
		return stamp{}, false
	}
	n := digits(s, j)
	if n == 0 || n > 2 {
		return stamp{}, false
	}
	month := number(s[j : j+n])
	second, k := parter(s, j+n)
	if second == 0 || (kind == 'Y') != (second == 'Y') || kind == ' ' && second != ' ' {
		return stamp{}, false
	}
	n = digits(s, k)
	clock := n == 4 && k+4 < len(s) && (s[k+4] == ':') // glued: 09-3022:46
	if clock || n == 3 && k+3 < len(s) && s[k+3] == ':' {
		n = 2
	}
	if n == 0 || n > 2 {
		return stamp{}, false
	}
	day := number(s[k : k+n])
	if !valid(year, month, day) {
		return stamp{}, false
	}
	end := k + n
	if kind == ' ' && !clock && end < len(s) && s[end] == ':' {
		return stamp{}, false
	}
	for _, w := range [...]string{"日", "号", "號", "일"} {
		if t := skipBlanks(s, end); strings.HasPrefix(s[t:], w) {
			end = t + len(w)
		}
	}
	return stamp{year: year, month: month, day: day, off: i, end: end, sure: true}, true
}

// dayFirst reads 26.04.2022, 26/04/2022, 04/26/2022, 26.04.22 and the like.
func dayFirst(s string, i, n int, style dateStyle) (stamp, bool) {
	kind, j := parter(s, i+n)
	if kind == 0 || kind == 'Y' || kind == ' ' || kind == '_' {
		return stamp{}, false
	}
	m := digits(s, j)
	if m == 0 || m > 2 {
		return stamp{}, false
	}
	second, k := parter(s, j+m)
	if second != kind {
		return stamp{}, false
	}
	l := digits(s, k)
	glued := l == 6 && k+6 < len(s) && s[k+6] == ':'
	if glued {
		l = 4
	}
	a, b, y := number(s[i:i+n]), number(s[j:j+m]), number(s[k:k+l])
	switch {
	case l == 4:
	case l == 2 && y >= 10 && y <= 50 && kind != '-' && n == 2 && m == 2: // 27.04.24
		y += 2000
		if k+l < len(s) && (s[k+l] == '.' || s[k+l] == ':') && k+l+1 < len(s) && isDigit(s[k+l+1]) {
			return stamp{}, false
		}
	default:
		return stamp{}, false
	}
	d, mo := a, b
	if kind == '/' && style.monthFirst && a <= 12 || b > 12 {
		d, mo = b, a
	}
	if !valid(y, mo, d) {
		return stamp{}, false
	}
	sure := l == 4 && (a > 12 || b > 12 || a == b || kind == '.')
	return stamp{year: y, month: mo, day: d, off: i, end: k + l, sure: sure}, true
}
