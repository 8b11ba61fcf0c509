package export

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// Receipt says what an export is: what was asked for, of which state of the
// archive, and the files that came of it. It names no moment of its own, so that
// it too is the same each time.
type Receipt struct {
	Version int      `json:"fangzhi_export"` // of this form: 1
	Job     Job      `json:"job"`
	Archive Archive  `json:"archive"`
	Records int      `json:"records"` // or captures
	Files   []File   `json:"files"`   // by path
	Damaged []string `json:"damaged,omitempty"`

	Increment *Increment `json:"increment,omitempty"` // of an export with a cursor
}

// Increment says that an export has only what its cursor did not know.
type Increment struct {
	After string `json:"after"` // SHA-256 of the cursor's file as it was before, in hex; "": there was none, and this is all
}

const (
	receiptName   = "receipt.json"  // in a folder
	receiptSuffix = ".receipt.json" // behind the name of a file
)

// writeTo writes the receipt as indented JSON, file by file: of a folder of
// hundreds of thousands the text is not held in memory.
func (r Receipt) writeTo(w io.Writer) error {
	files := r.Files
	r.Files = []File{}
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	// What stands before files are names, numbers and the selection, in whose
	// texts a quotation mark is escaped.
	head, rest, _ := bytes.Cut(b, []byte("\n  \"files\": []"))
	head = append(bytes.Clone(head), "\n  \"files\": ["...)
	for i, f := range files {
		text, err := json.MarshalIndent(f, "    ", "  ")
		if err != nil {
			return err
		}
		if i > 0 {
			head = append(head, ',')
		}
		head = append(append(head, "\n    "...), text...)
		if _, err := w.Write(head); err != nil {
			return err
		}
		head = head[:0]
	}
	if len(files) > 0 {
		head = append(head, "\n  "...)
	}
	_, err = w.Write(append(append(append(head, ']'), rest...), '\n'))
	return err
}

// readReceipt reads the receipt at path.
func readReceipt(path string) (Receipt, error) {
	var r Receipt
	b, err := os.ReadFile(path)
	if err != nil {
		return r, err
	}
	if err := json.Unmarshal(b, &r); err != nil {
		return r, fmt.Errorf("%s: is not a receipt: %w", path, err)
	}
	if r.Version != 1 {
		return r, fmt.Errorf("%s: is a receipt of version %d: must be 1", path, r.Version)
	}
	return r, nil
}

// isIncrement says whether what stands at path is of an export with a cursor, as
// far as a receipt tells.
func isIncrement(path string, folder bool) bool {
	receipts := []string{path + receiptSuffix}
	if folder {
		receipts = []string{filepath.Join(path, receiptName), filepath.Join(path, "data", receiptName)}
	}
	return slices.ContainsFunc(receipts, func(name string) bool {
		r, err := readReceipt(name)
		return err == nil && r.Increment != nil
	})
}

// replaceable says why the folder at path must not be replaced by an export: it
// holds what no export put there or, as far as that is looked at with whole, what
// was changed since.
func replaceable(ctx context.Context, path string, whole bool) error {
	entries, err := os.ReadDir(path)
	if err != nil {
		return failure(path, err)
	}
	if len(entries) == 0 {
		return nil
	}
	known := map[string]*File{} // nil: nothing tells what it held
	for _, root := range []string{"", "data/"} {
		r, err := readReceipt(filepath.Join(path, root, receiptName))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return fmt.Errorf("write %q: %w", path, err)
		}
		known[root+receiptName] = nil
		for _, f := range r.Files {
			known[root+f.Path] = &f
		}
		if root == "" {
			continue
		}
		for _, name := range bagTags {
			known[name] = nil
		}
		tags, err := readManifest(filepath.Join(path, tagManifest))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("write %q: %w", path, err)
		}
		for _, f := range tags {
			known[f.Path] = &f
		}
	}
	if len(known) == 0 {
		return fmt.Errorf("write %q: is not empty: name a folder that is, or that is not there yet", path)
	}
	return eachFile(path, func(name string) error {
		want, ok := known[name]
		if !ok {
			return fmt.Errorf("write %q: holds %q, which no export put there: name another folder", path, name)
		}
		if want == nil || !whole {
			return ctx.Err()
		}
		got, err := hashFile(filepath.Join(path, filepath.FromSlash(name)))
		if err == nil && got.SHA256 != want.SHA256 {
			err = fmt.Errorf("write %q: %q was changed since it was exported: move it away, or name another folder", path, name)
		}
		return err
	})
}

// replaceableFile says why the file that is there, of so many bytes, must not be
// replaced by an export: no receipt tells that it is one or, as far as that is
// looked at with whole, it was changed since.
func (r *run) replaceableFile(size int64, whole bool) error {
	if size == 0 {
		return nil
	}
	path, known := r.path(), false
	// The last two are of an export that was killed when it was put in place.
	for _, name := range []string{path + receiptSuffix, r.replacedReceipt(), r.placing() + receiptSuffix} {
		about, err := readReceipt(name)
		if err != nil || len(about.Files) != 1 {
			continue
		}
		known = true
		if about.Files[0].Bytes != size {
			continue
		}
		if !whole {
			return nil
		}
		switch got, err := hashFile(path); {
		case err != nil:
			return failure(r.to.Path, err)
		case got.SHA256 == about.Files[0].SHA256:
			return nil
		}
	}
	if known {
		return fmt.Errorf("write %q: was changed since it was exported, as its receipt says: move it, name another, or replace it with --force", r.to.Path)
	}
	return fmt.Errorf("write %q: is there already, without the receipt (--receipt) by which exports know their own: name another, or replace it with --force", r.to.Path)
}

// eachFile calls do with every file below dir, by its path with slashes.
func eachFile(dir string, do func(name string) error) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		return do(filepath.ToSlash(name))
	})
}
