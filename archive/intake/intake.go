package intake

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"fangzhi/archive"
	"fangzhi/archive/warc"
)

// Options are how files are read. The zero value works, but for Canonical.
type Options struct {
	// Canonical is the URL under which the archive knows the page of an address.
	Canonical func(raw string) (string, error)
	Temp      string    // folder for what is kept meanwhile; "": the system's
	CutEnd    bool      // a file whose last record was cut short is taken without it
	Payload   int64     // the largest payload that is taken, in bytes; 0: 64 MiB
	Now       time.Time // captures from later than a day after it are refused; zero: none
	// Observe, where set, is called now and then while files are checked.
	Observe func(Progress)
}

// Progress tells how far the check of the files has come.
type Progress struct {
	File        string
	Done, Total int64 // bytes, of all files
	Records     int
}

// File is what one file holds.
type File struct {
	Name     string         `json:"file"` // of a WACZ's WARCs: NAME.wacz/archive/…
	Size     int64          `json:"bytes"`
	SHA256   archive.Digest `json:"sha256"`
	Records  map[string]int `json:"records"`         // by type
	Captures int            `json:"captures"`        // responses, resources and revisits of pages
	First    time.Time      `json:"first,omitzero"`  // date of the earliest capture
	Last     time.Time      `json:"last,omitzero"`   // and of the latest
	Over     map[string]int `json:"passed_over"`     // records, by why they are
	Cut      string         `json:"cut,omitempty"`   // what was left out of a file that was cut short
	Notes    []string       `json:"notes,omitempty"` // what a reader should know
}

// Reasons for which records are passed over.
const (
	OverWarcinfo   = "warcinfo records"
	OverMetadata   = "metadata of other tools"
	OverConversion = "conversions"
	OverScheme     = "records of no http or https address"
	OverAddress    = "records of an address that cannot be a page's"
	OverSegment    = "segments of records"
	OverLarge      = "payloads over the limit"
	OverHTTP       = "responses that are no answer of HTTP"
	OverType       = "records of other types"
)

// Lost says whether what is passed over for that reason is a capture that
// somebody may miss.
func Lost(reason string) bool {
	return reason == OverSegment || reason == OverLarge || reason == OverHTTP || reason == OverAddress
}

// Collection is files that were checked, and where each record stands in them.
type Collection struct {
	Files   []File
	Hosts   map[string]int // hosts of answers with HTML under status 200
	options Options
	dir     string
	table   *table
	sources []source // by row.file
	spool   *spool
	readers sync.Pool // of records
	closers []io.Closer
}

// source is bytes that records stand in.
type source struct {
	io.ReaderAt
	size int64
	name string
}

// Open checks files, WARC or WACZ, to their ends; of a folder those that lie in it,
// or in the data/ of a bag, by their names. The error names the file, the
// place in it and why it is refused; nothing of any file is to be had then.
func Open(ctx context.Context, paths []string, o Options) (_ *Collection, err error) {
	if o.Payload == 0 {
		o.Payload = 64 << 20
	}
	c := &Collection{options: o, Hosts: map[string]int{}}
	if c.dir, err = os.MkdirTemp(o.Temp, "fangzhi-import-"); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			c.Close()
		}
	}()
	c.table = newTable(c.dir)
	if c.spool, err = newSpool(c.dir); err != nil {
		return nil, err
	}
	if paths, err = filesOf(paths); err != nil {
		return nil, err
	}
	var total, done int64
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		if !info.Mode().IsRegular() {
			return nil, fmt.Errorf("%s: is no file: name WARC or WACZ files", path)
		}
		total += info.Size()
	}
	seen := map[archive.Digest]string{}
	for _, path := range paths {
		f, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		c.closers = append(c.closers, f)
		info, err := f.Stat()
		if err != nil {
			return nil, err
		}
		sum, err := digestOf(ctx, f)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		if before := seen[sum]; before != "" {
			return nil, fmt.Errorf("%s: is the same file as %s: name it once", path, before)
		}
		seen[sum] = path
		file := File{Name: filepath.Base(path), Size: info.Size(), SHA256: sum}
		at := func(n int64, records int) {
			if o.Observe != nil {
				o.Observe(Progress{File: file.Name, Done: done + n, Total: total, Records: records})
			}
		}
		if err := c.file(ctx, f, path, file, at); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		done += info.Size()
	}
	return c, c.table.sort()
}

// filesOf are paths, with the files of web archives that a folder holds in place of
// it.
func filesOf(paths []string) (all []string, err error) {
	for _, path := range paths {
		if info, err := os.Stat(path); err != nil || !info.IsDir() {
			all = append(all, path)
			continue
		}
		folder := path
		if _, err := os.Stat(filepath.Join(path, "bagit.txt")); err == nil {
			folder = filepath.Join(path, "data")
		}
		entries, err := os.ReadDir(folder)
		if err != nil {
			return nil, err
		}
		before := len(all)
		for _, e := range entries {
			name := strings.ToLower(e.Name())
			if !e.IsDir() && (strings.HasSuffix(name, ".warc") || strings.HasSuffix(name, ".warc.gz") || strings.HasSuffix(name, ".wacz")) {
				all = append(all, filepath.Join(folder, e.Name()))
			}
		}
		if len(all) == before {
			return nil, fmt.Errorf("%s: is a folder without WARC or WACZ files (*.warc.gz, *.warc, *.wacz): name those", folder)
		}
	}
	return all, nil
}

// file checks one file that was named.
func (c *Collection) file(ctx context.Context, f *os.File, path string, file File, at func(int64, int)) error {
	head := make([]byte, 4)
	n, err := f.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return err
	}
	if bytes.Equal(head[:n], []byte("PK\x03\x04")) {
		return c.wacz(ctx, f, file, at)
	}
	if n == 4 && (bytes.Equal(head, []byte{0x28, 0xb5, 0x2f, 0xfd}) || head[0]>>4 == 5 && head[1] == 0x2a && head[2] == 0x4d && head[3] == 0x18) {
		return errors.New("is packed with Zstandard: unpack it first, with zstd -d")
	}
	return c.scan(ctx, source{f, file.Size, file.Name}, file, at)
}

func digestOf(ctx context.Context, r io.Reader) (archive.Digest, error) {
	h := sha256.New()
	if _, err := io.Copy(h, withContext{ctx, r}); err != nil {
		return "", err
	}
	return archive.Digest("sha256:" + hex.EncodeToString(h.Sum(nil))), nil
}

// withContext ends reading when its context ends.
type withContext struct {
	ctx context.Context
	io.Reader
}

func (r withContext) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.Reader.Read(p)
}

// Close frees what the collection holds.
func (c *Collection) Close() error {
	for _, f := range c.closers {
		f.Close()
	}
	if c.table != nil {
		c.table.close()
	}
	if c.spool != nil {
		c.spool.close()
	}
	return os.RemoveAll(c.dir)
}

// spool holds records that could not be read again from their file: those that
// share a gzip member with others.
type spool struct {
	f    *os.File
	size int64
}

func newSpool(dir string) (*spool, error) {
	f, err := os.CreateTemp(dir, "spool")
	return &spool{f: f}, err
}

func (s *spool) Write(p []byte) (int, error) {
	n, err := s.f.WriteAt(p, s.size)
	s.size += int64(n)
	return n, err
}

func (s *spool) close() {
	if s.f != nil {
		s.f.Close()
	}
}

// head begins a record in the spool, and returns where it stands there.
func (s *spool) head(h *warc.Header) (int64, error) {
	at := s.size
	var b bytes.Buffer
	b.WriteString("WARC/" + h.Version + "\r\n")
	for _, f := range h.Fields {
		b.WriteString(f.Name + ": " + f.Value + "\r\n")
	}
	b.WriteString("\r\n")
	_, err := s.Write(b.Bytes())
	return at, err
}
