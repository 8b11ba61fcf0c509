package warc_test

import (
	"bytes"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/nlnwa/gowarc"

	"fangzhi/archive/warc"
)

// Whatever a server says, it stays within its record.
func FuzzRecord(f *testing.F) {
	f.Add("Content-Type", "text/html", "标题", []byte("<html>"))
	f.Add("X\r\nWARC-Type: warcinfo", "a\r\n\r\nWARC/1.1\r\n", "a\nversion: 9", []byte("\r\n\r\nWARC/1.1\r\n"))
	f.Add("", "\x00\x7f", "\xff\xfe", []byte{})
	f.Fuzz(func(t *testing.T, name, value, title string, payload []byte) {
		at := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
		var file bytes.Buffer
		w := warc.NewWriter(&file, 0)
		for _, r := range []warc.Record{
			{Type: warc.Warcinfo, ID: warc.Name("i"), Date: at, Block: warc.FieldsBlock([]warc.Field{{Name: "software", Value: "test"}})},
			{Type: warc.Response, ID: warc.Name("r"), Date: at, URI: "http://a/", Fields: []warc.Field{{Name: "WARC-Payload-Digest", Value: warc.Digest(payload)}},
				Block: warc.Block{Type: warc.TypeResponse, Parts: [][]byte{warc.ResponseHead("HTTP/1.1", 200, http.Header{name: {value}}), payload}}},
			{Type: warc.Metadata, ID: warc.Name("m"), Date: at, URI: "http://a/", Block: warc.FieldsBlock([]warc.Field{{Name: "title", Value: title}, {Name: "version", Value: "1"}})},
		} {
			if _, err := w.Write(r); err != nil {
				t.Fatal(err)
			}
		}
		reader, err := gowarc.NewWarcFileReaderFromStream(bytes.NewReader(file.Bytes()), 0, gowarc.WithStrictValidation())
		if err != nil {
			t.Fatal(err)
		}
		defer reader.Close()
		for n := 0; ; n++ {
			record, offset, v, err := reader.Next()
			if err == io.EOF {
				if n != 3 {
					t.Fatalf("%d records", n)
				}
				return
			}
			if err != nil || !v.Valid() {
				t.Fatalf("at %d: %v; %v", offset, err, v)
			}
			raw, err := record.Block().RawBytes()
			if err != nil {
				t.Fatal(err)
			}
			block, err := io.ReadAll(raw)
			if err != nil {
				t.Fatal(err)
			}
			if n == 1 && !bytes.HasSuffix(block, append([]byte("\r\n\r\n"), payload...)) {
				t.Errorf("the response ends otherwise: %q", block)
			}
			if n == 2 && bytes.Count(block, []byte("\r\n")) != 2-boolean(title == "") {
				t.Errorf("the metadata has other fields: %q", block)
			}
			if err := record.Close(); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func boolean(b bool) int {
	if b {
		return 1
	}
	return 0
}
