package portaltest

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// was is TRS WAS, a search that TRS portals use for lists:
//
//	GET /was5/web/search?channelid=288001&templet=advsch.jsp&sortfield=-docorderpri,-docreltime
//	    &classsql=chnlid%3D35207&prepage=15&page=2
//
// A page beyond the end is the last, one that is no number the first; another
// channel finds nothing.
type was struct{ plain }

func (was) class(c *column) string { return fmt.Sprintf("chnlid=%d", 35207+c.index) }

func (s was) serve(p *Portal, c *column, _ *http.Request, name string) *answer {
	if name != s.seed(c) {
		return nil
	}
	return s.list(p, c, "", fmt.Sprintf(`<div class="list_base" id="list"></div><div class="page" id="page"></div>
<script>var url = "/was5/web/search?channelid=288001&templet=advsch.jsp&sortfield=-docorderpri,-docreltime&classsql=%s&prepage=%d&page=";
function go(page) { $.ajax({url: url + page, dataType: "json", success: render}); } go(1);</script>`,
		strings.ReplaceAll(s.class(c), "=", "%3D"), p.options.PageSize))
}

func (s was) service(p *Portal, r *http.Request, name string) *answer {
	if name != "/was5/web/search" {
		return nil
	}
	q := r.URL.Query()
	for _, c := range p.of(WAS) {
		if q.Get("channelid") != "288001" || q.Get("classsql") != s.class(c) {
			continue
		}
		live, size := c.live(), max(1, number(q, "prepage", 10))
		pages := max(1, (len(live)+size-1)/size)
		n := min(max(1, number(q, "page", 1)), pages)
		type doc struct {
			Title string `json:"title"`
			URL   string `json:"url"`
			Time  string `json:"time"`
		}
		docs := []doc{}
		for _, a := range slice(live, (n-1)*size, n*size) {
			docs = append(docs, doc{"<em>" + a.Title + "</em>", p.absolute(a.URL), a.Published.Format(time.DateTime)})
		}
		a := jsonPage(map[string]any{"count": strconv.Itoa(len(live)), "docs": docs})
		a.header.Set("Content-Type", "text/html;charset=utf-8")
		return a
	}
	return jsonPage(map[string]any{"count": "0", "docs": []any{}})
}
