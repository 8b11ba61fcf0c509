package extract

import (
	"fmt"
	"strings"

	"fangzhi/archive"
)

// Reader is the version of how pages are read. It goes up when pages may read
// otherwise than before, so that what an older one read can be told.
const Reader = 8

// Reading returns what the page is and says. It is worked out once; its slices
// are the page's own.
func (p *Page) Reading() archive.Reading {
	if p.reading == nil {
		r := p.read()
		r.Reader = Reader
		r.Rules, r.Charset, r.Damaged = p.in.Rules.Digest(), p.charset, p.damaged
		if p.note != "" {
			r.Signature += "; parser: " + p.note
		}
		p.reading = &r
	}
	return *p.reading
}

func (p *Page) read() archive.Reading {
	switch {
	case p.other != "" && p.walled() != "":
		return archive.Reading{Kind: archive.KindUnread, Trouble: archive.TroubleChallenge, Signature: p.walled()}
	case p.other != "":
		return archive.Reading{Kind: archive.KindAttachment, Signature: p.other}
	case p.failure != "":
		if s := p.challenge(false); s != "" {
			return archive.Reading{Kind: archive.KindUnread, Trouble: archive.TroubleChallenge, Signature: s}
		}
		return archive.Reading{Kind: archive.KindUnread, Trouble: archive.TroubleUnreadable, Signature: p.failure}
	}
	p.hideRemoved()
	title := p.findTitle()
	if title.anchor() >= 0 {
		p.flat.settleHints(title.anchor())
	}
	body, ruled := p.ruledBody()
	var shared []string
	if !ruled {
		body = p.findBody(title.anchor())
		p.retitle(&title, &body)
		p.trim(&body, &title)
		p.takeShort(&body, &title)
		p.raw = append([]bool(nil), body.keep...)
		shared = p.dropFurniture(&body)
	}
	p.span = body
	title.text = strings.Trim(title.text, "\uFFFD ")
	if t, sign := p.trouble(&body, &title); t != archive.TroubleNone {
		return archive.Reading{Kind: archive.KindUnread, Trouble: t, Signature: sign}
	}
	kind, sign := p.kindOf(&body, &title)
	if sign == signUntold && !ruled && body.weight(p.flat) == 0 && p.takePlain(&body, &title) {
		p.raw = append([]bool(nil), body.keep...)
		shared = p.dropFurniture(&body)
		p.span = body
	}
	r := archive.Reading{Kind: kind, Signature: sign}
	if kind == archive.KindList {
		r.Article.Title = p.listTitle(&title)
		return r
	}
	p.readArticle(&r, &title)
	if a := &r.Article; sign == signUntold && a.Body == "" && len(a.Pictures)+len(a.Attachments) == 0 && a.Published.IsZero() && len(p.Links()) > 0 {
		// A home page of four words, a column that holds one article so far.
		return archive.Reading{Kind: archive.KindList, Signature: "links, and no text", Article: archive.Article{Title: p.listTitle(&title)}}
	}
	if len(shared) > 0 {
		r.Article.LeftOut = strings.Join(shared, "\n")
		r.Article.Evidence = append(r.Article.Evidence, evidence("left_out", "furniture", "lines that pages of several columns of the site have in their text", .9))
	}
	return r
}

// readArticle fills the article, its evidence in the order of its fields.
func (p *Page) readArticle(r *archive.Reading, title *titleRead) {
	a := &r.Article
	a.Title, a.Subtitle = title.text, title.subtitle
	if a.Title != "" {
		a.Evidence = append(a.Evidence, title.evidence)
	} else {
		r.Missing = append(r.Missing, archive.Missing{Field: "title", Tried: "meta, json-ld, heading, <title>"})
	}
	if p.rules.title != nil && title.evidence.Method != "rule" {
		r.Missing = append(r.Missing, archive.Missing{Field: "title", Tried: fmt.Sprintf("rule %q; read by %s instead", p.in.Rules.Title, title.evidence.Method)})
	}
	if a.Subtitle == "" {
		a.Subtitle = p.findSubtitle(title)
	}
	if p.rules.subtitle != nil && p.ruledText(p.rules.subtitle) == "" {
		r.Missing = append(r.Missing, archive.Missing{Field: "subtitle", Tried: fmt.Sprintf("rule %q", p.in.Rules.Subtitle)})
	}
	if a.Subtitle != "" {
		a.Evidence = append(a.Evidence, evidence("subtitle", title.evidence.Method, "below the title", .7))
	}
	a.Evidence = append(a.Evidence, p.findFields(&p.span, title, a)...)
	p.ruledFields(r)
	p.readDate(r, title)
	p.readBody(r)
	p.findFiles(&p.span, title.line, a)
}

// readDate fills the publication date.
func (p *Page) readDate(r *archive.Reading, title *titleRead) {
	a := &r.Article
	if d, ok := p.ruledDate(); ok {
		if o := p.findPublished(&p.span, title); o.ok() && !o.sameDay(d.stamp, p.in.Zone) {
			d.evidence.Others = append(d.evidence.Others, o.date())
		}
		a.Published, a.DayOnly = d.in(p.in.Zone), !d.clock
		a.Evidence = append(a.Evidence, d.evidence)
		return
	}
	d := p.findPublished(&p.span, title)
	if p.rules.date != nil {
		instead := "nothing"
		if d.ok() {
			instead = d.evidence.Method
		}
		r.Missing = append(r.Missing, archive.Missing{Field: "published", Tried: fmt.Sprintf("rule %q; read by %s instead", p.in.Rules.Date, instead)})
	}
	if !d.ok() {
		r.Missing = append(r.Missing, archive.Missing{Field: "published", Tried: d.tried})
		return
	}
	a.Published, a.DayOnly = d.in(p.in.Zone), !d.clock
	a.Evidence = append(a.Evidence, d.evidence)
}

// readBody fills the text. How sure it is follows from how much of the page's
// prose it is: teasers, comments and boxes compete on pages of the press.
func (p *Page) readBody(r *archive.Reading) {
	f, s, a := p.flat, &p.span, &r.Article
	if s.el >= 0 {
		a.Body = strings.TrimSpace(f.paragraphs(s))
	}
	method, where := "structure", f.describe(s.el)
	if len(p.bodyNodes) > 0 {
		method, where = "rule", p.in.Rules.Body
	} else if p.rules.body != nil {
		r.Missing = append(r.Missing, archive.Missing{Field: "body", Tried: fmt.Sprintf("rule %q; read by structure instead", p.in.Rules.Body)})
	}
	if a.Body == "" {
		if text := p.ld().body; text != "" && method == "structure" {
			a.Body = strings.Join(plainMarkup(strings.ReplaceAll(text, "\n", "<br>")), "\n\n")
			a.Evidence = append(a.Evidence, evidence("body", "json-ld", "articleBody", .6))
			return
		}
		r.Missing = append(r.Missing, archive.Missing{Field: "body", Tried: "structure, json-ld"})
		return
	}
	confidence := 1.0
	if method == "structure" {
		var own int32
		for i := s.lo; i < s.hi; i++ {
			if s.has(i) && f.lines[i].isProse() {
				own += f.lines[i].w - f.lines[i].lw
			}
		}
		all := max(1, f.sumProse[len(f.lines)])
		confidence = .5 + .05*float64(int(9*float64(own)/float64(all)+.5)) // in steps: teasers come and go
	}
	a.Evidence = append(a.Evidence, evidence("body", method, where, confidence))
}

// listTitle is the name of a list's column: the meta that says so, or what the
// page calls itself.
func (p *Page) listTitle(title *titleRead) string {
	if v, _ := p.flat.metaOf("columnname"); v != "" {
		return v
	}
	if p.isHome() && p.flat.title != "" {
		return p.flat.title
	}
	site, _ := p.flat.metaOf("sitename", "og:site_name")
	if first, ok := firstPart(p.flat.title); ok && (title.text == site || strings.HasSuffix(p.flat.title, title.text)) {
		return first
	}
	return title.text
}

// describe names an element as a selector would. Names with digits are left
// out: many are made anew for every answer.
func (f *flat) describe(el int32) string {
	if el < 0 {
		return ""
	}
	n := f.elems[el].node
	s := n.Data
	if id := attr(n, "id"); id != "" && !strings.ContainsAny(id, "0123456789 ") {
		return s + "#" + id
	}
	for c := range strings.FieldsSeq(attr(n, "class")) {
		if !strings.ContainsAny(c, "0123456789") && len(s) < 60 {
			s += "." + c
		}
	}
	return s
}

// ld is what the page's JSON-LD says; it is read once.
func (p *Page) ld() *structured {
	if p.data == nil {
		d := p.flat.readStructured()
		p.data = &d
	}
	return p.data
}
