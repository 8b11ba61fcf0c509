package main

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"fangzhi/archive"
	"fangzhi/archive/export"
)

const listHelp = `List the pages of the archive: articles with their state, how many versions
there are, the date and the title of the latest. With --kind list or --kind all
the portal's list pages too. With a --state in which pages may never have been
read (discovered, unreachable, refused, challenged, unreadable, moved, alias) it
lists pages of every kind, unless --kind says which. Pages that are gone or withdrawn (--state) come with
since when, and by what evidence. Time flags compare when a page was first seen.`

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
			if !cmd.Flags().Changed("kind") && (f.State.Untold() || f.State == archive.StateDiscovered || f.State == archive.StateMoved || f.State == archive.StateAlias) {
				kind = "all"
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
	cmd.Flags().StringVar(&kind, "kind", "article", "article, attachment, list, part, requisite, unread or all")
	cmd.Flags().StringVar(&state, "state", "", "only pages in this `STATE`: live, gone, withdrawn, restored, unreachable, refused, challenged, unreadable, moved, alias, discovered")
	return cmd
}

// listed is a page and, where there is one, its latest version.
type listed struct {
	archive.Page
	Published string `json:"published,omitempty"`
	Source    string `json:"source,omitempty"`
	// Of a page that is gone or withdrawn, the last visit that told something of it.
	Evidence *evidence `json:"evidence,omitempty"`
}

// evidence is what the last visit that found a page gone saw around it.
type evidence struct {
	At      time.Time        `json:"at"`
	Reason  string           `json:"reason"`
	Absence *archive.Absence `json:"absence"`
}

// evidenceFor returns what tells that p is gone, nil where nothing does.
func evidenceFor(ctx context.Context, store archive.Store, p archive.Page) (*evidence, error) {
	for v, err := range store.Visits(ctx, archive.Filter{Site: p.Site, URL: p.URL, Since: p.GoneSince, Newest: true}) {
		if err != nil {
			return nil, err
		}
		if v.Absence != nil {
			return &evidence{v.At, v.Reason, v.Absence}, nil
		}
	}
	return nil, nil
}

// listGone lists pages that are gone or withdrawn: since when, and by what
// evidence. They are few among many, so each is looked up.
func (a *app) listGone(ctx context.Context, store archive.Store, f archive.Filter, asJSON bool) error {
	out := newJSONLines(a.stdout)
	t := table{limit: map[int]int{3: 60}, to: a.stdout}
	t.add("SITE", "STATE", "SINCE", "TITLE", "URL", "EVIDENCE")
	told := damagedVersions{app: a}
	for page, err := range store.Pages(ctx, f) {
		if err != nil {
			return err
		}
		line := listed{Page: page}
		latest, err := collect(store.Snapshots(ctx, archive.Filter{Site: page.Site, URL: page.URL, Latest: true}))
		if err != nil {
			return err
		}
		if len(latest) == 1 {
			told.tell(latest[0])
			art := latest[0].Article
			line.Published, line.Source = export.Published{At: art.Published, DayOnly: art.DayOnly}.String(), art.Source
		}
		if line.Evidence, err = evidenceFor(ctx, store, page); err != nil {
			return err
		}
		if asJSON {
			if err := out.write(line); err != nil {
				return err
			}
			continue
		}
		evidence, title := "-", page.Title
		if line.Evidence != nil {
			evidence = line.Evidence.Reason
		}
		if title == "" {
			title = page.Anchor
		}
		t.add(page.Site, string(page.State), moment(page.GoneSince), title, page.URL, evidence)
	}
	if asJSON {
		return told.err()
	}
	if t.empty() {
		a.hint("no page matches")
		return nil
	}
	return cmp.Or(t.print(a.stdout), told.err())
}

func (a *app) list(ctx context.Context, store archive.Store, f archive.Filter, asJSON bool) error {
	if f.State.Gone() {
		return a.listGone(ctx, store, f, asJSON)
	}
	latest, stop := iter.Pull2(store.Snapshots(ctx, archive.Filter{Site: f.Site, Latest: true}))
	defer stop()
	snapshot, err, more := latest()
	out := newJSONLines(a.stdout)
	t := table{limit: map[int]int{4: 60}, to: a.stdout}
	t.add("SITE", "STATE", "VERSIONS", "PUBLISHED", "TITLE", "URL")
	told := damagedVersions{app: a}
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
			told.tell(snapshot)
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
		return told.err()
	}
	if t.empty() {
		a.hint("no page matches")
		return nil
	}
	return cmp.Or(t.print(a.stdout), told.err())
}
