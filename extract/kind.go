package extract

import (
	"net/url"
	"strings"

	"fangzhi/archive"
)

// signUntold is the signature of an article that nothing speaks for but that
// nothing speaks for a list either.
const signUntold = "no sign of a list"

// kindOf tells articles from lists, and what told it.
func (p *Page) kindOf(body *span, title *titleRead) (archive.Kind, string) {
	f := p.flat
	if p.rules.rows != nil || p.rules.body != nil {
		switch {
		case len(matches(p.root, p.rules.body)) > 0:
			return archive.KindArticle, "rule body"
		case len(matches(p.root, p.rules.rows)) > 0:
			return archive.KindList, "rule rows"
		}
	}
	if v, _ := f.metaOf("articletitle"); v != "" {
		return archive.KindArticle, "meta ArticleTitle"
	}
	var prose, listed int32
	lines, first, last := 0, -1, -1
	for i := body.lo; i < body.hi; i++ {
		if body.has(i) && f.lines[i].isProse() {
			prose += f.lines[i].w
			lines++
			if last = i; first < 0 {
				first = i
			}
		}
	}
	rows, dated, inside := 0, 0, 0
	var few []datedRow
	for i := range f.anchors {
		a := &f.anchors[i]
		if a.el < 0 || f.elems[a.el].all&hintJunk != 0 || len(a.href) < 2 {
			continue
		}
		text := p.anchorText(a)
		if row, day := f.row(a, p.style(), text, ""); row >= 0 {
			rows++
			if int(a.lo) >= first && int(a.lo) <= last {
				inside++
			}
			listed += weigh(text)
			if day != "" || f.monthDayBeside(a) {
				if dated++; len(few) <= fewRows && f.lines[a.lo].links == 1 { // a menu's links share a line
					few = append(few, p.datedRowOf(row, a))
				}
			}
		}
	}
	if name := p.filledByScript(); name != "" && prose < 300 {
		return archive.KindList, "list filled in by a script: " + name
	}
	if p.ld().found {
		return archive.KindArticle, "json-ld " + p.ld().kind
	}
	if v, name := f.metaOf("og:type"); v == "article" && prose > 0 {
		return archive.KindArticle, "meta " + name
	}
	if v, _ := f.metaOf("columnname"); v != "" && prose < 600 {
		return archive.KindList, "meta ColumnName without ArticleTitle"
	}
	if place, wrapper := p.emptyPlace(title.anchor()); place >= 0 && prose == 0 && body.el >= 0 && f.within(body.el, wrapper) && weigh(title.text) >= rowWeight {
		return archive.KindArticle, "the place of a text under its title"
	}
	switch {
	case !p.isHome() && p.isColumnOf(few, body, title):
		return archive.KindList, "a row or two with dates, and no text"
	case title.anchor() >= 0 && first > title.line && prose >= 2*proseWeight && inside <= lines && weigh(title.text) >= rowWeight:
		return archive.KindArticle, "text under its title"
	case first >= 0 && prose >= 5*proseWeight && 2*inside <= lines && p.byline() >= 0 && p.byline() < first && p.byline()+10 >= first:
		return archive.KindArticle, "text under a date line"
	case prose >= 6*proseWeight && 2*inside <= lines && listed <= 6*prose:
		return archive.KindArticle, "text"
	case dated >= 3 && listed > 2*prose:
		return archive.KindList, "rows with dates"
	case dated >= 5 && 2*inside >= lines:
		return archive.KindList, "rows with dates and summaries"
	case rows >= 8 && listed > 3*prose, rows >= 4 && prose == 0 && len(body.keep) == 0:
		return archive.KindList, "rows of links"
	case p.isHome() && p.byline() < 0:
		return archive.KindList, "the home page of a host, and no sign of an article"
	case p.listsBeside(body, title):
		return archive.KindList, "rows with dates beside, under the name of a column"
	}
	return archive.KindArticle, signUntold
}

// listsBeside says whether a column's rows stand in what is named a sidebar: the page
// has the name of a column, says and shows next to nothing of its own, and rows with
// dates make up for it.
func (p *Page) listsBeside(body *span, title *titleRead) bool {
	f := p.flat
	if p.byline() >= 0 || !p.namesColumn(title, len(f.lines), "") || p.hasFilesBeside(nil, body, title) {
		return false
	}
	own := int32(0)
	for i := range f.lines {
		l := &f.lines[i]
		if body.has(i) || i > title.line && l.flags&lineHidden == 0 && f.hintsAt(i)&hintJunk == 0 && 2*l.lw <= l.w && !p.isFootLine(i) {
			own += l.w
		}
	}
	if 2*own >= proseWeight {
		return false
	}
	dated := 0
	for i := range f.anchors {
		if a := &f.anchors[i]; a.el >= 0 && len(a.href) > 1 {
			if _, day := f.row(a, p.style(), p.anchorText(a), ""); day != "" {
				dated++
			}
		}
	}
	return dated >= 3
}

// filledByScript is the name of a script that fills in a list, where the page has
// one; "" where it has none.
func (p *Page) filledByScript() string {
	switch {
	case strings.Contains(p.text, "jpaas-publish-server/front/page/build/unit"):
		return "unitbuild"
	case strings.Contains(p.text, "/gkmlpt/") && strings.Contains(p.text, "SID"):
		return "gkmlpt"
	}
	return ""
}

// isHome says whether the page is the first of its host.
func (p *Page) isHome() bool {
	u, err := url.Parse(p.in.URL)
	return err == nil && u.Host != "" && u.RawQuery == "" && strings.Trim(u.Path, "/") == ""
}
