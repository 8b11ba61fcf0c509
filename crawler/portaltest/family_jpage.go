package portaltest

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// jpage is 大汉's JCMS with the list component jpage. The list page carries the
// first three pages of rows as records in a script, and answers alike whatever
// its query says. Further records come from a proxy:
//
//	POST /module/web/jpage/dataproxy.jsp?startrecord=16&endrecord=30&perpage=15
//	     with columnid, unitid and webid in the form, or
//	GET  /module/web/jpage/dataproxy.jsp?page=2&columnid=…&unitid=…&webid=…
//	     of a hundred records a page
//
// The proxy answers a request for a column or unit that does not exist, and one
// beyond the end, with a set of no records; without a number it starts from the
// first. An article answers under the number of any column.
type jpage struct{}

const (
	jpageWeb   = 73
	jpageGroup = 3   // pages of rows in the list page
	jpageBig   = 100 // records in an answer to GET
)

func jpageColumn(c *column) int { return 11085 + c.index }
func jpageUnit(c *column) int   { return 28698 + c.index }

func (jpage) place(c *column, published time.Time, id int) string {
	return fmt.Sprintf("/art/%s/art_%d_%d.html", published.Format("2006/1/2"), jpageColumn(c), id)
}

func (jpage) placeFile(a *Article, letter string, i int, ext string) string {
	name := fmt.Sprintf("%s%d%03d%s", strings.ToLower(letter), a.id, i, ext)
	if letter == "W" {
		return "/picture/0/" + name
	}
	return "/module/download/downfile.jsp?classid=0&filename=" + name
}

func (jpage) seed(c *column) string { return fmt.Sprintf("/col/col%d/index.html", jpageColumn(c)) }

func (jpage) template(*column) string { return "jpage_article.html" }

func (s jpage) serve(p *Portal, c *column, _ *http.Request, name string) *answer {
	if name != s.seed(c) {
		return nil
	}
	live := c.live()
	v := view{Facts: map[string]any{
		"column": jpageColumn(c), "unit": jpageUnit(c), "web": jpageWeb, "perpage": p.options.PageSize,
		"webname": url.QueryEscape(county.Name), "total": len(live),
		"records": string(records(slice(live, 0, jpageGroup*p.options.PageSize))),
	}}
	return page(http.StatusOK, htmlType(c.Header), p.draw("jpage_list.html", v, c.Column, ""), c.shown())
}

func (s jpage) service(p *Portal, r *http.Request, name string) *answer {
	if strings.HasPrefix(name, "/art/") {
		return s.alias(p, name)
	}
	if name != "/module/web/jpage/dataproxy.jsp" {
		return nil
	}
	_ = r.ParseForm() // what cannot be read is not there
	for _, c := range p.of(HanwebJpage) {
		if number(r.Form, "columnid", 0) != jpageColumn(c) || number(r.Form, "unitid", 0) != jpageUnit(c) ||
			number(r.Form, "webid", 0) != jpageWeb {
			continue
		}
		live := c.live()
		if r.Method == http.MethodPost {
			from, to := number(r.Form, "startrecord", 1), number(r.Form, "endrecord", jpageGroup*p.options.PageSize)
			return proxied(slice(live, from-1, to), len(live), number(r.Form, "perpage", p.options.PageSize))
		}
		n := number(r.Form, "page", 1)
		return proxied(slice(live, (n-1)*jpageBig, n*jpageBig), len(live), jpageBig)
	}
	return proxied(nil, 0, 1)
}

// alias answers for an article under another column's number, which is not
// looked at.
func (jpage) alias(p *Portal, name string) *answer {
	stem, ok := strings.CutSuffix(name, ".html")
	i := strings.LastIndexByte(stem, '_')
	if !ok || i < 0 {
		return nil
	}
	for _, c := range p.of(HanwebJpage) {
		for _, a := range c.articles {
			if stem[i+1:] == strconv.Itoa(a.id) && strings.HasPrefix(stem, "/art/"+a.Published.Format("2006/1/2")+"/art_") {
				return p.standing(a, 0)
			}
		}
	}
	return nil
}

// proxied is the proxy's answer.
func proxied(articles []*Article, total, perPage int) *answer {
	var b bytes.Buffer
	perPage = max(1, perPage)
	fmt.Fprintf(&b, "<datastore>\n<totalrecord>%d</totalrecord>\n<totalpage>%d</totalpage>\n<recordset>\n%s</recordset>\n</datastore>\n",
		total, (total+perPage-1)/perPage, records(articles))
	return page(http.StatusOK, "text/html;charset=UTF-8", b.Bytes(), time.Time{})
}

// records are rows as a proxy and its list page carry them.
func records(articles []*Article) []byte {
	var b bytes.Buffer
	for _, a := range articles {
		fmt.Fprintf(&b, "<record><![CDATA[\n<li><a href=\"%s\" target=\"_blank\" title='%s'>%s</a><span class=\"bt-right\">%s</span></li>\n]]></record>\n",
			a.URL, escape(a.Title), escape(truncate(a.Title, 28)), a.Published.Format(time.DateOnly))
	}
	return b.Bytes()
}
