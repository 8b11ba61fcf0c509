package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"fangzhi/archive"
	"fangzhi/crawler"
	"fangzhi/extract"
)

const extractHelp = `Read one page and show what would be stored: each field, how it is known, and
what is missing. The page is a file, standard input (-), or a URL, which is
fetched politely and not recorded. --url says where a file came from: relative
links and the time zone follow from it.

--batch reads JSON lines {"id","file","url"} from standard input and writes
{"id","title","date","source","text"}, one page at a time.`

// pageLimit is the largest file that extract takes, in bytes.
const pageLimit = 64 << 20

func extractCommand(a *app) *cobra.Command {
	var url string
	var batch, asJSON bool
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
				return a.extractBatch()
			case len(args) == 0:
				return usage("extract: name a file, a URL, or - for standard input")
			}
			in, err := a.extractInput(cmd, args[0], url, f.allowPrivate)
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
			return printReading(a.stdout, reading)
		},
	}
	cmd.Flags().StringVar(&url, "url", "", "where the page came from")
	cmd.Flags().BoolVar(&batch, "batch", false, "read JSON lines from standard input")
	cmd.Flags().BoolVar(&asJSON, "json", false, "JSON")
	cmd.Flags().BoolVar(&f.allowPrivate, "allow-private", false, "allow loopback and private addresses")
	return cmd
}

// extractInput gets the page that arg names.
func (a *app) extractInput(cmd *cobra.Command, arg, url string, allowPrivate bool) (extract.Input, error) {
	if strings.HasPrefix(arg, "http://") || strings.HasPrefix(arg, "https://") {
		return a.fetchInput(cmd, arg, allowPrivate)
	}
	var r io.Reader = a.stdin
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
	return extract.Input{URL: url, Payload: payload}, nil
}

func (a *app) fetchInput(cmd *cobra.Command, url string, allowPrivate bool) (extract.Input, error) {
	c, _, err := a.loadConfig()
	if err != nil {
		return extract.Input{}, err
	}
	site, err := crawler.AdHoc(url)
	if err != nil {
		return extract.Input{}, usage("extract: %w", err)
	}
	site.AllowPrivate, site.Proxy = allowPrivate, c.Proxy
	cr, err := a.newCrawler(nil, c, nil)
	if err != nil {
		return extract.Input{}, err
	}
	capture, _, err := cr.Look(cmd.Context(), site, url)
	switch {
	case err != nil:
		return extract.Input{}, fmt.Errorf("extract: %w", err)
	case capture.Status == 0:
		return extract.Input{}, fmt.Errorf("extract: %s: %s", url, capture.Failure)
	}
	return extract.Input{URL: capture.URL, Status: capture.Status, Header: capture.Header, Payload: capture.Payload, Zone: site.Zone}, nil
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

func (a *app) extractBatch() error {
	in := json.NewDecoder(bufio.NewReaderSize(a.stdin, 1<<16))
	out := bufio.NewWriter(a.stdout)
	lines := newJSONLines(out)
	for n := 1; ; n++ {
		var page batchPage
		err := in.Decode(&page)
		if errors.Is(err, io.EOF) {
			return nil
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

func printReading(w io.Writer, r archive.Reading) error {
	out := bufio.NewWriter(w)
	paint := newPainter(w)
	kind := string(r.Kind)
	if r.Trouble != archive.TroubleNone {
		kind = strings.ReplaceAll(string(r.Trouble), "_", " ")
	}
	fmt.Fprintf(out, "%s: %s\n", paint.paint(styleBold, kind), safe(r.Signature))
	if r.Charset != "" {
		fmt.Fprintf(out, "charset: %s", safe(r.Charset))
		if r.Damaged > 0 {
			fmt.Fprintf(out, ", %d characters could not be decoded", r.Damaged)
		}
		fmt.Fprintln(out)
	}
	evidence := map[string]archive.Evidence{}
	for _, e := range r.Article.Evidence {
		evidence[e.Field] = e
	}
	art := r.Article
	for _, f := range []struct{ name, value string }{
		{"title", art.Title}, {"subtitle", art.Subtitle}, {"published", strings.TrimPrefix(published(art), "-")},
		{"source", art.Source}, {"author", art.Author}, {"editor", art.Editor},
		{"document_number", art.DocumentNumber}, {"index_number", art.IndexNumber}, {"issuer", art.Issuer}, {"written", art.Written},
	} {
		if f.value == "" {
			continue
		}
		fmt.Fprintf(out, "%s: %s%s\n", f.name, safe(f.value), paint.paint(styleDim, known(evidence[f.name])))
	}
	for _, m := range r.Missing {
		fmt.Fprintf(out, "no %s%s\n", safe(m.Field), paint.paint(styleDim, "  (tried "+safe(m.Tried)+")"))
	}
	if art.Body != "" {
		fmt.Fprintf(out, "body:%s\n\n%s\n", paint.paint(styleDim, known(evidence["body"])), safeLines(art.Body))
	}
	for _, p := range art.Pictures {
		fmt.Fprintf(out, "picture: %s\n", safe(p))
	}
	for _, f := range art.Attachments {
		fmt.Fprintf(out, "attachment: %s  %s\n", safe(f.Name), safe(f.URL))
	}
	return out.Flush()
}

// known says how a field is known, and what lost against it.
func known(e archive.Evidence) string {
	if e.Method == "" {
		return ""
	}
	s := fmt.Sprintf("  (%s %s, %.0f %%", e.Method, e.Where, e.Confidence*100)
	if len(e.Others) > 0 {
		s += "; not: " + strings.Join(e.Others, " | ")
	}
	return safe(s + ")")
}
