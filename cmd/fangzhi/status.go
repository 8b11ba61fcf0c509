package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"fangzhi/archive"
	"fangzhi/crawler"
	"fangzhi/scheduler"
)

const statusHelp = `Show for each site what the archive holds, how its last run ended, when the
next one is planned, and what needs a look. ARTICLES counts pages that are
articles, whatever became of them; lists, documents and requisites come besides
(fangzhi list --kind). DUE are pages to be asked for now,
WAITING those to be asked for again later, after a visit that could not tell what
they say. A column is suspect when its list or its articles are not read as in
the runs before, as after a redesign.`

// siteStatus is one line of the status.
type siteStatus struct {
	archive.Summary
	LastRun *archive.Run   `json:"last_run,omitempty"` // that took place
	Import  *archive.Run   `json:"last_import,omitempty"`
	Ahead   *archive.Run   `json:"ahead,omitempty"` // the newest that is dated after now, by a clock that ran ahead
	Idle    []archive.Run  `json:"idle,omitempty"`  // ticks since that had none, the newest first
	Suspect []suspect      `json:"suspect,omitempty"`
	NextRun time.Time      `json:"next_run,omitzero"`
	Overdue time.Time      `json:"overdue,omitzero"`  // the first tick that has no record
	ReadBy  string         `json:"read_by,omitempty"` // tells that versions were read by other rules than the site has now
	Holds   []archive.Hold `json:"holds,omitempty"`   // of its hosts, that are to be left alone now
	Trouble []string       `json:"trouble,omitempty"`
}

// suspect is a column that is not read as it was.
type suspect struct {
	Column string `json:"column"`
	archive.Suspicion
}

func statusCommand(a *app) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:               "status [SITE…]",
		Short:             "Show sites, last and next runs, trouble",
		Long:              statusHelp,
		Example:           "  fangzhi status\n  fangzhi status zjg-edz --json",
		ValidArgsFunction: a.completeSites,
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := a.readConfig()
			if err != nil {
				return err
			}
			store, spec, err := a.openNamed(cmd.Context(), read)
			if err != nil {
				return err
			}
			defer store.Close()
			if err := a.known(cmd.Context(), store, args, nil); err != nil {
				return err
			}
			now := a.now()
			sites, err := a.siteStatuses(cmd.Context(), store, c.Sites, now)
			if err != nil {
				return err
			}
			if len(args) > 0 {
				sites = slices.DeleteFunc(sites, func(s siteStatus) bool { return !slices.Contains(args, s.Site) })
			}
			if err := a.printStatus(sites, now, asJSON); err != nil {
				return err
			}
			if err := a.printPart(cmd.Context(), store, spec, asJSON); err != nil || len(args) > 0 {
				return err
			}
			return a.printVerification(cmd.Context(), store, asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "JSON, a line each")
	return cmd
}

func (a *app) siteStatuses(ctx context.Context, store archive.Store, configured []scheduler.Site, now time.Time) ([]siteStatus, error) {
	summaries, err := store.Summaries(ctx, now)
	if err != nil {
		return nil, err
	}
	var all []siteStatus
	seen, schedules, hosts, rules := map[string]int{}, map[string]scheduler.Schedule{}, map[string][]string{}, map[string]bool{}
	for _, s := range summaries {
		seen[s.Site] = len(all)
		all = append(all, siteStatus{Summary: s})
	}
	for _, c := range configured {
		i, ok := seen[c.Name]
		if !ok {
			i = len(all)
			all = append(all, siteStatus{Summary: archive.Summary{Site: c.Name}})
		}
		all[i].NextRun = c.Schedule.Next(now)
		schedules[c.Name], hosts[c.Name] = c.Schedule, c.Hosts()
		if all[i].Versions > 0 {
			if all[i].ReadBy, err = crawler.ReadByOthers(ctx, store, c.Site); err != nil {
				return nil, err
			}
		}
		rules[c.Name] = true
	}
	for i := range all {
		runs, ahead, err := lastRuns(ctx, store, all[i].Site, now)
		if err != nil {
			return nil, err
		}
		all[i].Ahead = ahead
		if n := slices.IndexFunc(runs, func(r archive.Run) bool { return r.Trigger == archive.TriggerImport }); n >= 0 {
			all[i].Import = &runs[n]
		}
		runs = slices.Clone(runs) // Import is among them
		// To read again is no crawl.
		runs = slices.DeleteFunc(runs, func(r archive.Run) bool { return !r.Trigger.Crawls() })
		for _, run := range runs {
			if run.TookPlace() {
				all[i].LastRun = &run
				break
			}
			all[i].Idle = append(all[i].Idle, run)
		}
		if len(runs) > 0 {
			all[i].Overdue = overdue(schedules[all[i].Site], runs[0], now)
		}
		for _, y := range lastYields(runs) {
			if y.Suspect != nil {
				all[i].Suspect = append(all[i].Suspect, suspect{y.Column, *y.Suspect})
			}
		}
		if hosts[all[i].Site] == nil { // an ad-hoc site has the name of its host
			hosts[all[i].Site] = []string{all[i].Site}
		}
		if all[i].Holds, err = holdsOf(ctx, store, hosts[all[i].Site], now); err != nil {
			return nil, err
		}
		all[i].Trouble = a.trouble(all[i], rules[all[i].Site], now)
	}
	return all, nil
}

// waiting are the pages that wait in these states, in any where none is named.
func waiting(by map[archive.State]archive.Wait, states ...archive.State) (all archive.Wait) {
	for state, w := range by {
		if len(states) > 0 && !slices.Contains(states, state) {
			continue
		}
		if all.Pages == 0 || w.First.Before(all.First) {
			all.First = w.First
		}
		all.Pages += w.Pages
	}
	return all
}

func verb(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// lastRuns are the newest records of site: those back to the last run that took
// place, and some before. What a clock that ran ahead dated after now was before
// those that were dated rightly since: it has no say beside them, and ahead is the
// newest of it.
func lastRuns(ctx context.Context, store archive.Store, site string, now time.Time) (runs []archive.Run, ahead *archive.Run, err error) {
	const before = 10
	took := 0
	var dated []archive.Run
	defer func() {
		if len(dated) > 0 {
			ahead = &dated[0]
		}
		if !slices.ContainsFunc(runs, archive.Run.TookPlace) {
			runs = append(dated, runs...)
		}
	}()
	for run, err := range store.Runs(ctx, archive.Filter{Site: site, Newest: true, Limit: 1000}) {
		if err != nil {
			return nil, nil, err
		}
		if run.Planned.After(now.Add(patience)) {
			if len(dated) <= before {
				dated = append(dated, run)
			}
			continue
		}
		runs = append(runs, run)
		if took > 0 || run.TookPlace() {
			took++
		}
		if took > before {
			break
		}
	}
	return runs, nil, nil
}

// patience is how late the record of a tick may be.
const patience = 5 * time.Minute

// overdue is the first tick after the newest record that should have one; the
// zero time where none does.
func overdue(s scheduler.Schedule, newest archive.Run, now time.Time) time.Time {
	next := s.Next(newest.Planned)
	if next.IsZero() || newest.State == archive.RunRunning && stalled(newest, now) == "" || next.Add(patience).After(now) {
		return time.Time{}
	}
	return next
}

// lastYields are the columns' figures of the latest run that has any: not all
// runs come so far.
func lastYields(newestFirst []archive.Run) []archive.Yield {
	for i := range newestFirst {
		if len(newestFirst[i].Columns) > 0 {
			return newestFirst[i].Columns
		}
	}
	return nil
}

// trouble is what a person should look at; configured says that the site's rules
// are known.
func (a *app) trouble(s siteStatus, configured bool, now time.Time) []string {
	var t []string
	if s.ReadBy != "" {
		t = append(t, s.ReadBy)
	}
	if len(s.Idle) > 0 {
		t = append(t, fmt.Sprintf("%s had no run, the last was %s: %s", plural(len(s.Idle), "tick"), s.Idle[0].State, s.Idle[0].Reason))
	}
	if !s.Overdue.IsZero() {
		t = append(t, fmt.Sprintf("the tick of %s has no record: fangzhi serve is not running, or the site waits for its turn", moment(s.Overdue)))
	}
	for _, h := range s.Holds {
		t = append(t, heldUntil(h))
	}
	if w := waiting(s.Waiting, archive.StateUnreachable, archive.StateChallenged); w.Pages > 0 {
		t = append(t, fmt.Sprintf("%s %s to be asked for again after no answer or a bot wall, the first from %s on; fangzhi list --site %s --state unreachable lists them (or challenged)",
			plural(w.Pages, "page"), verb(w.Pages, "waits", "wait"), moment(w.First), s.Site))
	}
	if r := s.Ahead; r != nil {
		t = append(t, fmt.Sprintf("a clock ran ahead: run %s is dated %s, which is to come; runs that are dated rightly count as later", r.ID, moment(r.Planned)))
	}
	run := s.LastRun
	switch {
	case run == nil && s.Import != nil:
		return append(t, fmt.Sprintf("never crawled; the import of %s, %s: %s", moment(s.Import.Started), stateOf(*s.Import, now), s.Import.Reason))
	case run == nil:
		return append(t, "never run")
	}
	switch {
	case stalled(*run, now) != "":
		t = append(t, fmt.Sprintf("the last run stopped responding: %s; the next crawl goes on where it stopped", stalled(*run, now)))
	case run.State == archive.RunFailed, run.State == archive.RunInterrupted:
		t = append(t, fmt.Sprintf("last run %s: %s", run.State, run.Reason))
	case run.State == archive.RunDone && run.Articles.Failed()+run.Lists.Failed() > 0:
		t = append(t, fmt.Sprintf("%s failed in the last run; fangzhi log --failed --run %s%s says which, and why",
			plural(run.Articles.Failed()+run.Lists.Failed(), "page"), run.ID, a.again()))
	}
	for _, note := range run.Notes {
		if !crawler.OnlyCounts(note) && !(configured && crawler.TellsReadBy(note)) {
			t = append(t, note)
		}
	}
	return t
}

func (a *app) printStatus(sites []siteStatus, now time.Time, asJSON bool) error {
	out := newJSONLines(a.stdout)
	var t table
	t.add("SITE", "ARTICLES", "VERSIONS", "GONE", "WITHDRAWN", "DUE", "WAITING", "LAST RUN", "ENDED", "NEXT RUN")
	for _, s := range sites {
		if asJSON {
			if err := out.write(s); err != nil {
				return err
			}
			continue
		}
		last, state := "-", "-"
		if s.LastRun != nil {
			last, state = moment(s.LastRun.Started), stateOf(*s.LastRun, now)
		}
		t.add(s.Site, fmt.Sprint(s.Kinds[archive.KindArticle]), fmt.Sprint(s.Versions),
			fmt.Sprint(s.Articles[archive.StateGone]), fmt.Sprint(s.Articles[archive.StateWithdrawn]), fmt.Sprint(s.Due), fmt.Sprint(waiting(s.Waiting).Pages), last, state, moment(s.NextRun))
	}
	if asJSON {
		return nil
	}
	if err := t.print(a.stdout); err != nil {
		return err
	}
	for _, s := range sites {
		for _, line := range s.Trouble {
			fmt.Fprintf(a.stdout, "%s: %s\n", safe(s.Site), safe(line))
		}
	}
	return nil
}

// printPart tells what the archive is only a part of.
func (a *app) printPart(ctx context.Context, store archive.Store, spec string, asJSON bool) error {
	c, err := archive.CopyingOf(ctx, store)
	if errors.Is(err, archive.ErrCorrupt) {
		a.warnUnknownPart(spec, err)
		return nil
	}
	if err != nil || !c.Part() {
		return err
	}
	if asJSON {
		return newJSONLines(a.stdout).write(struct {
			PartOf archive.Copying `json:"part_of"`
		}{c})
	}
	_, err = fmt.Fprintf(a.stdout, "incomplete: the archive %s\n", safe(partOf(c, spec)))
	return err
}

// printVerification tells how the archive was verified last, where it was.
func (a *app) printVerification(ctx context.Context, store archive.Store, asJSON bool) error {
	v, err := archive.LastVerification(ctx, store)
	if errors.Is(err, archive.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if asJSON {
		return newJSONLines(a.stdout).write(struct {
			Verification archive.Verification `json:"verification"`
		}{v})
	}
	how := "no fault found"
	switch {
	case v.Failure != "":
		how = "could not be read to its end: " + v.Failure
	case v.Report.Faults > 0:
		how = fmt.Sprintf("%s found, the first: %s: %s; fangzhi verify tells all", plural(v.Report.Faults, "fault"), v.Faults[0].Object, v.Faults[0].Text)
	}
	_, err = fmt.Fprintf(a.stdout, "archive verified %s (part %d of %d): %s\n", moment(v.Started), v.Report.Part, v.Report.Parts, safe(how))
	return err
}
