package crawler_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"fangzhi/archive"
	"fangzhi/crawler"
	"fangzhi/crawler/portaltest"
)

// days is a rig whose clock the test moves: a run a day.
type days struct {
	*rig
	mu  sync.Mutex
	now time.Time
}

// newDays is a portal with two columns of ten articles, crawled once.
func newDays(t *testing.T) (d *days, urls []string) {
	t.Helper()
	d = &days{now: time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)}
	p := portaltest.New(portaltest.Options{Now: d.clock, Codings: []string{"gzip"}})
	p.AddColumn(portaltest.Column{Path: "yw", Name: "要闻动态"})
	p.AddColumn(portaltest.Column{Path: "tzgg", Name: "通知公告"})
	for n := range 10 {
		urls = append(urls, p.Publish("yw", article(fmt.Sprintf("县政府召开第%d次常务会议", n+1))))
		p.Publish("tzgg", article(fmt.Sprintf("关于第%d批项目的公示", n+1)))
	}
	d.rig = newRig(t, p, func(o *crawler.Options) { o.Now = d.clock })
	for i := range urls {
		urls[i] = d.base + urls[i]
	}
	d.run()
	return d, urls
}

func (d *days) clock() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.now = d.now.Add(time.Millisecond)
	return d.now
}

// pass lets n days pass, with a run at the end of each.
func (d *days) pass(n int) {
	d.t.Helper()
	for range n {
		d.mu.Lock()
		d.now = d.now.Add(24 * time.Hour)
		d.mu.Unlock()
		d.run()
	}
}

// states fails the test where url is not in the state, or its last visit does
// not say why.
func (d *days) stands(url string, s archive.State, reason string) {
	d.t.Helper()
	if p := d.page(url); p.State != s {
		d.t.Errorf("%s is %s, want %s; last visit: %s", url, p.State, s, d.last(url).Reason)
	}
	if v := d.last(url); !strings.Contains(v.Reason, reason) {
		d.t.Errorf("%s: reason %q, want %q in it", url, v.Reason, reason)
	}
}

func TestWithdrawn(t *testing.T) {
	for name, withdraw := range map[string]func(p *portaltest.Portal, url string){
		"404":      func(p *portaltest.Portal, url string) { p.Withdraw(url) },
		"soft 404": func(p *portaltest.Portal, url string) { p.WithdrawSoft(url) },
		"sent home by a script": func(p *portaltest.Portal, url string) {
			p.Withdraw(url)
			p.Break(url, 0, portaltest.Text(200, `<html><head><script>window.location.href = "/";</script></head><body></body></html>`))
		},
		"redirect home": func(p *portaltest.Portal, url string) {
			p.Withdraw(url)
			p.Break(url, 0, portaltest.RedirectTo(302, "/"))
		},
		"redirect to a 404": func(p *portaltest.Portal, url string) {
			p.Withdraw(url)
			p.Break(url, 0, portaltest.RedirectTo(302, "/404.htm"))
		},
		"redirect to the list": func(p *portaltest.Portal, url string) {
			p.Withdraw(url)
			p.Break(url, 0, portaltest.RedirectTo(301, "./index.html"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			d, urls := newDays(t)
			url := urls[4]
			if name == "redirect to the list" {
				p := d.page(url)
				d.portal.Break(url, 0, portaltest.RedirectTo(301, p.FoundOn))
			}
			withdraw(d.portal, url)
			d.pass(1)
			first := d.page(url)
			d.stands(url, archive.StateGone, "observation 1 since 2026-03-02, of 3 wanted over 3 days: 5 control pages well, missing from ")
			d.pass(2)
			d.stands(url, archive.StateGone, "observation 3 since")
			d.pass(1)
			d.stands(url, archive.StateWithdrawn, "gone at 4 visits over 3 days, since 2026-03-02")
			v := d.last(url)
			if v.Outcome != archive.Withdrawn || v.Absence == nil || len(v.Absence.Controls) < 2 || len(v.Absence.Lists) == 0 || v.Absence.Doubt != "" {
				t.Errorf("visit %+v, absence %+v", v, v.Absence)
			}
			for _, c := range v.Absence.Controls {
				if c.URL == url || d.page(c.URL).Column != d.page(url).Column {
					t.Errorf("control %+v", c)
				}
			}
			if p := d.page(url); !p.GoneSince.Equal(first.GoneSince) || first.GoneSince.IsZero() || p.Versions != 1 {
				t.Errorf("page %+v", p)
			}
			d.pass(1)
			d.stands(url, archive.StateWithdrawn, "")
			if v := d.last(url); v.Outcome != archive.Gone {
				t.Errorf("a page is withdrawn again: %+v", v)
			}
			for _, u := range append(urls[:4:4], urls[5:]...) {
				d.stands(u, archive.StateLive, "")
			}
		})
	}
}

func TestRestored(t *testing.T) {
	d, urls := newDays(t)
	same, other := urls[2], urls[3]
	d.portal.Withdraw(same)
	d.portal.Withdraw(other)
	d.pass(4)
	d.stands(same, archive.StateWithdrawn, "gone at 4 visits")
	d.stands(other, archive.StateWithdrawn, "gone at 4 visits")
	d.portal.Restore(same)
	d.portal.Restore(other)
	d.portal.Edit(other, func(a *portaltest.Article) {
		a.Body[1] = "会议听取了县农业局关于春耕备耕情况的汇报，要求各乡镇不误农时。"
	})
	d.pass(1)
	d.stands(same, archive.StateRestored, "was withdrawn, there again: ")
	d.stands(other, archive.StateRestored, "was withdrawn, there again with another text")
	if n, m := d.page(same).Versions, d.page(other).Versions; n != 1 || m != 2 {
		t.Errorf("%d and %d versions, want 1 and 2", n, m)
	}
	at := d.page(same).RestoredAt
	if v := d.last(same); v.Outcome != archive.Restored || !at.Equal(v.At) {
		t.Errorf("restored at %v, visit %+v", at, v)
	}
	d.pass(1)
	d.stands(same, archive.StateRestored, "")
	sound(t, d.rig)
	// Gone once more: what was seen before it came back does not count.
	d.portal.Withdraw(same)
	d.pass(1)
	d.stands(same, archive.StateGone, "observation 1 since 2026-03-08")
}

// Nothing that befalls a whole site or server withdraws a page.
func TestNotWithdrawn(t *testing.T) {
	for _, c := range []struct {
		name   string
		strike func(d *days, urls []string)
		state  archive.State
		reason string
	}{
		{"the site is built anew: all old articles are gone", func(d *days, _ []string) {
			d.portal.Break("/yw/2*", 0, portaltest.Status(404, ""))
			d.portal.Break("/tzgg/2*", 0, portaltest.Status(404, ""))
		}, archive.StateGone, "as when a site is rebuilt"},
		{"the whole site answers 404", func(d *days, _ []string) {
			d.portal.Break("*", 0, portaltest.Status(404, ""))
		}, archive.StateGone, "as when a site is rebuilt"},
		{"the whole site says softly that nothing is there", func(d *days, _ []string) {
			d.portal.Break("*", 0, portaltest.Soft404())
		}, archive.StateGone, "as when a site is rebuilt"},
		{"all articles lead home", func(d *days, _ []string) {
			d.portal.Break("/yw/2*", 0, portaltest.RedirectTo(302, "/"))
		}, archive.StateGone, "as when a site is rebuilt"},
		{"a firewall", func(d *days, urls []string) {
			d.portal.Withdraw(urls[4])
			d.portal.Break("*/index*", 0, portaltest.WAF())
			d.portal.Break("/tzgg/*", 0, portaltest.WAF())
		}, archive.StateGone, "tells nothing of the page: "},
		{"a firewall on every page", func(d *days, _ []string) {
			d.portal.Break("/yw/*", 0, portaltest.JSL())
		}, archive.StateChallenged, ""},
		{"the server is down", func(d *days, _ []string) {
			d.portal.Break("*", 0, portaltest.Status(503, ""))
		}, archive.StateUnreachable, ""},
		{"half of the server is down", func(d *days, urls []string) {
			d.portal.Withdraw(urls[4])
			for _, u := range urls[5:] {
				d.portal.Break(u, 0, portaltest.Status(501, ""))
			}
		}, archive.StateGone, "the server was in trouble"},
		{"its lists cannot be read", func(d *days, urls []string) {
			d.portal.Withdraw(urls[4])
			d.portal.Break("/yw/index*", 0, portaltest.Status(501, ""))
		}, archive.StateGone, "the lists of its column could not be read"},
		{"its list is built anew", func(d *days, urls []string) {
			d.pass(6) // so that there is something to compare with
			d.portal.Withdraw(urls[4])
			d.portal.Break("/yw/index*", 0, portaltest.Text(200, `<html><body><div id="app"></div><script src="/js/app.js"></script></body></html>`))
		}, archive.StateGone, "the column is suspect: "},
		{"it is still listed", func(d *days, urls []string) {
			d.portal.Break(urls[4], 0, portaltest.Status(404, ""))
		}, archive.StateGone, "it is still listed on "},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, urls := newDays(t)
			c.strike(d, urls)
			d.pass(8)
			d.stands(urls[4], c.state, c.reason)
			sound(t, d.rig)
			for p, err := range d.store.Pages(t.Context(), archive.Filter{State: archive.StateWithdrawn}) {
				t.Errorf("withdrawn: %v, %v", p.URL, err)
			}
		})
	}
}

// An article that moved without a redirect, as where a site is rebuilt a few pages
// at a time, is not withdrawn while its text stands at an address that was found
// since; once it is gone there too, it is.
func TestNotWithdrawnWhereItMoved(t *testing.T) {
	d, urls := newDays(t)
	gone, copied := urls[4], urls[5]
	text := article("县政府召开第5次常务会议")
	d.portal.Publish("tzgg", article("县政府召开第6次常务会议")) // a copy, while the page is there
	d.pass(1)
	d.portal.Withdraw(gone)
	d.portal.Withdraw(copied)
	moved := d.portal.Publish("yw", text)
	d.pass(8)
	d.stands(gone, archive.StateGone, "tells nothing of the page: its text stands at "+moved+", found since")
	d.stands(copied, archive.StateWithdrawn, "")
	d.portal.Withdraw(moved)
	d.pass(12)
	d.stands(moved, archive.StateWithdrawn, "")
	d.stands(gone, archive.StateWithdrawn, "")
	sound(t, d.rig)
}

// What comes with a new site is no evidence for what went with the old one,
// however long it stands.
func TestNotWithdrawnByNewPages(t *testing.T) {
	d, urls := newDays(t)
	d.portal.Break("/yw/2*", 0, portaltest.Status(404, ""))
	d.pass(2)
	d.portal.Mend("/yw/2*")
	for _, u := range urls {
		d.portal.Withdraw(u)
	}
	for n := range 12 {
		d.portal.Publish("yw", article(fmt.Sprintf("新门户第%d条要闻", n+1)))
	}
	d.pass(8)
	for _, u := range urls {
		d.stands(u, archive.StateGone, "")
	}
}

// Pages that are not due are asked for, a few, where else nothing would tell
// whether the page is missing or the server.
func TestAsksForControls(t *testing.T) {
	d, urls := newDays(t)
	gone := urls[4]
	d.site.Revisit = func(p archive.Page, now time.Time) time.Time {
		if p.URL == gone {
			return now
		}
		return time.Time{}
	}
	d.pass(1) // the first visits made all due
	d.portal.Withdraw(gone)
	d.portal.ForgetRequests()
	d.pass(4)
	d.stands(gone, archive.StateWithdrawn, "2 control pages well")
	if n := d.portal.Total(); n > 4*(1+2+2)+4+10 {
		t.Errorf("%d requests for one page that is gone", n)
	}
}

// The most pages for a run holds for these too.
func TestControlsWithinTheCap(t *testing.T) {
	d, urls := newDays(t)
	gone := urls[4]
	d.site.Revisit = func(p archive.Page, now time.Time) time.Time {
		if p.URL == gone {
			return now
		}
		return time.Time{}
	}
	d.pass(1)
	d.portal.Withdraw(gone)
	d.site.MaxPages = 3 // two lists and the page
	d.portal.ForgetRequests()
	d.pass(1)
	d.stands(gone, archive.StateGone, "no other page of its column answered well")
	if n := d.portal.Total() - d.portal.Count("/robots.txt"); n > 3 {
		t.Errorf("%d requests, 3 are the most", n)
	}
}

// Lists that the most pages for a run kept from being read are no evidence; once
// they are read, a capped run is.
func TestNotWithdrawnByUnreadLists(t *testing.T) {
	d, urls := newDays(t)
	d.portal.Break(urls[4], 0, portaltest.Status(404, ""))
	d.site.Revisit = func(p archive.Page, now time.Time) time.Time {
		if p.Kind == archive.KindList {
			return now.Add(2 * time.Hour)
		}
		return now
	}
	d.pass(1)
	d.site.MaxPages = 20 // the articles, which are due before the lists
	d.pass(8)
	d.stands(urls[4], archive.StateGone, "")
	told := 0
	for _, v := range d.visits(urls[4])[2:] { // the lists that wait come first in the next run
		if v.Absence == nil || v.Absence.Doubt == "" {
			t.Errorf("the visit counts: %+v", v.Absence)
		}
		if strings.Contains(v.Reason, "the run had its 20 pages before the lists of its column were read") {
			told++
		}
	}
	if told == 0 {
		t.Error("no visit tells that the lists were not read")
	}

	d, urls = newDays(t)
	d.portal.Withdraw(urls[4])
	d.site.Revisit = func(p archive.Page, now time.Time) time.Time {
		if p.Column == "通知公告" {
			return time.Time{}
		}
		return now
	}
	d.pass(1)
	for day := range 3 {
		d.portal.Publish("tzgg", article(fmt.Sprintf("关于第%d批新项目的公示", day+1)))
		d.site.MaxPages = 12 + min(day, 1) // the articles, yesterday's new one, the lists; not today's
		d.pass(1)
		if n := all(t, d.store.Runs(t.Context(), archive.Filter{Newest: true, Limit: 1}))[0].Notes; !strings.Contains(strings.Join(n, ""), "more are due") {
			t.Errorf("the run was not capped: %q", n)
		}
	}
	d.stands(urls[4], archive.StateWithdrawn, "gone at 4 visits")
}

// The only article of a site is looked at against its lists.
func TestWithdrawnAlone(t *testing.T) {
	d := &days{now: time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)}
	p := portaltest.New(portaltest.Options{Now: d.clock})
	p.AddColumn(portaltest.Column{Path: "yw", Name: "要闻动态"})
	url := p.Publish("yw", article("县政府召开常务会议"))
	d.rig = newRig(t, p, func(o *crawler.Options) { o.Now = d.clock })
	d.run()
	p.Withdraw(url)
	d.pass(4)
	d.stands(d.base+url, archive.StateWithdrawn, "gone at 4 visits over 3 days, since 2026-03-02: 1 control page well, missing from 1 list")
}

// A run that is stopped records what it found gone, and does not count it.
func TestAbsentOfAStoppedRun(t *testing.T) {
	d, urls := newDays(t)
	d.portal.Withdraw(urls[0])
	d.mu.Lock()
	d.now = d.now.Add(24 * time.Hour)
	d.mu.Unlock()
	ctx, stop := cancelled(t)
	d.site.Politeness.Parallel = 1
	asked := 0
	c := d.crawler(d.store, func(o *crawler.Options) {
		o.Now = d.clock
		o.Observe = func(crawler.Event) {
			if asked++; d.portal.Count(urls[0]) > 1 {
				stop()
			}
		}
	})
	run, err := c.Run(ctx, d.site, crawler.Tick{})
	if err != nil || run.State != archive.RunInterrupted {
		t.Fatalf("run is %s, %v", run.State, err)
	}
	d.stands(urls[0], archive.StateGone, "the run was stopped before it was through")
}
