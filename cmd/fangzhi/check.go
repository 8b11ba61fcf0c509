package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"fangzhi/archive"
	"fangzhi/crawler"
)

const checkHelp = `Check the configuration: every mistake in one go, each with file, line, the path
of the option and what would be right. Where stored versions of a site were read
by other rules than it has now it says how to read them again. With --try also
look at each column as a crawl would, and record nothing: the rows that its list
yields, how many there are in all, whether a next page was found, by what
software's ways the list is read; and what an article says, beside what of it
could not be read.

Exit codes: 0 no mistake, 3 a column or article could not be read (--try),
4 the configuration is unusable.`

func checkCommand(a *app) *cobra.Command {
	var try, asJSON bool
	var f crawlFlags
	cmd := &cobra.Command{
		Use:     "check [FILE] [SITE…]",
		Short:   "Check the configuration",
		Long:    checkHelp,
		Example: "  fangzhi check\n  fangzhi check --try zjg-edz",
		RunE: func(cmd *cobra.Command, args []string) error {
			if asJSON && !try {
				return usage("check: --json goes with --try")
			}
			if len(args) > 0 && strings.Contains(args[0], "://") {
				return usage("check: %s: is no configuration; fangzhi init %s looks at the portal and writes one", args[0], args[0])
			}
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
			c = f.config(c)
			a.warn(c)
			if len(c.Sites) == 0 && len(args) == 0 {
				_, err := fmt.Fprintln(a.stdout, "no site: no mistake found")
				return err
			}
			if err := f.check(); err != nil {
				return err
			}
			sites, err := a.sites("check", c, args)
			if err != nil {
				return err
			}
			columns := 0
			for i := range sites {
				columns += len(sites[i].Columns)
				f.apply(&sites[i])
			}
			if err := a.hintReadBy(cmd.Context(), sites); err != nil {
				return err
			}
			if !try {
				_, err := fmt.Fprintf(a.stdout, "%s, %s: no mistake found\n", plural(len(sites), "site"), plural(columns, "column"))
				return err
			}
			cr, err := a.newCrawler(nil, c, nil)
			if err != nil {
				return err
			}
			failed := 0
			for _, s := range sites {
				for _, column := range s.Columns {
					t, err := cr.Try(cmd.Context(), s, column)
					if err != nil {
						return err
					}
					fault := trialFault(t)
					if fault != "" {
						failed++
					}
					if asJSON {
						if err := newJSONLines(a.stdout).write(t); err != nil {
							return err
						}
						continue
					}
					if err := a.printTrial(t); err != nil {
						return err
					}
					if fault != "" {
						fmt.Fprintf(a.stdout, "  failed: %s\n", safe(fault))
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
	cmd.Flags().BoolVar(&asJSON, "json", false, "with --try: JSON, a line for each column")
	f.pace(cmd)
	return cmd
}

// hintReadBy tells of sites whose stored versions were read by other rules than the
// configuration has now, where there is an archive.
func (a *app) hintReadBy(ctx context.Context, sites []crawler.Site) error {
	if spec, err := a.archiveSpec(); err != nil || strings.HasPrefix(spec, "mongodb") {
		return err // a server may be elsewhere, or down: status tells
	}
	store, err := a.open(ctx, read)
	if errors.Is(err, errNoArchive) || errors.Is(err, archive.ErrNotFound) {
		return nil
	}
	if err != nil {
		a.hint("the archive could not be looked at: %v", err)
		return nil
	}
	defer store.Close()
	for _, s := range sites {
		told, err := crawler.ReadByOthers(ctx, store, s)
		if err != nil {
			return err
		}
		if told == "" {
			continue
		}
		if has, err := collect(store.Snapshots(ctx, archive.Filter{Site: s.Name, Limit: 1})); err != nil {
			return err
		} else if len(has) > 0 {
			a.hint("%s: %s", s.Name, told)
		}
	}
	return nil
}

func isConfig(arg string) bool {
	ext := strings.ToLower(filepath.Ext(arg))
	return ext == ".yaml" || ext == ".yml" || strings.ContainsRune(arg, filepath.Separator)
}

// tryRows is how many rows of a list are shown.
const tryRows = 5

// printTrial shows the rows of a column's list, and what an article says beside
// what it does not.
func (a *app) printTrial(t crawler.Trial) error {
	out := a.stdout
	fmt.Fprintf(out, "%s, %s: %s\n", safe(t.Site), safe(t.Column), safe(t.URL))
	if t.Doubt != "" {
		fmt.Fprintf(out, "  doubt: %s\n", safe(t.Doubt))
	}
	rows := table{limit: map[int]int{2: 60}}
	dated := 0
	for i, row := range t.Rows {
		if row.Day != "" {
			dated++
		}
		if i < tryRows {
			rows.add("  row", dash(row.Day), row.Title, row.URL)
		}
	}
	if err := rows.print(out); err != nil {
		return err
	}
	list := fmt.Sprintf("%d rows, %d dated", len(t.Rows), dated)
	if t.Left > 0 {
		list += fmt.Sprintf(", %d more out of the scope", t.Left)
	}
	if t.Total > 0 {
		list += fmt.Sprintf(", %d in all", t.Total)
	}
	if t.Family != "" {
		list += ", read as " + t.Family
		if t.Evidence != "" {
			list += " (" + t.Evidence + ")"
		}
	}
	fmt.Fprintf(out, "  list: %s\n", safe(list))
	if t.FedBy != "" {
		fmt.Fprintf(out, "  filled by: %s\n", safe(t.FedBy))
	}
	next := t.Next
	if next == "" {
		next = "none found"
	}
	fmt.Fprintf(out, "  next page: %s\n", safe(next))
	if t.Sample != nil {
		return printSample(out, t.Sample)
	}
	return nil
}

// printSample shows the fields of an article, those that are missing among them.
func printSample(w io.Writer, s *crawler.Sample) error {
	fmt.Fprintf(w, "  article: %s\n", safe(s.URL))
	if s.Failure != "" {
		return nil // told by the caller
	}
	a := s.Article
	var t table
	for _, f := range []struct{ name, value string }{
		{"title", a.Title}, {"published", strings.TrimPrefix(published(a), "-")}, {"source", a.Source}, {"author", a.Author},
		{"document_number", a.DocumentNumber}, {"body", bodyWord(a.Body)}, {"attachments", countWord(len(a.Attachments))}, {"pictures", countWord(len(a.Pictures))},
	} {
		value := f.value
		for i, missing := range s.Missing {
			if missing == f.name && value == "" {
				value = "MISSING, tried " + s.Tried[i]
			}
		}
		if value != "" {
			t.add("   ", f.name, value)
		}
	}
	for i, missing := range s.Missing {
		if !slices.ContainsFunc(t.rows, func(row []string) bool { return row[1] == missing }) {
			t.add("   ", missing, "MISSING, tried "+s.Tried[i])
		}
	}
	t.limit = map[int]int{2: 100}
	return t.print(w)
}

func bodyWord(body string) string {
	if body == "" {
		return ""
	}
	first, _, _ := strings.Cut(body, "\n")
	return fmt.Sprintf("%d characters: %s", utf8.RuneCountInString(body), first)
}

func countWord(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}

// trialFault is why a trial does not count as one that went well.
func trialFault(t crawler.Trial) string {
	switch {
	case t.Failure != "":
		return t.Failure
	case t.Sample != nil && t.Sample.Failure != "":
		return t.Sample.URL + ": " + t.Sample.Failure
	case t.Sample != nil && t.Sample.Article.Body == "" && len(t.Sample.Article.Pictures)+len(t.Sample.Article.Attachments) == 0:
		return t.Sample.URL + ": no body, no picture, no attachment"
	}
	return ""
}
