package sqlite

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"os"
	"slices"

	"github.com/klauspost/compress/zstd"

	"fangzhi/archive"
)

// The codings of a payload's column of bytes.
const (
	codingIdentity = "identity"
	codingZstd     = "zstd"
)

// maxPayload bounds what a damaged row can make the decoder allocate.
const maxPayload = 1 << 31

// A codec packs payloads. It may be used from many goroutines.
type codec struct {
	encoder *zstd.Encoder
	decoder *zstd.Decoder
}

func newCodec() (*codec, error) {
	// The digest is checked at each reading, so frames need no checksum. A
	// window of 1 MiB spans nearly every page, and bounds the memory.
	encoder, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1),
		zstd.WithEncoderCRC(false), zstd.WithWindowSize(1<<20), zstd.WithLowerEncoderMem(true))
	if err != nil {
		return nil, err
	}
	decoder, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(2), zstd.WithDecoderLowmem(true), zstd.WithDecodeAllCapLimit(true))
	if err != nil {
		return nil, err
	}
	return &codec{encoder: encoder, decoder: decoder}, nil
}

// pack returns b as it is stored: packed where that makes it smaller, which it
// does not for what was sent packed.
func (c *codec) pack(b []byte) (coding string, packed []byte) {
	if len(b) > 0 && !sentPacked(b) {
		packed = c.encoder.EncodeAll(b, make([]byte, 0, len(b)/3+64))
		if len(packed) < len(b) {
			return codingZstd, packed
		}
	}
	if b == nil {
		b = []byte{}
	}
	return codingIdentity, b
}

// sentPacked tells content that is packed already by its first bytes: gzip,
// zstd, zip (and the office formats that are zip), PNG, JPEG, RAR, 7-Zip.
func sentPacked(b []byte) bool {
	for _, magic := range []string{
		"\x1f\x8b", "\x28\xb5\x2f\xfd", "PK\x03\x04", "\x89PNG", "\xff\xd8\xff", "Rar!", "7z\xbc\xaf",
	} {
		if bytes.HasPrefix(b, []byte(magic)) {
			return true
		}
	}
	return false
}

func (c *codec) unpack(coding string, dictionary, packed []byte, size int64) ([]byte, error) {
	if size < 0 || size > maxPayload {
		return nil, fmt.Errorf("a size of %d", size)
	}
	switch {
	case coding == codingIdentity:
		return packed, nil
	case coding == codingZstd && len(dictionary) == 0:
		return c.decoder.DecodeAll(packed, make([]byte, 0, size))
	}
	return nil, fmt.Errorf("coding %q is unknown", coding)
}

func (c *codec) close() {
	c.encoder.Close()
	c.decoder.Close()
}

// Payload returns the bytes with digest d, checked against it.
func (s *Store) Payload(ctx context.Context, d archive.Digest) ([]byte, error) {
	what := fmt.Sprintf("read payload %s", d)
	return read(s, ctx, what, func() ([]byte, error) {
		key, ok := sum(d)
		if !ok {
			return nil, archive.ErrNotFound
		}
		var coding string
		var dictionary, packed []byte
		var size int64
		err := s.readers.QueryRowContext(ctx,
			`SELECT coding, dictionary, size, bytes FROM payloads WHERE digest = ?`, key).
			Scan(&coding, &dictionary, &size, &packed)
		if errors.Is(err, sql.ErrNoRows) {
			return nil, archive.ErrNotFound
		}
		if err != nil {
			return nil, err
		}
		payload, err := s.codec.unpack(coding, dictionary, packed, size)
		if err != nil {
			return nil, fmt.Errorf("%w (%w)", archive.ErrCorrupt, err)
		}
		if archive.DigestOf(payload) != d || int64(len(payload)) != size {
			return nil, archive.ErrCorrupt
		}
		return payload, nil
	})
}

// Payloads yields the digest of every payload held, in ascending order.
func (s *Store) Payloads(ctx context.Context) iter.Seq2[archive.Digest, error] {
	return list(s, ctx, "list payloads", 1024, 0, func(last *archive.Digest, n int) ([]archive.Digest, error) {
		after := []byte{}
		if last != nil {
			after, _ = sum(*last)
		}
		return scan(
			func(d *archive.Digest) []any { return []any{digest{d}} })(s.query(ctx, `SELECT digest FROM payloads WHERE digest > ? ORDER BY digest LIMIT ?`, after, n))
	})
}

// Holds returns which of digests it holds payloads of.
func (s *Store) Holds(ctx context.Context, digests []archive.Digest) (map[archive.Digest]bool, error) {
	return read(s, ctx, "payloads held", func() (map[archive.Digest]bool, error) {
		var keys []any
		for _, d := range digests {
			if key, ok := sum(d); ok {
				keys = append(keys, key)
			}
		}
		held := make(map[archive.Digest]bool, len(keys))
		for chunk := range slices.Chunk(keys, askChunk) {
			found, err := scan(func(d *archive.Digest) []any { return []any{digest{d}} })(
				s.prepared(ctx, `SELECT digest FROM payloads WHERE digest IN `+askFor, filled(chunk)...))
			if err != nil {
				return nil, err
			}
			for _, d := range found {
				held[d] = true
			}
		}
		return held, nil
	})
}

// Check asks SQLite whether the file is sound: its pages, its indexes, the
// search index and what refers to what.
func (s *Store) Check(ctx context.Context, part, parts int) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		lines, err := s.check(ctx, part, parts)
		for _, line := range lines {
			if !yield(line, nil) {
				return
			}
		}
		if err != nil {
			yield("", err)
		}
	}
}

func (s *Store) check(ctx context.Context, part, parts int) ([]string, error) {
	var faults []string
	_, err := read(s, ctx, "check", func() (_ bool, err error) {
		conn, done, err := s.alone(ctx)
		if err != nil {
			return false, err
		}
		defer done()
		lines, err := scan(one[string])(conn.QueryContext(ctx, `PRAGMA integrity_check(100)`))
		for _, line := range lines {
			if line != "ok" {
				faults = append(faults, "file: "+line)
			}
		}
		if err == nil {
			faults, err = s.checkReferences(ctx, faults)
		}
		if err == nil {
			faults, err = s.checkSize(ctx, faults)
		}
		if err == nil {
			faults, err = s.checkWords(ctx, conn, part, parts, faults)
		}
		return err == nil, err
	})
	if errors.Is(err, archive.ErrCorrupt) {
		return append(faults, "file: "+err.Error()), nil
	}
	return faults, err
}

// alone returns a reader of its own: FTS5 checks its index by what the connection
// last saw of it, and would take what was written since for damage.
func (s *Store) alone(ctx context.Context) (conn *sql.Conn, done func(), err error) {
	dsn, err := s.dsn(s.asRead, nil)
	if err != nil {
		return nil, nil, err
	}
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, nil, err
	}
	if conn, err = db.Conn(ctx); err != nil {
		db.Close()
		return nil, nil, err
	}
	return conn, func() { conn.Close(); db.Close() }, nil
}

// checkSize adds a line where the file does not end with a whole page: SQLite
// takes what is missing for zeros. While there is a write-ahead log it may hold
// that page whole: the loss of power tears pages that are copied out of it.
func (s *Store) checkSize(ctx context.Context, faults []string) ([]string, error) {
	sizes, err := scan(one[int64])(s.query(ctx, `PRAGMA page_size`))
	if err != nil || len(sizes) != 1 {
		return faults, err
	}
	if wal, err := os.Stat(s.path + "-wal"); err == nil && wal.Size() > 0 {
		return faults, nil
	}
	info, err := os.Stat(s.path)
	if err == nil && info.Size()%sizes[0] != 0 {
		faults = append(faults, fmt.Sprintf("file: has %d bytes, which are not whole pages of %d: its end is missing", info.Size(), sizes[0]))
	}
	return faults, err
}

// checkReferences adds a line for each row that refers to a row that is not
// there, at most a hundred.
func (s *Store) checkReferences(ctx context.Context, faults []string) ([]string, error) {
	type orphan struct {
		table, parent string
		row           sql.NullInt64
	}
	orphans, err := scan(
		func(o *orphan) []any { return []any{&o.table, &o.row, &o.parent} })(s.query(ctx, `SELECT "table", rowid, parent FROM pragma_foreign_key_check ORDER BY 1, 2 LIMIT 100`))
	for _, o := range orphans {
		faults = append(faults, fmt.Sprintf("%s: row %d: refers to a row of %s that is not there", o.table, o.row.Int64, o.parent))
	}
	return faults, err
}
