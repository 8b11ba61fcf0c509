package extract

import (
	"strings"

	"fangzhi/archive"
)

// Reading returns what the page is and says. It is worked out once.
func (p *Page) Reading() archive.Reading {
	if p.reading == nil {
		r := p.read()
		r.Rules, r.Charset, r.Damaged = p.in.Rules.Digest(), p.charset, p.damaged
		p.reading = &r
	}
	return *p.reading
}

func (p *Page) read() archive.Reading {
	switch {
	case p.other != "":
		return archive.Reading{Kind: archive.KindAttachment, Signature: p.other}
	case p.failure != "":
		if p.in.Status == 521 || p.in.Status == 412 {
			return archive.Reading{Kind: archive.KindUnread, Trouble: archive.TroubleChallenge, Signature: "empty answer of a bot wall"}
		}
		return archive.Reading{Kind: archive.KindUnread, Trouble: archive.TroubleUnreadable, Signature: p.failure}
	}
	title := p.findTitle()
	if title.anchor() >= 0 {
		p.flat.settleHints(title.anchor())
	}
	body := p.findBody(title.anchor())
	p.retitle(&title, &body)
	title.text = strings.Trim(title.text, "\uFFFD ")
	p.trim(&body, &title)
	weight := body.weight(p.flat)
	if t, sign := p.trouble(weight); t != archive.TroubleNone {
		return archive.Reading{Kind: archive.KindUnread, Trouble: t, Signature: sign}
	}
	kind, sign := p.kindOf(&body, &title)
	if kind == archive.KindList {
		return archive.Reading{Kind: kind, Signature: sign, Article: archive.Article{Title: title.text}}
	}
	r := archive.Reading{Kind: kind, Signature: sign}
	a := &r.Article
	p.readArticle(a, &r, &body, &title)
	if p.note != "" {
		r.Signature += "; parser: " + p.note
	}
	return r
}

// readArticle fills a in the order of its evidence.
func (p *Page) readArticle(a *archive.Article, r *archive.Reading, body *span, title *titleRead) {
	f := p.flat
	a.Title, a.Subtitle = title.text, title.subtitle
	if a.Title != "" {
		a.Evidence = append(a.Evidence, title.evidence)
	} else {
		r.Missing = append(r.Missing, archive.Missing{Field: "title", Tried: "meta, heading, title"})
	}
	fields := p.findFields(body, title, a)
	a.Evidence = append(a.Evidence, fields...)
	if d := p.findPublished(body, title); d.ok() {
		a.Published, a.DayOnly = d.in(p.in.Zone), !d.clock
		a.Evidence = append(a.Evidence, d.evidence)
	} else {
		r.Missing = append(r.Missing, archive.Missing{Field: "published", Tried: d.tried})
	}
	if body.el >= 0 {
		a.Body = f.paragraphs(body)
	}
	if strings.TrimSpace(a.Body) != "" {
		a.Evidence = append(a.Evidence, evidence("body", "structure", f.describe(body.el), .8))
	} else {
		r.Missing = append(r.Missing, archive.Missing{Field: "body", Tried: "structure"})
	}
	p.findFiles(body, a)
}

// findFiles collects the pictures and documents of the article.
func (p *Page) findFiles(body *span, a *archive.Article) {
	f := p.flat
	if body.el < 0 {
		return
	}
	e := &f.elems[body.el]
	seen := map[string]bool{}
	for i := range f.images {
		im := &f.images[i]
		if im.el < body.el || im.el >= e.end || !f.isPicture(im) {
			continue
		}
		if u := p.resolve(im.src); u != "" && !seen[u] {
			seen[u] = true
			a.Pictures = append(a.Pictures, u)
		}
	}
	for i := range f.anchors {
		an := &f.anchors[i]
		if an.el < body.el || int(an.lo) > body.hi+40 {
			continue
		}
		u := p.resolve(an.href)
		if u == "" || seen[u] || !isDocumentURL(u) {
			continue
		}
		seen[u] = true
		name := p.anchorText(an)
		if name == "" {
			name = fileName(u)
		}
		a.Attachments = append(a.Attachments, archive.Attachment{Name: name, URL: u})
	}
}

// describe names an element as a selector would.
func (f *flat) describe(el int32) string {
	if el < 0 {
		return ""
	}
	n := f.elems[el].node
	s := n.Data
	if id := attr(n, "id"); id != "" {
		return s + "#" + id
	}
	if c := strings.Fields(attr(n, "class")); len(c) > 0 {
		return s + "." + strings.Join(c, ".")
	}
	return s
}

func (p *Page) ld() *structured {
	if p.data == nil {
		d := p.flat.readStructured()
		p.data = &d
	}
	return p.data
}
