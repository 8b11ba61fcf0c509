package crawler_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"fangzhi/archive"
	"fangzhi/archive/sqlite"
	"fangzhi/crawler"
	"fangzhi/crawler/portaltest"
)

// unsteady is an archive that cannot tell earlier visits, or a page, for a while.
type unsteady struct {
	crawler.Store
	visits, page func() error
}

func (s *unsteady) Visits(ctx context.Context, f archive.Filter) iter.Seq2[archive.Visit, error] {
	if f.URL != "" && s.visits != nil {
		if err := s.visits(); err != nil {
			return func(yield func(archive.Visit, error) bool) { yield(archive.Visit{}, err) }
		}
	}
	return s.Store.Visits(ctx, f)
}

func (s *unsteady) Page(ctx context.Context, site, url string) (archive.Page, error) {
	if strings.HasSuffix(url, "/index.html") && s.page != nil {
		if err := s.page(); err != nil {
			return archive.Page{}, err
		}
	}
	return s.Store.Page(ctx, site, url)
}

// Where what a run saw cannot be weighed, every visit that found a page gone is
// recorded all the same, and does not count.
func TestAbsentWhereTheArchiveFails(t *testing.T) {
	for _, c := range []struct {
		name string
		fail func(s *unsteady, how func() error)
	}{
		{"the first of several", func(s *unsteady, how func() error) { s.visits = how }},
		{"their list", func(s *unsteady, how func() error) { s.page = how }},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, urls := newDays(t)
			for _, u := range urls[2:5] {
				d.portal.Withdraw(u)
			}
			d.pass(1)
			s := &unsteady{Store: d.store}
			crawl := d.crawler(s, func(o *crawler.Options) { o.Now = d.clock })
			looked := 0
			c.fail(s, func() error {
				if looked++; d.portal.Count(urls[4]) < 3 {
					return nil
				}
				return errors.New("the disk does not answer")
			})
			d.mu.Lock()
			d.now = d.now.Add(24 * time.Hour)
			d.mu.Unlock()
			run, err := crawl.Run(t.Context(), d.site, crawler.Tick{})
			if err == nil || run.State != archive.RunFailed || looked == 0 {
				t.Errorf("%s, %v", run.State, err)
			}
			for _, u := range urls[2:5] {
				if v := d.last(u); v.Run != run.ID || v.Absence == nil || !strings.Contains(v.Absence.Doubt, "the disk does not answer") {
					t.Errorf("%s: the visit of the run that failed is not recorded: %+v", u, v)
				}
			}
			d.pass(2)
			d.stands(urls[4], archive.StateWithdrawn, "gone at 3 visits over 3 days")
		})
	}
}

// pageCounter counts how often the pages of an archive are gone through.
type pageCounter struct {
	crawler.Store
	n atomic.Int64
}

func (c *pageCounter) Pages(ctx context.Context, f archive.Filter) iter.Seq2[archive.Page, error] {
	if f.Kind == archive.KindArticle {
		c.n.Add(1)
	}
	return c.Store.Pages(ctx, f)
}

// Where a whole column is gone, the archive is not searched for each page of it.
func TestAbsentOfManyLooksSeldom(t *testing.T) {
	d := &days{now: time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)}
	p := portaltest.New(portaltest.Options{Now: d.clock, PageSize: 100})
	p.AddColumn(portaltest.Column{Path: "yw", Name: "要闻动态"})
	for n := range 60 {
		p.Publish("yw", article(fmt.Sprintf("县政府召开第%d次常务会议", n+1)))
	}
	d.rig = newRig(t, p, func(o *crawler.Options) { o.Now = d.clock })
	counter := &pageCounter{Store: d.store}
	d.crawl = d.crawler(counter, func(o *crawler.Options) { o.Now = d.clock })
	d.run()
	p.Break("/yw/2*", 0, portaltest.Status(404, ""))
	counter.n.Store(0)
	d.pass(1)
	if n := counter.n.Load(); n > 10 {
		t.Errorf("the pages were gone through %d times for 60 that are gone", n)
	}
}

// tardy is an archive that takes its time to record page, as a slow disk does,
// but not longer than until somebody looks for pages meanwhile.
type tardy struct {
	*sqlite.Store
	page   string
	looked chan struct{}
}

func (s *tardy) Record(ctx context.Context, run string, batch []archive.Entry) error {
	if slices.ContainsFunc(batch, func(e archive.Entry) bool { return e.Visit.URL == s.page }) {
		select {
		case <-s.looked:
		case <-time.After(100 * time.Millisecond):
		}
	}
	return s.Store.Record(ctx, run, batch)
}

func (s *tardy) Pages(ctx context.Context, f archive.Filter) iter.Seq2[archive.Page, error] {
	select {
	case s.looked <- struct{}{}:
	default:
	}
	return s.Store.Pages(ctx, f)
}

// A control that is not recorded yet is not asked for a second time: what it
// says would be recorded twice, which ended the run.
func TestControlsAreAskedOnce(t *testing.T) {
	d := &days{now: time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)}
	p := portaltest.New(portaltest.Options{Now: d.clock})
	p.AddColumn(portaltest.Column{Path: "yw", Name: "要闻动态"})
	var urls []string
	for n := range 3 {
		urls = append(urls, p.Publish("yw", article(fmt.Sprintf("县政府召开第%d次常务会议", n+1))))
	}
	d.rig = newRig(t, p, func(o *crawler.Options) { o.Now = d.clock })
	for i := range urls {
		urls[i] = d.base + urls[i]
	}
	d.site.Revisit = func(p archive.Page, now time.Time) time.Time {
		if p.URL == urls[0] {
			return now.Add(1000 * time.Hour)
		}
		return now
	}
	d.run()
	for _, gone := range urls[1:] {
		p.Withdraw(gone)
	}
	if err := p.Edit(urls[0], func(a *portaltest.Article) { a.Body[0] = "会议改期举行。" + a.Body[0] }); err != nil {
		t.Fatal(err)
	}
	d.crawl = d.crawler(&tardy{d.store, urls[0], make(chan struct{})}, func(o *crawler.Options) { o.Now = d.clock })
	before := p.Count(urls[0])
	d.pass(1)
	d.stands(urls[0], archive.StateLive, "says something else than version 1")
	if asked := p.Count(urls[0]) - before; asked != 1 {
		t.Errorf("the control was asked for %d times", asked)
	}
	if cuts := d.snapshots(urls[0]); len(cuts) != 2 {
		t.Errorf("%d versions, want 2", len(cuts))
	}
}
