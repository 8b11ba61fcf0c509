package portaltest

import (
	"fmt"
	"net/http"
	"time"
)

// kaipu is 开普's CMS with lists that a service fills:
//
//	POST /getFileListByCodeId
//	     codeId=&channelId=<32 hex>&page=1&size=20&relateSubChannels=false
//
// A GET, a channel that does not exist and a page beyond the end have no rows;
// a page that is no number is the first.
type kaipu struct{ plain }

func (kaipu) place(c *column, t time.Time, id int) string {
	return fmt.Sprintf("/%s/%s/%s.html", c.Path, t.Format("200601"), token(fmt.Sprint("kaipu", id), 32))
}

func (kaipu) channel(c *column) string { return token("channel"+c.Path, 32) }

func (kaipu) seed(c *column) string { return "/" + c.Path + "/common_list.shtml" }

func (s kaipu) serve(p *Portal, c *column, _ *http.Request, name string) *answer {
	if name != s.seed(c) {
		return nil
	}
	return s.list(p, c, fmt.Sprintf("<meta name=\"channelId\" content=\"%s\">\n", s.channel(c)), fmt.Sprintf(
		`<UCAPCONTENT><ul id="list"></ul></UCAPCONTENT><div id="pager"></div>
<script>$.post("/getFileListByCodeId", {codeId: "", channelId: "%s", page: pageNo, size: %d, relateSubChannels: false}, render, "json");</script>`,
		s.channel(c), p.options.PageSize))
}

func (s kaipu) service(p *Portal, r *http.Request, name string) *answer {
	if name != "/getFileListByCodeId" || r.Method != http.MethodPost {
		return nil
	}
	_ = r.ParseForm() // what cannot be read is not there
	type file struct {
		Title string `json:"title"`
		URL   string `json:"url"`
		Day   string `json:"publishedTimeStr"`
		At    int64  `json:"publishedTime"`
	}
	files, total := []file{}, 0
	for _, c := range p.of(Kaipu) {
		if r.PostForm.Get("channelId") != s.channel(c) {
			continue
		}
		live := c.live()
		n, size := max(1, number(r.PostForm, "page", 1)), number(r.PostForm, "size", p.options.PageSize)
		total = len(live)
		for _, a := range slice(live, (n-1)*size, n*size) {
			files = append(files, file{a.Title, a.URL, a.Published.Format(time.DateTime), a.Published.UnixMilli()})
		}
	}
	return jsonPage(map[string]any{"status": 200, "results": map[string]any{"data": map[string]any{"total": total, "results": files}}})
}
