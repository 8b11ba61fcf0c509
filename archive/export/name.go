package export

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// endings are those of names that tell a format; the first of a format is the one
// to advise.
var endings = []struct {
	ending string
	format Format
}{
	{".jsonl", JSONL}, {".ndjson", JSONL}, {".json", JSONL},
	{".csv", CSV},
	{".parquet", Parquet},
	{".atom", Atom}, {".xml", Atom},
	{".md", Markdown}, {".markdown", Markdown},
	{".warc", WARC}, {".warc.gz", WARC},
	{".wacz", WACZ},
}

// packings are the endings of names that tell a compression, likewise.
var packings = []struct {
	ending string
	how    Compression
}{{".gz", Gzip}, {".zst", Zstd}, {".zstd", Zstd}}

// sheets are the endings of what spreadsheet programs write and no export is.
var sheets = []string{".xlsx", ".xls", ".ods"}

// FormatOf is the format and the compression that the name of path tells: "" and
// Plain where it tells none.
func FormatOf(path string) (Format, Compression) {
	f, c, _ := cutEndings(path)
	return f, c
}

// cutEndings is FormatOf, with path without the endings that told it.
func cutEndings(path string) (f Format, c Compression, stem string) {
	stem = path
	cut := func(ending string) bool {
		at := len(stem) - len(ending)
		if at <= 0 || !strings.EqualFold(stem[at:], ending) {
			return false
		}
		stem = stem[:at]
		return true
	}
	if cut(".warc.gz") {
		return WARC, Plain, stem
	}
	for _, p := range packings {
		if cut(p.ending) {
			c = p.how
			break
		}
	}
	for _, e := range endings {
		if cut(e.ending) {
			return e.format, c, stem
		}
	}
	return "", c, stem
}

// Named is j for a file called path: what j leaves open of format and compression
// is what the name tells, JSONL where it tells nothing. It is an error, which says
// what would be right, where j and the name contradict each other, as they do where
// a folder, or a bag, which is one, has the name of a file.
func (j Job) Named(path string, bag bool) (Job, error) {
	format, packed, stem := cutEndings(path)
	if ext := filepath.Ext(path); slices.Contains(sheets, strings.ToLower(ext)) {
		return j, fmt.Errorf("output: %q: no export is what the name tells: spreadsheet programs read --excel -o %s", path, strings.TrimSuffix(path, ext)+".csv")
	}
	switch {
	case bag && format != "":
		return j, fmt.Errorf("output: %q: a bag is a folder, whose name tells no format: as in --format %s --bag -o %s", path, cmp.Or(j.Format, format), stem)
	case format.Folder() && (j.Format == "" || j.Format == format):
		return j, fmt.Errorf("output: %q: %s is a folder of files: name that, as in --format %s -o %s", path, format, format, stem)
	case j.Format == "":
		j.Format = cmp.Or(format, JSONL)
	}
	if _, err := ParseFormat(string(j.Format)); err != nil || bag {
		return j, err
	}
	if format != "" && format != j.Format {
		return j, fmt.Errorf("format: %s: the name %q is of %s: name it %s, or say --format %s", j.Format, path, format, nameOf(stem, j.Format, j.Compression), format)
	}
	switch {
	case j.Compression == Plain:
		j.Compression = packed
	case packed != j.Compression && (packed != Plain || format != ""):
		how := "that is not packed"
		if packed != Plain {
			how = "of " + string(packed)
		}
		return j, fmt.Errorf("%s: the name %q is of a file %s: name it %s, or leave --%s away", j.Compression, path, how, nameOf(stem, j.Format, j.Compression), j.Compression)
	}
	return j, nil
}

// nameOf is stem with the endings that tell f and c.
func nameOf(stem string, f Format, c Compression) string {
	if f.Folder() {
		return stem
	}
	for _, e := range endings {
		if e.format == f {
			stem += e.ending
			break
		}
	}
	for _, p := range packings {
		if p.how == c {
			return stem + p.ending
		}
	}
	return stem
}
