package export

import (
	"bufio"
	"fmt"
	"io"
	"iter"
	"strings"
)

// Format names how records are written.
type Format string

// The formats.
const (
	JSONL Format = "jsonl" // one JSON object a line, UTF-8, no byte order mark
	CSV   Format = "csv"   // RFC 4180, with a header line, UTF-8, no byte order mark
)

// Formats lists every format.
var Formats = []Format{JSONL, CSV}

// ParseFormat returns the format called name.
func ParseFormat(name string) (Format, error) {
	var known []string
	for _, f := range Formats {
		if string(f) == name {
			return f, nil
		}
		known = append(known, string(f))
	}
	return "", fmt.Errorf("format: %q: must be one of %s", name, strings.Join(known, ", "))
}

// encoder writes records in one format: append adds a whole record to dst and
// returns the longer slice.
type encoder struct {
	header string
	append func(dst []byte, r Record) ([]byte, error)
}

func encoderOf(f Format) (encoder, error) {
	switch f {
	case JSONL:
		return encoder{append: appendJSONL}, nil
	case CSV:
		return encoder{header: csvHeader(), append: appendCSV}, nil
	}
	_, err := ParseFormat(string(f))
	return encoder{}, err
}

// Write writes records to w and returns how many it wrote. When it fails, what
// w holds ends with a whole record, unless it was w that failed.
func Write(w io.Writer, f Format, records iter.Seq2[Record, error]) (int, error) {
	enc, err := encoderOf(f)
	if err != nil {
		return 0, err
	}
	out := bufio.NewWriterSize(w, 1<<16)
	if _, err := out.WriteString(enc.header); err != nil {
		return 0, fmt.Errorf("write %s: %w", f, err)
	}
	n := 0
	var line []byte
	for r, err := range records {
		if err == nil {
			line, err = enc.append(line[:0], r)
		}
		if err != nil {
			if flushed := out.Flush(); flushed != nil {
				return n, fmt.Errorf("write %s: %w", f, flushed)
			}
			return n, err
		}
		if _, err := out.Write(line); err != nil {
			return n, fmt.Errorf("write %s: %w", f, err)
		}
		n++
	}
	if err := out.Flush(); err != nil {
		return n, fmt.Errorf("write %s: %w", f, err)
	}
	return n, nil
}
