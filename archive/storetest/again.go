package storetest

import (
	"fmt"
	"time"

	"fangzhi/archive"
)

// readAgain is another reading of version n of a page, days after t0.
func readAgain(u string, n, days int, a archive.Article) archive.Again {
	return archive.Again{
		Site: site, URL: u, Version: n, At: t0.AddDate(0, 0, days), Rules: archive.DigestOf([]byte("other rules")), Reader: 2 + days, Article: a,
	}
}

func (f *fixture) reread(r archive.Run, batch ...archive.Again) {
	f.Helper()
	if err := f.Reread(f.Context(), r.ID, batch); err != nil {
		f.Fatalf("reread: %v", err)
	}
}

func (f *fixture) earlier(filter archive.Filter) []archive.Earlier {
	f.Helper()
	return collect(f.T, f.Earlier(f.Context(), filter))
}

func (f *fixture) version(u string, n int) archive.Snapshot {
	f.Helper()
	all := collect(f.T, f.Snapshots(f.Context(), archive.Filter{Site: site, URL: u, Version: n}))
	if len(all) != 1 {
		f.Fatalf("version %d of %s: %d of them", n, u, len(all))
	}
	return all[0]
}

var rereadTests = []subtest{
	{"a version reads as it was read last, and keeps the rest", func(f *fixture) {
		r := f.begin(site, 0)
		e := visit(r, unread(site, url(1)), time.Second, text("标题", "正文，声明"))
		e.Page.ReadAs = archive.DigestOf([]byte("as"))
		f.record(r, e)
		article := text("真正的标题", "正文")
		article.Evidence = []archive.Evidence{{Field: "title", Method: "meta", Confidence: .9, Others: []string{"标题"}}}
		again := readAgain(url(1), 1, 1, article)
		f.reread(r, again)
		want := *e.Snapshot
		want.Article, want.Fingerprint, want.Rules, want.Reader, want.ReadAt = article, archive.FingerprintOf(article), again.Rules, again.Reader, again.At
		f.equal("version", f.version(url(1), 1), want)
		page := e.Page
		page.Title, page.Fingerprint, page.ReadAs = article.Title, want.Fingerprint, ""
		f.equal("page", f.page(url(1)), page)
		f.equal("earlier", f.earlier(archive.Filter{}), []archive.Earlier{{
			Site: site, URL: url(1), Version: 1, N: 0, ReadAt: e.Snapshot.TakenAt, Fingerprint: e.Snapshot.Fingerprint,
			Rules: e.Snapshot.Rules, Reader: e.Snapshot.Reader, Article: e.Snapshot.Article,
		}})
		f.inUTC(f.earlier(archive.Filter{})[0])
	}},
	{"the log counts readings", func(f *fixture) {
		r := f.begin(site, 0)
		f.record(r, storyOfThree(r)...)
		f.equal("before", f.log().Readings, int64(0))
		again := []archive.Again{readAgain(url(1), 1, 1, text("别的标题", "别的正文")), readAgain(url(1), 2, 1, text("标题", "再读"))}
		f.reread(r, again...)
		f.equal("two", f.log().Readings, int64(2))
		f.reread(r, again...)
		f.equal("the same again", f.log().Readings, int64(2))
		f.reread(r, readAgain(url(1), 2, 2, text("标题", "又读")))
		f.equal("another", f.log().Readings, int64(3))
	}},
	{"an older version leaves the page as it is", func(f *fixture) {
		r := f.begin(site, 0)
		batch := storyOfThree(r)
		f.record(r, batch...)
		f.reread(r, readAgain(url(1), 1, 1, text("别的标题", "别的正文")))
		f.equal("page", f.page(url(1)), batch[2].Page)
		f.equal("version 2", f.version(url(1), 2), *batch[1].Snapshot)
		f.equal("title", f.version(url(1), 1).Article.Title, "别的标题")
	}},
	{"each reading is kept, and again changes nothing", func(f *fixture) {
		r := f.begin(site, 0)
		f.record(r, storyOfThree(r)...)
		var all []archive.Again
		for day := 1; day <= 3; day++ {
			all = append(all, readAgain(url(1), 2, day, text("标题", prose(day))))
			f.reread(r, all[day-1])
		}
		f.reread(r, readAgain(url(1), 1, 1, text("别的标题", "正文")))
		held := f.earlier(archive.Filter{})
		type place struct{ version, n, reader int }
		f.equal("earlier", names(held, func(e archive.Earlier) string { return e.Article.Body }), []string{"正文", "改过的正文", prose(1), prose(2)})
		for i, want := range []place{{1, 0, 0}, {2, 0, 0}, {2, 1, 3}, {2, 2, 4}} {
			if e := held[i]; (place{e.Version, e.N, e.Reader}) != want {
				f.Errorf("reading %d is %+v, want %+v", i, place{e.Version, e.N, e.Reader}, want)
			}
		}
		f.unchanged("reading again as before", func() { f.reread(r, all[2]) })
		f.equal("earlier", f.earlier(archive.Filter{}), held)
		f.equal("of a page that has none", f.earlier(archive.Filter{Site: site, URL: url(7)}), []archive.Earlier(nil))
		f.equal("limited", len(f.earlier(archive.Filter{Site: site, Limit: 2})), 2)
	}},
	{"earlier readings are narrowed as versions are", func(f *fixture) {
		r := f.begin(site, 0)
		far := f.begin(other, 0)
		for n := 1; n <= 3; n++ {
			p := unread(site, url(n))
			p.Column = fmt.Sprint("栏目", n)
			e := visit(r, p, time.Duration(n)*time.Hour, text("标题", fmt.Sprint("正文", n)))
			f.record(r, e, visit(r, e.Page, time.Duration(10+n)*time.Hour, text("标题", fmt.Sprint("改过", n))))
			f.reread(r, readAgain(url(n), 1, 1, text("再读", fmt.Sprint("正文", n))), readAgain(url(n), 2, 1, text("再读", fmt.Sprint("改过", n))))
		}
		e := visit(far, unread(other, url(1)), time.Hour, text("标题", "别处"))
		f.record(far, e)
		elsewhere := readAgain(url(1), 1, 1, text("再读", "别处"))
		elsewhere.Site = other
		f.reread(far, elsewhere)
		for what, c := range map[string]struct {
			filter archive.Filter
			want   []string
		}{
			"none":       {archive.Filter{}, []string{"别处", "正文1", "改过1", "正文2", "改过2", "正文3", "改过3"}},
			"site":       {archive.Filter{Site: other}, []string{"别处"}},
			"URL":        {archive.Filter{URL: url(1)}, []string{"别处", "正文1", "改过1"}},
			"page":       {archive.Filter{Site: site, URL: url(2)}, []string{"正文2", "改过2"}},
			"column":     {archive.Filter{Column: "栏目3"}, []string{"正文3", "改过3"}},
			"kind":       {archive.Filter{Kind: archive.KindAttachment}, []string{}},
			"version":    {archive.Filter{Version: 2}, []string{"改过1", "改过2", "改过3"}},
			"from a URL": {archive.Filter{FromURL: url(2)}, []string{"正文2", "改过2", "正文3", "改过3"}},
			"to a URL":   {archive.Filter{Site: site, ToURL: url(1)}, []string{"正文1", "改过1"}},
			"since":      {archive.Filter{Since: t0.Add(11*time.Hour + 30*time.Minute)}, []string{"改过2", "改过3"}},
			"until":      {archive.Filter{Until: t0.Add(90 * time.Minute)}, []string{"别处", "正文1"}},
			"limit":      {archive.Filter{Site: site, Column: "栏目2", Limit: 1}, []string{"正文2"}},
		} {
			f.equal(what, append([]string{}, names(f.earlier(c.filter), func(e archive.Earlier) string { return e.Article.Body })...), c.want)
		}
	}},
	{"a page that did not follow does so", func(f *fixture) {
		r := f.begin(site, 0)
		e := visit(r, unread(site, url(1)), time.Second, text("标题", "正文"))
		f.record(r, e)
		again := readAgain(url(1), 1, 1, text("真正的标题", "正文"))
		f.reread(r, again)
		behind := same(r, f.page(url(1)), 2*time.Second)
		behind.Page.ReadAs, behind.Page.Title = archive.DigestOf([]byte("as")), "标题"
		f.record(r, behind)
		f.reread(r, again)
		if p := f.page(url(1)); p.ReadAs != "" || p.Title != "真正的标题" || p.Visits != 2 {
			f.Errorf("page %+v", p)
		}
		f.equal("earlier readings", len(f.earlier(archive.Filter{})), 1)
	}},
	{"search and alike go by the new text", func(f *fixture) {
		r := f.begin(site, 0)
		f.record(r, visit(r, unread(site, url(1)), time.Second, text("标题", prose(1)+"海棠花")))
		f.record(r, visit(r, unread(site, url(2)), time.Second, text("标题", prose(2)+"海棠花")))
		f.equal("before", len(f.searchURLs("海棠花", archive.Filter{})), 2) // which indexes both
		f.record(r, visit(r, unread(site, url(3)), time.Second, text("标题", prose(3)+"海棠花")))
		for n := 1; n <= 3; n++ {
			f.reread(r, readAgain(url(n), 1, 1, text("标题", prose(10+n)+"木槿花")))
		}
		f.equal("old text", f.searchURLs("海棠花", archive.Filter{}), []string{})
		f.equal("new text", len(f.searchURLs("木槿花", archive.Filter{})), 3)
		for n := 1; n <= 3; n++ {
			for _, ask := range []struct {
				body string
				want int
			}{{prose(n) + "海棠花", 0}, {prose(10+n) + "木槿花", 1}} {
				alike, err := f.Alike(f.Context(), archive.SketchOf(text("标题", ask.body)))
				found := 0
				for _, a := range alike {
					if a.URL == url(n) {
						found++
					}
				}
				if err != nil || found != ask.want {
					f.Errorf("page %d: alike %d, want %d, %v", n, found, ask.want, err)
				}
			}
		}
	}},
	{"the log is as it was", func(f *fixture) {
		r := f.begin(site, 0)
		f.record(r, storyOfThree(r)...)
		if _, err := f.Seal(f.Context(), t0.AddDate(0, 0, 1)); err != nil {
			f.Fatal(err)
		}
		before := f.leaves(0)
		f.reread(r, readAgain(url(1), 1, 1, text("别的标题", "别的正文")), readAgain(url(1), 2, 1, text("标题", "正文")))
		f.reread(r, readAgain(url(1), 2, 2, text("标题", "又一次读的正文")))
		f.equal("leaves", f.leaves(0), before)
		for _, l := range f.leaves(0) {
			if archive.LeafHash(archive.LeafOf(l.Visit, l.Snapshot)) != l.Hash {
				f.Errorf("leaf %d is not what it seals", l.N)
			}
		}
	}},
	{"what is not there, and who is not to", func(f *fixture) {
		r := f.begin(site, 0)
		f.record(r, storyOfThree(r)...)
		f.unchanged("reading again in vain", func() {
			f.wantErr("no such page", f.Reread(f.Context(), r.ID, []archive.Again{readAgain(url(9), 1, 1, text("a", "b"))}), archive.ErrNotFound)
			f.wantErr("no such version", f.Reread(f.Context(), r.ID, []archive.Again{readAgain(url(1), 3, 1, text("a", "b"))}), archive.ErrNotFound)
		})
		next := f.takeOver(r)
		f.unchanged("a run that lost its site", func() {
			f.wantErr("taken over", f.Reread(f.Context(), r.ID, []archive.Again{readAgain(url(1), 1, 1, text("a", "b"))}), archive.ErrLost)
		})
		f.end(next)
		f.unchanged("a closed run", func() {
			f.wantErr("closed", f.Reread(f.Context(), next.ID, []archive.Again{readAgain(url(1), 1, 1, text("a", "b"))}), archive.ErrLost)
		})
	}},
}
