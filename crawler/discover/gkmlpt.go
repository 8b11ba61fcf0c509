package discover

import (
	"encoding/json"
	"net/url"
	"strings"

	"fangzhi/archive"
	"fangzhi/lazyregexp"
)

// The disclosure platform of Guangdong is one page for all lists, /gkmlpt/index,
// whose fragment says which (#505). A script fills it from
//
//	GET /gkmlpt/api/all/505?page=1&sid=200025
//
// with {"total": …, "articles": […]}, a hundred a page. Some hosts number from 0
// and some from 1, where 0 is 1, too: from 0 on nothing is missed.
const (
	gkmlptMost  = 400 // lists of one page that are asked for
	gkmlptPages = 100 // rows of a page, where the answer does not tell
)

var (
	gkmlptSID  = lazyregexp.New(`(?i)\bSID["']?\s*[:=]\s*["']?(\d{1,10})`)
	gkmlptTree = lazyregexp.New(`["']?\bid["']?\s*:\s*["']?(\d{1,9})["']?\s*,\s*["']?name["']?\s*:\s*["']([^"']{1,120})["']`)
	gkmlptAPI  = lazyregexp.New(`/gkmlpt/api/all/(\d{1,9})`)
)

func gkmlptSign(p *page) string {
	if strings.Contains(p.at.Path, "/gkmlpt/") || strings.Contains(p.html, "/gkmlpt/static/") || strings.Contains(p.html, "/gkmlpt/api/") {
		if m := gkmlptSID.FindString(p.html); m != "" {
			return m
		}
	}
	return ""
}

func gkmlptList(p *page) (List, bool) {
	sid := gkmlptSID.FindStringSubmatch(p.html)
	if sid == nil || gkmlptSign(p) == "" || !strings.Contains(p.at.Path, "/gkmlpt") || strings.Contains(p.at.Path, "/content/") {
		return List{}, false
	}
	l := List{Evidence: sid[0]}
	add := func(category, name string) {
		u := beside(p.at, "/gkmlpt/api/all/"+category+"?page=0&sid="+sid[1])
		l.Feeds = append(l.Feeds, p.scripted("gkmlpt", u))
		l.Titles = append(l.Titles, name)
	}
	chosen, _, _ := strings.Cut(strings.Trim(p.at.Fragment, "/"), "/")
	if isNumber(chosen) {
		add(chosen, "")
		return l, true
	}
	seen := map[string]bool{}
	for _, m := range gkmlptTree.FindAllStringSubmatch(scripts(p, "name"), -1) {
		if !seen[m[1]] && len(l.Feeds) < gkmlptMost {
			seen[m[1]] = true
			add(m[1], m[2])
		}
	}
	return l, len(l.Feeds) > 0
}

func gkmlptAnswer(a *Answer) (List, bool) {
	var got struct {
		Total    json.Number      `json:"total"`
		Articles []map[string]any `json:"articles"`
	}
	d := json.NewDecoder(strings.NewReader(a.Text))
	d.UseNumber()
	if err := d.Decode(&got); err != nil {
		return List{}, false
	}
	at := a.at()
	total, _ := integer(got.Total)
	l := List{Rows: []Row{}, Total: total, Evidence: "articles of " + at.Path, Overlaps: true}
	if m := gkmlptAPI.FindStringSubmatch(at.Path); m != nil {
		l.Key = "category " + m[1]
	}
	ids := map[string]bool{}
	for _, r := range got.Articles {
		id := record(r).value("id")
		if row, ok := a.row(r, nil); ok && (id == "" || !ids[id]) {
			row.URL = gkmlptPlace(at, record(r), row.URL)
			ids[id] = true
			l.Rows = append(l.Rows, row)
		}
	}
	asked := decoded(at.RawQuery)
	n := atoi(valueOf(asked, "page"))
	if len(got.Articles) == 0 {
		if n == 0 {
			l.Next = []archive.Request{a.again(withQuery(at, encoded(with(asked, "page", "1"))), "")}
		}
		return l, true
	}
	size := atoi(a.Request.Hint) // of the first page: the last is shorter
	if size == 0 {
		size = len(got.Articles)
		if n == 0 && total <= size {
			return l, true
		}
	}
	for n++; (n-1)*size < total && len(l.Next) < maxNext; n++ {
		next := a.again(withQuery(at, encoded(with(asked, "page", decimal(n)))), "")
		next.Hint = decimal(size)
		l.Next = append(l.Next, next)
	}
	return l, true
}

// gkmlptPlace is where an article stands: answers name another scheme, or a
// host that only the platform knows, for what they have themselves.
func gkmlptPlace(at *url.URL, r record, found string) string {
	u, err := url.Parse(found)
	if err != nil || u.Hostname() != at.Hostname() {
		return found
	}
	u.Scheme, u.Host = at.Scheme, at.Host
	return u.String()
}
