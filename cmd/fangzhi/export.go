package main

import (
	"io"

	"github.com/spf13/cobra"

	"fangzhi/archive"
	"fangzhi/archive/export"
)

const exportHelp = `Export articles as JSON lines or CSV, to standard output or whole and at once to
a file: an export that fails leaves the file as it was. By default the latest
version of each article; the records come by site, URL and version, and the same
selection on the same archive gives the same bytes. Time flags compare when a
version was taken.`

func exportCommand(a *app) *cobra.Command {
	var sel selection
	var sites, columns, kinds []string
	var format, output, versions string
	cmd := &cobra.Command{
		Use:     "export",
		Short:   "Export articles",
		Long:    exportHelp,
		Example: "  fangzhi export --format jsonl > news.jsonl\n  fangzhi export --format csv --site zjg-edz --since 30d -o news.csv\n  fangzhi export --format jsonl --versions all --column 通知公告",
		Args:    needs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			f, err := export.ParseFormat(format)
			if err != nil {
				return usage("--%w", err)
			}
			when, err := sel.filter(a.now())
			if err != nil {
				return err
			}
			chosen := export.Selection{
				Sites: sites, Columns: columns, Since: when.Since, Until: when.Until, Versions: export.Versions(versions),
			}
			for _, k := range kinds {
				chosen.Kinds = append(chosen.Kinds, archive.Kind(k))
			}
			if err := chosen.Validate(); err != nil {
				return usage("--%w", err)
			}
			ctx := cmd.Context()
			store, err := a.open(ctx, read)
			if err != nil {
				return err
			}
			defer store.Close()
			n := 0
			err = export.ToFile(output, a.stdout, func(w io.Writer) (err error) {
				n, err = export.Write(w, f, export.Records(ctx, store, chosen))
				return err
			})
			switch {
			case err != nil:
				return err
			case n == 0:
				a.hint("no article matches; fangzhi status shows what the archive holds")
			case output != "-":
				a.hint("%d records in %s", n, output)
			}
			return nil
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&format, "format", "jsonl", "jsonl or csv")
	flags.StringVarP(&output, "output", "o", "-", "write to `FILE`; - is standard output")
	flags.StringSliceVar(&sites, "site", nil, "only this `SITE`; may be repeated")
	flags.StringSliceVar(&columns, "column", nil, "only this `COLUMN`; may be repeated")
	flags.StringSliceVar(&kinds, "kind", nil, "article or attachment (default article)")
	flags.StringVar(&sel.since, "since", "", "taken from this `TIME` on: 2026-01-31, 2026-01-31T08:00, RFC 3339, or an age such as 7d")
	flags.StringVar(&sel.until, "until", "", "taken before this `TIME`")
	flags.StringVar(&versions, "versions", "latest", "latest or all")
	return cmd
}
