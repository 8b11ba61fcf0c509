package warc

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
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
