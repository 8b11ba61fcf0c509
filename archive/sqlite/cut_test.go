package sqlite_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fangzhi/archive"
	"fangzhi/archive/sqlite"
)

// cutArchive names the archive to a process of this test's own that reads its
// versions again and imports a page, and no more.
const cutArchive = "FANGZHI_TEST_CUT_ARCHIVE"

// rereadAndImport is what that process does: two transactions.
func rereadAndImport(path string) error {
	ctx := context.Background()
	store, err := sqlite.Open(ctx, path, sqlite.Options{})
	if err != nil {
		return err
	}
	defer store.Close()
	run, err := collectOne(store.Runs(ctx, archive.Filter{RunState: archive.RunRunning}))
	if err != nil {
		return err
	}
	if err := store.Reread(ctx, run.ID, againForCut()); err != nil {
		return err
	}
	return store.Import(ctx, importForCut())
}

func againForCut() (all []archive.Again) {
	for n := range 3 {
		a := item("", n).Snapshot.Article
		a.Title = "再读"
		all = append(all, archive.Again{Site: "zjg-edz", URL: address(n), Version: 1, At: began.Add(24 * time.Hour), Reader: 9, Article: a})
	}
	return all
}

// importForCut are a run, a page and its entry, as leaf 6, and a payload.
func importForCut() archive.Import {
	at := began.Add(-24 * time.Hour)
	r := archive.Run{ID: archive.RunID("zjg-edz", at), Site: "zjg-edz", Planned: at, State: archive.RunDone, Started: at, Ended: at.Add(time.Hour)}
	e := item(r.ID, 500)
	return archive.Import{
		Runs: []archive.Run{r}, Pages: []archive.Page{e.Page}, Payloads: [][]byte{e.Payload},
		Leaves: []archive.Leaf{{N: 5, Hash: archive.LeafHash(archive.LeafOf(e.Visit, e.Snapshot)), Visit: e.Visit, Snapshot: e.Snapshot}},
	}
}

// Killed at any write or sync, or told by any of them that the disk is full, a
// reading again and an import have each happened as a whole or not at all.
func TestRereadAndImportCutShort(t *testing.T) {
	t.Parallel()
	strace, err := exec.LookPath("strace")
	if err == nil {
		err = exec.Command(strace, "-o", os.DevNull, "true").Run()
	}
	if err != nil {
		t.Skipf("no system calls can be cut short here: strace: %v", err)
	}
	before := filepath.Join(t.TempDir(), "before.db")
	store := open(t, before, sqlite.Options{})
	twoVersions(t, store, begin(t, store, began))
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(before)
	if err != nil {
		t.Fatal(err)
	}
	for _, fault := range []string{"pwrite64:signal=SIGKILL:when=%d", "fsync,fdatasync:signal=SIGKILL:when=%d", "pwrite64:error=ENOSPC:when=%d+"} {
		t.Run(fault, func(t *testing.T) {
			step := 4
			switch {
			case testing.Short():
				step = 13
			case strings.Contains(fault, "fsync"):
				step = 1
			}
			points, none, some, all := 0, 0, 0, 0
			for n := 1; ; n += step {
				path := filepath.Join(t.TempDir(), "archive.db")
				if err := os.WriteFile(path, file, 0o666); err != nil {
					t.Fatal(err)
				}
				cmd := exec.CommandContext(t.Context(), strace, "-f", "-qq", "-o", os.DevNull, "-e", "trace="+strings.SplitN(fault, ":", 2)[0], "-e", "inject="+fmt.Sprintf(fault, n), os.Args[0])
				cmd.Env = append(os.Environ(), cutArchive+"="+path)
				if cmd.Run() == nil {
					break // there is no nth call
				}
				points++
				store := open(t, path, sqlite.Options{})
				for _, line := range lines(t, store) {
					t.Errorf("at %d: %s", n, line)
				}
				faults, _ := verified(t, store, archive.VerifyOptions{})
				for _, line := range faults {
					t.Errorf("at %d: %s", n, line)
				}
				reread, imported := 0, 0
				for n := range 3 {
					for _, s := range collect(t, store, archive.Filter{Site: "zjg-edz", URL: address(n), Version: 1}) {
						if s.Article.Title == "再读" {
							reread++
						}
					}
				}
				if _, err := store.Page(t.Context(), "zjg-edz", address(500)); err == nil {
					imported++
				}
				switch {
				case reread == 3 && imported == 1:
					all++
				case reread == 3:
					some++
				case reread == 0 && imported == 0:
					none++
				default:
					t.Errorf("at %d: %d of 3 versions are read again, %d pages imported", n, reread, imported)
				}
				// What comes next completes it.
				if err := store.Close(); err != nil {
					t.Fatal(err)
				}
				if err := rereadAndImport(path); err != nil {
					t.Errorf("at %d, and then again: %v", n, err)
				}
				store = open(t, path, sqlite.Options{})
				faults, report := verified(t, store, archive.VerifyOptions{})
				if len(faults) > 0 || report.Leaves != 6 {
					t.Errorf("at %d, and then again: %d leaves, %q", n, report.Leaves, faults)
				}
				store.Close()
				if t.Failed() {
					t.FailNow()
				}
			}
			t.Logf("%d points: %d before both, %d between them, %d behind", points, none, some, all)
			if !testing.Short() && (none == 0 || some == 0) {
				t.Error("the points do not fall on both")
			}
		})
	}
}
