package export_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"testing"

	"github.com/klauspost/compress/zstd"

	"fangzhi/archive/export"
)

// A packed file is one member or frame after the other, and unpacks to the plain
// one; so does one without a record.
func TestPacked(t *testing.T) {
	export.SetParts(2, 2)
	defer export.SetParts(20_000, 5_000)
	unpack := map[export.Compression]func(io.Reader) (io.Reader, error){
		export.Gzip: func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) },
		export.Zstd: func(r io.Reader) (io.Reader, error) { return zstd.NewReader(r) },
	}
	magic := map[export.Compression][]byte{export.Gzip: {0x1f, 0x8b, 8}, export.Zstd: {0x28, 0xb5, 0x2f, 0xfd}}
	for _, f := range []export.Format{export.JSONL, export.CSV} {
		for _, sel := range []export.Selection{{}, {Versions: export.All}, {Sites: []string{"nowhere"}}} {
			plain, n := write(t, portal(), f, sel)
			for c, open := range unpack {
				var packed bytes.Buffer
				j := export.Job{Format: f, Selection: sel, Compression: c}
				if _, err := export.Run(t.Context(), portal(), j, export.Target{Path: "-", Stdout: &packed}); err != nil {
					t.Fatal(err)
				}
				if parts := bytes.Count(packed.Bytes(), magic[c]); parts != max(1, (n+1)/2) {
					t.Errorf("%s %s: %d parts of %d records", f, c, parts, n)
				}
				r, err := open(&packed)
				if err != nil {
					t.Fatal(err)
				}
				got, err := io.ReadAll(r)
				if err != nil || string(got) != plain {
					t.Errorf("%s %s: %v, got %q, want %q", f, c, err, got, plain)
				}
			}
		}
	}
}
