package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"fangzhi/archive"
)

const copyHelp = `Copy an archive into another, of either kind: runs, pages, visits, versions,
payloads, what was learnt, and the log, entry by entry as they are there. The
archive may be crawled into meanwhile: the copy is what it was at one moment.

TO is made where it is not there. A copy that was cut short is gone on with by
the same command, and one made earlier brought up to date: only what is new is
copied. An archive that has entries of its own is refused.

In the end the copy is verified as "fangzhi verify" does, and its log held
against that of the archive; --read-subset says how many payloads are read for
that. Until then TO says of itself that it is only a part: status, verify and
whatever reads it tell so, and nothing is crawled into it. Where FROM is lost
meanwhile, fangzhi copy --keep-part TO takes TO as it is for an archive of its
own: it may be crawled into, and goes on telling what it is a part of.

Exit codes: 0 copied and sound, 1 failed, 3 sound, but FROM is itself only a part
of another archive, 5 FROM is damaged, or TO: which, is said. All that is sound in
FROM is copied; an entry that is damaged is copied as it is, and told of TO too;
a damaged hash of the log, or checkpoint, is right in TO.`

func copyCommand(a *app) *cobra.Command {
	var subset string
	var asJSON, keepPart bool
	cmd := &cobra.Command{
		Use:     "copy FROM TO",
		Short:   "Copy an archive, or bring a copy up to date",
		Long:    copyHelp,
		Example: "  fangzhi copy sqlite:fangzhi.db sqlite:/backup/fangzhi.db\n  fangzhi copy sqlite:fangzhi.db mongodb://localhost/fangzhi",
		Args: needs(func(cmd *cobra.Command, args []string) error {
			if keepPart {
				return cobra.ExactArgs(1)(cmd, args)
			}
			return cobra.ExactArgs(2)(cmd, args)
		}),
		RunE: func(cmd *cobra.Command, args []string) error {
			if keepPart {
				return a.keepPart(cmd.Context(), args[0])
			}
			part, of, err := parts(subset)
			if err != nil {
				return err
			}
			if args[0] == args[1] {
				return usage("copy: FROM and TO are the same archive: %s", nameOf(args[0]))
			}
			return goesOn(cmd.Context(), a.copy(cmd.Context(), args[0], args[1], archive.VerifyOptions{Part: part, Parts: of}, asJSON))
		},
	}
	cmd.Flags().StringVar(&subset, "read-subset", "100%", "read this `SHARE` of the copy's payloads again: 5%, or part 3/20")
	cmd.Flags().BoolVar(&asJSON, "json", false, "JSON: a line for each fault, then what was copied")
	cmd.Flags().BoolVar(&keepPart, "keep-part", false, "copy nothing: take TO, a copy that was cut short, for an archive of its own")
	return cmd
}

func (a *app) copy(ctx context.Context, fromSpec, toSpec string, o archive.VerifyOptions, asJSON bool) error {
	how := read
	if !strings.HasPrefix(fromSpec, "sqlite:") {
		how = update // what was recorded and not sealed yet is sealed first
	}
	from, err := a.openAt(ctx, fromSpec, how)
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := a.openAt(ctx, toSpec, create)
	if err != nil {
		return err
	}
	defer to.Close()
	show := a.newCopyProgress()
	options := archive.CopyOptions{Observe: show.observe, From: nameOf(fromSpec), At: a.now()}
	if how == update {
		options.Seal = func(ctx context.Context) error {
			_, err := from.Seal(ctx, a.now())
			return err
		}
	}
	copied, err := archive.Copy(ctx, from, to, options)
	show.done()
	if err != nil {
		if errors.Is(err, archive.ErrDiverged) {
			return fmt.Errorf("%w; name another archive in place of %s", err, nameOf(toSpec))
		}
		if errors.Is(err, archive.ErrOfCopy) {
			if errors.Is(err, archive.ErrCorrupt) {
				return fmt.Errorf("%w; fangzhi verify --archive %s --repair --from %s restores it, and makes its indexes anew: then copy again, or name another archive in its place",
					err, nameOf(toSpec), nameOf(fromSpec))
			}
			return fmt.Errorf("%w; the copy is %s", err, nameOf(toSpec))
		}
		if errors.Is(err, archive.ErrCorrupt) {
			return fmt.Errorf("%w; %s, and makes its indexes anew: then copy again", err, repairWith(fromSpec))
		}
		return cutShort(ctx, err, copied)
	}
	if _, err := to.Seal(ctx, a.now()); err != nil {
		return err
	}
	out := newJSONLines(a.stdout)
	o.Checkpoint = &archive.Checkpoint{Size: copied.Size, Root: copied.Root, At: a.now()}
	verifying := a.newVerifyProgress()
	o.Observe = verifying.observe
	report, err := archive.Verify(ctx, to, o, func(f archive.Fault) {
		verifying.clear()
		if asJSON {
			out.write(f)
			return
		}
		fmt.Fprintf(a.stdout, "damaged: %s: %s\n", safe(f.Object), safe(f.Text))
	})
	verifying.done()
	if err != nil {
		return err
	}
	copying := archive.Copying{}
	if len(copied.Unread) == 0 {
		copying, err = archive.EndCopy(ctx, from, to, a.now())
		if errors.Is(err, archive.ErrCorrupt) { // of from, which may be a part
			copied.Unread, err = append(copied.Unread, err.Error()), nil
		}
		if err != nil {
			return err
		}
	}
	if asJSON {
		if err := out.write(copied); err != nil {
			return err
		}
	} else if err := a.printCopied(ctx, to, copied); err != nil {
		return err
	}
	if !asJSON {
		for _, line := range copied.Unread {
			fmt.Fprintf(a.stdout, "damaged: %s: %s\n", nameOf(fromSpec), safe(line))
		}
	}
	if report.Faults > 0 && len(copied.Unread) == 0 && copied.Spared == 0 && sound(ctx, from, archive.VerifyOptions{Part: o.Part, Parts: o.Parts}) {
		return exit{exitDamaged, fmt.Errorf("copy: %s found in %s, which %s has not: fangzhi verify --archive %s --repair --from %s restores what can be; or copy to another archive",
			plural(report.Faults, "fault"), nameOf(toSpec), nameOf(fromSpec), nameOf(toSpec), nameOf(fromSpec))}
	}
	if copied.Spared > 0 && !asJSON {
		fmt.Fprintf(a.stdout, "damaged: %s: %s of pages, runs and what was learnt are not what was written there; the copy keeps what it has of them, which is sound\n",
			nameOf(fromSpec), plural(copied.Spared, "record"))
	}
	if faults := report.Faults + len(copied.Unread) + copied.Spared; faults > 0 {
		return exit{exitDamaged, fmt.Errorf("copy: %s found: what is sound in %s is copied, and what is damaged there is told of the copy too; %s",
			plural(faults, "fault"), nameOf(fromSpec), repairWith(fromSpec))}
	}
	if righted := putRight(copied); righted != "" {
		return exit{exitDamaged, fmt.Errorf("copy: the copy is sound, and %s is not: %s there", nameOf(fromSpec), righted)}
	}
	if copying.Part() {
		return exit{exitPartly, fmt.Errorf("copy: the copy is sound, and like %s %s", nameOf(fromSpec), partOf(copying, toSpec))}
	}
	if !asJSON {
		fmt.Fprintln(a.stdout, "the copy is sound")
	}
	return nil
}

// putRight says what is damaged of the log of an archive, and is not in its copy; ""
// where nothing is.
func putRight(r archive.CopyReport) string {
	var all []string
	if r.Righted > 0 {
		all = append(all, fmt.Sprintf("the hashes of %s of the log, which the copy has right, are damaged", plural(r.Righted, "entry")))
	}
	if r.Torn {
		all = append(all, "hashes of the tree of the log, which the copy has right, are damaged")
	}
	if r.Stray.Size > 0 {
		all = append(all, fmt.Sprintf("the last checkpoint, made at %s, is none of the log: it is damaged, or the log was rewritten, which a checkpoint kept elsewhere tells (fangzhi verify --checkpoint); the copy has a new one", moment(r.Stray.At)))
	}
	return strings.Join(all, "; ")
}

// sound says whether an archive has no fault, as far as can be told.
func sound(ctx context.Context, store archive.Store, o archive.VerifyOptions) bool {
	report, err := archive.Verify(ctx, store, o, func(archive.Fault) {})
	return err == nil && report.Faults == 0
}

// cutShort is err, which a copy was cut short by, with what that leaves.
func cutShort(ctx context.Context, err error, copied archive.CopyReport) error {
	if ctx.Err() != nil || copied.Leaves == 0 && copied.Payloads == 0 {
		return err
	}
	return fmt.Errorf("%w; what was copied before stands (%s, %s), and the same command goes on from there",
		err, plural(copied.Leaves, "entry"), plural(copied.Payloads, "payload"))
}

// repairWith is the command that restores what is damaged in the archive spec.
func repairWith(spec string) string {
	return fmt.Sprintf("fangzhi verify --archive %s --repair --from ARCHIVE restores it, where another archive has it sound", nameOf(spec))
}

// keepPart takes a copy that was cut short for an archive of its own.
func (a *app) keepPart(ctx context.Context, spec string) error {
	store, err := a.openAt(ctx, spec, update)
	if err != nil {
		return err
	}
	defer store.Close()
	c, err := archive.KeepPart(ctx, store, a.now())
	if err == nil && !c.Part() {
		err = fmt.Errorf("copy: %s is not a copy that was cut short", nameOf(spec))
	}
	if err == nil {
		_, err = fmt.Fprintf(a.stdout, "%s: %s\n", nameOf(spec), safe(partOf(c, spec)))
	}
	return err
}

// unknownPart says what to do where an archive does not tell any more whether it is
// the whole of what it is a copy of.
func unknownPart(spec string) string {
	return fmt.Sprintf("fangzhi copy FROM %s, from the archive that it is a copy of, makes it whole; fangzhi copy --keep-part %s takes it as it is", nameOf(spec), nameOf(spec))
}

// partOf says of the archive spec what it is only a part of, and what to do.
func partOf(c archive.Copying, spec string) string {
	if c.Began.IsZero() {
		return fmt.Sprintf("may hold only a part of another, of which it was a copy: that was lost, and it was taken for an archive of its own at %s", moment(c.Kept))
	}
	if !c.Kept.IsZero() {
		return fmt.Sprintf("holds only a part of %s, of which it was to be a copy, and was taken for an archive of its own at %s", c.From, moment(c.Kept))
	}
	return fmt.Sprintf("is only a part of %s: the copy begun at %s has not come to its end; fangzhi copy %s %s goes on with it",
		c.From, moment(c.Began), c.From, nameOf(spec))
}

// printCopied tells what was copied, and what the copy has: pages as status and
// list count them.
func (a *app) printCopied(ctx context.Context, to archive.Store, copied archive.CopyReport) error {
	summaries, err := to.Summaries(ctx, a.now())
	if err != nil {
		return err
	}
	pages, articles := 0, 0
	for _, s := range summaries {
		for _, n := range s.Kinds {
			pages += n
		}
		articles += s.Kinds[archive.KindArticle]
	}
	_, err = fmt.Fprintf(a.stdout, "copied %s, %s, %s (%s); the copy has %s of %s, %d of them articles, root %s\n",
		plural(copied.Leaves, "entry"), plural(copied.Runs, "run"), plural(copied.Payloads, "payload"), humanize.IBytes(uint64(copied.Bytes)),
		plural(copied.Size, "entry"), plural(pages, "page"), articles, copied.Root)
	return err
}

// copyProgress shows on standard error how far a copy has come.
type copyProgress struct {
	a    *app
	bar  *progressbar.ProgressBar
	next time.Time
}

func (a *app) newCopyProgress() *copyProgress {
	p := &copyProgress{a: a, next: time.Now().Add(verifyLineEvery)}
	if !a.quiet && isTerminal(a.stderr) {
		p.bar = progressbar.NewOptions(-1, progressbar.OptionSetWriter(a.stderr), progressbar.OptionSpinnerType(14),
			progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish())
	}
	return p
}

func (p *copyProgress) observe(r archive.CopyReport) {
	if p.bar == nil && (p.a.quiet || time.Now().Before(p.next)) {
		return
	}
	line := fmt.Sprintf("%s, %s, %s", plural(r.Leaves, "entry"), plural(r.Payloads, "payload"), humanize.IBytes(uint64(r.Bytes)))
	if p.bar != nil {
		p.bar.Describe(line)
		p.bar.Add(1)
		return
	}
	p.next = time.Now().Add(verifyLineEvery)
	fmt.Fprintf(p.a.stderr, "fangzhi: copy: %s\n", line)
}

func (p *copyProgress) done() {
	if p.bar != nil {
		p.bar.Finish()
	}
}
