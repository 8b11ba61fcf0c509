package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"fangzhi/archive"
	"fangzhi/archive/export"
)

const verifyHelp = `Check the archive against its promises: the database is sound, every payload
is read and matches its digest, every reference leads somewhere, versions are
complete, pages and ledger agree. --read-subset reads only a share of the
payloads, drawn at random each time.

--export checks an export instead, without the archive: every file against the
receipt that was written with it or, for a bag, against its manifests.

Exit codes: 0 sound, 1 the archive or export could not be read to its end, 5
damage was found (each fault is a line).`

func verifyCommand(a *app) *cobra.Command {
	var subset, exported string
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "verify",
		Short:   "Check every promise of the archive",
		Long:    verifyHelp,
		Example: "  fangzhi verify\n  fangzhi verify --read-subset 5%\n  fangzhi verify --export news.csv",
		Args:    needs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if exported != "" {
				return a.verifyExport(exported, asJSON)
			}
			share, err := percent(subset)
			if err != nil {
				return err
			}
			store, err := a.open(cmd.Context(), read)
			if err != nil {
				return err
			}
			defer store.Close()
			out := newJSONLines(a.stdout)
			report, err := archive.Verify(cmd.Context(), store, archive.VerifyOptions{Subset: share}, func(f archive.Fault) {
				if asJSON {
					out.write(f)
					return
				}
				fmt.Fprintf(a.stdout, "damaged: %s: %s\n", safe(f.Object), safe(f.Text))
			})
			if err != nil {
				return err
			}
			if asJSON {
				if err := out.write(report); err != nil {
					return err
				}
			} else {
				fmt.Fprintf(a.stdout, "%d pages, %d versions, %d visits, %d runs; %d of %d payloads read (%s)\n",
					report.Pages, report.Snapshots, report.Visits, report.Runs,
					report.PayloadsRead, report.Payloads, humanize.IBytes(uint64(report.Bytes)))
			}
			if report.Faults > 0 {
				return exit{exitDamaged, fmt.Errorf("verify: %d faults found", report.Faults)}
			}
			if !asJSON {
				fmt.Fprintln(a.stdout, "no fault found")
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&subset, "read-subset", "100%", "read this `SHARE` of the payloads")
	cmd.Flags().StringVar(&exported, "export", "", "check the export at `PATH`, a file or folder")
	cmd.Flags().BoolVar(&asJSON, "json", false, "JSON: a line for each fault, then the report")
	return cmd
}

// verifyExport holds an export against what was written with it.
func (a *app) verifyExport(path string, asJSON bool) error {
	out := newJSONLines(a.stdout)
	checked, err := export.Check(path, func(f export.Fault) {
		if asJSON {
			out.write(f)
			return
		}
		fmt.Fprintf(a.stdout, "damaged: %s: %s\n", safe(f.Path), safe(f.Text))
	})
	switch {
	case err != nil:
		return fmt.Errorf("verify: %w", err)
	case asJSON:
		if err := out.write(checked); err != nil {
			return err
		}
	default:
		fmt.Fprintf(a.stdout, "%d files read (%s)\n", checked.Files, humanize.IBytes(uint64(checked.Bytes)))
	}
	if checked.Faults > 0 {
		return exit{exitDamaged, fmt.Errorf("verify: %d faults found", checked.Faults)}
	}
	if !asJSON {
		fmt.Fprintln(a.stdout, "no fault found")
	}
	return nil
}

// percent reads a share such as 5%, more than 0 and at most 100.
func percent(s string) (float64, error) {
	number, ok := strings.CutSuffix(strings.TrimSpace(s), "%")
	p, err := strconv.ParseFloat(number, 64)
	if err == nil && (!ok || !(p > 0) || p > 100) {
		err = errors.New("out of range")
	}
	if err != nil {
		return 0, usage("--read-subset: %q: must be a share such as 5%%, more than 0%% and at most 100%%", s)
	}
	return p / 100, nil
}
