// Package discover finds the further pages of a list: in links that say so, in
// numbered links, and in the scripts by which portal software writes its pager.
//
// It reads pages that extract has parsed and asks nobody for anything.
//
//	discover.go  the families, and in which order they are asked
//	trs.go       TRS WCM: createPageHTML, countPage
//	ivs.go       the pager of Shanghai's portals
//	links.go     rel=next, 下一页, numbered links
//	script.go    scripts without their comments
package discover

import (
	"net/url"
	"slices"

	"fangzhi/extract"
)

// family is one way in which portals lead from a page of a list to the next:
// it returns absolute URLs, the page that follows first, or none when it does
// not know the page's pager.
type family struct {
	name string
	next func(p *extract.Page, at *url.URL) []string
}

// families in the order in which they are asked: what a pager's script says is
// whole, links often show the neighbourhood alone.
var families = []family{
	{"trs", trs},
	{"ivs", ivs},
	{"links", linked},
}

// maxNext bounds the pages that one page can lead to. Those beyond are found
// from further pages.
const maxNext = 1000

// Next returns the URLs of the further pages of the list p, which was fetched
// from rawURL: absolute, each once, the page that follows first. It returns
// none where p is the last page, or no list.
func Next(p *extract.Page, rawURL string) []string {
	at, err := url.Parse(rawURL)
	if err != nil {
		return nil
	}
	for _, f := range families {
		found := f.next(p, at)
		found = slices.DeleteFunc(found, func(u string) bool { return u == "" || u == rawURL })
		if len(found) > 0 {
			return found[:min(len(found), maxNext)]
		}
	}
	return nil
}
