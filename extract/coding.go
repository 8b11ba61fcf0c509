package extract

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
)

// What decoding a payload can end with. Both are wrapped with the coding.
var (
	// ErrTooLarge says that a payload unpacks to more than the limit, or to so
	// many times its own size that it is made to exhaust its reader.
	ErrTooLarge = errors.New("unpacks to more than the limit")
	// ErrDamaged says that a packed payload breaks off or does not fit its
	// coding. What could be unpacked comes with it.
	ErrDamaged = errors.New("damaged content coding")
)

const (
	// maxUnpacked bounds what Open unpacks: ten times the largest page that is
	// parsed whole.
	maxUnpacked = 64 << 20
	// maxRatio bounds how many bytes a packed one may become. Pages of lists
	// reach 40 with gzip and 100 with brotli; bombs start at 1,000.
	maxRatio = 300
	// ratioFloor is the size from which the ratio counts: small things cannot
	// hurt, and short pages of blanks are common.
	ratioFloor = 4 << 20
)

// DecodeContent removes the content codings from payload: gzip, x-gzip, br,
// deflate (with or without its zlib wrapper), zstd and identity, as the value
// of a Content-Encoding header (RFC 9110, 8.4) names them, several parted by
// commas. Limit bounds the result in bytes; 0 stands for 64 MiB.
//
// With ErrDamaged comes what was unpacked up to it, with ErrTooLarge the
// beginning. A payload that lacks the mark of the coding named is returned as it
// is: servers say gzip over plain bytes.
func DecodeContent(coding string, payload []byte, limit int64) ([]byte, error) {
	if limit <= 0 {
		limit = maxUnpacked
	}
	codings := strings.Split(coding, ",")
	if len(codings) > 4 {
		return nil, fmt.Errorf("content coding %q: more than 4 layers: %w", coding, ErrDamaged)
	}
	for i := len(codings) - 1; i >= 0; i-- {
		name := strings.ToLower(strings.TrimSpace(codings[i]))
		out, err := decodeOne(name, payload, limit)
		if err != nil {
			return out, fmt.Errorf("content coding %s: %w", name, err)
		}
		payload = out
	}
	return payload, nil
}

func decodeOne(name string, payload []byte, limit int64) ([]byte, error) {
	r, err := unpacker(name, payload)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if r == nil || len(payload) == 0 {
		return payload, nil
	}
	limit = min(limit, max(ratioFloor, int64(len(payload))*maxRatio))
	b, err := drain(r, len(payload), min(limit, ratioFloor))
	if err != ErrTooLarge || limit <= ratioFloor {
		r.Close()
		return b, err
	}
	// What is large is measured before it is given memory.
	rest, _ := io.Copy(io.Discard, io.LimitReader(r, limit-ratioFloor)) // an error comes again below
	r.Close()
	size := ratioFloor + 1 + rest
	if size > limit {
		return b, ErrTooLarge
	}
	if r, err = unpacker(name, payload); err != nil {
		return b, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	defer r.Close()
	var whole bytes.Buffer
	whole.Grow(int(size) + bytes.MinRead)
	if _, err := whole.ReadFrom(r); err != nil {
		return whole.Bytes(), fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return whole.Bytes(), nil
}

// unpacker returns what unpacks payload; nil where payload is to be taken as it
// is.
func unpacker(name string, payload []byte) (io.ReadCloser, error) {
	switch name {
	case "", "identity", "none", "utf-8", "binary":
		return nil, nil
	case "gzip", "x-gzip":
		if !bytes.HasPrefix(payload, gzipMagic) {
			return nil, nil
		}
		return gzip.NewReader(bytes.NewReader(payload))
	case "deflate":
		z, err := zlib.NewReader(bytes.NewReader(payload))
		if err != nil {
			return flate.NewReader(bytes.NewReader(payload)), nil
		}
		return z, nil
	case "br":
		if looksPlain(payload) {
			return nil, nil
		}
		return io.NopCloser(brotli.NewReader(bytes.NewReader(payload))), nil
	case "zstd":
		if !bytes.HasPrefix(payload, zstdMagic) {
			return nil, nil
		}
		z, err := zstd.NewReader(bytes.NewReader(payload),
			zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(8<<20), zstd.WithDecoderMaxMemory(128<<20))
		if err != nil {
			return nil, err
		}
		return z.IOReadCloser(), nil
	}
	return nil, errors.New("unknown coding")
}

var (
	gzipMagic = []byte{0x1f, 0x8b}
	zstdMagic = []byte{0x28, 0xb5, 0x2f, 0xfd}
)

// drain reads r, which unpacks packed bytes, up to limit.
func drain(r io.Reader, packed int, limit int64) ([]byte, error) {
	var b bytes.Buffer
	b.Grow(min(packed*4+512, 1<<20, int(limit)+1))
	n, err := b.ReadFrom(io.LimitReader(r, limit+1))
	switch {
	case n > limit:
		b.Truncate(int(limit))
		return b.Bytes(), ErrTooLarge
	case err != nil:
		return b.Bytes(), fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return b.Bytes(), nil
}

// looksPlain says whether b starts as markup does; brotli has no magic number.
func looksPlain(b []byte) bool {
	b = bytes.TrimLeft(bytes.TrimPrefix(b[:min(len(b), 256)], bomUTF8), " \t\r\n")
	return len(b) > 1 && b[0] == '<' && (b[1] == '!' || b[1] == '?' || b[1]|0x20 >= 'a' && b[1]|0x20 <= 'z')
}
