package export

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"iter"
	"os"

	"fangzhi/archive"
)

// recordWriter writes records in one format.
type recordWriter interface {
	write(e entry) error
	// pause ends what a further part of the export may be put after: then all
	// that was written is whole as it stands. It is false where a format has no
	// such place.
	pause() (bool, error)
	finish() error
}

// newRecordWriter writes a format that is one file to w; dir is a folder for
// what is needed on the way.
func newRecordWriter(w io.Writer, j Job, dir string) (recordWriter, error) {
	switch j.Format {
	case JSONL:
		return newLines(w, j.Compression, ""), nil
	case CSV:
		return newLines(w, j.Compression, csvHeader(j.Excel)), nil
	case Parquet:
		return newParquet(w, dir), nil
	case Atom:
		return newFeed(w, j.Selection, dir), nil
	}
	return nil, fmt.Errorf("format %q: is not a file of records", j.Format)
}

// Write writes what j asks for of store to w, a format that is a stream, and
// returns how many records it wrote. When it fails, the JSONL or CSV that w
// holds ends with a whole record, unless it was w that failed. Records that are
// damaged are left out, and archive.ErrCorrupt in the end.
func Write(ctx context.Context, w io.Writer, j Job, store Store, records iter.Seq2[Record, error]) (int, error) {
	n, damaged, err := writeEntries(w, j, encoded(records, encoder(j, gone{ctx, store}), place{}))
	if err == nil && len(damaged) > 0 {
		err = fmt.Errorf("write %s: %d left out, the first of them %s: %w", j.Format, len(damaged), damaged[0], archive.ErrCorrupt)
	}
	return n, err
}

// writeEntries returns how many records it wrote, and which it left out, for they
// are damaged.
func writeEntries(w io.Writer, j Job, entries iter.Seq2[entry, error]) (n int, damaged []string, err error) {
	dir, err := os.MkdirTemp("", "fangzhi-export-")
	if err != nil {
		return 0, nil, err
	}
	defer os.RemoveAll(dir)
	out := bufio.NewWriterSize(w, 1<<16)
	to, err := newRecordWriter(out, j, dir)
	if err != nil {
		return 0, nil, err
	}
	for e, err := range entries {
		if err == nil && e.Damaged != "" {
			damaged = append(damaged, e.damage())
			continue
		}
		if err == nil {
			err = to.write(e)
		}
		if err != nil {
			if _, ended := to.pause(); ended == nil {
				out.Flush() // err is told: the rest is tried
			}
			return n, damaged, err
		}
		n++
		if n%partRecords == 0 {
			if _, err := to.pause(); err != nil {
				return n, damaged, fmt.Errorf("write %s: %w", j.Format, err)
			}
		}
	}
	if err := to.finish(); err != nil {
		return n, damaged, fmt.Errorf("write %s: %w", j.Format, err)
	}
	if err := out.Flush(); err != nil {
		return n, damaged, fmt.Errorf("write %s: %w", j.Format, err)
	}
	return n, damaged, nil
}

// partRecords is how many records stand between two places at which an export
// can be taken up again; tests set it.
var partRecords = 20_000
