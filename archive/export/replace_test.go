package export_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fangzhi/archive/export"
)

// A file that no export wrote, or that was changed since, is not lost to one.
func TestFileOfAStrangerIsNotReplaced(t *testing.T) {
	const stranger = "%q: is there already, without the receipt (--receipt) by which exports know their own: name another, or replace it with --force"
	const changed = "%q: was changed since it was exported, as its receipt says: move it, name another, or replace it with --force"
	write := func(text string) func(t *testing.T, path string) {
		return func(t *testing.T, path string) {
			if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
	exported := func(receipt bool, change func(string) string) func(t *testing.T, path string) {
		return func(t *testing.T, path string) {
			if _, err := export.Run(t.Context(), portal(), everyVersion, export.Target{Path: path, Receipt: receipt}); err != nil {
				t.Fatal(err)
			}
			write(change(text(t, path)))(t, path)
		}
	}
	same := func(s string) string { return s }
	for _, tt := range []struct {
		name  string
		there func(t *testing.T, path string)
		want  string // "": it is replaced
	}{
		{"a stranger's", write("dear diary"), stranger},
		{"an empty one", write(""), ""},
		{"an export", exported(true, same), ""},
		{"an export without its receipt", exported(false, same), stranger},
		{"an export that grew", exported(true, func(s string) string { return s + "{}\n" }), changed},
		{"an export of which a letter was changed", exported(true, func(s string) string { return strings.Replace(s, "live", "love", 1) }), changed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "out")
			tt.there(t, path)
			before := treeOf(t, filepath.Dir(path))
			_, err := export.Run(t.Context(), portal(), everyArticle, export.Target{Path: path})
			if tt.want != "" {
				if want := fmt.Sprintf("write "+tt.want, path); err == nil || err.Error() != want || treeOf(t, filepath.Dir(path)) != before {
					t.Errorf("error %v, want %s", err, want)
				}
				_, err = export.Run(t.Context(), portal(), everyArticle, export.Target{Path: path, Force: true})
			}
			if got := names(t, filepath.Dir(path)); err != nil || strings.Count(text(t, path), "\n") != 3 || len(got) != 1 {
				t.Errorf("%v; there is %q", err, got)
			}
		})
	}
}

// What comes to stand at the target while the export is made is not lost to it.
func TestFileThatCameMeanwhile(t *testing.T) {
	for _, cursor := range []string{"", "cursor"} {
		t.Run("cursor "+cursor, func(t *testing.T) {
			dir := t.TempDir()
			to := export.Target{Path: filepath.Join(dir, "out")}
			want := "is there already"
			if cursor != "" {
				to.Cursor, want = filepath.Join(dir, cursor), "another has come to stand there since the export began: move it: the export is made"
			}
			s := portal()
			s.during = func() {
				if err := os.WriteFile(to.Path, []byte("dear diary"), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			for range 2 { // where there is a cursor it is announced how the export ends
				if _, err := export.Run(t.Context(), s, everyArticle, to); err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("error %v, want %s", err, want)
				}
				if got := text(t, to.Path); got != "dear diary" {
					t.Errorf("there is %q", got)
				}
			}
			if err := os.Rename(to.Path, filepath.Join(dir, "diary")); err != nil {
				t.Fatal(err)
			}
			r, err := export.Run(t.Context(), s, everyArticle, to)
			if err != nil || r.Records != 3 || r.Resumed != (cursor != "") || strings.Count(text(t, to.Path), "\n") != 3 {
				t.Errorf("%+v, %v", r, err)
			}
		})
	}
}

// An export that is killed as it takes the place of a former one is known for one by
// the next, whichever of file and receipt had come to its place.
func TestKilledAsItReplacesAFile(t *testing.T) {
	strace := tool(t, "strace", "strace")
	k := county(t)
	if err := k.store.Close(); err != nil {
		t.Fatal(err)
	}
	begin := func() child {
		c := child{Archive: k.path, Job: everyArticle, Path: filepath.Join(t.TempDir(), "out"), Receipt: true}
		if said, err := c.start(t); err != nil {
			t.Fatal(err, said)
		}
		c.Job = everyVersion
		return c
	}
	whole := begin()
	calls := whole.calls(t, strace)["renameat"]
	want := treeOf(t, filepath.Dir(whole.Path))
	bare := 0
	for n := 1; n <= calls; n++ {
		c := begin()
		c.start(t, strace, "-f", "-qq", "-o", os.DevNull, "-e", "trace=renameat", "-e", fmt.Sprintf("inject=renameat:signal=SIGKILL:when=%d", n))
		if text(t, c.Path+".receipt.json") == "" {
			bare++
		}
		if said, err := c.start(t); err != nil || treeOf(t, filepath.Dir(c.Path)) != want {
			t.Errorf("killed at rename %d of %d: %v: %s", n, calls, err, said)
		}
	}
	if bare == 0 {
		t.Errorf("of %d renames none left the file without its receipt", calls)
	}
}

// A cursor that could not move leaves nothing half made beside it.
func TestCursorThatCouldNotMoveLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	to := export.Target{Path: filepath.Join(dir, "out"), Cursor: filepath.Join(dir, "cursor")}
	partial := filepath.Join(dir, ".cursor.partial")
	for _, tt := range []struct{ inTheWay, freed string }{{inTheWay: partial}, {filepath.Join(to.Cursor, "x"), partial}} {
		os.Remove(tt.freed)
		if err := os.MkdirAll(tt.inTheWay, 0o777); err != nil {
			t.Fatal(err)
		}
		if _, err := export.Run(t.Context(), portal(), everyArticle, to); err == nil || !strings.Contains(err.Error(), "has not moved") {
			t.Fatalf("error %v", err)
		}
	}
	if _, err := os.Lstat(partial); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("left behind: %v", names(t, dir))
	}
	if err := os.RemoveAll(to.Cursor); err != nil {
		t.Fatal(err)
	}
	if r, err := export.Run(t.Context(), portal(), everyArticle, to); err != nil || !r.Resumed || text(t, to.Cursor) == "" {
		t.Errorf("ended: %+v, %v", r, err)
	}
}
