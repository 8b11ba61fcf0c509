package main

import (
	"bufio"
	"cmp"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"fangzhi/archive"
)

const searchHelp = `Search the latest version of every article for a text. Words parted by spaces
must all occur; Chinese is found anywhere in a text, from one character up.`

func searchCommand(a *app) *cobra.Command {
	var sel selection
	cmd := &cobra.Command{
		Use:     "search TEXT",
		Short:   "Search articles",
		Long:    searchHelp,
		Example: "  fangzhi search 数字经济 --since 30d",
		Args:    needs(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			f, err := sel.filter(a.now())
			if err != nil {
				return err
			}
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
				fmt.Fprintf(out, "    %s\n", paint.paint(styleDim, safe(s.URL)))
			}
			if found == 0 {
				a.hint("nothing found")
			}
			return cmp.Or(out.Flush(), told.err())
		},
	}
	sel.listing(cmd)
	return cmd
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
