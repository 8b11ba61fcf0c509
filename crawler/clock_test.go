package crawler_test

import (
	"testing"
	"time"

	"fangzhi/archive"
	"fangzhi/crawler"
	"fangzhi/crawler/portaltest"
)

// Under a clock that was set back between two runs, pages whose last visit is
// still to come wait for it: the ledger stays in order, and an edit is found once
// the clock has caught up.
func TestClockSetBack(t *testing.T) {
	d, urls := newDays(t)
	d.mu.Lock()
	d.now = d.now.Add(-time.Hour)
	d.mu.Unlock()
	if err := d.portal.Edit(urls[0], func(a *portaltest.Article) { a.Body[0] += "另行通知。" }); err != nil {
		t.Fatal(err)
	}
	d.run(crawler.Tick{Full: true})
	d.run()
	if p := d.page(urls[0]); p.Versions != 1 || p.Visits != 1 {
		t.Errorf("%d versions, %d visits, want 1 of each", p.Versions, p.Visits)
	}
	sound(t, d.rig)
	d.pass(1)
	if p, v := d.page(urls[0]), d.last(urls[0]); p.Versions != 2 || v.Outcome != archive.Changed {
		t.Errorf("%d versions, last visit %s: %s", p.Versions, v.Outcome, v.Reason)
	}
	sound(t, d.rig)
}
