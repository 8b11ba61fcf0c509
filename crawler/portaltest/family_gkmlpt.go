package portaltest

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// gkmlpt is the platform for 政府信息公开 of 南方新闻网. All columns are one page,
// /gkmlpt/index, whose fragment says which (#505); a script fills it from
//
//	GET /gkmlpt/api/all/505?page=1&sid=200025
//
// with Options.PageSize articles a page (a hundred in the wild). Pages are
// counted from 1, and page 0 is page 1 then, or from 0 where the column is
// FromZero. What stands beyond the end has no articles; neither has a category
// or site that does not exist, with a total of 0.
type gkmlpt struct{}

const gkmlptSite = 200025

func gkmlptCategory(c *column) int { return 505 + c.index }

func (gkmlpt) place(_ *column, _ time.Time, id int) string {
	return fmt.Sprintf("/gkmlpt/content/%d/%d/post_%d.html", id/1_000_000, id/1000, id)
}

func (gkmlpt) placeFile(a *Article, letter string, i int, ext string) string {
	return fmt.Sprintf("/gkmlpt/attachment/0/%d/%s%d%02d%s", a.id/1000, strings.ToLower(letter), a.id, i, ext)
}

func (gkmlpt) seed(c *column) string { return fmt.Sprintf("/gkmlpt/index#%d", gkmlptCategory(c)) }

func (gkmlpt) template(*column) string { return "gkmlpt_article.html" }

func (gkmlpt) serve(*Portal, *column, *http.Request, string) *answer { return nil }

func (gkmlpt) service(p *Portal, r *http.Request, name string) *answer {
	if name == "/gkmlpt/index" {
		v := view{Facts: map[string]any{"site": gkmlptSite}}
		for _, c := range p.of(GKMLPT) {
			v.Rows = append(v.Rows, row{Title: c.Name, URL: strconv.Itoa(gkmlptCategory(c))})
		}
		return page(http.StatusOK, htmlType("utf-8"), p.draw("gkmlpt_index.html", v, Column{}, ""), stuck)
	}
	category, ok := strings.CutPrefix(name, "/gkmlpt/api/all/")
	if !ok {
		return nil
	}
	type article struct {
		ID        int    `json:"id"`
		Title     string `json:"title"`
		URL       string `json:"url"`
		PostURL   string `json:"post_url"`
		Publisher string `json:"publisher"`
		Shown     int64  `json:"display_publish_time"` // seconds
		Created   string `json:"created_at"`
	}
	total, articles := 0, []article{}
	query := r.URL.Query()
	for _, c := range p.of(GKMLPT) {
		if category != strconv.Itoa(gkmlptCategory(c)) || number(query, "sid", 0) != gkmlptSite {
			continue
		}
		live, size := c.live(), p.options.PageSize
		n := number(query, "page", 1)
		if !c.FromZero {
			n = max(1, n) - 1
		}
		total = len(live)
		for _, a := range slice(live, max(0, n)*size, (max(0, n)+1)*size) {
			url := "http://" + r.Host + a.URL
			articles = append(articles, article{a.id, a.Title, url, url, a.Source, a.Published.Unix(), a.Published.Format(time.DateTime)})
		}
	}
	return jsonPage(map[string]any{"total": total, "articles": articles})
}
