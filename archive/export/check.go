package export

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"fangzhi/archive"
)

// Checked counts what Check looked at.
type Checked struct {
	Files  int   `json:"files"`
	Bytes  int64 `json:"bytes"`
	Faults int   `json:"faults"`

	PartOf *archive.Copying `json:"part_of,omitempty"` // of what the archive was only a part, as the receipt says
}

// Fault is one file of an export that is not what the export wrote.
type Fault struct {
	Path string `json:"path"`
	Text string `json:"text"`
}

// ErrNoReceipt is returned for a path that has nothing to check it by.
var ErrNoReceipt = errors.New("has neither receipt nor bag: export with --receipt or --bag")

// Check holds the export at path against its receipt or, for a bag, against its
// manifests and its receipt. It needs no archive. It calls fault for each file
// that is missing, changed, or more than was written.
func Check(path string, fault func(Fault)) (Checked, error) {
	c := checker{fault: fault, seen: map[string]bool{}}
	info, err := os.Stat(path)
	if err != nil {
		return c.checked, err
	}
	if !info.IsDir() {
		path = strings.TrimSuffix(path, receiptSuffix)
		err = c.file(path)
	} else if _, none := os.Stat(filepath.Join(path, "bagit.txt")); none == nil {
		err = c.bag(path)
	} else {
		err = c.folder(path)
	}
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("%s: %w", path, ErrNoReceipt)
	}
	return c.checked, err
}

type checker struct {
	checked Checked
	fault   func(Fault)
	seen    map[string]bool // paths that were looked at
}

func (c *checker) say(path, format string, args ...any) {
	c.checked.Faults++
	c.fault(Fault{Path: path, Text: fmt.Sprintf(format, args...)})
}

func (c *checker) file(path string) error {
	r, err := readReceipt(path + receiptSuffix)
	if err != nil {
		return err
	}
	c.checked.PartOf = r.Archive.PartOf
	for _, f := range r.Files {
		// The file may have been given another name, with its receipt.
		if err := c.hash(filepath.Dir(path), File{Path: filepath.Base(path), Bytes: f.Bytes, SHA256: f.SHA256}); err != nil {
			return err
		}
	}
	return nil
}

func (c *checker) folder(dir string) error {
	r, err := readReceipt(filepath.Join(dir, receiptName))
	if err != nil {
		return err
	}
	c.seen[receiptName] = true
	c.checked.PartOf = r.Archive.PartOf
	for _, f := range r.Files {
		if err := c.hash(dir, f); err != nil {
			return err
		}
	}
	return c.others(dir, "")
}

// bag checks manifests of SHA-256, the count of bytes and files, and that every
// file of the payload is listed.
func (c *checker) bag(dir string) error {
	// What holds the receipt against its manifest comes after: one that cannot be
	// read, or that another program's bag lacks, tells nothing here.
	if r, err := readReceipt(filepath.Join(dir, "data", receiptName)); err == nil {
		c.checked.PartOf = r.Archive.PartOf
	}
	bytes, files := int64(0), 0
	for _, name := range []string{tagManifest, "manifest-sha256.txt"} {
		listed, err := readManifest(filepath.Join(dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			c.say(name, "is not there")
			continue
		}
		if err != nil {
			return err
		}
		before := c.checked
		for _, f := range listed {
			if err := c.hash(dir, f); err != nil {
				return err
			}
		}
		bytes, files = c.checked.Bytes-before.Bytes, c.checked.Files-before.Files
	}
	if oxum, want := fmt.Sprintf("%d.%d", bytes, files), readOxum(dir); want != "" && want != oxum {
		c.say("bag-info.txt", "counts %s, the payload has %s", want, oxum)
	}
	return c.others(dir, "data/")
}

func readOxum(dir string) string {
	b, _ := os.ReadFile(filepath.Join(dir, "bag-info.txt")) // the manifest tells when it is missing
	for line := range strings.Lines(string(b)) {
		if v, ok := strings.CutPrefix(line, "Payload-Oxum:"); ok {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

func readManifest(path string) ([]File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var all []File
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		sum, name, ok := strings.Cut(lines.Text(), " ")
		if !ok {
			return nil, fmt.Errorf("%s: %q: is no line of a manifest", path, lines.Text())
		}
		all = append(all, File{Path: realPath(strings.TrimLeft(name, " *")), Bytes: -1, SHA256: strings.ToLower(sum)})
	}
	return all, lines.Err()
}

// hash compares one file with what is known of it.
func (c *checker) hash(dir string, want File) error {
	c.seen[want.Path] = true
	if !filepath.IsLocal(filepath.FromSlash(want.Path)) {
		c.say(want.Path, "leads out of the export")
		return nil
	}
	got, err := hashFile(filepath.Join(dir, filepath.FromSlash(want.Path)))
	if errors.Is(err, fs.ErrNotExist) {
		c.say(want.Path, "is not there")
		return nil
	}
	if err != nil {
		return err
	}
	c.checked.Files++
	c.checked.Bytes += got.Bytes
	switch {
	case want.Bytes >= 0 && got.Bytes != want.Bytes:
		c.say(want.Path, "has %d bytes, was written with %d", got.Bytes, want.Bytes)
	case got.SHA256 != want.SHA256:
		c.say(want.Path, "has other bytes than were written: sha256 %s, not %s", got.SHA256, want.SHA256)
	}
	return nil
}

// hashFile is the file at path as it is now.
func hashFile(path string) (File, error) {
	f, err := os.Open(path)
	if err != nil {
		return File{}, err
	}
	defer f.Close()
	sum := sha256.New()
	n, err := io.Copy(sum, f)
	return File{Path: path, Bytes: n, SHA256: hex.EncodeToString(sum.Sum(nil))}, err
}

// others tells of files below prefix that were not looked at.
func (c *checker) others(dir, prefix string) error {
	return eachFile(dir, func(name string) error {
		if strings.HasPrefix(name, prefix) && !c.seen[name] {
			c.say(name, "is not of this export")
		}
		return nil
	})
}
