package intake_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"strings"
	"testing"

	"fangzhi/archive/intake"
)

// Files that are damaged, or made to deceive, are refused as a whole, with the
// place and the reason.
func TestHostileFiles(t *testing.T) {
	const url = "http://www.example.gov.cn/a.html"
	good := response(url, "2026-03-01T08:00:00Z", page)
	with := func(fields ...string) rec {
		return rec{fields: fields, block: page}
	}
	without := func(field string) rec {
		r := response(url, "2026-03-01T08:00:00Z", page)
		var kept []string
		for _, f := range r.fields {
			if !strings.HasPrefix(f, field+":") {
				kept = append(kept, f)
			}
		}
		r.fields = kept
		return r
	}
	damaged := packed(good, good)
	damaged[len(damaged)-5] ^= 1 // the checksum of the last member
	lied := response(url, "2026-03-01T08:00:00Z", page)
	lied.length = len(page) - 3
	longer := response(url, "2026-03-01T08:00:00Z", page)
	longer.length = len(page) + 2
	for _, tt := range []struct {
		name string
		file []byte
		want string
	}{
		{"nothing", nil, "the file is empty"},
		{"no WARC", []byte("hello, world, this is no WARC"), `record at byte 0: begins with "hello, worl": a record begins with WARC/1.0 or WARC/1.1`},
		{"an ARC", []byte("filedesc://x.arc 0.0.0.0 20260301080000 text/plain 76\n1 0 x\n"), "the file is an ARC: only WARC 1.0 and 1.1 are read"},
		{"an old draft", []byte("WARC/0.18\r\n\r\n"), `is of version "WARC/0.18": only WARC/1.0 and WARC/1.1 are read`},
		{"Zstandard", []byte{0x28, 0xb5, 0x2f, 0xfd, 0, 0, 0}, "is packed with Zstandard: unpack it first"},
		{"a wrong digest of a block", packed(good, response(url, "2026-03-01T08:00:00Z", page, "WARC-Block-Digest: "+sha1of("x"))), "its block does not match WARC-Block-Digest sha1:"},
		{"a wrong digest of a payload", packed(response(url, "2026-03-01T08:00:00Z", page, "WARC-Payload-Digest: "+sha1of("x"))), "its payload does not match WARC-Payload-Digest sha1:"},
		{"a digest that is none", packed(response(url, "2026-03-01T08:00:00Z", page, "WARC-Block-Digest: sha1:zzz")), "its block does not match WARC-Block-Digest sha1:zzz"},
		{"a length too short", plain(lied, good), "its block is followed by"},
		{"a length too long", plain(longer, good), "its block is followed by"},
		{"a length beyond the end", plain(func() rec { r := good; r.length = 1 << 40; return r }()), "the file ends within a record"},
		{"a negative length", plain(func() rec { r := good; r.length = -1; return r }()), `Content-Length "-1": must be a number of bytes`},
		{"line ends of LF alone", bytes.ReplaceAll(plain(good), []byte("\r\n"), []byte("\n")), "ends in LF alone"},
		{"one line end of LF alone", bytes.Replace(plain(good), []byte("WARC-Type: response\r\n"), []byte("WARC-Type: response\n"), 1), "ends in LF alone"},
		{"no type", plain(without("WARC-Type")), "has no WARC-Type"},
		{"no id", plain(without("WARC-Record-ID")), "has no WARC-Record-ID"},
		{"no date", plain(without("WARC-Date")), "has no WARC-Date"},
		{"no target", plain(without("WARC-Target-URI")), "is a response without WARC-Target-URI"},
		{"two targets", plain(response(url, "2026-03-01T08:00:00Z", page, "warc-target-uri: http://other/")), "has several WARC-Target-URI"},
		{"two lengths", plain(response(url, "2026-03-01T08:00:00Z", page, "Content-Length: 1")), "has several Content-Length"},
		{"a date to the day", plain(response(url, "2026-03-01", page)), `WARC-Date "2026-03-01": must be a time in UTC, to the second`},
		{"a date to come", plain(response(url, "9999-03-01T08:00:00Z", page)), "no page was captured then"},
		{"a date before the web", plain(response(url, "1970-01-01T00:00:00Z", page)), "no page was captured then"},
		{"a NUL in the target", plain(response(url+"\x00", "2026-03-01T08:00:00Z", page)), "has a control character"},
		{"a CR in the target", plain(response("http://a/\rWARC-Type: x", "2026-03-01T08:00:00Z", page)), "has a control character"},
		{"a line that is no field", plain(with("WARC-Type: response", "nonsense")), `the line "nonsense" of its header is no field`},
		{"a line without end", plain(with("WARC-Type: response", "X: "+strings.Repeat("a", 200<<10))), "a line of its header has more than"},
		{"a flood of fields", plain(with(func() (all []string) {
			for i := range 2000 {
				all = append(all, fmt.Sprintf("X-%d: y", i))
			}
			return all
		}()...)), "its header has more than 1000 fields"},
		{"a damaged member", damaged, "is damaged: gzip: invalid checksum"},
		{"what follows a member", append(packed(good), "garbage behind it"...), "is damaged: gzip: invalid header"},
		{"cut within the last member", packed(good, good)[:len(packed(good, good))-20], "the file ends within a record: it was cut short; get the file whole, or take it without that record by --tolerate-cut-end"},
		{"cut within the last record", plain(good, good)[:len(plain(good, good))-2], "the file ends within a record"},
		{"a bomb", bomb(), "unpacks to more than 500 times its size: a bomb"},
		{"an outcome that there is not", packed(good, told(url, "2026-03-01T08:00:00Z", "outcome: fabulous")), `its field outcome: "fabulous": is no outcome`},
		{"a visit of another second", packed(good, told(url, "2026-03-01T08:00:00Z", "fetchedAt: 2026-03-01T09:00:00Z", "outcome: gone")), "is another second than WARC-Date"},
		{"a request that cannot be sent", packed(good, told(url, "2026-03-01T08:00:00Z", "outcome: gone", `asked: {"method":"DELETE","url":"http://a/"}`)), "must be GET or POST"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := open(t, intake.Options{}, write(t, "good.warc.gz", packed(good)), write(t, "x.warc", tt.file))
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "x.warc: ") {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
}

func told(url, date string, lines ...string) rec {
	return rec{fields: []string{"WARC-Type: metadata", "WARC-Target-URI: " + url, "WARC-Date: " + date, "WARC-Record-ID: <urn:uuid:" + id(url+strings.Join(lines, "")) + ">",
		"Content-Type: application/warc-fields"}, block: "format: fangzhi visit 1\r\n" + strings.Join(lines, "\r\n") + "\r\n"}
}

// bomb is 72 MB of blanks in 72 KB.
func bomb() []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	r := response("http://a/", "2026-03-01T08:00:00Z", "HTTP/1.1 200 OK\r\n\r\n")
	r.length = 72 << 20
	z.Write(bytes.TrimSuffix(r.bytes(), []byte("\r\n\r\n")))
	blanks := make([]byte, 1<<20)
	for range 72 {
		z.Write(blanks)
	}
	z.Close()
	return b.Bytes()
}

// What is no capture of a page is counted, and what cannot be taken up is said.
func TestPassedOver(t *testing.T) {
	large := response("http://a/large", "2026-03-01T08:00:00Z", "HTTP/1.1 200 OK\r\n\r\n"+strings.Repeat("x", 2<<20))
	c, err := open(t, intake.Options{Payload: 1 << 20}, write(t, "x.warc.gz", packed(
		response("http://user:secret@a/", "2026-03-01T08:00:00Z", page),
		response("http://a/"+strings.Repeat("a", 100_000), "2026-03-01T08:00:01Z", page),
		response("http://a/", "2026-03-01T08:00:01Z", "ICY 200 OK\r\n\r\n"),
		response("ftp://a/", "2026-03-01T08:00:01Z", page),
		response("http://a/part", "2026-03-01T08:00:01Z", page, "WARC-Segment-Number: 1"),
		large,
		rec{fields: []string{"WARC-Type: continuation", "WARC-Date: 2026-03-01T08:00:00Z", "WARC-Record-ID: <urn:uuid:5>"}, block: "x"},
		rec{fields: []string{"WARC-Type: metadata", "WARC-Target-URI: http://a/", "WARC-Date: 2026-03-01T08:00:00Z", "WARC-Record-ID: <urn:uuid:6>"}, block: "via: x\r\n"},
	)))
	if err != nil {
		t.Fatal(err)
	}
	if got := saved(t, c); len(got) != 1 || len(got[0].URL) != 100_009 {
		t.Errorf("captures %d", len(got))
	}
	want := map[string]int{intake.OverAddress: 1, intake.OverHTTP: 1, intake.OverScheme: 1, intake.OverSegment: 1, intake.OverLarge: 1, intake.OverType: 1, intake.OverMetadata: 1}
	if got := fmt.Sprint(c.Files[0].Over); got != fmt.Sprint(want) {
		t.Errorf("passed over %v, want %v", got, want)
	}
}

// A file that was cut short is taken without its end, where that is asked for.
func TestCutEnd(t *testing.T) {
	good := []rec{response("http://a/1", "2026-03-01T08:00:00Z", page), response("http://a/2", "2026-03-01T08:00:01Z", page), response("http://a/3", "2026-03-01T08:00:02Z", page)}
	for _, file := range [][]byte{packed(good...), plain(good...), onePack(good...)} {
		c, err := open(t, intake.Options{CutEnd: true}, write(t, "x.warc.gz", file[:len(file)-30]))
		if err != nil {
			t.Fatal(err)
		}
		if got := saved(t, c); len(got) != 2 || c.Files[0].Cut == "" {
			t.Errorf("%d captures, cut %q", len(got), c.Files[0].Cut)
		}
	}
	// What is damaged within is no cut end.
	file := packed(good...)
	file[40] ^= 0xff
	if _, err := open(t, intake.Options{CutEnd: true}, write(t, "x.warc.gz", file)); err == nil {
		t.Error("a damaged file is taken")
	}
}

func TestOneFileTwice(t *testing.T) {
	file := packed(response("http://a/1", "2026-03-01T08:00:00Z", page))
	if _, err := open(t, intake.Options{}, write(t, "1.warc.gz", file), write(t, "2.warc.gz", file)); err == nil || !strings.Contains(err.Error(), "is the same file as") {
		t.Errorf("error %v", err)
	}
}

// member is a file of a WACZ.
type member struct {
	name   string
	bytes  []byte
	packed bool
	size   uint64 // that the ZIP says; 0: the true one
}

// waczOf is a WACZ of these files; plan changes what its datapackage.json lists.
func waczOf(t *testing.T, plan func(list []map[string]any) any, digest string, files ...member) []byte {
	t.Helper()
	var list []map[string]any
	for _, f := range files {
		list = append(list, map[string]any{"path": f.name, "name": f.name, "hash": fmt.Sprintf("sha256:%x", sha256.Sum256(f.bytes)), "bytes": len(f.bytes)})
	}
	var content any = map[string]any{"profile": "data-package", "wacz_version": "1.1.1", "resources": list}
	if plan != nil {
		content = plan(list)
	}
	if content != nil {
		b, err := json.Marshal(content)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, member{name: "datapackage.json", bytes: b})
		if digest == "" {
			digest = fmt.Sprintf("sha256:%x", sha256.Sum256(b))
		}
		files = append(files, member{name: "datapackage-digest.json", bytes: []byte(`{"path":"datapackage.json","hash":"` + digest + `"}`)})
	}
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, f := range files {
		h := &zip.FileHeader{Name: f.name, Method: zip.Store}
		if f.packed {
			h.Method = zip.Deflate
			w, err := z.CreateHeader(h)
			if err != nil {
				t.Fatal(err)
			}
			w.Write(f.bytes)
			continue
		}
		h.CRC32, h.CompressedSize64, h.UncompressedSize64 = crc32.ChecksumIEEE(f.bytes), uint64(len(f.bytes)), uint64(len(f.bytes))
		if f.size != 0 {
			h.UncompressedSize64 = f.size
		}
		w, err := z.CreateRaw(h)
		if err != nil {
			t.Fatal(err)
		}
		w.Write(f.bytes)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestWACZ(t *testing.T) {
	one := packed(response("http://a/1", "2026-03-01T08:00:01Z", page))
	two := plain(response("http://a/2", "2026-03-01T08:00:00Z", page))
	file := waczOf(t, nil, "", member{name: "archive/1.warc.gz", bytes: one}, member{name: "archive/2.warc", bytes: two, packed: true}, member{name: "pages/pages.jsonl", bytes: []byte("{}")})
	c, err := open(t, intake.Options{}, write(t, "x.wacz", file))
	if err != nil {
		t.Fatal(err)
	}
	got := saved(t, c)
	if len(got) != 2 || got[0].URL != "http://a/2" || got[1].From != "x.wacz/archive/1.warc.gz, record at byte 0" {
		t.Errorf("%+v", got)
	}
}

func TestHostileWACZ(t *testing.T) {
	one := member{name: "archive/1.warc.gz", bytes: packed(response("http://a/1", "2026-03-01T08:00:01Z", page))}
	other := func(change func(list []map[string]any)) func([]map[string]any) any {
		return func(list []map[string]any) any {
			change(list)
			return map[string]any{"resources": list}
		}
	}
	overlapping := waczOf(t, nil, "", one, member{name: "archive/2.warc.gz", bytes: one.bytes})
	// The central directory has the second file begin where the first does.
	second := bytes.LastIndex(overlapping, []byte("archive/2.warc.gz")) - 46
	copy(overlapping[second+42:second+46], []byte{0, 0, 0, 0})
	zeros := member{name: "archive/1.warc", bytes: make([]byte, 72<<20), packed: true}
	for _, tt := range []struct {
		name string
		file []byte
		want string
	}{
		{"no ZIP", []byte("PK\x03\x04 and no more"), "is no sound ZIP"},
		{"no datapackage.json", waczOf(t, func([]map[string]any) any { return nil }, "", one), "has no datapackage.json"},
		{"no WARC", waczOf(t, nil, "", member{name: "x", bytes: []byte("x")}), "holds no WARC"},
		{"a path that leads out", waczOf(t, nil, "", one, member{name: "../../etc/x", bytes: []byte("x")}), `has a file named "../../etc/x", which leads out of it`},
		{"a path of the root", waczOf(t, nil, "", one, member{name: "/etc/x", bytes: []byte("x")}), "which leads out of it"},
		{"two of a name", waczOf(t, nil, "", one, one), `has two files named "archive/1.warc.gz"`},
		{"files over one another", overlapping, "lie over one another"},
		{"stored in two sizes", waczOf(t, nil, "", member{name: one.name, bytes: one.bytes, size: 1 << 40}), "is stored, and of two sizes"},
		{"another digest", waczOf(t, other(func(l []map[string]any) { l[0]["hash"] = fmt.Sprintf("sha256:%x", sha256.Sum256(nil)) }), "", one), "does not match its digest in datapackage.json: it is damaged"},
		{"another size", waczOf(t, other(func(l []map[string]any) { l[0]["bytes"] = 7 }), "", one), "datapackage.json says 7"},
		{"a WARC that is not listed", waczOf(t, func([]map[string]any) any { return map[string]any{} }, "", one), "which its datapackage.json does not list"},
		{"a file that is not there", waczOf(t, other(func(l []map[string]any) { l[0]["path"] = "archive/2.warc.gz" }), "", one), `lists "archive/2.warc.gz", which it does not hold`},
		{"a plan that was changed", waczOf(t, nil, "sha256:00", one), "it was changed"},
		{"a bomb", waczOf(t, nil, "", zeros), "a bomb"},
		{"a WACZ of WACZs", waczOf(t, nil, "", member{name: "1.wacz", bytes: []byte("x")}), `holds the WACZ "1.wacz"`},
		{"a WARC that is damaged", waczOf(t, nil, "", member{name: one.name, bytes: one.bytes[:len(one.bytes)-3]}), "archive/1.warc.gz: record at byte 0"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := open(t, intake.Options{}, write(t, "x.wacz", tt.file))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
}

// Whatever is in a file: it is read to its end or refused, and what is read can be
// read again.
func FuzzIntake(f *testing.F) {
	good := response("http://a/1", "2026-03-01T08:00:01Z", page)
	f.Add(plain(good, good))
	f.Add(packed(good, revisit("http://a/1", "2026-03-02T08:00:00Z", "identical-payload-digest", "", "WARC-Refers-To-Date: 2026-03-01T08:00:01Z")))
	f.Add(onePack(good, told("http://a/1", "2026-03-01T08:00:01Z", "outcome: gone", "fetchedAt: 2026-03-01T08:00:01.5Z")))
	f.Add(plain(response("http://a/", "2026-03-01T08:00:00Z", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := open(t, intake.Options{Payload: 1 << 20}, write(t, "x.warc", b))
		if err != nil {
			return
		}
		n, err := c.Count()
		if err != nil {
			t.Fatal(err)
		}
		if got := len(saved(t, c)); got != n {
			t.Errorf("%d captures, counted %d", got, n)
		}
	})
}
