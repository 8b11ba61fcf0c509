package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"fangzhi/archive"
	"fangzhi/archive/intake"
	"fangzhi/configs"
	"fangzhi/crawler"
)

// importMemory is how much memory an import takes before it pays to take less.
const importMemory = 140 << 20

const importHelp = `Take up what crawlers saved in WARC or WACZ files (Heritrix, Browsertrix, wget,
warcprox, fangzhi export): every answer of an http or https address in the
site's scope becomes a visit of its own date, read by the site's rules, with
versions cut in the order of time over all files named. Of a folder, or a bag, all
WARC and WACZ files that lie in it are taken.

Files are checked to their ends first. One that is damaged, cut short, or could
be read in two ways is refused as a whole, with the place and the reason, and
nothing of any of them is stored. What the archive has already is passed over:
to import twice is to import once, and an import that was stopped is gone on
with by the same command.

A site that is not configured is made of the hosts that the files have pages of,
or of the host that NAME is. Captures from before what the archive has seen of
their page are kept without a version of their own, for versions are numbered in
the order of time: import all files, oldest and newest, in one command into a
new site or archive to have all of them as versions.

Exit codes: 0 all well, 1 failed or refused, 2 wrong usage, 3 done, but some
captures could not be taken up, 4 configuration unusable, 130 interrupted.`

type importFlags struct {
	site   string
	dry    bool
	json   bool
	cutEnd bool
}

func importCommand(a *app) *cobra.Command {
	var f importFlags
	cmd := &cobra.Command{
		Use:     "import FILE|FOLDER… --site NAME",
		Short:   "Take up captures that other crawlers saved",
		Long:    importHelp,
		Example: "  fangzhi import crawl-2025.warc.gz --site zjg-edz\n  fangzhi import *.wacz --site old --archive sqlite:old.db --dry-run",
		Args:    needs(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.site == "" {
				return usage("import: --site: name the site that the captures are of, as the configuration does, or anew")
			}
			c, _, err := a.loadConfig()
			if err != nil {
				return err
			}
			return a.importFiles(cmd.Context(), c, args, f)
		},
	}
	cmd.Flags().StringVar(&f.site, "site", "", "the `NAME` of the site that the captures go into")
	cmd.Flags().BoolVar(&f.dry, "dry-run", false, "tell what would be stored, and store nothing")
	cmd.Flags().BoolVar(&f.json, "json", false, "JSON: a line for each file, then what came of them")
	cmd.Flags().BoolVar(&f.cutEnd, "tolerate-cut-end", false, "take a file whose last record was cut short without that record")
	cmd.RegisterFlagCompletionFunc("site", a.completeSites)
	return cmd
}

func (a *app) importFiles(ctx context.Context, c configs.Config, paths []string, f importFlags) error {
	if os.Getenv("GOMEMLIMIT") == "" {
		// Where what a long import leaves behind comes near this, it is collected
		// more often.
		defer debug.SetMemoryLimit(debug.SetMemoryLimit(importMemory))
	}
	show := a.newImportProgress()
	files, err := intake.Open(ctx, paths, intake.Options{
		Canonical: crawler.Canonical, CutEnd: f.cutEnd, Now: a.now(), Observe: show.checking,
	})
	show.clear()
	if err != nil {
		return stopped(ctx, fmt.Errorf("import: %w: nothing was imported", err))
	}
	defer files.Close()
	site, err := a.siteFor(c, f.site, files)
	if err != nil {
		return err
	}
	store, done, err := a.importInto(ctx, f.dry)
	if err != nil {
		return err
	}
	defer done()
	cr, err := a.newCrawler(store, c, nil)
	if err != nil {
		return err
	}
	defer cr.Close()
	if show.total, err = files.Count(); err != nil {
		return err
	}
	options := crawler.ImportOptions{From: fromFiles(files.Files), Notes: fileNotes(files.Files), Observe: show.storing}
	report, run, err := cr.Import(ctx, site, files, options)
	show.done()
	if run.ID == "" {
		if errors.Is(err, archive.ErrBusy) {
			err = fmt.Errorf("import into %s: %w: wait until it is over", site.Name, archive.ErrBusy)
		}
		return err
	}
	lost := 0
	for _, file := range files.Files {
		for why, n := range file.Over {
			report.Over[why] += n
			if intake.Lost(why) {
				lost += n
			}
		}
	}
	if f.json {
		out := newJSONLines(a.stdout)
		for _, file := range files.Files {
			if err := out.write(file); err != nil {
				return err
			}
		}
		if err := out.write(struct {
			crawler.ImportReport
			DryRun bool `json:"dry_run,omitempty"`
		}{report, f.dry}); err != nil {
			return err
		}
	} else {
		a.printImport(files.Files, report, f.dry)
	}
	switch lost += report.Failed + report.Lost; {
	case ctx.Err() != nil:
		return exit{exitInterrupted, errors.New("interrupted; the same command goes on where it stopped")}
	case err != nil:
		return err
	case lost > 0:
		return exit{exitPartly, fmt.Errorf("import: %s could not be taken up", plural(lost, "capture"))}
	}
	return nil
}

// stopped is err, or that the command was stopped.
func stopped(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return exit{exitInterrupted, errors.New("interrupted: nothing was imported")}
	}
	return err
}

// siteFor is the site NAME of the configuration, or one of the hosts that the
// files have pages of.
func (a *app) siteFor(c configs.Config, name string, files *intake.Collection) (crawler.Site, error) {
	for _, s := range c.Sites {
		if s.Name == name {
			return s.Site, nil
		}
	}
	hosts := slices.SortedFunc(maps.Keys(files.Hosts), func(x, y string) int {
		return cmp.Or(files.Hosts[y]-files.Hosts[x], strings.Compare(x, y))
	})
	if files.Hosts[name] > 0 {
		hosts = []string{name}
	}
	if len(hosts) == 0 {
		return crawler.Site{}, usage("import: --site %s: is not in the configuration, and the files have no page of HTML that tells its hosts; configure it, with its scope", name)
	}
	site, err := crawler.AdHoc("http://" + hosts[0] + "/")
	if err != nil {
		return site, fmt.Errorf("import: %w", err)
	}
	site.Name, site.Title, site.Scope.Hosts = name, name, hosts
	auto, err := configs.AutoPreset()
	if err != nil {
		return site, err
	}
	site.Articles = auto.Articles
	if err := site.Validate(); err != nil {
		return site, usage("import: --site: %w", err)
	}
	named := strings.Join(hosts[:min(len(hosts), 10)], ", ")
	if more := len(hosts) - 10; more > 0 {
		named += " and " + plural(more, "more host")
	}
	a.hint("%s is not in the configuration: what is of %s is taken for it, and read by general rules", name, named)
	return site, nil
}

func fromFiles(files []intake.File) string {
	if len(files) == 1 {
		return "imported from " + files[0].Name
	}
	return fmt.Sprintf("imported from %s and %s", files[0].Name, plural(len(files)-1, "other file"))
}

// maxFileNotes is how many files the run of an import names.
const maxFileNotes = 1000

func fileNotes(files []intake.File) (notes []string) {
	for i, f := range files {
		if i == maxFileNotes {
			return append(notes, fmt.Sprintf("and %d files more", len(files)-i))
		}
		note := fmt.Sprintf("%s, %d bytes, %s", f.Name, f.Size, f.SHA256)
		if f.Cut != "" {
			note += "; without its end: " + f.Cut
		}
		notes = append(notes, note)
	}
	return notes
}

func (a *app) printImport(files []intake.File, r crawler.ImportReport, dry bool) {
	for _, f := range files {
		span := ""
		if f.Captures > 0 {
			span = ", " + f.First.Format(time.DateOnly) + " to " + f.Last.Format(time.DateOnly)
		}
		fmt.Fprintf(a.stdout, "%s: %s, %s%s\n", safe(f.Name), humanize.IBytes(uint64(f.Size)), plural(f.Captures, "capture"), span)
		if f.Cut != "" {
			fmt.Fprintf(a.stdout, "  without its end: %s\n", safe(f.Cut))
		}
		for _, n := range f.Notes {
			fmt.Fprintf(a.stdout, "  note: %s\n", safe(n))
		}
	}
	verb := "stored"
	if dry {
		verb = "would be stored"
	}
	fmt.Fprintf(a.stdout, "%s: %s %s: %s; %s\n", safe(r.Site), plural(r.Stored.Total(), "visit"), verb, tally(r.Stored), plural(r.Versions, "version"))
	if r.Lacking > 0 {
		fmt.Fprintf(a.stdout, "  %s without all pages of the article: fangzhi show tells which\n", plural(r.Lacking, "version"))
	}
	if r.Known > 0 {
		fmt.Fprintf(a.stdout, "  %d known already\n", r.Known)
	}
	if r.Behind > 0 {
		fmt.Fprintf(a.stdout, "  %d from before what the archive has seen of their pages: kept without a version of their own\n", r.Behind)
	}
	if r.Lost > 0 {
		fmt.Fprintf(a.stdout, "  %d refer to captures that are neither in the files nor in the archive\n", r.Lost)
	}
	for _, why := range slices.Sorted(maps.Keys(r.Over)) {
		fmt.Fprintf(a.stdout, "  passed over, %s: %d\n", why, r.Over[why])
	}
	hosts := slices.SortedFunc(maps.Keys(r.Hosts), func(x, y string) int { return cmp.Or(r.Hosts[y]-r.Hosts[x], strings.Compare(x, y)) })
	for i, h := range hosts {
		if i == 10 {
			fmt.Fprintf(a.stdout, "    and %s more\n", plural(len(hosts)-i, "host"))
			break
		}
		fmt.Fprintf(a.stdout, "    of %s: %d\n", safe(h), r.Hosts[h])
	}
}

// importProgress shows on standard error how far an import has come.
type importProgress struct {
	a     *app
	bar   *progressbar.ProgressBar
	next  time.Time
	begun time.Time
	total int
}

func (a *app) newImportProgress() *importProgress {
	p := &importProgress{a: a, next: time.Now().Add(verifyLineEvery), begun: time.Now()}
	if !a.quiet && isTerminal(a.stderr) {
		p.bar = progressbar.NewOptions(-1, progressbar.OptionSetWriter(a.stderr), progressbar.OptionSpinnerType(14),
			progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish())
	}
	return p
}

func (p *importProgress) line(text string) {
	if p.bar != nil {
		p.bar.Describe(fitted(text, widthOf(p.a.stderr)))
		p.bar.Add(1)
		return
	}
	if p.a.quiet || time.Now().Before(p.next) {
		return
	}
	p.next = time.Now().Add(verifyLineEvery)
	p.a.say(0, "", "import: "+text)
}

func (p *importProgress) checking(c intake.Progress) {
	p.line(fmt.Sprintf("checking %s: %s of %s", c.File, humanize.IBytes(uint64(c.Done)), humanize.IBytes(uint64(c.Total))))
}

func (p *importProgress) storing(r crawler.ImportReport) {
	rate := float64(r.Captures) / max(time.Since(p.begun).Seconds(), 0.1)
	p.line(fmt.Sprintf("%d of %s, %.0f a second; %s", r.Captures, plural(p.total, "capture"), rate, tally(r.Stored)))
}

func (p *importProgress) clear() {
	p.begun = time.Now()
	if p.bar != nil {
		p.bar.Clear()
	}
}

func (p *importProgress) done() {
	if p.bar != nil {
		p.bar.Finish()
	}
}
