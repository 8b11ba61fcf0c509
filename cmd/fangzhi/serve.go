package main

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/spf13/cobra"

	"fangzhi/archive"
	"fangzhi/crawler"
	"fangzhi/scheduler"
)

const serveHelp = `Run every site of the configuration on its schedule, until stopped. Sites run
side by side up to the configuration's parallel; two runs of one site never
overlap. A tick missed while nothing was running is made up once, where the
site says on_missed: run_once; one that waited for its turn when serve was
stopped counts as missed. SIGTERM and SIGINT finish what is in flight and
record the run as interrupted; the next start goes on from there. A change of
the configuration counts from the next start.

Meanwhile the archive is verified, by default once a day with a thirtieth of the
payloads (verify in the configuration); fangzhi status tells how it went.`

func serveCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "serve",
		Short:   "Crawl on schedule",
		Long:    serveHelp,
		Example: "  fangzhi serve\n  fangzhi serve --config sites.yaml --log-format json",
		Args:    needs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, ok, err := a.loadConfig()
			if err != nil {
				return err
			}
			if !ok || len(c.Sites) == 0 {
				return exit{exitConfig, errors.New("serve: no site to run: write a fangzhi.yaml, or name one with --config")}
			}
			scheduled := func(s scheduler.Site) bool { return !s.Schedule.Next(a.now()).IsZero() }
			if !slices.ContainsFunc(c.Sites, scheduled) {
				return exit{exitConfig, errors.New(`serve: no site has a tick to come: give one a schedule, as in schedule: "0 */6 * * *"; fangzhi crawl runs sites without one`)}
			}
			a.warn(c)
			store, err := a.open(cmd.Context(), create)
			if err != nil {
				return err
			}
			defer store.Close()
			cr, err := a.newCrawler(store, c, nil)
			if err != nil {
				return err
			}
			run := func(ctx context.Context, s scheduler.Site, t crawler.Tick) (archive.Run, error) {
				return cr.Run(ctx, s.Site, t)
			}
			s, err := scheduler.New(store, run, scheduler.Options{Sites: c.Sites, Parallel: c.Parallel, Log: a.log()})
			if err != nil {
				return err
			}
			ctx, stop := context.WithCancel(cmd.Context())
			var group sync.WaitGroup
			group.Go(func() { a.watch(ctx, store, c.Verify) })
			defer group.Wait()
			defer stop()
			return s.Serve(ctx)
		},
	}
}
