package discover

import (
	"net/url"
	"path"
	"strings"

	"fangzhi/archive"
	"fangzhi/lazyregexp"
)

// Lists of 博达 VSB count down: of 31 pages, the second is tzgg/30.htm and the
// last tzgg/1.htm. What stands on an old page stays there; tzgg.htm alone
// changes, and with it the number of the page that follows. Lists that a JSP
// makes number with PAGENUM.
var (
	vsbPages = lazyregexp.New(`_simple_list_gotopage_fun\s*\(\s*(\d{1,6})`)
	vsbTotal = lazyregexp.New(`[?&]totalpage=(\d{1,6})`)
	vsbFile  = lazyregexp.New(`^(.*?)([^/]+)\.html?$`)
	sheets   = lazyregexp.New(`共\s*(\d{1,6})\s*页`)
)

func vsbSign(p *page) string {
	return p.has("_simple_list_gotopage_fun(", `_showDynClicks("wbnews"`, "/system/resource/js/", "vsbcontent_start", `id="vsb_content`, "v_news_content", "_vsbscreen")
}

func vsbList(p *page) (List, bool) {
	sign := vsbSign(p)
	if sign == "" {
		return List{}, false
	}
	l := List{Evidence: sign}
	pages := 0
	if m := vsbPages.FindStringSubmatch(p.html); m != nil {
		pages = atoi(m[1])
	} else if m := sheets.FindStringSubmatch(p.html); m != nil {
		pages = atoi(m[1])
	}
	follows := ""
	for _, link := range p.Links() {
		if link.Next {
			follows = link.URL
			break
		}
	}
	u, err := url.Parse(follows)
	switch {
	case follows == "":
	case err == nil && valueOf(decoded(u.RawQuery), "PAGENUM") != "":
		if m := vsbTotal.FindStringSubmatch(follows); m != nil {
			pages = atoi(m[1])
		}
		l.Next = append(l.Next, get(follows))
		l.Next = append(l.Next, stepped(get(follows), 1, 0, pages)...)
		return l, true
	case err == nil && isNumber(stem(u.Path)):
		l.Next = vsbDown(u, atoi(stem(u.Path)))
		return l, true
	default:
		return l, false // whatever it is, its links lead on
	}
	// No link leads on: the script does.
	m := vsbFile.FindStringSubmatch(p.at.Path)
	if m == nil {
		return l, false
	}
	to := *p.at
	to.RawQuery = ""
	switch {
	case isNumber(m[2]):
		to.Path = m[1] + decimal(atoi(m[2])-1) + ".htm"
		l.Next = vsbDown(&to, atoi(m[2])-1)
	case pages > 1:
		to.Path = m[1] + m[2] + "/" + decimal(pages-1) + ".htm"
		l.Next = vsbDown(&to, pages-1)
	}
	return l, len(l.Next) > 0
}

// vsbDown are the pages from u, which is number n, down to the first.
func vsbDown(u *url.URL, n int) (next []archive.Request) {
	for ; n >= 1 && len(next) < maxNext; n-- {
		to := *u
		to.Path = path.Dir(u.Path) + "/" + decimal(n) + path.Ext(u.Path)
		next = append(next, get(to.String()))
	}
	return next
}

// stem is the name of a path's file without its extension.
func stem(p string) string {
	base := path.Base(p)
	return strings.TrimSuffix(base, path.Ext(base))
}
