package export

import (
	"archive/zip"
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"net/url"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/klauspost/compress/gzip"

	"fangzhi/archive"
	"fangzhi/archive/warc"
)

// pageList writes the list of pages that a reader of a WACZ begins with: each
// version of an article, and each list page as it was last served.
type pageList struct {
	file   *staged
	begin  []string  // of the job
	main   *waczPage // to open first
	seeded bool      // the host of main has a seed
	last   time.Time // the newest capture
}

type waczPage struct {
	ID    string `json:"id"`
	URL   string `json:"url"`
	TS    string `json:"ts"`
	Title string `json:"title,omitempty"`
}

const (
	pagesPath = "pages/pages.jsonl"
	pagesHead = `{"format":"json-pages-1.0","id":"pages","title":"Pages"}` + "\n"
)

func newPageList(s *stage, begin []string) (*pageList, error) {
	f, err := s.create(pagesPath)
	if err != nil {
		return nil, err
	}
	_, err = io.WriteString(f, pagesHead)
	return &pageList{file: f, begin: begin}, err
}

func (l *pageList) add(c capture) error {
	if c.visit.At.After(l.last) {
		l.last = c.visit.At
	}
	if c.profile != "" || c.visit.Truncated != "" {
		return nil
	}
	t, err := targetOf(c.page)
	if err != nil || t.method != http.MethodGet {
		return err
	}
	p := waczPage{
		ID: strings.TrimPrefix(warc.Name("response", captureName(c.visit)), "urn:uuid:"), URL: t.uri, TS: warc.Stamp(c.visit.At),
		Title: c.page.Title,
	}
	switch {
	case c.visit.Kind == archive.KindArticle && c.version != nil:
		p.Title = c.version.Article.Title
	case c.visit.Kind != archive.KindList || !c.last:
		return nil
	}
	if c.visit.Kind == archive.KindList {
		l.choose(p, t.parsed, c.page.FoundOn == "")
	}
	return writeJSON(l.file, p)
}

// choose makes p, a list, the page to open first where none is better: that is the
// home page of the first host with a seed; where that was not captured, the column
// to begin with; and where none is named, the first seed by URL. The pages of a host
// come one after the other.
func (l *pageList) choose(p waczPage, u *url.URL, seed bool) {
	home := archive.IsHome(u)
	rank := l.rank(p)
	seed = seed || rank < len(l.begin)
	if l.main != nil {
		if main, err := url.Parse(l.main.URL); err == nil && (main.Host == u.Host || !archive.IsHome(main) && rank < l.rank(*l.main)) {
			if !archive.IsHome(main) && (home || rank < l.rank(*l.main)) {
				l.main = &p
			}
			l.seeded = l.seeded || seed
			return
		}
	}
	if !l.seeded && (seed || home) {
		l.main, l.seeded = &p, seed
	}
}

// rank is the place of p among the columns to begin with, their number where it
// is none of them.
func (l *pageList) rank(p waczPage) int {
	at := slices.IndexFunc(l.begin, func(u string) bool { return escapeURI(u) == p.URL })
	if at < 0 {
		return len(l.begin)
	}
	return at
}

func writeJSON(w io.Writer, v any) error {
	var b bytes.Buffer
	if err := encodeJSON(&b, v); err != nil {
		return err
	}
	_, err := b.WriteTo(w)
	return err
}

// blockLines is how many lines a member of a packed index has.
const blockLines = 1024

// packIndex writes the lines of index as the two files that a replay tool reads
// piece by piece: gzip members of CDXJ, and a line for each of them.
func packIndex(s *stage, index *sorter) error {
	packed, err := s.create("indexes/index.cdx.gz")
	if err != nil {
		return err
	}
	heads, err := s.create("indexes/index.idx")
	if err != nil {
		return err
	}
	if _, err := io.WriteString(heads, `!meta 0 {"format":"cdxj-gzip-1.0","filename":"index.cdx.gz"}`+"\n"); err != nil {
		return err
	}
	var block, member bytes.Buffer
	lines := 0
	flush := func() error {
		if lines == 0 {
			return nil
		}
		first := strings.SplitN(block.String(), " ", 3)
		member.Reset()
		gz := gzip.NewWriter(&member)
		gz.Write(block.Bytes())
		if err := gz.Close(); err != nil {
			return err
		}
		sum := sha256.Sum256(member.Bytes())
		_, err := fmt.Fprintf(heads, "%s %s {\"offset\":%d,\"length\":%d,\"digest\":\"sha256:%x\",\"filename\":\"index.cdx.gz\"}\n",
			first[0], first[1], packed.size, member.Len(), sum)
		if err == nil {
			_, err = member.WriteTo(packed)
		}
		block.Reset()
		lines = 0
		return err
	}
	for line, err := range index.sorted() {
		if err != nil {
			return err
		}
		block.Write(line)
		if lines++; lines == blockLines {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return errors.Join(flush(), packed.Close(), heads.Close())
}

type dataPackage struct {
	Profile      string     `json:"profile"`
	WACZVersion  string     `json:"wacz_version"`
	Title        string     `json:"title"`
	Description  string     `json:"description"`
	Created      string     `json:"created,omitempty"` // when the newest capture was made
	Software     string     `json:"software"`
	MainPageURL  string     `json:"mainPageUrl,omitempty"`
	MainPageDate string     `json:"mainPageDate,omitempty"`
	Resources    []resource `json:"resources"`
}

type resource struct {
	Name  string `json:"name"`
	Path  string `json:"path"`
	Hash  string `json:"hash"`
	Bytes int64  `json:"bytes"`
}

// packWACZ puts the files of the stage, which are archive, indexes and pages,
// into one file called name, and takes them away.
func packWACZ(s *stage, j Job, l *pageList, name string) error {
	parts := s.list()
	s.files = nil
	about := dataPackage{
		Profile: "data-package", WACZVersion: "1.1.1", Title: "fangzhi", Software: j.Software,
		Description: "captures from an archive of fangzhi: " + j.plain().Selection.text(),
	}
	if len(j.Selection.Sites) > 0 {
		about.Title = strings.Join(distinct(j.Selection.Sites), ", ")
	}
	if !l.last.IsZero() {
		about.Created = warc.Stamp(l.last)
	}
	if l.main != nil {
		about.MainPageURL, about.MainPageDate = l.main.URL, l.main.TS
	}
	for _, f := range parts {
		about.Resources = append(about.Resources, resource{Name: path.Base(f.Path), Path: f.Path, Hash: "sha256:" + f.SHA256, Bytes: f.Bytes})
	}
	text, err := json.MarshalIndent(about, "", "  ")
	if err != nil {
		return err
	}
	sum := sha256.Sum256(text)
	digest, _ := json.Marshal(map[string]string{"path": "datapackage.json", "hash": "sha256:" + hex.EncodeToString(sum[:])})
	out, err := s.create(name)
	if err != nil {
		return err
	}
	z := zip.NewWriter(out)
	for _, f := range parts {
		if err := storeFile(z, f, s.out(f.Path)); err != nil {
			return err
		}
	}
	for _, f := range []struct {
		name string
		text []byte
	}{{"datapackage.json", text}, {"datapackage-digest.json", digest}} {
		if err := store(z, f.name, int64(len(f.text)), crc32.ChecksumIEEE(f.text), bytes.NewReader(f.text)); err != nil {
			return err
		}
	}
	if err := errors.Join(z.Close(), out.Close()); err != nil {
		return err
	}
	for _, folder := range []string{"archive", "indexes", "pages"} {
		if err := os.RemoveAll(s.out(folder)); err != nil {
			return err
		}
	}
	return nil
}

// storeFile adds the file at path, read twice: the sum of its bytes stands
// before them.
func storeFile(z *zip.Writer, f File, path string) error {
	in, err := os.Open(path)
	if err != nil {
		return err
	}
	defer in.Close()
	sum := crc32.NewIEEE()
	if _, err := io.Copy(sum, bufio.NewReaderSize(in, 1<<20)); err != nil {
		return err
	}
	if _, err := in.Seek(0, io.SeekStart); err != nil {
		return err
	}
	return store(z, f.Path, f.Bytes, sum.Sum32(), in)
}

// store adds a member as it is, with its size in front: a replay reads parts of
// it by their offset.
func store(z *zip.Writer, name string, size int64, sum uint32, r io.Reader) error {
	w, err := z.CreateRaw(&zip.FileHeader{
		Name: name, Method: zip.Store, CRC32: sum, CompressedSize64: uint64(size), UncompressedSize64: uint64(size),
		Modified: time.Time{},
	})
	if err != nil {
		return err
	}
	_, err = io.Copy(w, r)
	return err
}

// encodeJSON writes v and a line feed.
func encodeJSON(buf *bytes.Buffer, v any) error {
	enc := json.NewEncoder(buf)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}
