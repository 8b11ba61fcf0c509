package storetest

import (
	"fmt"
	"time"

	"fangzhi/archive"
)

// named is a discovered page whose URL names an item.
func named(site, url string, item int64) archive.Page {
	p := unread(site, url)
	p.Item = item
	return p
}

// aliasOf is a discovered alias of the page at to.
func aliasOf(to, url string, item int64) archive.Page {
	p := named(site, url, item)
	p.State, p.MovedTo, p.Due = archive.StateAlias, to, time.Time{}
	return p
}

var aliasTests = []subtest{
	{"namesakes are the pages of the site with one of the items, by URL", func(f *fixture) {
		f.end(f.begin(other, 0, named(other, url(4), 7)))
		f.begin(site, 0, named(site, url(3), 7), named(site, url(1), 7), named(site, url(2), -9), named(site, url(5), 8), unread(site, url(6)))
		items := []int64{7, -9, 0, 7, 12}
		got, err := f.Namesakes(f.Context(), site, items)
		if err != nil {
			f.Fatal(err)
		}
		f.equal("namesakes", got, []archive.Page{named(site, url(1), 7), named(site, url(2), -9), named(site, url(3), 7)})
		f.equal("what was asked for", items, []int64{7, -9, 0, 7, 12})
	}},
	{"a visited page is a namesake as it was left", func(f *fixture) {
		r := f.begin(site, 0)
		e := visit(r, named(site, url(1), 7), time.Second, text("标题", "正文"))
		f.record(r, e)
		got, err := f.Namesakes(f.Context(), site, []int64{7})
		if err != nil {
			f.Fatal(err)
		}
		f.equal("namesakes", got, []archive.Page{e.Page})
	}},
	{"no item has no namesakes", func(f *fixture) {
		f.begin(site, 0, unread(site, url(1)))
		for _, items := range [][]int64{nil, {0}, {3}} {
			if got, err := f.Namesakes(f.Context(), site, items); err != nil || len(got) != 0 {
				f.Errorf("of %v: %v, %v", items, got, err)
			}
		}
	}},
	{"namesakes of many items", func(f *fixture) {
		r := f.begin(site, 0)
		var found []archive.Page
		var items []int64
		for n := range 150 {
			found = append(found, named(site, url(n), int64(n+1)))
			items = append(items, int64(n+1))
		}
		f.record(r, list(r, unread(site, pageL), time.Hour, found...))
		got, err := f.Namesakes(f.Context(), site, items)
		if err != nil || len(got) != len(items) {
			f.Errorf("%d of %d, %v", len(got), len(items), err)
		}
	}},
	{"a discovered alias is not due", func(f *fixture) {
		r := f.begin(site, 0)
		want := aliasOf(url(1), url(2), 7)
		f.find(r, named(site, url(1), 7), want)
		f.equal("page", f.page(url(2)), want)
		if due, err := f.Due(f.Context(), site, minute(9000), 10, archive.Except{}); err != nil || len(due) != 2 {
			f.Errorf("due: %v, %v: want the list and the page", due, err)
		}
	}},
	{"an alias becomes due by a due time, and what it is by a visit", func(f *fixture) {
		r := f.begin(site, 0)
		alias := aliasOf(url(1), url(2), 7)
		f.find(r, alias)
		again := alias
		again.Due = minute(61)
		f.record(r, list(r, unread(site, pageL+"2"), time.Hour, again))
		f.equal("page", f.page(url(2)), again)
		alias.State, alias.MovedTo = archive.StateDiscovered, ""
		e := visit(r, alias, 2*time.Hour, text("标题", "正文"))
		f.record(r, e)
		f.equal("visited page", f.page(url(2)), e.Page)
	}},
	{"a full run does not ask for aliases", func(f *fixture) {
		r := f.begin(site, 0)
		want := aliasOf(url(1), url(2), 7)
		f.find(r, want)
		f.end(r)
		full := run(site, 2*time.Hour)
		full.Full = true
		if err := f.BeginRun(f.Context(), full, nil); err != nil {
			f.Fatal(err)
		}
		f.equal("page", f.page(url(2)), want)
	}},
	{"pages are filtered by where they moved", func(f *fixture) {
		r := f.begin(site, 0)
		moved := visit(r, unread(site, url(3)), time.Second, text("标题", "正文"))
		moved.Page.State, moved.Page.MovedTo = archive.StateMoved, url(1)
		f.record(r, moved)
		f.find(r, unread(site, url(1)), aliasOf(url(1), url(2), 7), aliasOf(url(9), url(4), 7))
		f.equal("pages", f.pageURLs(archive.Filter{Site: site, MovedTo: url(1)}), []string{url(2), url(3)})
		f.equal("aliases", f.pageURLs(archive.Filter{MovedTo: url(1), State: archive.StateAlias}), []string{url(2)})
		f.equal("nothing", f.pageURLs(archive.Filter{MovedTo: url(5)}), []string{})
	}},
	{"further columns that list a page are remembered, each once", func(f *fixture) {
		r := f.begin(site, 0)
		e := visit(r, unread(site, url(1)), time.Second, text("标题", "正文"))
		f.record(r, e)
		in := func(column string) archive.Page {
			p := unread(site, url(1))
			p.Column, p.Due = column, time.Time{}
			return p
		}
		f.find(r, in("要闻"), in(e.Page.Column), in(""), in("公告"), in("要闻"))
		f.record(r, list(r, unread(site, pageL+"2"), time.Hour, in("公告"), in("通知")))
		want := e.Page
		want.Also = []string{"要闻", "公告", "通知"}
		f.equal("page", f.page(url(1)), want)
		e = visit(r, want, 2*time.Hour, text("标题", "改了的正文"))
		e.Page.Also = nil
		f.record(r, e)
		want = e.Page
		want.Also = []string{"要闻", "公告", "通知"}
		f.equal("page after a visit", f.page(url(1)), want)
	}},
	{"pages are filtered by each column that lists them", func(f *fixture) {
		r := f.begin(site, 0)
		own, other := unread(site, url(1)), unread(site, url(2))
		own.Column, other.Column = "通知", "公告"
		again := own
		again.Column, again.Due = "要闻", time.Time{}
		f.find(r, own, other, again)
		f.equal("its own", f.pageURLs(archive.Filter{Site: site, Column: "通知"}), []string{url(1)})
		f.equal("a further one", f.pageURLs(archive.Filter{Column: "要闻"}), []string{url(1)})
		f.equal("another page's", f.pageURLs(archive.Filter{Column: "公告"}), []string{url(2)})
	}},
	{"of a page found and visited in one batch too", func(f *fixture) {
		r := f.begin(site, 0)
		second := unread(site, url(1))
		second.Column = "要闻"
		e := visit(r, unread(site, url(1)), time.Hour+time.Second, text("标题", "正文"))
		f.record(r, list(r, unread(site, pageL), time.Hour, unread(site, url(1)), second), e)
		want := e.Page
		want.Also = []string{"要闻"}
		f.equal("page", f.page(url(1)), want)
	}},
	{"no more than MaxAlso of them", func(f *fixture) {
		r := f.begin(site, 0, unread(site, url(1)))
		var found []archive.Page
		for n := range archive.MaxAlso + 5 {
			p := unread(site, url(1))
			p.Column, p.Due = fmt.Sprint("栏目", n), time.Time{}
			found = append(found, p)
		}
		f.find(r, found...)
		if got := f.page(url(1)).Also; len(got) != archive.MaxAlso || got[0] != "栏目0" {
			f.Errorf("%d columns: %v", len(got), got)
		}
	}},
}
