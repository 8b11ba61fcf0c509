package discover

import (
	"strings"

	"fangzhi/lazyregexp"
)

// Lists of www.gov.cn are files of JSON that a script of the page names:
//
//	/zhengce/zuixin/ZUIXINZHENGCE.json: [{"TITLE": …, "URL": …, "DOCRELPUBTIME": …}, …]
//
// Its articles are Kaipu's; /search-gov/data pages by p and n.
var (
	govcnFile   = lazyregexp.New(`["'](/?[^"'\s?#]*/?[A-Z0-9_]{4,}\.json)(?:\?[^"']*)?["']`)
	govcnSearch = lazyregexp.New(`["']([^"'\s]*/search-gov/data\?[^"'\s]*)["']`)
)

func govcnSign(p *page) string {
	if m := govcnSearch.FindString(p.html); m != "" {
		return m
	}
	if js := scripts(p, ".json"); js != "" && p.has("gov.cn") != "" {
		return govcnFile.FindString(js)
	}
	return ""
}

func govcnList(p *page) (List, bool) {
	var l List
	js := scripts(p, ".json") + scripts(p, "/search-gov/data")
	for _, m := range append(govcnFile.FindAllStringSubmatch(js, 4), govcnSearch.FindAllStringSubmatch(js, 2)...) {
		if templated(m[1]) {
			continue
		}
		l.Evidence = strings.Trim(m[0], `"'`)
		l.Feeds = append(l.Feeds, p.scripted("gov-cn", beside(p.at, m[1])))
	}
	return l, len(l.Feeds) > 0
}

func govcnAnswer(a *Answer) (List, bool) { return jsonList(a) }
