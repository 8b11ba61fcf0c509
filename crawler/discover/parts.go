package discover

import (
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"fangzhi/extract"
)

// maxPart is the highest number of an article's page that is believed.
const maxPart = 999

// Part is a further page of an article.
type Part struct {
	URL    string // absolute
	Number int    // under which it is named: higher ones come later
	Sure   bool   // the portal's software names it as a page of this very article
}

// Parts returns the further pages of the article whose first page is at first,
// as far as p, the first page or a further one, leads to them: in their order.
// TRS WCM's script counts them; else links must say so, by a number or as the
// following page, and lead to the first page's own name with a number behind it
// (t20220213_552130_1.html), or to its URL with the number of a page added.
func Parts(p *extract.Page, first string) []Part {
	at, err := url.Parse(first)
	if err != nil {
		return nil
	}
	found := trsParts(&page{Page: p, at: at, html: p.HTML()})
	if !mentionsParts(p.HTML(), at) {
		return found
	}
	for _, l := range p.Links() {
		n, numbered := partText(l.Text)
		if !l.Next && !numbered || l.Document {
			continue
		}
		u, err := url.Parse(l.URL)
		if err != nil {
			continue
		}
		// Some count from 0: the link that says 2 leads to …_1.html.
		if number, ok := partNumber(at, u); ok && (l.Next || n == number || n == number+1) &&
			!slices.ContainsFunc(found, func(f Part) bool { return f.Number == number }) {
			found = append(found, Part{URL: l.URL, Number: number})
		}
	}
	slices.SortStableFunc(found, func(a, b Part) int { return a.Number - b.Number })
	return found
}

// mentionsParts says whether a link of the page can lead to a further page of the
// article at: it names the article's file with a number behind it, or with
// parameters. Few pages do, and the links of the others need not be read.
func mentionsParts(html string, at *url.URL) bool {
	file := at.Path[strings.LastIndexByte(at.Path, '/')+1:]
	stem := strings.TrimSuffix(file, path.Ext(file))
	if stem == "" || strings.ContainsFunc(file, func(r rune) bool { return r >= 0x80 || strings.ContainsRune(" %&\"'<>", r) }) {
		return true // it can be written in several ways
	}
	for _, written := range []string{stem + "_", stem + "-", file + "?", `"?`, `'?`, `=?`} {
		if strings.Contains(html, written) {
			return true
		}
	}
	return false
}

// trsParts reads the call by which TRS WCM writes the pager of an article: it is
// named after the article's own file.
func trsParts(p *page) (found []Part) {
	js := scripts(p, "createPageHTML")
	own := path.Base(p.at.Path)
	own = strings.TrimSuffix(own, path.Ext(own))
	name, ext, from, to := "", "", 0, 0
	if m := trsNamed.FindStringSubmatch(js); m != nil {
		name, ext, from, to = m[3], m[4], 2, atoi(m[1])
	} else if m := trsCall.FindStringSubmatch(js); m != nil {
		name, ext, from, to = m[3], m[4], 1, atoi(m[1])-1
	}
	if name == "" || name != own || name == "index" || name == "default" {
		return nil
	}
	for i := from; i <= min(to, maxPart); i++ {
		if u := beside(p.at, name+"_"+strconv.Itoa(i)+"."+ext); u != "" {
			found = append(found, Part{URL: u, Number: i, Sure: true})
		}
	}
	return found
}

// partText reads what a numbered link says: 2, [2], 第2页.
func partText(s string) (n int, ok bool) {
	s = strings.Trim(s, " []【】()（）")
	s = strings.TrimSuffix(strings.TrimPrefix(s, "第"), "页")
	n, err := strconv.Atoi(strings.TrimSpace(s))
	return n, err == nil && n >= 1 && n <= maxPart+1
}

// pagerNames are the parameters in which a page's number stands.
var pagerNames = []string{"page", "p", "pageno", "pageindex", "pagenum", "curpage", "currentpage", "pn", "pg", "pager"}

// partNumber is the number under which u is a further page of the article whose
// first page is at.
func partNumber(at, u *url.URL) (n int, ok bool) {
	if u.Host != at.Host {
		return 0, false
	}
	if u.RawQuery == at.RawQuery && path.Ext(u.Path) == path.Ext(at.Path) {
		rest, found := strings.CutPrefix(strings.TrimSuffix(u.Path, path.Ext(u.Path)), strings.TrimSuffix(at.Path, path.Ext(at.Path)))
		if !found || len(rest) < 2 || rest[0] != '_' && rest[0] != '-' || strings.HasSuffix(at.Path, "/") {
			return 0, false
		}
		return number(rest[1:])
	}
	if u.Path != at.Path {
		return 0, false
	}
	before, after := at.Query(), u.Query()
	for name, values := range after {
		if slices.Equal(values, before[name]) {
			continue
		}
		if ok || len(values) != 1 || !slices.Contains(pagerNames, strings.ToLower(name)) || before.Get(name) != "" && before.Get(name) != "1" {
			return 0, false
		}
		if n, ok = number(values[0]); !ok {
			return 0, false
		}
	}
	for name := range before {
		if _, kept := after[name]; !kept {
			return 0, false
		}
	}
	return n, ok
}

func number(digits string) (n int, ok bool) {
	n, err := strconv.Atoi(digits)
	return n, err == nil && n >= 1 && n <= maxPart && strconv.Itoa(n) == digits
}
