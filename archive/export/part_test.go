package export_test

import (
	"path/filepath"
	"strings"
	"testing"

	"fangzhi/archive/export"
)

// What was exported from a part of an archive does not look whole: receipt and
// bag say so, and a check tells it.
func TestExportOfAPart(t *testing.T) {
	part := portal()
	part.copying = `{"from":"sqlite:whole.db","began":"2026-03-01T12:00:00Z"}`
	ended := portal()
	ended.copying = `{"from":"sqlite:whole.db","began":"2026-03-01T12:00:00Z","ended":"2026-03-02T12:00:00Z"}`
	for _, tt := range []struct {
		name string
		of   *store
		want string
	}{
		{"a part", part, "sqlite:whole.db"},
		{"a copy that came to its end", ended, ""},
		{"no copy", portal(), ""},
	} {
		for _, to := range []struct {
			job export.Job
			export.Target
			receipt string
		}{
			{everyArticle, export.Target{Path: "out.jsonl", Receipt: true}, "out.jsonl.receipt.json"},
			{export.Job{Format: export.Markdown}, export.Target{Path: "folder"}, "folder/receipt.json"},
			{everyArticle, export.Target{Path: "bag", Bag: true}, "bag/data/receipt.json"},
		} {
			t.Run(tt.name+" to "+to.Path, func(t *testing.T) {
				dir := t.TempDir()
				to.Path = filepath.Join(dir, to.Path)
				if _, err := export.Run(t.Context(), tt.of, to.job, to.Target); err != nil {
					t.Fatal(err)
				}
				checked, err := export.Check(to.Path, func(f export.Fault) { t.Error(f) })
				if err != nil {
					t.Fatal(err)
				}
				from := ""
				if checked.PartOf != nil {
					from = checked.PartOf.From
				}
				if from != tt.want {
					t.Errorf("checked: part of %q, want %q", from, tt.want)
				}
				said := tt.want != ""
				if got := strings.Contains(text(t, filepath.Join(dir, filepath.FromSlash(to.receipt))), `"part_of"`); got != said {
					t.Errorf("the receipt says that it is a part: %t, want %t", got, said)
				}
				line := "\nIncomplete: the archive was only a part of sqlite:whole.db, of which it was to be a copy, begun at 2026-03-01T12:00:00Z\n"
				if !to.Bag {
					return
				}
				if got := strings.Contains(text(t, filepath.Join(to.Path, "bag-info.txt")), line); got != said {
					t.Errorf("bag-info.txt says that it is a part: %t, want %t", got, said)
				}
			})
		}
	}
}
