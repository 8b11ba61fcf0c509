package main

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"fangzhi/archive"
)

const showHelp = `Show one version of a page: what it says, when it was taken and what it was
read from. Without @VERSION the latest; of a page that moved, and of an alias,
what it leads to; with --at the one that stood at that time. --raw writes the
bytes exactly as the server sent them (content coding and charset untouched),
--html the same markup decoded to UTF-8. Of a page without versions, such as a
list, and of an answer that could not be read, --raw and --html write what was
served last, or last by --at. --readings shows how the version read before it
was read again (fangzhi reread), the reading of today last. --requisites lists the
styles, scripts and pictures that the version needs, and what of each stood
nearest to its time, where the site keeps them.`

func showCommand(a *app) *cobra.Command {
	var site, at string
	var asJSON, raw, html, readings, requisites bool
	cmd := &cobra.Command{
		Use:     "show URL[@VERSION]",
		Short:   "Show one version of a page",
		Long:    showHelp,
		Example: "  fangzhi show https://www.example.gov.cn/art/1.html@2\n  fangzhi show --raw https://www.example.gov.cn/art/1.html > page.html",
		Args:    needs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneAtMost(cmd, "raw", "html", "readings", "requisites"); err != nil {
				return err
			}
			if err := oneAtMost(cmd, "raw", "html", "json"); err != nil {
				return err
			}
			by, err := instant(at, a.now())
			if err != nil {
				return usage("--at: %w", err)
			}
			url, version := cutVersion(args[0])
			switch {
			case version == 0 && url != args[0]:
				return usage("show: %s: versions count from 1", args[0])
			case version > 0 && at != "":
				return usage("show: %s: name a version or a time, not both", args[0])
			}
			ctx := cmd.Context()
			store, err := a.open(ctx, read)
			if err != nil {
				return err
			}
			defer store.Close()
			page, err := onePage(ctx, store, site, url)
			if err != nil {
				return err
			}
			if version == 0 || page.Versions == 0 {
				stands, err := archive.Standing(ctx, store, page)
				if err != nil {
					return err
				}
				a.tellStanding(page, stands)
				page = stands
			}
			if raw || html {
				served, err := servedBy(ctx, store, page, version, by)
				if err != nil {
					return err
				}
				return a.showServed(ctx, store, served, html)
			}
			s, err := snapshotBy(ctx, store, page, version, by)
			if err != nil {
				return err
			}
			told := damagedVersions{app: a}
			told.tell(s)
			switch {
			case readings:
				err = a.showReadings(ctx, store, page, s, asJSON)
			case requisites:
				err = a.showRequisites(ctx, store, s, asJSON)
			case asJSON:
				err = newJSONLines(a.stdout).write(s)
			default:
				var documents []string
				if documents, err = kept(ctx, store, s); err == nil {
					err = showArticle(a.stdout, page, s, documents...)
				}
			}
			return cmp.Or(err, told.err())
		},
	}
	cmd.Flags().StringVar(&site, "site", "", "the `SITE`, where several have the page")
	cmd.Flags().StringVar(&at, "at", "", "as it was at this `TIME`, written as for list --since")
	cmd.Flags().BoolVar(&raw, "raw", false, "the bytes as served")
	cmd.Flags().BoolVar(&html, "html", false, "the markup, decoded to UTF-8")
	cmd.Flags().BoolVar(&asJSON, "json", false, "JSON")
	cmd.Flags().BoolVar(&readings, "readings", false, "how the version read before it was read again")
	cmd.Flags().BoolVar(&requisites, "requisites", false, "what the version needs to look as it did")
	return cmd
}

// showArticle shows version s of page p; documents say more of each of its
// attachments, where there is more.
func showArticle(w io.Writer, p archive.Page, s archive.Snapshot, documents ...string) error {
	out := bufio.NewWriter(w)
	paint := newPainter(w)
	art := s.Article
	fmt.Fprintln(out, paint.paint(styleBold, safe(art.Title)))
	for _, f := range []struct{ name, value string }{
		{"subtitle", art.Subtitle}, {"published", strings.TrimPrefix(published(art), "-")}, {"source", art.Source},
		{"author", art.Author}, {"editor", art.Editor}, {"document number", art.DocumentNumber},
		{"index number", art.IndexNumber}, {"issuer", art.Issuer}, {"written", art.Written},
	} {
		if f.value != "" {
			fmt.Fprintf(out, "%s: %s\n", f.name, safe(f.value))
		}
	}
	fmt.Fprintf(out, "%s\n", paint.paint(styleDim, fmt.Sprintf("%s, version %d of %d, taken %s, page is %s",
		safe(s.URL), s.Version, p.Versions, moment(s.TakenAt), p.State)))
	if s.Trust == archive.TrustUnverified || s.Trust == archive.TrustDowngraded {
		fmt.Fprintf(out, "%s\n", paint.paint(styleDim, "from a server whose certificate was not verified: "+string(s.Trust)))
	}
	if line := standing(p); line != "" {
		fmt.Fprintf(out, "%s\n", paint.paint(styleDim, line))
	}
	if s.Story != "" && s.Story != s.URL {
		fmt.Fprintf(out, "%s\n", paint.paint(styleDim, "same story as "+safe(s.Story)))
	}
	if len(p.Also) > 0 {
		fmt.Fprintf(out, "%s\n", paint.paint(styleDim, safe("column "+p.Column+", listed by "+strings.Join(p.Also, ", ")+" too")))
	}
	for i, part := range s.Parts {
		if part.Missing != "" {
			fmt.Fprintf(out, "%s\n", paint.paint(styleDim, fmt.Sprintf("page %d of %d, %s, is missing: %s", i+2, len(s.Parts)+1, safe(part.URL), safe(part.Missing))))
		}
	}
	if art.Body != "" {
		fmt.Fprintf(out, "\n%s\n", safeLines(art.Body))
	}
	if art.LeftOut != "" {
		fmt.Fprintf(out, "\n%s\n", paint.paint(styleDim, "left out, as pages of several columns have it:\n"+safeLines(art.LeftOut)))
	}
	if len(art.Pictures) > 0 && art.Body == "" {
		fmt.Fprintln(out, "\npictures:")
		for _, u := range art.Pictures {
			fmt.Fprintln(out, "  "+safe(u))
		}
	}
	if len(art.Attachments) > 0 {
		fmt.Fprintln(out, "\nattachments:")
		for i, f := range art.Attachments {
			fmt.Fprintf(out, "  %s  %s\n", safe(f.Name), safe(f.URL))
			if i < len(documents) && documents[i] != "" {
				fmt.Fprintf(out, "    %s\n", paint.paint(styleDim, documents[i]))
			}
		}
	}
	return out.Flush()
}

// showReadings shows every reading of one version, the first one first.
func (a *app) showReadings(ctx context.Context, store archive.Store, p archive.Page, s archive.Snapshot, asJSON bool) error {
	all, err := collect(store.Earlier(ctx, archive.Filter{Site: s.Site, URL: s.URL, Version: s.Version}))
	if err != nil {
		return err
	}
	now := archive.Earlier{
		Site: s.Site, URL: s.URL, Version: s.Version, N: len(all), ReadAt: s.ReadAt,
		Fingerprint: s.Fingerprint, Rules: s.Rules, Reader: s.Reader, Article: s.Article,
	}
	if now.ReadAt.IsZero() {
		now.ReadAt = s.TakenAt
	}
	out := newJSONLines(a.stdout)
	for _, e := range append(all, now) {
		if asJSON {
			if err := out.write(e); err != nil {
				return err
			}
			continue
		}
		by := "general rules"
		if e.Rules != "" {
			by = "rules " + string(e.Rules)[:len("sha256:")+8]
		}
		fmt.Fprintf(a.stdout, "reading %d of %d, made %s by %s, reader %d\n\n", e.N+1, len(all)+1, moment(e.ReadAt), by, e.Reader)
		shown := s
		shown.Article = e.Article
		if err := showArticle(a.stdout, p, shown); err != nil {
			return err
		}
		if e.N < len(all) {
			fmt.Fprintln(a.stdout)
		}
	}
	return nil
}
