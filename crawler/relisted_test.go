package crawler_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"fangzhi/archive"
	"fangzhi/crawler"
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

// A list without a column tells of what is listed again as well.
func TestListedAgainWithoutColumn(t *testing.T) {
	var away atomic.Bool
	asked := atomic.Int64{}
	const path = "/a/4.html"
	rows := []string{"/a/1.html", "/a/2.html", "/a/3.html", path, "/a/5.html"}
	r := serve(t, func(w http.ResponseWriter, q *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		listed := slices.Clone(rows)
		if away.Load() {
			listed = slices.Delete(listed, 3, 4)
		}
		if q.URL.Path == path {
			asked.Add(1)
		}
		switch {
		case q.URL.Path == "/":
			fmt.Fprint(w, strings.Replace(listPage(listed...), "ColumnName", "Keywords", 1))
		case slices.Contains(listed, q.URL.Path):
			fmt.Fprint(w, notice("关于"+q.URL.Path[3:4]+"号文件贯彻落实情况的通报"))
		default:
			http.NotFound(w, q)
		}
	})
	r.adHoc("/", 0)
	r.site.Revisit = func(p archive.Page, now time.Time) time.Time {
		if p.State.Gone() {
			return now.Add(10 * 24 * time.Hour)
		}
		return now
	}
	d := &days{rig: r, now: time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)}
	r.crawl = r.crawler(r.store, func(o *crawler.Options) { o.Now = d.clock })
	d.run()
	if p := d.page(r.base + path); p.Column != "" || p.Versions != 1 {
		t.Fatalf("page %+v", p)
	}
	away.Store(true)
	d.pass(1)
	d.stands(r.base+path, archive.StateGone, "missing from 1 list")
	before := asked.Load()
	d.pass(1)
	if n := asked.Load() - before; n != 0 {
		t.Errorf("asked for %d times while it was neither listed nor due", n)
	}
	away.Store(false)
	d.pass(1)
	d.stands(r.base+path, archive.StateRestored, "was gone, there again")
	sound(t, r)
}
