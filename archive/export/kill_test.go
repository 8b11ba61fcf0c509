package export_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"fangzhi/archive/export"
	"fangzhi/archive/sqlite"
)

// A child is this test binary as a process of its own, to be killed.
type child struct {
	Archive      string
	Job          export.Job
	Path, Cursor string
	Receipt, Bag bool
}

const childEnv = "FANGZHI_TEST_EXPORT"

func TestMain(m *testing.M) {
	if spec := os.Getenv(childEnv); spec != "" {
		if err := runChild(spec); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func runChild(spec string) error {
	// All that the export writes comes from one thread, so that a system call can
	// be named by its number.
	runtime.LockOSThread()
	export.SetParts(7, 5)
	var c child
	if err := json.Unmarshal([]byte(spec), &c); err != nil {
		return err
	}
	store, err := sqlite.Open(context.Background(), c.Archive, sqlite.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	defer store.Close()
	r, err := export.Run(context.Background(), store, c.Job, export.Target{Path: c.Path, Cursor: c.Cursor, Receipt: c.Receipt, Bag: c.Bag})
	if err == nil && r.Resumed {
		fmt.Println("resumed")
	}
	return err
}

// start runs the child, under strace where arguments for that are given.
func (c child) start(t *testing.T, strace ...string) (string, error) {
	t.Helper()
	spec, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	args := append(strace, os.Args[0])
	cmd := exec.CommandContext(t.Context(), args[0], args[1:]...)
	cmd.Env = append(os.Environ(), childEnv+"="+string(spec))
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// The calls by which an export leaves a mark on the disk.
var marks = []string{"openat", "write", "fsync", "renameat", "unlinkat", "mkdirat", "ftruncate"}

// calls counts the marks of an undisturbed child, by call.
func (c child) calls(t *testing.T, strace string) map[string]int {
	t.Helper()
	log := filepath.Join(t.TempDir(), "log")
	if out, err := c.start(t, strace, "-f", "-qq", "-o", log, "-e", "trace="+strings.Join(marks, ",")); err != nil {
		missing(t, "a strace that may trace", fmt.Sprintf("a system that lets it: %v: %s", err, out))
	}
	threads := map[string]map[string]int{}
	for _, m := range regexp.MustCompile(`(?m)^(\d+) +(\w+)\(`).FindAllStringSubmatch(text(t, log), -1) {
		if threads[m[1]] == nil {
			threads[m[1]] = map[string]int{}
		}
		threads[m[1]][m[2]]++
	}
	for _, counts := range threads {
		if counts["fsync"] > 0 {
			return counts // the thread that writes
		}
	}
	t.Fatal("no thread writes")
	return nil
}

// treeOf names everything at path with the hash of its bytes; "" where there is
// nothing.
func treeOf(t *testing.T, path string) string {
	t.Helper()
	var all strings.Builder
	err := filepath.WalkDir(path, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(name)
		fmt.Fprintf(&all, "%s %x\n", strings.TrimPrefix(name, path), sha256.Sum256(b))
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return all.String()
}

// An export that is killed, wherever it is, leaves nothing or the whole at its
// place, and the same command gives the bytes of one that was not killed.
func TestKilledExportResumesToTheSameBytes(t *testing.T) {
	strace := tool(t, "strace", "strace")
	if testing.Short() {
		t.Skip("NOT CHECKED: kills and repeats some fifty exports")
	}
	k := county(t)
	for i := range 40 {
		k.visit(fmt.Sprintf("/n/%02d.html", i), day(10).Add(time.Duration(i)*time.Second), article(t, fmt.Sprintf("新闻%d", i), fmt.Sprintf("第%d条新闻的正文。", i)))
	}
	if err := k.store.Close(); err != nil {
		t.Fatal(err)
	}
	resumed := 0
	for _, c := range []struct {
		of     child
		cursor bool
		points int
	}{
		{of: child{Job: export.Job{Format: export.JSONL, Compression: export.Gzip}, Receipt: true}, cursor: true, points: 14},
		{of: child{Job: export.Job{Format: export.WARC, Split: 1 << 20}, Bag: true}, cursor: true, points: 14},
		{of: child{Job: export.Job{Format: export.WACZ}}, cursor: true, points: 14},
		{of: child{Job: export.Job{Format: export.Markdown}}, points: 8},
	} {
		t.Run(string(c.of.Job.Format), func(t *testing.T) {
			fresh := func() child {
				dir := t.TempDir()
				again := c.of
				again.Archive, again.Path = k.path, filepath.Join(dir, "out")
				if c.cursor {
					again.Cursor = filepath.Join(dir, "cursor")
				}
				return again
			}
			whole := fresh()
			counts := whole.calls(t, strace)
			want := treeOf(t, filepath.Dir(whole.Path))
			total := 0
			for _, call := range marks {
				total += counts[call]
			}
			for i := range c.points {
				n := 1 + i*(total-1)/(c.points-1) // of the calls, one kind after the other
				for _, call := range marks {
					if n <= counts[call] {
						again := killed(t, strace, fresh(), call, n, want)
						resumed += strings.Count(again, "resumed")
						break
					}
					n -= counts[call]
				}
			}
		})
	}
	if resumed < 5 {
		t.Errorf("%d exports were taken up where they were: the points miss what is tested", resumed)
	}
}

// killed runs c, kills it at its nth call of a kind, runs it again and returns
// what that said.
func killed(t *testing.T, strace string, c child, call string, n int, want string) string {
	t.Helper()
	at := fmt.Sprintf("killed at %s %d", call, n)
	c.start(t, strace, "-f", "-qq", "-o", os.DevNull, "-e", "trace="+call, "-e", fmt.Sprintf("inject=%s:signal=SIGKILL:when=%d", call, n))
	dir := filepath.Dir(c.Path)
	if left := treeOf(t, c.Path); left != "" && !strings.Contains(want, strings.TrimSpace(strings.Split(left, "\n")[0])) {
		t.Errorf("%s: half an export stands at its place:\n%s", at, left)
	}
	if treeOf(t, dir) == want {
		return "" // it was over
	}
	said, err := c.start(t)
	if err != nil {
		t.Fatalf("%s: again: %v: %s", at, err, said)
	}
	if got := treeOf(t, dir); got != want {
		t.Errorf("%s: got\n%swant\n%s", at, got, want)
	}
	return said
}

// What a killed export had still to end is ended by a newer fangzhi too, and under
// another contact: what it is of has not changed.
func TestKilledExportIsEndedByAnother(t *testing.T) {
	strace := tool(t, "strace", "strace")
	k := county(t)
	if err := k.store.Close(); err != nil {
		t.Fatal(err)
	}
	begin := func() child {
		dir := t.TempDir()
		return child{Archive: k.path, Job: export.Job{Format: export.JSONL, Software: "fangzhi 1"}, Path: filepath.Join(dir, "out"), Cursor: filepath.Join(dir, "cursor")}
	}
	last := begin().calls(t, strace)["renameat"] // of the cursor
	c := begin()
	c.start(t, strace, "-f", "-qq", "-o", os.DevNull, "-e", "trace=renameat", "-e", fmt.Sprintf("inject=renameat:signal=SIGKILL:when=%d", last))
	if text(t, c.Path) == "" || text(t, c.Cursor) != "" {
		t.Fatal("it was not killed between the export and its cursor")
	}
	c.Job.Software, c.Job.Operator = "fangzhi 2", "crawler@example.org"
	if said, err := c.start(t); err != nil || !strings.Contains(said, "resumed") || text(t, c.Cursor) == "" {
		t.Errorf("%v: %s", err, said)
	}
}
