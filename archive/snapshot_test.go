package archive_test

import (
	"testing"

	"fangzhi/archive"
)

// A version that contradicts its fingerprint is damaged, though it can be read.
func TestFault(t *testing.T) {
	v := archive.Snapshot{Kind: archive.KindArticle, Article: archive.Article{Title: "预算", Body: "3100万元"}}
	v.Fingerprint = archive.FingerprintOf(v.Article)
	if got := v.Fault(); got != "" {
		t.Errorf("sound: %q", got)
	}
	v.Article.Body = "9100万元"
	if got := v.Fault(); got != "has not the fingerprint of its article" {
		t.Errorf("changed: %q", got)
	}
}
