package main

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"fangzhi/archive"
)

// A misspelt name matches nothing, which looks like an archive that has nothing:
// what a filter names has to be there.

// oneOf is the value of a flag as one of the words there are; "" narrows
// nothing.
func oneOf[T ~string](flag, value string, words []T) (T, error) {
	if value == "" || slices.Contains(words, T(value)) {
		return T(value), nil
	}
	names := make([]string, len(words))
	for i, w := range words {
		names[i] = string(w)
	}
	return "", usage("%s: %q: must be one of %s", flag, value, strings.Join(names, ", "))
}

// known makes sure that the sites and columns which filters name are in the
// archive or in the configuration: what that has may not have been crawled yet.
// Columns are those of the sites, where there are any.
func (a *app) known(ctx context.Context, store archive.Store, sites, columns []string) error {
	configured := map[string][]string{} // columns, by site
	if c, _, err := a.loadConfig(); err == nil {
		for _, s := range c.Sites {
			configured[s.Name] = nil
			for _, column := range s.Columns {
				configured[s.Name] = append(configured[s.Name], column.Name)
			}
		}
	}
	for _, site := range sites {
		if _, ok := configured[site]; ok {
			continue
		}
		is, err := holds(ctx, store, archive.Filter{Site: site})
		if err != nil {
			return err
		}
		if !is {
			summaries, err := store.Summaries(ctx, time.Time{})
			if err != nil {
				return err
			}
			names := slices.Collect(maps.Keys(configured))
			for _, s := range summaries {
				names = append(names, s.Site)
			}
			slices.Sort(names)
			return usage("there is no site %q; there are: %s", site, listOr(slices.Compact(names), "none yet"))
		}
	}
	var names []string
	for site, its := range configured {
		if len(sites) == 0 || slices.Contains(sites, site) {
			names = append(names, its...)
		}
	}
	in := sites
	if len(in) == 0 {
		in = []string{""}
	}
	for _, column := range columns {
		there := slices.Contains(names, column)
		for _, site := range in {
			is, err := there, error(nil)
			if !is {
				is, err = holds(ctx, store, archive.Filter{Site: site, Column: column})
			}
			if err != nil {
				return err
			}
			there = there || is
		}
		if !there {
			held, err := columnsOf(ctx, store, in)
			if err != nil {
				return err
			}
			names = append(names, held...)
			slices.Sort(names)
			return usage("--column: there is no column %q; there are: %s", column, listOr(slices.Compact(names), "none yet"))
		}
	}
	return nil
}

// columnsOf are those under which pages of sites are recorded, each once.
func columnsOf(ctx context.Context, store archive.Store, sites []string) ([]string, error) {
	all := map[string]bool{}
	for _, site := range sites {
		for p, err := range store.Pages(ctx, archive.Filter{Site: site, Brief: true}) {
			if err != nil {
				return nil, err
			}
			for _, column := range append(p.Also, p.Column) {
				if column != "" {
					all[column] = true
				}
			}
		}
	}
	return slices.Collect(maps.Keys(all)), nil
}

// knownOf is known for a selection and the run that it may name.
func (a *app) knownOf(ctx context.Context, store archive.Store, f archive.Filter) error {
	if f.Run != "" {
		runs, err := collect(store.Runs(ctx, archive.Filter{Run: f.Run, Limit: 1}))
		if err != nil {
			return err
		}
		if len(runs) == 0 {
			return usage("--run: there is no run %q; fangzhi runs lists them", f.Run)
		}
	}
	given := func(name string) []string {
		return slices.DeleteFunc([]string{name}, func(s string) bool { return s == "" })
	}
	return a.known(ctx, store, given(f.Site), given(f.Column))
}

// completeSites offers the sites of the configuration to a shell.
func (a *app) completeSites(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	c, _, err := a.loadConfig()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	names := make([]string, len(c.Sites))
	for i, s := range c.Sites {
		names[i] = s.Name
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// holds says whether the archive has a page, or a run, like this.
func holds(ctx context.Context, store archive.Store, f archive.Filter) (bool, error) {
	f.Limit = 1
	pages, err := collect(store.Pages(ctx, f))
	if err != nil || len(pages) > 0 || f.Column != "" {
		return len(pages) > 0, err
	}
	runs, err := collect(store.Runs(ctx, f))
	return len(runs) > 0, err
}
