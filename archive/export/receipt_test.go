package export_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"fangzhi/archive/export"
)

// A receipt that is written file by file is the JSON of the whole.
func TestReceiptIsItsJSON(t *testing.T) {
	for _, files := range [][]export.File{{}, {{Path: "a", Bytes: 1, SHA256: "b"}}, {{Path: "<县>/\"files\": []"}, {Path: "b"}, {Path: "c"}}} {
		r := export.Receipt{
			Version: 1, Records: 3, Files: files, Damaged: []string{"d"},
			Job: export.Job{Format: export.Markdown, Selection: export.Selection{Search: "\n  \"files\": []"}},
		}
		want, err := json.MarshalIndent(r, "", "  ")
		var got bytes.Buffer
		if wrong := export.WriteReceipt(&got, r); err != nil || wrong != nil || got.String() != string(want)+"\n" {
			t.Errorf("%v, %v: got %s\nwant %s", err, wrong, &got, want)
		}
	}
}
