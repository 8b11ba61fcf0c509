package crawler_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"fangzhi/archive"
)

// What a file tells of a visit is not taken over where it is not so here: where
// pages of the article are not in the file, and where versions have other numbers.
func TestImportTellsItsOwnReasons(t *testing.T) {
	p, path, _ := threeParts()
	r := newRig(t, p)
	r.run()
	url := r.base + path
	var saved savings
	for _, v := range all(t, r.store.Visits(t.Context(), archive.Filter{Site: r.site.Name})) {
		s := r.saved(v)
		s.Told = &archive.Told{At: v.At, Kind: v.Kind, Outcome: v.Outcome, Reason: v.Reason}
		if v.URL == url && v.Reason != "first version; joined of 3 pages" {
			t.Fatalf("the file would tell %q", v.Reason)
		}
		if !strings.HasSuffix(v.URL, "_2.html") {
			saved = append(saved, s)
		}
	}
	store := newStore(t)
	imports(t, store, r.site, saved)
	v := all(t, store.Visits(t.Context(), archive.Filter{Site: r.site.Name, URL: url}))
	if len(v) != 1 || !strings.Contains(v[0].Reason, "_2.html, is missing: the files have no capture of it") {
		t.Errorf("without a page: %+v", v)
	}

	saved = nil
	for i, number := range []string{"24", "28", "31"} {
		body := "<h1>关于公开招聘乡村医生的公告</h1><p>2026-03-01 来源：县政府</p><div>" + strings.Repeat("<p>面向社会公开招聘乡村医生"+number+"名，现将有关事项公告如下。</p>", 5) + "</div>"
		s := savedAs("/yw/1.html", on(i+1, 0), 200, body)
		s.Told = &archive.Told{At: s.At, Kind: archive.KindArticle, Outcome: archive.Changed, Reason: fmt.Sprintf("says something else than version %d; noted then", i+1)}
		saved = append(saved, s)
	}
	store = newStore(t)
	imports(t, store, oldSite, slices.Clone(saved[1:])) // the first is not in the file
	var got []string
	for _, v := range all(t, store.Visits(t.Context(), archive.Filter{Site: oldSite.Name})) {
		got = append(got, v.Reason)
	}
	if want := []string{"first version", "says something else than version 1"}; !slices.Equal(got, want) {
		t.Errorf("reasons %q, want %q", got, want)
	}
	store = newStore(t)
	saved[1].Told.Reason = "says something else than version 1; noted then"
	imports(t, store, oldSite, saved[:2])
	if v := all(t, store.Visits(t.Context(), archive.Filter{Site: oldSite.Name})); len(v) != 2 || v[1].Reason != saved[1].Told.Reason {
		t.Errorf("where the file tells what is so: %+v", v)
	}
}

// saved is the answer that a visit of the rig's got, as a file has it.
func (r *rig) saved(v archive.Visit) archive.Saved {
	r.t.Helper()
	b, err := r.store.Payload(r.t.Context(), v.Payload)
	if err != nil {
		r.t.Fatal(err)
	}
	return archive.Saved{Whole: true, Capture: archive.Capture{URL: v.URL, At: v.At, Status: v.Status, Header: v.Header, Payload: b, Attempts: 1}}
}
