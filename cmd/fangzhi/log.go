package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"fangzhi/archive"
	"fangzhi/archive/diff"
)

const logHelp = `Show the ledger: one line for each visit, how it ended and why. With a URL the
visits of that page, of its aliases and of the pages that moved there; without
one all visits, oldest first, of pages of every KIND: what was asked for and was
not there is gone too, though it never was a page. --kind article has those of
articles alone; fangzhi list --state gone lists which are gone now. Where a visit
cut a further version, CHANGES names the classes of what changed: title, date, source,
number, figures, names, wording, attachments, pictures; fangzhi diff shows it.`

func logCommand(a *app) *cobra.Command {
	var sel selection
	var outcome, kind, run string
	var newest, failed bool
	cmd := &cobra.Command{
		Use:     "log [URL]",
		Short:   "Show how visits ended, and why",
		Long:    logHelp,
		Example: "  fangzhi log https://www.example.gov.cn/art/1.html\n  fangzhi log --outcome changed --since 1d\n  fangzhi log --outcome gone --kind article",
		Args:    needs(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			f, err := sel.filter(a.now())
			if err != nil {
				return err
			}
			if f.Outcome, err = oneOf("--outcome", outcome, archive.Outcomes); err != nil {
				return err
			}
			if kind != "all" {
				if f.Kind, err = oneOf("--kind", kind, append(slices.Clone(archive.Kinds), "all")); err != nil {
					return err
				}
			}
			if failed && f.Outcome != "" && !f.Outcome.Failed() {
				return usage("log: --failed and --outcome %s: a visit that ended so did not fail: leave one of them away", f.Outcome)
			}
			f.Run, f.Newest = run, newest
			if failed {
				f.Limit = 0 // of those that failed
			}
			ctx := cmd.Context()
			store, err := a.open(ctx, read)
			if err != nil {
				return err
			}
			defer store.Close()
			if err := a.knownOf(ctx, store, f); err != nil {
				return err
			}
			if len(args) == 1 {
				page, err := onePage(ctx, store, sel.site, args[0])
				if err != nil {
					return err
				}
				history, err := archive.History(ctx, store, page)
				if err != nil {
					return err
				}
				a.tellStanding(page, history[0])
				if len(history) > 1 {
					return a.printVisits(ctx, store, onlyFailed(failed, sel.limit, joined(ctx, store, history, f)), true, sel.json)
				}
				f.Site, f.URL = page.Site, page.URL
			}
			return a.printVisits(ctx, store, onlyFailed(failed, sel.limit, store.Visits(ctx, f)), f.URL == "", sel.json)
		},
	}
	sel.listing(cmd)
	cmd.Flags().StringVar(&outcome, "outcome", "", "only this `OUTCOME`: new, changed, unchanged, gone, …")
	cmd.Flags().StringVar(&kind, "kind", "all", "only pages of this `KIND`: article, attachment, list, part, requisite, unread (never read) or all")
	cmd.Flags().StringVar(&run, "run", "", "only the visits of this `RUN`, by its name in fangzhi runs")
	cmd.Flags().BoolVar(&failed, "failed", false, "only visits that left open what the page says: refused, challenged, unreachable, truncated, unreadable")
	cmd.Flags().BoolVar(&newest, "newest", false, "newest first")
	return cmd
}

// onlyFailed leaves out, where that is asked for, visits that did not fail, and
// ends after limit others; 0: no limit.
func onlyFailed(asked bool, limit int, visits iter.Seq2[archive.Visit, error]) iter.Seq2[archive.Visit, error] {
	if !asked {
		return visits
	}
	return func(yield func(archive.Visit, error) bool) {
		n := 0
		for v, err := range visits {
			if err == nil && !v.Outcome.Failed() {
				continue
			}
			if !yield(v, err) {
				return
			}
			if n++; n == limit {
				return
			}
		}
	}
}

// logged is a visit with what its page tells of it.
type logged struct {
	archive.Visit
	Changes   []diff.Class `json:"changes,omitempty"`    // where it cut a further version, the classes of what changed
	NeverSeen bool         `json:"never_seen,omitempty"` // it found its page gone, as did every other visit
}

// neverSeen says whether v found gone what no visit has ever found there.
func neverSeen(ctx context.Context, store archive.Store, v archive.Visit) (bool, error) {
	if v.Outcome != archive.Gone {
		return false, nil
	}
	p, err := store.Page(ctx, v.Site, v.URL)
	if errors.Is(err, archive.ErrNotFound) {
		return false, nil // verify tells of that
	}
	return err == nil && p.LastSeen.IsZero(), err
}

// changesOf returns the classes of what a visit found changed, none where it
// cut no version, or the first, and where what told is damaged.
func changesOf(ctx context.Context, store archive.Store, v archive.Visit, told *damagedVersions) ([]diff.Class, error) {
	if v.Version < 2 || v.Outcome != archive.Changed && v.Outcome != archive.Restored {
		return nil, nil
	}
	var pair [2]archive.Snapshot
	for i := range pair {
		found, err := collect(store.Snapshots(ctx, archive.Filter{Site: v.Site, URL: v.URL, Version: v.Version - 1 + i}))
		if err != nil || len(found) == 0 {
			return nil, err
		}
		pair[i] = found[0]
	}
	if !pair[1].TakenAt.Equal(v.At.Truncate(time.Second)) {
		return nil, nil // the version was there
	}
	if told.tell(pair[0]) || told.tell(pair[1]) {
		return nil, nil
	}
	return diff.Between(pair[0].Article, pair[1].Article), nil
}

func (a *app) printVisits(ctx context.Context, store archive.Store, visits iter.Seq2[archive.Visit, error], withURL, asJSON bool) error {
	out := newJSONLines(a.stdout)
	t, told := table{to: a.stdout}, damagedVersions{app: a}
	head := []string{"AT", "OUTCOME", "VERSION", "BYTES", "CHANGES"}
	if withURL {
		head = append(head, "KIND", "URL")
	}
	t.add(append(head, "REASON")...)
	for v, err := range visits {
		if err != nil {
			return err
		}
		changes, err := changesOf(ctx, store, v, &told)
		if err != nil {
			return err
		}
		never, err := neverSeen(ctx, store, v)
		if err != nil {
			return err
		}
		if asJSON {
			if err := out.write(logged{v, changes, never}); err != nil {
				return err
			}
			continue
		}
		version, classes := "-", "-"
		if v.Version > 0 {
			version = fmt.Sprint(v.Version)
		}
		if len(changes) > 0 {
			classes = diff.Line(changes)
		}
		line := []string{moment(v.At), string(v.Outcome), version, fmt.Sprint(v.Bytes), classes}
		if withURL {
			line = append(line, string(v.Kind), v.URL)
		}
		reason := v.Reason
		if never {
			reason += "; was never seen"
		}
		t.add(append(line, reason)...)
	}
	if asJSON {
		return told.err()
	}
	if t.empty() {
		a.hint("no visit matches")
		return nil
	}
	return cmp.Or(t.print(a.stdout), told.err())
}
