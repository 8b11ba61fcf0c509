package warc

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
)

// A gzip member may unpack to so many times its size, once it is large.
// Crawlers that keep a record a member get to some hundred with pages of blanks.
const (
	maxRatio   = 500
	ratioFloor = 64 << 20
)

// members reads the members of a gzip file one after the other. A read never
// goes beyond the end of one, so that where a record begins can be told.
type members struct {
	raw   *bufio.Reader
	under *counter // beneath raw
	gz    *gzip.Reader
	in    bool  // a member was begun and not ended
	start int64 // of the member, in the file
	given int64 // bytes of the member that were read
}

// counter counts the bytes that go through.
type counter struct {
	from io.Reader
	n    int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.from.Read(p)
	c.n += int64(n)
	return n, err
}

// at is how many bytes of the file the unpacker took: it takes none beyond its
// member.
func (m *members) at() int64 { return m.under.n - int64(m.raw.Buffered()) }

func (m *members) Read(p []byte) (int, error) {
	for {
		if !m.in {
			if _, err := m.raw.Peek(1); err != nil {
				return 0, err // io.EOF: the file is over
			}
			m.start, m.given = m.at(), 0
			var err error
			if m.gz == nil {
				m.gz, err = gzip.NewReader(m.raw)
			} else {
				err = m.gz.Reset(m.raw)
			}
			if err != nil {
				return 0, m.broken(err)
			}
			m.gz.Multistream(false)
			m.in = true
		}
		n, err := m.gz.Read(p)
		m.given += int64(n)
		if packed := m.at() - m.start; m.given > ratioFloor && m.given > maxRatio*packed {
			return 0, fmt.Errorf("its gzip member at byte %d unpacks to more than %d times its size: a bomb", m.start, maxRatio)
		}
		if err == io.EOF {
			m.in = false
			err = nil
		}
		if n > 0 || err != nil {
			return n, m.broken(err)
		}
	}
}

func (m *members) broken(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, io.ErrUnexpectedEOF), err == io.EOF:
		return ErrCut
	}
	return fmt.Errorf("its gzip member at byte %d is damaged: %w", m.start, err)
}
