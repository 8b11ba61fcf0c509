package export_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fangzhi/archive/export"
)

var everyArticle = export.Job{Format: export.JSONL}

// names lists a folder, hidden files included.
func names(t *testing.T, dir string) (list []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

func text(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return string(b)
}

func TestFileIsThereWholeOrNotAtAll(t *testing.T) {
	fresh, _ := write(t, portal(), export.JSONL, export.Selection{})
	for _, tt := range []struct {
		name   string
		before string // "" : no file
		err    error
		want   string
	}{
		{"a new file", "", nil, fresh},
		{"an old one is replaced", "old", nil, fresh},
		{"an error leaves nothing", "", errBroken, ""},
		{"an error leaves the old one", "old", errBroken, "old"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "out.jsonl")
			if tt.before != "" {
				if err := os.WriteFile(path, []byte(tt.before), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			s := portal()
			s.fail = tt.err
			if _, err := export.Run(t.Context(), s, everyArticle, export.Target{Path: path, Force: true}); !errors.Is(err, tt.err) {
				t.Fatalf("error %v, want %v", err, tt.err)
			}
			if got := text(t, path); got != tt.want {
				t.Errorf("holds %q, want %q", got, tt.want)
			}
			if n := len(names(t, dir)); n > 1 || tt.want == "" && n > 0 {
				t.Errorf("left behind: %v", names(t, dir))
			}
			if info, err := os.Stat(path); tt.before != "" && (err != nil || info.Mode().Perm() != 0o600) {
				t.Errorf("permissions of the file changed: %v %v", info.Mode(), err)
			}
		})
	}
}

func TestLinkStays(t *testing.T) {
	dir := t.TempDir()
	target, link := filepath.Join(dir, "target"), filepath.Join(dir, "link")
	if err := os.WriteFile(target, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, link); err != nil {
		t.Skip(err)
	}
	if _, err := export.Run(t.Context(), portal(), everyArticle, export.Target{Path: link, Force: true}); err != nil {
		t.Fatal(err)
	}
	if got := text(t, target); !strings.HasPrefix(got, `{"url":`) {
		t.Errorf("target holds %q", got)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link became a file: %v", err)
	}
}

// Renaming over /dev/null would take the device away.
func TestDevice(t *testing.T) {
	r, err := export.Run(t.Context(), portal(), everyArticle, export.Target{Path: os.DevNull})
	if err != nil || r.Records != 3 {
		t.Fatalf("%d records, %v", r.Records, err)
	}
	if info, err := os.Stat(os.DevNull); err != nil || info.Mode().IsRegular() {
		t.Fatalf("%s is a file now: %v", os.DevNull, err)
	}
}

func TestTargetErrors(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	missing := filepath.Join(dir, "no", "out.csv")
	for _, tt := range []struct {
		name string
		job  export.Job
		to   export.Target
		want string
	}{
		{"a folder for a file", everyArticle, export.Target{Path: dir}, `write "` + dir + `": is a folder: the path of a file is wanted`},
		{"a file for a folder", export.Job{Format: export.Markdown}, export.Target{Path: file}, `write "` + file + `": is a file: the path of a folder is wanted`},
		{"a folder that is not there", everyArticle, export.Target{Path: missing}, `write "` + missing + `": no such file or directory`},
		{"a folder of somebody else", export.Job{Format: export.Markdown}, export.Target{Path: dir}, `write "` + dir + `": is not empty: name a folder that is, or that is not there yet`},
		{"a folder to a pipe", export.Job{Format: export.WARC}, export.Target{Path: "-"}, `output: warc is a folder: name it with -o`},
		{"a cursor where the export goes", everyArticle, export.Target{Path: missing, Cursor: missing}, `cursor: "` + missing + `": is where the export goes: the cursor is a file of its own`},
		{"a cursor where its receipt goes", everyArticle, export.Target{Path: missing, Cursor: missing + ".receipt.json"}, `cursor: "` + missing + `.receipt.json": is where the export goes: the cursor is a file of its own`},
		{"force with a cursor", everyArticle, export.Target{Path: missing, Cursor: file, Force: true}, `force: replaces a file, and an export with a cursor replaces nothing: what it brought does not come again`},
		{"force of a folder", export.Job{Format: export.Markdown}, export.Target{Path: missing, Force: true}, `force: replaces a file; a folder is replaced where an export made it and nothing was changed since, else name another`},
		{"a WACZ to a pipe", export.Job{Format: export.WACZ}, export.Target{Path: "-"}, `output: wacz is a file that is not written from its beginning to its end: name it with -o`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := export.Run(t.Context(), portal(), tt.job, tt.to)
			if err == nil || err.Error() != tt.want {
				t.Errorf("error %v, want %s", err, tt.want)
			}
		})
	}
}

// One process at a time makes an export: two of them would write into one
// stage.
func TestTwoExportsToOneFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.jsonl")
	s := portal()
	tried := false
	_, err := export.Run(t.Context(), s, everyArticle, export.Target{Path: path, Observe: nil})
	if err != nil {
		t.Fatal(err)
	}
	s.during = func() {
		tried = true
		if _, err := export.Run(t.Context(), portal(), everyArticle, export.Target{Path: path, Force: true}); err == nil || !strings.Contains(err.Error(), "another export to it is under way") {
			t.Errorf("error %v", err)
		}
	}
	if _, err := export.Run(t.Context(), s, everyArticle, export.Target{Path: path, Force: true}); err != nil || !tried {
		t.Errorf("tried %t, error %v", tried, err)
	}
}

func TestPipeAndFileAgree(t *testing.T) {
	for _, j := range []export.Job{
		{Format: export.JSONL}, {Format: export.JSONL, Compression: export.Gzip}, {Format: export.CSV, Compression: export.Zstd},
		{Format: export.CSV, Excel: true}, {Format: export.Parquet}, {Format: export.Atom},
	} {
		var pipe bytes.Buffer
		if _, err := export.Run(t.Context(), portal(), j, export.Target{Path: "-", Stdout: &pipe}); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "out")
		r, err := export.Run(t.Context(), portal(), j, export.Target{Path: path})
		if err != nil || r.Records != 3 {
			t.Fatalf("%d records, %v", r.Records, err)
		}
		if text(t, path) != pipe.String() {
			t.Errorf("%+v: the pipe has other bytes than the file", j)
		}
	}
}

func TestReceiptAndBag(t *testing.T) {
	dir := t.TempDir()
	file, bag := filepath.Join(dir, "out.csv"), filepath.Join(dir, "bag")
	if _, err := export.Run(t.Context(), portal(), export.Job{Format: export.CSV}, export.Target{Path: file, Receipt: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := export.Run(t.Context(), portal().title("http://a/1", "100% 好"), export.Job{Format: export.Markdown}, export.Target{Path: bag, Bag: true}); err != nil {
		t.Fatal(err)
	}
	check := func(path string, want ...string) {
		t.Helper()
		var got []string
		if _, err := export.Check(path, func(f export.Fault) { got = append(got, f.Path+": "+f.Text) }); err != nil {
			t.Fatal(err)
		}
		if len(got) != len(want) {
			t.Fatalf("faults %q, want %q", got, want)
		}
		for i := range got {
			if !strings.HasPrefix(got[i], want[i]) {
				t.Errorf("fault %q, want %q", got[i], want[i])
			}
		}
	}
	check(file)
	check(bag)
	b := []byte(text(t, file))
	b[len(b)-5] ^= 1
	os.WriteFile(file, b, 0o666)
	check(file, "out.csv: has other bytes than were written")
	os.WriteFile(filepath.Join(bag, "bagit.txt"), []byte("BagIt-Version: 0.97\n"), 0o666)
	check(bag, "bagit.txt: has other bytes")
	os.Remove(filepath.Join(bag, "data", "receipt.json"))
	check(bag, "bagit.txt: has other bytes", "data/receipt.json: is not there", "bag-info.txt: counts")
	var err error
	_, err = export.Check(filepath.Join(dir, "none"), nil)
	if !errors.Is(err, export.ErrNoReceipt) && !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v", err)
	}
	if !slices.Equal(names(t, dir), []string{"bag", "out.csv", "out.csv.receipt.json"}) {
		t.Errorf("the folder holds %v", names(t, dir))
	}
}

// What a bag says of itself is what is known of it, and the same each time.
func TestBagInfo(t *testing.T) {
	k := county(t)
	j := export.Job{Format: export.JSONL, Software: "fangzhi test", Operator: "crawler@example.org"}
	var told []string
	for range 2 {
		bag := filepath.Join(t.TempDir(), "bag")
		if _, err := export.Run(t.Context(), k.store, j, export.Target{Path: bag, Bag: true}); err != nil {
			t.Fatal(err)
		}
		told = append(told, text(t, filepath.Join(bag, "bag-info.txt")))
	}
	want := "Bag-Software-Agent: fangzhi test\nContact-Email: crawler@example.org\n" +
		"External-Description: jsonl export of an archive of fangzhi, as it was after its visit of 2026-03-08T12:00:00Z\n"
	if !strings.Contains(told[0], want) || told[1] != told[0] {
		t.Errorf("bag-info.txt: %q", told)
	}
}

// What an export with a cursor brought comes once: no other export takes its
// place unasked.
func TestIncrementIsNotReplaced(t *testing.T) {
	for _, tt := range []struct {
		name string
		job  export.Job
		bag  bool
	}{
		{"a file", everyArticle, false},
		{"a folder", export.Job{Format: export.Markdown}, false},
		{"a bag", everyArticle, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path, cursor := filepath.Join(t.TempDir(), "out"), filepath.Join(t.TempDir(), "cursor")
			if _, err := export.Run(t.Context(), portal(), tt.job, export.Target{Path: path, Bag: tt.bag, Cursor: cursor}); err != nil {
				t.Fatal(err)
			}
			before := treeOf(t, filepath.Dir(path))
			_, err := export.Run(t.Context(), portal(), tt.job, export.Target{Path: path, Bag: tt.bag})
			want := fmt.Sprintf("write %q: holds what an export with a cursor brought, as its receipt says, and that does not come again: move it, or name another", path)
			if err == nil || err.Error() != want {
				t.Errorf("error %v, want %s", err, want)
			}
			if after := treeOf(t, filepath.Dir(path)); after != before {
				t.Errorf("before %s, after %s", before, after)
			}
			if err := os.RemoveAll(path); err != nil {
				t.Fatal(err)
			}
			if tt.name == "a file" {
				_, err := export.Run(t.Context(), portal(), tt.job, export.Target{Path: path})
				if err == nil || !strings.Contains(err.Error(), "its receipt is there") {
					t.Errorf("once it is gone, and its receipt is there: %v", err)
				}
				if err := os.Remove(path + ".receipt.json"); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := export.Run(t.Context(), portal(), tt.job, export.Target{Path: path, Bag: tt.bag}); err != nil {
				t.Errorf("once it is gone: %v", err)
			}
		})
	}
}

// An export that was killed while it replaced a former one takes nothing away:
// the former one stands again, or makes room for the one that took its place.
func TestKilledWhileReplacing(t *testing.T) {
	tree := export.Job{Format: export.Markdown}
	for _, tt := range []struct {
		name   string
		placed bool // the new one had come to its place
		fail   error
	}{
		{"then failed", false, errBroken},
		{"then made", false, nil},
		{"placed, then failed", true, errBroken},
		{"placed, then made", true, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			target, stage := filepath.Join(dir, "out"), filepath.Join(dir, ".out.partial")
			for _, to := range []string{target, filepath.Join(dir, "former")} {
				if _, err := export.Run(t.Context(), portal(), tree, export.Target{Path: to}); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.MkdirAll(stage, 0o777); err != nil {
				t.Fatal(err)
			}
			former := target
			if tt.placed {
				former = filepath.Join(dir, "former")
			}
			if err := os.Rename(former, filepath.Join(stage, "replaced")); err != nil {
				t.Fatal(err)
			}
			s := portal()
			s.fail = tt.fail
			if _, err := export.Run(t.Context(), s, tree, export.Target{Path: target}); !errors.Is(err, tt.fail) {
				t.Fatalf("error %v, want %v", err, tt.fail)
			}
			if _, err := export.Check(target, func(f export.Fault) { t.Errorf("%s: %s", f.Path, f.Text) }); err != nil {
				t.Error(err)
			}
			if _, err := os.Stat(stage); err == nil {
				t.Errorf("left behind: %v", names(t, stage))
			}
		})
	}
}

// Who changed a file of an export does not lose that to the next one.
func TestChangedFolderIsNotReplaced(t *testing.T) {
	for _, tt := range []struct {
		name, file string
		bag        bool
	}{
		{"a text", "b/news/undated/untitled-cd86ec8598cd.md", false},
		{"a text in a bag", "data/b/news/undated/untitled-cd86ec8598cd.md", true},
		{"what a bag says of itself", "bag-info.txt", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			to := export.Target{Path: filepath.Join(t.TempDir(), "out"), Bag: tt.bag}
			again := func() error {
				_, err := export.Run(t.Context(), portal(), export.Job{Format: export.Markdown}, to)
				return err
			}
			if err := errors.Join(again(), again()); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(to.Path, filepath.FromSlash(tt.file))
			changed := strings.Replace(text(t, path), "a", "b", 1)
			if err := os.WriteFile(path, []byte(changed), 0o666); err != nil {
				t.Fatal(err)
			}
			want := fmt.Sprintf("write %q: %q was changed since it was exported: move it away, or name another folder", to.Path, tt.file)
			if err := again(); err == nil || err.Error() != want {
				t.Errorf("error %v, want %s", err, want)
			}
			if got := text(t, path); got != changed || len(names(t, filepath.Dir(to.Path))) != 1 {
				t.Errorf("holds %q; beside it %v", got, names(t, filepath.Dir(to.Path)))
			}
			os.Remove(path)
			if err := again(); err != nil {
				t.Errorf("moved away: %v", err)
			}
		})
	}
}
