package portaltest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// jpaas is 大汉's jpaas. The list page is empty; a script fills it from
//
//	GET /api-gateway/jpaas-publish-server/front/page/build/unit?parseType=bulidstatic
//	    &webId=…&tplSetId=…&pageType=column&tagId=…&editType=null&pageId=…
//	    &paramJson={"pageNo":2,"pageSize":24}
//
// whose parameters stand in the list page, misspelling and all. Pages are told
// by paramJson alone: a bare pageNo is not looked at and gets the first page.
// What stands beyond the end, or is asked for with another page's or unit's
// identifiers, is empty HTML. Without a Referer and X-Requested-With the gateway
// answers 403, unless the column is Lax.
type jpaas struct{}

const jpaasUnit = "/api-gateway/jpaas-publish-server/front/page/build/unit"

func jpaasColumn(c *column) string { return fmt.Sprintf("col%d", 1229123351+c.index) }

func (jpaas) place(c *column, published time.Time, id int) string {
	return fmt.Sprintf("/col/%s/art/%d/art_%s.html", jpaasColumn(c), published.Year(), token(fmt.Sprint("jpaas", id), 32))
}

func (jpaas) placeFile(a *Article, letter string, i int, ext string) string {
	return fmt.Sprintf("/cms_files/filemanager/%s/attach/%s%s", token("web", 10), token(fmt.Sprint(letter, a.id, i), 32), ext)
}

func (jpaas) seed(c *column) string { return "/col/" + jpaasColumn(c) + "/index.html" }

func (jpaas) template(*column) string { return "jpaas_article.html" }

// parameters are what the list page declares for its unit.
func (jpaas) parameters(c *column) url.Values {
	return url.Values{
		"parseType": {"bulidstatic"}, "webId": {token("web", 32)}, "tplSetId": {token("templates", 32)},
		"pageType": {"column"}, "tagId": {"右侧内容"}, "editType": {"null"}, "pageId": {token(c.Path, 32)},
	}
}

func (s jpaas) serve(p *Portal, c *column, _ *http.Request, name string) *answer {
	if name != s.seed(c) {
		return nil
	}
	var query strings.Builder
	parameters := s.parameters(c)
	for i, name := range []string{"parseType", "webId", "tplSetId", "pageType", "tagId", "editType", "pageId"} {
		if i > 0 {
			query.WriteString(",")
		}
		fmt.Fprintf(&query, "'%s':'%s'", name, parameters.Get(name))
	}
	v := view{Facts: map[string]any{"unit": jpaasUnit, "query": query.String(), "rows": p.options.PageSize}}
	return page(http.StatusOK, htmlType(c.Header), p.draw("jpaas_list.html", v, c.Column, ""), c.shown())
}

func (s jpaas) service(p *Portal, r *http.Request, name string) *answer {
	if name != jpaasUnit || r.Method == http.MethodPost {
		return nil
	}
	asked := r.URL.Query()
	var meant *column
	strict := true
	for _, c := range p.of(HanwebJpaas) {
		strict = strict && !c.Lax
		wanted := s.parameters(c)
		same := true
		for _, name := range []string{"webId", "tplSetId", "tagId", "pageId"} {
			same = same && asked.Get(name) == wanted.Get(name)
		}
		if same {
			meant, strict = c, !c.Lax
			break
		}
	}
	if strict && (r.Header.Get("Referer") == "" || r.Header.Get("X-Requested-With") != "XMLHttpRequest") {
		return page(http.StatusForbidden, htmlType(""), []byte("<html><head><title>403 Forbidden</title></head><body><center><h1>403 Forbidden</h1></center></body></html>"), time.Time{})
	}
	if meant == nil {
		return built("")
	}
	param := struct{ PageNo, PageSize int }{1, p.options.PageSize}
	if err := json.Unmarshal([]byte(asked.Get("paramJson")), &param); err != nil {
		param.PageNo, param.PageSize = 1, p.options.PageSize
	}
	live := meant.live()
	rows := slice(live, (max(1, param.PageNo)-1)*param.PageSize, max(1, param.PageNo)*param.PageSize)
	if len(rows) == 0 {
		return built("")
	}
	var b strings.Builder
	fmt.Fprintf(&b, "<ul class=\"list\" count=\"%d\" rows=\"%d\">\n", len(live), param.PageSize)
	for _, a := range rows {
		fmt.Fprintf(&b, "<li><a href=\"%s\" title=\"%s\" target=\"_blank\">%s</a><span>%s</span></li>\n",
			a.URL, escape(a.Title), escape(truncate(a.Title, 28)), a.Published.Format(time.DateOnly))
	}
	b.WriteString("</ul>")
	return built(b.String())
}

// built is the gateway's answer.
func built(html string) *answer {
	return jsonPage(map[string]any{"success": true, "data": map[string]string{"html": html}})
}

// jsonPage is a service's answer.
func jsonPage(v any) *answer {
	text, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("portaltest: %v", err)) // they are maps of our own
	}
	return page(http.StatusOK, "application/json;charset=UTF-8", text, time.Time{})
}
