package portaltest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// epoint is 新点's web builder. The list is static: moreinfo.html, 2.html, 3.html;
// of a column that is Stale only the first page is kept up, the others know
// nothing newer, so that what lies between is in the services alone:
//
//	GET or POST /EpointWebBuilderService/getInfoListAndCategoryList.action?cmd=getInfoList
//	    &pageIndex=1&pageSize=18&siteguid=…&categorynum=014001001&title=&infoC=
//
// with an answer whose only value is a string of JSON, and
//
//	POST /inteligentsearch/rest/esinteligentsearch/getFullTextDataNew
//
// with a JSON body, whatever its Content-Type says; pn is an offset, not a page,
// and an equal condition with isLike takes the categories below in. Categories
// and sites that do not exist have no records; a body that is no JSON is
// answered with a status of its own inside a 200.
type epoint struct{}

func epointSite() string { return guid("site") }

func epointCategory(c *column) string { return fmt.Sprintf("014001%03d", c.index+1) }

// guid returns an identifier in the form of a UUID that follows from s.
func guid(s string) string {
	t := token(s, 32)
	return t[:8] + "-" + t[8:12] + "-" + t[12:16] + "-" + t[16:20] + "-" + t[20:]
}

func epointArticle(id int) string { return guid(fmt.Sprint("epoint", id)) }

func (epoint) place(c *column, published time.Time, id int) string {
	category := epointCategory(c)
	return fmt.Sprintf("/%s/%s/%s/%s/%s.html", c.Path, category[:6], category, published.Format("20060102"), epointArticle(id))
}

func (epoint) placeFile(a *Article, letter string, i int, ext string) string {
	return fmt.Sprintf("/EpointWebBuilder/WebbuilderMIS/attach/%s%s", guid(fmt.Sprint(letter, a.id, i)), ext)
}

func (epoint) seed(c *column) string { return "/" + c.Path + "/moreinfo.html" }

func (epoint) template(*column) string { return "epoint_article.html" }

func (s epoint) serve(p *Portal, c *column, _ *http.Request, name string) *answer {
	live, size, n := c.live(), p.options.PageSize, 1
	if name != s.seed(c) {
		rest, ok := strings.CutPrefix(name, "/"+c.Path+"/")
		rest, static := strings.CutSuffix(rest, ".html")
		k, err := strconv.Atoi(rest)
		if !ok || !static || err != nil || k < 2 {
			return nil
		}
		n = k
		if !c.Stale.IsZero() {
			for len(live) > 0 && live[0].Published.After(c.Stale) {
				live = live[1:]
			}
		}
	}
	v := view{Page: n, Pages: max(1, (len(live)+size-1)/size), Facts: map[string]any{
		"category": epointCategory(c), "site": epointSite(),
	}}
	rows := slice(live, (n-1)*size, n*size)
	if n > 1 && len(rows) == 0 {
		return nil
	}
	for _, a := range rows {
		v.Rows = append(v.Rows, rowOf(a))
	}
	return page(http.StatusOK, htmlType(c.Header), p.draw("epoint_list.html", v, c.Column, ""), c.shown())
}

func (s epoint) service(p *Portal, r *http.Request, name string) *answer {
	switch name {
	case "/EpointWebBuilderService/getInfoListAndCategoryList.action":
		return s.infoList(p, r)
	case "/inteligentsearch/rest/esinteligentsearch/getFullTextDataNew":
		if r.Method != http.MethodPost {
			return nil
		}
		return s.fullText(p, r)
	}
	return nil
}

// infoList is the older service.
func (epoint) infoList(p *Portal, r *http.Request) *answer {
	_ = r.ParseForm() // what cannot be read is not there
	type info struct {
		ID       string `json:"infoid"`
		Title    string `json:"title"`
		Date     string `json:"infodate"`
		Category string `json:"categorynum"`
	}
	list := struct {
		Count int    `json:"count"`
		Data  []info `json:"data"`
	}{Data: []info{}}
	for _, c := range p.of(Epoint) {
		if r.Form.Get("cmd") != "getInfoList" || r.Form.Get("siteguid") != epointSite() || r.Form.Get("categorynum") != epointCategory(c) {
			continue
		}
		live := c.live()
		list.Count = len(live)
		n, size := max(1, number(r.Form, "pageIndex", 1)), number(r.Form, "pageSize", p.options.PageSize)
		for _, a := range slice(live, (n-1)*size, n*size) {
			list.Data = append(list.Data, info{epointArticle(a.id), a.Title, a.Published.Format(time.DateOnly), epointCategory(c)})
		}
	}
	text, err := json.Marshal(list)
	if err != nil {
		panic(fmt.Sprintf("portaltest: %v", err)) // its types are our own
	}
	return jsonPage(map[string]string{"custom": string(text)})
}

// fullText is the search that newer lists are made with.
func (epoint) fullText(p *Portal, r *http.Request) *answer {
	var asked struct {
		Offset    int `json:"pn"`
		Rows      int `json:"rn"`
		Condition []struct {
			Field string `json:"fieldName"`
			Equal string `json:"equal"`
			Like  bool   `json:"isLike"`
		} `json:"condition"`
	}
	body, err := io.ReadAll(r.Body)
	if err == nil {
		err = json.Unmarshal(body, &asked)
	}
	if err != nil {
		return jsonPage(map[string]any{"status": map[string]any{"code": 0, "text": "参数错误"}})
	}
	type record struct {
		Title    string `json:"title"`
		Date     string `json:"webdate"`
		URL      string `json:"linkurl"`
		Category string `json:"categorynum"`
	}
	all := []record{}
	for _, c := range p.of(Epoint) {
		category := epointCategory(c)
		wanted := true
		for _, condition := range asked.Condition {
			if condition.Field == "categorynum" {
				wanted = wanted && (condition.Equal == category || condition.Like && strings.HasPrefix(category, condition.Equal))
			}
		}
		if !wanted {
			continue
		}
		for _, a := range c.live() {
			all = append(all, record{a.Title, a.Published.Format(time.DateTime), a.URL, category})
		}
	}
	from := min(max(0, asked.Offset), len(all))
	return jsonPage(map[string]any{"result": map[string]any{
		"totalcount": len(all), "records": all[from:min(from+max(0, asked.Rows), len(all))],
	}})
}
