package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"fangzhi/archive"
	"fangzhi/archive/export"
)

const searchHelp = `Search the latest version of every article for a text. Words parted by spaces
must all occur; Chinese is found anywhere in a text, from one character up. With
--versions all the versions that were replaced are searched too, and come behind
the others: what was edited out stands in them. They are read one by one. Where a
page is not there any more its state is told.`

func searchCommand(a *app) *cobra.Command {
	var sel selection
	var versions string
	cmd := &cobra.Command{
		Use:     "search TEXT",
		Short:   "Search articles",
		Long:    searchHelp,
		Example: "  fangzhi search 数字经济 --since 30d\n  fangzhi search --versions all 24名",
		Args:    needs(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			f, err := sel.filter(a.now())
			if err != nil {
				return err
			}
			which, err := oneOf("--versions", versions, []export.Versions{export.Latest, export.All})
			if err != nil {
				return err
			}
			f.Replaced = which == export.All
			query := strings.Join(args, " ")
			if strings.TrimSpace(query) == "" {
				return usage("search: the text is empty")
			}
			store, err := a.open(cmd.Context(), update) // what is new is indexed
			if err != nil {
				var readErr error
				if store, readErr = a.open(cmd.Context(), read); readErr != nil {
					return err
				}
			}
			defer store.Close()
			if err := a.knownOf(cmd.Context(), store, f); err != nil {
				return err
			}
			out := bufio.NewWriter(a.stdout)
			lines := newJSONLines(out)
			paint := newPainter(a.stdout)
			found, told := 0, damagedVersions{app: a}
			for s, err := range store.Search(cmd.Context(), query, f) {
				if err != nil {
					return err
				}
				found++
				told.tell(s)
				if sel.json {
					if err := lines.write(s); err != nil {
						return err
					}
					continue
				}
				fmt.Fprintf(out, "%s  %s\n", published(s.Article), paint.paint(styleBold, safe(s.Article.Title)))
				fmt.Fprintf(out, "    %s\n", around(s.Article, strings.Fields(query)[0], 36))
				where, err := a.place(cmd.Context(), store, s)
				if err != nil {
					return err
				}
				fmt.Fprintf(out, "    %s\n", paint.paint(styleDim, safe(where)))
			}
			if found == 0 {
				a.hint("nothing found")
			}
			return cmp.Or(out.Flush(), told.err())
		},
	}
	sel.listing(cmd)
	cmd.Flags().StringVar(&versions, "versions", string(export.Latest), "latest (of each page), or all")
	return cmd
}

// place is the address of a version that was found, and where its page stands: what
// a reader would not see there.
func (a *app) place(ctx context.Context, store archive.Store, s archive.Snapshot) (string, error) {
	p, err := store.Page(ctx, s.Site, s.URL)
	if errors.Is(err, archive.ErrNotFound) || errors.Is(err, archive.ErrCorrupt) {
		return s.URL, nil // verify tells
	}
	if err != nil {
		return "", err
	}
	where := s.URL
	if s.Version < p.Versions {
		where = fmt.Sprintf("%s@%d  replaced: of %s", where, s.Version, plural(p.Versions, "version"))
	}
	if !p.State.There() {
		where += "  " + string(p.State)
	}
	return where, nil
}

// around is the place in the body where word stands, with n characters on each
// side.
func around(a archive.Article, word string, n int) string {
	body := safe(a.Body)
	at := strings.Index(strings.ToLower(body), strings.ToLower(word))
	if at < 0 || at > len(body) {
		at = 0
	}
	from, to := at, at
	for range n {
		_, size := utf8.DecodeLastRuneInString(body[:from])
		from -= size
	}
	for range 2 * n {
		_, size := utf8.DecodeRuneInString(body[to:])
		to += size
	}
	s := body[from:to]
	if from > 0 {
		s = "…" + s
	}
	if to < len(body) {
		s += "…"
	}
	return s
}
