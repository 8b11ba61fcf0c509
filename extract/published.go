package extract

import (
	"strings"

	"golang.org/x/net/html/atom"

	"fangzhi/archive"
)

// dateRead is a publication date and how it is known.
type dateRead struct {
	stamp
	evidence archive.Evidence
	tried    string
}

// style says how the page writes dates.
func (p *Page) style() dateStyle {
	country := countryOf(p.in.URL)
	lang := strings.ToLower(p.flat.lang)
	return dateStyle{
		monthFirst: lang == "en-us" || lang == "en" && (country == "" || country == "us") || lang == "" && country == "",
		roc:        country == "tw",
	}
}

// findDate finds the publication date: labelled visible text, then metas,
// JSON-LD, <time>, then an unlabelled date line near the title.
func (p *Page) findPublished(body *span, title *titleRead) dateRead {
	f := p.flat
	style := p.style()
	var labelledDate, modified, bare stamp
	labelWord := ""
	from, to := p.headRegion(body, title)
	check := func(i int) {
		if labelledDate.ok() {
			return
		}
		l := &f.lines[i]
		if l.flags&lineHidden != 0 || l.w > 400 {
			return
		}
		s := f.lineText(i)
		if !hasDigit(s) && !strings.Contains(s, "〇") && !strings.Contains(s, "○") {
			return
		}
		s = halve(s)
		hits := scanLabels(s)
		for _, h := range hits {
			switch h.field {
			case fieldPublished, fieldModified:
				if d, ok := findDate(s[h.from:h.end], 0, style); ok && d.off < 24 {
					if h.field == fieldPublished && !labelledDate.ok() {
						labelledDate, labelWord = d, h.word
					} else if !modified.ok() {
						modified = d
					}
				}
			}
		}
		if labelledDate.ok() || bare.ok() || l.w > 150 {
			return
		}
		end := len(s)
		for _, h := range hits {
			if h.field == fieldWritten || h.field == fieldOtherDate {
				end = min(end, h.off)
			}
		}
		if d, ok := findDate(s[:end], 0, style); ok {
			bare = d
		}
	}
	for i := from; i < to; i++ {
		check(i)
	}
	if !labelledDate.ok() && body.el >= 0 {
		for i := max(to, body.hi-3); i < min(body.hi+12, len(f.lines)); i++ {
			s := halve(f.lineText(i))
			if f.lines[i].w > 300 || f.lines[i].flags&lineHidden != 0 || !hasDigit(s) {
				continue
			}
			for _, h := range scanLabels(s) {
				if h.field == fieldPublished && utf8Len(h.word) > 2 {
					if d, ok := findDate(s[h.from:h.end], 0, style); ok && d.off < 24 && !labelledDate.ok() {
						labelledDate, labelWord = d, h.word
					}
				}
			}
		}
	}
	meta, metaName := p.metaDate(style)
	ld, _ := findDate(halve(p.ld().published), 0, style)
	zone := p.in.Zone
	pick := func(d stamp, method, where string, confidence float64) dateRead {
		if !d.clock && meta.ok() && meta.clock && d.sameDay(meta, zone) {
			d.hour, d.minute, d.sec, d.clock, d.zone = meta.hour, meta.minute, meta.sec, !midnight(meta), meta.zone
		}
		var others []string
		for _, o := range []stamp{labelledDate, meta, ld, bare, modified} {
			if o.ok() && !o.sameDay(d, zone) {
				others = append(others, o.date())
			}
		}
		return dateRead{stamp: d, evidence: evidence("published", method, where, confidence, others...)}
	}
	switch {
	case labelledDate.ok():
		return pick(labelledDate, "label", labelWord, .95)
	case meta.ok():
		return pick(meta, "meta", metaName, .9)
	case ld.ok():
		return pick(ld, "json-ld", "datePublished", .9)
	}
	if d, ok := p.timeTag(body, style); ok {
		return pick(d, "time", "time", .8)
	}
	switch {
	case bare.ok():
		return pick(bare, "line", "near the title", .75)
	case modified.ok():
		return pick(modified, "label", "更新时间", .6)
	}
	return dateRead{tried: "label, meta, json-ld, time, line near the title"}
}

func midnight(s stamp) bool { return s.hour == 0 && s.minute == 0 && s.sec == 0 }

func utf8Len(s string) int { return len([]rune(s)) }

// headRegion are the lines in which a page shows its date: from a little above
// the title to the body's first paragraphs.
func (p *Page) headRegion(body *span, title *titleRead) (from, to int) {
	f := p.flat
	from, to = 0, min(len(f.lines), 60)
	if title.line >= 0 {
		from = max(0, title.line-6)
		to = min(len(f.lines), title.line+25)
	}
	if body.el >= 0 {
		n := 0
		for i := body.lo; i < body.hi; i++ {
			if body.has(i) && f.lines[i].w >= 100 {
				if n++; n == 1 {
					to = max(from, min(to, i+1))
					break
				}
			}
		}
		if title.line < 0 {
			from = max(0, body.lo-40)
			to = max(to, min(body.lo+2, len(f.lines)))
		}
	}
	return from, to
}

// metaDate reads the metas that give the publication date.
func (p *Page) metaDate(style dateStyle) (stamp, string) {
	for _, name := range [...]string{
		"pubdate", "publishdate", "article:published_time", "og:article:published_time", "firstpublishedtime", "publish-date", "publish_date",
		"datepublished", "dc.date.issued", "dcterms.created", "dcterms.date", "dc.date", "date", "parsely-pub-date", "sailthru.date",
		"publishtime", "publication_date", "published", "og:published_time", "cxenseparse:recs:publishtime", "weibo: article:create_at",
		"article.published", "bt:pubdate", "og:release_date", "og:pubdate", "originalpublicationdate", "article_date_original", "published_time",
		"rnews:datepublished", "dc.date.created", "dcterms.issued", "citation_publication_date", "displaydate", "published-date", "pdate", "article:create_at",
	} {
		if v, _ := p.flat.metaOf(name); v != "" {
			if d, ok := findDate(halve(v), 0, style); ok && d.off < 12 {
				if d.clock && midnight(d) && d.zone == nil {
					d.clock = false
				}
				return d, name
			}
		}
	}
	return stamp{}, ""
}

// timeTag reads the first <time> near the article.
func (p *Page) timeTag(body *span, style dateStyle) (stamp, bool) {
	f := p.flat
	for i := range f.elems {
		e := &f.elems[i]
		if e.tag != atom.Time || e.all&(hintRelated|hintComment|hintFoot|hintSide|hintNav) != 0 {
			continue
		}
		v := attr(e.node, "datetime")
		if v == "" && e.lo < int32(len(f.lines)) && e.lo < e.hi {
			v = f.lineText(int(e.lo))
		}
		if d, ok := findDate(halve(v), 0, style); ok {
			return d, true
		}
	}
	return stamp{}, false
}
