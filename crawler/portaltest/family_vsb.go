package portaltest

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// vsb is 博达's VSB. The pages of a list count down: of 31, the second is
// tzgg/30.htm and the last tzgg/1.htm. Page k but the first holds the same rows
// for good, counted from the oldest; tzgg.htm holds the newest, so that rows of
// the second page can stand on the first as well. There is no page 31, and any
// other number that is too large is not found.
//
// An article answers under two URLs, and its view counter is fetched by a
// script: CountViews changes what that gets and not the page.
type vsb struct{}

const vsbOwner = 1990123001

func (vsb) place(c *column, _ time.Time, id int) string {
	return fmt.Sprintf("/info/%d/%d.htm", vsbTree(c), id)
}

func vsbTree(c *column) int { return 1001 + c.index }

func (vsb) placeFile(a *Article, letter string, i int, ext string) string {
	number := a.id*10 + i
	if letter == "W" {
		return fmt.Sprintf("/__local/%X/%s%s", number, token(a.URL, 12), ext)
	}
	return fmt.Sprintf("/system/_content/download.jsp?urltype=news.DownloadAttachUrl&owner=%d&wbfileid=%d", vsbOwner, number)
}

func (vsb) seed(c *column) string { return "/" + c.Path + ".htm" }

func (vsb) template(*column) string { return "vsb_article.html" }

func (vsb) service(p *Portal, r *http.Request, name string) *answer {
	query := r.URL.Query()
	switch name {
	case "/content.jsp":
		if query.Get("urltype") != "news.NewsContentUrl" {
			return nil
		}
		a := p.articles[fmt.Sprintf("/info/%s/%s.htm", query.Get("wbtreeid"), query.Get("wbnewsid"))]
		if a == nil {
			return nil
		}
		return p.standing(a, 0)
	case "/system/resource/code/news/click/dynclicks.jsp":
		for _, c := range p.of(VSB) {
			for _, a := range c.articles {
				if query.Get("clickid") == strconv.Itoa(a.id) {
					return page(http.StatusOK, htmlType("UTF-8"), []byte(strconv.Itoa(a.Views)), time.Time{})
				}
			}
		}
	}
	return nil
}

func (s vsb) serve(p *Portal, c *column, _ *http.Request, name string) *answer {
	live, size := c.live(), p.options.PageSize
	pages := max(1, (len(live)+size-1)/size)
	if name == s.seed(c) {
		return s.list(p, c, slice(live, 0, size), pages, pages)
	}
	number, ok := strings.CutPrefix(name, "/"+c.Path+"/")
	number, isPage := strings.CutSuffix(number, ".htm")
	k, err := strconv.Atoi(number)
	if !ok || !isPage || err != nil || k < 1 || k >= pages {
		return nil
	}
	return s.list(p, c, slice(live, len(live)-k*size, len(live)-(k-1)*size), k, pages)
}

// list is page k of pages, which is the first when they are equal.
func (s vsb) list(p *Portal, c *column, articles []*Article, k, pages int) *answer {
	up, folder := "", c.Path+"/" // the first page stands above the others
	if k < pages {
		up, folder = "../", ""
	}
	v := view{Page: pages - k + 1, Pages: pages, Facts: map[string]any{"up": up, "total": len(c.live())}}
	for _, a := range articles {
		row := rowOf(a)
		row.URL = up + strings.TrimPrefix(row.URL, "/")
		v.Rows = append(v.Rows, row)
	}
	link := func(number int) string {
		if number == pages {
			return up + c.Path + ".htm"
		}
		return fmt.Sprintf("%s%d.htm", folder, number)
	}
	if k > 1 {
		v.Facts["next"], v.Facts["last"] = link(k-1), link(1)
	}
	if k < pages {
		v.Facts["previous"], v.Facts["first"] = link(k+1), link(pages)
	}
	return page(http.StatusOK, htmlType(c.Header), p.draw("vsb_list.html", v, c.Column, ""), c.shown())
}
