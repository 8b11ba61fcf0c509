package warc

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// What a file may hold in one place. No crawler writes as much; who does wants
// to fill memory.
const (
	MaxHeader = 256 << 10 // bytes of a record's header
	maxFields = 1000      // of a record's header
	maxLine   = 128 << 10
)

// ErrCut says that a file ends within a record.
var ErrCut = errors.New("the file ends within a record: it was cut short")

// FormatError is what makes a file unusable, and where.
type FormatError struct {
	Offset int64  // of the record, in the file as it is on the disk
	Record string // its id, or what it is of; "" where that was not read
	Err    error
}

func (e *FormatError) Error() string {
	of := ""
	if e.Record != "" {
		of = " (" + e.Record + ")"
	}
	return fmt.Sprintf("record at byte %d%s: %v", e.Offset, of, e.Err)
}

func (e *FormatError) Unwrap() error { return e.Err }

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

// Reader reads the records of one file, packed or not. It takes what tools write
// that bend the standard (angle brackets around a target, fractions of a
// second, further empty lines between records) and refuses what could be read
// in two ways.
type Reader struct {
	under  *counter // the file
	raw    *bufio.Reader
	in     *bufio.Reader // raw, or what is unpacked of it
	member *members      // nil: the file is not packed
	plain  int64         // bytes taken from in
	head   Header
	left   int64   // of the block
	open   bool    // a record was begun and not ended
	spare  *packed // what read a packed file before
}

// NewReader returns a reader of a file from its beginning, or of what stands at
// the offset of a solitary record.
func NewReader(from io.Reader) (*Reader, error) {
	r := &Reader{}
	return r, r.Reset(from)
}

// Reset makes r what NewReader(from) is, and takes over what it has of buffers.
func (r *Reader) Reset(from io.Reader) error {
	under, raw, unpacked := r.under, r.raw, r.spare
	if raw == nil {
		under = &counter{}
		raw = bufio.NewReaderSize(under, 64<<10)
	}
	under.from, under.n = from, 0
	raw.Reset(under)
	*r = Reader{under: under, raw: raw, in: raw, spare: unpacked}
	head, err := raw.Peek(2)
	if err != nil && len(head) == 0 {
		if err == io.EOF {
			return &FormatError{Err: errors.New("the file is empty")}
		}
		return err
	}
	if len(head) < 2 || head[0] != 0x1f || head[1] != 0x8b {
		return nil
	}
	if unpacked == nil {
		m := &members{raw: raw, under: under}
		unpacked = &packed{m, bufio.NewReaderSize(m, 64<<10)}
		r.spare = unpacked
	}
	m := unpacked.member
	*m = members{raw: raw, under: under, gz: m.gz}
	unpacked.in.Reset(m)
	r.member, r.in = m, unpacked.in
	return nil
}

// packed is what reads a packed file.
type packed struct {
	member *members
	in     *bufio.Reader
}

// Packed says whether the file is gzip.
func (r *Reader) Packed() bool { return r.member != nil }

// Taken is how many bytes of the file were read so far.
func (r *Reader) Taken() int64 { return r.under.n }

// Unpacked is how many bytes the records took so far, unpacked.
func (r *Reader) Unpacked() int64 { return r.plain }

// Next goes on to the next record and returns its header, which is valid until
// the next call; io.EOF after the last. Solitary says that a reader of its own
// can read the record from Header.Offset on: it begins where a gzip member does,
// or the file is not packed.
func (r *Reader) Next() (h *Header, solitary bool, err error) {
	if r.open {
		if err := r.end(); err != nil {
			return nil, false, r.fault(err)
		}
	}
	solitary, err = r.begin()
	if err != nil {
		if err == io.EOF {
			return nil, false, err
		}
		return nil, false, r.fault(err)
	}
	if err := r.header(); err != nil {
		return nil, false, r.fault(err)
	}
	r.open, r.left = true, r.head.Length
	return &r.head, solitary, nil
}

// Read reads the block of the record.
func (r *Reader) Read(p []byte) (int, error) {
	if r.left == 0 {
		return 0, io.EOF
	}
	n, err := r.in.Read(p[:min(int64(len(p)), r.left)])
	r.plain += int64(n)
	r.left -= int64(n)
	if err == io.EOF {
		err = ErrCut
	}
	if err != nil {
		err = r.fault(err)
	}
	return n, err
}

// begin finds the first byte of the next record.
func (r *Reader) begin() (solitary bool, err error) {
	for {
		r.head = Header{}
		b, err := r.in.Peek(1)
		if err != nil {
			return false, err
		}
		r.head.Offset, solitary = r.plain, true
		if r.member != nil {
			r.head.Offset = r.member.start
			solitary = r.member.given == int64(r.in.Buffered())
		}
		if b[0] != '\r' && b[0] != '\n' {
			return solitary, nil
		}
		// Empty lines between records; old crawlers write one too many.
		line, err := r.line(4)
		if err != nil || line != "" {
			return false, errors.New("stray bytes between records")
		}
	}
}

// end goes to the end of the record: the rest of its block and the two line ends.
func (r *Reader) end() error {
	if _, err := io.Copy(io.Discard, r); err != nil {
		return err
	}
	r.open = false
	for i := range 2 {
		b, err := r.in.Peek(2)
		if len(b) == 2 && b[0] == '\r' && b[1] == '\n' {
			r.in.Discard(2)
			r.plain += 2
			continue
		}
		if err != nil && err != io.EOF {
			return err
		}
		if len(b) == 0 || len(b) == 1 && b[0] == '\r' {
			return ErrCut
		}
		return fmt.Errorf("its block is followed by %q and not by the two line ends of a record (the %s is missing): Content-Length is wrong", b, []string{"first", "second"}[i])
	}
	return nil
}

// End ends the record: an error says that its block is not as long as it says.
func (r *Reader) End() error {
	if !r.open {
		return nil
	}
	if err := r.end(); err != nil {
		return r.fault(err)
	}
	return nil
}

// fault is err at the current record.
func (r *Reader) fault(err error) error {
	var known *FormatError
	if errors.As(err, &known) {
		return err
	}
	if err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) {
		err = ErrCut
	}
	name := r.head.ID
	if name == "" && r.head.URI != "" {
		name = r.head.URI
	}
	if len(name) > 200 {
		name = name[:200] + "…"
	}
	return &FormatError{Offset: r.head.Offset, Record: name, Err: err}
}

// line reads a line that ends in CRLF, without its end.
func (r *Reader) line(most int) (string, error) {
	var b []byte
	for {
		part, err := r.in.ReadSlice('\n')
		r.plain += int64(len(part))
		b = append(b, part...)
		if len(b) > most {
			return "", fmt.Errorf("a line of its header has more than %d bytes", most)
		}
		if err == bufio.ErrBufferFull {
			continue
		}
		if err == io.EOF && len(b) > 0 {
			return "", ErrCut
		}
		if err != nil {
			return "", err
		}
		break
	}
	line, ok := bytes.CutSuffix(b, []byte("\r\n"))
	if !ok {
		return "", fmt.Errorf("the line %q of its header ends in LF alone: lines of a WARC header end in CRLF", clip(bytes.TrimSuffix(b, []byte("\n"))))
	}
	for _, c := range line {
		if c < ' ' && c != '\t' || c == 0x7f {
			return "", fmt.Errorf("the line %q of its header has a control character", clip(line))
		}
	}
	return string(line), nil
}

func clip(b []byte) string {
	if len(b) > 80 {
		return string(b[:80]) + "…"
	}
	return string(b)
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
