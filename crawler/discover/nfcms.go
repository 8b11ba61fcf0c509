package discover

import (
	"path"
	"strings"

	"fangzhi/lazyregexp"
)

// NFCMS numbers the pages of a list from 1: index.html, index_2.html, … How many
// there are its pages may not say: then the next one is tried.
var nfcmsFile = lazyregexp.New(`^(.*?)(?:_(\d{1,5}))?\.(s?html?)$`)

const nfcmsRows = 5 // of a page that may go on

func nfcmsSign(p *page) string {
	return p.has("NFCMS_SITE_ID", "NFCMS_POST_ID", "NFCMS_", "nfcms")
}

func nfcmsList(p *page) (List, bool) {
	sign := nfcmsSign(p)
	if urls, _ := linked(p); sign == "" || len(urls) > 0 {
		return List{}, false
	}
	name, number, ext := "index", 1, "html"
	if base := path.Base(p.at.Path); !strings.HasSuffix(p.at.Path, "/") {
		m := nfcmsFile.FindStringSubmatch(base)
		if m == nil || strings.HasPrefix(m[1], "post") || strings.HasPrefix(m[1], "mpost") {
			return List{}, false
		}
		name, ext = m[1], m[3]
		if m[2] != "" {
			number = atoi(m[2])
		}
	}
	pages := p.declaredPages()
	if len(pageRows(p.Page)) < nfcmsRows {
		return List{}, false
	}
	l := List{Evidence: sign}
	for n := number + 1; len(l.Next) < maxNext && (n <= pages || pages == 0 && len(l.Next) == 0); n++ {
		l.Next = append(l.Next, get(beside(p.at, name+"_"+decimal(n)+"."+ext)))
	}
	return l, len(l.Next) > 0
}
