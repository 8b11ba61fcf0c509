package portaltest

import (
	"slices"
	"time"
)

// Column is one list of news.
type Column struct {
	Path string // directory of its list pages: "yw" for /yw/index.html
	Name string // 要闻动态

	Family   Family // the software that writes its pages
	Frame    Frame  // of TRS: how its pages are laid out
	Charset  string // of its pages: utf-8 (""), gbk, gb18030, big5
	Declared string // charset in the pages' meta tag; "": Charset; Undeclared: no such tag
	Header   string // charset in the Content-Type header; "": none there

	Lax      bool      // of HanwebJpaas: the gateway answers without a Referer, too
	FromZero bool      // of GKMLPT: pages are counted from 0
	Stale    time.Time // of Epoint: static pages but the first know articles until then; zero: all
}

// Frame is a layout of pages.
type Frame string

// The layouts.
const (
	TRS    Frame = ""      // blocks and a TRS editor's body
	Tables Frame = "table" // tables in tables, as of 2008
)

// Undeclared, as a charset to declare, leaves the declaration out.
const Undeclared = "none"

// State is where an article stands.
type State string

// The states of an article.
const (
	Live          State = "live"
	Withdrawn     State = "withdrawn"      // 404
	WithdrawnSoft State = "withdrawn_soft" // 200 with a page that says so
)

// Article is what an editor published: the truth behind an article page. What
// is empty is not on the page.
type Article struct {
	Column string // its column's Path
	URL    string // given by the portal where it is empty: /yw/202609/t20260919_1234.html

	Title     string
	Subtitle  string
	Source    string // 来源
	Author    string
	Editor    string    // 责任编辑, after the body
	Published time.Time // shown in Shanghai time; zero: the editor's now
	DayOnly   bool      // the page shows the day and no time
	Body      []string  // paragraphs
	Notice    *Notice
	Files     []File // attachments, linked after the body
	Pictures  []File // in the body, before its text

	Views    int
	DateLine int    // which of the wordings of the line below the title, from 0
	NoMeta   bool   // without the meta tags of government sites
	Declared string // charset that this page declares in place of its column's
	PerPage  int    // paragraphs on one page of the article; 0: all on one

	State    State
	Modified time.Time // of the last change to the page, whole seconds
	Texts    int       // how many texts the page has had: 1, and 1 more for every edit

	id   int       // number in its URL
	laid time.Time // when the page last changed around the article
}

// Notice is the table above a document (政府信息公开).
type Notice struct {
	Index   string // 索引号
	Topic   string // 主题分类
	Issuer  string // 发文机关
	Number  string // 发文字号
	Written string // 成文日期: 2026-09-15
}

// File is a document or a picture.
type File struct {
	Name  string // what the link says
	URL   string // given by the portal where it is empty: beside the article
	Type  string // Content-Type; "": told by the name
	Bytes []byte
}

// placed is a file where it is served.
type placed struct {
	File
	modified time.Time
}

// clone returns a copy that shares nothing that can be changed.
func (a *Article) clone() Article {
	c := *a
	c.Body = slices.Clone(a.Body)
	c.Files = slices.Clone(a.Files)
	c.Pictures = slices.Clone(a.Pictures)
	if a.Notice != nil {
		notice := *a.Notice
		c.Notice = &notice
	}
	return c
}

// column is a Column and what was published in it, newest first.
type column struct {
	Column
	index    int // its place in the navigation, from 0
	articles []*Article
	changed  time.Time // when its lists last changed
	relaid   time.Time // when what stands on all its article pages last changed
}

// live returns the articles that the column lists.
func (c *column) live() []*Article {
	var live []*Article
	for _, a := range c.articles {
		if a.State == Live {
			live = append(live, a)
		}
	}
	return live
}
