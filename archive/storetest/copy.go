package storetest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"fangzhi/archive"
)

// Copies checks what archive.Copy promises of a copy from one kind of store to
// another.
func Copies(t *testing.T, from, to func(t *testing.T) archive.Store) {
	t.Run("an archive that is written all the time", func(t *testing.T) { copyBusy(newFixture(t, from), newFixture(t, to)) })
	t.Run("of a part", func(t *testing.T) { copyOfAPart(newFixture(t, from), newFixture(t, to)) })
	t.Run("of damage", func(t *testing.T) { copyOfDamage(newFixture(t, from), newFixture(t, to), newFixture(t, to)) })
	t.Run("that mends entries", func(t *testing.T) { mendEntries(newFixture(t, from), newFixture(t, to), newFixture(t, from)) })
	t.Run("that mends where a crawl was killed", func(t *testing.T) { mendKilled(newFixture(t, from), newFixture(t, to)) })
	t.Run("that mends what a page follows from", func(t *testing.T) { mendFollows(newFixture(t, from), newFixture(t, to)) })
	t.Run("that mends", func(t *testing.T) { mendFromCopy(newFixture(t, from), newFixture(t, to)) })
	t.Run("of what is sound over damage", func(t *testing.T) { copyOverDamaged(newFixture(t, from), newFixture(t, to)) })
	t.Run("of damage over what is sound", func(t *testing.T) { copyOverSound(newFixture(t, from), newFixture(t, to)) })
	t.Run("of what the copy cannot do", func(t *testing.T) { copyFailing(newFixture(t, from), newFixture(t, to)) })
	t.Run("of a run that was lost", func(t *testing.T) { copyLostRuns(newFixture(t, from), newFixture(t, to), nil) })
	t.Run("of a run that cannot be read", func(t *testing.T) { copyLostRuns(newFixture(t, from), newFixture(t, to), archive.ErrCorrupt) })
	t.Run("cut short after each import", func(t *testing.T) { copyCutShort(newFixture(t, from), newFixture(t, to)) })
}

// sound fails the test unless the store keeps its promises and, where c is set,
// its log is that of c.
func (f *fixture) sound(c *archive.Checkpoint) {
	f.Helper()
	_, err := archive.Verify(f.Context(), f, archive.VerifyOptions{Checkpoint: c}, func(x archive.Fault) {
		f.Errorf("%s: %s", x.Object, x.Text)
	})
	if err != nil {
		f.Error(err)
	}
}

func (f *fixture) sealed(ctx context.Context) error {
	_, err := f.Seal(ctx, t0)
	return err
}

// busy is an archive in which something is recorded whenever a page is read from
// it: the pages that were read are visited again, and further ones are found.
type busy struct {
	*fixture
	run      archive.Run
	pages    map[string]archive.Page
	order    []string
	reads, n int
	rounds   int
}

// visit visits the next pages, and finds another page on each.
func (b *busy) visit(many int) {
	var batch []archive.Entry
	for range many {
		b.n++
		u := b.order[b.n%len(b.order)]
		after := time.Hour + time.Duration(b.n)*time.Second
		p := b.pages[u]
		e := visit(b.run, p, after, text("标题", fmt.Sprint("正文", b.n)))
		switch b.n % 7 {
		case 0:
			e = gone(b.run, p, after)
		case 1, 2:
			if p.Versions > 0 && p.State.There() {
				e = same(b.run, p, after)
			}
		}
		fresh := unread(site, url(100_000+b.n))
		fresh.FirstSeen, fresh.Due = e.Visit.At, e.Visit.At
		e.Discovered = []archive.Page{fresh}
		batch = append(batch, e)
		b.pages[u] = e.Page
	}
	b.record(b.run, batch...)
}

func (b *busy) Page(ctx context.Context, site, u string) (archive.Page, error) {
	if b.reads++; b.reads%50 == 0 {
		b.visit(50)
	}
	return b.fixture.Page(ctx, site, u)
}

func (b *busy) Pages(ctx context.Context, f archive.Filter) iter.Seq2[archive.Page, error] {
	b.visit(50)
	return b.fixture.Pages(ctx, f)
}

func (b *busy) Log(ctx context.Context) (archive.Log, error) {
	if b.rounds++; b.rounds > 20 {
		return archive.Log{}, errors.New("the copy does not come to its end")
	}
	return b.fixture.Log(ctx)
}

// An archive that is written faster than it is copied has a copy all the same: of
// a moment while it was made.
func copyBusy(from, to *fixture) {
	b := &busy{fixture: from, run: from.begin(site, 0), pages: map[string]archive.Page{}}
	var batch []archive.Entry
	for n := range 260 {
		e := visit(b.run, unread(site, url(n)), time.Duration(n)*time.Second, text("标题", fmt.Sprint("正文", n)))
		b.pages[e.Page.URL], b.order = e.Page, append(b.order, e.Page.URL)
		if n%5 == 0 { // to be visited for the first time while the copy is made
			b.pages[url(1000+n)], b.order = unread(site, url(1000+n)), append(b.order, url(1000+n))
			e.Discovered = []archive.Page{unread(site, url(1000+n))}
		}
		batch = append(batch, e)
	}
	from.record(b.run, batch...)
	began := from.log()
	report, err := archive.Copy(to.Context(), b, to, archive.CopyOptions{Seal: from.sealed})
	if err != nil {
		to.Fatal(err)
	}
	to.sound(&archive.Checkpoint{Size: report.Size, Root: report.Root})
	if n := began.Size + int64(began.Unsealed); report.Size < n {
		to.Errorf("the copy has %d entries, the archive had %d before it began", report.Size, n)
	}
	if log := from.log(); log.Size+int64(log.Unsealed) < report.Size+100 {
		to.Errorf("the copy has %d entries of %d: nothing was written meanwhile", report.Size, log.Size)
	}
	// What was known then is in the frontier of the copy.
	known := map[string]bool{}
	for p, err := range to.Pages(to.Context(), archive.Filter{}) {
		if err != nil {
			to.Fatal(err)
		}
		if known[p.URL] = true; p.Due.IsZero() {
			to.Errorf("page %s will not be visited any more", p.URL)
		}
	}
	for u := range b.pages {
		if !known[u] {
			to.Errorf("page %s is not known", u)
		}
	}
	// Once nothing is written any more, the copy comes to be the same.
	b.visit(len(b.order))
	if _, err := archive.Copy(to.Context(), from, to, archive.CopyOptions{Seal: from.sealed}); err != nil {
		to.Fatal(err)
	}
	Same(to.T, to, from)
}

// cutting fails after so many imports, as when its process is killed.
type cutting struct {
	archive.Store
	left int
}

var errCut = errors.New("cut")

func (c *cutting) Import(ctx context.Context, in archive.Import) error {
	if c.left--; c.left < 0 {
		return errCut
	}
	return c.Store.Import(ctx, in)
}

// A copy that was cut short anywhere keeps the promises of an archive: it is one
// of fewer entries. The next goes on with it.
func copyCutShort(from, to *fixture) {
	r := from.begin(site, 0)
	var all []archive.Entry
	for n := range 270 {
		all = append(all, visit(r, unread(site, url(n)), time.Duration(n)*time.Second, text("标题", fmt.Sprint("正文", n))))
	}
	from.record(r, all...)
	var later []archive.Entry
	for n, e := range all[:80] {
		after := time.Hour + time.Duration(n)*time.Second
		switch n % 4 {
		case 0:
			later = append(later, visit(r, e.Page, after, text("标题", fmt.Sprint("改过", n))))
		case 1:
			later = append(later, same(r, e.Page, after))
		case 2:
			later = append(later, gone(r, e.Page, after))
		}
	}
	from.record(r, later...)
	from.end(r)
	r = from.begin(site, 24*time.Hour, unread(site, url(900)))
	var again []archive.Again
	for n := range 8 {
		again = append(again, readAgain(url(n), 1, 2, text("真正的标题", fmt.Sprint("正文", n))))
	}
	again = append(again, readAgain(url(0), 2, 2, text("真正的标题", "改过")))
	from.reread(r, again...)
	from.end(r)
	if err := from.Learn(from.Context(), r.ID, site, "furniture", []byte("menu")); !errors.Is(err, archive.ErrLost) {
		from.Errorf("learnt by a closed run: %v", err)
	}
	part := archive.Copying{From: "sqlite:from.db", Began: t0}
	options := archive.CopyOptions{Seal: from.sealed, From: part.From, At: t0}
	cuts := 0
	for ; ; cuts++ {
		_, err := archive.Copy(to.Context(), from, &cutting{to, 1}, options)
		if err == nil {
			break
		}
		if !errors.Is(err, errCut) {
			to.Fatal(err)
		}
		to.sound(nil)
		to.partOf(part)
		options.At = options.At.Add(time.Hour)
		if to.Failed() {
			to.Fatalf("cut after import %d", cuts+1)
		}
	}
	if cuts < 6 {
		to.Errorf("done after %d imports", cuts)
	}
	Same(to.T, to, from)
	to.partOf(part)
	to.endCopy(from, t0.Add(time.Hour))
	to.partOf(archive.Copying{})
	// There is nothing to copy, so it stays complete; what is new is a part at first.
	if _, err := archive.Copy(to.Context(), from, to, options); err != nil {
		to.Fatal(err)
	}
	to.partOf(archive.Copying{})
	r = from.begin(site, 48*time.Hour)
	from.record(r, same(r, from.page(url(5)), 49*time.Hour))
	if _, err := archive.Copy(to.Context(), from, &cutting{to, 1}, options); !errors.Is(err, errCut) {
		to.Fatal(err)
	}
	part.Began = options.At
	to.partOf(part)
}

// partOf fails the test unless the archive is such a part, or none where want is
// zero, and its verification says so.
func (f *fixture) partOf(want archive.Copying) {
	f.Helper()
	got, err := archive.CopyingOf(f.Context(), f)
	if err != nil {
		f.Fatal(err)
	}
	report, err := archive.Verify(f.Context(), f, archive.VerifyOptions{Part: 1, Parts: 1000}, func(archive.Fault) {})
	if err != nil {
		f.Fatal(err)
	}
	if want == (archive.Copying{}) {
		if got.Part() || report.PartOf != nil {
			f.Errorf("is a part: %+v, verified: %+v", got, report.PartOf)
		}
		return
	}
	if got != want || report.PartOf == nil || *report.PartOf != want {
		f.Errorf("is a part: %+v, verified: %+v, want %+v", got, report.PartOf, want)
	}
}

func (f *fixture) endCopy(from archive.Store, at time.Time) archive.Copying {
	f.Helper()
	c, err := archive.EndCopy(f.Context(), from, f, at)
	if err != nil {
		f.Fatal(err)
	}
	return c
}

// What is copied of a part is a part of the same, also once it is complete, and
// when its keeper takes it for an archive of its own.
func copyOfAPart(from, to *fixture) {
	r := from.begin(site, 0)
	from.record(r, visit(r, unread(site, url(1)), time.Second, text("标题", "正文")))
	from.end(r)
	part := archive.Copying{From: "mongodb://lost", Began: t0}
	from.importAll(archive.Import{Lessons: []archive.Lesson{{Name: "copy", Data: []byte(`{"from":"mongodb://lost","began":"` + t0.Format(time.RFC3339Nano) + `"}`)}}})
	from.partOf(part)
	copied := func() {
		to.Helper()
		if _, err := archive.Copy(to.Context(), from, to, archive.CopyOptions{Seal: from.sealed, From: "sqlite:part.db"}); err != nil {
			to.Fatal(err)
		}
		if c := to.endCopy(from, t0.Add(time.Hour)); c != part {
			to.Errorf("ended as %+v, want %+v", c, part)
		}
		to.partOf(part)
	}
	copied()
	part.Kept = t0.Add(2 * time.Hour)
	if c, err := archive.KeepPart(from.Context(), from, part.Kept); err != nil || c != part || c.Open() || !c.Part() {
		from.Errorf("kept as %+v, %v, want %+v", c, err, part)
	}
	copied()
}

// damaged is an archive of which this and that is not what was written, or cannot
// be read.
type damaged struct{ *fixture }

func (d damaged) Leaves(ctx context.Context, from int64) iter.Seq2[archive.Leaf, error] {
	return func(yield func(archive.Leaf, error) bool) {
		for l, err := range d.fixture.Leaves(ctx, from) {
			switch {
			case err != nil:
			case l.N == 3:
				l.Visit.Reason = "all is well"
			case l.N == 5:
				continue
			case l.N == 7:
				yield(archive.Leaf{}, fmt.Errorf("a row is damaged: %w", archive.ErrCorrupt))
				return
			case l.N == 9:
				l.Hash[31] ^= 1
			}
			if !yield(l, err) {
				return
			}
		}
	}
}

func (d damaged) Page(ctx context.Context, site, u string) (archive.Page, error) {
	if u == url(10) {
		return archive.Page{}, archive.ErrCorrupt
	}
	return d.fixture.Page(ctx, site, u)
}

func (d damaged) Pages(ctx context.Context, f archive.Filter) iter.Seq2[archive.Page, error] {
	return func(yield func(archive.Page, error) bool) {
		for p, err := range d.fixture.Pages(ctx, f) {
			if p.URL == url(10) {
				p.Damaged = archive.DamagedHistory
			}
			if !yield(p, err) {
				return
			}
		}
	}
}

func (d damaged) Runs(ctx context.Context, f archive.Filter) iter.Seq2[archive.Run, error] {
	return func(yield func(archive.Run, error) bool) {
		for r, err := range d.fixture.Runs(ctx, f) {
			if err == nil && r.Site != site {
				err = archive.ErrCorrupt
			}
			if !yield(r, err) || err != nil {
				return
			}
		}
	}
}

// What is damaged in an archive keeps nothing else from being copied, and is told
// of the copy, and of a copy of that: nothing is lost, nothing made up.
func copyOfDamage(from, to, further *fixture) {
	r := from.begin(site, 0)
	other := from.begin("another", time.Second)
	var all []archive.Entry
	for n := range 12 {
		all = append(all, visit(r, unread(site, url(n)), time.Duration(n)*time.Second, text("标题", fmt.Sprint("正文", n))))
	}
	from.record(r, all...)
	from.record(other, visit(other, unread("another", url(0)), time.Minute, text("标题", "别的")))
	from.end(r)
	if err := from.Import(from.Context(), archive.Import{Payloads: [][]byte{[]byte("nobody's")}}); err != nil {
		from.Fatal(err)
	}
	report, err := archive.Copy(to.Context(), damaged{from}, to, archive.CopyOptions{Seal: from.sealed})
	if err != nil {
		to.Fatal(err)
	}
	if report.Size != 13 || report.Damaged != 1 || report.Righted != 1 || report.Lost != 2 || len(report.Unread) != 1 || !strings.HasPrefix(report.Unread[0], "runs: could not be read to the end: ") {
		to.Errorf("copied %+v", report)
	}
	want := []string{
		"page " + url(10) + ": what is kept of it is not what was written, by its checksum: how it was found and what its visits left",
		"visit of " + url(3) + " at " + all[3].Visit.At.Format("2006-01-02T15:04:05.000Z") + ": it, or the version that it cut, is not what leaf 3 of the log sealed",
		"leaf 5 of the log: its visit is not there",
		"leaf 7 of the log: its visit is not there",
		"run " + other.ID + ": what it says is not what was written, by its checksum",
	}
	faults := func(f *fixture) []string {
		f.Helper()
		return slices.DeleteFunc(f.faults(), func(line string) bool { return strings.HasPrefix(line, "database: log: row ") }) // as SQLite tells of leaves
	}
	to.equal("faults", faults(to), want)
	got, all3 := to.leaves(0), from.leaves(0)
	all3[3].Visit.Reason = "all is well"
	to.equal("leaves", got, append(append(append([]archive.Leaf{}, all3[:5]...), all3[6]), all3[8:]...))
	if edge, err := to.Nodes(to.Context(), archive.Edge(13)); err != nil {
		to.Error(err)
	} else if tree := archive.TreeAt(13, edge); tree.Root() != report.Root {
		to.Errorf("its root is %s, want %s", tree.Root(), report.Root)
	}
	to.equal("payloads", collect(to.T, to.Payloads(to.Context())), collect(from.T, from.Payloads(from.Context())))
	for _, n := range []int{5, 7} {
		if p := to.page(url(n)); p.State != archive.StateDiscovered || p.Due.IsZero() {
			to.Errorf("the page of a lost visit: %+v", p)
		}
	}

	// Of what came before, nothing comes twice.
	r = from.begin(site, 24*time.Hour)
	from.record(r, visit(r, from.page(url(10)), 25*time.Hour, text("标题", "新的")))
	if report, err = archive.Copy(to.Context(), damaged{from}, to, archive.CopyOptions{Seal: from.sealed}); err != nil || report.Leaves != 1 {
		to.Errorf("brought up to date: %+v, %v", report, err)
	}
	if report, err = archive.Copy(further.Context(), to, further, archive.CopyOptions{Seal: to.sealed}); err != nil || report.Size != 14 || report.Damaged != 1 || report.Lost != 2 || report.Unread != nil {
		further.Errorf("copied on: %+v, %v", report, err)
	}
	further.equal("faults of the copy's copy", faults(further), faults(to))

	// Once there is one that is sound, all of it is made whole.
	from.end(r)
	from.end(other)
	for _, f := range []*fixture{to, further} {
		if _, err := archive.Copy(f.Context(), from, f, archive.CopyOptions{Seal: from.sealed}); err != nil { // the runs are over
			f.Fatal(err)
		}
		if err := archive.Mend(f.Context(), f, from, archive.MendOptions{}); err != nil {
			f.Fatal(err)
		}
		f.sound(nil)
	}
	Same(to.T, to, from)
}
