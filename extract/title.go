package extract

import (
	"strings"

	"fangzhi/archive"
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
	t.sure = h.fit >= 4.5 || h.level == 1 && (h.fit >= 2 || len(heads) == 1) || p.namesPage(h, whole)
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

// namesPage says whether a heading too short to tell is the page's name, right above
// the line with date and source.
func (p *Page) namesPage(h headingCandidate, whole string) bool {
	first, _ := firstPart(whole)
	if key := squeeze(h.text); key != squeeze(whole) && key != squeeze(first) {
		return false
	}
	at := p.dateLine(h.line)
	return at > h.line && at <= h.line+2 && p.flat.sumLW[h.line] == p.flat.sumLW[at]
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
	if at := p.byline(); t.line >= 0 && at > t.line && at <= t.line+2 && (f.lines[t.line].flags&lineHeading != 0 || f.hintsOwn(t.line)&hintTitle != 0) {
		return // below that line are the headings of the text
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
