package discover

import (
	"net/url"
	"path"
	"regexp"
	"strconv"

	"fangzhi/extract"
)

// $(".pagination").pagination({totalPage: 54, … 'index_'+i+'.html' …})
var (
	ivsTotal = regexp.MustCompile(`\.pagination\s*\(\s*\{[^}]*?\btotalPage\s*:\s*["']?(\d{1,6})`)
	ivsName  = regexp.MustCompile(`["']([\w-]+)_["']\s*\+\s*\w+\s*\+\s*["']\.(s?html?)["']`)
	ivsPage  = regexp.MustCompile(`_(\d{1,6})\.s?html?$`)
)

// ivs reads the pager of Shanghai's portals: the first page is index.html, the
// second index_2.html.
func ivs(p *extract.Page, at *url.URL) []string {
	js := scripts(p, "totalPage")
	total := ivsTotal.FindStringSubmatch(js)
	name := ivsName.FindStringSubmatch(js)
	if total == nil || name == nil {
		return nil
	}
	current := 1
	if m := ivsPage.FindStringSubmatch(path.Base(at.Path)); m != nil {
		current = atoi(m[1])
	}
	var found []string
	for i := current + 1; i <= atoi(total[1]) && len(found) < maxNext; i++ {
		found = append(found, beside(at, name[1]+"_"+strconv.Itoa(i)+"."+name[2]))
	}
	return found
}
