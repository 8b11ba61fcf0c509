package portaltest

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// The families below are nobody's software: what small vendors write.

// nextLink is a static list whose pages know the next one alone.
type nextLink struct{ plain }

func (nextLink) place(c *column, _ time.Time, id int) string {
	return fmt.Sprintf("/%s/ReadNews.asp?NewsID=%d", c.Path, id)
}

func (nextLink) seed(c *column) string { return "/" + c.Path + "/list.asp" }

func (s nextLink) serve(p *Portal, c *column, r *http.Request, name string) *answer {
	if name != s.seed(c) {
		return nil
	}
	n := max(1, number(r.URL.Query(), "p", 1))
	rows, pages := p.pageOf(c, n)
	if n > pages {
		rows, _ = p.pageOf(c, 1) // as such software does
	}
	var b strings.Builder
	b.WriteString("<table width=\"100%\" class=\"newslist\">\n")
	for _, a := range rows {
		fmt.Fprintf(&b, "<tr><td>·<a href=\"%s\">%s</a></td><td align=\"right\">[%s]</td></tr>\n", strings.TrimPrefix(a.URL, "/"+c.Path+"/"), escape(a.Title), a.Published.Format("01-02"))
	}
	b.WriteString("</table>")
	if n < pages {
		fmt.Fprintf(&b, "<a href=\"list.asp?p=%d\">下一页</a>", n+1)
	}
	return s.list(p, c, "", b.String())
}

// endpointed is a page whose script names a service that answers with JSON,
// whatever that calls itself; it pages by pageNo in the query.
type endpointed struct{ plain }

func (endpointed) seed(c *column) string { return "/" + c.Path + "/" }

func (s endpointed) serve(p *Portal, c *column, r *http.Request, name string) *answer {
	switch name {
	case s.seed(c):
		return s.list(p, c, "<script src=\"/js/vue.min.js\"></script>\n", fmt.Sprintf(`<div id="app"><p v-for="item in list"><a :href="item.link">{{item.title}}</a></p></div>
<script>
var channel = "%s", size = %d;
function load(pageNo) {
	fetch("/api/news/list?channel=" + channel + "&pageNo=" + pageNo + "&pageSize=" + size).then(function (r) { return r.json(); }).then(show);
}
load(1);
</script>`, c.Path, p.options.PageSize))
	case "/api/news/list":
		q := r.URL.Query()
		if q.Get("channel") != c.Path {
			return nil
		}
		live, size := c.live(), max(1, number(q, "pageSize", 10))
		n := max(1, number(q, "pageNo", 1))
		type item struct {
			Headline string `json:"newsTitle"`
			Link     string `json:"link"`
			At       int64  `json:"publishTime"`
		}
		list := []item{}
		for _, a := range slice(live, (n-1)*size, n*size) {
			list = append(list, item{a.Title, a.URL, a.Published.UnixMilli()})
		}
		a := jsonPage(map[string]any{"code": 0, "data": map[string]any{"total": len(live), "list": list}})
		a.header.Set("Content-Type", "text/html")
		return a
	}
	return nil
}

// scriptedPager is a static list whose script writes the pager from a count and
// the pattern of the names.
type scriptedPager struct{ plain }

func (s scriptedPager) serve(p *Portal, c *column, _ *http.Request, name string) *answer {
	n, ok := numbered(name, "/"+c.Path+"/index", ".html")
	if !ok {
		return nil
	}
	rows, pages := p.pageOf(c, n)
	if n > pages {
		return nil
	}
	return s.list(p, c, "", items(rows)+fmt.Sprintf(`<div id="pager"></div><script>
laypage.render({elem: "pager", count: %d, limit: %d, curr: %d, jump: function (obj, first) {
	if (!first) { location.href = obj.curr == 1 ? "index.html" : "index_" + obj.curr + ".html"; }
}});</script>`, len(c.live()), p.options.PageSize, n))
}

// formPager is a list that a form with a field for the page is posted for.
type formPager struct{ plain }

func (formPager) seed(c *column) string { return "/" + c.Path + "/newsList.do" }

func (s formPager) serve(p *Portal, c *column, r *http.Request, name string) *answer {
	if name != s.seed(c) {
		return nil
	}
	_ = r.ParseForm() // what cannot be read is not there
	n := max(1, number(r.PostForm, "pageNo", 1))
	rows, pages := p.pageOf(c, n)
	if n > pages {
		rows, n = nil, pages
	}
	return s.list(p, c, "", items(rows)+fmt.Sprintf(`<form id="pageForm" action="newsList.do" method="post"><input type="hidden" name="columnId" value="%s">
<input type="hidden" name="pageNo" value="%d">共%d页 <a href="javascript:goPage(%d)">下一页</a></form>
<script>function goPage(n) { var f = document.getElementById("pageForm"); f.pageNo.value = n; f.submit(); }</script>`, c.Path, n, pages, n+1))
}
