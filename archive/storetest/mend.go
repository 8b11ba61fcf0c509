package storetest

import (
	"slices"
	"strings"
	"time"

	"fangzhi/archive"
)

// What has a checksum is restored from another archive that has it as it was
// written, and nothing else is.
func mendFromCopy(from, to *fixture) {
	in, _ := importedStory(run(site, 0))
	in.Pages[0].Request = &archive.Request{URL: url(1), Body: "a=1"}
	for n := 20; n < 26; n++ {
		p := unread(site, url(n))
		p.FoundOn, p.Also = url(1), []string{"要闻"}
		in.Pages = append(in.Pages, p)
	}
	from.importAll(in)
	to.importAll(in)

	// As a disk does it: the sums stay, and what they are of is another.
	var bad archive.Import
	broken := func(n int, damage archive.PageDamage, breaking func(p *archive.Page)) {
		p := to.page(url(n))
		p.Kept, p.Damaged = p.Sums(), damage
		breaking(&p)
		bad.Pages = append(bad.Pages, p)
	}
	broken(1, archive.DamagedHistory|archive.DamagedTitle|archive.DamagedRequest|archive.DamagedAlso, func(p *archive.Page) {
		p.FoundOn, p.Title, p.Request.Body, p.Also = "x", "y", "a=2", []string{"z"}
	})
	broken(20, archive.DamagedHistory, func(p *archive.Page) { p.FoundOn = "x" })
	broken(21, archive.DamagedHistory, func(p *archive.Page) { p.FoundOn = "x" })
	broken(22, archive.DamagedHistory, func(p *archive.Page) { p.FoundOn = "x" })
	broken(23, archive.DamagedHistory, func(p *archive.Page) { p.Kept.History++ })
	broken(24, archive.DamagedAlso, func(p *archive.Page) { p.Also = []string{"x"} })
	r, l := in.Runs[0], in.Lessons[1]
	r.Kept, l.Kept, r.Damaged, l.Damaged = r.Sum(), l.Sum(), true, true
	r.Requests, l.Data = 77, []byte("x")
	bad.Runs, bad.Lessons = []archive.Run{r}, []archive.Lesson{l}
	to.importAll(bad)
	if n := len(to.faults()); n != 11 {
		to.Fatalf("%d faults: %q", n, to.faults())
	}
	// The archive to mend from has one damaged as well, and another otherwise.
	other := from.page(url(21))
	other.Kept, other.Damaged, other.FoundOn = other.Sums(), archive.DamagedHistory, "y"
	moved := from.page(url(22))
	moved.FoundOn = url(2)
	from.importAll(archive.Import{Pages: []archive.Page{other, moved}})
	// And one that is damaged was visited since.
	next := to.begin(site, 24*time.Hour)
	to.record(next, visit(next, to.page(url(24)), 25*time.Hour, text("标题", "正文")), visit(next, to.page(url(20)), 25*time.Hour, text("标题", "正文")))
	mend := func() (told []string) {
		to.Helper()
		if err := archive.Mend(to.Context(), to, from, func(what string) { told = append(told, what) }); err != nil {
			to.Fatal(err)
		}
		return told
	}
	lesson := "what was learnt of site " + site + ` as "furniture"`
	to.equal("restored while the site is crawled", mend(), []string{"run " + r.ID, lesson})
	to.end(next)
	to.equal("restored", mend(), []string{"page " + url(1), "page " + url(23), "page " + url(24)})
	to.equal("restored again", mend(), []string(nil))
	to.equal("page", to.page(url(1)), from.page(url(1)))
	to.equal("page", to.page(url(23)), from.page(url(23)))
	if p := to.page(url(24)); p.Visits != 1 || !slices.Equal(p.Also, []string{"要闻"}) {
		to.Errorf("a page that was visited since: %+v", p)
	}
	to.equal("run", collect(to.T, to.Runs(to.Context(), archive.Filter{Run: r.ID})), in.Runs)
	left := to.faults()
	if len(left) != 3 {
		to.Errorf("left: %q", left)
	}
	for i, n := range []int{20, 21, 22} {
		if i < len(left) && !strings.HasPrefix(left[i], "page "+url(n)+": what is kept of it") {
			to.Errorf("left: %s, want of page %d", left[i], n)
		}
	}
}
