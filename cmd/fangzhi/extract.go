package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"fangzhi/configs"
	"fangzhi/crawler"
	"fangzhi/extract"
)

const extractHelp = `Read one page and show what would be stored: each field, how it is known, and
what is missing; what else a field might have been stands behind "not". The page is a file, standard input (-), or a URL, which is
fetched politely and not recorded. --url says where a file came from: relative
links and the time zone follow from it. Where a site of the configuration holds
the URL in its scope, the page is read by that site's rules.

--batch reads JSON lines {"id","file","url"} from standard input and writes
{"id","title","date","source","text"}, one page at a time.`

// pageLimit is the largest file that extract takes, in bytes.
const pageLimit = 64 << 20

func extractCommand(a *app) *cobra.Command {
	var url, site string
	var batch, asJSON, full bool
	var f crawlFlags
	cmd := &cobra.Command{
		Use:     "extract [FILE|URL|-]",
		Short:   "Show what would be read from a page",
		Long:    extractHelp,
		Example: "  fangzhi extract page.html --url https://www.example.gov.cn/art/1.html\n  fangzhi extract https://www.example.gov.cn/art/1.html --json",
		Args:    needs(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case batch && len(args) > 0:
				return usage("extract: --batch reads from standard input: name no page with it")
			case batch:
				return a.extractBatch(cmd.Context())
			case len(args) == 0:
				return usage("extract: name a file, a URL, or - for standard input")
			}
			if err := f.check(); err != nil {
				return err
			}
			in, err := a.extractInput(cmd.Context(), args[0], url, site, f)
			if err != nil {
				return err
			}
			page, err := extract.Open(in)
			if err != nil {
				return fmt.Errorf("extract %s: %w", args[0], err)
			}
			reading := page.Reading()
			if asJSON {
				return newJSONLines(a.stdout).write(reading)
			}
			return printReading(a.stdout, reading, full)
		},
	}
	cmd.Flags().StringVar(&url, "url", "", "the `URL` where the page came from")
	cmd.Flags().BoolVar(&batch, "batch", false, "read JSON lines from standard input")
	cmd.Flags().BoolVar(&asJSON, "json", false, "JSON")
	cmd.Flags().BoolVar(&full, "full", false, "the body whole")
	cmd.Flags().StringVar(&site, "site", "", "read by the rules of this `SITE` of the configuration")
	f.reach(cmd)
	return cmd
}

// extractInput gets the page that arg names, to be read as a crawl would read
// it: by the rules of the site that it is of, where the configuration has one.
func (a *app) extractInput(ctx context.Context, arg, url, site string, f crawlFlags) (extract.Input, error) {
	if strings.HasPrefix(arg, "http://") || strings.HasPrefix(arg, "https://") {
		return a.fetchInput(ctx, arg, site, f)
	}
	r := io.Reader(breakable{ctx, a.stdin})
	if arg != "-" {
		file, err := os.Open(arg)
		if err != nil {
			return extract.Input{}, fmt.Errorf("extract: %w", err)
		}
		defer file.Close()
		r = file
	}
	payload, err := io.ReadAll(io.LimitReader(r, pageLimit+1))
	switch {
	case err != nil:
		return extract.Input{}, fmt.Errorf("extract: read %s: %w", arg, err)
	case len(payload) > pageLimit:
		return extract.Input{}, fmt.Errorf("extract: %s: larger than %d MiB", arg, pageLimit>>20)
	}
	in := extract.Input{URL: url, Payload: payload}
	if url == "" && site == "" {
		return in, nil
	}
	s, ok, _, err := a.siteOf(url, site)
	if ok {
		in.Zone, in.Rules = s.Zone, s.Rules
	}
	return in, err
}

// breakable is a reader whose Read ends with ctx: nobody may ever write to a
// terminal or a pipe.
type breakable struct {
	ctx context.Context
	r   io.Reader
}

func (b breakable) Read(p []byte) (int, error) {
	type answer struct {
		n   int
		err error
	}
	buffer, done := make([]byte, len(p)), make(chan answer, 1)
	go func() {
		n, err := b.r.Read(buffer)
		done <- answer{n, err}
	}()
	select {
	case a := <-done:
		return copy(p, buffer[:a.n]), a.err
	case <-b.ctx.Done():
		return 0, b.ctx.Err()
	}
}

// siteOf finds the site of the configuration that name names or, where name is
// "", whose scope holds url. Ok is false where there is none.
func (a *app) siteOf(url, name string) (site crawler.Site, ok bool, c configs.Config, err error) {
	if c, _, err = a.loadConfig(); err != nil {
		return site, false, c, err
	}
	var names, holding []string
	for _, s := range c.Sites {
		names = append(names, s.Name)
		why := ""
		if name == "" {
			if _, why, err = s.Admits(url); err != nil {
				return site, false, c, usage("extract: %w", err)
			}
		}
		if name == s.Name || name == "" && why == "" {
			holding = append(holding, s.Name)
			if len(holding) == 1 {
				site = s.Site
			}
		}
	}
	switch {
	case name != "" && len(holding) == 0:
		return site, false, c, usage("extract: there is no site %q; the configuration has: %s", name, listOr(names, "none"))
	case len(holding) == 1:
		a.hint("read as a page of the site %s", holding[0])
	case len(holding) > 1:
		a.hint("read as a page of the site %s; --site takes another: %s", holding[0], strings.Join(holding[1:], ", "))
	}
	return site, len(holding) > 0, c, nil
}

func (a *app) fetchInput(ctx context.Context, url, name string, f crawlFlags) (extract.Input, error) {
	site, ok, c, err := a.siteOf(url, name)
	if err != nil {
		return extract.Input{}, err
	}
	if !ok {
		if site, err = crawler.AdHoc(url); err != nil {
			return extract.Input{}, usage("extract: %w", err)
		}
		site.Proxy = c.Proxy
	}
	f.apply(&site)
	cr, err := a.newCrawler(nil, f.config(c), nil)
	if err != nil {
		return extract.Input{}, err
	}
	capture, _, err := cr.Look(ctx, site, url)
	switch {
	case err != nil:
		return extract.Input{}, fmt.Errorf("extract: %w", err)
	case capture.Status == 0:
		return extract.Input{}, fmt.Errorf("extract: %s: %s", url, capture.Failure)
	}
	return extract.Input{
		URL: capture.URL, Status: capture.Status, Header: capture.Header, Payload: capture.Payload, Zone: site.Zone, Rules: site.Rules,
	}, nil
}

// batchPage is a line that --batch reads, batchArticle one that it writes.
type (
	batchPage struct {
		ID   string `json:"id"`
		File string `json:"file"`
		URL  string `json:"url"`
	}
	batchArticle struct {
		ID     string `json:"id"`
		Title  string `json:"title"`
		Date   string `json:"date"`
		Source string `json:"source"`
		Text   string `json:"text"`
	}
)

func (a *app) extractBatch(ctx context.Context) error {
	in := json.NewDecoder(bufio.NewReaderSize(breakable{ctx, a.stdin}, 1<<16))
	out := bufio.NewWriter(a.stdout)
	lines := newJSONLines(out)
	for n := 1; ; n++ {
		var page batchPage
		err := in.Decode(&page)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			return usage("extract --batch: line %d: %w: must be JSON such as {\"id\":\"1\",\"file\":\"page.html\",\"url\":\"\"}", n, err)
		}
		article, err := batchRead(page)
		if err != nil {
			fmt.Fprintln(a.stderr, "fangzhi: "+safe(err.Error()))
		}
		if err := lines.write(article); err != nil {
			return err
		}
		if err := out.Flush(); err != nil {
			return err
		}
	}
}

// batchRead reads one page; a page that cannot be read is an empty answer, and
// an error that says why.
func batchRead(page batchPage) (batchArticle, error) {
	empty := batchArticle{ID: page.ID}
	payload, err := os.ReadFile(page.File)
	if err != nil {
		return empty, fmt.Errorf("extract --batch: %w", err)
	}
	p, err := extract.Open(extract.Input{URL: page.URL, Payload: payload})
	if err != nil {
		return empty, fmt.Errorf("extract --batch: %s: %w", page.File, err)
	}
	art := p.Reading().Article
	empty.Title, empty.Source, empty.Text = art.Title, art.Source, art.Body
	if !art.Published.IsZero() {
		empty.Date = art.Published.Format(time.DateOnly)
	}
	return empty, nil
}
