package export_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"fangzhi/archive/export"
)

func say(text string, err error) func(io.Writer) error {
	return func(w io.Writer) error {
		io.WriteString(w, text)
		return err
	}
}

// names lists a folder, partial files included.
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

func TestToFile(t *testing.T) {
	tests := []struct {
		name   string
		before string // "" : no file
		err    error
		want   string
	}{
		{"a new file", "", nil, "new"},
		{"an old one is replaced", "old", nil, "new"},
		{"an error leaves nothing", "", errBroken, ""},
		{"an error leaves the old one", "old", errBroken, "old"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "out.jsonl")
			if tt.before != "" {
				if err := os.WriteFile(path, []byte(tt.before), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if err := export.ToFile(path, nil, say("new", tt.err)); !errors.Is(err, tt.err) {
				t.Fatalf("error %v, want %v", err, tt.err)
			}
			got, _ := os.ReadFile(path)
			if string(got) != tt.want {
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

func TestToFileKeepsALink(t *testing.T) {
	dir := t.TempDir()
	target, link := filepath.Join(dir, "target"), filepath.Join(dir, "link")
	if err := os.WriteFile(target, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, link); err != nil {
		t.Skip(err)
	}
	if err := export.ToFile(link, nil, say("new", nil)); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(target); string(got) != "new" {
		t.Errorf("target holds %q", got)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link became a file: %v", err)
	}
}

func TestToFileStdout(t *testing.T) {
	var out bytes.Buffer
	if err := export.ToFile("-", &out, say("text", nil)); err != nil || out.String() != "text" {
		t.Errorf("%q, %v", out.String(), err)
	}
}

// Renaming over /dev/null would take the device away.
func TestToFileDevice(t *testing.T) {
	if err := export.ToFile(os.DevNull, nil, say("text", nil)); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(os.DevNull); err != nil || info.Mode().IsRegular() {
		t.Fatalf("%s is a file now: %v", os.DevNull, err)
	}
}

func TestToFileErrors(t *testing.T) {
	dir := t.TempDir()
	called := func(io.Writer) error { t.Error("write was called"); return nil }
	err := export.ToFile(dir, nil, called)
	if err == nil || err.Error() != `write "`+dir+`": is a folder: the path of a file is wanted` {
		t.Errorf("error %v", err)
	}
	path := filepath.Join(dir, "no", "out.csv")
	if err := export.ToFile(path, nil, called); err == nil || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v", err)
	} else if want := `write "` + path + `": no such file or directory`; err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}
