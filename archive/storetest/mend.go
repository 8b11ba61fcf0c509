package storetest

import (
	"errors"
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
	var left []string
	mend := func() (told []string) {
		to.Helper()
		left = nil
		if err := archive.Mend(to.Context(), to, from, archive.MendOptions{
			At: mendedAt, Restored: func(what string) { told = append(told, what) },
			Left: func(what string, why error) { left = append(left, what+": "+why.Error()) },
		}); err != nil {
			to.Fatal(err)
		}
		return told
	}
	lesson := "what was learnt of site " + site + ` as "furniture"`
	to.equal("restored while the site is crawled", mend(), []string{"run " + r.ID, lesson})
	to.equal("left", left, []string{"what is damaged of site " + site + ": it is being crawled, by run " + next.ID + ": repair again when that is over"})
	to.end(next)
	to.equal("restored", mend(), []string{"page " + url(1), "page " + url(23), "page " + url(24)})
	to.equal("restored again", mend(), []string(nil))
	to.equal("page", to.page(url(1)), from.page(url(1)))
	to.equal("page", to.page(url(23)), from.page(url(23)))
	if p := to.page(url(24)); p.Visits != 1 || !slices.Equal(p.Also, []string{"要闻"}) {
		to.Errorf("a page that was visited since: %+v", p)
	}
	to.equal("run", collect(to.T, to.Runs(to.Context(), archive.Filter{Run: r.ID})), in.Runs)
	left = to.faults()
	if len(left) != 3 {
		to.Errorf("left: %q", left)
	}
	for i, n := range []int{20, 21, 22} {
		if i < len(left) && !strings.HasPrefix(left[i], "page "+url(n)+": what is kept of it") {
			to.Errorf("left: %s, want of page %d", left[i], n)
		}
	}
}

// mendedAt is a time at which the leases of runs begun a day after t0 last.
var mendedAt = t0.Add(24 * time.Hour)

// A run that stands as open, for its process was killed, keeps nothing from being
// restored once its lease is over.
func mendKilled(from, to *fixture) {
	in, _ := importedStory(run(site, 0))
	from.importAll(in)
	to.importAll(brokenOnce(in))
	killed := to.begin(site, 24*time.Hour)
	var told []string
	mend := func(at time.Time) []string {
		told = nil
		tell := func(what string) { told = append(told, what) }
		if err := archive.Mend(to.Context(), to, from, archive.MendOptions{At: at, Restored: tell}); err != nil {
			to.Fatal(err)
		}
		return told
	}
	to.equal("restored while the lease lasts", mend(killed.Lease), []string(nil))
	to.equal("restored after it", mend(killed.Lease.Add(time.Second)), []string{"visit of " + in.Leaves[0].Visit.URL + " at " + in.Leaves[0].Visit.At.Format("2006-01-02T15:04:05.000Z"), "page " + url(8)})
}

// brokenOnce is in with one visit and one page damaged.
func brokenOnce(in archive.Import) archive.Import {
	in.Leaves, in.Pages = slices.Clone(in.Leaves), slices.Clone(in.Pages)
	in.Leaves[0].Visit.Reason, in.Leaves[0].Damaged = "x", true
	p := &in.Pages[len(in.Pages)-1]
	p.Kept, p.Damaged = p.Sums(), archive.DamagedHistory
	p.FoundOn = "x"
	return in
}

// A page of what is there again keeps how it was found and is asked for.
func mendFollows(from, to *fixture) {
	in, _ := importedStory(run(site, 0))
	from.importAll(in)
	bad := in
	bad.Leaves, bad.Pages = slices.Clone(in.Leaves), slices.Clone(in.Pages)
	n := len(in.Leaves) - 1
	bad.Leaves[n] = archive.Leaf{N: in.Leaves[n].N, Hash: in.Leaves[n].Hash, Damaged: true}
	lost := in.Leaves[n].Visit
	for i := range bad.Pages {
		if p := &bad.Pages[i]; p.URL == lost.URL {
			p.Failures++ // what visits make of it, which a copy had to work out
			p.Also, p.Request, p.Due = []string{"我们的"}, &archive.Request{URL: p.URL, Body: "ours"}, t0.Add(99*time.Hour)
		}
	}
	to.importAll(bad)
	before := to.page(lost.URL)
	if err := archive.Mend(to.Context(), to, from, archive.MendOptions{}); err != nil {
		to.Fatal(err)
	}
	to.sound(nil)
	after := to.page(lost.URL)
	to.equal("columns", after.Also, before.Also)
	to.equal("how it is asked for", after.Request, before.Request)
	if !after.Due.Equal(before.Due) {
		to.Errorf("due %s, want %s", after.Due, before.Due)
	}
}

// readStory is importedStory with a version that was read again twice.
func readStory() archive.Import {
	in, _ := importedStory(run(site, 0))
	again := archive.Again{Site: site, URL: url(1), Version: 2, At: t0.Add(time.Hour), Rules: archive.DigestOf(nil), Reader: 3, Article: text("另题", "另文")}
	next := again
	next.At, next.Article = t0.Add(2*time.Hour), text("又题", "又文")
	in.Again = []archive.Again{again, next}
	in.Pages[0].Title, in.Pages[0].Fingerprint = next.Article.Title, archive.FingerprintOf(next.Article)
	return in
}

// brokenStory is readStory with entries and readings of it damaged or lost.
func brokenStory() archive.Import {
	bad := readStory()
	first, second := *bad.Leaves[0].Snapshot, *bad.Leaves[1].Snapshot
	first.Article.Body += "！"
	second.Article.Title, second.Story = "x", url(9)
	bad.Leaves[0].Snapshot, bad.Leaves[0].Damaged = &first, true
	bad.Leaves[1].Snapshot, bad.Leaves[1].Visit.Reason, bad.Leaves[1].Damaged = &second, "x", true
	bad.Leaves[2] = archive.Leaf{N: 2, Hash: bad.Leaves[2].Hash, Damaged: true}
	for i := range bad.Again {
		a := &bad.Again[i]
		a.Kept, a.Damaged = a.Sum(), true
		a.Article.Body += "x"
	}
	return bad
}

// An archive of which entries and readings are damaged is made whole from a copy.
func mendEntries(from, to, copied *fixture) {
	in := readStory()
	from.importAll(in)
	to.importAll(brokenStory())
	if n := len(to.faults()); n < 6 {
		to.Fatalf("%d faults: %q", n, to.faults())
	}
	// A copy of it is as damaged, and can be mended likewise.
	if _, err := archive.Copy(copied.Context(), to, copied, archive.CopyOptions{Seal: to.sealed}); err != nil {
		copied.Fatal(err)
	}
	for _, f := range []*fixture{to, copied} {
		var told []string
		if err := archive.Mend(f.Context(), f, from, archive.MendOptions{At: mendedAt, Restored: func(what string) { told = append(told, what) }}); err != nil {
			f.Fatal(err)
		}
		if len(told) < 5 {
			f.Errorf("restored: %q", told)
		}
		if err := f.Rebuild(f.Context()); err != nil {
			f.Fatal(err)
		}
		f.equal("faults", f.faults(), []string(nil))
		f.equal("leaves", f.leaves(0), from.leaves(0))
		f.equal("readings", collect(f.T, f.Earlier(f.Context(), archive.Filter{})), collect(from.T, from.Earlier(from.Context(), archive.Filter{})))
		f.equal("versions", collect(f.T, f.Snapshots(f.Context(), archive.Filter{})), collect(from.T, from.Snapshots(from.Context(), archive.Filter{})))
		f.equal("found", f.searchURLs("又文", archive.Filter{}), []string{url(1)})
		f.unchanged("mending again", func() {
			if err := archive.Mend(f.Context(), f, from, archive.MendOptions{At: mendedAt, Restored: func(what string) { f.Errorf("restored again: %s", what) }}); err != nil {
				f.Error(err)
			}
		})
	}
	Same(to.T, to, from)
}

var mendTests = []subtest{
	{"what is there", func(f *fixture) {
		in := readStory()
		f.importAll(in)
		readings := collect(f.T, f.Earlier(f.Context(), archive.Filter{}))
		f.unchanged("mending", func() {
			if err := f.Mend(f.Context(), in.Leaves, readings); err != nil {
				f.Error(err)
			}
		})
		f.equal("leaves", f.leaves(0), in.Leaves)
		f.equal("readings", collect(f.T, f.Earlier(f.Context(), archive.Filter{})), readings)
	}},
	{"is refused where it is not what was there", func(f *fixture) {
		in := readStory()
		f.importAll(in)
		refused := func(what string, want error, leaf archive.Leaf, readings ...archive.Earlier) {
			f.Helper()
			f.unchanged(what, func() {
				var leaves []archive.Leaf
				if readings == nil {
					leaves = append(leaves, leaf)
				}
				if err := f.Mend(f.Context(), leaves, readings); !errors.Is(err, want) {
					f.Errorf("%s: %v, want %v", what, err, want)
				}
			})
		}
		l := in.Leaves[2]
		l.Visit.Reason = "x"
		refused("another visit", archive.ErrCorrupt, l)
		l.Hash = archive.LeafHash(archive.LeafOf(l.Visit, l.Snapshot))
		refused("another leaf", archive.ErrDiverged, l)
		l = in.Leaves[2]
		l.N = 3
		refused("a leaf behind the log", archive.ErrNotFound, l)
		e := collect(f.T, f.Earlier(f.Context(), archive.Filter{}))[1]
		e.N = 3
		refused("a reading that there was not", archive.ErrNotFound, l, e)
		e.N, e.Version = 1, 9
		refused("a version that there is not", archive.ErrNotFound, l, e)
	}},
}
