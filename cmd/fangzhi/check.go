package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"fangzhi/archive"
	"fangzhi/crawler"
	"fangzhi/extract"
)

const checkHelp = `Check the configuration: every mistake in one go, each with file, line, the path
of the option and what would be right. With --try also fetch, for each column,
the list and its first article, and show what would be stored; nothing is.

Exit codes: 0 no mistake, 3 a column or article could not be read (--try),
4 the configuration is unusable.`

func checkCommand(a *app) *cobra.Command {
	var try bool
	var f crawlFlags
	cmd := &cobra.Command{
		Use:     "check [FILE] [SITE…]",
		Short:   "Check the configuration",
		Long:    checkHelp,
		Example: "  fangzhi check\n  fangzhi check --try zjg-edz",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 && isConfig(args[0]) {
				a.config, args = args[0], args[1:]
			}
			c, ok, err := a.loadConfig()
			if err != nil {
				return err
			}
			if !ok {
				return exit{exitConfig, errors.New("check: there is no fangzhi.yaml here; name one, as in: fangzhi check sites.yaml")}
			}
			a.warn(c)
			sites, err := a.sites(c, args)
			if err != nil {
				return err
			}
			columns := 0
			for i := range sites {
				columns += len(sites[i].Columns)
				f.apply(&sites[i])
			}
			if !try {
				_, err := fmt.Fprintf(a.stdout, "%d sites, %d columns: no mistake found\n", len(sites), columns)
				return err
			}
			cr, err := a.newCrawler(nil, c, nil)
			if err != nil {
				return err
			}
			failed := 0
			for _, s := range sites {
				for _, column := range s.Columns {
					if err := a.tryColumn(cmd.Context(), cr, s, column); err != nil {
						failed++
						fmt.Fprintf(a.stdout, "  failed: %s\n", safe(err.Error()))
					}
				}
			}
			if failed > 0 {
				return exit{exitPartly, fmt.Errorf("check: %d of %d columns could not be read", failed, columns)}
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&try, "try", false, "read a list and an article of each column")
	f.flags(cmd)
	return cmd
}

func isConfig(arg string) bool {
	ext := strings.ToLower(filepath.Ext(arg))
	return ext == ".yaml" || ext == ".yml" || strings.ContainsRune(arg, filepath.Separator)
}

// tryRows is how many rows of a list are shown.
const tryRows = 5

// tryColumn shows the rows of a column's list and what its first article says.
func (a *app) tryColumn(ctx context.Context, cr *crawler.Crawler, s crawler.Site, column crawler.Column) error {
	fmt.Fprintf(a.stdout, "%s, %s: %s\n", safe(s.Name), safe(column.Name), safe(column.URL))
	capture, page, err := cr.Look(ctx, s, column.URL)
	if err != nil {
		return err
	}
	reading, err := answered(capture, page)
	if err != nil {
		return err
	}
	if reading.Kind != archive.KindList {
		return fmt.Errorf("%s does not read as a list but as %s: %s", column.URL, reading.Kind, reading.Signature)
	}
	var rows []extract.Link
	for _, link := range page.Links() {
		if link.Row {
			rows = append(rows, link)
		}
	}
	t := table{limit: map[int]int{2: 60}}
	for _, row := range rows[:min(tryRows, len(rows))] {
		t.add("  row", row.Day, row.Text, row.URL)
	}
	if err := t.print(a.stdout); err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "  %d rows\n", len(rows))
	if len(rows) == 0 {
		return errors.New("the list has no row that leads to an article: it may be filled by script")
	}
	capture, page, err = cr.Look(ctx, s, rows[0].URL)
	if err != nil {
		return err
	}
	if reading, err = answered(capture, page); err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "  %s\n", safe(rows[0].URL))
	return printReading(a.stdout, reading)
}

// answered is what was read from a page, or why there is nothing to read.
func answered(c archive.Capture, p *extract.Page) (archive.Reading, error) {
	switch {
	case c.Status == 0:
		return archive.Reading{}, fmt.Errorf("%s: %s", c.URL, c.Failure)
	case c.Location() != "":
		return archive.Reading{}, fmt.Errorf("%s: redirects to %s: write that URL", c.URL, c.Location())
	case p == nil:
		return archive.Reading{}, fmt.Errorf("%s: status %d", c.URL, c.Status)
	}
	r := p.Reading()
	if r.Trouble != archive.TroubleNone {
		return r, fmt.Errorf("%s: %s: %s", c.URL, strings.ReplaceAll(string(r.Trouble), "_", " "), r.Signature)
	}
	if c.Status >= 400 {
		return r, fmt.Errorf("%s: status %d", c.URL, c.Status)
	}
	return r, nil
}
