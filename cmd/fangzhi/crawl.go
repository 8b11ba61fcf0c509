package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"fangzhi/archive"
	"fangzhi/configs"
	"fangzhi/crawler"
)

const crawlHelp = `Crawl now, once: the sites named, all sites of the configuration where none is
named, or a portal by its URL. A URL is an ad-hoc site: its host is the scope,
every page of it is followed, and crawling it again looks at every page again.

Exit codes: 0 well, 1 failed, 2 wrong usage, 3 done but some pages failed,
4 configuration unusable, 130 interrupted.`

// maxConcurrency is the most requests at once that a host may be asked for.
const maxConcurrency = 256

// crawlFlags override what the configuration says.
type crawlFlags struct {
	concurrency  int
	delay        time.Duration
	maxPages     int
	allowPrivate bool
	full         bool
	json         bool
	changed      func(string) bool
}

func (f *crawlFlags) flags(cmd *cobra.Command) {
	cmd.Flags().IntVar(&f.concurrency, "concurrency", 0, "at most `N` requests at once to a host")
	cmd.Flags().DurationVar(&f.delay, "delay", 0, "wait `DUR` between requests to a host; 0 is legal")
	cmd.Flags().IntVar(&f.maxPages, "max-pages", 0, "fetch at most `N` pages a site; 0: no limit")
	cmd.Flags().BoolVar(&f.allowPrivate, "allow-private", false, "allow loopback and private addresses")
	f.changed = cmd.Flags().Changed
}

func (f *crawlFlags) check() error {
	switch {
	case f.changed("concurrency") && (f.concurrency < 1 || f.concurrency > maxConcurrency):
		return usage("--concurrency: %d: must be 1 to %d", f.concurrency, maxConcurrency)
	case f.delay < 0:
		return usage("--delay: %s: must not be negative", f.delay)
	case f.maxPages < 0:
		return usage("--max-pages: %d: must not be negative", f.maxPages)
	}
	return nil
}

func (f *crawlFlags) apply(s *crawler.Site) {
	if f.changed("concurrency") {
		s.Politeness.Parallel = f.concurrency
	}
	if f.changed("delay") {
		s.Politeness.Delay = f.delay
	}
	if f.changed("max-pages") {
		s.MaxPages = f.maxPages
	}
	if f.allowPrivate {
		s.AllowPrivate = true
	}
}

func crawlCommand(a *app) *cobra.Command {
	var f crawlFlags
	cmd := &cobra.Command{
		Use:     "crawl [SITE…|URL…]",
		Short:   "Crawl sites now",
		Long:    crawlHelp,
		Example: "  fangzhi crawl zjg-edz\n  fangzhi crawl https://www.example.gov.cn/ --max-pages 200",
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.check(); err != nil {
				return err
			}
			c, _, err := a.loadConfig()
			if err != nil {
				return err
			}
			a.warn(c)
			sites, err := a.sites(c, args)
			if err != nil {
				return err
			}
			for i := range sites {
				f.apply(&sites[i])
			}
			store, err := a.open(cmd.Context(), create)
			if err != nil {
				return err
			}
			defer store.Close()
			return a.crawl(cmd.Context(), store, c, sites, f)
		},
	}
	f.flags(cmd)
	cmd.Flags().BoolVar(&f.full, "full", false, "every known page is due now, every list is walked to its end")
	cmd.Flags().BoolVar(&f.json, "json", false, "the runs as JSON, a line each")
	return cmd
}

// sites finds what the arguments name: sites of the configuration, or URLs.
func (a *app) sites(c configs.Config, args []string) ([]crawler.Site, error) {
	var sites []crawler.Site
	if len(args) == 0 {
		for _, s := range c.Sites {
			sites = append(sites, s.Site)
		}
		if len(sites) == 0 {
			return nil, usage("crawl: nothing to crawl: there is no site in a fangzhi.yaml here; name a URL, as in: fangzhi crawl https://www.example.gov.cn/")
		}
		return sites, nil
	}
	names := make([]string, len(c.Sites))
	known := map[string]crawler.Site{}
	for i, s := range c.Sites {
		names[i] = s.Name
		known[s.Name] = s.Site
	}
	for _, arg := range args {
		site, ok := known[arg]
		if !ok {
			if !strings.Contains(arg, ":") && !strings.Contains(arg, "/") {
				return nil, usage("crawl: there is no site %q; the configuration has: %s", arg, listOr(names, "none"))
			}
			var err error
			if site, err = crawler.AdHoc(arg); err != nil {
				return nil, usage("crawl: %w", err)
			}
			site.Proxy = c.Proxy
		}
		sites = append(sites, site)
	}
	return sites, nil
}

func listOr(names []string, none string) string {
	if len(names) == 0 {
		return none
	}
	return strings.Join(names, ", ")
}

// crawl runs sites side by side and prints how each run ended.
func (a *app) crawl(ctx context.Context, store archive.Store, c configs.Config, sites []crawler.Site, f crawlFlags) error {
	progress := a.newProgress()
	cr, err := a.newCrawler(store, c, progress.observe)
	if err != nil {
		return err
	}
	var mu sync.Mutex
	var runs []archive.Run
	var failures []error
	var group errgroup.Group
	group.SetLimit(max(1, c.Parallel))
	for _, site := range sites {
		group.Go(func() error {
			run, err := cr.Run(ctx, site, crawler.Tick{Planned: a.now(), Trigger: archive.TriggerManual, Full: f.full})
			mu.Lock()
			defer mu.Unlock()
			if run.ID != "" {
				runs = append(runs, run)
			}
			if err != nil && !errors.Is(err, context.Canceled) {
				failures = append(failures, fmt.Errorf("crawl %s: %w", site.Name, err))
			}
			return nil
		})
	}
	group.Wait()
	progress.done()
	failed := 0
	for _, run := range runs {
		failed += run.Articles.Failed() + run.Lists.Failed()
		if err := a.printRun(run, f.json); err != nil {
			return err
		}
	}
	switch {
	case len(failures) > 0:
		return errors.Join(failures...)
	case ctx.Err() != nil:
		return exit{exitInterrupted, errors.New("interrupted; the same command goes on where it stopped")}
	case failed > 0:
		return exit{exitPartly, fmt.Errorf("%d pages failed; fangzhi log --run ID says which, and why", failed)}
	}
	return nil
}

// newCrawler makes the crawler of every command. Observe may be nil; with
// --verbose each page is logged as it becomes durable.
func (a *app) newCrawler(store archive.Store, c configs.Config, observe func(crawler.Event)) (*crawler.Crawler, error) {
	if a.verbose {
		log := a.log()
		observe = func(e crawler.Event) {
			if v := e.Entry.Visit; v.URL != "" {
				log.Debug("visit", "site", v.Site, "url", v.URL, "outcome", v.Outcome, "reason", v.Reason)
			} else if e.Waiting != "" {
				log.Debug("wait", "site", e.Run.Site, "reason", e.Waiting)
			}
		}
	}
	return crawler.New(store, crawler.Options{
		Contact: c.Contact,
		Workers: maxConcurrency,
		Log:     a.log(),
		Now:     a.now,
		Observe: observe,
	})
}

func (a *app) printRun(run archive.Run, asJSON bool) error {
	if asJSON {
		return newJSONLines(a.stdout).write(run)
	}
	took := run.Ended.Sub(run.Started).Round(100 * time.Millisecond)
	_, err := fmt.Fprintf(a.stdout, "%s: %s: %s (%d pages visited, %d discovered, %d requests, %s)\n",
		safe(run.Site), run.State, tally(run.Articles), run.Articles.Total()+run.Lists.Total(), run.Discovered, run.Requests, took)
	if run.Reason != "" && run.State != archive.RunDone {
		fmt.Fprintf(a.stdout, "  reason: %s\n", safe(run.Reason))
	}
	for _, n := range run.Notes {
		fmt.Fprintf(a.stdout, "  note: %s\n", safe(n))
	}
	return err
}
