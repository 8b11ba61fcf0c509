package sqlite

import (
	"database/sql"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"fangzhi/archive"
)

const digestPrefix = "sha256:"

// millis is t as a column holds it, NULL for the zero time.
func millis(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMilli()
}

// bytesOf is d as a column holds it, NULL for none.
func bytesOf(d archive.Digest) (any, error) {
	if d == "" {
		return nil, nil
	}
	b, ok := sum(d)
	if !ok {
		return nil, fmt.Errorf("%q: a digest is %q and 64 hexadecimal digits", d, digestPrefix)
	}
	return b, nil
}

// sum returns the bytes of d, false where d is not well formed.
func sum(d archive.Digest) ([]byte, bool) {
	digits, ok := strings.CutPrefix(string(d), digestPrefix)
	if !ok || len(digits) != 64 {
		return nil, false
	}
	b, err := hex.DecodeString(digits)
	return b, err == nil
}

// asking is how p is asked for, and what fills it, as the columns hold it.
func asking(p *archive.Page) (asked, feeds any, err error) {
	if p.Request != nil {
		if asked, err = encode(p.Request); err != nil {
			return nil, nil, err
		}
	}
	if len(p.Feeds) > 0 {
		if feeds, err = encode(p.Feeds); err != nil {
			return nil, nil, err
		}
	}
	return asked, feeds, nil
}

// instant scans a column of milliseconds.
type instant struct{ to *time.Time }

func (i instant) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*i.to = time.Time{}
	case int64:
		*i.to = time.UnixMilli(v).UTC()
	default:
		return fmt.Errorf("a time is %T, not a number", src)
	}
	return nil
}

// digest scans a column of a SHA-256.
type digest struct{ to *archive.Digest }

func (d digest) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*d.to = ""
	case []byte:
		*d.to = archive.Digest(digestPrefix + hex.EncodeToString(v))
	default:
		return fmt.Errorf("a digest is %T, not bytes", src)
	}
	return nil
}

// last scans the last column of a row, a sum, and then calls then: the fields
// before it are there by then.
type last struct {
	to   *archive.Sum
	then func()
}

func (l last) Scan(src any) error {
	v, ok := src.(int64)
	if !ok {
		return fmt.Errorf("a sum is %T, not a number", src)
	}
	*l.to = archive.Sum(v)
	l.then()
	return nil
}

// soft scans a column of a version that may not hold what was written there any
// more: then the version says so, and the rest of it, and all others, are read.
type soft struct {
	column string
	to     sql.Scanner
	of     *archive.Snapshot
}

func (c soft) Scan(src any) error {
	if err := c.to.Scan(src); err != nil && c.of.Unread == "" {
		c.of.Unread = fmt.Sprintf("its %s cannot be read: %v", c.column, err)
	}
	return nil
}

// header scans a column of header lines.
type header struct{ to *http.Header }

func (h header) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*h.to = nil
	case []byte:
		*h.to = parseHeader(string(v))
	default:
		return fmt.Errorf("a header is %T, not bytes", src)
	}
	return nil
}

// lines is h as a column holds it: sorted by name, the values of a name in
// their order, NULL where there are none. A line break within a value, which
// HTTP does not know, becomes a space.
func lines(h http.Header) any {
	if len(h) == 0 {
		return nil
	}
	names := make([]string, 0, len(h))
	size := 0
	for name, values := range h {
		names = append(names, name)
		for _, v := range values {
			size += len(name) + len(v) + 4
		}
	}
	slices.Sort(names)
	b := make([]byte, 0, size)
	for _, name := range names {
		for _, v := range h[name] {
			b = append(b, name...)
			b = append(b, ": "...)
			if strings.ContainsAny(v, "\r\n") {
				v = strings.NewReplacer("\r\n", " ", "\r", " ", "\n", " ").Replace(v)
			}
			b = append(b, v...)
			b = append(b, "\r\n"...)
		}
	}
	return b
}

func parseHeader(s string) http.Header {
	h := http.Header{}
	for line := range strings.SplitSeq(s, "\r\n") {
		if name, value, ok := strings.Cut(line, ": "); ok {
			h[name] = append(h[name], value)
		}
	}
	if len(h) == 0 {
		return nil
	}
	return h
}
