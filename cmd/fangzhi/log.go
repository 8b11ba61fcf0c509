package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"fangzhi/archive"
)

const logHelp = `Show the ledger: one line for each visit, how it ended and why. With a URL the
visits of that page, without one all visits, oldest first.`

func logCommand(a *app) *cobra.Command {
	var sel selection
	var outcome, run string
	var newest bool
	cmd := &cobra.Command{
		Use:     "log [URL]",
		Short:   "Show how visits ended, and why",
		Long:    logHelp,
		Example: "  fangzhi log https://www.example.gov.cn/art/1.html\n  fangzhi log --outcome changed --since 1d",
		Args:    needs(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			f, err := sel.filter(a.now())
			if err != nil {
				return err
			}
			f.Outcome, f.Run, f.Newest = archive.Outcome(outcome), run, newest
			ctx := cmd.Context()
			store, err := a.open(ctx, read)
			if err != nil {
				return err
			}
			defer store.Close()
			if len(args) == 1 {
				page, err := onePage(ctx, store, sel.site, args[0])
				if err != nil {
					return err
				}
				f.Site, f.URL = page.Site, page.URL
			}
			return a.printVisits(store.Visits(ctx, f), f.URL == "", sel.json)
		},
	}
	sel.listing(cmd)
	cmd.Flags().StringVar(&outcome, "outcome", "", "only this `OUTCOME`: new, changed, unchanged, gone, …")
	cmd.Flags().StringVar(&run, "run", "", "only the visits of this run")
	cmd.Flags().BoolVar(&newest, "newest", false, "newest first")
	return cmd
}

func (a *app) printVisits(visits func(func(archive.Visit, error) bool), withURL, asJSON bool) error {
	out := newJSONLines(a.stdout)
	var t table
	head := []string{"AT", "OUTCOME", "VERSION", "BYTES"}
	if withURL {
		head = append(head, "URL")
	}
	t.add(append(head, "REASON")...)
	for v, err := range visits {
		if err != nil {
			return err
		}
		if asJSON {
			if err := out.write(v); err != nil {
				return err
			}
			continue
		}
		version := "-"
		if v.Version > 0 {
			version = fmt.Sprint(v.Version)
		}
		line := []string{moment(v.At), string(v.Outcome), version, fmt.Sprint(v.Bytes)}
		if withURL {
			line = append(line, v.URL)
		}
		t.add(append(line, v.Reason)...)
	}
	if asJSON {
		return nil
	}
	if len(t.rows) == 1 {
		a.hint("no visit matches")
		return nil
	}
	return t.print(a.stdout)
}
