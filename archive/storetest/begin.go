package storetest

import (
	"errors"
	"time"

	"fangzhi/archive"
)

var beginTests = []subtest{
	{"adds seeds as pages, due at once", func(f *fixture) {
		a, b := unread(site, url(1)), unread(site, url(2))
		a.Due, b.Due = time.Time{}, minute(30)
		r := f.begin(site, time.Hour, a, b)
		a.Due = r.Started
		f.equal("pages", collect(f.T, f.Pages(f.Context(), archive.Filter{})), []archive.Page{a, b})
	}},
	{"makes a known seed with a due time due", func(f *fixture) {
		r := f.begin(site, 0)
		e := visit(r, unread(site, url(1)), time.Second, text("标题", "正文"))
		f.record(r, e)
		f.end(r)
		seed := unread(site, url(1))
		seed.Anchor, seed.Due = "别的", minute(60)
		f.begin(site, time.Hour, seed)
		want := e.Page
		want.Due = minute(60)
		f.equal("page", f.page(url(1)), want)
	}},
	{"makes a seed due that a wrong clock dated far ahead", func(f *fixture) {
		r := f.begin(site, 0)
		for i, ahead := range []time.Duration{30 * 24 * time.Hour, 12 * time.Hour} {
			e := visit(r, unread(site, url(1+i)), time.Hour+ahead, text("标题", "正文"))
			e.Page.Due = e.Visit.At.Add(time.Hour)
			f.record(r, e)
		}
		f.end(r)
		seeds := []archive.Page{unread(site, url(1)), unread(site, url(2))}
		for i := range seeds {
			seeds[i].Due = minute(60)
		}
		f.begin(site, time.Hour, seeds...)
		f.equal("due", f.due(minute(60), 10), []string{url(1)})
		pages, err := f.Due(f.Context(), site, minute(60), 10, archive.Except{VisitedSince: minute(60)})
		if err != nil || len(pages) != 1 || pages[0].URL != url(1) {
			f.Errorf("due, but for what was visited since the start: %v, %v", pages, err)
		}
	}},
	{"keeps a known seed without a due time", func(f *fixture) {
		r := f.begin(site, 0)
		e := visit(r, unread(site, url(1)), time.Second, text("标题", "正文"))
		f.record(r, e)
		f.end(r)
		seed := unread(site, url(1))
		seed.Due = time.Time{}
		f.begin(site, time.Hour, seed)
		f.equal("page", f.page(url(1)), e.Page)
	}},
	{"a tick that has an owner is ErrTaken", func(f *fixture) {
		r := f.begin(site, 0)
		f.unchanged("beginning again", func() {
			f.wantErr("while it is open", f.BeginRun(f.Context(), r, []archive.Page{unread(site, url(1))}), archive.ErrTaken)
			late := r
			late.Owner, late.Started, late.Full = "host/2/cd", r.Lease.Add(time.Hour), true
			f.wantErr("after its lease passed", f.BeginRun(f.Context(), late, nil), archive.ErrTaken)
		})
		f.end(r)
		f.unchanged("beginning again", func() {
			f.wantErr("when it is closed", f.BeginRun(f.Context(), r, []archive.Page{unread(site, url(1))}), archive.ErrTaken)
		})
	}},
	{"a tick that has an owner leaves another run's passed lease alone", func(f *fixture) {
		first := f.begin(site, 0)
		f.end(first)
		f.begin(site, time.Hour)
		f.unchanged("beginning again", func() {
			first.Started = t0.Add(9 * time.Hour)
			f.wantErr("begin", f.BeginRun(f.Context(), first, nil), archive.ErrTaken)
		})
	}},
	{"another open run of the site is ErrBusy", func(f *fixture) {
		f.begin(site, 0, unread(site, url(1)))
		f.unchanged("beginning", func() {
			next := run(site, 30*time.Minute)
			next.Full = true
			f.wantErr("within the lease", f.BeginRun(f.Context(), next, []archive.Page{unread(site, url(2))}), archive.ErrBusy)
			last := run(site, time.Hour)
			f.wantErr("at the lease's last moment", f.BeginRun(f.Context(), last, nil), archive.ErrBusy)
		})
	}},
	{"a run of another site does not matter", func(f *fixture) {
		f.begin(site, 0)
		f.begin(other, 0)
	}},
	{"a run whose lease passed is closed as interrupted", func(f *fixture) {
		r := f.begin(site, 0)
		next := f.takeOver(r)
		got := f.runs()
		f.equal("state", got[0].State, archive.RunInterrupted)
		if got[0].Ended.IsZero() {
			f.Error("it has no end")
		}
		got[0].State, got[0].Ended, got[0].Reason = r.State, r.Ended, r.Reason
		f.equal("runs", got, []archive.Run{r, next})
	}},
	{"of one tick wins one", func(f *fixture) {
		errs := together(8, func(int) error { return f.BeginRun(f.Context(), run(site, 0), nil) })
		f.oneWins(errs, archive.ErrTaken)
		f.equal("runs", len(f.runs()), 1)
	}},
	{"of one site's ticks wins one", func(f *fixture) {
		errs := together(8, func(i int) error {
			return f.BeginRun(f.Context(), run(site, time.Duration(i)*time.Second), []archive.Page{unread(site, url(i))})
		})
		f.oneWins(errs, archive.ErrBusy)
		f.equal("runs", len(f.runs()), 1)
		f.equal("pages", len(f.pageURLs(archive.Filter{})), 1)
	}},
	{"of those who take a site over wins one", func(f *fixture) {
		f.begin(site, 0)
		errs := together(8, func(i int) error {
			return f.BeginRun(f.Context(), run(site, 2*time.Hour+time.Duration(i)*time.Second), nil)
		})
		f.oneWins(errs, archive.ErrBusy)
		f.equal("runs", len(f.runs()), 2)
	}},
	{"full makes every page due", func(f *fixture) {
		pages := f.visitedAtMinutes(10, 20, 30)
		r := run(site, time.Hour)
		r.Full = true
		if err := f.BeginRun(f.Context(), r, nil); err != nil {
			f.Fatal(err)
		}
		for n, p := range pages {
			if n != 2 { // that one is due earlier
				p.Due = r.Started
			}
			f.equal(p.URL, f.page(p.URL), p)
		}
		p, err := f.Page(f.Context(), other, url(0))
		if err != nil || !p.Due.Equal(minute(900)) {
			f.Errorf("page of another site is due at %v, %v", p.Due, err)
		}
	}},
	{"full leaves dead links alone, and asks for what was there once", func(f *fixture) {
		r := f.begin(site, 0)
		dead, once, dated := unread(site, url(0)), unread(site, url(1)), unread(site, url(3))
		once.LastSeen = minute(-60)
		dead.ListedDay = ""
		for n, p := range []archive.Page{dead, once, dated} {
			p.Due = minute(900)
			c := archive.Capture{URL: p.URL, At: minute(n), Status: 404}
			f.record(r, archive.Settle(r.ID, p, c, nil, archive.Judge(p, c, nil)))
		}
		part := unread(site, url(2))
		part.Kind = archive.KindPart
		c := capture(part.URL, minute(4), "text")
		reading := &archive.Reading{Kind: archive.KindPart, Article: text("标题", "第二页")}
		e := archive.Settle(r.ID, part, c, reading, archive.JudgePart(part, c, reading))
		e.Page.Due = time.Time{}
		f.record(r, e)
		f.equal("kind", f.page(part.URL).Kind, archive.KindPart)
		style := unread(site, url(4))
		style.Kind = archive.KindRequisite
		c = capture(style.URL, minute(5), "h1 { color: red }")
		e = archive.Settle(r.ID, style, c, &archive.Reading{Kind: archive.KindRequisite}, archive.JudgeRequisite(style, c, nil))
		e.Page.Due = time.Time{}
		f.record(r, e)
		f.equal("kind", f.page(style.URL).Kind, archive.KindRequisite)
		f.equal("payload", f.page(style.URL).Payload, archive.DigestOf(c.Payload))
		f.end(r)
		full := run(site, time.Hour)
		full.Full = true
		if err := f.BeginRun(f.Context(), full, nil); err != nil {
			f.Fatal(err)
		}
		f.equal("due of what a list dated", f.page(dated.URL).Due, full.Started)
		f.equal("due of the dead link", f.page(dead.URL).Due, minute(900))
		f.equal("due of an article's further page", f.page(part.URL).Due, time.Time{})
		f.equal("due of a requisite", f.page(style.URL).Due, time.Time{})
		f.equal("due of what was there", f.page(once.URL).Due, full.Started)
	}},
	{"full since a moment makes due what was not visited since", func(f *fixture) {
		pages := f.visitedAtMinutes(10, 20, 30)
		r := run(site, time.Hour)
		r.Full, r.FullSince = true, minute(20)
		if err := f.BeginRun(f.Context(), r, nil); err != nil {
			f.Fatal(err)
		}
		pages[0].Due = r.Started // page 1 was visited at that moment, page 2 later
		pages[3].Due = r.Started // never visited
		for _, p := range pages {
			f.equal(p.URL, f.page(p.URL), p)
		}
	}},
	{"a run that is not full makes nothing due", func(f *fixture) {
		pages := f.visitedAtMinutes(10, 20, 30)
		r := run(site, time.Hour)
		r.FullSince = minute(30)
		if err := f.BeginRun(f.Context(), r, nil); err != nil {
			f.Fatal(err)
		}
		for _, p := range pages {
			f.equal(p.URL, f.page(p.URL), p)
		}
	}},
	{"a skipped or missed tick is added as it is", func(f *fixture) {
		open := f.begin(site, 0, unread(site, url(1)))
		want := []archive.Run{open}
		for n, state := range []archive.RunState{archive.RunSkipped, archive.RunMissed} {
			r := run(site, time.Duration(n+2)*time.Hour) // after open's lease
			r.State, r.Reason, r.Full = state, "the run before was not over", true
			r.Started, r.Lease, r.Owner = time.Time{}, time.Time{}, ""
			if err := f.BeginRun(f.Context(), r, nil); err != nil {
				f.Fatalf("%s: %v", state, err)
			}
			f.wantErr(string(state)+" again", f.BeginRun(f.Context(), r, nil), archive.ErrTaken)
			want = append(want, r)
		}
		f.equal("runs", f.runs(), want)
		f.equal("page", f.page(url(1)), unread(site, url(1)))
		f.record(open, gone(open, unread(site, url(1)), time.Second))
	}},
}

// visitedAtMinutes records visits to pages 0, 1, 2 at these minutes after t0,
// page 3 which is not visited, and a page of another site. All are due at
// minute 900 but for page 1, which is not due any more, and page 2, which is
// due at minute 40.
func (f *fixture) visitedAtMinutes(minutes ...int) []archive.Page {
	f.Helper()
	never := unread(site, url(3))
	never.Due = minute(900)
	r := f.begin(site, 0, never)
	var pages []archive.Page
	for n, m := range minutes {
		e := visit(r, unread(site, url(n)), time.Duration(m)*time.Minute, text("标题", url(n)))
		e.Page.Due = minute(900)
		switch n {
		case 1:
			e.Page.Due = time.Time{}
		case 2:
			e.Page.Due = minute(40)
		}
		f.record(r, e)
		pages = append(pages, e.Page)
	}
	f.end(r)
	elsewhere := unread(other, url(0))
	elsewhere.Due = minute(900)
	f.end(f.begin(other, 0, elsewhere))
	return append(pages, never)
}

func (f *fixture) oneWins(errs []error, lost error) {
	f.Helper()
	won := 0
	for _, err := range errs {
		switch {
		case err == nil:
			won++
		case !errors.Is(err, lost):
			f.Errorf("got %v, want %v", err, lost)
		}
	}
	if won != 1 {
		f.Errorf("%d won, want 1: %v", won, errs)
	}
}
