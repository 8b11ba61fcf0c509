package extract

import (
	"strings"

	"fangzhi/archive"
	"golang.org/x/net/html/atom"
)

// titleRead is a title and how it is known.
type titleRead struct {
	text, subtitle string
	line           int // where it stands, -1 when it is in no line
	evidence       archive.Evidence
}

// anchor is the line below which the text is looked for: the title's, where it
// is sure.
func (t *titleRead) anchor() int {
	if t.evidence.Confidence >= .8 {
		return t.line
	}
	return -1
}

// headingCandidate is a visible line that may be the title.
type headingCandidate struct {
	line  int
	text  string
	score float64
	where string
}

// findTitle weighs what the page calls itself against what it shows.
func (p *Page) findTitle() titleRead {
	f := p.flat
	var claims []claim
	if v, name := f.metaOf("articletitle"); v != "" {
		if parts := plainMarkup(v); len(parts) > 0 {
			claims = append(claims, claim{parts[0], "meta", name, 1, strings.Join(parts[1:], " ")})
		}
	}
	if h := first(plainMarkup(p.ld().headline)); h != "" {
		claims = append(claims, claim{h, "json-ld", "headline", .9, ""})
	}
	if v, name := f.metaOf("og:title", "twitter:title", "dc.title", "title"); v != "" {
		if t := first(plainMarkup(v)); t != "" {
			claims = append(claims, claim{t, "meta", name, .8, ""})
		}
	}
	whole := first(plainMarkup(f.title))
	heads := p.headings(whole, claims)
	for _, c := range claims {
		if c.name != "articletitle" {
			continue
		}
		for _, h := range heads {
			if like(c.text, h.text) {
				return titleRead{c.text, c.sub, h.line, evidence("title", c.method, c.name, .99, whole)}
			}
		}
		if strings.Contains(squeeze(whole), squeeze(c.text)) && squeeze(c.text) != "" {
			return titleRead{c.text, c.sub, -1, evidence("title", c.method, c.name, .95, whole)}
		}
	}
	if len(heads) > 0 && heads[0].score > 0 {
		h := heads[0]
		return titleRead{h.text, "", h.line, evidence("title", "heading", h.where, min(.98, h.score/10), whole)}
	}
	for _, c := range claims {
		return titleRead{p.cutSite(c.text), c.sub, -1, evidence("title", c.method, c.name, .6, whole)}
	}
	if whole != "" {
		return titleRead{p.cutSite(whole), "", -1, evidence("title", "title", "title", .4)}
	}
	return titleRead{line: -1}
}

// claim is a title that the page's head gives.
type claim struct {
	text, method, name string
	trust              float64
	sub                string
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

// headings lists the visible lines that may be the title, the best first.
func (p *Page) headings(whole string, claims []claim) []headingCandidate {
	f := p.flat
	var out []headingCandidate
	for i := range f.lines {
		l := &f.lines[i]
		if l.flags&lineHidden != 0 || l.w < 4 || l.w > 600 || l.el < 0 {
			continue
		}
		e := f.elems[l.el]
		h := headingCandidate{line: i, text: f.lineText(i)}
		switch {
		case l.flags&lineHeading != 0:
			tag, level := f.headingTag(l.el)
			h.where = tag
			h.score = 4 - float64(level)
		case e.hint&hintTitle != 0:
			h.where, h.score = "class or id", 1.5
		default:
			h.where = "line"
			h.score = -1
		}
		if e.all&hintJunk != 0 {
			h.score -= 3
		}
		if h.score < 0 && !shares(h.text, whole, claims) {
			continue
		}
		h.score += agreement(h.text, whole)
		for _, c := range claims {
			h.score += c.trust * agreement(h.text, c.text) / 2
		}
		if l.lw > 0 && 2*l.lw > l.w {
			h.score -= 1
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

// shares is a cheap test before agreement: the same first or last characters.
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

// agreement is how well a visible text fits a claimed one, 0 to 6.
func agreement(s, claimed string) float64 {
	a, b := squeeze(s), squeeze(claimed)
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
	if n := common([]rune(a), []rune(b)); n > 0 {
		return 4 * float64(n) / float64(max(len([]rune(a)), 1)) * min(1, float64(n)/float64(len([]rune(b)))*2)
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
