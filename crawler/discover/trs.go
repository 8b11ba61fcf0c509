package discover

import (
	"net/url"
	"path"
	"strconv"
	"strings"

	"fangzhi/lazyregexp"
)

// The calls by which TRS WCM writes its pager.
var (
	// createPageHTML(9, 0, "index", "html"): pages, this one from 0, name,
	// extension.
	trsCall = lazyregexp.New(`createPageHTML\s*\(\s*(\d{1,6})\s*,\s*(\d{1,6})\s*,\s*["']([^"'\s]+)["']\s*,\s*["'](\w+)["']`)
	// createPageHTML('page_div', 10, 1, 'dezlist', 'shtml', 149): container,
	// pages, this one from 1, name, extension, rows in all.
	trsNamed = lazyregexp.New(`createPageHTML\s*\(\s*["'][^"']*["']\s*,\s*["']?(\d{1,6})["']?\s*,\s*["']?(\d{1,6})["']?\s*,\s*["']([^"'\s]+)["']\s*,\s*["'](\w+)["']`)
	// var currentPage = 0; … var countPage = 17
	trsCount   = lazyregexp.New(`\bcountPage\s*=\s*(\d{1,6})`)
	trsCurrent = lazyregexp.New(`\bcurrentPage\s*=\s*(\d{1,6})`)
	// "index"+"_" + nextPage + "."+"html"
	trsName = lazyregexp.New(`([\w-]+)["']\s*\+\s*["']_["']\s*\+\s*\w+\s*\+\s*["']\.["']\s*\+\s*["'](\w+)`)
	// The pager of an article that is spread over pages is named after it.
	trsArticle = lazyregexp.New(`^(.*/)?[tP]\d{8}_`)
	// A page of a list, by its file name.
	trsPage = lazyregexp.New(`^(.*?)(?:_(\d{1,6}))?\.(s?html?)$`)
)

func trsSign(p *page) string {
	if m := trsCall.FindString(scripts(p, "createPageHTML")); m != "" {
		return m
	}
	if js := scripts(p, trsWAS); js != "" {
		return trsWAS
	}
	// The editor's classes outlive the software; the names of its files do not.
	named := ""
	count := 0
	for _, l := range p.Links() {
		if m := trsFile.FindString(l.URL); m != "" {
			if count++; named == "" {
				named = m
			}
		}
	}
	if count >= trsFiles {
		return named
	}
	return ""
}

// trsWAS is the search by which TRS portals make lists as well.
const trsWAS = "/was5/web/search"

// trsFile is an article's file, trsFiles how many of them tell the software.
var trsFile = lazyregexp.New(`t20\d{6}_\d{3,12}\.s?html?$`)

const trsFiles = 3

// trsList reads the pager of TRS WCM, the most common software of Chinese
// portals. The page numbered i, from 0, is name_i.ext, the first one name.ext;
// where the first argument is the name of a container, numbers start at 1.
func trsList(p *page) (List, bool) {
	js := scripts(p, "createPageHTML")
	if m := trsNamed.FindStringSubmatch(js); m != nil {
		return trsPages(p.at, m[0], m[3], m[4], atoi(m[2])+1, atoi(m[1]))
	}
	if m := trsCall.FindStringSubmatch(js); m != nil {
		return trsPages(p.at, m[0], m[3], m[4], atoi(m[2])+1, atoi(m[1])-1)
	}
	js = scripts(p, "countPage")
	count := trsCount.FindStringSubmatch(js)
	if count == nil {
		return List{}, false
	}
	name, number, ext := "index", 0, "html"
	if m := trsPage.FindStringSubmatch(path.Base(p.at.Path)); m != nil {
		name, number, ext = m[1], atoi(m[2]), m[3]
	} else if m := trsName.FindStringSubmatch(js); m != nil {
		name, ext = m[1], m[2]
	}
	if m := trsCurrent.FindStringSubmatch(js); m != nil {
		number = atoi(m[1])
	}
	return trsPages(p.at, count[0], name, ext, number+1, atoi(count[1])-1)
}

// trsPages returns the pages numbered first to last.
func trsPages(at *url.URL, call, name, ext string, first, last int) (List, bool) {
	if trsArticle.MatchString(name) || strings.Contains(name, "://") || first > last {
		return List{}, false
	}
	l := List{Evidence: call}
	for i := first; i <= last && len(l.Next) < maxNext; i++ {
		l.Next = append(l.Next, get(beside(at, name+"_"+strconv.Itoa(i)+"."+ext)))
	}
	return l, true
}
