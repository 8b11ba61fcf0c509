package export_test

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"fangzhi/archive"
	"fangzhi/archive/diff"
	"fangzhi/archive/export"
)

// A line is what encoding/json makes of the record, without escapes for HTML.
func FuzzJSONL(f *testing.F) {
	for _, s := range []string{"", "关于“放管服”的<通知> & \"附件\"\\", "\x00\x01\b\f\n\r\t\x1f\x7f", "\xff好\xed\xa0\x80\xf0\x9f", "\u2027\u2028\u2029\u202a😀\ufffd"} {
		f.Add(s, int64(1772242200), 3)
	}
	f.Fuzz(func(t *testing.T, s string, at int64, n int) {
		taken := time.Unix(at%(1<<37), 0).UTC()
		r := export.Record{
			URL: s, Site: s, Column: s, Version: n, Versions: n, TakenAt: taken, LastSeen: taken, State: archive.State(s), Title: s,
			Published: export.Published{At: taken.In(time.FixedZone("", 8*3600)), DayOnly: n%2 == 0}, DayOnly: n%2 == 0,
			Source: s, Author: s, DocumentNumber: s, Body: s, Attachments: []export.Attachment{{Name: s, URL: s, Digest: archive.Digest(s)}, {}}[:n&1+1],
			Status: n, PayloadDigest: archive.Digest(s), Fingerprint: archive.Digest(s), Story: s, Changes: []diff.Class{diff.Title, diff.Class(s)}[:n&1*2],
			Missing: []export.MissingPart{{URL: s, Reason: s}, {}}[:n&1*2],
		}
		if n%3 == 0 {
			r.Published, r.Attachments = export.Published{}, []export.Attachment{}
		}
		var want bytes.Buffer
		enc := json.NewEncoder(&want)
		enc.SetEscapeHTML(false)
		wrong := enc.Encode(r)
		got, err := export.AppendJSONL(nil, r)
		if (err != nil) != (wrong != nil) {
			t.Fatalf("error %v, encoding/json's %v", err, wrong)
		}
		if err == nil && string(got) != want.String() {
			t.Errorf("got %q\nwant %q", got, &want)
		}
	})
}
