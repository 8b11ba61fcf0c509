package storetest

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strings"
	"time"

	"fangzhi/archive"
)

// brought brings to up to date from from, which may be damaged.
func (f *fixture) brought(from archive.Store) archive.CopyReport {
	f.Helper()
	report, err := archive.Copy(f.Context(), from, f, archive.CopyOptions{
		From: "a", Seal: func(ctx context.Context) error {
			_, err := from.Seal(ctx, t0)
			return err
		},
	})
	if err != nil {
		f.Fatal(err)
	}
	return report
}

// A sound copy that is brought up to date from an archive that a disk damaged since
// stays sound, with what was visited meanwhile; and the archive is mended from it.
func copyOverSound(from, to *fixture) {
	in, _ := importedStory(run(site, 0))
	in.Pages[0].Request = &archive.Request{URL: url(1), Body: "a=1"}
	for _, n := range []int{20, 21} {
		p := unread(site, url(n))
		p.FoundOn, p.Also = url(1), []string{"要闻"}
		in.Pages = append(in.Pages, p)
	}
	from.importAll(in)
	to.brought(from)
	pages, runs, lessons := collect(to.T, to.Pages(to.Context(), archive.Filter{})), to.runs(), to.lessons()

	var bad archive.Import
	for _, n := range []int{1, 20, 21} {
		p := from.page(url(n))
		p.Kept, p.Damaged = p.Sums(), archive.DamagedHistory|archive.DamagedAlso
		p.FoundOn, p.Also = "x", []string{"z"}
		if n == 1 {
			p.Damaged |= archive.DamagedTitle | archive.DamagedRequest
			p.Title, p.Request = "y", &archive.Request{URL: url(1), Body: "a=2"}
		}
		bad.Pages = append(bad.Pages, p)
	}
	r, l := in.Runs[0], in.Lessons[1]
	r.Kept, l.Kept, r.Damaged, l.Damaged = r.Sum(), l.Sum(), true, true
	r.Requests, l.Data = 77, []byte("x")
	bad.Runs, bad.Lessons = []archive.Run{r}, []archive.Lesson{l}
	from.importAll(bad)
	if report := to.brought(from); report.Spared != 5 {
		to.Errorf("brought up to date: %+v", report)
	}
	to.sound(nil)
	to.equal("pages of the copy", collect(to.T, to.Pages(to.Context(), archive.Filter{})), pages)
	to.equal("runs of the copy", to.runs(), runs)
	to.equal("lessons of the copy", to.lessons(), lessons)

	next := from.begin(site, 24*time.Hour)
	from.record(next, visit(next, from.page(url(1)), 25*time.Hour, text("标题", "又改")), visit(next, from.page(url(20)), 25*time.Hour, text("标题", "正文")))
	from.end(next)
	to.brought(from)
	to.sound(nil)
	for _, n := range []int{1, 20, 21} {
		was, is, theirs := in.Pages[0], to.page(url(n)), from.page(url(n))
		if n > 1 {
			was = in.Pages[len(in.Pages)-22+n]
		}
		if is.FoundOn != was.FoundOn || is.Visits != theirs.Visits || is.Versions != theirs.Versions || !is.Due.Equal(theirs.Due) || !slices.Equal(is.Also, was.Also) {
			to.Errorf("page %d of the copy after a visit: %+v, want as of %+v and %+v", n, is, was, theirs)
		}
	}
	if err := archive.Mend(from.Context(), from, to, archive.MendOptions{}); err != nil {
		from.Fatal(err)
	}
	for _, line := range from.faults() {
		if !strings.HasPrefix(line, "page "+url(1)+":") && !strings.HasPrefix(line, "page "+url(20)+":") { // which were visited since
			from.Errorf("left after mending from the copy: %s", line)
		}
	}
}

// A copy in which checksums alone are damaged has them right once it is brought up to
// date; an archive in which they are is told to be damaged.
func copyOverDamaged(from, to *fixture) {
	in, _ := importedStory(run(site, 0))
	from.importAll(in)
	to.brought(from)
	var bad archive.Import
	p, r, l := from.page(url(1)), in.Runs[0], in.Lessons[1]
	p.Damaged, r.Damaged, l.Damaged = archive.DamagedHistory, true, true
	bad.Pages, bad.Runs, bad.Lessons = []archive.Page{p}, []archive.Run{r}, []archive.Lesson{l}
	to.importAll(bad)
	if n := len(to.faults()); n != 3 {
		to.Fatalf("%d faults: %q", n, to.faults())
	}
	if report := to.brought(from); report.Spared != 0 {
		to.Errorf("brought up to date: %+v", report)
	}
	to.sound(nil)
	from.importAll(bad)
	if report := to.brought(from); report.Spared != 3 {
		to.Errorf("from what is damaged: %+v", report)
	}
	to.sound(nil)
}

var errFull = errors.New("no space left on device")

// full takes no leaves, for its disk is full.
type full struct{ *fixture }

func (f full) Import(ctx context.Context, in archive.Import) error {
	if len(in.Leaves) > 0 {
		return errFull
	}
	return f.fixture.Import(ctx, in)
}

// unproven has lost the visit of leaf 2, and its hash.
type unproven struct{ *fixture }

func (u unproven) Leaves(ctx context.Context, from int64) iter.Seq2[archive.Leaf, error] {
	return func(yield func(archive.Leaf, error) bool) {
		for l, err := range u.fixture.Leaves(ctx, from) {
			if l.N == 2 && err == nil {
				continue
			}
			if !yield(l, err) {
				return
			}
		}
	}
}

func (u unproven) Nodes(ctx context.Context, nodes []archive.Node) ([]archive.Hash, error) {
	if slices.Contains(nodes, archive.Node{N: 2}) {
		return nil, archive.ErrCorrupt
	}
	return u.fixture.Nodes(ctx, nodes)
}

// unlisted cannot list its pages.
type unlisted struct{ *fixture }

func (u unlisted) Pages(context.Context, archive.Filter) iter.Seq2[archive.Page, error] {
	return func(yield func(archive.Page, error) bool) { yield(archive.Page{}, archive.ErrCorrupt) }
}

// What the copy cannot write or read is the error, and nothing that the archive lost.
func copyFailing(from, to *fixture) {
	in, _ := importedStory(run(site, 0))
	from.importAll(in)
	for _, test := range []struct {
		name     string
		from, to archive.Store
		want     error
	}{
		{"full, where a leaf cannot be gone on from", unproven{from}, full{to}, errFull},
		{"damaged", from, unlisted{to}, archive.ErrCorrupt}, // after which it has the leaves
	} {
		report, err := archive.Copy(to.Context(), test.from, test.to, archive.CopyOptions{Seal: from.sealed, From: "a"})
		if !errors.Is(err, archive.ErrOfCopy) || !errors.Is(err, test.want) || report.Unread != nil {
			to.Errorf("%s: error %v, told of the archive: %q", test.name, err, report.Unread)
		}
	}
	report, err := archive.Copy(to.Context(), unlisted{from}, to, archive.CopyOptions{Seal: from.sealed, From: "a"})
	if err != nil || len(report.Unread) != 1 {
		to.Errorf("where it is the archive that is damaged: %+v, %v", report, err)
	}
}

// noRuns has lost its runs, or cannot read them.
type noRuns struct {
	*fixture
	err error
}

func (n noRuns) Runs(context.Context, archive.Filter) iter.Seq2[archive.Run, error] {
	return func(yield func(archive.Run, error) bool) {
		if n.err != nil {
			yield(archive.Run{}, n.err)
		}
	}
}

// Of a run that the archive lost since, or cannot read any more, the copy keeps what
// it has, and what comes after it is copied.
func copyLostRuns(from, to *fixture, why error) {
	r := from.begin(site, 0)
	from.record(r, visit(r, unread(site, url(1)), time.Second, text("标题", "正文")))
	to.brought(from)
	was := to.runs()
	from.record(r, visit(r, unread(site, url(2)), 2*time.Second, text("标题", "正文二")))
	report := to.brought(noRuns{from, why})
	to.equal("runs of the copy", to.runs(), was)
	if told := report.Unread != nil; report.Size != 2 || told != (why != nil) {
		to.Errorf("brought up to date: %+v", report)
	}
	// The run that was open in the copy may not be any more.
	from.end(r)
	next := from.begin(site, 24*time.Hour)
	from.record(next, visit(next, unread(site, url(3)), 25*time.Hour, text("标题", "正文三")))
	if report := to.brought(oneRun{from, next.ID, why}); report.Size != 3 {
		to.Errorf("brought up to date: %+v", report)
	}
	if runs := to.runs(); len(runs) != 2 || runs[0].State != archive.RunInterrupted || !runs[0].Damaged || runs[1].ID != next.ID || runs[1].State != archive.RunRunning {
		to.Errorf("runs of the copy: %+v", runs)
	}
	to.brought(from)
	to.sound(nil)
	Same(to.T, to, from)
}

// oneRun has lost its runs but for one, or cannot read them.
type oneRun struct {
	*fixture
	id  string
	err error
}

func (o oneRun) Runs(ctx context.Context, f archive.Filter) iter.Seq2[archive.Run, error] {
	if f.Run == o.id {
		return o.fixture.Runs(ctx, f)
	}
	return noRuns{o.fixture, o.err}.Runs(ctx, f)
}
