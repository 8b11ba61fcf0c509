package portaltest

import (
	"fmt"
	"net/http"
	"path"
	"strings"
	"time"
)

// trs is TRS WCM: static lists index.html, index_1.html, …, with a pager that a
// script writes.
type trs struct{}

func (trs) place(c *column, published time.Time, id int) string {
	return fmt.Sprintf("/%s/%s/t%s_%d.html", c.Path, published.Format("200601"), published.Format("20060102"), id)
}

// placeFile puts a file beside the article: P0 and a date for documents, W0 for
// pictures.
func (trs) placeFile(a *Article, letter string, i int, ext string) string {
	return fmt.Sprintf("%s/%s0%s%06d%03d%s", path.Dir(a.URL), letter, a.Published.Format("20060102"), a.id, i, ext)
}

func (trs) seed(c *column) string { return "/" + c.Path + "/index.html" }

func (trs) template(c *column) string { return trsTemplate(c, "article") }

func trsTemplate(c *column, name string) string {
	if c.Frame == Tables {
		return name + "_table.html"
	}
	return name + ".html"
}

func (trs) serve(p *Portal, c *column, _ *http.Request, name string) *answer {
	rest, ok := strings.CutPrefix(name, "/"+c.Path)
	if !ok {
		return nil
	}
	if rest == "" {
		a := page(http.StatusMovedPermanently, htmlType(""), nil, time.Time{})
		a.header.Set("Location", name+"/")
		return a
	}
	n, ok := listNumber(rest)
	if !ok {
		return nil
	}
	return p.listPage(c, n)
}

func (trs) service(*Portal, *http.Request, string) *answer { return nil }
