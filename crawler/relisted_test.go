package crawler_test

import (
	"testing"
	"time"

	"fangzhi/archive"
	"fangzhi/crawler/portaltest"
)

// What is gone and listed again is asked for in the run that reads so, not when it
// would be due; what is listed all the while is asked for by the policy alone.
func TestListedAgain(t *testing.T) {
	d, urls := newDays(t)
	back, listed, withdrawn := urls[2], urls[4], urls[6]
	d.portal.Withdraw(withdrawn)
	d.pass(4)
	d.stands(withdrawn, archive.StateWithdrawn, "gone at 4 visits")
	d.site.Revisit = func(p archive.Page, now time.Time) time.Time {
		if p.State.Gone() {
			return now.Add(10 * 24 * time.Hour)
		}
		return now
	}
	d.portal.Withdraw(back)
	d.portal.Break(listed, 0, portaltest.Status(404, ""))
	d.pass(1)
	d.stands(back, archive.StateGone, "missing from ")
	d.stands(listed, archive.StateGone, "it is still listed on ")
	d.portal.ForgetRequests()
	d.pass(1)
	for _, u := range []string{back, listed} {
		if n := d.portal.Count(u); n != 0 {
			t.Errorf("%s was asked for %d times before it was due", u, n)
		}
	}
	d.portal.Restore(back)
	d.portal.Restore(withdrawn)
	d.portal.ForgetRequests()
	d.pass(1)
	d.stands(back, archive.StateRestored, "was gone, there again")
	d.stands(withdrawn, archive.StateRestored, "was withdrawn, there again")
	if n, m, l := d.portal.Count(back), d.portal.Count(withdrawn), d.portal.Count(listed); n != 1 || m != 1 || l != 0 {
		t.Errorf("%d, %d and %d requests, want one for each that is listed again", n, m, l)
	}
	sound(t, d.rig)

	// Listed again, and still not there: asked for once.
	d.portal.Withdraw(back)
	d.pass(1)
	d.stands(back, archive.StateGone, "missing from ")
	d.portal.Restore(back)
	d.portal.Break(back, 0, portaltest.Status(404, ""))
	d.portal.ForgetRequests()
	for n := range 4 {
		d.portal.Publish("yw", article("县政府办公室关于第"+string(rune('1'+n))+"次督查的通报")) // another list each day
		d.pass(1)
	}
	d.stands(back, archive.StateGone, "it is still listed on ")
	if n := d.portal.Count(back); n != 1 {
		t.Errorf("asked for %d times, want once", n)
	}
}
