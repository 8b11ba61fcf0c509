package portaltest

import (
	"fmt"
	"net/http"
	"time"
)

// nfcms is 南方网's NFCMS: lists index.html, index_2.html, … that do not say how
// many pages there are; a script, which is not part of the page, writes the pager.
type nfcms struct{ plain }

func (nfcms) place(c *column, _ time.Time, id int) string {
	return fmt.Sprintf("/%s/content/post_%d.html", c.Path, id)
}

func (s nfcms) serve(p *Portal, c *column, _ *http.Request, name string) *answer {
	if name == "/"+c.Path+"/" {
		name += "index.html"
	}
	n, ok := numbered(name, "/"+c.Path+"/index", ".html")
	if !ok {
		return nil
	}
	rows, pages := p.pageOf(c, n)
	if n > pages {
		return nil
	}
	return s.list(p, c, "<script>var NFCMS_SITE_ID = '757001', NFCMS_COLUMN_ID = '20';</script>\n",
		items(rows)+"\n<div class=\"page\" id=\"page_div\"></div><script src=\"/js/page.js\"></script>")
}
