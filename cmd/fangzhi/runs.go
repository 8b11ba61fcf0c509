package main

import (
	"time"

	"github.com/spf13/cobra"

	"fangzhi/archive"
)

const runsHelp = `List runs: what asked for each, how it ended and what it found, newest last
or, with --newest, first. A tick that was skipped or missed is listed too, with
the reason. What a run found is counted when it ends; one that "stopped responding"
is open, and its process died or gave no sign of life: the next crawl closes it and
goes on where it stopped. ARTICLES counts the visits to articles, to documents
and to pages that were never read before.`

func runsCommand(a *app) *cobra.Command {
	var sel selection
	var state string
	var newest bool
	cmd := &cobra.Command{
		Use:               "runs [SITE]",
		Short:             "List runs",
		Long:              runsHelp,
		Example:           "  fangzhi runs zjg-edz --since 7d\n  fangzhi runs --newest -n 20",
		ValidArgsFunction: a.completeSites,
		Args:              needs(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			f, err := sel.filter(a.now())
			if err != nil {
				return err
			}
			if len(args) == 1 {
				if f.Site != "" {
					return usage("runs: %s and --site %s: name one site", args[0], f.Site)
				}
				f.Site = args[0]
			}
			f.Newest = newest
			if f.RunState, err = oneOf("--state", state, archive.RunStates); err != nil {
				return err
			}
			store, err := a.open(cmd.Context(), read)
			if err != nil {
				return err
			}
			defer store.Close()
			if err := a.knownOf(cmd.Context(), store, f); err != nil {
				return err
			}
			out := newJSONLines(a.stdout)
			t := table{to: a.stdout}
			t.add("RUN", "PLANNED", "TRIGGER", "STATE", "TOOK", "ARTICLES", "LISTS", "REASON")
			for run, err := range store.Runs(cmd.Context(), f) {
				if err != nil {
					return err
				}
				if sel.json {
					if err := out.write(listedRun{run, stalled(run, a.now())}); err != nil {
						return err
					}
					continue
				}
				t.add(run.ID, moment(run.Planned), string(run.Trigger), stateOf(run, a.now()), took(run), found(run, run.Articles), found(run, run.Lists), run.Reason+stalled(run, a.now()))
			}
			switch {
			case sel.json:
				return nil
			case t.empty():
				a.hint("no run matches")
				return nil
			}
			return t.print(a.stdout)
		},
	}
	sel.times(cmd)
	sel.lines(cmd)
	cmd.Flags().BoolVar(&newest, "newest", false, "newest first")
	cmd.Flags().StringVar(&state, "state", "", "only runs in this `STATE`: running, done, failed, interrupted, skipped, missed")
	return cmd
}

// found is the tally t of run, "-" where that is the record of a tick only, not
// counted yet, or never was: the process died, and another closed the run.
func found(run archive.Run, t archive.Tally) string {
	if !run.TookPlace() || run.State == archive.RunRunning || run.State == archive.RunInterrupted && run.Articles.Total()+run.Lists.Total() == 0 {
		return "-"
	}
	return tally(t)
}

func took(r archive.Run) string {
	if r.Started.IsZero() || r.Ended.IsZero() {
		return "-"
	}
	return r.Ended.Sub(r.Started).Round(100 * time.Millisecond).String()
}
