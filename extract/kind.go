package extract

import (
	"strings"

	"fangzhi/archive"
)

// kindOf tells articles from lists, and what told it.
func (p *Page) kindOf(body *span, bodyWeight int32) (archive.Kind, string) {
	f := p.flat
	if v, _ := f.metaOf("articletitle"); v != "" {
		return archive.KindArticle, "meta ArticleTitle"
	}
	rows, dated := 0, 0
	for _, l := range p.Links() {
		if l.Row {
			rows++
			if l.Day != "" {
				dated++
			}
		}
	}
	if p.rules.rows != nil && rows > 0 && p.rules.body == nil {
		return archive.KindList, "rule rows"
	}
	if v, _ := f.metaOf("columnname"); v != "" && bodyWeight < 900 {
		return archive.KindList, "meta ColumnName without ArticleTitle"
	}
	if strings.Contains(p.text, "jpaas-publish-server/front/page/build/unit") && bodyWeight < 300 {
		return archive.KindList, "list filled in by a script: unitbuild"
	}
	if strings.Contains(p.text, "createPageHTML(") && !strings.Contains(p.text, "\"t20") && rows >= 5 && bodyWeight < 900 {
		return archive.KindList, "pagination createPageHTML"
	}
	if dated >= 5 && bodyWeight < 600 || dated >= 8 && bodyWeight < 1500 {
		return archive.KindList, "rows with dates"
	}
	if rows >= 15 && bodyWeight < 450 {
		return archive.KindList, "rows of links"
	}
	return archive.KindArticle, "text"
}
