package export_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fangzhi/archive"
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
		for _, change := range []string{"nothing", "a visit", "another reading", "another reading in a run that is open"} {
			t.Run(fmt.Sprintf("%s, after %s", f, change), func(t *testing.T) {
				// All that is recorded is sealed: another run adds no checkpoint.
				if _, err := k.store.Seal(t.Context(), day(10)); err != nil {
					t.Fatal(err)
				}
				at := day(20 + n)
				open := archive.Run{ID: archive.RunID("town", at), Site: "town", Planned: at, Trigger: archive.TriggerReread, State: archive.RunRunning, Started: at, Lease: at.Add(time.Hour)}
				if strings.HasSuffix(change, "open") {
					if err := k.store.BeginRun(t.Context(), open, nil); err != nil {
						t.Fatal(err)
					}
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
				case "another reading in a run that is open":
					for _, i := range []int{0, 119} { // before what was written, and behind it
						again := archive.Again{Site: "county", URL: fmt.Sprintf("%s/n/%03d.html", portalRoot, i), Version: 1, At: at, Reader: 9, Article: archive.Article{Title: "再读", Body: fmt.Sprint(f)}}
						if err := k.store.Reread(t.Context(), open.ID, []archive.Again{again}); err != nil {
							t.Fatal(err)
						}
					}
					open.State, open.Ended = archive.RunDone, at
					if err := k.store.EndRun(t.Context(), open); err != nil {
						t.Fatal(err)
					}
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

// What was lost when an export was interrupted, and is repaired when it is taken
// up, is in the export; what is lost still is told as lost, and comes once it is
// repaired. What was lost only after it was written is not told as lost.
func TestResumeAfterRepair(t *testing.T) {
	export.SetParts(5, 5)
	defer export.SetParts(20_000, 5_000)
	k := county(t)
	for i := range 120 {
		k.visit(fmt.Sprintf("/n/%03d.html", i), day(10).Add(time.Duration(i)*time.Second), article(t, fmt.Sprintf("新闻%d", i), fmt.Sprintf("第%d条新闻的正文。", i)))
	}
	pdf := archive.DigestOf([]byte("%PDF-1.4 表")) // before the captures at which it is interrupted
	whole := filepath.Join(t.TempDir(), "out")
	all, err := export.Run(t.Context(), k.store, export.Job{Format: export.WARC}, export.Target{Path: whole, Cursor: filepath.Join(t.TempDir(), "cursor")})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name          string
		before, after archive.Digest // what is lost when it begins, and when it is taken up
		resumed       bool
		damaged       int
		records, next int
	}{
		{"repaired", pdf, "", false, 0, all.Records, 0},
		{"lost still", pdf, pdf, true, 1, all.Records - 1, 1},
		{"lost since", "", pdf, true, 0, all.Records, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			j, to := export.Job{Format: export.WARC}, export.Target{Path: filepath.Join(dir, "out"), Cursor: filepath.Join(dir, "cursor")}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			stopped := to
			stopped.Observe = func(done int) {
				if done > 30 {
					cancel()
				}
			}
			if _, err := export.Run(ctx, lossy{k.store, tt.before}, j, stopped); !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
			r, err := export.Run(t.Context(), lossy{k.store, tt.after}, j, to)
			if err != nil || r.Resumed != tt.resumed || r.Records != tt.records || len(r.Damaged) != tt.damaged {
				t.Errorf("resumed %t, %d captures, damaged %q, %v", r.Resumed, r.Records, r.Damaged, err)
			}
			if told := strings.Contains(text(t, filepath.Join(to.Path, "index.cdxj")), "/f.pdf"); told != (tt.damaged == 0) {
				t.Errorf("the capture is there: %t", told)
			}
			if tt.name == "repaired" && treeOf(t, to.Path) != treeOf(t, whole) {
				t.Error("the bytes are not those of an export that was not interrupted")
			}
			to.Path = filepath.Join(dir, "next")
			if r, err := export.Run(t.Context(), k.store, j, to); err != nil || r.Records != tt.next {
				t.Errorf("the next brings %d captures, want %d, %v", r.Records, tt.next, err)
			}
		})
	}
}

// What is repaired while an export goes on that has left it out is told as lost,
// and comes with the next one.
func TestRepairedWhileResumed(t *testing.T) {
	export.SetParts(5, 5)
	defer export.SetParts(20_000, 5_000)
	k := county(t)
	dir := t.TempDir()
	pdf := archive.DigestOf([]byte("%PDF-1.4 表"))
	j, to := export.Job{Format: export.WARC}, export.Target{Path: filepath.Join(dir, "out"), Cursor: filepath.Join(dir, "cursor")}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	stopped := to
	stopped.Observe = func(done int) {
		if done > 5 {
			cancel()
		}
	}
	if _, err := export.Run(ctx, lossy{k.store, pdf}, j, stopped); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	r, err := export.Run(t.Context(), &repaired{Store: k.store, lost: pdf}, j, to)
	if err != nil || !r.Resumed || r.Records != 13 || len(r.Damaged) != 1 {
		t.Errorf("resumed %t, %d captures, damaged %q, %v", r.Resumed, r.Records, r.Damaged, err)
	}
	to.Path = filepath.Join(dir, "next")
	if r, err := export.Run(t.Context(), k.store, j, to); err != nil || r.Records != 1 {
		t.Errorf("the next brings %d captures, %v", r.Records, err)
	}
}

// repaired is an archive that has lost a payload, until it was asked for once.
type repaired struct {
	export.Store
	lost  archive.Digest
	asked bool
}

func (r *repaired) Payload(ctx context.Context, d archive.Digest) ([]byte, error) {
	if d == r.lost && !r.asked {
		r.asked = true
		return nil, archive.ErrCorrupt
	}
	return r.Store.Payload(ctx, d)
}
