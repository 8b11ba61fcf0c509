package discover

import (
	"net/url"
	"path"
	"strings"

	"fangzhi/archive"
	"fangzhi/lazyregexp"
)

// Pagers that scripts write, of software that nobody knows: names that get a
// number ("list_" + n + ".html"), parameters ("?pageNo=" + n), forms with a
// field for the page, addresses that have such a parameter already.
var (
	pagerName  = lazyregexp.New(`["']([\w./-]*[A-Za-z0-9])([_-])["']\s*\+\s*([\w.()\s+-]+?)\s*\+\s*["']\.(s?html?|jsp|aspx?|php)["']`)
	pagerQuery = lazyregexp.New(`["']([^"'\s<>]*[?&](?i:pageNo|pageNum|pageIndex|page|curPage|currentPage|currPage|PAGENUM|pageId|pn|p)=)["']\s*\+\s*[\w.()\s+-]+?(?:\+\s*["']([^"'\s<>]*)["'])?\s*[;,)\n}]`)
	pagerCount = lazyregexp.New(`(?i)\b(?:total_?pages?|page_?count|pages|all_?pages?|max_?pages?|count_?pages?|page_?total|pagenums?)["']?\s*[:=]\s*["']?(\d{1,6})`)
	pagerRows  = lazyregexp.New(`(?i)\b(?:count|total|total_?count|record_?count|total_?records?)["']?\s*[:=]\s*["']?(\d{1,7})`)
	pagerSize  = lazyregexp.New(`(?i)\b(?:limit|page_?size|per_?page)["']?\s*[:=]\s*["']?(\d{1,4})`)
	pagerMark  = lazyregexp.New(`下一?页|尾页|末页|上一?页|共\s*\d+\s*页`)
)

// pagerGuesses are the parameters that are tried where a page says that it goes
// on and nothing says how.
var pagerGuesses = []string{"page", "pageNo", "pageIndex", "curPage", "PAGENUM"}

// declaredPages is how many pages a page says that its list has, 0 where it does
// not.
func (p *page) declaredPages() int {
	if m := sheets.FindStringSubmatch(p.html); m != nil {
		return atoi(m[1])
	}
	js := scripts(p, "")
	if m := pagerCount.FindStringSubmatch(js); m != nil && atoi(m[1]) > 0 {
		return atoi(m[1])
	}
	rows, size := pagerRows.FindStringSubmatch(js), pagerSize.FindStringSubmatch(js)
	if rows != nil && size != nil && atoi(size[1]) > 0 {
		return (atoi(rows[1]) + atoi(size[1]) - 1) / atoi(size[1])
	}
	return 0
}

// paged finds how a list goes on whose links do not tell.
func paged(p *page, rows int) (l List, ok bool) {
	if rows == 0 {
		return l, false
	}
	js := scripts(p, "")
	pages := p.declaredPages()
	if m := pagerName.FindStringSubmatch(js); m != nil && !trsArticle.MatchString(m[1]) {
		return p.pagedByName(m, pages)
	}
	if m := pagerQuery.FindStringSubmatch(js); m != nil && !templated(m[1]+m[2]) {
		if u, err := p.at.Parse(m[1] + "1" + m[2]); err == nil {
			// What is asked for now may have other parameters as well.
			return p.pagedByParameter(u.String(), m[0], rows, pages)
		}
	}
	if l, ok := p.pagedByForm(rows, pages); ok {
		return l, true
	}
	if p.answer.Request != nil || p.leadsBack() {
		return l, false // links tell, and none leads on
	}
	if _, ok := stepOf(get(p.at.String())); ok {
		return p.pagedByParameter(p.at.String(), "parameter of the address", rows, pages)
	}
	if pages > 1 && pagerMark.MatchString(p.html) && p.at.RawQuery == "" {
		l.Evidence = "共 " + decimal(pages) + " 页"
		for _, name := range pagerGuesses {
			l.Next = append(l.Next, get(withQuery(p.at, name+"=2")))
		}
		return l, true
	}
	return l, false
}

// pagedByName follows name_2.html; some call that the third page.
func (p *page) pagedByName(m []string, pages int) (l List, ok bool) {
	l.Evidence = m[0]
	current := 0
	if base := stem(p.at.Path); strings.HasPrefix(base, path.Base(m[1])+m[2]) {
		current = atoi(base[len(path.Base(m[1])+m[2]):])
	}
	for n := current + 1; len(l.Next) < maxNext && (n <= pages || pages == 0 && len(l.Next) < 2); n++ {
		l.Next = append(l.Next, get(beside(p.at, m[1]+m[2]+decimal(n)+"."+m[4])))
	}
	if current == 0 {
		l.Abreast = 2 // one of them follows
	}
	return l, len(l.Next) > 0
}

func (p *page) pagedByParameter(address, evidence string, rows, pages int) (l List, ok bool) {
	s, found := stepOf(get(address))
	if !found {
		return l, false
	}
	if own, here := stepOf(get(p.at.String())); here && strings.EqualFold(own.name, s.name) {
		s = own
	}
	l.Evidence = evidence
	l.Next = stepped(s.to(get(address), s.from), rows, 0, pages)
	return l, len(l.Next) > 0
}

// pagedByForm submits the form that has a field for the number of the page.
func (p *page) pagedByForm(rows, pages int) (l List, ok bool) {
	for _, form := range p.Document().Find("form").EachIter() {
		var fields []parameter
		number := -1
		for _, input := range form.Find("input[name], select[name]").EachIter() {
			name, _ := input.Attr("name")
			value, _ := input.Attr("value")
			kind, _ := input.Attr("type")
			switch strings.ToLower(kind) {
			case "submit", "button", "image", "reset", "checkbox", "radio", "password", "file":
				continue
			}
			if number < 0 && len(name) > 2 && isName(name, pageNames) {
				number = len(fields)
				if !isNumber(value) {
					value = "1"
				}
			}
			fields = append(fields, parameter{name, value})
		}
		if number < 0 || len(fields) > 40 {
			continue
		}
		action, _ := form.Attr("action")
		to, err := p.at.Parse(action)
		if err != nil || templated(action) {
			continue
		}
		var r archive.Request
		if method, _ := form.Attr("method"); strings.EqualFold(method, "post") {
			r = archive.Request{Method: "POST", URL: withQuery(to, to.RawQuery), Body: encoded(fields), Header: map[string]string{
				"Content-Type": "application/x-www-form-urlencoded", "Referer": p.at.String(),
			}}
		} else {
			r = get(withQuery(to, encoded(fields)))
		}
		l.Evidence = "form field " + fields[number].name
		l.Next = stepped(r, rows, 0, pages)
		return l, true
	}
	return l, false
}

// leadsBack says whether links lead to earlier pages of the list.
func (p *page) leadsBack() bool {
	for _, link := range p.Links() {
		switch strings.Trim(link.Text, " []【】<>«‹（）()") {
		case "上一页", "上页", "上一頁", "前一页", "prev", "previous":
			return true
		}
		if u, err := url.Parse(link.URL); err == nil {
			if n, ok := pageNumber(u, p.at); ok && n > 0 && link.URL != p.answer.URL {
				return true
			}
		}
	}
	return false
}
