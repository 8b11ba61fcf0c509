package warc

import (
	"bytes"
	"fmt"
	"io"
	"strconv"

	"github.com/klauspost/compress/gzip"
)

// Writer writes records to one file, each as a gzip member of its own.
type Writer struct {
	to     io.Writer
	gz     *gzip.Writer
	member bytes.Buffer
	head   []byte
	offset int64
}

// NewWriter returns a writer of a file that holds size bytes already; what is
// written to to goes behind them.
func NewWriter(to io.Writer, size int64) *Writer {
	gz, _ := gzip.NewWriterLevel(nil, gzip.DefaultCompression) // fails for other levels alone
	return &Writer{to: to, gz: gz, offset: size}
}

// Size is how many bytes the file holds.
func (w *Writer) Size() int64 { return w.offset }

// Place is where a record stands in its file, in bytes.
type Place struct{ Offset, Length int64 }

// Write writes r and returns its place.
func (w *Writer) Write(r Record) (Place, error) {
	w.head = appendHead(w.head[:0], r)
	w.member.Reset()
	w.gz.Reset(&w.member)
	w.gz.Write(w.head)
	for _, p := range r.Block.Parts {
		w.gz.Write(p)
	}
	io.WriteString(w.gz, "\r\n\r\n")
	if err := w.gz.Close(); err != nil {
		return Place{}, fmt.Errorf("compress %s record: %w", r.Type, err)
	}
	place := Place{Offset: w.offset, Length: int64(w.member.Len())}
	n, err := w.to.Write(w.member.Bytes())
	w.offset += int64(n)
	return place, err
}

// appendHead appends the version line and the fields of r.
func appendHead(b []byte, r Record) []byte {
	field := func(name, value string) {
		b = append(b, name...)
		b = append(b, ": "...)
		b = append(b, oneLine(value)...)
		b = append(b, "\r\n"...)
	}
	b = append(b, "WARC/1.1\r\n"...)
	field("WARC-Type", string(r.Type))
	if r.URI != "" {
		field("WARC-Target-URI", r.URI)
	}
	field("WARC-Date", Stamp(r.Date))
	field("WARC-Record-ID", "<"+r.ID+">")
	for _, f := range r.Fields {
		if f.Value != "" {
			field(f.Name, f.Value)
		}
	}
	field("WARC-Block-Digest", Digest(r.Block.Parts...))
	if r.Block.Len() > 0 {
		field("Content-Type", r.Block.Type)
	}
	field("Content-Length", strconv.Itoa(r.Block.Len()))
	return append(b, "\r\n"...)
}
