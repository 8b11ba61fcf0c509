package storetest

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"fangzhi/archive"
)

var pageTests = []subtest{
	{"an absent page is ErrNotFound", func(f *fixture) {
		if _, err := f.Page(f.Context(), site, url(1)); !errors.Is(err, archive.ErrNotFound) {
			f.Errorf("got %v, want ErrNotFound", err)
		}
	}},
	{"the page of another site is not this site's", func(f *fixture) {
		f.begin(site, 0, unread(site, url(1)))
		if _, err := f.Page(f.Context(), other, url(1)); !errors.Is(err, archive.ErrNotFound) {
			f.Errorf("got %v, want ErrNotFound", err)
		}
	}},
	{"a URL differs by a letter's case", func(f *fixture) {
		f.begin(site, 0, unread(site, "https://www.zjg.example/A.html"))
		if _, err := f.Page(f.Context(), site, "https://www.zjg.example/a.html"); !errors.Is(err, archive.ErrNotFound) {
			f.Errorf("got %v, want ErrNotFound", err)
		}
	}},
	{"a discovered page comes back as it was found", func(f *fixture) {
		want := unread(site, url(1))
		f.begin(site, 0, want)
		got := f.page(url(1))
		f.equal("page", got, want)
		f.inUTC(got)
	}},
	{"a visited page comes back as it was recorded", func(f *fixture) {
		r := f.begin(site, 0)
		e := visit(r, unread(site, url(1)), time.Second, text("标题", "正文"))
		e.Page.MovedTo, e.Page.Failures = url(2), 3
		e.Page.ReadAs, e.Page.Parts = archive.DigestOf([]byte("again")), 2
		f.record(r, e)
		got := f.page(url(1))
		f.equal("page", got, e.Page)
		f.inUTC(got)
	}},
	{"a brief page has the fields of Brief alone", func(f *fixture) {
		r := f.begin(site, 0)
		e := visit(r, unread(site, url(1)), time.Second, text("标题", "正文"))
		e.Page.MovedTo, e.Page.Failures, e.Page.Also = url(2), 3, []string{"通知公告"}
		e.Page.ReadAs, e.Page.Parts, e.Page.ETag = archive.DigestOf([]byte("again")), 2, `"1"`
		more := visit(r, unread(site, url(2)), 2*time.Second, text("又一篇", "正文"))
		f.record(r, e)
		f.record(r, more)
		f.equal("whole", collect(f.T, f.Pages(f.Context(), archive.Filter{})), []archive.Page{e.Page, more.Page})
		f.equal("brief", collect(f.T, f.Pages(f.Context(), archive.Filter{Brief: true})), []archive.Page{e.Page.Brief(), more.Page.Brief()})
	}},
	{"how a page is asked for comes back, and what fills it", func(f *fixture) {
		asked := unread(site, url(1))
		asked.Kind = archive.KindList
		asked.Request = &archive.Request{
			Method: "POST", URL: "https://www.zjg.example/rest/list", Body: `{"pn":20,"wd":"<通知> & 公告"}`,
			Header: map[string]string{"Content-Type": "application/json", "Referer": "https://www.zjg.example/news/"}, Family: "epoint", Hint: "/tzgg",
		}
		r := f.begin(site, 0)
		f.find(r, asked)
		f.equal("found page", f.page(url(1)), asked)
		due, err := f.Due(f.Context(), site, minute(60), 9, archive.Except{})
		if err != nil || len(due) != 1 {
			f.Fatalf("%d pages due, %v", len(due), err)
		}
		f.equal("due page", due[0], asked)
		e := list(r, asked, 2*time.Hour)
		e.Page.Feeds = []string{url(2), url(3)}
		f.record(r, e)
		f.equal("visited page", f.page(url(1)), e.Page)
		again := asked
		again.Request, again.Due = nil, minute(300)
		f.record(r, list(r, unread(site, pageU), 3*time.Hour, again))
		if got := f.page(url(1)); got.Request == nil || got.Request.Body != asked.Request.Body {
			f.Errorf("a page that is found again is asked for by %+v", got.Request)
		}
		again.Request = &archive.Request{Method: "POST", URL: asked.Request.URL, Body: `{"pn":20,"token":"2"}`}
		f.record(r, list(r, unread(site, pageU), 4*time.Hour, again))
		if got := f.page(url(1)); got.Request == nil || got.Request.Body != again.Request.Body {
			f.Errorf("a page that is found again with another request is asked for by %+v", got.Request)
		}
	}},
	{"a zero time comes back as zero", func(f *fixture) {
		r := f.begin(site, 0)
		e := visit(r, unread(site, url(1)), time.Second, text("标题", "正文"))
		e.Page.Due = time.Time{}
		f.record(r, e)
		if due := f.page(url(1)).Due; !due.IsZero() {
			f.Errorf("due at %v, want never", due)
		}
	}},
	{"a time of another zone comes back in UTC", func(f *fixture) {
		p := unread(site, url(1))
		p.FirstSeen = t0.In(time.FixedZone("CST", 8*3600))
		f.begin(site, 0, p)
		got := f.page(url(1))
		f.inUTC(got)
		if !got.FirstSeen.Equal(t0) {
			f.Errorf("first seen %v, want %v", got.FirstSeen, t0)
		}
	}},
}

// identities in an order that is neither bytewise nor that of any language
var scattered = [][2]string{
	{"b", "https://a.example/1"}, {"a", "https://a.example/z"}, {"a", "https://a.example/Z"},
	{"a", "https://a.example/"}, {"a", "https://a.example/é"}, {"a", "https://a.example/e"},
	{"a", "https://a.example/中文"}, {"a", "https://a.example/~"}, {"a", "https://a.example/%E4"},
	{"a", "https://a.example/10"}, {"a", "https://a.example/9"}, {"a", "https://A.example/9"},
	{"a-b", "https://a.example/1"}, {"a.b", "https://a.example/1"}, {"ab", "https://a.example/1"},
	{"B", "https://a.example/1"}, {"a", "https://a.example/?b=1&a=2"}, {"a", "https://a.example/😀"},
}

var pagesTests = []subtest{
	{"nothing held, nothing listed", func(f *fixture) {
		f.equal("pages", collect(f.T, f.Pages(f.Context(), archive.Filter{})), []archive.Page(nil))
	}},
	{"are ordered by site and URL, bytewise", func(f *fixture) {
		want := scatter(f)
		got := names(collect(f.T, f.Pages(f.Context(), archive.Filter{})), identity)
		f.equal("order", got, want)
	}},
	{"newest is the order reversed", func(f *fixture) {
		want := scatter(f)
		slices.Reverse(want)
		got := names(collect(f.T, f.Pages(f.Context(), archive.Filter{Newest: true})), identity)
		f.equal("order", got, want)
		got = names(collect(f.T, f.Pages(f.Context(), archive.Filter{Newest: true, Limit: 3})), identity)
		f.equal("first three", got, want[:3])
	}},
	{"a long list comes whole and once", func(f *fixture) {
		var seeds []archive.Page
		for n := range 2500 {
			seeds = append(seeds, unread(site, url(n)))
		}
		f.begin(site, 0, seeds...)
		want := names(seeds, func(p archive.Page) string { return p.URL })
		f.equal("forwards", f.pageURLs(archive.Filter{}), want)
		f.equal("the first 1500", f.pageURLs(archive.Filter{Limit: 1500}), want[:1500])
		slices.Reverse(want)
		f.equal("backwards", f.pageURLs(archive.Filter{Newest: true}), want)
	}},
}

func identity(p archive.Page) string { return p.Site + " " + p.URL }

// scatter adds a page for each of scattered, and returns their identities in
// the order of a listing.
func scatter(f *fixture) []string {
	f.Helper()
	bySite := map[string][]archive.Page{}
	ids := [][2]string{}
	for _, id := range scattered {
		bySite[id[0]] = append(bySite[id[0]], unread(id[0], id[1]))
		ids = append(ids, id)
	}
	for name, seeds := range bySite {
		f.begin(name, 0, seeds...)
	}
	slices.SortFunc(ids, func(a, b [2]string) int {
		return cmp.Or(strings.Compare(a[0], b[0]), strings.Compare(a[1], b[1]))
	})
	return names(ids, func(id [2]string) string { return fmt.Sprintf("%s %s", id[0], id[1]) })
}

var summaryTests = []subtest{
	{"nothing held, nothing counted", func(f *fixture) {
		got, err := f.Summaries(f.Context(), t0)
		if err != nil || len(got) != 0 {
			f.Errorf("got %v, %v", got, err)
		}
	}},
	{"count by site", func(f *fixture) {
		later := unread(site, url(3))
		later.Due = t0.Add(time.Hour)
		r := f.begin(site, 0, unread(site, url(1)), unread(site, url(2)), later)
		one := visit(r, unread(site, url(1)), time.Second, text("一", "正文"))
		two := visit(r, one.Page, 2*time.Second, text("一", "改过的正文"))
		three := gone(r, unread(site, url(4)), 3*time.Second)
		three.Page.Due = time.Time{}
		f.record(r, one, two, three)
		f.begin(other, 0, unread(other, url(1)))
		for i, due := range []time.Duration{2 * time.Hour, time.Hour, 30 * time.Second, 0} {
			p := unread(site, url(10+i))
			p.State, p.Kind = archive.StateUnreachable, archive.KindArticle
			if p.Due = (time.Time{}); due > 0 {
				p.Due = t0.Add(due)
			}
			e := visit(r, p, 4*time.Second, archive.Article{})
			e.Snapshot, e.Visit.Outcome, e.Visit.Version, e.Payload = nil, archive.Unreachable, 0, nil
			e.Page = p
			f.record(r, e)
		}

		got, err := f.Summaries(f.Context(), t0.Add(time.Minute))
		if err != nil {
			f.Fatal(err)
		}
		f.equal("summaries", got, []archive.Summary{
			{
				Site:   other,
				States: map[archive.State]int{archive.StateDiscovered: 1},
				Kinds:  map[archive.Kind]int{archive.KindUnread: 1}, Due: 1,
			},
			{
				Site:   site,
				States: map[archive.State]int{archive.StateDiscovered: 2, archive.StateLive: 1, archive.StateGone: 1, archive.StateUnreachable: 4},
				Kinds:  map[archive.Kind]int{archive.KindArticle: 5, archive.KindUnread: 3}, Versions: 2, Due: 2,
				Articles: map[archive.State]int{archive.StateLive: 1, archive.StateUnreachable: 4},
				Waiting:  map[archive.State]archive.Wait{archive.StateUnreachable: {Pages: 2, First: t0.Add(time.Hour)}},
				Later:    archive.Wait{Pages: 3, First: t0.Add(time.Hour)},
			},
		})
	}},
}
