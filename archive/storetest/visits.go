package storetest

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"fangzhi/archive"
)

func line(v archive.Visit) string {
	return fmt.Sprintf("%s %s %s", v.At.Sub(t0), v.Site, v.URL)
}

var visitTests = []subtest{
	{"by page come by site and URL", func(f *fixture) {
		var want []string
		runs := map[string]archive.Run{other: f.begin(other, 0), site: f.begin(site, 0)}
		for _, name := range []string{other, site} {
			for n := range 12 {
				first := visit(runs[name], unread(name, url(n)), time.Duration(100-n)*time.Second, text("标题", "正文"))
				f.record(runs[name], first)
				for again := range n % 4 {
					f.record(runs[name], same(runs[name], first.Page, time.Duration(200+again)*time.Second))
					want = append(want, name+url(n))
				}
				want = append(want, name+url(n))
			}
		}
		page := func(v archive.Visit) string { return v.Site + v.URL }
		f.equal("visits by page", names(collect(f.T, f.Visits(f.Context(), archive.Filter{ByPage: true})), page), want)
		got := collect(f.T, f.Visits(f.Context(), archive.Filter{ByPage: true, Site: site, Outcome: archive.New}))
		f.equal("first visits of a site by page", len(got), 12)
		seen := map[string]bool{}
		for _, v := range collect(f.T, f.Visits(f.Context(), archive.Filter{ByPage: true})) {
			seen[page(v)+v.At.String()] = true
		}
		f.equal("different visits", len(seen), len(want))
	}},
	{"nothing held, nothing listed", func(f *fixture) {
		f.equal("visits", collect(f.T, f.Visits(f.Context(), archive.Filter{})), []archive.Visit(nil))
	}},
	{"a visit comes back as it was recorded", func(f *fixture) {
		r := f.begin(site, 0)
		e := visit(r, unread(site, url(1)), time.Second, text("标题", "正文"))
		e.Visit.MovedTo, e.Visit.Truncated = url(2), "length"
		f.record(r, e)
		got := collect(f.T, f.Visits(f.Context(), archive.Filter{}))
		f.equal("visits", got, []archive.Visit{e.Visit})
		f.inUTC(got[0])
	}},
	{"a visit without an answer comes back as it was recorded", func(f *fixture) {
		r := f.begin(site, 0)
		c := archive.Capture{URL: url(1), At: t0.Add(time.Second), Failure: "dial tcp: i/o timeout", Attempts: 3}
		e := settle(r, unread(site, url(1)), c, nil)
		f.record(r, e)
		f.equal("visits", collect(f.T, f.Visits(f.Context(), archive.Filter{})), []archive.Visit{e.Visit})
	}},
	{"headers come back byte for byte", func(f *fixture) {
		r := f.begin(site, 0)
		e := visit(r, unread(site, url(1)), time.Second, text("标题", "正文"))
		e.Visit.Header = http.Header{
			"Content-Disposition": {"attachment; filename=\xb8\xbd\xbc\xfe.doc"}, // GBK, as portals send it
			"X-Dotted.name":       {"a.b"}, "$X": {"1"}, "X-Empty": {""}, "X-Spaced": {"a: b:  c"},
			"Set-Cookie": {"b=2", "a=1", "b=2"},
		}
		f.record(r, e)
		f.equal("header", collect(f.T, f.Visits(f.Context(), archive.Filter{}))[0].Header, e.Visit.Header)
	}},
	{"are ordered by time, site and URL", func(f *fixture) {
		r, s := f.begin(site, 0), f.begin(other, 0)
		at := func(r archive.Run, u string, after time.Duration) archive.Entry {
			return gone(r, unread(r.Site, u), after)
		}
		f.record(r, at(r, url(9), 3*time.Millisecond), at(r, url(2), time.Millisecond), at(r, url(1), time.Millisecond))
		f.record(s, at(s, url(3), time.Millisecond), at(s, url(1), 3*time.Millisecond), at(s, url(1), 2*time.Millisecond))
		want := []string{
			"1ms kunshan " + url(3), "1ms zjg-edz " + url(1), "1ms zjg-edz " + url(2),
			"2ms kunshan " + url(1), "3ms kunshan " + url(1), "3ms zjg-edz " + url(9),
		}
		f.equal("order", names(collect(f.T, f.Visits(f.Context(), archive.Filter{})), line), want)
		slices.Reverse(want)
		f.equal("newest", names(collect(f.T, f.Visits(f.Context(), archive.Filter{Newest: true})), line), want)
		f.equal("newest four", names(collect(f.T, f.Visits(f.Context(), archive.Filter{Newest: true, Limit: 4})), line), want[:4])
	}},
	{"a long list of one moment comes whole and once", func(f *fixture) {
		r := f.begin(site, 0)
		var batch []archive.Entry
		for n := range 1200 {
			batch = append(batch, gone(r, unread(site, url(n)), time.Second*time.Duration(n/600)))
		}
		f.record(r, batch...)
		want := names(batch, func(e archive.Entry) string { return line(e.Visit) })
		f.equal("forwards", names(collect(f.T, f.Visits(f.Context(), archive.Filter{})), line), want)
		slices.Reverse(want)
		f.equal("backwards", names(collect(f.T, f.Visits(f.Context(), archive.Filter{Newest: true})), line), want)
	}},
}
