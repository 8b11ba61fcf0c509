package storetest

import (
	"errors"
	"slices"
	"sync"
	"time"

	"fangzhi/archive"
)

var runTests = []subtest{
	{"nothing held, nothing listed", func(f *fixture) {
		f.equal("runs", collect(f.T, f.Runs(f.Context(), archive.Filter{})), []archive.Run(nil))
	}},
	{"an open run comes back as it was begun", func(f *fixture) {
		r := run(site, 0)
		r.Full, r.Walk, r.FullSince, r.Reason, r.Trigger = true, true, t0.Add(-time.Hour), "made up for", archive.TriggerCatchUp
		if err := f.BeginRun(f.Context(), r, nil); err != nil {
			f.Fatal(err)
		}
		f.equal("runs", f.runs(), []archive.Run{r})
		f.inUTC(f.runs()[0])
	}},
	{"a closed run comes back as it was ended", func(f *fixture) {
		r := f.begin(site, 0)
		r.State, r.Reason, r.Ended = archive.RunFailed, "no column could be read", t0.Add(time.Minute)
		r.Walk = true
		r.Articles = archive.Tally{archive.New: 12, archive.Gone: 1}
		r.Lists = archive.Tally{archive.Unreachable: 3}
		r.Requisites = archive.Tally{archive.New: 7, archive.NotModified: 2}
		r.Discovered, r.Requests, r.Bytes = 40, 17, 1<<40
		r.Notes = []string{"max pages reached: 16", "列表未读完"}
		r.Columns = []archive.Yield{
			{Column: "要闻", Lists: 2, Lost: 1, Rows: 20, New: 3, Read: 5, Titled: 4, Dated: 3, Sourced: 2, Body: 9000, Alike: 1, Changed: 2, Shrunk: 1, Asked: 9, Gone: 4,
				Suspect: &archive.Suspicion{Since: r.ID, Sign: archive.SignList, Reason: "its list is gone"}},
			{Column: "通知公告"},
		}
		r.Lease = t0.Add(2 * time.Hour)
		if err := f.EndRun(f.Context(), r); err != nil {
			f.Fatal(err)
		}
		f.equal("runs", f.runs(), []archive.Run{r})
		f.inUTC(f.runs()[0])
	}},
	{"are ordered by planned time and site", func(f *fixture) {
		var want []string
		for _, c := range []struct {
			site  string
			after time.Duration
		}{{site, time.Hour}, {other, time.Hour}, {site, 0}, {"a", 2 * time.Hour}} {
			f.end(f.begin(c.site, c.after))
		}
		want = []string{
			run(site, 0).ID, run(other, time.Hour).ID, run(site, time.Hour).ID, run("a", 2*time.Hour).ID,
		}
		id := func(r archive.Run) string { return r.ID }
		f.equal("order", names(f.runs(), id), want)
		slices.Reverse(want)
		f.equal("newest", names(collect(f.T, f.Runs(f.Context(), archive.Filter{Newest: true})), id), want)
	}},
	{"renewing moves the lease", func(f *fixture) {
		r := f.begin(site, 0)
		r.Lease = t0.Add(3 * time.Hour)
		if err := f.RenewRun(f.Context(), r.ID, r.Lease); err != nil {
			f.Fatal(err)
		}
		f.equal("runs", f.runs(), []archive.Run{r})
		next := run(site, 2*time.Hour)
		f.wantErr("begin within the lease", f.BeginRun(f.Context(), next, nil), archive.ErrBusy)
	}},
	{"an unknown run cannot be renewed or ended", func(f *fixture) {
		r := run(site, 0)
		f.wantErr("renew", f.RenewRun(f.Context(), r.ID, t0), archive.ErrLost)
		f.wantErr("end", f.EndRun(f.Context(), r), archive.ErrLost)
		f.equal("runs", f.runs(), []archive.Run(nil))
	}},
	{"a closed run cannot be renewed or ended again", func(f *fixture) {
		r := f.begin(site, 0)
		f.end(r)
		f.unchanged("renewing and ending", func() {
			f.wantErr("renew", f.RenewRun(f.Context(), r.ID, t0.Add(9*time.Hour)), archive.ErrLost)
			r.State, r.Reason = archive.RunFailed, "other"
			f.wantErr("end", f.EndRun(f.Context(), r), archive.ErrLost)
		})
	}},
	{"a run whose lease passed stays open while nobody takes the site", func(f *fixture) {
		r := run(site, 0)
		r.Lease = r.Started.Add(-time.Minute)
		if err := f.BeginRun(f.Context(), r, nil); err != nil {
			f.Fatal(err)
		}
		f.record(r, gone(r, unread(site, url(1)), time.Second))
		if err := f.RenewRun(f.Context(), r.ID, t0.Add(time.Hour)); err != nil {
			f.Error(err)
		}
		f.end(r)
	}},
}

func (f *fixture) runs() []archive.Run {
	f.Helper()
	return collect(f.T, f.Runs(f.Context(), archive.Filter{}))
}

func (f *fixture) wantErr(what string, got, want error) {
	f.Helper()
	if !errors.Is(got, want) {
		f.Errorf("%s: got error %v, want %v", what, got, want)
	}
}

// takeOver lets r's lease pass and another run of the site begin.
func (f *fixture) takeOver(r archive.Run) archive.Run {
	f.Helper()
	return f.begin(r.Site, r.Lease.Add(time.Millisecond).Sub(t0))
}

var lostTests = []subtest{
	{"a run that never began records nothing", func(f *fixture) {
		r := run(site, 0)
		f.unchanged("recording", func() {
			f.wantErr("record", f.Record(f.Context(), r.ID, storyOfThree(r)), archive.ErrLost)
		})
	}},
	{"a closed run records nothing", func(f *fixture) {
		r := f.begin(site, 0, unread(site, url(1)))
		f.end(r)
		f.unchanged("recording", func() {
			f.wantErr("record", f.Record(f.Context(), r.ID, storyOfThree(r)), archive.ErrLost)
		})
	}},
	{"a run whose site was taken over records nothing", func(f *fixture) {
		r := f.begin(site, 0, unread(site, url(1)))
		f.takeOver(r)
		f.unchanged("recording", func() {
			f.wantErr("record", f.Record(f.Context(), r.ID, storyOfThree(r)), archive.ErrLost)
		})
	}},
	{"a run whose site was taken over cannot be renewed or ended", func(f *fixture) {
		r := f.begin(site, 0)
		f.takeOver(r)
		f.unchanged("renewing and ending", func() {
			f.wantErr("renew", f.RenewRun(f.Context(), r.ID, t0.Add(9*time.Hour)), archive.ErrLost)
			r.State = archive.RunDone
			f.wantErr("end", f.EndRun(f.Context(), r), archive.ErrLost)
		})
	}},
	{"a skipped tick records nothing", func(f *fixture) {
		r := run(site, 0)
		r.State, r.Lease, r.Started = archive.RunSkipped, time.Time{}, time.Time{}
		if err := f.BeginRun(f.Context(), r, nil); err != nil {
			f.Fatal(err)
		}
		f.unchanged("recording", func() {
			f.wantErr("record", f.Record(f.Context(), r.ID, storyOfThree(r)), archive.ErrLost)
		})
	}},
	{"a run that took over records", func(f *fixture) {
		r := f.begin(site, 0)
		batch := storyOfThree(r)
		f.record(r, batch[0])
		next := f.takeOver(r)
		f.record(next, batch[1:]...)
		f.equal("page", f.page(url(1)), batch[2].Page)
	}},
}

// together calls do from n goroutines at once and returns their errors.
func together(n int, do func(i int) error) []error {
	errs := make([]error, n)
	var start, done sync.WaitGroup
	start.Add(1)
	for i := range n {
		done.Go(func() {
			start.Wait()
			errs[i] = do(i)
		})
	}
	start.Done()
	done.Wait()
	return errs
}
