package portaltest

import (
	"bytes"
	"embed"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"text/template"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

//go:embed pages/*.html
var pageFiles embed.FS

// The pages are written as text, not by html/template, which would take out
// the comments and the crooked markup that real portals have.
var pages = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("").Funcs(template.FuncMap{
		"day":      func(t time.Time) string { return t.In(Shanghai).Format(time.DateOnly) },
		"when":     func(a view, layout, dayLayout string) string { return a.when(layout, dayLayout) },
		"today":    today,
		"truncate": truncate,
		"inc":      func(n int) int { return n + 1 },
		"dec":      func(n int) int { return n - 1 },
	}).ParseFS(pageFiles, "pages/*.html"))
})

// site is what every page says about the portal.
type site struct {
	Name, Domain, Code, Record, Police, Host, Phone string
}

// county is the site of every portal. Its code is under 99, which no region
// has; its domain cannot exist (RFC 2606).
var county = site{
	Name:   "云溪县人民政府",
	Domain: "www.yunxixian.example",
	Code:   "9901230001",
	Record: "示例ICP备00000000号",
	Police: "示例公网安备 00000000000000号",
	Host:   "云溪县人民政府办公室",
	Phone:  "0000-5550100",
}

// row is a line of a list.
type row struct {
	Title, URL string
	Published  time.Time
}

// view is what the templates see.
type view struct {
	Site     site
	Column   Column
	Declared string // charset for the meta tag; "": none is written
	Seed     string // URL of the column's first list page
	Nav      []row
	Hot      []row
	Made     time.Time

	Facts map[string]any // that only one family's pages have

	Boxes []box // home
	Rows  []row // list
	Pages int   // list or article
	Page  int
	Base  string // name of a paged article's first page, without extension

	Article    Article // article
	Paragraphs []string
	Before     *row
	After      *row
}

type box struct {
	Column Column
	Seed   string
	Rows   []row
}

// when prints the article's date in a layout, or in one for days.
func (v view) when(layout, dayLayout string) string {
	if v.Article.DayOnly {
		layout = dayLayout
	}
	return v.Article.Published.In(Shanghai).Format(layout)
}

// draw renders a page in the charset of its column.
func (p *Portal) draw(name string, v view, c Column, declared string) []byte {
	if declared == "" {
		declared = c.Declared
	}
	if declared == "" {
		declared = c.Charset
	}
	switch declared {
	case "":
		declared = "utf-8"
	case Undeclared:
		declared = ""
	}
	v.Site, v.Declared, v.Column = county, declared, c
	if c := p.column(c.Path); c != nil {
		v.Seed = c.seed()
	}
	v.Nav = make([]row, len(p.columns))
	for i, c := range p.columns {
		v.Nav[i] = row{Title: c.Name, URL: c.seed()}
	}
	var b bytes.Buffer
	if err := pages().ExecuteTemplate(&b, name, v); err != nil {
		panic(fmt.Sprintf("portaltest: page %s: %v", name, err)) // the templates are our own
	}
	return encode(c.Charset, b.Bytes())
}

// encode returns text, which is UTF-8, in a charset. Characters that it lacks
// become numeric references, as browsers and editors write them.
func encode(charset string, text []byte) []byte {
	var e encoding.Encoding
	switch strings.ToLower(charset) {
	case "gbk", "gb2312":
		e = simplifiedchinese.GBK
	case "gb18030":
		e = simplifiedchinese.GB18030
	case "big5":
		e = traditionalchinese.Big5
	default:
		return text
	}
	coded, err := encoding.HTMLEscapeUnsupported(e.NewEncoder()).Bytes(text)
	if err != nil {
		panic(fmt.Sprintf("portaltest: charset %s: %v", charset, err)) // our templates are valid UTF-8
	}
	return coded
}

func rowOf(a *Article) row { return row{Title: a.Title, URL: a.URL, Published: a.Published} }

// home is the page at /.
func (p *Portal) home() *answer {
	v := view{}
	changed := stuck
	for _, c := range p.columns {
		b := box{Column: c.Column, Seed: c.seed()}
		for _, a := range c.live() {
			if len(b.Rows) == 6 {
				break
			}
			b.Rows = append(b.Rows, rowOf(a))
		}
		v.Boxes = append(v.Boxes, b)
		if c.changed.After(changed) {
			changed = c.changed
		}
	}
	return page(http.StatusOK, htmlType(""), p.draw("home.html", v, Column{}, ""), changed)
}

// listPage is page n of a column's list, counted from 0; nil where there is none.
func (p *Portal) listPage(c *column, n int) *answer {
	live := c.live()
	size := p.options.PageSize
	v := view{Pages: max(1, (len(live)+size-1)/size), Page: n}
	if n >= v.Pages {
		return nil
	}
	for _, a := range live[n*size : min(len(live), (n+1)*size)] {
		v.Rows = append(v.Rows, rowOf(a))
	}
	v.Hot = hot(c)
	return page(http.StatusOK, htmlType(c.Header), p.draw(trsTemplate(c, "list"), v, c.Column, ""), c.shown())
}

// articlePage is one page of an article, counted from 0.
func (p *Portal) articlePage(a *Article, part int) *answer {
	c := p.column(a.Column)
	v := view{
		Article: a.clone(), Paragraphs: a.Body, Hot: hot(c), Made: a.Modified,
		Pages: a.parts(), Page: part, Base: strings.TrimSuffix(a.URL[strings.LastIndexByte(a.URL, '/')+1:], ".html"),
	}
	if v.Pages > 1 {
		v.Paragraphs = a.Body[part*a.PerPage : min(len(a.Body), (part+1)*a.PerPage)]
	}
	live := c.live()
	if at := slices.Index(live, a); at >= 0 {
		if at > 0 {
			near := rowOf(live[at-1])
			v.After = &near
		}
		if at < len(live)-1 {
			near := rowOf(live[at+1])
			v.Before = &near
		}
	}
	v.Facts = map[string]any{"id": a.id, "column": c.index}
	modified := a.Modified
	for _, t := range []time.Time{a.laid, c.relaid} {
		if t.After(modified) {
			modified = t
		}
	}
	return page(http.StatusOK, htmlType(c.Header), p.draw(c.Family.software().template(c), v, c.Column, a.Declared), modified)
}

// hot is what the column recommends: its oldest articles, so that a page does
// not change because another was published.
func hot(c *column) []row {
	var rows []row
	for _, a := range slices.Backward(c.articles) {
		if a.State == Live && len(rows) < 5 {
			rows = append(rows, rowOf(a))
		}
	}
	return rows
}

// truncate cuts a title as the lists of narrow columns do.
func truncate(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}

// today prints a day as page headers do. It is the day on which the page was
// made, which is not the day of the article.
func today(t time.Time) string {
	t = t.In(Shanghai)
	return t.Format("2006年1月2日") + " 星期" + string([]rune("日一二三四五六")[t.Weekday()])
}
