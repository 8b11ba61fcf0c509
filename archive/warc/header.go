package warc

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// Header is a record's header, its fields as they stand in the file.
type Header struct {
	Version string // 1.0 or 1.1
	Fields  []Field
	Type    Type
	ID      string    // without angle brackets
	Date    time.Time // UTC
	Whole   bool      // Date is of whole seconds
	URI     string    // without the angle brackets that some write; "": none
	Length  int64     // of the block, in bytes
	Offset  int64     // where the record can be read again from; see Reader.Solitary
}

// Get is the value of the first field of that name, "" where there is none.
func (h *Header) Get(name string) string {
	for _, f := range h.Fields {
		if strings.EqualFold(f.Name, name) {
			return f.Value
		}
	}
	return ""
}

// header reads a record's header.
func (r *Reader) header() error {
	h := &r.head
	begins, err := r.in.Peek(11)
	if bytes.HasPrefix(begins, []byte("filedesc://")) {
		return errors.New("the file is an ARC: only WARC 1.0 and 1.1 are read; a tool such as warcio's recompress makes a WARC of it")
	}
	if len(begins) < 5 && err != nil {
		if err == io.EOF {
			err = ErrCut
		}
		return err
	}
	if !bytes.HasPrefix(begins, []byte("WARC/")) {
		return fmt.Errorf("begins with %q: a record begins with WARC/1.0 or WARC/1.1", clip(begins))
	}
	version, err := r.line(maxLine)
	if err != nil {
		return err
	}
	if h.Version = strings.TrimPrefix(version, "WARC/"); h.Version != "1.0" && h.Version != "1.1" {
		return fmt.Errorf("is of version %q: only WARC/1.0 and WARC/1.1 are read", version)
	}
	size := len(version)
	for {
		line, err := r.line(maxLine)
		if err != nil {
			return err
		}
		if line == "" {
			break
		}
		if size += len(line); size > MaxHeader || len(h.Fields) >= maxFields {
			return fmt.Errorf("its header has more than %d fields, or %d bytes", maxFields, MaxHeader)
		}
		if line[0] == ' ' || line[0] == '\t' {
			if len(h.Fields) == 0 {
				return errors.New("its header begins with a continued line")
			}
			last := &h.Fields[len(h.Fields)-1]
			last.Value += " " + strings.Trim(line, " \t")
			continue
		}
		name, value, ok := strings.Cut(line, ":")
		name = strings.TrimRight(name, " \t")
		if !ok || name == "" || strings.ContainsAny(name, " \t") {
			return fmt.Errorf("the line %q of its header is no field", clip([]byte(line)))
		}
		h.Fields = append(h.Fields, Field{name, strings.Trim(value, " \t")})
	}
	return h.read()
}

// read takes from the fields what every record has.
func (h *Header) read() (err error) {
	for _, name := range []string{"WARC-Type", "WARC-Record-ID", "WARC-Date", "Content-Length"} {
		if h.count(name) == 0 {
			return fmt.Errorf("has no %s", name)
		}
	}
	for _, name := range []string{"WARC-Type", "WARC-Record-ID", "WARC-Date", "Content-Length", "WARC-Target-URI", "WARC-Payload-Digest", "WARC-Block-Digest"} {
		if h.count(name) > 1 {
			return fmt.Errorf("has several %s", name)
		}
	}
	h.Type = Type(strings.ToLower(h.Get("WARC-Type")))
	h.ID, h.URI = Bare(h.Get("WARC-Record-ID")), Bare(h.Get("WARC-Target-URI"))
	if h.ID == "" {
		return errors.New("has no WARC-Record-ID")
	}
	length := h.Get("Content-Length")
	if h.Length, err = strconv.ParseInt(length, 10, 64); err != nil || h.Length < 0 || length[0] == '+' {
		return fmt.Errorf("Content-Length %q: must be a number of bytes", clip([]byte(length)))
	}
	date := h.Get("WARC-Date")
	if h.Date, err = ParseDate(date); err != nil {
		return fmt.Errorf("WARC-Date %w", err)
	}
	h.Whole = !strings.Contains(date, ".")
	switch h.Type {
	case Response, Request, Revisit, "resource", "conversion":
		if h.URI == "" {
			return fmt.Errorf("is a %s without WARC-Target-URI", h.Type)
		}
	}
	return nil
}

func (h *Header) count(name string) (n int) {
	for _, f := range h.Fields {
		if strings.EqualFold(f.Name, name) {
			n++
		}
	}
	return n
}

// Bare is a URI without the angle brackets around it.
func Bare(s string) string {
	if len(s) >= 2 && s[0] == '<' && s[len(s)-1] == '>' {
		return s[1 : len(s)-1]
	}
	return s
}

// ParseDate reads a date as WARC 1.1 has it, to the second at least: what is
// coarser tells no moment.
func ParseDate(s string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil || !strings.HasSuffix(s, "Z") {
		return time.Time{}, fmt.Errorf("%q: must be a time in UTC, to the second: 2026-03-01T08:00:00Z", clip([]byte(s)))
	}
	return t, nil
}
