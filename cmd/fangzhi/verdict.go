package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"fangzhi/archive"
	"fangzhi/crawler"
)

// verdict is how the runs of one command ended, taken together.
type verdict struct {
	failures []error
	failed   int           // pages
	runs     []archive.Run // that had them
	flags    string        // of commands that are advised
	unread   int           // columns
}

// add counts how the run of site ended. Unread is how many of its columns could
// not be read.
func (v *verdict) add(site string, run archive.Run, unread int, err error) {
	if n := run.Articles.Failed() + run.Lists.Failed(); n > 0 {
		v.failed += n
		v.runs = append(v.runs, run)
	}
	v.unread += unread
	if err != nil && !errors.Is(err, context.Canceled) {
		v.failures = append(v.failures, fmt.Errorf("crawl %s: %w", site, err))
	}
}

// err is nil where all went well, and carries the exit code otherwise.
func (v *verdict) err(ctx context.Context, store archive.Store) error {
	switch {
	case len(v.failures) > 0:
		return errors.Join(v.failures...)
	case ctx.Err() != nil:
		return exit{exitInterrupted, errors.New("interrupted; the same command goes on where it stopped")}
	case v.failed == 1:
		return exit{exitPartly, fmt.Errorf("1 page failed: %s", v.theFailed(ctx, store))}
	case v.failed > 1:
		in := ""
		if len(v.runs) > 1 {
			in = " in " + plural(len(v.runs), "run")
		}
		return exit{exitPartly, fmt.Errorf("%s failed%s; %s", plural(v.failed, "page"), in, v.advice())}
	case v.unread > 0:
		return exit{exitPartly, fmt.Errorf("%s could not be read: the notes say why", plural(v.unread, "column"))}
	}
	return nil
}

// theFailed is the one page that failed, and why.
func (v *verdict) theFailed(ctx context.Context, store archive.Store) string {
	for visit, err := range store.Visits(ctx, archive.Filter{Run: v.runs[0].ID}) {
		if err == nil && visit.Outcome.Failed() {
			return fmt.Sprintf("%s: %s: %s", visit.URL, visit.Outcome, visit.Reason)
		}
	}
	return v.advice()
}

// advice is the command that tells of the pages that failed.
func (v *verdict) advice() string {
	which := "--run " + v.runs[0].ID
	if len(v.runs) > 1 {
		first := slices.MinFunc(v.runs, func(x, y archive.Run) int { return x.Started.Compare(y.Started) })
		which = "--since " + first.Started.Format(time.RFC3339)
	}
	return fmt.Sprintf("fangzhi log --failed %s%s says which, and why", which, v.flags)
}

// busy says whose run is open already, and what to do.
func busy(ctx context.Context, store archive.Store, site string) error {
	for run, err := range store.Runs(ctx, archive.Filter{Site: site, RunState: archive.RunRunning, Newest: true, Limit: 1}) {
		if err == nil {
			return fmt.Errorf("%w since %s, of process %s, which gave its last sign of life at %s: wait for its end, or stop that process; if it is dead, crawl again after %s",
				archive.ErrBusy, moment(run.Started), run.Owner, moment(run.Lease.Add(-crawler.DefaultLease)), moment(run.Lease))
		}
	}
	return fmt.Errorf("%w: wait for its end", archive.ErrBusy)
}

func (a *app) printRun(run archive.Run, asJSON bool) error {
	if asJSON {
		return newJSONLines(a.stdout).write(run)
	}
	took := run.Ended.Sub(run.Started).Round(100 * time.Millisecond)
	_, err := fmt.Fprintf(a.stdout, "%s: %s: %s%s%s (%s visited, %d discovered, %s, %s)\n",
		safe(run.Site), run.State, tally(run.Articles), ofRequisites(run.Requisites), ofLists(run.Lists),
		plural(run.Articles.Total()+run.Lists.Total(), "page"), run.Discovered, plural(run.Requests, "request"), took)
	if run.Reason != "" && run.State != archive.RunDone && run.State != archive.RunFailed { // a failure is the command's

		fmt.Fprintf(a.stdout, "  reason: %s\n", safe(run.Reason))
	}
	for _, n := range run.Notes {
		fmt.Fprintf(a.stdout, "  note: %s\n", safe(n))
	}
	return err
}

// ofRequisites tells of requisites, where a run asked for any.
func ofRequisites(t archive.Tally) string {
	if t.Total() == 0 {
		return ""
	}
	return "; of the requisites " + tally(t)
}

// ofLists tells of lists what a person should know: those that were not read.
func ofLists(t archive.Tally) string {
	amiss := archive.Tally{}
	for o, n := range t {
		if o.Failed() || o == archive.Gone || o == archive.Withdrawn {
			amiss[o] = n
		}
	}
	if amiss.Total() == 0 {
		return ""
	}
	return "; of the lists " + tally(amiss)
}
