package discover

import (
	"path"
	"strings"

	"fangzhi/lazyregexp"
)

// Founder's newspapers: a folder a day, /html/2024-05/20/, in it node_2.htm for
// each page of the paper, which lists its articles content_NNN.htm. Earlier
// issues are reached through 上一期 alone: the calendar leads to days without end.
var (
	epaperNode    = lazyregexp.New(`^node_\d+\.html?$`)
	epaperContent = lazyregexp.New(`^content_\d+(?:_\d+)?\.html?$`)
)

func epaperSign(p *page) string {
	if s := p.has("founder-content", `id="ozoom"`, "<founder-"); s != "" {
		return s
	}
	for _, l := range p.Links() {
		if base := path.Base(l.URL); epaperNode.MatchString(base) {
			return base
		}
	}
	return ""
}

func epaperList(p *page) (List, bool) {
	if !strings.Contains(p.html, "node_") && !epaperNode.MatchString(path.Base(p.at.Path)) {
		return List{}, false
	}
	l := List{Rows: []Row{}}
	seen := map[string]bool{}
	row := func(u, title string) {
		if !seen[u] && epaperContent.MatchString(path.Base(cutQuery(u))) {
			seen[u] = true
			l.Rows = append(l.Rows, Row{URL: u, Title: title, Day: epaperDay(u)})
		}
	}
	folder := beside(p.at, "./")
	before := ""
	for _, link := range p.Links() {
		if strings.Contains(link.URL, "?") {
			continue // the calendar
		}
		base := path.Base(link.URL)
		switch {
		case epaperContent.MatchString(base):
			row(link.URL, link.Text)
		case epaperNode.MatchString(base) && (strings.HasPrefix(link.URL, folder) || len(p.Links()) < 80):
			if isEarlier(link.Text) {
				before = link.URL
			} else if !isLater(link.Text) {
				l.Next = append(l.Next, get(link.URL))
			}
		case isEarlier(link.Text):
			before = link.URL
		}
	}
	for _, n := range p.Document().Find("area[href]").EachIter() {
		href, _ := n.Attr("href")
		title, _ := n.Attr("title")
		if u := beside(p.at, href); u != "" {
			row(u, title)
		}
	}
	if before != "" {
		l.Next = append(l.Next, get(before))
	}
	l.Abreast, l.Mixed, l.Overlaps = len(l.Next), true, true // the paper's address is that of its first page
	l.Evidence = "node_N.htm, content_N.htm"
	return l, len(l.Rows) > 0 || len(l.Next) > 0
}

func isEarlier(text string) bool {
	return strings.Contains(text, "上一期") || strings.Contains(text, "上期") || strings.Contains(text, "前一期")
}

func isLater(text string) bool {
	return strings.Contains(text, "下一期") || strings.Contains(text, "下期") || strings.Contains(text, "后一期")
}

var epaperFolder = lazyregexp.New(`/((?:19|20)\d\d)-?(\d\d)/(\d\d)/`)

func epaperDay(u string) string {
	m := epaperFolder.FindStringSubmatch(u)
	if m == nil {
		return ""
	}
	return dayOf(m[1]+"-"+m[2]+"-"+m[3], beijing)
}

func cutQuery(u string) string {
	u, _, _ = strings.Cut(u, "?")
	return u
}
