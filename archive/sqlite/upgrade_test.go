package sqlite_test

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"fangzhi/archive"
	"fangzhi/archive/sqlite"
)

// upgradeArchive names the archive to a process of this test's own that opens
// it, and no more.
const upgradeArchive = "FANGZHI_TEST_UPGRADE_ARCHIVE"

// old is a copy of an archive of format 1: that of fangzhi demo, of before there
// was a log.
func old(t *testing.T) (path string) {
	t.Helper()
	packed, err := os.Open("testdata/format-1.db.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer packed.Close()
	unpacked, err := gzip.NewReader(packed)
	if err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(t.TempDir(), "archive.db")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(file, unpacked); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// said is every row of the tables of format 1, with the columns of format 1.
func said(t *testing.T, path string) string {
	t.Helper()
	first := raw(t, old(t))
	db := raw(t, path)
	defer first.Close()
	defer db.Close()
	var b strings.Builder
	for _, table := range []string{"runs", "pages", "visits", "snapshots", "payloads", "sketches", "progress", "words_data"} {
		rows, err := first.Query(`SELECT quote(name) FROM pragma_table_info('` + table + `')`)
		if err != nil {
			t.Fatal(err)
		}
		var columns []string
		for rows.Next() {
			var name string
			if err := rows.Scan(&name); err != nil {
				t.Fatal(err)
			}
			columns = append(columns, `quote("`+strings.Trim(name, "'")+`")`)
		}
		var all string
		query := fmt.Sprintf(`SELECT coalesce(group_concat(line, char(10)), '') FROM (SELECT %s AS line FROM %s ORDER BY 1)`, strings.Join(columns, " || ' ' || "), table)
		if err := db.QueryRow(query).Scan(&all); err != nil {
			t.Fatalf("%s: %v", table, err)
		}
		fmt.Fprintf(&b, "%s: %s\n", table, all)
	}
	return b.String()
}

func format(t *testing.T, path string) (version int) {
	t.Helper()
	db := raw(t, path)
	defer db.Close()
	if err := db.QueryRow("PRAGMA user_version").Scan(&version); err != nil {
		t.Fatal(err)
	}
	return version
}

// upgraded fails the test unless the archive at path is one of format 1 that was
// brought to the newest.
func upgraded(t *testing.T, path, before string) {
	t.Helper()
	store := open(t, path, sqlite.Options{})
	report, err := archive.Verify(t.Context(), store, archive.VerifyOptions{}, func(f archive.Fault) {
		t.Errorf("%s: %s", f.Object, f.Text)
	})
	if err != nil {
		t.Fatal(err)
	}
	log, err := store.Log(t.Context())
	if err != nil || log.Size != int64(report.Visits) || report.Visits != 98 {
		t.Errorf("a log of %d leaves for %d visits, want 98: %v", log.Size, report.Visits, err)
	}
	for leaf, err := range store.Leaves(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		if leaf.Hash != archive.LeafHash(archive.LeafOf(leaf.Visit, leaf.Snapshot)) || leaf.Visit.Cuts() != (leaf.Snapshot != nil) {
			t.Errorf("leaf %d is not that of its visit", leaf.N)
		}
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	if said(t, path) != before {
		t.Error("the upgrade changed what was there")
	}
}

func TestUpgradeFile(t *testing.T) {
	t.Parallel()
	path := old(t)
	before := said(t, path)
	if _, err := sqlite.Open(t.Context(), path, sqlite.Options{ReadOnly: true}); !errors.Is(err, archive.ErrOlder) {
		t.Errorf("opened for reading: %v, want ErrOlder", err)
	}
	var told []int
	store := open(t, path, sqlite.Options{Upgrading: func(from, to int) { told = append(told, from, to) }})
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	if len(told) != 2 || told[0] != 1 || told[1] != format(t, path) || told[1] < 2 {
		t.Errorf("told of %v, the format is %d", told, format(t, path))
	}
	upgraded(t, path, before)
}

// An upgrade for which there is no room is not begun.
func TestUpgradeNeedsRoom(t *testing.T) {
	path := old(t)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	undo := sqlite.FreeSpace(10 << 20)
	_, err = sqlite.Open(t.Context(), path, sqlite.Options{})
	undo()
	if err == nil || !strings.Contains(err.Error(), "the disk needs 16 MiB of free space, it has 10 MiB") {
		t.Errorf("got %v", err)
	}
	before := said(t, path)
	if format(t, path) != 1 {
		t.Errorf("the format is %d", format(t, path))
	}
	if after, err := os.ReadFile(path); err != nil || string(after) != string(b) {
		t.Errorf("the file was changed (%v)", err)
	}
	upgraded(t, path, before)
}

// Killed at any write or sync, or told by any of them that the disk is full, an
// upgrade has happened as a whole or not at all, and the next one does it.
func TestUpgradeCutShort(t *testing.T) {
	t.Parallel()
	strace, err := exec.LookPath("strace")
	if err == nil {
		err = exec.Command(strace, "-o", os.DevNull, "true").Run()
	}
	if err != nil {
		t.Skipf("no system calls can be cut short here: strace: %v", err)
	}
	before := said(t, old(t))
	for _, fault := range []string{"pwrite64:signal=SIGKILL:when=%d", "fsync:signal=SIGKILL:when=%d", "pwrite64:error=ENOSPC:when=%d+"} {
		t.Run(fault, func(t *testing.T) {
			step := 1
			if testing.Short() {
				step = 13
			}
			points := 0
			for n := 1; ; n += step {
				path := old(t)
				cmd := exec.CommandContext(t.Context(), strace, "-f", "-qq", "-o", os.DevNull, "-e", "trace="+strings.SplitN(fault, ":", 2)[0], "-e", "inject="+fmt.Sprintf(fault, n), os.Args[0])
				cmd.Env = append(os.Environ(), upgradeArchive+"="+path)
				out, err := cmd.CombinedOutput()
				if err == nil {
					break // there is no nth call
				}
				points++
				if strings.Contains(fault, "ENOSPC") && !strings.Contains(string(out), "disk") {
					t.Fatalf("at %d: %v: %s", n, err, out)
				}
				if v := format(t, path); v == 1 && said(t, path) != before {
					t.Fatalf("at %d: the archive is neither of format 1 nor upgraded", n)
				}
				upgraded(t, path, before)
				if t.Failed() {
					t.Fatalf("at %d", n)
				}
			}
			t.Logf("%d points", points)
		})
	}
}
