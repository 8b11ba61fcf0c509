package export_test

import (
	"path/filepath"
	"strings"
	"testing"

	"fangzhi/archive"
	"fangzhi/archive/export"
)

// A revisit of what the archive has lost is left out and told like the capture
// itself, and comes with it once that is repaired.
func TestRevisitOfWhatIsLost(t *testing.T) {
	k := county(t)
	first := article(t, "通知", "招聘医生二十四名，请于三月十日前报名。")
	lost := lossy{k.store, archive.DigestOf(first.payload)}
	dir := t.TempDir()
	j := export.Job{Format: export.WARC}
	to := func(name string) export.Target {
		return export.Target{Path: filepath.Join(dir, name), Cursor: filepath.Join(dir, "cursor")}
	}
	all, err := export.Run(t.Context(), k.store, j, export.Target{Path: filepath.Join(dir, "all")})
	if err != nil {
		t.Fatal(err)
	}
	r, err := export.Run(t.Context(), lost, j, to("first"))
	if err != nil || len(r.Damaged) != 2 || r.Records != all.Records-2 {
		t.Fatalf("%d captures of %d, damaged %q, %v", r.Records, all.Records, r.Damaged, err)
	}
	for _, told := range r.Damaged {
		if !strings.Contains(told, "/1.html") {
			t.Errorf("told %q", told)
		}
	}
	if r, err = export.Run(t.Context(), lost, j, to("still")); err != nil || r.Records != 0 || len(r.Damaged) != 0 {
		t.Errorf("lost still: %d captures, damaged %q, %v", r.Records, r.Damaged, err)
	}
	if r, err = export.Run(t.Context(), k.store, j, to("repaired")); err != nil || r.Records != 2 || len(r.Damaged) != 0 {
		t.Errorf("repaired: %d captures, damaged %q, %v", r.Records, r.Damaged, err)
	}
}
