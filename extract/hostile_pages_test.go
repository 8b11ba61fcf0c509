package extract_test

import (
	"fmt"
	"strings"
)

// hostilePages make pages of about n bytes that are to exhaust a reader.
func hostilePages(n int) map[string]func() string {
	fill := func(s string) string { return strings.Repeat(s, n/len(s)) }
	count := func(before, format, after string) string {
		var b strings.Builder
		b.Grow(n + 256)
		b.WriteString(before)
		for i := 0; b.Len() < n; i++ {
			b.WriteString(strings.ReplaceAll(format, "#", fmt.Sprint(i)))
		}
		b.WriteString(after)
		return b.String()
	}
	const prose = "大桥于前年三月动工，总投资一亿二千万元，由县交通运输局组织实施，现已通车。"
	head := "<title>河湾大桥建成通车_河湾网</title><h1>河湾大桥建成通车</h1><p>发布时间：2024-06-13 来源：河湾日报</p>"
	return map[string]func() string{
		"divs in divs":                func() string { return fill("<div>") },
		"divs closed":                 func() string { return strings.Repeat("<div>", n/12) + strings.Repeat("</div>", n/12) },
		"unclosed paragraphs":         func() string { return fill("<p>text ") },
		"unclosed anchors":            func() string { return fill("<a href=x>y") },
		"unclosed bold and paragraph": func() string { return fill("<b><p>") },
		"unclosed fonts":              func() string { return fill("<p><font size=1>x") },
		"a million attributes":        func() string { return count("<div ", "a#=1 ", ">x</div>") },
		"attributes everywhere":       func() string { return fill("<p class=a id=b style=c title=d>x") },
		"tables in tables":            func() string { return fill("<table><tr><td>x") },
		"table full of bold":          func() string { return "<table>" + fill("x<b>") },
		"items":                       func() string { return fill("<li>x") },
		"line breaks":                 func() string { return fill("x<br>") },
		"rows":                        func() string { return "<table>" + fill("<tr><td>2024-01-01<td>发布时间：") },
		"options":                     func() string { return "<select>" + fill("<option>x") },
		"vectors":                     func() string { return fill("<svg><path>") },
		"comments":                    func() string { return fill("<!--x-->") },
		"an unclosed comment":         func() string { return "<!--" + fill("<!- ") },
		"an unclosed script":          func() string { return "<script>" + fill("<!--<script ") },
		"an unclosed attribute":       func() string { return `<a b="` + fill("x>") },
		"angle brackets":              func() string { return fill("<") },
		"end tags":                    func() string { return fill("</p>") },
		"misnested":                   func() string { return "<div>" + fill("<i></div><div>") },
		"entities":                    func() string { return fill("&amp;&lt") },
		"one line of digits":          func() string { return fill("2024-01-0") },
		"one line of labels":          func() string { return fill("时间：来源：") },
		"one line of Han":             func() string { return fill("一二三，") },
		"headings":                    func() string { return fill("<h1>标题标题标题</h1>") },
		"links with dates":            func() string { return fill("<li><a href=a>关于印发实施方案的通知</a>2024-01-01") },
		"structured data":             func() string { return `<script type="application/ld+json">` + fill(`[{"@graph":`) + `</script>` },
		"records": func() string {
			return `<script type="text/xml">` + fill("<record><![CDATA[<li>x]]></record>") + `</script>`
		},
		"metas":    func() string { return fill("<meta name=a content=b>") },
		"title":    func() string { return "<title>" + fill("标题_") },
		"hidden":   func() string { return fill("<div style=display:none>正文，正文，正文") },
		"frames":   func() string { return fill("<iframe src=a.pdf></iframe>") },
		"pictures": func() string { return fill("<img src=a.png>") },

		"text in divs in divs": func() string { return head + fill("<div>"+prose) },
		"footers in footers": func() string {
			return head + "<p>" + prose + "</p>" + fill("<div class=footer>版权所有，违者必究，未经许可不得转载</div><div class=footer>")
		},
		"deep footers":          func() string { return head + "<p>" + prose + "</p>" + fill("<div class=footer><p>x<p>y") },
		"junk in content":       func() string { return head + fill("<div class=content><div class=sidebar>"+prose) },
		"tiny tags":             func() string { return fill("<i></i>") },
		"classes all different": func() string { return count(head, "<div class=c#><p class=d#>"+prose+"</p></div>", "") },
		"dates in lines":        func() string { return count(head, "<p>2024-01-01 12:#</p>", "") },
		"bylines": func() string {
			return head + fill("<p>发布时间：2024-01-01 来源：河湾日报 作者：张三</p>")
		},
		"labels in cells": func() string {
			return head + "<table>" + fill("<tr><td>索引号：<td>x<td>发文机关：<td>县政府")
		},
		"paragraphs":          func() string { return count(head, "<p>第#项，"+prose+"</p>", "") },
		"one paragraph again": func() string { return head + fill("<p>"+prose+prose+"</p>") },
		"headings that agree": func() string {
			return "<title>" + strings.Repeat("河湾大桥", 300) + "</title>" + fill("<h1>"+strings.Repeat("河湾大桥", 60)+"</h1>")
		},
		"article titles": func() string {
			return count("<title>河湾大桥建成通车</title>", "<meta name=ArticleTitle content=河湾大桥#><h2>河湾大桥#</h2>", "")
		},
		"many scripts of data": func() string {
			return count(head, `<script type="application/ld+json">{"@type":"NewsArticle","headline":"#"}</script>`, "")
		},
		"scripts":     func() string { return fill("<script>var a=1;var pubdate='2024-01-01';</script>") },
		"script soup": func() string { return fill("<script>if(a<b){document.write('<div>')}</script></div><script") },
		"records of links": func() string {
			return `<script type="text/xml">` + fill(`<record><![CDATA[<li><a href="a.html">关于印发实施方案的通知</a>2024-01-01</li>]]></record>`) + `</script>`
		},
		"links all different": func() string {
			return count("<ul>", "<li><a href=/a/t#.html title=关于印发实施方案的通知#>关于印发实施方案…</a><span>2024-01-01</span></li>", "</ul>")
		},
		"dot segments":        func() string { return count("", "<a href="+strings.Repeat("../", 50)+"#>x</a>", "") },
		"an endless URL":      func() string { return "<a href=/" + fill("a/../") + ">x</a>" },
		"giant word":          func() string { return head + "<p>" + fill("x") },
		"preformatted":        func() string { return "<pre>" + fill("x\n") },
		"one attribute":       func() string { return `<p title="` + fill("一，") + `">x</p>` },
		"forms":               func() string { return fill("<form><input type=password name=p>") },
		"lists in lists":      func() string { return fill("<ul><li><a href=x>关于印发方案的通知</a>") },
		"definitions":         func() string { return head + fill("<dl><dt>x<dd>"+prose) },
		"quotes in quotes":    func() string { return head + fill("<blockquote>"+prose) },
		"buttons in buttons":  func() string { return fill("<button><a>x") },
		"templates":           func() string { return fill("<template><p>x") },
		"frames in objects":   func() string { return fill("<object data=a.pdf><embed src=b.pdf>") },
		"NUL bytes":           func() string { return fill("a\x00") },
		"damaged UTF-8":       func() string { return "<p>" + fill("\xe5\xa4") },
		"GBK":                 func() string { return "<meta charset=gbk><p>" + fill("\xb4\xf3\xc7\xc5\xa3\xac") },
		"bytes of no charset": func() string { return "<p>" + fill("\x80\x81\xfe\xff\x1b\x24") },
		"UTF-16":              func() string { return "\xff\xfe" + fill("<\x00p\x00>\x00x\x00") },
		"charsets declared":   func() string { return fill("<meta charset=gbk ") },
		"Chinese dates":       func() string { return head + "<p>" + fill("二〇二四年") },
		"months":              func() string { return head + "<p>" + fill("January 3 ") },
		"times ago":           func() string { return head + fill("<p>14小时前</p>") },
		"marks":               func() string { return head + "<p>" + fill("。！？") },
		"captions": func() string {
			return head + fill("<figure><img src=a.png><figcaption>图为大桥，通车。</figcaption></figure>")
		},
		"copies for desk and hand": func() string {
			return head + fill("<div class=pc><p>"+prose+"</p></div><div class=wap style=display:none><p>"+prose+"</p></div>")
		},
	}
}
