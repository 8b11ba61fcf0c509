package storetest

import (
	"time"

	"fangzhi/archive"
)

// The archive that filters are tried on. Two sites; site has
//
//	a  article, column 热点资讯, version 1 at 1 h, version 2 at 2 h
//	b  article, column 通知公告, version 1 at 1 h, gone at 3 h
//	l  list, column 通知公告, read at 4 h
//	u  unread, first seen 30 min before all others
//
// and other has the page a with one version at 1 h.
const (
	pageA = "https://www.zjg.example/a.html"
	pageB = "https://www.zjg.example/b.html"
	pageL = "https://www.zjg.example/l/"
	pageU = "https://www.zjg.example/u.html"
)

func furnished(f *fixture) (r1, r2, r3 archive.Run) {
	f.Helper()
	r1 = f.begin(site, 0)
	u := unread(site, pageU)
	u.FirstSeen = t0.Add(-30 * time.Minute)
	b := unread(site, pageB)
	b.Column = "通知公告"
	l := unread(site, pageL)
	l.Column = "通知公告"
	a1 := visit(r1, unread(site, pageA), time.Hour, text("甲", "第一版"))
	b1 := visit(r1, b, time.Hour, text("乙", "第一版"))
	b1.Discovered = []archive.Page{u}
	f.record(r1, a1, b1)
	f.end(r1)
	r2 = f.begin(site, 2*time.Hour)
	f.record(r2,
		visit(r2, a1.Page, 2*time.Hour, text("甲", "第二版")),
		gone(r2, b1.Page, 3*time.Hour),
		list(r2, l, 4*time.Hour))
	r3 = f.begin(other, time.Hour)
	f.record(r3, visit(r3, unread(other, pageA), time.Hour, text("甲", "第一版")))
	return r1, r2, r3
}

var filterTests = []subtest{
	{"of pages", func(f *fixture) {
		furnished(f)
		for name, c := range map[string]struct {
			filter archive.Filter
			want   []string
		}{
			"none":             {archive.Filter{}, []string{pageA, pageA, pageB, pageL, pageU}},
			"site":             {archive.Filter{Site: site}, []string{pageA, pageB, pageL, pageU}},
			"unknown site":     {archive.Filter{Site: "nowhere"}, nil},
			"url":              {archive.Filter{URL: pageA}, []string{pageA, pageA}},
			"site and url":     {archive.Filter{Site: other, URL: pageA}, []string{pageA}},
			"column":           {archive.Filter{Column: "通知公告"}, []string{pageB, pageL}},
			"kind":             {archive.Filter{Kind: archive.KindList}, []string{pageL}},
			"state":            {archive.Filter{State: archive.StateGone}, []string{pageB}},
			"since":            {archive.Filter{Since: t0}, []string{pageA, pageA, pageB, pageL}},
			"until":            {archive.Filter{Until: t0}, []string{pageU}},
			"since is within":  {archive.Filter{Since: t0.Add(-30 * time.Minute), Until: t0.Add(-30*time.Minute + time.Millisecond)}, []string{pageU}},
			"limit":            {archive.Filter{Limit: 2}, []string{pageA, pageA}},
			"from a page on":   {archive.Filter{Site: site, FromURL: pageB, Limit: 2}, []string{pageB, pageL}},
			"a stretch":        {archive.Filter{FromURL: pageA, ToURL: pageB}, []string{pageA, pageA, pageB}},
			"an empty stretch": {archive.Filter{FromURL: pageA + "0", ToURL: pageA + "1"}, nil},
			"all at once":      {archive.Filter{Site: site, Column: "通知公告", Kind: archive.KindArticle, State: archive.StateGone, Since: t0}, []string{pageB}},
			"of other lists":   {archive.Filter{Site: other, Run: "x", RunState: archive.RunDone, Outcome: archive.Gone, Version: 9, Latest: true}, []string{pageA}},
		} {
			f.equal(name, f.pageURLs(c.filter), c.want)
		}
	}},
	{"of snapshots", func(f *fixture) {
		furnished(f)
		// TakenAt is cut to whole seconds
		hour := func(n int) time.Time { return t0.Add(time.Duration(n) * time.Hour).Truncate(time.Second) }
		kunshanA, a1, a2, b1 := other+" "+pageA+"@1", site+" "+pageA+"@1", site+" "+pageA+"@2", site+" "+pageB+"@1"
		for name, c := range map[string]struct {
			filter archive.Filter
			want   []string
		}{
			"none":               {archive.Filter{}, []string{kunshanA, a1, a2, b1}},
			"site":               {archive.Filter{Site: site}, []string{a1, a2, b1}},
			"url":                {archive.Filter{URL: pageA}, []string{kunshanA, a1, a2}},
			"column":             {archive.Filter{Column: "通知公告"}, []string{b1}},
			"kind":               {archive.Filter{Kind: archive.KindArticle}, []string{kunshanA, a1, a2, b1}},
			"kind of none":       {archive.Filter{Kind: archive.KindList}, nil},
			"version":            {archive.Filter{Version: 1}, []string{kunshanA, a1, b1}},
			"latest":             {archive.Filter{Latest: true}, []string{kunshanA, a2, b1}},
			"latest, newest":     {archive.Filter{Latest: true, Newest: true, Limit: 2}, []string{b1, a2}},
			"since":              {archive.Filter{Since: hour(2)}, []string{a2}},
			"until":              {archive.Filter{Until: hour(2)}, []string{kunshanA, a1, b1}},
			"latest of the page": {archive.Filter{Latest: true, Until: hour(2)}, []string{kunshanA, b1}},
			"page":               {archive.Filter{Site: site, URL: pageA}, []string{a1, a2}},
			"from a page on":     {archive.Filter{FromURL: pageB}, []string{b1}},
			"up to a page":       {archive.Filter{ToURL: pageA}, []string{kunshanA, a1, a2}},
			"a stretch of pages": {archive.Filter{Site: site, FromURL: pageA, ToURL: pageB, Latest: true}, []string{a2, b1}},
			"an empty stretch":   {archive.Filter{FromURL: pageA + "0", ToURL: pageA + "1"}, nil},
			"page and version":   {archive.Filter{Site: site, URL: pageA, Version: 2}, []string{a2}},
			"limit":              {archive.Filter{Limit: 3}, []string{kunshanA, a1, a2}},
			"of other lists":     {archive.Filter{Site: other, Run: "x", RunState: archive.RunDone, Outcome: archive.Gone, State: archive.StateGone}, []string{kunshanA}},
		} {
			f.equal(name, names(collect(f.T, f.Snapshots(f.Context(), c.filter)), edition), c.want)
		}
	}},
	{"of visits", func(f *fixture) {
		r1, r2, _ := furnished(f)
		kunshanA := "1h0m0s " + other + " " + pageA
		a1, a2 := "1h0m0s "+site+" "+pageA, "2h0m0s "+site+" "+pageA
		b1, b2, l := "1h0m0s "+site+" "+pageB, "3h0m0s "+site+" "+pageB, "4h0m0s "+site+" "+pageL
		hour := func(n int) time.Time { return t0.Add(time.Duration(n) * time.Hour) }
		for name, c := range map[string]struct {
			filter archive.Filter
			want   []string
		}{
			"none":           {archive.Filter{}, []string{kunshanA, a1, b1, a2, b2, l}},
			"site":           {archive.Filter{Site: other}, []string{kunshanA}},
			"url":            {archive.Filter{URL: pageA}, []string{kunshanA, a1, a2}},
			"page":           {archive.Filter{Site: site, URL: pageA}, []string{a1, a2}},
			"column":         {archive.Filter{Column: "通知公告"}, []string{b1, b2, l}},
			"run":            {archive.Filter{Run: r1.ID}, []string{a1, b1}},
			"run, newest":    {archive.Filter{Run: r2.ID, Newest: true}, []string{l, b2, a2}},
			"kind":           {archive.Filter{Kind: archive.KindList}, []string{l}},
			"outcome":        {archive.Filter{Outcome: archive.Gone}, []string{b2}},
			"since":          {archive.Filter{Since: hour(3)}, []string{b2, l}},
			"until":          {archive.Filter{Until: hour(2)}, []string{kunshanA, a1, b1}},
			"since, until":   {archive.Filter{Since: hour(2), Until: hour(4)}, []string{a2, b2}},
			"limit":          {archive.Filter{Site: site, Limit: 1}, []string{a1}},
			"of other lists": {archive.Filter{Site: other, RunState: archive.RunDone, State: archive.StateGone, Latest: true}, []string{kunshanA}},
		} {
			f.equal(name, names(collect(f.T, f.Visits(f.Context(), c.filter)), line), c.want)
		}
	}},
	{"of runs", func(f *fixture) {
		r1, r2, r3 := furnished(f)
		for name, c := range map[string]struct {
			filter archive.Filter
			want   []string
		}{
			"none":           {archive.Filter{}, []string{r1.ID, r3.ID, r2.ID}},
			"newest":         {archive.Filter{Newest: true}, []string{r2.ID, r3.ID, r1.ID}},
			"site":           {archive.Filter{Site: site}, []string{r1.ID, r2.ID}},
			"run":            {archive.Filter{Run: r3.ID}, []string{r3.ID}},
			"state":          {archive.Filter{RunState: archive.RunRunning}, []string{r3.ID, r2.ID}},
			"since":          {archive.Filter{Since: r3.Planned}, []string{r3.ID, r2.ID}},
			"until":          {archive.Filter{Until: r3.Planned}, []string{r1.ID}},
			"limit":          {archive.Filter{Site: site, Newest: true, Limit: 1}, []string{r2.ID}},
			"of other lists": {archive.Filter{Site: other, URL: pageA, Column: "x", Kind: archive.KindList, State: archive.StateGone, Outcome: archive.Gone, Version: 9, Latest: true}, []string{r3.ID}},
		} {
			got := names(collect(f.T, f.Runs(f.Context(), c.filter)), func(r archive.Run) string { return r.ID })
			f.equal(name, got, c.want)
		}
	}},
}
