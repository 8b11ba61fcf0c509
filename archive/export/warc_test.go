package export_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nlnwa/gowarc"

	"fangzhi/archive"
	"fangzhi/archive/export"
)

// toFolder exports into a new folder and returns it.
func toFolder(t *testing.T, s export.Store, j export.Job) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "out")
	if _, err := export.Run(t.Context(), s, j, export.Target{Path: dir}); err != nil {
		t.Fatal(err)
	}
	return dir
}

// strict reads every WARC in dir by gowarc's strict reader and calls look with
// each record.
func strict(t *testing.T, dir string, look func(r gowarc.WarcRecord, block []byte)) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.warc.gz"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no WARC in %s: %v", dir, err)
	}
	for _, name := range files {
		r, err := gowarc.NewWarcFileReader(name, 0, gowarc.WithStrictValidation(), gowarc.WithBlockErrorPolicy(gowarc.ErrFail))
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		for n := 0; ; n++ {
			record, offset, v, err := r.Next()
			if err == io.EOF {
				break
			}
			if err != nil || !v.Valid() {
				t.Fatalf("%s at %d: %v; %v", name, offset, err, v)
			}
			if first := record.Type() == gowarc.Warcinfo; first != (n == 0) {
				t.Errorf("%s: record %d is a %s", name, n, record.Type())
			}
			raw, err := record.Block().RawBytes()
			if err != nil {
				t.Fatal(err)
			}
			block, err := io.ReadAll(raw)
			if err != nil {
				t.Fatal(err)
			}
			look(record, block)
			if err := record.Close(); err != nil {
				t.Errorf("%s at %d: %v", name, offset, err)
			}
		}
	}
}

func TestWARC(t *testing.T) {
	k := county(t)
	dir := toFolder(t, k.store, export.Job{Format: export.WARC, Software: "fangzhi test", Operator: "crawler@example.org"})
	var got []string
	ids := map[string]bool{}
	strict(t, dir, func(r gowarc.WarcRecord, block []byte) {
		h := r.WarcHeader()
		if id := h.Get("WARC-Record-ID"); ids[id] {
			t.Errorf("two records have the id %s", id)
		} else {
			ids[id] = true
		}
		line := fmt.Sprintf("%s %s %s", r.Type(), strings.TrimPrefix(h.Get("WARC-Target-URI"), portalRoot), h.Get("WARC-Date"))
		switch r.Type() {
		case gowarc.Revisit:
			profile := h.Get("WARC-Profile")
			line += fmt.Sprintf(" %s of %s", profile[strings.LastIndex(profile, "/")+1:], h.Get("WARC-Refers-To-Date"))
			if !ids[h.Get("WARC-Refers-To")] || h.Get("WARC-Refers-To-Target-URI") != h.Get("WARC-Target-URI") || len(block) > 0 {
				t.Errorf("%s: refers to %s %s, block %q", line, h.Get("WARC-Refers-To"), h.Get("WARC-Refers-To-Target-URI"), block)
			}
		case gowarc.Response:
			line += " " + h.Get("WARC-Truncated")
		case gowarc.Request, gowarc.Metadata:
			if r.Type() == gowarc.Metadata && h.Get("WARC-Concurrent-To") == "" {
				line += " of a visit without an answer"
				break
			}
			if !ids[h.Get("WARC-Concurrent-To")] {
				t.Errorf("%s: concurrent to no response", line)
			}
			if r.Type() == gowarc.Metadata {
				return
			}
		case gowarc.Warcinfo:
			line = "warcinfo"
			want := "software: fangzhi test\r\noperator: crawler@example.org\r\nhttp-header-user-agent: fangzhi/1\r\nformat: WARC File Format 1.1\r\nconformsTo: http://"
			if !strings.HasPrefix(string(block), want) {
				t.Errorf("warcinfo %q", block)
			}
		}
		got = append(got, strings.TrimSpace(line))
	})
	date := func(d, seconds int) string {
		return day(d).Add(time.Duration(seconds) * time.Second).Format(time.RFC3339)
	}
	pair := func(uri string, at string, more string) []string {
		return []string{strings.TrimSpace("response " + uri + " " + at + more), "request " + uri + " " + at}
	}
	alone := func(uri string, day int) []string {
		return []string{"metadata " + uri + " " + date(day, 0) + " of a visit without an answer"}
	}
	want := slices.Concat([]string{"warcinfo"},
		pair("/1.html", date(1, 1), ""),
		[]string{"revisit /1.html " + date(2, 0) + " server-not-modified of " + date(1, 1)},
		pair("/1.html", date(3, 0), ""),
		[]string{"revisit /1.html " + date(4, 0) + " identical-payload-digest of " + date(3, 0)},
		alone("/1.html", 5),
		[]string{"revisit /1.html " + date(6, 0) + " identical-payload-digest of " + date(3, 0)},
		alone("/1.html", 7), alone("/1.html", 8),
		pair("/2.html", date(1, 5), ""), alone("/2.html", 8),
		pair("/3.html", date(1, 6), " length"),
		pair("/4.html", date(1, 7), ""),
		pair("/api", date(1, 8), ""),
		pair("/f.pdf", date(1, 4), ""),
		pair("/pic.png", date(1, 3), ""),
		pair("/style.css", date(1, 2), ""),
		pair("/yw/", date(1, 0), ""),
		[]string{"revisit /yw/ " + date(2, 0) + " server-not-modified of " + date(1, 0)},
	)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
}

// What was served comes back byte for byte, with what was sent for it.
func TestWARCHoldsWhatWasServed(t *testing.T) {
	k := county(t)
	dir := toFolder(t, k.store, export.Job{Format: export.WARC})
	served := article(t, "通知", "招聘医生二十四名，请于三月十日前报名。")
	strict(t, dir, func(r gowarc.WarcRecord, block []byte) {
		h := r.WarcHeader()
		at := h.Get("WARC-Target-URI") + " " + h.Get("WARC-Date")
		switch {
		case at == portalRoot+"/1.html 2026-03-01T12:00:01Z" && r.Type() == gowarc.Response:
			answer, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(block)), nil)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(answer.Body)
			if err != nil || !bytes.Equal(body, served.payload) || answer.StatusCode != 200 {
				t.Errorf("status %d, %v, payload %q", answer.StatusCode, err, body)
			}
			if diff := cmp.Diff(served.header, answer.Header); diff != "" {
				t.Errorf("header (-want +got):\n%s", diff)
			}
		case at == portalRoot+"/1.html 2026-03-01T12:00:01Z" && r.Type() == gowarc.Metadata:
			for _, want := range []string{
				"outcome: new\r\n", "payloadDigest: " + string(archive.DigestOf(served.payload)) + "\r\n", "version: 1\r\n", "title: 通知\r\n",
				`article: {"title":"通知",`, `"evidence":[{"field":"title","method":"heading","where":"h1","confidence":1}]`, "via: " + portalRoot + "/yw/\r\n",
			} {
				if !strings.Contains(string(block), want) {
					t.Errorf("the metadata lacks %q: %s", want, block)
				}
			}
		case r.Type() == gowarc.Request && strings.HasSuffix(h.Get("WARC-Target-URI"), "/api"):
			want := "POST /api HTTP/1.1\r\nHost: www.county.example\r\nAccept: */*\r\nContent-Type: application/json\r\nUser-Agent: fangzhi/1\r\n\r\n" +
				`{"pn":20,"where":"{\"date\":\"0\"}","name":"云 溪&"}`
			if string(block) != want {
				t.Errorf("request %q, want %q", block, want)
			}
		}
	})
}

func TestWARCSelection(t *testing.T) {
	k := county(t)
	for _, tt := range []struct {
		name string
		sel  export.Selection
		want []string // path and day of each response or revisit
	}{
		{"latest", export.Selection{Versions: export.Latest}, []string{"/1.html 3", "/2.html 1", "/3.html 1", "/4.html 1", "/api 1", "/f.pdf 1", "/pic.png 1", "/style.css 1", "/yw/ 1"}},
		{"changes", export.Selection{Versions: export.Changes}, []string{"/1.html 3"}},
		{"articles", export.Selection{Kinds: []archive.Kind{archive.KindArticle}}, []string{"/1.html 1", "/1.html 2", "/1.html 3", "/1.html 4", "/1.html 6", "/2.html 1", "/4.html 1"}},
		{"since", export.Selection{Since: day(3)}, []string{"/1.html 3", "/1.html 4", "/1.html 6"}},
		{"since, with what a revisit refers to", export.Selection{Since: day(4)}, []string{"/1.html 3", "/1.html 4", "/1.html 6"}},
		{"between, likewise", export.Selection{Since: day(2), Until: day(3)}, []string{"/1.html 1", "/1.html 2", "/yw/ 1", "/yw/ 2"}},
		{"gone", export.Selection{States: []archive.State{archive.StateGone}}, []string{"/2.html 1"}},
		{"found", export.Selection{Search: "补贴资金"}, []string{"/2.html 1"}},
		{"of another site", export.Selection{Sites: []string{"b"}}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := toFolder(t, k.store, export.Job{Format: export.WARC, Selection: tt.sel})
			var got []string
			if tt.want != nil {
				strict(t, dir, func(r gowarc.WarcRecord, _ []byte) {
					if h := r.WarcHeader(); r.Type() == gowarc.Response || r.Type() == gowarc.Revisit {
						at, _ := time.Parse(time.RFC3339, h.Get("WARC-Date"))
						got = append(got, fmt.Sprint(strings.TrimPrefix(h.Get("WARC-Target-URI"), portalRoot), " ", at.Day()))
					}
				})
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("captures (-want +got):\n%s", diff)
			}
		})
	}
}

// Files are split between captures, and the index finds each record in its file.
func TestWARCFilesAndIndex(t *testing.T) {
	k := keep(t)
	for i := range 3 {
		k.visit(fmt.Sprintf("/%d.bin", i), day(1+i), document("application/octet-stream", incompressible(i, 700_000)))
	}
	dir := toFolder(t, k.store, export.Job{Format: export.WARC, Split: 1 << 20})
	index, err := os.ReadFile(filepath.Join(dir, "index.cdxj"))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]int{}
	for line := range strings.Lines(string(index)) {
		var offset, length int64
		var name string
		fields := line[strings.Index(line, "{"):]
		for _, f := range strings.Split(strings.Trim(fields, "{}\n"), ",") {
			key, value, _ := strings.Cut(f, ":")
			switch value = strings.Trim(value, `"`); key {
			case `"offset"`:
				fmt.Sscan(value, &offset)
			case `"length"`:
				fmt.Sscan(value, &length)
			case `"filename"`:
				name = value
			}
		}
		files[name]++
		f, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		z, err := gzip.NewReader(bytes.NewReader(f[offset : offset+length]))
		if err != nil {
			t.Fatal(err)
		}
		head := make([]byte, 32)
		io.ReadFull(z, head)
		if !strings.HasPrefix(string(head), "WARC/1.1\r\nWARC-Type: response\r\n") {
			t.Errorf("%s at %d: %q", name, offset, head)
		}
	}
	want := map[string]int{"fangzhi-20260301120000-00000.warc.gz": 2, "fangzhi-20260303120000-00001.warc.gz": 1}
	if diff := cmp.Diff(want, files); diff != "" {
		t.Errorf("captures by file (-want +got):\n%s", diff)
	}
	strict(t, dir, func(gowarc.WarcRecord, []byte) {})
}

// What a visit told is beside its capture or, where it left none, alone.
func TestWARCTellsOfEveryVisit(t *testing.T) {
	k := county(t)
	visits := 0
	for _, err := range k.store.Visits(t.Context(), archive.Filter{}) {
		if err != nil {
			t.Fatal(err)
		}
		visits++
	}
	told := 0
	strict(t, toFolder(t, k.store, export.Job{Format: export.WARC}), func(r gowarc.WarcRecord, block []byte) {
		if r.Type() == gowarc.Metadata {
			told++
			if !strings.HasPrefix(string(block), "format: fangzhi visit 1\r\nfetchedAt: 2026-03-") || !strings.Contains(string(block), "\r\noutcome: ") {
				t.Errorf("%s", block)
			}
		}
	})
	if told != visits || told == 0 {
		t.Errorf("told of %d visits of %d", told, visits)
	}
}

// A capture whose bytes are lost is named and left out; the others are there.
func TestWARCOfADamagedArchive(t *testing.T) {
	k := county(t)
	dir := filepath.Join(t.TempDir(), "out")
	report, err := export.Run(t.Context(), lossy{k.store, archive.DigestOf([]byte("%PDF-1.4 表"))}, export.Job{Format: export.WARC}, export.Target{Path: dir})
	if err != nil || len(report.Damaged) != 1 || !strings.Contains(report.Damaged[0], "/f.pdf at 2026-03-01T12:00:04Z") {
		t.Errorf("damaged %q, %v", report.Damaged, err)
	}
	if b := text(t, filepath.Join(dir, "receipt.json")); !strings.Contains(b, "/f.pdf at") {
		t.Errorf("the receipt does not tell: %s", b)
	}
	strict(t, dir, func(r gowarc.WarcRecord, _ []byte) {
		if strings.HasSuffix(r.WarcHeader().Get("WARC-Target-URI"), "/f.pdf") {
			t.Error("it is there")
		}
	})
}
