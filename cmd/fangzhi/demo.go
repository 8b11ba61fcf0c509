package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"fangzhi/archive"
	"fangzhi/archive/diff"
	"fangzhi/archive/export"
	"fangzhi/configs"
	"fangzhi/crawler"
	"fangzhi/crawler/portaltest"
)

const demoHelp = `Show the whole chain on a portal of an invented county, served on loopback by
this very program: crawl it, let it publish, edit and withdraw, crawl it again,
and tell what was noticed. The archive and an export stay in DIR. It needs no
network and takes a few seconds.`

const demoFolder = "fangzhi-demo"

func demoCommand(a *app) *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:     "demo",
		Short:   "Show the whole chain on a portal on loopback",
		Long:    demoHelp,
		Example: "  fangzhi demo\n  fangzhi demo --dir /tmp/demo",
		Args:    needs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			dir, err := demoDir(dir)
			if err != nil {
				return err
			}
			return a.demo(cmd.Context(), dir)
		},
	}
	cmd.Flags().StringVar(&dir, "dir", "", "leave the archive in `DIR` (default "+demoFolder+", or the first of "+demoFolder+"-2, … that is free)")
	return cmd
}

// demoDir makes a folder for a fresh archive. Nothing that is there already is
// touched.
func demoDir(dir string) (string, error) {
	named := dir != ""
	for n := 1; ; n++ {
		if !named {
			dir = demoFolder
			if n > 1 {
				dir = fmt.Sprintf("%s-%d", demoFolder, n)
			}
		}
		entries, err := os.ReadDir(dir)
		switch {
		case errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0:
			if err := os.MkdirAll(dir, 0o755); err != nil {
				return "", fmt.Errorf("demo: %w", err)
			}
			return dir, nil
		case err != nil && named:
			return "", fmt.Errorf("demo: %w", err)
		case named:
			return "", usage("demo: --dir %s: is not empty: name a folder that is, or that is not there yet", dir)
		}
	}
}

// demo is the show. Everything it tells was read back from the archive.
func (a *app) demo(ctx context.Context, dir string) error {
	portal := portaltest.Demo()
	base, stop, err := portal.Start()
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	defer stop()
	spec := "sqlite:" + filepath.Join(dir, "fangzhi.db")
	store, err := openStore(ctx, spec, create)
	if err != nil {
		return err
	}
	defer store.Close()
	d := demo{app: a, store: store, site: demoSite(portal), paint: newPainter(a.stdout)}

	d.head("A small portal of a county that does not exist is served at %s/", base)
	d.head("The first crawl")
	first, err := d.crawl(ctx, false)
	if err != nil {
		return err
	}
	if err := d.stories(ctx); err != nil {
		return err
	}
	deeds, err := portal.NextDay()
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	d.head("The editors work: %d articles published, one edited, one read by more people, one withdrawn", len(deeds.Published))
	// A web archive counts in whole seconds: the crawls stand apart in it.
	if err := pause(ctx, time.Until(d.now().Truncate(time.Second).Add(time.Second))); err != nil {
		return err
	}
	d.head("The second crawl")
	second, err := d.crawl(ctx, true)
	if err != nil {
		return err
	}
	if err := d.ledger(ctx, second, deeds.Counted); err != nil {
		return err
	}
	if first.State != archive.RunDone || second.State != archive.RunDone {
		return exit{exitInterrupted, errors.New("demo: interrupted")}
	}
	if err := d.exports(ctx, dir); err != nil {
		return err
	}
	d.say("Try next:")
	for _, command := range []string{"list", "diff " + deeds.Edited, "search 农田水利"} {
		d.say("  %s %s --archive %s", invoked(), command, spec)
	}
	return nil
}

// pause waits for t or for ctx, whose error it returns.
func pause(ctx context.Context, t time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(t):
		return nil
	}
}

// demoSite is what a configuration would say of the portal.
func demoSite(p *portaltest.Portal) crawler.Site {
	s := crawler.Site{
		Name: "yunxi", Title: "云溪县人民政府", Zone: portaltest.Shanghai, Preset: "auto",
		Politeness: crawler.Politeness{Parallel: 2}, AllowPrivate: true,
		Keep: crawler.Keep{Attachments: true, Requisites: true},
	}
	for i, c := range p.Columns() {
		s.Columns = append(s.Columns, crawler.Column{Name: c.Name, URL: p.Seeds()[i]})
	}
	return s
}

type demo struct {
	*app
	store archive.Store
	site  crawler.Site
	paint painter
}

func (d demo) head(format string, args ...any) {
	fmt.Fprintln(d.stdout, d.paint.paint(styleBold, safe(fmt.Sprintf(format, args...))))
}

func (d demo) say(format string, args ...any) {
	fmt.Fprintln(d.stdout, "  "+fmt.Sprintf(format, args...))
}

func (d demo) crawl(ctx context.Context, full bool) (archive.Run, error) {
	progress := d.newProgress()
	cr, err := d.newCrawler(d.store, configs.Config{}, progress.observe)
	if err != nil {
		return archive.Run{}, err
	}
	defer cr.Close()
	run, err := cr.Run(ctx, d.site, crawler.Tick{Planned: d.now(), Trigger: archive.TriggerManual, Full: full})
	progress.done()
	if err != nil {
		return run, err
	}
	d.say("%s%s, in %s with %s", tally(run.Articles), ofRequisites(run.Requisites), run.Ended.Sub(run.Started).Round(10*time.Millisecond), plural(run.Requests, "request"))
	return run, nil
}

// stories tells which texts stand at more than one place.
func (d demo) stories(ctx context.Context) error {
	places := map[string][]archive.Snapshot{}
	for s, err := range d.store.Snapshots(ctx, archive.Filter{Latest: true}) {
		if err != nil {
			return err
		}
		if s.Story != "" {
			places[s.Story] = append(places[s.Story], s)
		}
	}
	for _, same := range places {
		if len(same) > 1 {
			columns := make([]string, len(same))
			for i, s := range same {
				columns[i] = s.Column
			}
			d.say("one story in %d places (%s): %s", len(same), safe(strings.Join(columns, ", ")), safe(same[0].Article.Title))
		}
	}
	return nil
}

// ledger tells what the visits of a run noticed, from the archive.
func (d demo) ledger(ctx context.Context, run archive.Run, counted string) error {
	for v, err := range d.store.Visits(ctx, archive.Filter{Run: run.ID}) {
		if err != nil {
			return err
		}
		quiet := v.Outcome == archive.Unchanged || v.Outcome == archive.NotModified
		if v.Kind == archive.KindList || quiet && v.URL != counted {
			continue
		}
		page, err := d.store.Page(ctx, v.Site, v.URL)
		if err != nil {
			return err
		}
		d.say("%-10s %s  %s", v.Outcome, safe(page.Title), d.paint.paint(styleDim, safe(v.Reason)))
		if v.Outcome != archive.Changed {
			continue
		}
		old, err := snapshotOf(ctx, d.store, page, v.Version-1)
		if err != nil {
			return err
		}
		new, err := snapshotOf(ctx, d.store, page, v.Version)
		if err != nil {
			return err
		}
		for _, c := range diff.Articles(old.Article, new.Article) {
			d.say("           %s: %s", c.Field, d.paint.parts(c.Parts, 8))
		}
	}
	return nil
}

// exports writes what a stranger can open: a table for a spreadsheet program,
// and a web archive in which the portal is browsed as it was.
func (d demo) exports(ctx context.Context, dir string) error {
	d.head("The archive is %s; exported from it are", filepath.Join(dir, "fangzhi.db"))
	for _, e := range []struct {
		job        export.Job
		file, what string
	}{
		{export.Job{Format: export.CSV, Excel: true}, "articles.csv", "articles, for a spreadsheet program"},
		{export.Job{Format: export.WACZ, Software: "fangzhi " + version()}, "portal.wacz", "captures, to be browsed at https://replayweb.page"},
	} {
		path := filepath.Join(dir, e.file)
		report, err := export.Run(ctx, d.store, e.job, export.Target{Path: path})
		if err != nil {
			return err
		}
		d.say("%s: %d %s", path, report.Records, e.what)
	}
	return nil
}

// invoked is how a person can call this program again.
func invoked() string {
	if exe, err := os.Executable(); err == nil && strings.Contains(exe, "go-build") {
		return "go run ./cmd/fangzhi"
	}
	return os.Args[0]
}
