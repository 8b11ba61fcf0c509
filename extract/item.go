package extract

import (
	"net/url"
	"path"
	"strings"

	"golang.org/x/net/html/atom"
)

// itemOf is the element of a page's only row, with its summary and picture: the
// largest one round the row that leads nowhere else, says nothing before it and no
// more than rows do. It has to be known for a row by more than its link, since
// articles refer to others: by being an item of a list, by a second link to where the
// row leads, on its picture say, or by the page's title, where that is the name of a
// column or nothing but the row's. It is -1 where the row has none.
func (p *Page) itemOf(r datedRow, title *titleRead) int32 {
	f := p.flat
	leads := p.resolve(r.anchor.href)
	item, isItem, twice := int32(-1), false, false
	for el := r.own; el > 0 && f.elems[el].tag != atom.Body && !isItem; el = f.elems[el].parent {
		e := &f.elems[el]
		if t := title.line; t >= int(e.lo) && t < int(e.hi) && (t < int(r.anchor.lo) || t >= int(r.anchor.hi)) {
			break
		}
		all, _ := f.weightOf(el)
		if all > f.sumW[r.anchor.hi]-f.sumW[r.anchor.lo]+rowRest {
			break
		}
		others, same := 0, 0
		for i := range f.anchors {
			switch a := &f.anchors[i]; {
			case a == r.anchor || !f.within(a.el, el):
			case p.resolve(a.href) == leads:
				same++
			default:
				others++
			}
		}
		if others > 0 || p.saysBefore(int(e.lo), int(r.anchor.lo), title) {
			break
		}
		item, isItem, twice = el, e.tag == atom.Li || e.tag == atom.Dl || e.tag == atom.Article, same > 0
	}
	titled := title.line >= int(r.anchor.lo) && title.line < int(r.anchor.hi) && leads != p.in.URL
	if item < 0 || !isItem && !twice && !titled && !p.namesColumn(title, int(f.elems[item].lo), leads) {
		return -1
	}
	return item
}

// saysBefore says whether one of lines[lo:hi] is more than a label.
func (p *Page) saysBefore(lo, hi int, title *titleRead) bool {
	for i := lo; i < hi; i++ {
		if p.saysMore(i, title) && !p.isByline(i) {
			return true
		}
	}
	return false
}

// namesColumn says whether the title of a page is the name of a column: what a link
// of its frame says, above the line before, and not one to the page itself, unless
// that is a folder, or has below it where a row of it leads. Menus say so, and where
// the reader is.
func (p *Page) namesColumn(title *titleRead, before int, leads string) bool {
	key := squeeze(title.text)
	if key == "" || weigh(title.text) >= 2*rowWeight {
		return false
	}
	f := p.flat
	for i := range f.anchors {
		a := &f.anchors[i]
		if int(a.lo) >= before || f.sumW[a.hi]-f.sumW[a.lo] < weigh(title.text) || squeeze(p.anchorText(a)) != key {
			continue
		}
		to, err := url.Parse(p.resolve(a.href))
		if err != nil || to.Host == "" {
			continue
		}
		if p.base == nil || to.Path != p.base.Path || to.RawQuery != p.base.RawQuery || isFolder(to) || strings.HasPrefix(leads, to.String()+"/") {
			return true
		}
	}
	return false
}

// isFolder says whether a URL is that of a folder, as columns have.
func isFolder(u *url.URL) bool {
	name := path.Base(u.Path)
	switch strings.ToLower(strings.TrimSuffix(name, path.Ext(name))) {
	case "index", "list", "default", "more":
		return true
	}
	return u.Path == "" || strings.HasSuffix(u.Path, "/")
}
