package main

import (
	"fmt"

	"github.com/dustin/go-humanize"

	"fangzhi/archive"
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
	part := checked.PartOf
	if part != nil && !asJSON {
		fmt.Fprintf(a.stdout, "incomplete: the archive that this was exported from %s\n", safe(wasPartOf(*part)))
	}
	switch {
	case checked.Faults > 0:
		return exit{exitDamaged, fmt.Errorf("verify: %s found", plural(checked.Faults, "fault"))}
	case part != nil && part.Open():
		return exit{exitPartly, fmt.Errorf("verify: no fault found, but the archive that this was exported from %s", wasPartOf(*part))}
	case !asJSON:
		fmt.Fprintln(a.stdout, "no fault found")
	}
	return nil
}

// wasPartOf says of the archive of an export what it was only a part of.
func wasPartOf(c archive.Copying) string {
	return fmt.Sprintf("was only a part of %s: the copy begun at %s had not come to its end", c.From, moment(c.Began))
}
