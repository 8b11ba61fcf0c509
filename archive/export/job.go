package export

import (
	"encoding/json"
	"fmt"

	"fangzhi/archive"
)

// Format names how an export is written.
type Format string

// The formats.
const (
	JSONL    Format = "jsonl"    // one JSON object a line, UTF-8, no byte order mark
	CSV      Format = "csv"      // RFC 4180, with a header line, UTF-8
	Parquet  Format = "parquet"  // typed columns
	Atom     Format = "atom"     // RFC 4287, with tombstones of RFC 6721
	Markdown Format = "markdown" // a folder, a file for each record
	WARC     Format = "warc"     // a folder of WARC 1.1 files, and their CDXJ
	WACZ     Format = "wacz"     // one file of WARCs with index and pages, to be replayed
)

// Formats lists every format.
var Formats = []Format{JSONL, CSV, Parquet, Atom, Markdown, WARC, WACZ}

// ParseFormat returns the format called name.
func ParseFormat(name string) (Format, error) {
	for _, f := range Formats {
		if string(f) == name {
			return f, nil
		}
	}
	return "", fmt.Errorf("format: %q: must be one of %s", name, join(Formats))
}

// Captures says whether f holds what was served rather than what it says.
func (f Format) Captures() bool { return f == WARC || f == WACZ }

// Folder says whether f is a folder of files.
func (f Format) Folder() bool { return f == WARC || f == Markdown }

// Stream says whether f can be written to a pipe.
func (f Format) Stream() bool { return f != WACZ && !f.Folder() }

// Compression is how a JSONL or CSV export is packed.
type Compression string

// The compressions: members or frames of some ten thousand records, one after
// the other, as gzip -d and zstd -d read them.
const (
	Plain Compression = ""
	Gzip  Compression = "gzip"
	Zstd  Compression = "zstd"
)

// DefaultSplit is the size in bytes at which a WARC file ends.
const DefaultSplit = 1 << 30

// Job is what is exported, and how.
type Job struct {
	Format    Format    `json:"format"`
	Selection Selection `json:"selection"`

	Compression Compression `json:"compression,omitempty"` // of JSONL and CSV
	Excel       bool        `json:"excel,omitempty"`       // CSV fit for a spreadsheet program
	Split       int64       `json:"split,omitempty"`       // of WARC and WACZ: about how many bytes a WARC file has; 0: DefaultSplit
	Begin       []string    `json:"begin,omitempty"`       // of WACZ: URLs of columns, of which it opens with the first that it has, where it has no home page
	Software    string      `json:"software,omitempty"`    // what wrote it, as web archives and bags say
	Operator    string      `json:"operator,omitempty"`    // whom they name to be asked about it: a mail address or URL
}

// Validate reports the first thing in j that cannot be meant.
func (j Job) Validate() error {
	if _, err := ParseFormat(string(j.Format)); err != nil {
		return err
	}
	lines := j.Format == JSONL || j.Format == CSV
	switch {
	case j.Compression != Plain && j.Compression != Gzip && j.Compression != Zstd:
		return fmt.Errorf("compression: %q: must be gzip or zstd", j.Compression)
	case j.Compression != Plain && !lines:
		how := "is packed as it is"
		if j.Format == Atom || j.Format == Markdown {
			how = "is written as it is, to be packed by other means"
		}
		return fmt.Errorf("%s: is for jsonl and csv: %s %s", j.Compression, j.Format, how)
	case j.Excel && j.Format != CSV:
		return fmt.Errorf("excel: is for csv, not for %s", j.Format)
	case j.Split != 0 && !j.Format.Captures():
		return fmt.Errorf("split: is for warc and wacz, not for %s", j.Format)
	case j.Split < 0 || j.Split > 0 && j.Split < 1<<20:
		return fmt.Errorf("split: %d: must be 1M at least", j.Split)
	case j.Format == WACZ && j.Split > 3<<30:
		return fmt.Errorf("split: %d: must be 3G at most in a wacz", j.Split)
	}
	return j.Selection.Validate(j.Format.Captures())
}

// plain is j with everything said that an empty field stands for.
func (j Job) plain() Job {
	j.Selection = j.Selection.plain()
	if j.Selection.Versions == "" {
		j.Selection.Versions = Latest
		if j.Format.Captures() {
			j.Selection.Versions = All
		}
	}
	if j.Split == 0 && j.Format.Captures() {
		j.Split = DefaultSplit
	}
	return j
}

// name is the same for the same job.
func (j Job) name() archive.Digest {
	b, _ := json.Marshal(j.plain()) // words, numbers and times: it cannot fail
	return archive.DigestOf(b)
}

// asked is the same for the same job, whoever does it.
func (j Job) asked() archive.Digest {
	j.Software, j.Operator, j.Begin = "", "", nil
	return j.name()
}
