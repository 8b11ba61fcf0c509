package portaltest

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// govcn is the portal of the State Council: a list is one file of JSON with all
// of its rows, which the page's script names.
type govcn struct{ plain }

func (govcn) place(c *column, t time.Time, id int) string {
	return fmt.Sprintf("/%s/content/%s/content_%d.htm", c.Path, t.Format("200601"), id)
}

func (govcn) seed(c *column) string { return "/" + c.Path + "/zuixin/" }

func (govcn) file(c *column) string { return strings.ToUpper(c.Path) + "ZUIXIN.json" }

func (s govcn) serve(p *Portal, c *column, _ *http.Request, name string) *answer {
	switch name {
	case s.seed(c):
		return s.list(p, c, "<link rel=\"canonical\" href=\"https://www.gov.cn"+s.seed(c)+"\">\n",
			`<div class="news_box"><ul id="xxgkList"></ul></div><script>$.ajax({url: "./`+s.file(c)+`", type: "get", dataType: "json", success: render});</script>`)
	case s.seed(c) + s.file(c):
		type item struct{ TITLE, SUB_TITLE, URL, DOCRELPUBTIME string }
		items := []item{}
		for _, a := range c.live() {
			items = append(items, item{a.Title, "", p.absolute(a.URL), a.Published.Format(time.DateOnly)})
		}
		a := jsonPage(items)
		a.modified = c.shown()
		return a
	}
	return nil
}
