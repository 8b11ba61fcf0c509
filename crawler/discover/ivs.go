package discover

import (
	"path"
	"strconv"

	"fangzhi/lazyregexp"
)

// $(".pagination").pagination({totalPage: 54, … 'index_'+i+'.html' …})
var (
	ivsTotal = lazyregexp.New(`\.pagination\s*\(\s*\{[^}]*?\btotalPage\s*:\s*["']?(\d{1,6})`)
	ivsName  = lazyregexp.New(`["']([\w-]+)_["']\s*\+\s*\w+\s*\+\s*["']\.(s?html?)["']`)
	ivsPage  = lazyregexp.New(`_(\d{1,6})\.s?html?$`)
)

func ivsSign(p *page) string {
	if m := ivsTotal.FindString(scripts(p, "totalPage")); m != "" {
		return m
	}
	return p.has(`id="ivs_content"`, `id="ivs_title"`)
}

// ivsList reads the pager of Shanghai's portals: the first page is index.html,
// the second index_2.html.
func ivsList(p *page) (List, bool) {
	js := scripts(p, "totalPage")
	total := ivsTotal.FindStringSubmatch(js)
	name := ivsName.FindStringSubmatch(js)
	if total == nil || name == nil {
		return List{}, false
	}
	current := 1
	if m := ivsPage.FindStringSubmatch(path.Base(p.at.Path)); m != nil {
		current = atoi(m[1])
	}
	l := List{Evidence: total[0]}
	for i := current + 1; i <= atoi(total[1]) && len(l.Next) < maxNext; i++ {
		l.Next = append(l.Next, get(beside(p.at, name[1]+"_"+strconv.Itoa(i)+"."+name[2])))
	}
	return l, true
}
