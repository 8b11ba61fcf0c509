package archive

import (
	"slices"
	"strings"
	"time"
	"unicode"
)

// Mask is a line that changes on every fetch and says nothing by it: a counter,
// today's date, a token that slipped into the text. It holds what the line says
// otherwise to the letter, so an edit of it is no match.
type Mask struct {
	Field string    `json:"field"` // body, source, author or attachments
	Parts []string  `json:"parts"` // what stands before, between and after the runs that change
	Kinds []RunKind `json:"kinds"` // of these runs
}

// RunKind is what a run that changes consists of.
type RunKind string

// The kinds of runs.
const (
	Digits  RunKind = "digits"
	Token   RunKind = "token"   // eight Latin letters and digits or more, a digit among them
	Weekday RunKind = "weekday" // the character after 星期 or 周
)

// String is the mask as people read it: 浏览次数：#.
func (m Mask) String() string { return strings.Join(m.Parts, "#") }

// Equal says whether m and o are the same mask.
func (m Mask) Equal(o Mask) bool {
	return m.Field == o.Field && slices.Equal(m.Parts, o.Parts) && slices.Equal(m.Kinds, o.Kinds)
}

// Covers says whether line, folded, is m with any runs.
func (m Mask) Covers(field, line string) bool {
	if field != m.Field {
		return false
	}
	runs := runsOf(line)
	var text strings.Builder
	part := 0
	for _, r := range runs {
		// A run is one that changes where all up to it is the part before it.
		if part < len(m.Kinds) && r.is(m.Kinds[part]) && text.String() == m.Parts[part] {
			text.Reset()
			part++
			continue
		}
		text.WriteString(r.text)
	}
	return part == len(m.Kinds) && text.String() == m.Parts[part]
}

// textRun is a piece of a line: Latin letters and digits, a weekday's character,
// or what stands between.
type textRun struct {
	text    string
	plain   bool // Latin letters and digits
	weekday bool
}

func (r textRun) is(k RunKind) bool {
	switch k {
	case Digits:
		return r.plain && strings.Trim(r.text, "0123456789") == ""
	case Token:
		return r.plain && len(r.text) >= 8 && strings.ContainsAny(r.text, "0123456789")
	}
	return r.weekday
}

func runsOf(line string) (runs []textRun) {
	for len(line) > 0 {
		n := strings.IndexFunc(line, func(r rune) bool { return !alphanumeric(r) })
		if n < 0 {
			n = len(line)
		}
		if n > 0 {
			runs = append(runs, textRun{text: line[:n], plain: true})
			line = line[n:]
			continue
		}
		n = strings.IndexFunc(line, alphanumeric)
		if n < 0 {
			n = len(line)
		}
		between := line[:n]
		line = line[n:]
		for between != "" {
			at, mark := -1, ""
			for _, m := range []string{"星期", "周"} {
				if i := strings.Index(between, m); i >= 0 && (at < 0 || i < at) {
					at, mark = i, m
				}
			}
			day := at + len(mark)
			if at < 0 || day >= len(between) || !strings.ContainsRune("一二三四五六日天", []rune(between[day:])[0]) {
				runs = append(runs, textRun{text: between})
				break
			}
			end := day + len("一")
			runs = append(runs, textRun{text: between[:day]}, textRun{text: between[day:end], weekday: true})
			between = between[end:]
		}
	}
	return runs
}

func alphanumeric(r rune) bool {
	return r < 0x80 && (unicode.IsDigit(r) || unicode.IsLetter(r))
}

// fieldLine is one line of an article, or one sentence of it, folded.
type fieldLine struct{ field, text string }

const sentenceEnds = "。！？；"

// maskable are the lines of a in which noise is looked for.
func maskable(a Article) (lines []fieldLine) {
	for line := range strings.Lines(a.Body) {
		for rest := Fold(line); rest != ""; {
			n := len(rest)
			if end := strings.IndexAny(rest, sentenceEnds); end >= 0 {
				n = end + len("。")
			}
			lines = append(lines, fieldLine{"body", rest[:n]})
			rest = rest[n:]
		}
	}
	lines = append(lines, fieldLine{"source", Fold(a.Source)}, fieldLine{"author", Fold(a.Author)})
	for _, f := range a.Attachments {
		lines = append(lines, fieldLine{"attachments", Fold(f.Name) + " " + Address(f.URL)})
	}
	return lines
}

// maxMasked is the longest line, in characters, that can be a mask.
const maxMasked = 80

// Noise returns the masks of the lines in which b differs from a; ok is false
// where it differs in more, or in what may be an edit: other words, lines that
// came or went, a sentence. Pictures have no say, as in a fingerprint.
func Noise(a, b Article) (masks []Mask, ok bool) {
	bare := func(a Article) Article {
		a.Body, a.Source, a.Author, a.Attachments = "", "", "", nil
		a.Pictures = nil
		return a
	}
	if FingerprintOf(bare(a)) != FingerprintOf(bare(b)) {
		return nil, false
	}
	x, y := maskable(a), maskable(b)
	if len(x) != len(y) {
		return nil, false
	}
	for i := range x {
		if x[i] == y[i] {
			continue
		}
		m, ok := maskOf(x[i], y[i])
		if !ok {
			return nil, false
		}
		masks = append(masks, m)
	}
	return masks, len(masks) > 0
}

// maskOf is the mask of two lines that differ in runs alone.
func maskOf(x, y fieldLine) (m Mask, ok bool) {
	if x.field != y.field || len([]rune(x.text)) > maxMasked || strings.ContainsAny(x.text, sentenceEnds) {
		return m, false
	}
	return between(x, y, 0, 0)
}

// between is the mask of two lines that differ in runs alone. The digits from
// start to end of y are taken for ones that change too.
func between(x, y fieldLine, start, end int) (m Mask, ok bool) {
	a, b := runsOf(x.text), runsOf(y.text)
	if len(a) != len(b) {
		return m, false
	}
	m.Field = x.field
	part, at := "", 0
	for i := range a {
		within := at < end && at+len(b[i].text) > start && (b[i].is(Digits) || b[i].is(Weekday))
		at += len(b[i].text)
		if a[i] == b[i] && !within {
			part += a[i].text
			continue
		}
		k := slices.IndexFunc(allKinds, func(k RunKind) bool { return a[i].is(k) && b[i].is(k) })
		if k < 0 {
			return m, false
		}
		m.Parts, m.Kinds = append(m.Parts, part), append(m.Kinds, allKinds[k])
		part = ""
	}
	m.Parts = append(m.Parts, part)
	return m, true
}

var allKinds = []RunKind{Digits, Token, Weekday}

// Dated returns m as the mask of a date, all of it; ok is false unless the line
// told, of each of two articles, the day on which it was fetched. Days are those
// of the times' zone.
func (m Mask) Dated(before, now Article, at, nowAt time.Time) (dated Mask, ok bool) {
	x, ok := m.line(before)
	y, also := m.line(now)
	if !ok || !also {
		return m, false
	}
	if _, _, ok := dateIn(x.text, at); !ok {
		return m, false
	}
	start, end, ok := dateIn(y.text, nowAt)
	if !ok {
		return m, false
	}
	return between(x, y, start, end)
}

// line is the line of a that m covers.
func (m Mask) line(a Article) (fieldLine, bool) {
	lines := maskable(a)
	i := slices.IndexFunc(lines, func(l fieldLine) bool { return m.Covers(l.field, l.text) })
	if i < 0 {
		return fieldLine{}, false
	}
	return lines[i], true
}

// In says whether m covers a line of a.
func (m Mask) In(a Article) bool {
	_, ok := m.line(a)
	return ok
}

// dateIn returns where a line tells a day, as portals write it.
func dateIn(line string, day time.Time) (start, end int, ok bool) {
	for _, layout := range []string{"2006年1月2日", "2006年01月02日", "2006-01-02", "2006-1-2", "2006/01/02", "2006/1/2", "2006.01.02", "2006.1.2"} {
		text := day.Format(layout)
		if i := strings.Index(line, text); i >= 0 {
			return i, i + len(text), true
		}
	}
	return 0, 0, false
}

// named says whether m has a name, so that its like on another page is the same
// thing: 浏览次数 is, a bare date or number is not.
func (m Mask) named() bool {
	letters := 0
	for _, part := range m.Parts {
		for _, r := range part {
			if unicode.IsLetter(r) && !strings.ContainsRune("年月日时分秒号星期周第次", r) {
				letters++
			}
		}
	}
	return letters >= 2
}
