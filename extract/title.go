package extract

import (
	"strings"

	"fangzhi/archive"
	"golang.org/x/net/html/atom"
)

// titleRead is a title and how it is known.
type titleRead struct {
	text, subtitle string
	line           int  // where it stands, -1 when it is in no line
	sure           bool // the text is to be looked for below that line
	evidence       archive.Evidence
}

// anchor is the line below which the text is looked for: the title's, where it
// is sure.
func (t *titleRead) anchor() int {
	if t.sure {
		return t.line
	}
	return -1
}

// headingCandidate is a visible line that may be the title.
type headingCandidate struct {
	line  int
	text  string
	score float64
	fit   float64 // the best agreement with any claim, 0 to 6
	level int     // 1 to 4, 5 where it is no heading element
	where string
}

// claim is a title that the page's head gives.
type claim struct {
	text, sub    string
	method, name string
	trust        float64
}

// findTitle weighs what the page calls itself against what it shows.
func (p *Page) findTitle() titleRead {
	if t, ok := p.ruledTitle(); ok {
		return t
	}
	f := p.flat
	var claims []claim
	if v, name := f.metaOf("articletitle"); v != "" {
		if parts := plainMarkup(v); len(parts) > 0 {
			claims = append(claims, claim{parts[0], strings.TrimLeft(strings.Join(parts[1:], " "), "—-– "), "meta", name, 1})
		}
	}
	if h := first(plainMarkup(p.ld().headline)); h != "" {
		claims = append(claims, claim{h, "", "json-ld", "headline", .9})
	}
	if v, name := f.metaOf("og:title", "twitter:title", "dc.title"); v != "" {
		if t := first(plainMarkup(v)); t != "" {
			claims = append(claims, claim{t, "", "meta", name, .8})
		}
	}
	whole := strings.Join(plainMarkup(f.title), " ")
	heads := p.headings(whole, claims)
	if len(claims) > 0 && claims[0].name == "articletitle" {
		if t, ok := fromArticleTitle(claims[0], heads, whole); ok {
			return t
		}
	}
	if len(heads) > 0 {
		return p.fromHeading(heads, claims, whole)
	}
	for _, c := range claims {
		return titleRead{text: p.cutSite(c.text), subtitle: c.sub, line: -1, evidence: evidence("title", c.method, c.name, .6, whole)}
	}
	if whole != "" {
		return titleRead{text: p.cutSite(whole), line: -1, evidence: evidence("title", "title", "title", .4)}
	}
	return titleRead{line: -1}
}

// fromArticleTitle takes the meta tag that government sites must have, where
// the page or its <title> bears it out.
func fromArticleTitle(c claim, heads []headingCandidate, whole string) (titleRead, bool) {
	t := titleRead{text: c.text, subtitle: c.sub, line: -1, evidence: evidence("title", c.method, c.name, .95, differing(c.text, whole)...)}
	for _, h := range heads {
		if like(c.text, h.text) {
			t.line, t.sure, t.evidence.Confidence = h.line, true, .99
			return t, true
		}
	}
	key := squeeze(c.text)
	return t, key != "" && strings.Contains(squeeze(whole), key)
}

// fromHeading takes the best visible heading, or what two claims say against
// it.
func (p *Page) fromHeading(heads []headingCandidate, claims []claim, whole string) titleRead {
	h := heads[0]
	t := titleRead{text: h.text, line: h.line}
	t.sure = h.fit >= 4.5 || h.level == 1 && (h.fit >= 2 || len(heads) == 1)
	t.evidence = evidence("title", "heading", h.where, .6)
	switch {
	case h.fit >= 5.5:
		t.evidence.Confidence = .98
	case h.fit >= 4:
		t.evidence.Confidence = .9
	case h.fit >= 2:
		t.evidence.Confidence = .75
	}
	if c, ok := overrule(h, claims, whole); ok {
		t.text = c.text
		t.evidence = evidence("title", c.method, c.name, .85)
	}
	for _, c := range claims {
		t.evidence.Others = append(t.evidence.Others, differing(t.text, c.text, t.evidence.Others...)...)
	}
	t.evidence.Others = append(t.evidence.Others, differing(t.text, h.text, t.evidence.Others...)...)
	return t
}

// overrule returns the claim that is better than the heading that the page
// shows: one that is the heading without a kicker set before it; one that adds
// the kicker, or says something else, where og:title and JSON-LD are at one
// against the heading. On the corpus two of those three that agree are right in
// nine of ten cases; <title> is written for search engines and bears out no
// claim against the heading.
func overrule(h headingCandidate, claims []claim, whole string) (claim, bool) {
	key := squeeze(h.text)
	title := squeeze(whole)
	var og, ld claim
	for _, c := range claims {
		switch {
		case isCut(c.text):
		case c.method == "json-ld":
			ld = c
		case c.name == "og:title":
			og = c
		}
	}
	if !hasWide(h.text) || ld.text != "" && squeeze(ld.text) == key {
		if c := plainest(key, ld, claim{text: h.text}, og, claim{text: whole, method: "title", name: "title"}); c.text != "" {
			if c.text != h.text {
				return c, true
			}
		}
	}
	if k := squeeze(og.text); k != "" && k != key {
		if k == squeeze(ld.text) {
			return ld, true
		}
		if ld.text == "" && k == title && h.fit >= 1 && h.fit < 4 {
			return og, true
		}
		if c, ok := sharedTail(h.text, og); ok {
			return c, true
		}
	}
	for _, c := range [...]claim{ld, og, {text: whole, method: "title", name: "title"}} {
		k := squeeze(c.text)
		if k != "" && k != key && 2*len(k) >= len(key) && strings.HasSuffix(key, k) && (strings.HasPrefix(title, k) || c.method == "title") {
			return c, true
		}
	}
	return claim{}, false
}

// plainest returns the best spelling among claims that have the same words as
// key, a site's name after them left off: templates lose the blank between
// kicker and title. Of equals the first is taken.
func plainest(key string, claims ...claim) (best claim) {
	most := -1
	for _, c := range claims {
		text, ok := headLike(c.text, key)
		if !ok {
			continue
		}
		if score := strings.Count(text, " "); score > most {
			most, best = score, c
			best.text = text
		}
	}
	return best
}

// headLike returns the part of s, from its start, that has the words of key.
func headLike(s, key string) (string, bool) {
	if squeeze(s) == key {
		return s, true
	}
	if !strings.HasPrefix(squeeze(s), key) {
		return "", false
	}
	rest := key
	for i, r := range s {
		if rest == "" {
			if r == ' ' || weighRune(r) > 0 {
				return s[:i], r == ' '
			}
			continue
		}
		k := squeeze(string(r))
		if k == "" {
			continue
		}
		if !strings.HasPrefix(rest, k) {
			return "", false
		}
		rest = rest[len(k):]
	}
	return s, rest == ""
}

// sharedTail returns the title that a heading and a claim share behind two
// different kickers: more than half of each, from the start of a word.
func sharedTail(s string, c claim) (claim, bool) {
	a, b := []rune(s), []rune(c.text)
	n := 0
	for n < len(a) && n < len(b) && a[len(a)-1-n] == b[len(b)-1-n] {
		n++
	}
	for n > 0 && (n == len(a) || a[len(a)-n-1] != ' ') {
		n--
	}
	if 2*n <= len(a) || 2*n <= len(b) {
		return c, false
	}
	before := strings.TrimRight(string(a[:len(a)-n]), " ")
	other := strings.TrimRight(string(b[:len(b)-n]), " ")
	for _, head := range [...]string{before, other} {
		if !strings.HasSuffix(head, ":") && !strings.HasSuffix(head, "-") && !strings.HasSuffix(head, "–") && !strings.HasSuffix(head, "|") {
			return c, false
		}
	}
	c.text = string(a[len(a)-n:])
	return c, true
}

// differing returns s where it is another title than t and not held yet.
func differing(t, s string, held ...string) []string {
	if s == "" || s == t {
		return nil
	}
	for _, h := range held {
		if h == s {
			return nil
		}
	}
	return []string{s}
}

// retitle looks again for a title that nothing bears out, now that the text is
// known: the nearest line above it that is set apart, by a heading element, bold
// type or its name.
func (p *Page) retitle(t *titleRead, body *span) {
	f := p.flat
	if t.sure || body.el < 0 || t.evidence.Confidence >= .75 {
		return
	}
	text := p.firstProse(body, t)
	for i := min(text, len(f.lines)) - 1; i >= max(0, text-8); i-- {
		l := &f.lines[i]
		if l.flags&lineHidden != 0 || l.w < 9 || l.w > 4*proseWeight || l.stops > 4 || l.el < 0 {
			continue
		}
		s := f.lineText(i)
		apart := l.flags&(lineHeading|lineBold) != 0 || f.hintsOwn(i)&hintTitle != 0
		if !apart || strings.HasPrefix(s, "—") || p.isByline(i) || len(scanLabels(halve(s))) > 0 || f.hintsAt(i)&hintJunk != 0 {
			continue
		}
		if k, _ := phraseOf(s); k != 0 {
			continue
		}
		old := t.text
		t.text, t.line = s, i
		t.evidence = evidence("title", "line", "above the text", .5, differing(s, old)...)
		return
	}
}

func first(s []string) string {
	if len(s) == 0 {
		return ""
	}
	return s[0]
}

func evidence(field, method, where string, confidence float64, others ...string) archive.Evidence {
	e := archive.Evidence{Field: field, Method: method, Where: where, Confidence: confidence}
	for _, o := range others {
		if o != "" {
			e.Others = append(e.Others, o)
		}
	}
	return e
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

// agreement is how well a visible text fits a claimed one, 0 to 6; both are
// squeezed.
func agreement(a, b string) float64 {
	if a == "" || b == "" {
		return 0
	}
	switch {
	case a == b:
		return 6
	case strings.Contains(b, a):
		return 5 * min(1, float64(len(a))/float64(len(b))*1.6)
	case strings.Contains(a, b):
		return 4 * float64(len(b)) / float64(len(a))
	}
	x, y := []rune(a), []rune(b)
	if n := common(x, y); n > 0 {
		return 4 * float64(n) / float64(len(x)) * min(1, float64(n)/float64(len(y))*2)
	}
	return 0
}

// like says whether two titles are one to a reader.
func like(a, b string) bool {
	a, b = squeeze(a), squeeze(b)
	return a != "" && (a == b || len(a) >= 12 && strings.HasPrefix(b, a) || len(b) >= 12 && strings.HasPrefix(a, b))
}

// squeeze leaves letters and digits in lower case alone.
func squeeze(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range halve(s) {
		if weighRune(r) > 0 {
			if r >= 'A' && r <= 'Z' {
				r |= 0x20
			}
			b.WriteRune(r)
		}
	}
	return b.String()
}

// common is the length of the longest common substring.
func common(a, b []rune) int {
	if len(a) > 300 {
		a = a[:300]
	}
	if len(b) > 300 {
		b = b[:300]
	}
	row := make([]uint16, len(b)+1)
	best := uint16(0)
	for i := range a {
		prev := uint16(0)
		for j := range b {
			keep := row[j+1]
			if a[i] == b[j] {
				row[j+1] = prev + 1
				best = max(best, row[j+1])
			} else {
				row[j+1] = 0
			}
			prev = keep
		}
	}
	return int(best)
}

// titleParts are what parts a title from the names of column and site.
var titleParts = []string{" - ", " | ", " – ", " — ", "_", "|", " · ", " :: ", " » ", " « ", " > ", "--", "——", "-", "—", "｜", "丨", "－"}

// cutSite cuts the names of column and site off a <title>.
func (p *Page) cutSite(s string) string {
	for _, sep := range titleParts {
		parts := strings.Split(s, sep)
		if len(parts) < 2 {
			continue
		}
		if (sep == "-" || sep == "—" || sep == "——" || sep == "--") && !hasWide(s) {
			continue
		}
		long := 0
		for i := range parts {
			if weigh(parts[i]) > weigh(parts[long]) {
				long = i
			}
		}
		if weigh(parts[long]) >= 12 {
			return fold(parts[long])
		}
	}
	return s
}

func hasWide(s string) bool {
	for _, r := range s {
		if isWide(r) {
			return true
		}
	}
	return false
}
