package main

import (
	"fmt"

	"github.com/dustin/go-humanize"

	"fangzhi/archive/export"
)

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
		return exit{exitUnreadable, fmt.Errorf("verify: %w", err)}
	case asJSON:
		if err := out.write(checked); err != nil {
			return err
		}
	default:
		fmt.Fprintf(a.stdout, "%s read (%s)\n", plural(checked.Files, "file"), humanize.IBytes(uint64(checked.Bytes)))
	}
	if checked.Faults > 0 {
		return exit{exitDamaged, fmt.Errorf("verify: %s found", plural(checked.Faults, "fault"))}
	}
	if !asJSON {
		fmt.Fprintln(a.stdout, "no fault found")
	}
	return nil
}
