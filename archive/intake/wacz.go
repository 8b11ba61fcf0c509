package intake

import (
	"archive/zip"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strings"

	"fangzhi/archive"
)

const (
	maxEntries = 100_000
	// maxPlan bounds, in bytes, a datapackage.json.
	maxPlan = 64 << 20
	// maxUnpacked bounds what a WARC that is deflated within a WACZ unpacks to:
	// so many times its size, and 64 MiB.
	maxDeflated = 50
)

// plan is a datapackage.json.
type plan struct {
	Resources []struct {
		Name  string `json:"name"`
		Path  string `json:"path"`
		Hash  string `json:"hash"`
		Bytes *int64 `json:"bytes"`
	} `json:"resources"`
}

// wacz checks a WACZ, and the WARCs in it.
func (c *Collection) wacz(ctx context.Context, f *os.File, file File, at func(int64, int)) error {
	z, err := zip.NewReader(f, file.Size)
	if err != nil {
		return fmt.Errorf("is no sound ZIP: %w", err)
	}
	entries, err := soundEntries(z, file.Size)
	if err != nil {
		return err
	}
	if err := checkPlan(ctx, entries); err != nil {
		return err
	}
	found := 0
	for _, e := range z.File {
		name := e.Name
		if !strings.HasPrefix(name, "archive/") || !strings.HasSuffix(name, ".warc.gz") && !strings.HasSuffix(name, ".warc") {
			if strings.HasSuffix(name, ".wacz") {
				return fmt.Errorf("holds the WACZ %q: unpack it, and name those in it", name)
			}
			continue
		}
		found++
		from, err := c.within(ctx, f, e)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		part := File{Name: file.Name + "/" + name, Size: from.size, SHA256: file.SHA256}
		from.name = part.Name
		offset, err := e.DataOffset()
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if err := c.scan(ctx, from, part, func(n int64, records int) { at(min(file.Size, offset+n), records) }); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	if found == 0 {
		return errors.New("holds no WARC: a WACZ has them in archive/")
	}
	return nil
}

// soundEntries returns the files of a ZIP by name. A ZIP whose files lie over
// one another, or that names one twice or outside of itself, reads otherwise
// elsewhere.
func soundEntries(z *zip.Reader, size int64) (map[string]*zip.File, error) {
	if len(z.File) > maxEntries {
		return nil, fmt.Errorf("has %d files: more than %d", len(z.File), maxEntries)
	}
	entries := map[string]*zip.File{}
	type span struct {
		from, to int64
		name     string
	}
	var spans []span
	for _, e := range z.File {
		clean := path.Clean("/" + e.Name)
		if e.Name == "" || strings.ContainsAny(e.Name, "\\\x00\r\n") || clean != "/"+strings.TrimSuffix(e.Name, "/") {
			return nil, fmt.Errorf("has a file named %q, which leads out of it", text(e.Name))
		}
		if entries[e.Name] != nil {
			return nil, fmt.Errorf("has two files named %q", text(e.Name))
		}
		entries[e.Name] = e
		at, err := e.DataOffset()
		if err != nil {
			return nil, fmt.Errorf("its file %q: %w", text(e.Name), err)
		}
		end := at + int64(e.CompressedSize64)
		if e.CompressedSize64 > uint64(size) || end > size {
			return nil, fmt.Errorf("its file %q reaches beyond its end", text(e.Name))
		}
		if e.Method == zip.Store && e.CompressedSize64 != e.UncompressedSize64 {
			return nil, fmt.Errorf("its file %q is stored, and of two sizes", text(e.Name))
		}
		spans = append(spans, span{at, end, e.Name})
	}
	slices.SortFunc(spans, func(a, b span) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to)) })
	for i := 1; i < len(spans); i++ {
		if spans[i].from < spans[i-1].to {
			return nil, fmt.Errorf("its files %q and %q lie over one another", text(spans[i-1].name), text(spans[i].name))
		}
	}
	return entries, nil
}

// checkPlan holds the files of a WACZ against its datapackage.json, and that
// against datapackage-digest.json where there is one.
func checkPlan(ctx context.Context, entries map[string]*zip.File) error {
	const planName, digestName = "datapackage.json", "datapackage-digest.json"
	e := entries[planName]
	if e == nil {
		return fmt.Errorf("has no %s: it is no WACZ", planName)
	}
	text, err := small(e)
	if err != nil {
		return err
	}
	var p plan
	if err := json.Unmarshal(text, &p); err != nil {
		return fmt.Errorf("its %s: %w", planName, err)
	}
	if d := entries[digestName]; d != nil {
		b, err := small(d)
		if err != nil {
			return err
		}
		var digest struct{ Path, Hash string }
		if err := json.Unmarshal(b, &digest); err != nil {
			return fmt.Errorf("its %s: %w", digestName, err)
		}
		if digest.Hash != string(archive.DigestOf(text)) {
			return fmt.Errorf("its %s does not match the digest in %s: it was changed", planName, digestName)
		}
	}
	listed := map[string]bool{}
	for _, r := range p.Resources {
		e := entries[r.Path]
		if e == nil {
			return fmt.Errorf("%s lists %q, which it does not hold", planName, r.Path)
		}
		listed[r.Path] = true
		if r.Bytes != nil && uint64(*r.Bytes) != e.UncompressedSize64 {
			return fmt.Errorf("its file %q has %d bytes, %s says %d", r.Path, e.UncompressedSize64, planName, *r.Bytes)
		}
		if !strings.HasPrefix(r.Hash, "sha256:") {
			continue
		}
		if err := deflatedTooFar(e); err != nil {
			return fmt.Errorf("its file %q %w", r.Path, err)
		}
		in, err := e.Open()
		if err != nil {
			return fmt.Errorf("its file %q: %w", r.Path, err)
		}
		sum, err := digestOf(ctx, in)
		in.Close()
		if err != nil {
			return fmt.Errorf("its file %q: %w", r.Path, err)
		}
		if string(sum) != r.Hash {
			return fmt.Errorf("its file %q does not match its digest in %s: it is damaged", r.Path, planName)
		}
	}
	for name := range entries {
		if strings.HasPrefix(name, "archive/") && !strings.HasSuffix(name, "/") && !listed[name] {
			return fmt.Errorf("holds %q, which its %s does not list", name, planName)
		}
	}
	return nil
}

// small reads a file of a WACZ that has to fit into memory.
func small(e *zip.File) ([]byte, error) {
	if e.UncompressedSize64 > maxPlan {
		return nil, fmt.Errorf("its file %q has %d bytes: more than such a file needs", e.Name, e.UncompressedSize64)
	}
	in, err := e.Open()
	if err != nil {
		return nil, fmt.Errorf("its file %q: %w", e.Name, err)
	}
	defer in.Close()
	b, err := io.ReadAll(io.LimitReader(in, maxPlan+1))
	if err != nil {
		return nil, fmt.Errorf("its file %q: %w", e.Name, err)
	}
	return b, nil
}

// deflatedTooFar says whether a file would unpack to more than any crawler packs.
func deflatedTooFar(e *zip.File) error {
	if e.UncompressedSize64 > maxDeflated*e.CompressedSize64+64<<20 {
		return fmt.Errorf("unpacks to %d bytes from %d: a bomb", e.UncompressedSize64, e.CompressedSize64)
	}
	return nil
}

// within is the bytes of a WARC in a WACZ: in their place where they are stored,
// else unpacked into a file of their own.
func (c *Collection) within(ctx context.Context, f *os.File, e *zip.File) (source, error) {
	at, err := e.DataOffset()
	if err != nil {
		return source{}, err
	}
	switch e.Method {
	case zip.Store:
		return source{ReaderAt: io.NewSectionReader(f, at, int64(e.CompressedSize64)), size: int64(e.CompressedSize64)}, nil
	case zip.Deflate:
	default:
		return source{}, fmt.Errorf("is packed by method %d: must be stored or deflated", e.Method)
	}
	if err := deflatedTooFar(e); err != nil {
		return source{}, err
	}
	in, err := e.Open()
	if err != nil {
		return source{}, err
	}
	defer in.Close()
	out, err := os.CreateTemp(c.dir, "unpacked")
	if err != nil {
		return source{}, err
	}
	c.closers = append(c.closers, out)
	n, err := io.Copy(out, withContext{ctx, io.LimitReader(in, int64(e.UncompressedSize64)+1)})
	if err != nil {
		return source{}, err
	}
	return source{ReaderAt: out, size: n}, nil
}
