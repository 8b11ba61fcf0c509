package crawler_test

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"fangzhi/archive"
	"fangzhi/archive/sqlite"
	"fangzhi/crawler"
	"fangzhi/crawler/portaltest"
)

// rig is a portal, an archive, and a crawler between them.
type rig struct {
	t      *testing.T
	portal *portaltest.Portal
	base   string
	store  *sqlite.Store
	site   crawler.Site
	crawl  *crawler.Crawler
	events []crawler.Event
}

// brief are limits for a portal that answers at once.
var brief = crawler.Limits{Backoff: time.Millisecond, Connect: 5 * time.Second}

func newRig(t *testing.T, p *portaltest.Portal, change ...func(*crawler.Options)) *rig {
	t.Helper()
	base, stop, err := p.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "archive.db"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	r := &rig{t: t, portal: p, base: base, store: store}
	r.site = siteOf(p)
	r.crawl = r.crawler(store, change...)
	return r
}

// siteOf is a site of all the portal's columns, whose pages are due at every
// run.
func siteOf(p *portaltest.Portal) crawler.Site {
	s := crawler.Site{
		Name: "portal", Title: "云溪县", AllowPrivate: true, Politeness: crawler.Politeness{Parallel: 4},
		Revisit: func(_ archive.Page, now time.Time) time.Time { return now },
	}
	for i, c := range p.Columns() {
		s.Columns = append(s.Columns, crawler.Column{Name: c.Name, URL: p.Seeds()[i]})
	}
	return s
}

// adHoc makes the rig's site the one that is crawled at a path without being
// configured, its pages due by the usual policy; parallel is 0 for the usual one.
func (r *rig) adHoc(path string, parallel int) {
	r.t.Helper()
	site, err := crawler.AdHoc(r.base + path)
	if err != nil {
		r.t.Fatal(err)
	}
	site.AllowPrivate, site.Politeness = true, crawler.Politeness{Parallel: parallel}
	r.site = site
}

// crawler returns a further crawler of the rig's archive.
func (r *rig) crawler(store crawler.Store, change ...func(*crawler.Options)) *crawler.Crawler {
	r.t.Helper()
	o := crawler.Options{Contact: "crawler@example.org", Limits: brief, Log: slog.New(slog.DiscardHandler)}
	o.Observe = func(e crawler.Event) { r.events = append(r.events, e) }
	for _, f := range change {
		f(&o)
	}
	c, err := crawler.New(store, o)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(c.Close)
	return c
}

// run crawls the rig's site once.
func (r *rig) run(tick ...crawler.Tick) archive.Run {
	r.t.Helper()
	run, err := r.crawl.Run(r.t.Context(), r.site, append(tick, crawler.Tick{})[0])
	if err != nil {
		r.t.Fatal(err)
	}
	if run.State != archive.RunDone {
		r.t.Fatalf("run %s is %s: %s", run.ID, run.State, run.Reason)
	}
	return run
}

// page returns a page of the rig's site.
func (r *rig) page(url string) archive.Page {
	r.t.Helper()
	p, err := r.store.Page(r.t.Context(), r.site.Name, url)
	if err != nil {
		r.t.Fatalf("%s: %v", url, err)
	}
	return p
}

func (r *rig) hasPage(url string) bool {
	r.t.Helper()
	_, err := r.store.Page(r.t.Context(), r.site.Name, url)
	if err != nil && !errors.Is(err, archive.ErrNotFound) {
		r.t.Fatal(err)
	}
	return err == nil
}

// visits returns the ledger of a page.
func (r *rig) visits(url string) []archive.Visit {
	r.t.Helper()
	return all(r.t, r.store.Visits(r.t.Context(), archive.Filter{Site: r.site.Name, URL: url}))
}

// last returns the last visit to a page.
func (r *rig) last(url string) archive.Visit {
	r.t.Helper()
	v := r.visits(url)
	if len(v) == 0 {
		r.t.Fatalf("%s was never visited", url)
	}
	return v[len(v)-1]
}

func (r *rig) snapshots(url string) []archive.Snapshot {
	r.t.Helper()
	return all(r.t, r.store.Snapshots(r.t.Context(), archive.Filter{Site: r.site.Name, URL: url}))
}

func all[T any](t *testing.T, seq func(func(T, error) bool)) (list []T) {
	t.Helper()
	for x, err := range seq {
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, x)
	}
	return list
}

// oneArticle is a portal with one column of one article, and its URLs.
func oneArticle(o portaltest.Options) (p *portaltest.Portal, path string) {
	p = portaltest.New(o)
	p.AddColumn(portaltest.Column{Path: "yw", Name: "要闻动态"})
	return p, p.Publish("yw", article("县政府召开常务会议研究防汛工作"))
}

// article is one with a body that nobody could take for furniture.
func article(title string) portaltest.Article {
	return portaltest.Article{
		Title: title, Source: "云溪县人民政府办公室",
		Published: time.Date(2024, 5, 20, 9, 30, 0, 0, portaltest.Shanghai),
		Body: []string{
			"5月20日上午，县长在县政府三楼会议室主持召开第四十二次常务会议，研究部署全县防汛备汛和安全生产工作。",
			"会议听取了县水利局关于水库、河道和山塘巡查情况的汇报，要求各乡镇落实责任，逐处登记，发现险情立即上报。",
			title + "的有关情况，由县政府办公室负责督办，并在月底前向社会公布结果。",
		},
	}
}

// cancelled is a context that ends when f is called.
func cancelled(t *testing.T) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	return ctx, cancel
}
