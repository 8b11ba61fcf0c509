package export_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"iter"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fangzhi/archive"
	"fangzhi/archive/export"
)

// notice is a page with dirt in every field that takes dirt.
func notice() *store {
	return &store{
		pages: []archive.Page{{
			Site: "zjg", URL: "http://a/1?x=1&y=2", Kind: archive.KindArticle, State: archive.StateGone, Versions: 1,
			LastSeen: day(4).Add(900 * time.Millisecond),
		}},
		snapshots: []archive.Snapshot{{
			Site: "zjg", URL: "http://a/1?x=1&y=2", Version: 1, Column: "通知, 公告", Kind: archive.KindArticle,
			TakenAt: day(1), Status: 200, Payload: "sha256:aa", Story: "s1",
			Article: archive.Article{
				Title:     "关于“放管服”的<通知> & \"附件\"",
				Published: time.Date(2026, 2, 28, 9, 30, 0, 0, time.FixedZone("", 8*3600)),
				Source:    "=1+1", Author: " 张三", DocumentNumber: "张政发〔2026〕1号",
				Body:        "第一段\n\n第二段\r\n\xff",
				Attachments: []archive.Attachment{{Name: "表,一.xls", URL: "http://a/b.xls"}},
			},
			Parts: []archive.Part{{URL: "http://a/1_2", Payload: "sha256:bb"}, {URL: "http://a/1_3", Missing: "status 404"}},
		}},
	}
}

// noticed is the fingerprint of notice.
func noticed() string { return string(archive.FingerprintOf(notice().snapshots[0].Article)) }

func write(t *testing.T, s *store, f export.Format, sel export.Selection) (string, int) {
	t.Helper()
	var buf bytes.Buffer
	n, err := export.Write(t.Context(), &buf, export.Job{Format: f, Selection: sel}, s, export.Records(t.Context(), s, sel))
	if err != nil {
		t.Fatal(err)
	}
	return buf.String(), n
}

func TestJSONL(t *testing.T) {
	got, n := write(t, notice(), export.JSONL, export.Selection{})
	want := `{"url":"http://a/1?x=1&y=2","site":"zjg","column":"通知, 公告","version":1,"versions":1,` +
		`"taken_at":"2026-03-01T12:00:00Z","last_seen":"2026-03-04T12:00:00Z","state":"gone",` +
		`"title":"关于“放管服”的<通知> & \"附件\"","published":"2026-02-28T09:30:00+08:00","day_only":false,` +
		`"source":"=1+1","author":" 张三","document_number":"张政发〔2026〕1号","body":"第一段\n\n第二段\r\n\ufffd",` +
		`"attachments":[{"name":"表,一.xls","url":"http://a/b.xls","digest":""}],"status":200,` +
		`"payload_digest":"sha256:aa","fingerprint":"` + noticed() + `","story":"s1","changes":[],"missing":[{"url":"http://a/1_3","reason":"status 404"}]}` + "\n"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("JSONL (-want +got):\n%s", diff)
	}
	if n != 1 {
		t.Errorf("count %d, want 1", n)
	}
}

func TestJSONLHasEveryKey(t *testing.T) {
	s := &store{}
	s.add("a", "http://a/1", archive.KindArticle, 1, 1)
	got, _ := write(t, s, export.JSONL, export.Selection{})
	for _, want := range []string{`"title":""`, `"published":null`, `"attachments":[]`, `"story":""`, `"changes":[]`, `"missing":[]`} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is not in %s", want, got)
		}
	}
}

func TestCSV(t *testing.T) {
	got, _ := write(t, notice(), export.CSV, export.Selection{})
	want := "url,site,column,version,versions,taken_at,last_seen,state,title,published,day_only,source,author," +
		"document_number,body,attachments,status,payload_digest,fingerprint,story,changes,missing\r\n" +
		"http://a/1?x=1&y=2,zjg,\"通知, 公告\",1,1,2026-03-01T12:00:00Z,2026-03-04T12:00:00Z,gone," +
		"\"关于“放管服”的<通知> & \"\"附件\"\"\",2026-02-28T09:30:00+08:00,false,=1+1,\" 张三\"," +
		"张政发〔2026〕1号,\"第一段\n\n第二段\r\n\ufffd\",\"[{\"\"name\"\":\"\"表,一.xls\"\",\"\"url\"\":\"\"http://a/b.xls\"\",\"\"digest\"\":\"\"\"\"}]\"," +
		"200,sha256:aa," + noticed() + ",s1,[],\"[{\"\"url\"\":\"\"http://a/1_3\"\",\"\"reason\"\":\"\"status 404\"\"}]\"\r\n"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("CSV (-want +got):\n%s", diff)
	}
	rows, err := csv.NewReader(strings.NewReader(got)).ReadAll()
	if err != nil || len(rows) != 2 {
		t.Fatalf("read back: %d rows, %v", len(rows), err)
	}
}

// The two formats must not drift apart.
func TestFormatsAgreeOnFields(t *testing.T) {
	lines, _ := write(t, notice(), export.JSONL, export.Selection{})
	table, _ := write(t, notice(), export.CSV, export.Selection{})
	header, _, _ := strings.Cut(table, "\r\n")
	var object map[string]any
	if err := json.Unmarshal([]byte(lines), &object); err != nil {
		t.Fatal(err)
	}
	names := strings.Split(header, ",")
	at := -1
	for _, name := range names {
		i := strings.Index(lines, `"`+name+`":`)
		if i < at {
			t.Errorf("%s stands elsewhere in the JSON", name)
		}
		at = i
		delete(object, name)
	}
	if len(object) > 0 {
		t.Errorf("not in the CSV: %v", object)
	}
}

// streams are the formats that can be written to a pipe.
var streams = []export.Format{export.JSONL, export.CSV, export.Parquet, export.Atom}

func TestSameBytes(t *testing.T) {
	for _, f := range streams {
		t.Run(string(f), func(t *testing.T) {
			sel := export.Selection{Versions: export.All, Kinds: []archive.Kind{archive.KindArticle, archive.KindAttachment}}
			first, n := write(t, portal(), f, sel)
			second, _ := write(t, portal(), f, sel)
			if first != second || n != 7 {
				t.Errorf("%d records; equal: %t", n, first == second)
			}
			if bytes.HasPrefix([]byte(first), []byte("\xef\xbb\xbf")) {
				t.Error("starts with a byte order mark")
			}
		})
	}
}

func TestNothingSelected(t *testing.T) {
	none := export.Selection{Sites: []string{"nowhere"}}
	if got, n := write(t, portal(), export.JSONL, none); got != "" || n != 0 {
		t.Errorf("JSONL: %d records, %q", n, got)
	}
	if got, n := write(t, portal(), export.CSV, none); !regexp.MustCompile(`^url,.*missing\r\n$`).MatchString(got) || n != 0 {
		t.Errorf("CSV: %d records, %q", n, got)
	}
}

func TestWriteEndsWithAWholeRecord(t *testing.T) {
	broken := func(yield func(export.Record, error) bool) {
		for r, err := range export.Records(t.Context(), portal(), export.Selection{}) {
			if !yield(r, err) {
				return
			}
		}
		yield(export.Record{}, errBroken)
	}
	var buf bytes.Buffer
	n, err := export.Write(t.Context(), &buf, export.Job{Format: export.JSONL}, portal(), iter.Seq2[export.Record, error](broken))
	if !errors.Is(err, errBroken) || n != 3 || strings.Count(buf.String(), "}\n") != 3 || !strings.HasSuffix(buf.String(), "}\n") {
		t.Errorf("%d records, error %v, text %q", n, err, buf.String())
	}
}

type full struct{}

func (full) Write(p []byte) (int, error) { return 0, errBroken }

func TestWriteReportsItsWriter(t *testing.T) {
	for _, f := range streams {
		if _, err := export.Write(t.Context(), full{}, export.Job{Format: f}, portal(), export.Records(t.Context(), portal(), export.Selection{})); !errors.Is(err, errBroken) {
			t.Errorf("%s: error %v", f, err)
		}
	}
}

func TestParseFormat(t *testing.T) {
	if f, err := export.ParseFormat("csv"); f != export.CSV || err != nil {
		t.Errorf("csv: %q, %v", f, err)
	}
	_, err := export.ParseFormat("xlsx")
	if want := `format: "xlsx": must be one of jsonl, csv, parquet, atom, markdown, warc, wacz`; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
	if _, err := export.Write(t.Context(), &bytes.Buffer{}, export.Job{Format: "xlsx"}, nil, nil); err == nil {
		t.Error("an unknown format was written")
	}
}
