package warc_test

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"time"

	"fangzhi/archive/warc"
)

// What is written is read again, and each record from its own place.
func TestReadWhatIsWritten(t *testing.T) {
	var file bytes.Buffer
	w := warc.NewWriter(&file, 0)
	at := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	var places []warc.Place
	for _, payload := range []string{"one", "", "three\r\n\r\nWARC/1.1\r\n"} {
		place, err := w.Write(warc.Record{
			Type: warc.Response, ID: warc.Name(payload), Date: at, URI: "http://a/",
			Block: warc.Block{Type: warc.TypeResponse, Parts: [][]byte{[]byte("HTTP/1.1 200 OK\r\n\r\n"), []byte(payload)}},
		})
		if err != nil {
			t.Fatal(err)
		}
		places = append(places, place)
	}
	r, err := warc.NewReader(bytes.NewReader(file.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	for i, payload := range []string{"one", "", "three\r\n\r\nWARC/1.1\r\n"} {
		h, solitary, err := r.Next()
		if err != nil || !solitary || h.Offset != places[i].Offset || h.ID != warc.Name(payload) || !h.Date.Equal(at) {
			t.Fatalf("record %d: %+v, %v, %v", i, h, solitary, err)
		}
		block, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if a, err := warc.ParseAnswer(block); err != nil || string(a.Payload) != payload || a.Status != 200 {
			t.Errorf("answer %+v, %v", a, err)
		}
		alone, err := warc.NewReader(bytes.NewReader(file.Bytes()[places[i].Offset:]))
		if err != nil {
			t.Fatal(err)
		}
		if h, _, err := alone.Next(); err != nil || h.ID != warc.Name(payload) {
			t.Errorf("record %d alone: %+v, %v", i, h, err)
		}
	}
	if _, _, err := r.Next(); err != io.EOF {
		t.Errorf("at the end: %v", err)
	}
}

// A file that ends anywhere but behind a record is known to have been cut.
func TestCutAnywhere(t *testing.T) {
	var file bytes.Buffer
	w := warc.NewWriter(&file, 0)
	var ends = map[int]bool{0: true}
	for _, id := range []string{"a", "b"} {
		if _, err := w.Write(warc.Record{Type: warc.Response, ID: id, Date: time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC), URI: "http://a/", Block: warc.Block{Type: "x", Parts: [][]byte{[]byte("block")}}}); err != nil {
			t.Fatal(err)
		}
		ends[file.Len()] = true
	}
	for n := 3; n < file.Len(); n++ {
		r, err := warc.NewReader(bytes.NewReader(file.Bytes()[:n]))
		for err == nil {
			_, _, err = r.Next()
		}
		if cut := errors.Is(err, warc.ErrCut); cut == ends[n] {
			t.Errorf("cut after %d bytes: %v", n, err)
		}
	}
}

// Whatever a file holds, a reader comes to its end, and each block is as long as
// its header says.
func FuzzReader(f *testing.F) {
	var file bytes.Buffer
	w := warc.NewWriter(&file, 0)
	w.Write(warc.Record{Type: warc.Response, ID: "x", Date: time.Unix(1e9, 0), URI: "http://a/", Block: warc.Block{Type: "x", Parts: [][]byte{[]byte("HTTP/1.1 200 OK\r\n\r\nx")}}})
	f.Add(file.Bytes())
	f.Add([]byte("WARC/1.0\r\nWARC-Type: request\r\nWARC-Record-ID: <x>\r\nWARC-Target-URI: <http://a/>\r\nWARC-Date: 2026-03-01T08:00:00.5Z\r\nContent-Length: 3\r\n x\r\n\r\nabc\r\n\r\n\r\n"))
	f.Add([]byte("WARC/1.1\r\nWARC-Type: response\r\nContent-Length: 57\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n\r\n\r\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := warc.NewReader(bytes.NewReader(b))
		if err != nil {
			return
		}
		for {
			h, _, err := r.Next()
			if err != nil {
				return
			}
			block, err := io.ReadAll(r)
			if err != nil {
				return
			}
			if int64(len(block)) != h.Length {
				t.Fatalf("%d bytes, the header says %d", len(block), h.Length)
			}
			if a, err := warc.ParseAnswer(block); err == nil && (len(a.Payload) > len(block) || a.Header.Get("Transfer-Encoding") != "") {
				t.Errorf("answer %+v", a)
			}
			warc.ParseAsked(block)
		}
	})
}
