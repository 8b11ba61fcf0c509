package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"fangzhi/archive"
	"fangzhi/configs"
	"fangzhi/crawler"
)

const explainHelp = `Tell the whole story of a URL, be it in the archive or not: whether it is in the
scope of a site and allowed by robots.txt, where it was found, how each visit
ended and why, each version and what changed in it, by what evidence it is gone
or withdrawn, its aliases, where else the same text stands, and what comes next.

What robots.txt says is told as the last run that fetched it found it; with --live
the host is asked. Of a URL that is not in the archive it is told which of the lists read
last link to it.`

func explainCommand(a *app) *cobra.Command {
	var site string
	var asJSON, live bool
	cmd := &cobra.Command{
		Use:     "explain URL",
		Short:   "Tell the whole story of a URL",
		Long:    explainHelp,
		Example: "  fangzhi explain https://www.example.gov.cn/art/1.html\n  fangzhi explain https://www.example.gov.cn/art/1.html --live --json",
		Args:    needs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			url, err := crawler.Canonical(args[0])
			if err != nil {
				return usage("explain: %q: %w", args[0], err)
			}
			var c configs.Config
			if live { // hosts are asked as the configuration has it
				c, _, err = a.loadConfig()
			} else {
				c, err = a.readConfig()
			}
			if err != nil {
				return err
			}
			store, err := a.open(ctx, read)
			if err != nil && !errors.Is(err, errNoArchive) && !errors.Is(err, archive.ErrNotFound) {
				return err
			}
			x := explainer{app: a, config: c, site: site, live: live}
			if err == nil {
				defer store.Close()
				x.store = store
			}
			if x.crawler, err = a.newCrawler(x.store, c, nil); err != nil {
				return err
			}
			defer x.crawler.Close()
			accounts, err := x.explain(ctx, args[0], url)
			if err != nil {
				return err
			}
			return a.printAccounts(url, accounts, asJSON)
		},
	}
	cmd.Flags().StringVar(&site, "site", "", "only as this `SITE` sees it")
	cmd.Flags().BoolVar(&live, "live", false, "ask the host for its robots.txt now")
	cmd.Flags().BoolVar(&asJSON, "json", false, "JSON, a line for each site")
	return cmd
}

// explainer gathers accounts of a URL.
type explainer struct {
	*app
	config  configs.Config
	store   archive.Store // nil: there is none yet
	crawler *crawler.Crawler
	live    bool   // hosts are asked
	site    string // only this one; "": all
}

func (a *app) printAccounts(url string, accounts []account, asJSON bool) error {
	out := newJSONLines(a.stdout)
	for i, told := range accounts {
		if asJSON {
			if err := out.write(told); err != nil {
				return err
			}
			continue
		}
		if i > 0 {
			fmt.Fprintln(a.stdout)
		}
		if err := told.print(a.stdout); err != nil {
			return err
		}
	}
	if len(accounts) == 0 {
		return fmt.Errorf("%s is not in the archive, and no site is known whose crawl may enter it", url)
	}
	return nil
}
