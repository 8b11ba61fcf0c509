package export

import (
	"errors"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// lines writes records as lines of text, packed or not. Each part, from one
// pause to the next, is a gzip member or zstd frame of its own, so that another
// may follow.
type lines struct {
	to     io.Writer
	packed packer // nil: plain
	open   bool   // a part is
	header string // still to be written
	begun  bool   // something was written
}

// packer is what the compressions have in common.
type packer interface {
	io.WriteCloser
	Reset(w io.Writer)
}

func newLines(w io.Writer, c Compression, header string) *lines {
	l := &lines{to: w, header: header}
	switch c {
	case Gzip:
		l.packed, _ = gzip.NewWriterLevel(nil, gzip.DefaultCompression) // fails for other levels alone
	case Zstd:
		l.packed, _ = zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	}
	return l
}

func (l *lines) write(e entry) error {
	line := e.text
	if l.header != "" {
		line = append([]byte(l.header), line...)
		l.header = ""
	}
	err := l.put(line)
	texts.Put(&e.text)
	return err
}

func (l *lines) put(b []byte) error {
	l.begun = true
	if l.packed == nil {
		_, err := l.to.Write(b)
		return err
	}
	if !l.open {
		l.packed.Reset(l.to)
		l.open = true
	}
	_, err := l.packed.Write(b)
	return err
}

func (l *lines) pause() (bool, error) {
	if !l.open {
		return true, nil
	}
	l.open = false
	return true, l.packed.Close()
}

// finish writes the header where there was no record, and a part where there
// was nothing at all: an empty file is not a gzip file.
func (l *lines) finish() error {
	var err error
	if l.header != "" || l.packed != nil && !l.begun {
		err = l.put([]byte(l.header))
	}
	l.header = ""
	_, ended := l.pause()
	return errors.Join(err, ended)
}
