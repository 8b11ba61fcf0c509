package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"fangzhi/archive"
	"fangzhi/configs"
	"fangzhi/crawler"
	"fangzhi/scheduler"
)

const rereadHelp = `Read every stored version again, from the bytes that the archive holds, by
today's rules and by what crawls learnt of the site. What reads otherwise is
shown, by field, and recorded: the version then says what it reads as today, and
how it read before is kept (fangzhi show --readings). --dry-run records nothing.

No version is made or deleted, and nobody is asked for anything. No crawl of a
site goes on meanwhile. What was recorded stays when the command is stopped; it
can be begun anew at any time. --json writes a line for each version that reads
otherwise or cannot be read, and one for each site.

Exit codes: 0 all well, 1 failed, 3 done, but some versions cannot be read
today: they stay as they were read, 130 stopped.`

func rereadCommand(a *app) *cobra.Command {
	var sites []string
	var dry, asJSON bool
	cmd := &cobra.Command{
		Use:     "reread",
		Short:   "Read what is stored again, by today's rules",
		Long:    rereadHelp,
		Example: "  fangzhi reread --dry-run\n  fangzhi reread --site zjg-edz",
		Args:    needs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, _, err := a.loadConfig()
			if err != nil {
				return err
			}
			how := update
			if dry {
				how = read
			}
			store, spec, err := a.openNamed(cmd.Context(), how)
			if err != nil {
				return err
			}
			defer store.Close()
			if err := a.tellPart(cmd.Context(), store, spec, !dry); err != nil {
				return err
			}
			err = a.reread(cmd.Context(), store, c, sites, dry, asJSON)
			if dry {
				return err
			}
			return goesOn(cmd.Context(), err)
		},
	}
	cmd.Flags().StringSliceVar(&sites, "site", nil, "only this `SITE`; several by commas")
	cmd.Flags().BoolVar(&dry, "dry-run", false, "show what would differ, record nothing")
	cmd.Flags().BoolVar(&asJSON, "json", false, "JSON, a line each")
	return cmd
}

// rereadSamples is how many versions are shown for each field of a site.
const rereadSamples = 3

func (a *app) reread(ctx context.Context, store archive.Store, c configs.Config, names []string, dry, asJSON bool) error {
	sites, err := heldSites(ctx, a, store, c, names)
	if err != nil {
		return err
	}
	cr, err := a.newCrawler(store, c, nil)
	if err != nil {
		return err
	}
	defer cr.Close()
	failed := 0
	for _, site := range sites {
		samples := map[string][]string{}
		out := newJSONLines(a.stdout)
		report, err := cr.Reread(ctx, site, crawler.RereadOptions{Apply: !dry, Observe: func(d crawler.Difference) {
			if asJSON {
				out.write(d)
				return
			}
			addSamples(samples, d)
		}})
		if errors.Is(err, archive.ErrBusy) {
			return fmt.Errorf("reread %s: %w: wait until it is over", site.Name, err)
		}
		if asJSON {
			err = errors.Join(err, out.write(report))
		} else {
			a.printReread(report, samples)
		}
		if err != nil {
			return fmt.Errorf("reread: %w", err)
		}
		failed += report.Failed
	}
	if failed > 0 {
		return exit{exitPartly, fmt.Errorf("reread: %s cannot be read today: no other reading is kept", plural(failed, "version"))}
	}
	return nil
}

// heldSites are the sites named of which the archive holds something, as they
// are configured; those that are not are known by their name alone, and left out
// where a configuration has others and nobody names them.
func heldSites(ctx context.Context, a *app, store archive.Store, c configs.Config, names []string) ([]crawler.Site, error) {
	summaries, err := store.Summaries(ctx, a.now())
	if err != nil {
		return nil, err
	}
	var held []string
	for _, s := range summaries {
		held = append(held, s.Site)
	}
	for _, name := range names {
		if !slices.Contains(held, name) {
			return nil, usage("--site: %q: the archive holds nothing of it; it has: %s", name, listOr(held, "nothing"))
		}
	}
	if len(names) == 0 {
		for _, name := range held {
			// By no rules a site would read otherwise than its owner wants it to.
			if len(c.Sites) > 0 && !slices.ContainsFunc(c.Sites, func(s scheduler.Site) bool { return s.Name == name }) {
				a.hint("%s is not in the configuration: --site %s reads it again by general rules", name, name)
				continue
			}
			names = append(names, name)
		}
	}
	var sites []crawler.Site
	for _, name := range names {
		site := crawler.Site{Name: name}
		for _, s := range c.Sites {
			if s.Name == name {
				site = s.Site
			}
		}
		sites = append(sites, site)
	}
	return sites, nil
}

func addSamples(samples map[string][]string, d crawler.Difference) {
	add := func(field, text string) {
		if len(samples[field]) < rereadSamples {
			samples[field] = append(samples[field], fmt.Sprintf("%s@%d%s", d.URL, d.Version, text))
		}
	}
	if d.Failure != "" {
		add("", ": "+d.Failure)
	}
	for _, f := range d.Fields {
		before, now := differing(f.Before, f.Now)
		add(f.Field, fmt.Sprintf("\n      - %s\n      + %s", before, now))
	}
}

// differing are two texts from shortly before where they begin to differ, cut
// to a line each.
func differing(before, now string) (string, string) {
	x, y := []rune(before), []rune(now)
	i := 0
	for i < len(x) && i < len(y) && x[i] == y[i] {
		i++
	}
	from := max(0, i-10)
	if len(x) <= 60 && len(y) <= 60 {
		from = 0
	}
	cut := func(r []rune) string {
		s := string(r[min(from, len(r)):min(len(r), from+60)])
		if from > 0 {
			s = "…" + s
		}
		if len(r) > from+60 {
			s += "…"
		}
		if s == "" {
			return "(none)"
		}
		return strings.Join(strings.Fields(s), " ")
	}
	return cut(x), cut(y)
}

func (a *app) printReread(r crawler.RereadReport, samples map[string][]string) {
	verb := "read otherwise by now"
	if !r.Applied {
		verb = "would read otherwise"
	}
	fmt.Fprintf(a.stdout, "%s: %s read, %d %s, %d cannot be read\n", safe(r.Site), plural(r.Versions, "version"), r.Differ, verb, r.Failed)
	fields := make([]string, 0, len(r.Fields))
	for f := range r.Fields {
		fields = append(fields, f)
	}
	slices.SortFunc(fields, func(x, y string) int {
		if r.Fields[x] != r.Fields[y] {
			return r.Fields[y] - r.Fields[x]
		}
		return strings.Compare(x, y)
	})
	for _, f := range fields {
		fmt.Fprintf(a.stdout, "  %s: %d\n", f, r.Fields[f])
		for _, s := range samples[f] {
			fmt.Fprintf(a.stdout, "    %s\n", safeLines(s))
		}
	}
	for _, s := range samples[""] {
		fmt.Fprintf(a.stdout, "  cannot be read: %s\n", safe(s))
	}
	if r.Failed > len(samples[""]) {
		fmt.Fprintf(a.stdout, "  and %d more\n", r.Failed-len(samples[""]))
	}
}
