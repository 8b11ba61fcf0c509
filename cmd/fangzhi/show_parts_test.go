package main

import (
	"bytes"
	"strings"
	"testing"

	"fangzhi/archive"
)

// A text that lacks pages of its article does not pass for the whole of it.
func TestShowTellsOfMissingPages(t *testing.T) {
	var out bytes.Buffer
	s := archive.Snapshot{URL: "http://a/1.html", Version: 1, Article: archive.Article{Title: "公告", Body: "第一页"}, Parts: []archive.Part{
		{URL: "http://a/1_2.html", Missing: "the files have no capture of it that belongs to this one"},
		{URL: "http://a/1_3.html", Payload: "sha256:aa"},
	}}
	if err := showArticle(&out, archive.Page{Versions: 1, State: archive.StateLive}, s); err != nil {
		t.Fatal(err)
	}
	if want := "page 2 of 3, http://a/1_2.html, is missing: the files have no capture of it that belongs to this one\n"; !strings.Contains(out.String(), want) || strings.Contains(out.String(), "1_3.html") {
		t.Errorf("shown:\n%s", out.String())
	}
}
