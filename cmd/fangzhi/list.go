package main

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/spf13/cobra"

	"fangzhi/archive"
	"fangzhi/archive/export"
)

const listHelp = `List the pages of the archive: articles with their state, how many versions
there are, the date and the title of the latest. With --kind list or --kind all
the portal's list pages too. Time flags compare when a page was first seen.`

func listCommand(a *app) *cobra.Command {
	var sel selection
	var kind, state string
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List pages",
		Long:    listHelp,
		Example: "  fangzhi list --site zjg-edz --since 7d\n  fangzhi list --state gone --json",
		Args:    needs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			f, err := sel.filter(a.now())
			if err != nil {
				return err
			}
			if f.State, err = oneOf("--state", state, archive.States); err != nil {
				return err
			}
			if kind != "all" {
				if f.Kind, err = oneOf("--kind", kind, append(slices.Clone(archive.Kinds), "all")); err != nil {
					return err
				}
			}
			store, err := a.open(cmd.Context(), read)
			if err != nil {
				return err
			}
			defer store.Close()
			if err := a.knownOf(cmd.Context(), store, f); err != nil {
				return err
			}
			return a.list(cmd.Context(), store, f, sel.json)
		},
	}
	sel.listing(cmd)
	cmd.Flags().StringVar(&kind, "kind", "article", "article, attachment, list, part, unread or all")
	cmd.Flags().StringVar(&state, "state", "", "only pages in this `STATE`: live, gone, withdrawn, restored, unreachable, refused, challenged, unreadable, moved, discovered")
	return cmd
}

// listed is a page and, where there is one, its latest version.
type listed struct {
	archive.Page
	Published string `json:"published,omitempty"`
	Source    string `json:"source,omitempty"`
}

func (a *app) list(ctx context.Context, store archive.Store, f archive.Filter, asJSON bool) error {
	latest, stop := iter.Pull2(store.Snapshots(ctx, archive.Filter{Site: f.Site, Latest: true}))
	defer stop()
	snapshot, err, more := latest()
	out := newJSONLines(a.stdout)
	t := table{limit: map[int]int{0: 24, 4: 60}, to: a.stdout}
	t.add("SITE", "STATE", "VERSIONS", "PUBLISHED", "TITLE", "URL")
	for page, perr := range store.Pages(ctx, f) {
		if perr != nil {
			return perr
		}
		for more && err == nil && (snapshot.Site < page.Site || snapshot.Site == page.Site && snapshot.URL < page.URL) {
			snapshot, err, more = latest()
		}
		if err != nil {
			return err
		}
		line, day := listed{Page: page}, "-"
		if more && snapshot.Site == page.Site && snapshot.URL == page.URL {
			art := snapshot.Article
			line.Published = export.Published{At: art.Published, DayOnly: art.DayOnly}.String()
			line.Source, day = art.Source, published(art)
		}
		if asJSON {
			if err := out.write(line); err != nil {
				return err
			}
			continue
		}
		title := page.Title
		if title == "" {
			title = page.Anchor
		}
		t.add(page.Site, string(page.State), fmt.Sprint(page.Versions), day, title, page.URL)
	}
	if asJSON {
		return nil
	}
	if t.empty() {
		a.hint("no page matches")
		return nil
	}
	return t.print(a.stdout)
}
