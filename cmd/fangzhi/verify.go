package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"fangzhi/archive"
)

const verifyHelp = `Check the archive against its promises: the database is sound; each page agrees
with its visits and its versions; every entry is what the log sealed, and the
log has grown out of its last checkpoint; every reference leads somewhere; the
index for search has the words of every page; every payload is read and matches
its digest. It may be written meanwhile.

--read-subset 5% reads one of 20 parts of the payloads, and of the words for
search, drawn at random; --read-subset 3/20 reads the third. All else is always
checked.
--checkpoint FILE is a checkpoint of this archive that was kept elsewhere:
nothing that was sealed by then may have been changed or taken away.

--proof FILE checks a proof of fangzhi prove, without the archive, and says what
it proves; with --checkpoint, that it leads there; with --payload FILE, that
these are the bytes that were served.

--repair restores what can be, and verifies once more: payloads that are damaged
or missing come from the archives named with --from, or are fetched again from
their portals as a crawl would, and are taken only if their digest is the one
that was recorded; entries, pages, runs, readings and what was learnt come from
the archives named with --from, where those have what the leaf or the checksum
kept here is of; indexes are made anew. Nothing is ever taken away. What cannot
be repaired is told with the reason, and keeps nothing else from being repaired.
What is damaged besides is in a sound copy, if there is one: fangzhi copy makes a
new archive of that.

--export PATH checks an export instead, without the archive: every file against
the receipt that was written with it or, for a bag, against its manifests.

Exit codes: 0 sound, 3 sound, but only a part of another archive, a copy that has
not come to its end, or exported from one; or sound by now, but --repair could not make the indexes
anew, 5 damage was found, or left (each fault is a line), 6 the archive,
the proof or the export could not be read to its end.`

func verifyCommand(a *app) *cobra.Command {
	var subset, checkpoint, proofFile, payload, exported string
	var asJSON, repair bool
	var from []string
	cmd := &cobra.Command{
		Use:     "verify",
		Short:   "Check every promise of the archive",
		Long:    verifyHelp,
		Example: "  fangzhi verify\n  fangzhi verify --read-subset 5%\n  fangzhi verify --checkpoint 2026-03-01.checkpoint\n  fangzhi verify --export news.csv",
		Args:    needs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			for _, group := range [][]string{
				{"proof", "read-subset", "export"}, {"proof", "json"}, {"checkpoint", "export"},
				{"repair", "json"}, {"repair", "proof"}, {"repair", "export"},
			} {
				if err := oneAtMost(cmd, group...); err != nil {
					return err
				}
			}
			switch {
			case payload != "" && proofFile == "":
				return usage("verify: --payload goes with --proof")
			case len(from) > 0 && !repair:
				return usage("verify: --from goes with --repair")
			case exported != "":
				return a.verifyExport(exported, asJSON)
			case proofFile != "":
				return a.checkProof(proofFile, checkpoint, payload)
			}
			for _, spec := range from {
				if err := validSpec(spec); err != nil {
					return err
				}
			}
			o := archive.VerifyOptions{}
			var err error
			if o.Part, o.Parts, err = parts(subset); err != nil {
				return err
			}
			if checkpoint != "" {
				c, err := readCheckpoint(checkpoint)
				if err != nil {
					return exit{exitUnreadable, err}
				}
				o.Checkpoint = &c
			}
			if !repair {
				_, err := a.verify(cmd.Context(), read, o, asJSON)
				return err
			}
			return a.verifyAndRepair(cmd.Context(), o, from)
		},
	}
	f := cmd.Flags()
	f.StringVar(&subset, "read-subset", "100%", "read this `SHARE` of the payloads and of the words for search: 5%, or part 3/20")
	f.StringVar(&checkpoint, "checkpoint", "", "a checkpoint kept elsewhere, in `FILE`")
	f.StringVar(&proofFile, "proof", "", "check the proof in `FILE`")
	f.StringVar(&payload, "payload", "", "with --proof: bytes that should be those served, in `FILE`")
	f.BoolVar(&repair, "repair", false, "restore what can be")
	f.StringArrayVar(&from, "from", nil, "with --repair: an `ARCHIVE` to take what is damaged from; may be given again")
	f.StringVar(&exported, "export", "", "check the export at `PATH`, a file or folder")
	f.BoolVar(&asJSON, "json", false, "JSON: a line for each fault, then the report")
	return cmd
}

// verify checks the archive, and returns the payloads that are damaged or
// missing.
func (a *app) verify(ctx context.Context, how access, o archive.VerifyOptions, asJSON bool) (damaged []archive.Digest, err error) {
	store, spec, err := a.openNamed(ctx, how)
	if err != nil {
		return nil, unreadable(ctx, err)
	}
	defer store.Close()
	return a.verifyStore(ctx, store, spec, o, asJSON)
}

func (a *app) verifyStore(ctx context.Context, store archive.Store, spec string, o archive.VerifyOptions, asJSON bool) (damaged []archive.Digest, err error) {
	out := newJSONLines(a.stdout)
	show := a.newVerifyProgress()
	o.Observe = show.observe
	report, err := archive.Verify(ctx, store, o, func(f archive.Fault) {
		show.clear()
		if f.Payload != "" {
			damaged = append(damaged, f.Payload)
		}
		if asJSON {
			out.write(f)
			return
		}
		fmt.Fprintf(a.stdout, "damaged: %s: %s\n", safe(f.Object), safe(f.Text))
	})
	show.done()
	if err != nil && report.Faults == 0 {
		return nil, unreadable(ctx, err)
	}
	if asJSON {
		if err := out.write(report); err != nil {
			return nil, err
		}
	} else {
		a.printReport(report)
		if report.PartOf != nil {
			fmt.Fprintf(a.stdout, "incomplete: the archive %s\n", safe(partOf(*report.PartOf, spec)))
		}
	}
	switch {
	case err != nil:
		err = exit{exitDamaged, fmt.Errorf("%w; %s found before", err, plural(report.Faults, "fault"))}
	case report.Faults > 0:
		err = exit{exitDamaged, fmt.Errorf("verify: %s found", plural(report.Faults, "fault"))}
	case report.PartOf != nil && report.PartOf.Open():
		err = exit{exitPartly, fmt.Errorf("verify: no fault found, but the archive %s", partOf(*report.PartOf, spec))}
	case !asJSON:
		fmt.Fprintln(a.stdout, "no fault found")
	}
	return damaged, err
}

// verifyAndRepair restores what a verification finds damaged, and verifies once
// more.
func (a *app) verifyAndRepair(ctx context.Context, o archive.VerifyOptions, from []string) error {
	store, spec, err := a.openToRepair(ctx)
	if err != nil {
		return unreadable(ctx, err)
	}
	defer store.Close()
	damaged, err := a.verifyStore(ctx, store, spec, o, false)
	if err != nil && ctx.Err() != nil {
		return err
	}
	// Where it could not be read to its end, what can be repaired may be the reason.
	indexed, err := a.repair(ctx, store, damaged, from)
	if err != nil {
		return fmt.Errorf("repair: %w", err)
	}
	if _, err = a.verifyStore(ctx, store, spec, o, false); err == nil && !indexed {
		err = exit{exitPartly, errors.New("repair: no other fault is left, but the indexes could not be made anew")}
	}
	return err
}

// unreadable is err under the exit code for an archive that cannot be read, or for
// one that is damaged.
func unreadable(ctx context.Context, err error) error {
	var coded exit
	if ctx.Err() != nil || errors.As(err, &coded) {
		return err
	}
	if errors.Is(err, archive.ErrCorrupt) {
		return exit{exitDamaged, err}
	}
	return exit{exitUnreadable, err}
}

func (a *app) printReport(r archive.VerifyReport) {
	part := ""
	if r.Parts > 1 {
		part = fmt.Sprintf("; part %d of %d", r.Part, r.Parts)
	}
	fmt.Fprintf(a.stdout, "%s, %s, %s, %s; %d of %s read (%s)%s\n",
		plural(r.Pages, "page"), plural(r.Snapshots, "version"), plural(r.Visits, "visit"), plural(r.Runs, "run"), r.PayloadsRead, plural(r.Payloads, "payload"), humanize.IBytes(uint64(r.Bytes)), part)
	if r.Root != "" {
		last := "no checkpoint yet"
		if r.Checkpoint.Size > 0 {
			last = fmt.Sprintf("last checkpoint: %s, %s", plural(r.Checkpoint.Size, "entry"), moment(r.Checkpoint.At))
		}
		fmt.Fprintf(a.stdout, "log: %s, root %s; %s\n", plural(r.Leaves, "entry"), r.Root, last)
	}
	if r.Unsealed > 0 {
		fmt.Fprintf(a.stdout, "%d entries are recorded and not in the log yet: the next run or fangzhi checkpoint seals them\n", r.Unsealed)
	}
}

// parts reads a share such as 5%, more than 0 and at most 100, or one part of
// several such as 3/20. Of a share the part is drawn.
func parts(s string) (part, of int, err error) {
	wrong := usage("--read-subset: %q: must be a share such as 5%%, more than 0%% and at most 100%%, or a part such as 3/20", s)
	if n, total, ok := strings.Cut(s, "/"); ok {
		part, err := strconv.Atoi(n)
		of, err2 := strconv.Atoi(total)
		if err != nil || err2 != nil || part < 1 || part > of {
			return 0, 0, wrong
		}
		return part, of, nil
	}
	number, ok := strings.CutSuffix(strings.TrimSpace(s), "%")
	p, err := strconv.ParseFloat(number, 64)
	if err != nil || !ok || !(p > 0) || p > 100 {
		return 0, 0, wrong
	}
	if of = int(math.Round(100 / max(p, 1e-4))); of == 1 {
		return 0, 0, nil
	}
	return rand.IntN(of) + 1, of, nil
}

// verifyProgress shows on standard error how far a verification has come: on a
// terminal a line that changes in place, elsewhere a line now and then.
type verifyProgress struct {
	a    *app
	bar  *progressbar.ProgressBar
	next time.Time // of the next line
}

const verifyLineEvery = 30 * time.Second

func (a *app) newVerifyProgress() *verifyProgress {
	p := &verifyProgress{a: a, next: time.Now().Add(verifyLineEvery)}
	if !a.quiet && isTerminal(a.stderr) {
		p.bar = progressbar.NewOptions(-1, progressbar.OptionSetWriter(a.stderr), progressbar.OptionSpinnerType(14),
			progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish())
	}
	return p
}

func (p *verifyProgress) observe(r archive.VerifyReport) {
	if p.bar == nil && (p.a.quiet || time.Now().Before(p.next)) {
		return
	}
	done := ""
	switch r.Step {
	case "pages":
		done = fmt.Sprintf(": %d pages, %d visits", r.Pages, r.Visits)
	case "log":
		done = fmt.Sprintf(": %d of %d entries", r.Leaves, r.Visits)
	case "payloads":
		done = fmt.Sprintf(": %d read, %s", r.PayloadsRead, humanize.IBytes(uint64(r.Bytes)))
	}
	if p.bar != nil {
		p.bar.Describe(r.Step + done)
		p.bar.Add(1)
		return
	}
	p.next = time.Now().Add(verifyLineEvery)
	fmt.Fprintf(p.a.stderr, "fangzhi: verify: %s%s\n", r.Step, done)
}

// clear makes room for a line on the terminal.
func (p *verifyProgress) clear() {
	if p.bar != nil {
		p.bar.Clear()
	}
}

func (p *verifyProgress) done() {
	if p.bar != nil {
		p.bar.Finish()
	}
}
