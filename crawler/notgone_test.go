package crawler_test

import (
	"testing"

	"fangzhi/archive"
	"fangzhi/crawler/portaltest"
)

// A 404 that breaks off comes from a server in trouble: it tells nothing of the
// page, however often it comes.
func TestCutNotFoundTellsNothing(t *testing.T) {
	d, urls := newDays(t)
	cut, missing := urls[4], urls[5]
	d.portal.Withdraw(cut)
	d.portal.Withdraw(missing)
	d.portal.Break(cut, 0, portaltest.CutShort(20))
	d.pass(6)
	d.stands(cut, archive.StateUnreadable, "status 404 Not Found: cut short (disconnect) after 20 bytes")
	d.stands(missing, archive.StateWithdrawn, "") // one failure beside it is no doubt
	if v := d.last(cut); v.Outcome != archive.Truncated || v.Absence != nil {
		t.Errorf("visit %+v", v)
	}
	d.portal.Mend(cut)
	d.pass(1)
	d.stands(cut, archive.StateGone, "observation 1 since 2026-03-08")
	sound(t, d.rig)
}
