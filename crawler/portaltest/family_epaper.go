package portaltest

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// epaper is Founder's newspaper: a folder a day, in it node_2.htm, node_3.htm for
// the pages of the paper, each with its articles, and a link to the issue
// before. The calendar's days without an issue are not found.
type epaper struct{ plain }

const epaperSheet = 5 // articles on one page of the paper

func (epaper) folder(c *column, t time.Time) string {
	return fmt.Sprintf("/%s/html/%s/", c.Path, t.Format("2006-01/02"))
}

func (s epaper) place(c *column, t time.Time, id int) string {
	return fmt.Sprintf("%scontent_%d.htm", s.folder(c, t), id)
}

func (s epaper) seed(c *column) string { return "/" + c.Path + "/" }

// issues are the days of the paper, newest first, with their articles.
func (s epaper) issues(c *column) (days []time.Time, of map[string][]*Article) {
	of = map[string][]*Article{}
	for _, a := range c.live() {
		folder := s.folder(c, a.Published)
		if len(of[folder]) == 0 {
			days = append(days, a.Published)
		}
		of[folder] = append(of[folder], a)
	}
	return days, of
}

func (s epaper) serve(p *Portal, c *column, _ *http.Request, name string) *answer {
	if !strings.HasPrefix(name, "/"+c.Path+"/") {
		return nil
	}
	days, of := s.issues(c)
	if len(days) == 0 {
		return nil
	}
	if name == s.seed(c) {
		name = s.folder(c, days[0]) + "node_2.htm"
	}
	for i, day := range days {
		folder := s.folder(c, day)
		node := 0
		if n, err := fmt.Sscanf(strings.TrimPrefix(name, folder), "node_%d.htm", &node); err != nil || n != 1 || !strings.HasPrefix(name, folder) {
			continue
		}
		articles := of[folder]
		sheets := (len(articles) + epaperSheet - 1) / epaperSheet
		if node < 2 || node-2 >= sheets {
			return nil
		}
		var b strings.Builder
		b.WriteString("<table class=\"nav\">")
		for n := range sheets {
			fmt.Fprintf(&b, "<tr><td><a href=\"%snode_%d.htm\">第%02d版：要闻</a></td></tr>", folder, n+2, n+1)
		}
		b.WriteString("</table>\n<ul class=\"mulu\">\n")
		for _, a := range slice(articles, (node-2)*epaperSheet, (node-1)*epaperSheet) {
			fmt.Fprintf(&b, "<li><a href=\"%s\">%s</a></li>\n", a.URL, escape(a.Title))
		}
		b.WriteString("</ul>\n")
		if i+1 < len(days) {
			fmt.Fprintf(&b, "<a href=\"%snode_2.htm\">上一期</a> ", s.folder(c, days[i+1]))
		}
		if i > 0 {
			fmt.Fprintf(&b, "<a href=\"%snode_2.htm\">下一期</a> ", s.folder(c, days[i-1]))
		}
		b.WriteString("<div id=\"calendar\"><a href=\"?date=2024-05-01\">1</a> <a href=\"?date=2024-05-02\">2</a></div>")
		return s.list(p, c, "", b.String())
	}
	return nil
}
