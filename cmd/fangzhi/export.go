package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"fangzhi/archive"
	"fangzhi/archive/export"
	"fangzhi/configs"
	"fangzhi/crawler"
)

const exportHelp = `Export articles as records (jsonl, csv, parquet, atom, markdown), or what was
served as a web archive that replays (warc, wacz). docs/export.md tells what each
holds.

Every format takes the same selection; the records come by site, URL and
version, and the same selection of the same archive gives the same bytes. By
default it is the latest version of each article; of captures it is all of them.
--since and --until compare when a version was taken; a time without an offset is
one of this machine's zone (TZ).

Where --format is not given the name of -o tells the format and the packing:
.jsonl, .csv (both also .gz, .zst), .parquet, .atom or .xml, .wacz; any other name
is jsonl. A name that contradicts the flags is refused.

A file or folder appears whole and at once, or not at all. One that is there is
replaced where its receipt tells that an export wrote it and nothing was changed
since (a folder has one always, a file with --receipt), a file with --force too. An
export that was interrupted is taken up again by the same command: jsonl, csv, warc
and wacz go on where they were, the others begin again. With --cursor FILE only what is new
since the last export with that cursor comes; the cursor moves on once the
export is on the disk.

Exit codes: 0 well, 1 failed, 2 usage, 5 some versions are damaged, or the bytes
of some captures lost (each is named; the rest is exported), 130 interrupted.`

// exportOptions are the flags of export.
type exportOptions struct {
	when                          selection
	sites, columns, kinds, states []string
	versions, search              string
	format, output, split         string
	excel, gzip, zstd             bool
	receipt, bag, force           bool
	cursor                        string
}

func exportCommand(a *app) *cobra.Command {
	var o exportOptions
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Export articles, or what was served",
		Long:  exportHelp,
		Example: "  fangzhi export > news.jsonl\n" +
			"  fangzhi export --excel --since 30d -o news.csv\n" +
			"  fangzhi export --versions all -o news.parquet\n" +
			"  fangzhi export --site zjg-edz -o zjg.wacz\n" +
			"  fangzhi export --format warc --bag -o 2026-bag\n" +
			"  fangzhi export --cursor mirror.cursor -o new.jsonl",
		Args: needs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			// An empty word, of a variable that is not set, say, would narrow nothing.
			for _, name := range []string{"search", "site", "column", "kind", "state", "since", "until"} {
				if f := cmd.Flags().Lookup(name); f.Changed && strings.Trim(f.Value.String(), " []") == "" {
					return usage("--%s: is empty: leave it away for everything", name)
				}
			}
			return a.export(cmd, o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.format, "format", "", "jsonl, csv, parquet, atom, markdown, warc or wacz (default: what the name of -o tells, else jsonl)")
	f.StringVarP(&o.output, "output", "o", "-", "write to `PATH`, a file or (markdown, warc, --bag) a folder; - is standard output")
	f.StringSliceVar(&o.sites, "site", nil, "only this `SITE`; may be repeated")
	f.StringSliceVar(&o.columns, "column", nil, "only this `COLUMN`; may be repeated")
	f.StringSliceVar(&o.kinds, "kind", nil, "article (the default of records) or attachment; of captures also list, part, requisite and unread")
	f.StringSliceVar(&o.states, "state", nil, "only pages that are in this `STATE` now: live, gone, withdrawn, …; may be repeated")
	f.StringVar(&o.when.since, "since", "", "taken from this `TIME` on: 2026-01-31, 2026-01-31T08:00 (both of this machine's zone), RFC 3339, or an age such as 7d")
	f.StringVar(&o.when.until, "until", "", "taken before this `TIME`")
	f.StringVar(&o.versions, "versions", "", "latest (of each page), all, or changes (the versions that replaced another)")
	f.StringVar(&o.search, "search", "", "only pages whose latest version has these `WORDS`")
	f.BoolVar(&o.gzip, "gzip", false, "pack jsonl or csv with gzip")
	f.BoolVar(&o.zstd, "zstd", false, "pack jsonl or csv with Zstandard")
	f.BoolVar(&o.excel, "excel", false, "make csv fit for spreadsheet programs: a byte order mark, and no cell is run as a formula")
	f.StringVar(&o.split, "split", "", "begin another WARC file at about this `SIZE`, from 1M on (default 1G)")
	f.StringVar(&o.cursor, "cursor", "", "only what is new since the last export with this `FILE`")
	f.BoolVar(&o.receipt, "receipt", false, "write PATH.receipt.json, by which fangzhi verify --export checks the file (a folder always has one)")
	f.BoolVar(&o.force, "force", false, "replace a file that is there, whoever wrote it")
	f.BoolVar(&o.bag, "bag", false, "make PATH a BagIt bag that holds the export")
	return cmd
}

// job is what the flags ask for.
func (o exportOptions) job(now time.Time) (export.Job, error) {
	when, err := o.when.filter(now)
	if err != nil {
		return export.Job{}, err
	}
	j := export.Job{
		Format: export.Format(o.format), Excel: o.excel, Software: "fangzhi " + version(),
		Selection: export.Selection{
			Sites: o.sites, Columns: o.columns, Since: when.Since, Until: when.Until,
			Versions: export.Versions(o.versions), Search: o.search,
		},
	}
	for _, k := range o.kinds {
		j.Selection.Kinds = append(j.Selection.Kinds, archive.Kind(k))
	}
	for _, s := range o.states {
		j.Selection.States = append(j.Selection.States, archive.State(s))
	}
	switch {
	case o.gzip && o.zstd:
		return j, usage("--gzip and --zstd: choose one")
	case o.gzip:
		j.Compression = export.Gzip
	case o.zstd:
		j.Compression = export.Zstd
	}
	if o.split != "" {
		if j.Split, err = bytesOf(o.split); err != nil {
			return j, usage("--split: %w", err)
		}
	}
	if j, err = j.Named(o.output, o.bag); err == nil {
		err = j.Validate()
	}
	if err != nil {
		return j, usage("--%w", err)
	}
	return j, nil
}

// bytesOf reads a size such as 512M or 1G, of 1024 to the next.
func bytesOf(s string) (int64, error) {
	n, err := humanize.ParseBytes(strings.TrimRight(strings.ToUpper(s), "IB") + "iB")
	if err != nil || n > 1<<50 {
		return 0, fmt.Errorf("%q: must be a size such as 512M or 1G", s)
	}
	return int64(n), nil
}

func (a *app) export(cmd *cobra.Command, o exportOptions) error {
	job, err := o.job(a.now())
	if err != nil {
		return err
	}
	to := export.Target{Path: o.output, Stdout: a.stdout, Receipt: o.receipt, Bag: o.bag, Cursor: o.cursor, Force: o.force}
	if err := to.Validate(job); err != nil {
		return usage("--%w", err)
	}
	if err := a.spares(o.output); err != nil {
		return err
	}
	c, err := a.readConfig()
	if err != nil {
		return err
	}
	job.Operator = c.Contact
	if job.Format == export.WACZ {
		job.Begin = columnURLs(c, o.sites)
	}
	ctx := cmd.Context()
	store, err := a.open(ctx, read)
	if err != nil {
		return err
	}
	defer store.Close()
	if err := a.known(ctx, store, o.sites, o.columns); err != nil {
		return err
	}
	if percent, ok := garbage[job.Format]; ok {
		defer debug.SetGCPercent(debug.SetGCPercent(percent))
		defer debug.SetMemoryLimit(debug.SetMemoryLimit(min(garbageUpTo, debug.SetMemoryLimit(-1))))
	}
	progress := a.exportProgress(func() int64 { return expected(cmd, store, job, a.now()) })
	to.Observe = progress.observe
	report, err := export.Run(ctx, store, job, to)
	progress.done()
	if err != nil && o.output != "-" {
		return goesOn(ctx, err)
	}
	if err != nil {
		return err
	}
	return a.exported(job, o, report)
}

// spares refuses an output that is what the export is made from: the archive, or
// the configuration.
func (a *app) spares(output string) error {
	there, err := os.Stat(output)
	if err != nil {
		return nil // the export says what there is to say
	}
	spec, err := a.archiveSpec()
	if err != nil {
		return err
	}
	file, _ := strings.CutPrefix(spec, "sqlite:")
	for name, path := range map[string]string{"archive": file, "configuration": cmp.Or(a.config, defaultConfig)} {
		if info, err := os.Stat(path); err == nil && os.SameFile(info, there) {
			return usage("--output: %q: is the %s: name another file", output, name)
		}
	}
	return nil
}

// garbage is how much of it may gather, in percent of what is held, where that
// matters: lines hold little and let much through, so that collecting as often as
// usual took some of the time; a folder holds a growing list of files.
var garbage = map[export.Format]int{export.JSONL: 800, export.CSV: 800, export.Markdown: 50}

// garbageUpTo is the memory in bytes beyond which garbage is collected whatever
// its percentage: large articles would make it much.
const garbageUpTo = 120 << 20

// exported tells what came of an export.
func (a *app) exported(j export.Job, o exportOptions, r export.Report) error {
	what := "record"
	if j.Format.Captures() {
		what = "capture"
	}
	for _, d := range r.Damaged {
		fmt.Fprintf(a.stderr, "fangzhi: damaged: %s\n", safe(d))
	}
	switch {
	case len(r.Damaged) > 0:
		if j.Format.Captures() {
			return exit{exitDamaged, fmt.Errorf("export: %s left out, for what the archive has of it is lost or damaged; fangzhi verify tells more", plural(len(r.Damaged), what))}
		}
		return exit{exitDamaged, fmt.Errorf("export: %s in the archive: what is damaged is left out, of a page whose versions are sound where it stands; fangzhi verify tells more", plural(len(r.Damaged), "fault"))}
	case r.Records == 0 && o.cursor != "":
		a.hint("nothing is new since the last export with %s", o.cursor)
	case r.Records == 0:
		a.hint("nothing matches; fangzhi status shows what the archive holds")
	case o.output != "-":
		size := int64(0)
		for _, f := range r.Files {
			size += f.Bytes
		}
		more := ""
		if r.Resumed {
			more = ", taken up where it was interrupted"
		}
		if o.format == "" && untold(o.output) {
			more += fmt.Sprintf(", as %s; --format names another", j.Format)
		}
		a.hint("%s in %s (%s)%s", plural(r.Records, what), o.output, humanize.IBytes(uint64(size)), more)
	}
	return nil
}

// columnURLs are the addresses of the columns of sites, all where none is named, as
// the archive has them and in the order of the configuration.
func columnURLs(c configs.Config, sites []string) (all []string) {
	for _, s := range c.Sites {
		if len(sites) > 0 && !slices.Contains(sites, s.Name) {
			continue
		}
		for _, column := range s.Columns {
			if u, err := crawler.Canonical(column.URL); err == nil {
				all = append(all, u)
			}
		}
	}
	return all
}

// untold says whether the name of path leaves open that what was written there is
// JSONL: .json is of one object or list, and each line is one.
func untold(path string) bool {
	format, packed := export.FormatOf(path)
	if ext := filepath.Ext(path); packed != export.Plain {
		path = strings.TrimSuffix(path, ext)
	}
	return format == "" || strings.EqualFold(filepath.Ext(path), ".json")
}

// expected is how many records or captures there will be at most, where that
// can be told beforehand; else -1.
func expected(cmd *cobra.Command, store archive.Store, j export.Job, now time.Time) int64 {
	s := j.Selection
	if j.Format.Captures() || len(s.Columns)+len(s.States) > 0 || s.Search != "" || s.Versions == export.Changes || !s.Since.IsZero() || !s.Until.IsZero() {
		return -1
	}
	summaries, err := store.Summaries(cmd.Context(), now)
	if err != nil {
		return -1 // the export itself will say
	}
	n := 0
	for _, sum := range summaries {
		switch {
		case len(s.Sites) > 0 && !slices.Contains(s.Sites, sum.Site):
		case s.Versions == export.All:
			n += sum.Versions
		default:
			n += sum.Kinds[archive.KindArticle]
		}
	}
	return int64(n)
}

// exportProgress shows on a terminal how far an export is, how fast it goes and,
// where the end is known, how long it will take.
func (a *app) exportProgress(total func() int64) countProgress {
	if a.quiet || !isTerminal(a.stderr) {
		return countProgress{}
	}
	return countProgress{progressbar.NewOptions64(total(),
		progressbar.OptionSetWriter(a.stderr),
		progressbar.OptionSetDescription("exporting"),
		progressbar.OptionSpinnerType(14),
		progressbar.OptionShowCount(),
		progressbar.OptionShowIts(),
		progressbar.OptionSetItsString("records"),
		progressbar.OptionSetPredictTime(true),
		progressbar.OptionShowElapsedTimeOnFinish(),
		progressbar.OptionSetRenderBlankState(true), // the time runs from here
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionClearOnFinish(),
	)}
}

// countProgress shows a count that grows.
type countProgress struct{ bar *progressbar.ProgressBar }

func (p countProgress) observe(done int) {
	if p.bar != nil {
		p.bar.Set(done)
	}
}

func (p countProgress) done() {
	if p.bar != nil {
		p.bar.Finish()
	}
}
