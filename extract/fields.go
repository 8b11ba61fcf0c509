package extract

import (
	"strings"
	"unicode/utf8"

	"fangzhi/archive"
)

// findFields reads source, author, editor and a notice's numbers from lines,
// tables and metas into a.
func (p *Page) findFields(body *span, title *titleRead, a *archive.Article) (ev []archive.Evidence) {
	f := p.flat
	from, to := p.headRegion(body, title)
	got := map[field]string{}
	where := map[field]string{}
	scan := func(i int, tail bool) {
		l := &f.lines[i]
		if l.flags&lineHidden != 0 || l.w > 400 {
			return
		}
		s := halve(f.lineText(i))
		for _, h := range scanLabels(s) {
			if tail && (h.field == fieldSource && utf8.RuneCountInString(h.word) < 3) {
				continue
			}
			v := h.value
			if v == "" && h.from >= len(s) && i+1 < len(f.lines) && l.flags&lineCell != 0 {
				if next := halve(f.lineText(i + 1)); len(scanLabels(next)) == 0 {
					v = trimValue(next)
				}
			}
			if v == "" || got[h.field] != "" || weigh(v) > 120 {
				continue
			}
			got[h.field], where[h.field] = v, h.word
		}
	}
	for i := from; i < to; i++ {
		scan(i, false)
	}
	if body.el >= 0 {
		for i := max(to, body.hi-4); i < min(body.hi+8, len(f.lines)); i++ {
			scan(i, true)
		}
	}
	set := func(name string, to *string, k field) {
		if v := got[k]; v != "" {
			*to = v
			ev = append(ev, evidence(name, "label", where[k], .9))
		}
	}
	set("source", &a.Source, fieldSource)
	if i := strings.IndexByte(a.Source, ' '); a.Source != "" && hasDigit(a.Source) {
		if d, ok := findDate(a.Source, 0, p.style()); ok {
			a.Source = trimValue(a.Source[:d.off])
		}
		_ = i
	}
	if a.Source == "" {
		if v, name := f.metaOf("contentsource", "source", "dc.source", "og:site_name"); v != "" && name != "og:site_name" {
			a.Source = v
			ev = append(ev, evidence("source", "meta", name, .85))
		}
	}
	set("author", &a.Author, fieldAuthor)
	if a.Author == "" {
		if v, name := f.metaOf("author", "article:author", "dc.creator", "byl", "parsely-author"); v != "" && !strings.HasPrefix(v, "http") {
			a.Author = v
			ev = append(ev, evidence("author", "meta", name, .7))
		} else if v := p.ld().author; v != "" {
			a.Author = v
			ev = append(ev, evidence("author", "json-ld", "author", .8))
		}
	}
	set("editor", &a.Editor, fieldEditor)
	set("document_number", &a.DocumentNumber, fieldNumber)
	set("index_number", &a.IndexNumber, fieldIndex)
	set("issuer", &a.Issuer, fieldIssuer)
	if v := got[fieldWritten]; v != "" {
		if d, ok := findDate(v, 0, p.style()); ok {
			a.Written = d.date()
			ev = append(ev, evidence("written", "label", where[fieldWritten], .9))
		}
	}
	return ev
}
