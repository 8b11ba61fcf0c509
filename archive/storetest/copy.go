package storetest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"testing"
	"time"

	"fangzhi/archive"
)

// Copies checks what archive.Copy promises of a copy from one kind of store to
// another.
func Copies(t *testing.T, from, to func(t *testing.T) archive.Store) {
	t.Run("an archive that is written all the time", func(t *testing.T) { copyBusy(newFixture(t, from), newFixture(t, to)) })
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
	cuts := 0
	for ; ; cuts++ {
		_, err := archive.Copy(to.Context(), from, &cutting{to, 1}, archive.CopyOptions{Seal: from.sealed})
		if err == nil {
			break
		}
		if !errors.Is(err, errCut) {
			to.Fatal(err)
		}
		to.sound(nil)
		if to.Failed() {
			to.Fatalf("cut after import %d", cuts+1)
		}
	}
	if cuts < 6 {
		to.Errorf("done after %d imports", cuts)
	}
	Same(to.T, to, from)
}
