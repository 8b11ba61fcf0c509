package export_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"fangzhi/archive/export"
)

// An export that was interrupted goes on where it was, but only if the archive
// is the one that it began with.
func TestInterruptedExport(t *testing.T) {
	export.SetParts(5, 5)
	defer export.SetParts(20_000, 5_000)
	k := county(t)
	for i := range 120 {
		k.visit(fmt.Sprintf("/n/%03d.html", i), day(10).Add(time.Duration(i)*time.Second), article(t, fmt.Sprintf("新闻%d", i), fmt.Sprintf("第%d条新闻的正文。", i)))
	}
	for n, f := range []export.Format{export.JSONL, export.WACZ} {
		for _, change := range []string{"nothing", "a visit", "another reading"} {
			t.Run(fmt.Sprintf("%s, after %s", f, change), func(t *testing.T) {
				// All that is recorded is sealed: another run adds no checkpoint.
				if _, err := k.store.Seal(t.Context(), day(10)); err != nil {
					t.Fatal(err)
				}
				path := filepath.Join(t.TempDir(), "out")
				j := export.Job{Format: f}
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				_, err := export.Run(ctx, k.store, j, export.Target{Path: path, Observe: func(done int) {
					if done > 10 {
						cancel()
					}
				}})
				if !errors.Is(err, context.Canceled) || treeOf(t, path) != "" {
					t.Fatalf("error %v; at its place stands %q", err, treeOf(t, path))
				}
				switch change {
				case "a visit":
					k.visit("/n/000.html", day(12+n), article(t, "新闻0", fmt.Sprintf("改了%d次。", n+1)))
				case "another reading":
					k.reread("/n/000.html", day(12+n))
				}
				r, err := export.Run(t.Context(), k.store, j, export.Target{Path: path})
				if err != nil || r.Resumed != (change == "nothing") {
					t.Fatalf("resumed %t, error %v", r.Resumed, err)
				}
				whole := filepath.Join(t.TempDir(), "out")
				if _, err := export.Run(t.Context(), k.store, j, export.Target{Path: whole}); err != nil {
					t.Fatal(err)
				}
				if treeOf(t, path) != treeOf(t, whole) {
					t.Error("the bytes are not those of an export that was not interrupted")
				}
				if got := names(t, filepath.Dir(path)); len(got) != 1 {
					t.Errorf("left behind: %v", got)
				}
			})
		}
	}
}
