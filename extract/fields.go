package extract

import (
	"strings"
	"unicode/utf8"

	"fangzhi/archive"
)

// fieldSearch collects labelled values; the first of a field is taken.
type fieldSearch struct {
	*Page
	value, where map[field]string
}

// findFields reads source, author, editor and a notice's numbers into a: from
// labels in lines and table cells, then from metas and JSON-LD.
func (p *Page) findFields(body *span, title *titleRead, a *archive.Article) (ev []archive.Evidence) {
	f := p.flat
	s := &fieldSearch{p, map[field]string{}, map[field]string{}}
	from, to := p.headRegion(body, title)
	end := to
	if body.el >= 0 {
		end = max(to, min(body.hi+8, len(f.lines)))
	}
	for i := range min(end, len(f.lines)) {
		l := &f.lines[i]
		if l.flags&lineHidden != 0 || l.w > 400 || l.end-l.off > 1500 || f.hintsAt(i)&(hintRelated|hintComment|hintSide|hintAd|hintNav) != 0 {
			continue
		}
		switch {
		case i >= from && i < to:
			s.line(i, nil)
		case body.el >= 0 && i >= body.hi-4 && (!body.has(i) || l.w < proseWeight):
			s.line(i, tailFields)
		case !body.has(i) && l.flags&lineCell != 0:
			s.line(i, tableFields)
		case !body.has(i):
			s.line(i, noticeFields)
		}
	}
	set := func(name string, to *string, k field, rivals ...string) {
		if v := s.value[k]; v != "" {
			*to = v
			e := evidence(name, "label", s.where[k], .9)
			for _, o := range rivals {
				e.Others = append(e.Others, differing(v, o, e.Others...)...)
			}
			ev = append(ev, e)
		}
	}
	set("source", &a.Source, fieldSource, p.metaValues(sourceMetas...)...)
	if a.Source == "" {
		a.Source, ev = p.otherSource(from, to, ev)
	}
	set("author", &a.Author, fieldAuthor, append([]string{trimValue(p.ld().author)}, p.metaValues(authorMetas...)...)...)
	if a.Author == "" {
		a.Author, ev = p.otherAuthor(title, ev)
	}
	if like(a.Author, title.text) {
		a.Author = ""
	}
	set("editor", &a.Editor, fieldEditor)
	set("document_number", &a.DocumentNumber, fieldNumber)
	set("index_number", &a.IndexNumber, fieldIndex)
	set("issuer", &a.Issuer, fieldIssuer)
	if v := s.value[fieldWritten]; v != "" {
		if d, ok := findDate(v, 0, p.style()); ok {
			a.Written = d.date()
			ev = append(ev, evidence("written", "label", s.where[fieldWritten], .9))
		}
	}
	return ev
}

// tailFields are what stands below a text; noticeFields and
// tableFields what stands in the table of a notice, wherever that is.
var (
	tailFields   = map[field]bool{fieldEditor: true, fieldSource: true, fieldAuthor: true}
	noticeFields = map[field]bool{fieldNumber: true, fieldIndex: true, fieldIssuer: true, fieldWritten: true}
	tableFields  = map[field]bool{fieldNumber: true, fieldIndex: true, fieldIssuer: true, fieldWritten: true, fieldSource: true}
)

// line takes the labelled values of line i, of the fields wanted (nil: all).
func (s *fieldSearch) line(i int, wanted map[field]bool) {
	f := s.flat
	text := f.lineText(i)
	if wanted != nil && f.lines[i].flags&lineCell == 0 && !strings.ContainsAny(text, ":：") {
		return
	}
	text = halve(text)
	for _, h := range scanLabels(text) {
		if wanted != nil && !wanted[h.field] || s.value[h.field] != "" {
			continue
		}
		v := h.value
		if v == "" && h.from >= len(text) && (f.lines[i].flags&lineCell != 0 || strings.HasSuffix(text, ":")) {
			if next := s.nextCell(i); len(scanLabels(next)) == 0 {
				v = trimValue(next)
			}
		}
		if v = s.clean(h.field, v); v != "" {
			s.value[h.field], s.where[h.field] = v, h.word
		}
	}
}

// clean returns a value without what is glued to it, "" where it cannot be
// one.
func (s *fieldSearch) clean(k field, v string) string {
	if k == fieldWritten || k == fieldNumber || k == fieldIndex {
		if weigh(v) > 120 {
			return ""
		}
		if k == fieldNumber { // GB/T 9704: the year stands in these brackets
			v = strings.NewReplacer("[", "〔", "]", "〕").Replace(v)
		}
		return v
	}
	if hasDigit(v) {
		if d, ok := findDate(v, 0, s.style()); ok {
			if d.off == 0 {
				v = trimValue(v[d.end:])
			} else {
				v = trimValue(v[:d.off])
			}
		}
	}
	if weigh(v) > 120 || weigh(v) == 0 || strings.Contains(v, "。") {
		return ""
	}
	return v
}

// The metas that give source and author, the best first.
var (
	sourceMetas = []string{"contentsource", "source", "dc.source", "mediaid"}
	authorMetas = []string{"author", "article:author", "dc.creator", "byl", "parsely-author", "sailthru.author"}
)

// metaValues are what the metas of these names say, as far as it can be a name.
func (p *Page) metaValues(names ...string) (values []string) {
	for _, name := range names {
		if v, _ := p.flat.metaOf(name); v != "" && weigh(v) <= 120 && !strings.Contains(v, "://") {
			if v = trimValue(v); v != "" {
				values = append(values, v)
			}
		}
	}
	return values
}

// otherSource looks for the source in the meta that government sites have, and
// beside the date, where a name that ends as the press's and the offices' do
// stands alone.
func (p *Page) otherSource(from, to int, ev []archive.Evidence) (string, []archive.Evidence) {
	f := p.flat
	if v, name := f.metaOf(sourceMetas...); v != "" && weigh(v) <= 120 && !strings.Contains(v, "://") {
		if v = trimValue(v); v != "" {
			e := evidence("source", "meta", name, .85)
			for _, o := range p.metaValues(sourceMetas...) {
				e.Others = append(e.Others, differing(v, o, e.Others...)...)
			}
			return v, append(ev, e)
		}
	}
	for i := from; i < to; i++ {
		l := &f.lines[i]
		if l.w < 12 || l.w > 2*proseWeight || l.flags&lineHidden != 0 {
			continue
		}
		text := halve(f.lineText(i))
		d, ok := findDate(text, 0, p.style())
		if !ok {
			continue
		}
		for _, part := range [...]string{text[d.end:], text[:d.off]} {
			for name := range strings.FieldsSeq(strings.NewReplacer("|", " ", "·", " ").Replace(part)) {
				if isOutlet(name) {
					return name, append(ev, evidence("source", "line", "beside the date", .6))
				}
			}
		}
	}
	return "", ev
}

// isOutlet says whether a name ends as those of the Chinese press and offices.
func isOutlet(s string) bool {
	n := utf8.RuneCountInString(s)
	if n < 3 || n > 16 || strings.ContainsAny(s, ":：()") || !hasWide(s) {
		return false
	}
	for _, end := range [...]string{"报", "网", "社", "电视台", "电台", "日报", "晚报", "周刊", "杂志", "政府", "办公室", "委员会", "局", "厅", "部", "在线", "客户端", "融媒体中心", "中心", "融媒", "发布", "報", "網"} {
		if strings.HasSuffix(s, end) {
			return true
		}
	}
	return false
}

// otherAuthor looks for the author in JSON-LD and metas. Templates put the
// site's name, the software's makers and addresses there.
func (p *Page) otherAuthor(title *titleRead, ev []archive.Evidence) (string, []archive.Evidence) {
	f := p.flat
	fits := func(v string) bool {
		return v != "" && weigh(v) <= 120 && !strings.ContainsAny(v, "@<>={}") && !strings.Contains(v, "://") && !strings.Contains(v, "www.") &&
			!strings.Contains(strings.ToLower(v), " team") && !like(v, title.text) && trimValue(v) != ""
	}
	if v := p.ld().author; fits(v) && v != p.ld().publisher {
		return v, append(ev, evidence("author", "json-ld", "author", .8))
	}
	site, _ := f.metaOf("og:site_name", "sitename", "application-name")
	if v, name := f.metaOf(authorMetas...); fits(v) {
		if v != site && !strings.Contains(f.title, v) {
			return trimValue(v), append(ev, evidence("author", "meta", name, .7))
		}
	}
	return "", ev
}
