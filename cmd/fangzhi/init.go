package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"fangzhi/configs"
	"fangzhi/crawler"
)

const initHelp = `Look at a portal and write a configuration for it. Of its home page and a few
pages under it, 30 requests at most, robots.txt included, it is found out what
software the portal runs on, what columns it has, how many pages they have, and
what can be read of a list and an article of each.

The file is written to fangzhi.yaml, or to the file that -o names (- is standard
output); it passes "fangzhi check" and can be crawled as it is. A file that is
there is not overwritten without --force. With --json the findings are printed,
and no file is written unless -o names one.

Exit codes: 0 well, 1 the portal could not be read or no column was found, 2
wrong usage, 130 interrupted.`

func initCommand(a *app) *cobra.Command {
	var out, contact string
	var force, asJSON bool
	var f crawlFlags
	cmd := &cobra.Command{
		Use:     "init URL",
		Short:   "Look at a portal and write its configuration",
		Long:    initHelp,
		Example: "  fangzhi init https://www.example.gov.cn/ --contact you@example.org\n  fangzhi init https://www.example.gov.cn/ -o - | less",
		Args:    needs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.check(); err != nil {
				return err
			}
			if contact != "" {
				if err := configs.CheckContact(contact); err != nil {
					return usage("--contact: %q: %w", contact, err)
				}
			}
			if out == "" && !asJSON {
				out = defaultConfig
			}
			if out != "" && out != "-" && !force {
				if _, err := os.Stat(out); err == nil {
					return fmt.Errorf("init: %s: is there already; --force overwrites it, -o names another file", out)
				} else if !errors.Is(err, fs.ErrNotExist) {
					return fmt.Errorf("init: %w", err)
				}
			}
			site, err := crawler.AdHoc(withScheme(args[0]))
			if err != nil {
				return usage("init: %w", err)
			}
			f.apply(&site)
			cr, err := a.surveyor(contact)
			if err != nil {
				return err
			}
			defer cr.Close()
			s, err := cr.Survey(cmd.Context(), site, withScheme(args[0]))
			if err != nil {
				return fmt.Errorf("init: %w", err)
			}
			if asJSON {
				if err := newJSONLines(a.stdout).write(s); err != nil {
					return err
				}
			} else {
				a.printSurvey(a.summaryTo(out), s)
			}
			if len(s.Columns) == 0 {
				return fmt.Errorf("init: no column was found on %s: %s", s.URL, whyNone(s))
			}
			if out == "" {
				return nil
			}
			text, err := configs.Draft{
				Survey: s, Contact: contact, AllowPrivate: site.AllowPrivate, Command: "fangzhi init " + args[0], At: a.now(),
			}.Write()
			if err != nil {
				return err
			}
			if _, err := configs.Parse("what init wrote", text); err != nil {
				return fmt.Errorf("init: %w", err)
			}
			if out == "-" {
				_, err := a.stdout.Write(text)
				return err
			}
			if err := os.WriteFile(out, text, 0o644); err != nil {
				return fmt.Errorf("init: %w", err)
			}
			a.hint("%s is written; look it over, then: fangzhi check --try --config %s", out, out)
			return nil
		},
	}
	cmd.Flags().StringVarP(&out, "output", "o", "", "write to `FILE`, - is standard output (default fangzhi.yaml)")
	cmd.Flags().StringVar(&contact, "contact", "", "a mail `ADDRESS` or URL by which a webmaster can reach you")
	cmd.Flags().BoolVar(&force, "force", false, "overwrite the file")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the findings as JSON")
	cmd.Flags().DurationVar(&f.delay, "delay", 0, "wait `DUR` between requests; 0 is legal (default 1s)")
	cmd.Flags().BoolVar(&f.allowPrivate, "allow-private", false, "allow loopback and private addresses")
	f.changed = cmd.Flags().Changed
	return cmd
}

// withScheme takes an address without one for a web address.
func withScheme(url string) string {
	if strings.Contains(url, "://") {
		return url
	}
	return "http://" + url
}

// surveyor is a crawler that asks for nothing twice.
func (a *app) surveyor(contact string) (*crawler.Crawler, error) {
	return crawler.New(nil, crawler.Options{Contact: contact, Limits: crawler.Limits{Repeats: -1}, Log: a.log(), Now: a.now})
}

// summaryTo is where the findings are told: beside the file, unless that goes
// to standard output itself.
func (a *app) summaryTo(out string) io.Writer {
	if out == "-" {
		return a.stderr
	}
	return a.stdout
}

func (a *app) printSurvey(w io.Writer, s crawler.Survey) {
	if a.quiet {
		return
	}
	head := safe(s.Title) + ", " + safe(s.URL)
	if s.Code != "" {
		head += ", site code " + s.Code
	}
	if s.Province != "" {
		head += fmt.Sprintf(" (%s %s)", s.Division, s.Province)
	}
	fmt.Fprintln(w, head)
	if s.Given != "" {
		fmt.Fprintf(w, "note: %s is an article; the home page of its host is looked at in its place\n", safe(s.Given))
	}
	if s.Family != "" {
		fmt.Fprintf(w, "software: %s, told by %s\n", s.Family, safe(s.Evidence))
	} else {
		fmt.Fprintln(w, "software: none that is known by name; lists are read by their structure")
	}
	t := table{limit: map[int]int{0: 24, 5: 60}}
	t.add("COLUMN", "PAGES", "ARTICLES", "NEWEST", "ARTICLE", "URL")
	for _, c := range s.Columns {
		total := "-"
		if c.Total > 0 {
			total = fmt.Sprint(c.Total)
		}
		t.add(c.Name, fmt.Sprint(c.Pages), total, dash(c.Newest), sampleWord(c.Sample), c.URL)
	}
	if len(s.Columns) > 0 {
		_ = t.print(w) // to a terminal
	}
	for _, p := range s.Untried {
		fmt.Fprintf(w, "not looked at: %s %s\n", safe(p.Name), safe(p.URL))
	}
	for _, list := range []struct {
		what string
		urls []string
	}{{"feed", s.Feeds}, {"sitemap", s.Sitemaps}} {
		for _, u := range list.urls {
			fmt.Fprintf(w, "%s: %s\n", list.what, safe(u))
		}
	}
	for _, n := range s.Notes {
		fmt.Fprintf(w, "note: %s\n", safe(n))
	}
	fmt.Fprintf(w, "%s, %s looked at, %s\n", plural(len(s.Columns), "column"), plural(len(s.Passed), "other link"), plural(s.Requests, "request"))
	if a.verbose {
		for _, p := range s.Passed {
			fmt.Fprintf(w, "passed: %s %s: %s\n", safe(p.Name), safe(p.URL), safe(p.Why))
		}
	}
}

func sampleWord(s *crawler.Sample) string {
	switch {
	case s == nil:
		return "-"
	case s.Failure != "":
		return "failed"
	case len(s.Missing) > 0:
		return "no " + strings.Join(s.Missing, ", ")
	}
	return "whole"
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// whyNone says why a survey found no column.
func whyNone(s crawler.Survey) string {
	switch {
	case len(s.Notes) > 0:
		return s.Notes[0]
	case len(s.Passed) > 0:
		return fmt.Sprintf("%d links were looked at, none leads to a list of articles (%s: %s)", len(s.Passed), s.Passed[0].URL, s.Passed[0].Why)
	}
	return "it has no links that may lead to lists; a page made by scripts is read by a browser only"
}
