package torture

import (
	"fmt"
	"math/rand/v2"
	"sync/atomic"

	"fangzhi/crawler/portaltest"
)

// paragraph is one of an article's; n tells it from others.
func paragraph(n int) string {
	return fmt.Sprintf("会议听取了县水利局关于第%d号水库、河道和山塘巡查情况的汇报，要求各乡镇落实责任，逐处登记，发现险情立即上报，并在%d日前报县防汛办备案。", n, n%28+1)
}

func article(n int) portaltest.Article {
	return portaltest.Article{
		Title:  fmt.Sprintf("关于第%d次县政府常务会议议定事项落实情况的通报", n),
		Source: "云溪县人民政府办公室",
		Body:   []string{paragraph(n), paragraph(n + 7), fmt.Sprintf("本通报编号%d，由县政府办公室负责解释。", n*n+n)},
	}
}

var columns = []portaltest.Column{
	{Path: "yw", Name: "要闻动态"}, {Path: "tzgg", Name: "通知公告"}, {Path: "zwxx", Name: "政务信息"},
}

// dress gives an article a document and a picture.
func dress(a portaltest.Article, n int) portaltest.Article {
	a.Files = []portaltest.File{{Name: fmt.Sprintf("附件%d.pdf", n), Bytes: document(n)}}
	a.Pictures = []portaltest.File{{Name: fmt.Sprintf("会场%d", n), Type: "image/jpeg", Bytes: fmt.Appendf(nil, "\xff\xd8\xff 会场 %d", n)}}
	return a
}

func document(n int) []byte { return portaltest.PDF(paragraph(n)) }

// styles are what every page of a portal needs, by path.
var styles = map[string]string{
	"/css/style.css": `@import "more.css"; h1 { background: url(/images/head.png) }`,
	"/css/more.css":  "h1 { color: #8b0000 }",
}

// newPortal serves a portal of so many columns with n articles, the first of every
// dressed of which has a document and a picture; 0: none has.
func newPortal(n, across, dressed int, o portaltest.Options) (p *portaltest.Portal, base string, stop func(), err error) {
	p = portaltest.New(o)
	if dressed > 0 {
		for path, text := range styles {
			p.Place(portaltest.File{Name: path, URL: path, Type: "text/css", Bytes: []byte(text)})
		}
		p.Place(portaltest.File{Name: "head.png", URL: "/images/head.png", Bytes: []byte("\x89PNG\r\n\x1a\n")})
	}
	for _, c := range columns[:across] {
		p.AddColumn(c)
	}
	for i := range n {
		a := article(i + 1)
		if dressed > 0 && i%dressed == 0 {
			a = dress(a, i+1)
		}
		p.Publish(columns[i%across].Path, a)
	}
	base, stop, err = p.Start()
	return p, base, stop, err
}

// editor works on a portal at random.
type editor struct {
	portal    *portaltest.Portal
	random    *rand.Rand
	serial    int
	edits     atomic.Int64 // read while it works
	publishes int          // articles that it may still publish
}

// work changes one thing: mostly an article's text, now and then its place or
// the portal's size.
func (e *editor) work() {
	all := e.portal.Truth()
	a := all[e.random.IntN(len(all))]
	e.serial++
	var err error
	switch roll := e.random.IntN(20); {
	case a.State != portaltest.Live:
		err = e.portal.Restore(a.URL)
	case roll == 0:
		err = e.portal.Withdraw(a.URL)
	case roll == 1 && e.publishes > 0:
		e.publishes--
		e.portal.Publish(a.Column, dress(article(10_000+e.serial), e.serial))
	case roll == 2 && len(a.Files) > 0: // the text stays, other bytes under the address of its document
		err = e.portal.Edit(a.URL, func(a *portaltest.Article) { a.Files[0].Bytes = document(10_000 + e.serial) })
	case roll < 6:
		err = e.portal.CountViews(a.URL, 1)
	default:
		err = e.portal.Edit(a.URL, func(a *portaltest.Article) {
			a.Body[1] = paragraph(10_000 + e.serial)
		})
	}
	if err == nil {
		e.edits.Add(1)
	}
}
