package portaltest

import (
	"fmt"
	"html"
	"strconv"
	"strings"
)

// The pages of a generated portal are put together by appending, not by
// templates: serving one must cost next to nothing beside reading it.

// drawArticle appends the page of article n, which says a.
func (l *load) drawArticle(b []byte, n int, a Article) []byte {
	c := n % l.columns
	title, source := html.EscapeString(a.Title), html.EscapeString(a.Source)
	when := a.Published.In(Shanghai).Format("2006-01-02 15:04")
	b = l.appendHead(b, title+"_"+l.columnName(c), c)
	b = appendAll(b, "\n<meta name=\"ArticleTitle\" content=\"", title, "\">\n<meta name=\"PubDate\" content=\"", when,
		"\">\n<meta name=\"ContentSource\" content=\"", source, "\">\n")
	b = l.appendTop(b)
	b = appendAll(b, `<div class="position">您当前的位置：<a href="/">首页</a> &gt; <a href="/`, l.columnPath(c), `/index.html">`, l.columnName(c),
		"</a> &gt; 正文</div>\n<div class=\"main\"><div class=\"article\">\n<div class=\"title\">", title, "</div>\n<div class=\"info\">")
	if a.DateLine%2 == 1 {
		b = appendAll(b, "时间：", when, "来源：", source, "字号：默认小大")
	} else {
		b = appendAll(b, "发布时间：", when, " 来源：", source, ` 阅读次数：<span id="views">`, strconv.Itoa(a.Views), "</span> 字号：[大 中 小]")
	}
	b = append(b, "</div>\n<div class=\"content\" id=\"zoom\"><div class=TRS_Editor>\n"...)
	for _, paragraph := range a.Body {
		b = appendAll(b, `<p style="text-indent: 2em;">　　`, html.EscapeString(paragraph), "</p>\n")
	}
	b = append(b, "</div></div>\n<div class=\"tools\">【打印】【关闭】</div>\n"...)
	if n > l.columns {
		b = append(b, "<p>上一篇："...)
		b = l.appendLink(b, n-l.columns)
		b = append(b, "</p>\n"...)
	}
	if n+l.columns <= l.made {
		b = append(b, "<p>下一篇："...)
		b = l.appendLink(b, n+l.columns)
		b = append(b, "</p>\n"...)
	}
	// Half of the links stand on every page, half lead to articles about as old:
	// both are there whatever is published later.
	left := max(0, l.links-l.fixedLinks())
	b = append(b, "</div>\n<div class=\"sidebar\"><h3>热点推荐</h3><ul>\n"...)
	for i := range left {
		if i == left/2 {
			b = append(b, "</ul><h3>相关阅读</h3><ul>\n"...)
		}
		other := i + 1
		if i >= left/2 {
			other = n - 1 - (i - left/2)
		}
		other = ((other-1)%l.made+l.made)%l.made + 1
		b = append(b, "<li>"...)
		b = l.appendLink(b, other)
		b = append(b, "</li>\n"...)
	}
	b = append(b, "</ul></div></div>\n"...)
	return l.appendFoot(b)
}

// fixedLinks are those of header, breadcrumbs, neighbours and footer.
func (l *load) fixedLinks() int { return 1 + l.columns + 2 + 2 + l.friends() }

// friends is how many links of a page's footer leave the portal.
func (l *load) friends() int { return l.links / 5 }

// drawList returns what appends page i of column c's list, counted from 0.
func (l *load) drawList(c, i int) func([]byte) []byte {
	rows, total := l.newest(c, i*l.pageSize, (i+1)*l.pageSize), l.pages(c)
	titles := l.titles(rows)
	return func(b []byte) []byte {
		b = l.appendHead(b, l.columnName(c), c)
		b = l.appendTop(b)
		b = appendAll(b, `<div class="position">您当前的位置：<a href="/">首页</a> &gt; <a href="/`, l.columnPath(c), `/index.html">`, l.columnName(c),
			"</a></div>\n<div class=\"main\"><ul class=\"list\">\n")
		b = l.appendRows(b, rows, titles)
		b = append(b, "</ul>\n<div class=\"page\"><script type=\"text/javascript\">createPageHTML("...)
		b = strconv.AppendInt(b, int64(total), 10)
		b = append(b, ", "...)
		b = strconv.AppendInt(b, int64(i), 10)
		b = append(b, ", \"index\", \"html\");</script></div></div>\n"...)
		return l.appendFoot(b)
	}
}

// drawHome returns what appends the home page.
func (l *load) drawHome() func([]byte) []byte {
	rows := make([][]int, l.columns)
	titles := make([][]string, l.columns)
	for c := range rows {
		rows[c] = l.newest(c, 0, 6)
		titles[c] = l.titles(rows[c])
	}
	return func(b []byte) []byte {
		b = l.appendHead(b, "首页", -1)
		b = l.appendTop(b)
		for c := range rows {
			b = appendAll(b, `<div class="box"><h2><a href="/`, l.columnPath(c), `/index.html">`, l.columnName(c), "</a></h2><ul class=\"list\">\n")
			b = l.appendRows(b, rows[c], titles[c])
			b = append(b, "</ul></div>\n"...)
		}
		return l.appendFoot(b)
	}
}

// titles returns the titles of articles that have another than their number
// gives them, "" for the others.
func (l *load) titles(numbers []int) []string {
	titles := make([]string, len(numbers))
	for i, n := range numbers {
		if a, ok := l.touched[n]; ok {
			titles[i] = html.EscapeString(a.Title)
		}
	}
	return titles
}

func (l *load) appendRows(b []byte, numbers []int, titles []string) []byte {
	for i, n := range numbers {
		b = append(b, "<li>"...)
		b = l.appendLinkTo(b, n, titles[i])
		b = append(b, "<span>"...)
		b = l.published(n).AppendFormat(b, "2006-01-02")
		b = append(b, "</span></li>\n"...)
	}
	return b
}

func (l *load) appendLink(b []byte, n int) []byte { return l.appendLinkTo(b, n, "") }

func (l *load) appendLinkTo(b []byte, n int, title string) []byte {
	b = append(b, `<a href="`...)
	b = l.appendPath(b, n)
	b = append(b, `" target="_blank">`...)
	if title == "" {
		b = appendTitle(b, n)
	} else {
		b = append(b, title...)
	}
	return append(b, "</a>"...)
}

// appendHead appends the head up to where an article's own tags go; c is -1
// for the home page.
func (l *load) appendHead(b []byte, title string, c int) []byte {
	b = appendAll(b, "<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n<title>", title, "-", county.Name,
		"门户网站</title>\n<meta name=\"SiteName\" content=\"", county.Name, "\">\n<meta name=\"SiteIDCode\" content=\"", county.Code, "\">\n")
	if c >= 0 {
		b = appendAll(b, `<meta name="ColumnName" content="`, l.columnName(c), `">`)
	}
	return b
}

// appendTop appends the style sheet, which fills the page up to its size, and
// the header.
func (l *load) appendTop(b []byte) []byte {
	b = append(b, "<style type=\"text/css\">\n"...)
	b = append(b, l.style...)
	b = append(b, "</style>\n</head>\n<body>\n<ul class=\"nav\"><li><a href=\"/\">首页</a></li>"...)
	for c := range l.columns {
		b = appendAll(b, `<li><a href="/`, l.columnPath(c), `/index.html">`, l.columnName(c), "</a></li>")
	}
	return append(b, "</ul>\n"...)
}

// styleSheet makes up a style sheet of about size bytes.
func styleSheet(size int) string {
	var b strings.Builder
	for s := seed(size); b.Len() < size; {
		fmt.Fprintf(&b, ".w%d .%c%c%02d li a{color:#%06x;margin:%dpx %dpx;background:url(/images/%c%d.png) no-repeat 0 -%dpx}\n",
			1000+s.below(200), 'a'+s.below(26), 'a'+s.below(26), s.below(100), s.below(1<<24), s.below(40), s.below(40), 'a'+s.below(26), s.below(1000), s.below(500))
	}
	return b.String()
}

func (l *load) appendFoot(b []byte) []byte {
	b = append(b, "<div class=\"footer\"><div class=\"links\">友情链接：\n"...)
	for i := range l.friends() {
		b = append(b, `<a href="http://www.site`...)
		b = strconv.AppendInt(b, int64(i), 10)
		b = appendAll(b, `.example/" target="_blank">`, loadTowns[i%len(loadTowns)], "人民政府</a>\n")
	}
	return appendAll(b, "</div>\n<p>版权所有：", county.Name, "&nbsp;&nbsp;主办：", county.Host, "</p>\n<p>政府网站标识码：", county.Code,
		"&nbsp;&nbsp;", county.Record, "</p></div>\n</body>\n</html>\n")
}

func appendAll(b []byte, parts ...string) []byte {
	for _, part := range parts {
		b = append(b, part...)
	}
	return b
}
