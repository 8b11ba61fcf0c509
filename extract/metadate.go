package extract

import (
	"strings"

	"golang.org/x/net/html/atom"
)

// dateMetas are the metas that give the publication date, best first: those of
// government sites, then the common ones.
var dateMetas = []string{
	"pubdate", "publishdate", "firstpublishedtime", "article:published_time", "og:article:published_time", "publish-date", "publish_date",
	"datepublished", "dc.date.issued", "dcterms.issued", "dcterms.created", "parsely-pub-date", "sailthru.date", "publishtime", "publication_date",
	"published", "og:published_time", "cxenseparse:recs:publishtime", "weibo: article:create_at", "weibo:article:create_at", "article.published",
	"bt:pubdate", "og:release_date", "og:pubdate", "originalpublicationdate", "article_date_original", "published_time", "rnews:datepublished",
	"dc.date.created", "citation_publication_date", "published-date", "pdate", "article:create_at", "og:time", "article:published", "uploaddate",
}

// weakDateMetas give a date that is often another's: of an edition, of the
// page's regeneration, of the last change.
var weakDateMetas = []string{"date", "dc.date", "dcterms.date", "displaydate", "maketime", "dateupdate", "datecreated", "og:updated_time"}

// metaClues adds what metas and JSON-LD say.
func (p *Page) metaClues(s *clueSearch) {
	for _, name := range dateMetas {
		if v, _ := p.flat.metaOf(name); v != "" {
			if d, ok := softwareDate(v, s.style); ok {
				s.add(d, "meta", name, trustMeta)
				break
			}
		}
	}
	if d, ok := softwareDate(p.ld().published, s.style); ok {
		s.add(d, "json-ld", "datePublished", trustMeta)
	}
	for _, name := range weakDateMetas {
		if v, _ := p.flat.metaOf(name); v != "" {
			if d, ok := softwareDate(v, s.style); ok {
				s.add(d, "meta", name, trustWeak)
				break
			}
		}
	}
}

// timeClues adds the <time> of the article: the first below the title that is
// not another article's.
func (p *Page) timeClues(s *clueSearch, body *span, from int) {
	f := p.flat
	for i := range f.elems {
		e := &f.elems[i]
		if e.tag != atom.Time || e.all&(hintRelated|hintComment|hintFoot|hintSide|hintNav) != 0 || int(e.lo) < from {
			continue
		}
		d, ok := p.timeOf(int32(i), s.style)
		if !ok {
			continue
		}
		s.add(d, "time", "time", trustTime)
		return
	}
}

func (p *Page) timeOf(i int32, style dateStyle) (stamp, bool) {
	e := &p.flat.elems[i]
	if v := attr(e.node, "datetime"); v != "" {
		if d, ok := softwareDate(v, style); ok {
			return d, true
		}
	}
	if int(e.lo) < len(p.flat.lines) && e.lo < e.hi {
		return findDate(halve(p.flat.lineText(int(e.lo))), 0, style)
	}
	return stamp{}, false
}

// scriptClue reads the publication time that a page keeps in a variable of its
// scripts, where it says it nowhere else.
func (p *Page) scriptClue(s *clueSearch) {
	budget := 1 << 20
	for _, n := range p.flat.inline {
		data := n.FirstChild.Data
		if budget -= len(data); budget < 0 {
			return
		}
		for _, key := range [...]string{"publish_time", "publishTime", "publish_date", "publishDate", "pubtime", "pubTime", "pubDate", "datePublished", "createTime", "create_time", "ct"} {
			if d, ok := scriptValue(data, key, s.style); ok {
				s.add(d, "script", key, trustScript)
				return
			}
		}
	}
}

// scriptValue reads key = "date", key: "date" or "key": date.
func scriptValue(data, key string, style dateStyle) (stamp, bool) {
	for rest := data; ; {
		i := strings.Index(rest, key)
		if i < 0 {
			return stamp{}, false
		}
		before := byte(' ')
		if i > 0 {
			before = rest[i-1]
		}
		rest = rest[i+len(key):]
		if before != ' ' && before != '"' && before != '\'' && before != ',' && before != '{' && before != '\n' && before != '\t' && before != ';' {
			continue
		}
		v := strings.TrimLeft(rest[:min(len(rest), 60)], "\"' ")
		if v == "" || v[0] != '=' && v[0] != ':' {
			continue
		}
		v = strings.TrimLeft(v[1:], "\"' =")
		end := strings.IndexAny(v, "\"',;}\n")
		if end < 0 {
			continue
		}
		if d, ok := softwareDate(v[:end], style); ok {
			return d, true
		}
	}
}
