package extract

import (
	"fangzhi/archive"
	"fangzhi/lazyregexp"
)

// fewRows is how many rows with dates are too few to make a list by themselves:
// articles show as many that are related.
const fewRows = 2

// datedRow is a row of a list with a date: the element that it is at most, and
// the least one that holds both the anchor and the date.
type datedRow struct {
	el, own int32
	anchor  *anchor
}

// datedRowOf is the row el of which a is the anchor.
func (p *Page) datedRowOf(el int32, a *anchor) datedRow {
	f := p.flat
	own := a.el
	for own != el && f.elems[own].parent >= 0 && f.dayIn(int(f.elems[own].lo), int(f.elems[own].hi), a, p.style(), "") == "" {
		all, _ := f.weightOf(own)
		if all > f.sumW[a.hi]-f.sumW[a.lo] && f.monthDayBeside(a) {
			break // a date without a year
		}
		own = f.elems[own].parent
	}
	return datedRow{el, own, a}
}

var (
	// pagerLine is what stands under a list: 共2条 第1/1页 首页 上一页 下一页 尾页.
	pagerLine = lazyregexp.New(`^(?:\d+|首页|上一?页|下一?页|尾页|末页|共|第|每页|当前|总计|显示|页|条|记录|信息|跳转?至?|转到?|到|确定|GO|go|[\s/|:：,，.<>《》«»·…()（）\[\]-])+$`)
	// breadcrumb is how the line begins that says where its reader is.
	breadcrumb = lazyregexp.New(`^(?:您|你)?(?:现在|当前|目前)?(?:的|所在)*(?:位置|栏目)\s*[:：]?`)
)

// isColumnOf says whether a page is a column that lists a row or two as yet: it
// says nothing but them between its title and the last of them, nor anything else
// that could be a text, and no line with a date is above the first. An article with
// related ones beside it has one or the other, or pictures or documents.
func (p *Page) isColumnOf(few []datedRow, body *span, title *titleRead) bool {
	f := p.flat
	if len(few) == 0 || len(few) > fewRows {
		return false
	}
	for i, r := range few {
		if t := title.line; t >= int(f.elems[r.own].lo) && t < int(f.elems[r.own].hi) && (t < int(r.anchor.lo) || t >= int(r.anchor.hi)) {
			return false // the date is the page's
		}
		if i > 0 && (f.within(r.anchor.el, few[i-1].own) || f.within(few[i-1].anchor.el, r.own)) {
			return false // and so where it is that of both: of what is before and after an article
		}
	}
	whole := len(few) > 1 // of two rows each ends where the other begins, summaries and all
	if !whole {
		if item := p.itemOf(few[0], title); item >= 0 {
			few, whole = []datedRow{{item, item, few[0].anchor}}, true
		}
	}
	first, last := int(f.elems[few[0].own].lo), int(f.elems[few[len(few)-1].own].hi)
	if at := p.byline(); at >= 0 && at < first {
		return false
	}
	row := func(i int) bool {
		for _, r := range few {
			if whole && i >= int(f.elems[r.own].lo) && i < int(f.elems[r.el].hi) {
				return true
			}
			if e := &f.elems[r.own]; i >= int(e.lo) && i < int(e.hi) {
				return i >= int(r.anchor.lo) && i < int(r.anchor.hi) || p.isByline(i) || !p.saysMore(i, title)
			}
		}
		return false
	}
	from := last
	if title.line >= 0 {
		from = min(title.line+1, last)
	}
	for i := min(from, body.lo); i < max(last, body.hi); i++ {
		if i < 0 || i >= len(f.lines) || row(i) || i == title.line {
			continue
		}
		between := i >= from && i < last
		if between && i < first && hasDigit(f.lineText(i)) && p.isByline(i) && !isToday(f.lineText(i)) && f.lines[i].lw == 0 {
			return false
		}
		if (between || body.has(i)) && p.saysMore(i, title) {
			return false
		}
	}
	return !p.hasFilesBeside(few, body, title)
}

// saysMore says whether a line of a column's page is more than a link or a label
// of its layout: a sentence, or a document.
func (p *Page) saysMore(i int, title *titleRead) bool {
	f := p.flat
	l := &f.lines[i]
	if l.flags&lineHidden != 0 || f.hintsAt(i)&hintJunk != 0 {
		return false
	}
	if l.flags&lineFile != 0 {
		return true
	}
	if 2*l.lw > l.w || l.stops == 0 && l.w < rowWeight {
		return false
	}
	text := f.lineText(i)
	return text != title.text && !pagerLine.MatchString(text) && !breadcrumb.MatchString(text) && !p.isFootLine(i)
}

// hasFilesBeside says whether there are pictures or documents of an article
// besides what the rows show.
func (p *Page) hasFilesBeside(few []datedRow, body *span, title *titleRead) bool {
	f := p.flat
	if body.el < 0 {
		return false
	}
	for i := range f.images {
		im := &f.images[i]
		if !f.within(im.el, body.el) || !p.isArticles(im, body.el, title.line) {
			continue
		}
		shown := false
		for _, r := range few {
			shown = shown || f.within(im.el, r.own) || len(few) > 1 && f.within(im.el, r.el)
		}
		if !shown {
			return true
		}
	}
	var a archive.Article
	p.findFiles(body, title.line, &a)
	return len(a.Attachments) > 0
}
