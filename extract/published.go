package extract

import (
	"strings"
	"time"
	"unicode/utf8"

	"fangzhi/archive"
)

// dateRead is a publication date and how it is known.
type dateRead struct {
	stamp
	evidence archive.Evidence
	tried    string
}

// dateClue is a date found somewhere, with how far it is to be believed.
type dateClue struct {
	stamp
	method, where string
	confidence    float64
}

// What a clue is worth by where it stands. A date under a label is what the
// page says; metas and JSON-LD are what its software says, which may be the
// time of a regeneration; a bare date near the title is one of several that a
// page may show.
const (
	trustRule   = 1
	trustLabel  = .95
	trustByline = .92
	trustMeta   = .9
	trustTime   = .8
	trustLine   = .75
	trustWeak   = .7 // metas that also carry days of editions and regenerations
	trustLate   = .65
	trustFull   = .63 // a date near the title among other words: a caption's, perhaps
	trustChange = .6  // a date of change, where no other is given
	trustScript = .5
)

// style says how the page writes dates.
func (p *Page) style() dateStyle { return p.dates }

// styleOf tells by the host's country and the page's language how it writes
// dates.
func styleOf(rawURL, lang string) dateStyle {
	country := countryOf(rawURL)
	lang = strings.ToLower(lang)
	return dateStyle{
		monthFirst: lang == "en-us" || lang == "en" && (country == "" || country == "us") || lang == "" && country == "",
		roc:        country == "tw",
	}
}

// findPublished finds the publication date: the clue that is worth most, the
// first of equals. The time is taken from another clue where the day agrees.
func (p *Page) findPublished(body *span, title *titleRead) dateRead {
	clues := p.dateClues(body, title)
	if len(clues) == 0 {
		return dateRead{tried: "label, meta, json-ld, time, line near the title, script"}
	}
	best := clues[0]
	for _, c := range clues[1:] {
		if c.confidence > best.confidence {
			best = c
		}
	}
	zone := p.in.Zone
	// Of two dates by the page's software the earlier is the publication; a
	// later one is of a new edition.
	if best.confidence == trustMeta {
		for _, c := range clues {
			if c.confidence == trustMeta && c.in(zone).Before(best.in(zone)) && !c.sameDay(best.stamp, zone) {
				best = c
			}
		}
	}
	d := best.stamp
	if !d.clock {
		for _, c := range clues {
			if c.clock && c.confidence >= trustTime && d.sameDay(c.stamp, zone) {
				d.hour, d.minute, d.sec, d.clock, d.zone = c.hour, c.minute, c.sec, true, c.zone
				d.year, d.month, d.day = c.year, c.month, c.day
				break
			}
		}
	}
	e := evidence("published", best.method, best.where, best.confidence)
	for _, c := range clues {
		if !c.sameDay(d, zone) {
			e.Others = append(e.Others, differing("", c.date(), e.Others...)...)
		}
	}
	if u := urlStamp(p.in.URL); u.ok() {
		if u.sameDay(d, zone) {
			e.Confidence = min(1, e.Confidence+.04)
		} else {
			e.Others = append(e.Others, differing("", u.date(), e.Others...)...)
		}
	}
	return dateRead{stamp: d, evidence: e}
}

// dateClues collects every date that may be the publication's, in the order in
// which they are met.
func (p *Page) dateClues(body *span, title *titleRead) []dateClue {
	s := &clueSearch{Page: p, style: p.style()}
	from, to := p.headRegion(body, title)
	f := p.flat
	end := len(f.lines)
	if body.el >= 0 {
		end = min(end, body.hi+15)
	}
	for i := 0; i < end; i++ {
		l := &f.lines[i]
		if l.flags&lineHidden != 0 || l.w > 400 || l.end-l.off > 1500 {
			continue
		}
		if h := f.hintsAt(i); h&(hintRelated|hintComment|hintSide|hintAd|hintNav) != 0 {
			continue
		}
		text := f.lineText(i)
		if l.w <= proseWeight && !hasDigit(text) && i+1 < end && f.isLabelLine(i) {
			// A label in a cell of its own: the value is the next cell.
			text += "：" + f.lineText(i+1)
			i++
		}
		if !hasDigit(text) && !strings.ContainsAny(text, "〇○") {
			continue
		}
		switch {
		case i >= from && i < to:
			s.headLine(i, halve(text), i-title.line)
		case body.has(i):
			s.postedLine(halve(text))
		case l.w <= 200:
			s.otherLine(i, halve(text), i >= to)
		}
	}
	p.metaClues(s)
	p.timeClues(s, body, from)
	if len(s.clues) == 0 {
		p.scriptClue(s)
	}
	return s.clues
}

// clueSearch collects dates.
type clueSearch struct {
	*Page
	style dateStyle
	clues []dateClue
}

func (s *clueSearch) add(d stamp, method, where string, confidence float64) {
	if d.clock && midnight(d) && d.zone == nil {
		d.clock = false // a template's way to print a day
	}
	s.clues = append(s.clues, dateClue{d, method, where, confidence})
}

func midnight(s stamp) bool { return s.hour == 0 && s.minute == 0 && s.sec == 0 }

// labels adds the labelled dates of a line and says where other labelled dates
// start, which are not the publication's.
func (s *clueSearch) labels(text string, weak bool) (hits []labelled, cut int, found bool) {
	hits = scanLabels(text)
	cut = len(text)
	for _, h := range hits {
		switch h.field {
		case fieldWritten, fieldOtherDate:
			cut = min(cut, h.off)
		case fieldPublished, fieldModified:
			if utf8.RuneCountInString(h.word) <= 2 && weak {
				continue
			}
			value := text[h.from:h.end]
			d, ok := s.labelledDate(value)
			if !ok {
				continue
			}
			if h.field == fieldPublished {
				s.add(d, "label", h.word, trustLabel)
			} else {
				s.add(d, "label", h.word, trustChange)
			}
			found = true
		}
	}
	return hits, cut, found
}

// labelledDate reads the date at the start of a label's value. Under a label
// years may have two digits, or be left out where the URL has them.
func (s *clueSearch) labelledDate(value string) (stamp, bool) {
	if d, ok := findDate(value, 0, s.style); ok && d.off < 24 {
		return d, true
	}
	value = strings.TrimLeft(value, " ")
	if n := digits(value, 0); n == 2 {
		if d, ok := monthDay(value, 0, 2, 2000+number(value[:2])); ok && d.year < 2050 {
			return withClock(value, d), true
		}
	}
	if m, d, ok := monthAndDay(value); ok {
		if u := urlStamp(s.in.URL); u.ok() && u.month == m && u.day == d {
			return u, true
		}
	}
	return stamp{}, false
}

// isLabelLine says whether line i is a label and nothing else.
func (f *flat) isLabelLine(i int) bool {
	hits := scanLabels(halve(f.lineText(i)))
	return len(hits) == 1 && hits[0].off == 0 && hits[0].value == "" && hits[0].field != fieldNoise
}

// nextCell is the text of the line after i, where that is the next cell.
func (p *Page) nextCell(i int) string {
	f := p.flat
	if i+1 >= len(f.lines) || f.lines[i+1].w > 120 {
		return ""
	}
	return halve(f.lineText(i + 1))
}

// headLine reads a line near the title.
func (s *clueSearch) headLine(i int, text string, below int) {
	hits, cut, found := s.labels(text, false)
	l := &s.flat.lines[i]
	if found {
		return
	}
	text = text[:cut]
	at := 0
	for range 4 {
		d, ok := findDate(text, at, s.style)
		if !ok || below < 0 && isToday(text) {
			return
		}
		// Posted on June 29, 2020November 12, 2021: of two dates with nothing
		// between a stylesheet hides the first, and the second is what is left to
		// read.
		if next, ok := findDate(text, d.end, s.style); ok && next.off == d.end && next.sure && !d.clock {
			s.add(d, "line", "near the title", trustLine)
			d = next
		}
		s.headDate(l, text, at, d, len(hits) > 0)
		at = d.end
	}
}

// bylineRest is the most that a line says besides a date that stands in it
// without a label: an author, a place, a column. Captions say more.
const bylineRest = 42

// headDate weighs one date of a line near the title; before it, from at on,
// stand the words that may label it.
func (s *clueSearch) headDate(l *line, text string, at int, d stamp, labels bool) {
	word := wordBefore(text[at:max(at, d.off)])
	if 2*l.lw > l.w+8 && (word == fieldNone || l.w > proseWeight) {
		return // another article's
	}
	switch {
	case word == fieldModified:
		s.add(d, "label", "updated", trustChange)
	case word == fieldPublished && l.w < 2*proseWeight:
		s.add(d, "label", "published", trustLabel-.01)
	case labels && !l.isProse(), d.clock && weigh(text)-weigh(text[d.off:d.end]) < 30 && hasWide(text):
		s.add(d, "line", "date and source", trustByline)
	case l.isProse() && d.off > 40: // an event's
	case weigh(text[:d.off])+weigh(text[d.end:]) < bylineRest:
		s.add(d, "line", "near the title", trustLine)
	case weigh(text[:d.off])+weigh(text[d.end:]) < 2*proseWeight:
		s.add(d, "line", "near the title", trustFull)
	}
}

// otherLine reads a line away from the title: only what is labelled in full, or
// named a date below the text, counts.
func (s *clueSearch) otherLine(i int, text string, below bool) {
	_, cut, found := s.labels(text, true)
	if found || !below {
		return
	}
	s.postedLine(text)
	d, ok := findDate(text[:cut], 0, s.style)
	if !ok {
		return
	}
	rest := weigh(text[:d.off]) + weigh(text[d.end:])
	switch word := wordBefore(text[:d.off]); {
	case word == fieldPublished && rest < proseWeight:
		s.add(d, "label", "published", trustLate)
	case word == fieldNone && s.flat.hintsOwn(i)&hintMeta != 0 && rest < 12:
		s.add(d, "line", "below the text", trustLate-.01)
	}
}

// postedLine reads 于2005年8月12日发表 and the like.
func (s *clueSearch) postedLine(text string) {
	at := strings.Index(text, "于")
	if at < 0 || len(text) > 400 {
		return
	}
	d, ok := findDate(text, at, s.style)
	if !ok || d.off > at+len("于")+2 {
		return
	}
	if rest := text[d.end:]; strings.Contains(rest, "发表") || strings.Contains(rest, "发布") || strings.Contains(rest, "发贴") || strings.Contains(rest, "發表") {
		s.add(d, "label", "于…发表", trustLate)
	}
}

// headRegion are the lines in which a page shows its date: from a little above
// the title to the body's first paragraph.
func (p *Page) headRegion(body *span, title *titleRead) (from, to int) {
	f := p.flat
	from, to = 0, min(len(f.lines), 60)
	if title.line >= 0 {
		from = max(0, title.line-3)
		to = min(len(f.lines), title.line+25)
	}
	if body.el < 0 {
		return from, to
	}
	for i := body.lo; i < body.hi; i++ {
		if body.has(i) && f.lines[i].w >= 100 {
			if i+1 > from {
				to = min(max(to, min(i+1, from+60)), i+1)
			}
			break
		}
	}
	if title.line < 0 {
		from = max(0, body.lo-15)
		to = max(to, min(body.lo+2, len(f.lines)))
	}
	return from, max(from, to)
}

// softwareDate reads a moment as software writes it: ISO 8601 and its like, or
// Unix time in seconds or milliseconds.
func softwareDate(v string, style dateStyle) (stamp, bool) {
	d, ok := findDate(halve(v), 0, style)
	if ok && d.off < 12 {
		return d, true
	}
	v = strings.TrimSpace(v)
	if n := digits(v, 0); n == len(v) && (n == 10 || n == 13) { // Unix time
		sec := int64(number(v[:9]))*10 + int64(v[9]-'0')
		t := time.Unix(sec, 0).UTC()
		if t.Year() >= minYear && t.Year() <= maxYear {
			return stamp{year: t.Year(), month: int(t.Month()), day: t.Day(), hour: t.Hour(), minute: t.Minute(), sec: t.Second(), clock: true, zone: time.UTC, sure: true}, true
		}
	}
	return stamp{}, false
}
