package storetest

import (
	"fmt"
	"time"

	"fangzhi/archive"
)

var recordTests = []subtest{
	{"nothing to record is well", func(f *fixture) {
		r := f.begin(site, 0)
		f.unchanged("an empty batch", func() { f.record(r) })
	}},
	{"an entry is there in all its parts", func(f *fixture) {
		r := f.begin(site, 0)
		e := visit(r, unread(site, url(1)), time.Second, text("标题", "正文"))
		found := unread(site, url(2))
		e.Discovered = []archive.Page{found}
		f.record(r, e)
		f.equal("holdings", f.holdings(), holdings{
			Pages: []archive.Page{e.Page, found}, Snapshots: []archive.Snapshot{*e.Snapshot},
			Visits: []archive.Visit{e.Visit}, Runs: []archive.Run{r}, Payloads: []archive.Digest{e.Visit.Payload},
		})
	}},
	{"a visit without a version adds no version", func(f *fixture) {
		r := f.begin(site, 0)
		first := visit(r, unread(site, url(1)), time.Second, text("标题", "正文"))
		second := same(r, first.Page, 2*time.Second)
		f.record(r, first)
		f.record(r, second)
		f.equal("page", f.page(url(1)), second.Page)
		f.equal("snapshots", collect(f.T, f.Snapshots(f.Context(), archive.Filter{})), []archive.Snapshot{*first.Snapshot})
		f.equal("visits", collect(f.T, f.Visits(f.Context(), archive.Filter{})), []archive.Visit{first.Visit, second.Visit})
	}},
	{"two sites keep a history each of one URL", func(f *fixture) {
		r, s := f.begin(site, 0), f.begin(other, 0)
		here := visit(r, unread(site, url(1)), time.Second, text("标题", "正文"))
		there := gone(s, unread(other, url(1)), time.Second)
		f.record(r, here)
		f.record(s, there)
		f.equal("pages", collect(f.T, f.Pages(f.Context(), archive.Filter{})), []archive.Page{there.Page, here.Page})
		f.equal("visits", collect(f.T, f.Visits(f.Context(), archive.Filter{})), []archive.Visit{there.Visit, here.Visit})
	}},
	{"again changes nothing", func(f *fixture) {
		r := f.begin(site, 0)
		batch := storyOfThree(r)
		f.record(r, batch...)
		f.unchanged("recording a batch again", func() { f.record(r, batch...) })
		for n, e := range batch {
			f.unchanged(fmt.Sprintf("recording entry %d again", n), func() { f.record(r, e) })
		}
	}},
	{"again after a later visit changes nothing", func(f *fixture) {
		r := f.begin(site, 0)
		batch := storyOfThree(r)
		f.record(r, batch[0])
		f.record(r, batch[1:]...)
		f.unchanged("recording the first visit again", func() { f.record(r, batch[0]) })
	}},
	{"again after the page was made due changes nothing", func(f *fixture) {
		r := f.begin(site, 0)
		e := visit(r, unread(site, url(1)), time.Second, text("标题", "正文"))
		f.record(r, e)
		again := unread(site, url(1))
		again.Due = t0.Add(time.Minute)
		f.record(r, list(r, unread(site, pageL), 2*time.Second, again))
		if due := f.page(url(1)).Due; !due.Equal(again.Due) {
			f.Fatalf("due %v, want %v", due, again.Due)
		}
		f.unchanged("recording the visit again", func() { f.record(r, e) })
	}},
	{"again in another run changes nothing", func(f *fixture) {
		r := f.begin(site, 0)
		e := visit(r, unread(site, url(1)), time.Second, text("标题", "正文"))
		f.record(r, e)
		f.end(r)
		next := f.begin(site, time.Hour)
		f.unchanged("recording the visit again", func() { f.record(next, e) })
	}},
	{"of a batch that holds an entry twice adds it once", func(f *fixture) {
		r := f.begin(site, 0)
		e := visit(r, unread(site, url(1)), time.Second, text("标题", "正文"))
		f.record(r, e, e)
		f.equal("visits", collect(f.T, f.Visits(f.Context(), archive.Filter{})), []archive.Visit{e.Visit})
		f.equal("page", f.page(url(1)), e.Page)
	}},
	{"the rest of a batch that was known in part", func(f *fixture) {
		r := f.begin(site, 0)
		batch := storyOfThree(r)
		f.record(r, batch[0])
		f.record(r, batch...)
		f.equal("visits", len(collect(f.T, f.Visits(f.Context(), archive.Filter{}))), 3)
		f.equal("page", f.page(url(1)), batch[2].Page)
		f.equal("snapshots", len(collect(f.T, f.Snapshots(f.Context(), archive.Filter{}))), 2)
	}},
	{"of several entries for a page holds the later", func(f *fixture) {
		r := f.begin(site, 0)
		batch := storyOfThree(r)
		f.record(r, batch...)
		f.equal("page", f.page(url(1)), batch[2].Page)
		f.equal("visits", collect(f.T, f.Visits(f.Context(), archive.Filter{})),
			[]archive.Visit{batch[0].Visit, batch[1].Visit, batch[2].Visit})
		f.equal("snapshots", collect(f.T, f.Snapshots(f.Context(), archive.Filter{})),
			[]archive.Snapshot{*batch[0].Snapshot, *batch[1].Snapshot})
	}},
	{"an earlier visit that comes late joins the ledger and leaves the page", func(f *fixture) {
		r := f.begin(site, 0)
		earlier := gone(r, unread(site, url(1)), time.Second)
		later := visit(r, unread(site, url(1)), 2*time.Second, text("标题", "正文"))
		f.record(r, later)
		f.record(r, earlier)
		f.equal("page", f.page(url(1)), later.Page)
		f.equal("visits", collect(f.T, f.Visits(f.Context(), archive.Filter{})), []archive.Visit{earlier.Visit, later.Visit})
	}},
	{"an earlier visit that knows the page's last sets the page", func(f *fixture) {
		r := f.begin(site, 0)
		later := gone(r, unread(site, url(1)), 3*time.Second)
		f.record(r, later)
		// What was read before the page was gone: its first version.
		earlier := visit(r, unread(site, url(1)), time.Second, text("标题", "正文"))
		page := later.Page
		page.Visits, page.Versions, page.Fingerprint = 2, 1, earlier.Page.Fingerprint
		page.Payload, page.Title, page.LastSeen, page.Kind = earlier.Page.Payload, earlier.Page.Title, earlier.Page.LastSeen, earlier.Page.Kind
		earlier.Page = page
		f.record(r, earlier)
		f.equal("page", f.page(url(1)), page)
		f.equal("visits", collect(f.T, f.Visits(f.Context(), archive.Filter{})), []archive.Visit{earlier.Visit, later.Visit})
		f.equal("snapshots", collect(f.T, f.Snapshots(f.Context(), archive.Filter{})), []archive.Snapshot{*earlier.Snapshot})
		f.unchanged("recording it again", func() { f.record(r, earlier) })
		between := same(r, earlier.Page, 2*time.Second)
		between.Page.LastVisit, between.Page.State = page.LastVisit, page.State
		f.record(r, between, earlier)
		f.equal("page after one more", f.page(url(1)), between.Page)
	}},
	{"a large batch", func(f *fixture) {
		r := f.begin(site, 0)
		var batch []archive.Entry
		for n := range 300 {
			batch = append(batch, visit(r, unread(site, url(n)), time.Duration(n)*time.Second, text(url(n), prose(n))))
		}
		f.record(r, batch...)
		for _, e := range batch {
			f.equal("page", f.page(e.Page.URL), e.Page)
		}
	}},
}

// storyOfThree is a page's first version, its second, and its end.
func storyOfThree(r archive.Run) []archive.Entry {
	first := visit(r, unread(r.Site, url(1)), time.Second, text("标题", "正文"))
	first.Discovered = []archive.Page{unread(r.Site, url(7))}
	second := visit(r, first.Page, 2*time.Second, text("标题", "改过的正文"))
	third := gone(r, second.Page, 3*time.Second)
	return []archive.Entry{first, second, third}
}
