package crawler_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"fangzhi/archive"
)

// What says, before all that the archive has seen of a page, that it stands confirms
// what the files have of it before that.
func TestImportOfOlderConfirmations(t *testing.T) {
	store := newStore(t)
	body := newsPage("关于春耕的通知", "正文在这里，说明春耕的安排。")
	stands := func(day int) archive.Saved {
		s := savedAs("/yw/1.html", on(day, 0), 304, "")
		s.Confirms = archive.ConfirmsStand
		return s
	}
	imports(t, store, oldSite, savings{savedAs("/yw/1.html", on(10, 0), 200, body)})
	report := imports(t, store, oldSite, savings{
		stands(1), // of what nobody saw
		savedAs("/yw/1.html", on(2, 0), 200, body), stands(3), savedAs("/yw/1.html", on(4, 0), 404, "away"), stands(5),
	})
	want := []string{
		"01 00.000 unreadable v0", "02 00.000 unchanged v1 kept", "03 00.000 not_modified v0", "04 00.000 gone v0 kept",
		"05 00.000 restored v0", "10 00.000 new v1 kept",
	}
	if diff := cmp.Diff(want, ledgerOf(t, store, "/yw/1.html")); diff != "" {
		t.Errorf("ledger (-want +got):\n%s", diff)
	}
	if report.Lost != 1 || report.Behind != 5 {
		t.Errorf("report %+v", report)
	}
	soundStore(t, store)
}
