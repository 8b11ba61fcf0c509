package portaltest

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// plain is what families have in common whose articles look like those of TRS
// and whose lists differ.
type plain struct{ trs }

func (plain) template(*column) string { return "article.html" }

// list is a list page of which the family writes the middle.
func (plain) list(p *Portal, c *column, head, main string) *answer {
	v := view{Facts: map[string]any{"head": head, "main": main}}
	return page(http.StatusOK, htmlType(c.Header), p.draw("plain_list.html", v, c.Column, ""), c.shown())
}

// items are rows as most lists write them.
func items(articles []*Article) string {
	var b strings.Builder
	b.WriteString("<ul class=\"list\">\n")
	for _, a := range articles {
		fmt.Fprintf(&b, "<li><a href=\"%s\" target=\"_blank\" title=\"%s\">%s</a><span>%s</span></li>\n",
			a.URL, escape(a.Title), escape(truncate(a.Title, 26)), a.Published.Format(time.DateOnly))
	}
	b.WriteString("</ul>")
	return b.String()
}

// pageOf returns page n, from 1, of what a column lists, and how many there are.
func (p *Portal) pageOf(c *column, n int) (rows []*Article, pages int) {
	live, size := c.live(), p.options.PageSize
	return slice(live, (n-1)*size, n*size), max(1, (len(live)+size-1)/size)
}

// numbered reads the name of a page of a list: stem.ext is 1, stem_2.ext 2.
func numbered(name, stem, ext string) (n int, ok bool) {
	rest, ok := strings.CutPrefix(name, stem)
	rest, cut := strings.CutSuffix(rest, ext)
	if !ok || !cut {
		return 0, false
	}
	if rest == "" {
		return 1, true
	}
	digits, ok := strings.CutPrefix(rest, "_")
	n, err := strconv.Atoi(digits)
	return n, ok && err == nil && n > 1 && strconv.Itoa(n) == digits
}
