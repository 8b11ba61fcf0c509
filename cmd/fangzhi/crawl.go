package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"fangzhi/archive"
	"fangzhi/configs"
	"fangzhi/crawler"
	"fangzhi/scheduler"
)

const crawlHelp = `Crawl now, once: the sites named, all sites of the configuration where none is
named, or a portal by its URL. A URL is an ad-hoc site: its host is the scope,
every page of it is followed, and crawling it again looks at every page again.
With --keep attachments,requisites, or keep in the configuration, a web archive
exported of it has the documents of articles, and looks as the portal did.
Sites are crawled side by side, four or as many as the configuration's parallel.

An article that a site of the configuration has is asked for again when that is
due (revisit), and its lists each time; --full asks for all.

A host that asked to be left alone (Retry-After), or answered with challenges or
refusals, is not asked before that is over, by later crawls either.

Exit codes: 0 well, 1 failed, 2 wrong usage, 3 done but some pages failed,
4 configuration unusable, 130 interrupted.`

// keepable is what a crawl can keep of pages besides themselves.
var keepable = []string{"attachments", "requisites"}

// maxConcurrency is the most requests at once that a host may be asked for.
const maxConcurrency = 256

// crawlFlags override what the configuration says.
type crawlFlags struct {
	concurrency  int
	delay        time.Duration
	maxPages     int
	allowPrivate bool
	contact      string
	full         bool
	ignoreHold   bool
	keep         []string
	json         bool
	changed      func(string) bool
}

// reach are the flags of every command that asks hosts.
func (f *crawlFlags) reach(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.allowPrivate, "allow-private", false, "allow loopback and private addresses")
	cmd.Flags().StringVar(&f.contact, "contact", "", "`ADDRESS`, of mail or http, by which a webmaster can reach you; goes into the User-Agent")
	f.changed = cmd.Flags().Changed
}

// pace are the flags of commands that ask more than once.
func (f *crawlFlags) pace(cmd *cobra.Command) {
	f.reach(cmd)
	cmd.Flags().DurationVar(&f.delay, "delay", 0, "wait `DUR` between requests to a host; 0 is legal")
}

func (f *crawlFlags) flags(cmd *cobra.Command) {
	f.pace(cmd)
	cmd.Flags().IntVar(&f.concurrency, "concurrency", 0, "at most `N` requests at once to a host")
	cmd.Flags().IntVar(&f.maxPages, "max-pages", 0, "fetch at most `N` pages a site; 0: no limit")
}

func (f *crawlFlags) check() error {
	switch {
	case f.changed("concurrency") && (f.concurrency < 1 || f.concurrency > maxConcurrency):
		return usage("--concurrency: %d: must be 1 to %d", f.concurrency, maxConcurrency)
	case f.delay < 0:
		return usage("--delay: %s: must not be negative", f.delay)
	case f.maxPages < 0:
		return usage("--max-pages: %d: must not be negative", f.maxPages)
	case slices.ContainsFunc(f.keep, func(what string) bool { return !slices.Contains(keepable, what) }):
		return usage("--keep: %s: must be %s", strings.Join(f.keep, ","), strings.Join(keepable, " or "))
	case f.contact != "":
		if err := configs.CheckContact(f.contact); err != nil {
			return usage("--contact: %q: %w", f.contact, err)
		}
	}
	return nil
}

// config is the configuration with what the flags say of all sites.
func (f *crawlFlags) config(c configs.Config) configs.Config {
	if f.contact != "" {
		c.Contact = f.contact
		c.Warnings = slices.DeleteFunc(slices.Clone(c.Warnings), func(w configs.Problem) bool { return w.Path == "contact" })
	}
	return c
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
	s.Keep.Attachments = s.Keep.Attachments || slices.Contains(f.keep, "attachments")
	s.Keep.Requisites = s.Keep.Requisites || slices.Contains(f.keep, "requisites")
}

func crawlCommand(a *app) *cobra.Command {
	var f crawlFlags
	cmd := &cobra.Command{
		Use:               "crawl [SITE…|URL…]",
		Short:             "Crawl sites now",
		Long:              crawlHelp,
		ValidArgsFunction: a.completeSites,
		Example:           "  fangzhi crawl zjg-edz\n  fangzhi crawl https://www.example.gov.cn/ --max-pages 200 --keep attachments,requisites",
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.check(); err != nil {
				return err
			}
			c, _, err := a.loadConfig()
			if err != nil {
				return err
			}
			c = f.config(c)
			a.warn(c)
			sites, err := a.sites("crawl", c, args)
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
	cmd.Flags().BoolVar(&f.full, "full", false, "every known page is due now, every list is walked to its end, robots.txt is asked for anew")
	cmd.Flags().BoolVar(&f.ignoreHold, "ignore-hold", false, "ask hosts too that are to be left alone still; what they say now holds")
	cmd.Flags().StringSliceVar(&f.keep, "keep", nil, "keep `WHAT` of pages besides themselves: attachments, the documents of articles; requisites, their styles, scripts and pictures")
	cmd.Flags().BoolVar(&f.json, "json", false, "the runs as JSON, a line each")
	return cmd
}

// sites finds what the arguments of command name: sites of the configuration, or
// URLs. What is named twice is there once.
func (a *app) sites(command string, c configs.Config, args []string) ([]crawler.Site, error) {
	var sites []crawler.Site
	if len(args) == 0 {
		for _, s := range c.Sites {
			sites = append(sites, s.Site)
		}
		if len(sites) == 0 {
			return nil, usage("%s: nothing to crawl: there is no site in a fangzhi.yaml here; name a URL, as in: fangzhi crawl https://www.example.gov.cn/", command)
		}
		return sites, nil
	}
	names := make([]string, len(c.Sites))
	known := map[string]crawler.Site{}
	for i, s := range c.Sites {
		names[i] = s.Name
		known[s.Name] = s.Site
	}
	taken := map[string]bool{}
	for _, arg := range args {
		site, ok := known[arg]
		if !ok {
			if !strings.Contains(arg, "://") {
				return nil, usage("%s: there is no site %q; the configuration has: %s%s", command, arg, listOr(names, "none"), asURL(command, arg))
			}
			var err error
			if site, err = crawler.AdHoc(arg); err != nil {
				return nil, usage("%s: %w", command, err)
			}
			site.Proxy = c.Proxy
			a.hintConfigured(c, arg)
			auto, err := configs.AutoPreset()
			if err != nil {
				return nil, err
			}
			site.Articles = auto.Articles
		}
		if !taken[site.Name] {
			sites = append(sites, site)
		}
		taken[site.Name] = true
	}
	return sites, nil
}

// hintConfigured says that the portal of url has a site already: crawled by its
// URL it is another one, with pages of its own.
func (a *app) hintConfigured(c configs.Config, url string) {
	for _, s := range c.Sites {
		if _, why, err := s.Admits(url); err == nil && why == "" {
			a.hint("the configuration has this portal as the site %s; a crawl by its URL is kept apart from that", s.Name)
			return
		}
	}
}

// asURL is a hint where arg looks like a file, or like a URL that lacks its
// beginning.
func asURL(command, arg string) string {
	if ext := filepath.Ext(arg); ext == ".yaml" || ext == ".yml" {
		return fmt.Sprintf("; a configuration is named by fangzhi %s --config %s", command, arg)
	}
	host, _, _ := strings.Cut(arg, "/")
	if !strings.Contains(host, ".") && !strings.Contains(host, ":") {
		return ""
	}
	if !strings.Contains(arg, "/") {
		arg += "/"
	}
	return fmt.Sprintf("; of a URL write all: fangzhi %s https://%s", command, arg)
}

func listOr(names []string, none string) string {
	if len(names) == 0 {
		return none
	}
	return strings.Join(names, ", ")
}

// crawl runs sites side by side and prints how each run ended, as soon as it
// did.
func (a *app) crawl(ctx context.Context, store archive.Store, c configs.Config, sites []crawler.Site, f crawlFlags) error {
	progress := a.newProgress()
	cr, err := a.newCrawler(store, c, progress.observe)
	if err != nil {
		return err
	}
	parallel := c.Parallel
	if parallel == 0 {
		parallel = scheduler.DefaultParallel
	}
	var mu sync.Mutex
	all := verdict{flags: a.again()}
	var group errgroup.Group
	group.SetLimit(parallel)
	for _, site := range sites {
		group.Go(func() error {
			run, err := cr.Run(ctx, site, crawler.Tick{Planned: a.now(), Trigger: archive.TriggerManual, Full: f.full, IgnoreHolds: f.ignoreHold})
			unread, resting := []crawler.UnreadColumn(nil), []archive.Hold(nil)
			if err == nil && ctx.Err() == nil {
				unread, err = cr.Unread(ctx, site, run)
			}
			if err == nil && ctx.Err() == nil {
				resting, err = holdsOf(ctx, store, site.Hosts(), a.now())
			}
			later := archive.Wait{}
			if err == nil && ctx.Err() == nil && !f.full && run.State == archive.RunDone && run.Articles.Total() == 0 {
				later, err = laterOf(ctx, store, site.Name, a.now())
			}
			if errors.Is(err, archive.ErrBusy) {
				err = busy(ctx, store, site.Name)
			}
			mu.Lock()
			defer mu.Unlock()
			all.add(site.Name, run, len(unread), err)
			if run.ID == "" {
				return nil
			}
			progress.clear()
			if len(resting) > 0 {
				a.hint("%s; fangzhi crawl --ignore-hold asks all the same", heldUntil(resting[0]))
			}
			if later.Pages > 0 {
				a.hint("%s: %s not due yet, the first from %s on; fangzhi crawl --full asks for all", site.Name,
					plural(later.Pages, "known article")+" "+verb(later.Pages, "is", "are"), moment(later.First))
			}
			return a.printRun(run, f.json)
		})
	}
	err = group.Wait()
	progress.done()
	if err != nil {
		return err
	}
	return all.err(ctx, store)
}

// laterOf are the articles of site that are due later than now.
func laterOf(ctx context.Context, store archive.Store, site string, now time.Time) (archive.Wait, error) {
	all, err := store.Summaries(ctx, now)
	if err != nil {
		return archive.Wait{}, err
	}
	for _, s := range all {
		if s.Site == site {
			return s.Later, nil
		}
	}
	return archive.Wait{}, nil
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
