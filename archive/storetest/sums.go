package storetest

import (
	"strings"
	"time"

	"fangzhi/archive"
)

// faults is what Verify tells, a line each.
func (f *fixture) faults() (lines []string) {
	f.Helper()
	_, err := archive.Verify(f.Context(), f, archive.VerifyOptions{}, func(x archive.Fault) { lines = append(lines, x.Object+": "+x.Text) })
	if err != nil {
		f.Fatal(err)
	}
	return lines
}

var sumTests = []subtest{
	{"what is damaged stays so, in a copy too, and is told", func(f *fixture) {
		in, _ := importedStory(run(site, 0))
		all := archive.DamagedHistory | archive.DamagedTitle | archive.DamagedRequest | archive.DamagedAlso
		in.Pages[0].Request = &archive.Request{Method: "POST", URL: url(1), Body: "a=1", Header: map[string]string{"A": "1", "B": "2"}}
		in.Pages[0].Damaged, in.Runs[0].Damaged, in.Lessons[1].Damaged = all, true, true
		f.importAll(in)
		f.equal("page", f.page(url(1)), in.Pages[0])
		want := []string{
			"page " + url(1) + ": what is kept of it is not what was written, by its checksum: how it was found and what its visits left",
			"page " + url(1) + ": what is kept of it is not what was written, by its checksum: its title, or how its latest version reads",
			"page " + url(1) + ": what is kept of it is not what was written, by its checksum: how it is asked for",
			"page " + url(1) + ": what is kept of it is not what was written, by its checksum: the further columns that list it",
			"run " + in.Runs[0].ID + ": what it says is not what was written, by its checksum",
			`what was learnt of site ` + site + ` as "furniture": is not what was written, by its checksum`,
		}
		f.equal("faults", f.faults(), want)

		r := f.begin(site, 24*time.Hour)
		f.record(r, same(r, f.page(url(1)), 25*time.Hour))
		column := f.page(url(1))
		column.Column, column.Due, column.Request = "要闻", time.Time{}, nil
		f.find(r, column)
		if got := f.page(url(1)); got.Damaged != all || got.Visits != in.Pages[0].Visits+1 || len(got.Also) != 2 {
			f.Errorf("visited and found again: damaged %b, %d visits, further columns %v", got.Damaged, got.Visits, got.Also)
		}
		f.reread(r, readAgain(url(1), f.page(url(1)).Versions, 1, text("标题", "正文，又读")))
		if got := f.page(url(1)).Damaged; got != all&^archive.DamagedTitle {
			f.Errorf("its latest version read again: damaged %b", got)
		}
		if err := f.Learn(f.Context(), r.ID, site, "furniture", []byte{2}); err != nil {
			f.Fatal(err)
		}
		if got := strings.Join(f.faults(), "\n"); strings.Contains(got, "learnt") || strings.Contains(got, "title") {
			f.Errorf("after what was learnt anew: %s", got)
		}
	}},
	{"bytes of any kind are no damage", func(f *fixture) {
		r := f.begin(site, 0)
		e := visit(r, unread(site, url(1)), time.Second, text("标题\xff", "正文"))
		e.Page.Anchor, e.Page.ETag, e.Page.MovedTo = "\xff锚\x00", "\xfe", "a\xffb"
		e.Page.Request = &archive.Request{URL: url(1), Body: "\xb1\xea=\xff"}
		f.record(r, e)
		f.equal("faults", f.faults(), []string(nil))
	}},
	{"a run that was taken over is none", func(f *fixture) {
		f.begin(site, 0)
		f.begin(site, 25*time.Hour)
		f.equal("faults", f.faults(), []string(nil))
	}},
}
