package storetest

import (
	"time"

	"fangzhi/archive"
)

// A page that goes, is withdrawn and comes back: the evidence of its visits, and
// what the page says of it, come back as they were recorded.
var absenceTests = []subtest{
	{"of a visit comes back as it was recorded", func(f *fixture) {
		r := f.begin(site, 0)
		first := visit(r, unread(site, url(1)), time.Second, text("标题", "正文"))
		missing := gone(r, first.Page, time.Hour)
		missing.Missed(archive.Absence{
			Controls: []archive.Sighting{
				{URL: url(2), At: t0.Add(time.Minute), Outcome: archive.Unchanged}, {URL: url(3), At: t0.Add(2 * time.Minute), Outcome: archive.NotModified},
			},
			Lists: []archive.Sighting{{URL: pageL, At: t0, Outcome: archive.Changed}},
		}, false, "observation 1")
		doubted := gone(r, missing.Page, 25*time.Hour)
		doubted.Missed(archive.Absence{Doubt: "17 of 20 went at once", Rebuilt: true}, false, "tells nothing")
		f.record(r, first, missing, doubted)
		f.equal("visits", collect(f.T, f.Visits(f.Context(), archive.Filter{Site: site, URL: url(1)})),
			[]archive.Visit{first.Visit, missing.Visit, doubted.Visit})
		f.equal("page", f.page(url(1)), doubted.Page)
		if since := f.page(url(1)).GoneSince; !since.Equal(missing.Visit.At) {
			f.Errorf("gone since %v, want %v", since, missing.Visit.At)
		}
	}},
	{"pages are listed by state as they go and come back", func(f *fixture) {
		r := f.begin(site, 0)
		var first, went, back []archive.Entry
		for n := range 6 {
			e := visit(r, unread(site, url(n)), time.Second, text("标题", prose(n)))
			first = append(first, e)
			if n < 4 {
				m := gone(r, e.Page, time.Hour)
				m.Missed(archive.Absence{}, n >= 2, "told by three visits")
				went = append(went, m)
			}
		}
		f.record(r, first...)
		f.record(r, went...)
		list := func(s archive.State) []string { return f.pageURLs(archive.Filter{State: s}) }
		f.equal("gone", list(archive.StateGone), []string{url(0), url(1)})
		f.equal("withdrawn", list(archive.StateWithdrawn), []string{url(2), url(3)})
		f.equal("withdrawn, newest", f.pageURLs(archive.Filter{Site: site, State: archive.StateWithdrawn, Newest: true}), []string{url(3), url(2)})
		for n := range 4 {
			back = append(back, same(r, went[n].Page, 2*time.Hour))
		}
		f.record(r, back[0], back[3])
		f.equal("restored", list(archive.StateRestored), []string{url(0), url(3)})
		f.equal("still withdrawn", list(archive.StateWithdrawn), []string{url(2)})
		p := f.page(url(3))
		f.equal("page", p, back[3].Page)
		if !p.GoneSince.IsZero() || !p.RestoredAt.Equal(back[3].Visit.At) {
			f.Errorf("gone since %v, restored at %v", p.GoneSince, p.RestoredAt)
		}
		f.equal("live", list(archive.StateLive), []string{url(4), url(5)})
	}},
}
