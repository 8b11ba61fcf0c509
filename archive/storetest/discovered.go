package storetest

import (
	"time"

	"fangzhi/archive"
)

// a moment of the discovered tests; the list is visited at t0 plus an hour
func minute(n int) time.Time { return t0.Add(time.Duration(n) * time.Minute) }

// find records a visit to a list, an hour after t0, on which p was found.
func (f *fixture) find(r archive.Run, found ...archive.Page) {
	f.Helper()
	f.record(r, list(r, unread(site, pageL), time.Hour, found...))
}

var discoveredTests = []subtest{
	{"an unknown page is added as it was found", func(f *fixture) {
		r := f.begin(site, 0)
		want := unread(site, url(1))
		want.Due = minute(90)
		want.Kind = archive.KindList
		f.find(r, want)
		f.equal("page", f.page(url(1)), want)
	}},
	{"an unknown page without a due time is due at the visit's time", func(f *fixture) {
		r := f.begin(site, 0)
		want := unread(site, url(1))
		want.Due = time.Time{}
		f.find(r, want)
		want.Due = minute(60)
		f.equal("page", f.page(url(1)), want)
	}},
	{"a page that was found twice on one page is the first of them", func(f *fixture) {
		r := f.begin(site, 0)
		first, second := unread(site, url(1)), unread(site, url(1))
		second.Anchor, second.Due = "更多", time.Time{}
		f.find(r, first, second)
		f.equal("page", f.page(url(1)), first)
	}},
	{"a page that was found and then visited in one batch is as visited", func(f *fixture) {
		r := f.begin(site, 0)
		found := list(r, unread(site, pageL), time.Hour, unread(site, url(1)))
		e := visit(r, unread(site, url(1)), time.Hour+time.Second, text("标题", "正文"))
		f.record(r, found, e)
		f.equal("page", f.page(url(1)), e.Page)
	}},
	{"a known page keeps what it has", func(f *fixture) {
		r := f.begin(site, 0)
		e := visit(r, unread(site, url(1)), time.Second, text("标题", "正文"))
		f.record(r, e)
		again := unread(site, url(1))
		again.Column, again.FoundOn, again.Anchor, again.ListedDay, again.Depth = "别的", pageU, "更多", "2020-01-01", 9
		again.FirstSeen, again.Due = minute(60), time.Time{}
		f.find(r, again)
		want := e.Page
		want.Also = []string{"别的"}
		f.equal("page", f.page(url(1)), want)
	}},
	{"the page of another site with the same URL is not known", func(f *fixture) {
		s := f.begin(other, 0, unread(other, url(1)))
		f.end(s)
		r := f.begin(site, 0)
		f.find(r, unread(site, url(1)))
		f.equal("page", f.page(url(1)), unread(site, url(1)))
	}},
	{"a due time makes a known page due", func(f *fixture) {
		never := time.Time{}
		for name, c := range map[string]struct {
			due, visited, found, want time.Time
		}{
			"no due time keeps":                      {minute(500), minute(10), never, minute(500)},
			"no due time keeps never":                {never, minute(10), never, never},
			"later is moved":                         {minute(500), minute(10), minute(60), minute(60)},
			"never is moved":                         {never, minute(10), minute(60), minute(60)},
			"earlier is kept":                        {minute(30), minute(10), minute(60), minute(30)},
			"visited since is kept":                  {minute(500), minute(61), minute(60), minute(500)},
			"visited at that moment is kept":         {minute(500), minute(60), minute(60), minute(500)},
			"visited since, never due, stays so":     {never, minute(61), minute(60), never},
			"not visited yet is moved":               {minute(500), never, minute(60), minute(60)},
			"to a time before the list was visited":  {minute(500), minute(10), minute(20), minute(20)},
			"to a time after the list was visited":   {minute(500), minute(10), minute(400), minute(400)},
			"the same time":                          {minute(60), minute(10), minute(60), minute(60)},
			"visited before that time, but recently": {minute(500), minute(59), minute(60), minute(60)},
		} {
			u := "https://www.zjg.example/" + name
			r := run(site, time.Duration(len(collect(f.T, f.Runs(f.Context(), archive.Filter{}))))*time.Millisecond)
			if err := f.BeginRun(f.Context(), r, nil); err != nil {
				f.Fatal(err)
			}
			held := unread(site, u)
			if c.visited.IsZero() {
				held.Due = c.due
				f.record(r, list(r, unread(site, u+"/list"), time.Minute, held))
			} else {
				e := visit(r, held, c.visited.Sub(t0), text("标题", name))
				e.Page.Due = c.due
				f.record(r, e)
				held = e.Page
			}
			again := unread(site, u)
			again.Due = c.found
			f.record(r, list(r, unread(site, u+"/list"), time.Hour, again))
			want := held
			want.Due = c.want
			f.equal(name, f.page(u), want)
			f.end(r)
		}
	}},
	{"a kind of unread gives way", func(f *fixture) {
		r := f.begin(site, 0, unread(site, url(1)))
		again := unread(site, url(1))
		again.Kind, again.Due = archive.KindList, time.Time{}
		f.find(r, again)
		want := unread(site, url(1))
		want.Kind = archive.KindList
		f.equal("page", f.page(url(1)), want)
	}},
	{"another kind does not give way", func(f *fixture) {
		r := f.begin(site, 0)
		e := visit(r, unread(site, url(1)), time.Second, text("标题", "正文"))
		f.record(r, e)
		for _, kind := range []archive.Kind{archive.KindList, archive.KindUnread} {
			again := unread(site, url(1))
			again.Kind, again.Due = kind, time.Time{}
			f.record(r, list(r, unread(site, pageL+string(kind)), time.Hour, again))
			f.equal(string(kind), f.page(url(1)), e.Page)
		}
	}},
	{"kind and due time change apart from each other", func(f *fixture) {
		early := unread(site, url(1))
		r := f.begin(site, 0, early)
		again := unread(site, url(1))
		again.Kind, again.Due = archive.KindList, minute(60)
		f.find(r, again)
		want := early
		want.Kind = archive.KindList
		f.equal("page that was due earlier", f.page(url(1)), want)
	}},
	{"many pages on one page, most of them known", func(f *fixture) {
		r := f.begin(site, 0)
		var found []archive.Page
		for n := range 400 {
			found = append(found, unread(site, url(n)))
		}
		f.record(r, list(r, unread(site, pageL), time.Hour, found[:390]...))
		f.record(r, list(r, unread(site, pageL+"2"), time.Hour, found...))
		f.equal("pages", f.pageURLs(archive.Filter{Kind: archive.KindUnread}), names(found, func(p archive.Page) string { return p.URL }))
	}},
}
