package main

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"fangzhi/archive"
	"fangzhi/archive/diff"
)

const diffHelp = `Show what changed in an article between two versions, field by field and line
by line: words taken out as [-…-], words put in as {+…+}, behind the first line
the classes of the change: title, date, source, number, figures, names, wording,
attachments, pictures. Without versions the latest against the one before it; of a page
that moved, the first at its new URL against the last at the old one.
The JSON gives each part with where it begins in the old and the new text, in
characters.`

func diffCommand(a *app) *cobra.Command {
	var site string
	var asJSON bool
	var around int
	cmd := &cobra.Command{
		Use:     "diff URL [A B]",
		Short:   "Show what changed between two versions",
		Long:    diffHelp,
		Example: "  fangzhi diff https://www.example.gov.cn/art/1.html\n  fangzhi diff https://www.example.gov.cn/art/1.html 1 3",
		Args:    needs(cobra.RangeArgs(1, 3)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 2 {
				return usage("diff: give two versions or none, as in: fangzhi diff %s 1 2", args[0])
			}
			ctx := cmd.Context()
			store, err := a.open(ctx, read)
			if err != nil {
				return err
			}
			defer store.Close()
			page, err := onePage(ctx, store, site, args[0])
			if err != nil {
				return err
			}
			var versions [2]int
			for i := range args[1:] {
				if versions[i], err = versionArg(args[i+1]); err != nil {
					return err
				}
			}
			history, err := archive.History(ctx, store, page)
			if err != nil {
				return err
			}
			if len(args) == 1 || page.Versions == 0 {
				a.tellStanding(page, history[0])
				page = history[0]
			}
			before, from, to := page, versions[0], versions[1]
			if len(args) == 1 {
				from, to = page.Versions-1, page.Versions
			}
			if from == 0 {
				moved, ok := movedFrom(history)
				if !ok {
					a.hint("%s has one version only: nothing to compare", page.URL)
					return nil
				}
				before, from = moved, moved.Versions
			}
			old, err := snapshotOf(ctx, store, before, from)
			if err != nil {
				return err
			}
			new, err := snapshotOf(ctx, store, page, to)
			if err != nil {
				return err
			}
			told := damagedVersions{app: a}
			told.tell(old)
			told.tell(new)
			return cmp.Or(a.printDiff(old, new, around, asJSON), told.err())
		},
	}
	cmd.Flags().StringVar(&site, "site", "", "the `SITE`, where several have the page")
	cmd.Flags().IntVar(&around, "context", 40, "show `N` characters of what was kept around a change; 0: all")
	cmd.Flags().BoolVar(&asJSON, "json", false, "JSON")
	return cmd
}

func versionArg(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		return 0, usage("version %q: must be a number from 1 on", s)
	}
	return n, nil
}

func (a *app) printDiff(old, new archive.Snapshot, around int, asJSON bool) error {
	changes := diff.Articles(old.Article, new.Article)
	classes := diff.Classes(changes)
	if asJSON {
		return newJSONLines(a.stdout).write(struct {
			URL     string        `json:"url"`
			FromURL string        `json:"from_url,omitempty"` // of From, where that is another
			From    int           `json:"from"`
			To      int           `json:"to"`
			Classes []diff.Class  `json:"classes"`
			Changes []diff.Change `json:"changes"`
		}{new.URL, otherThan(new.URL, old.URL), old.Version, new.Version, classes, changes})
	}
	paint := newPainter(a.stdout)
	url := safe(new.URL)
	if old.URL != new.URL {
		url = safe(old.URL) + " to " + url
	}
	head := fmt.Sprintf("%s, version %d (%s) to %d (%s)", url, old.Version, moment(old.TakenAt), new.Version, moment(new.TakenAt))
	if len(classes) > 0 {
		head += ": " + diff.Line(classes)
	}
	fmt.Fprintln(a.stdout, paint.paint(styleDim, head))
	for _, c := range changes {
		indent := "\n" + strings.Repeat(" ", len(c.Field)+2)
		fmt.Fprintf(a.stdout, "%s: %s\n", paint.paint(styleBold, c.Field), strings.Join(paint.hunks(c.Parts, around), indent))
	}
	if len(changes) == 0 {
		a.hint("the two versions say the same")
	}
	return nil
}
