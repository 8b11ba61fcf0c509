package crawler

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"fangzhi/archive"
	"fangzhi/extract"
)

// Backlog is how far a site's pages were gone through for documents and
// requisites that they lack: what was crawled before the site kept any, or was
// imported without them.
type Backlog struct {
	Attachments bool      `json:"attachments"`       // these are gone through for
	Requisites  bool      `json:"requisites"`        // likewise
	Done        bool      `json:"done"`              // all of it: what is new gets its own with each visit
	Begun       time.Time `json:"begun,omitzero"`    // this going through
	After       string    `json:"after,omitempty"`   // the pages up to this URL are done
	Retry       bool      `json:"retry,omitempty"`   // also what failed before Begun, and is not due any more
	Left        int       `json:"left,omitempty"`    // could not be asked for: their hosts were left alone
	Next        time.Time `json:"next,omitzero"`     // not before
	Looked      int       `json:"looked,omitempty"`  // pages gone through
	Asked       int       `json:"asked,omitempty"`   // documents and requisites asked for
	Pages       int       `json:"lacking,omitempty"` // pages that lacked any
}

const (
	backlogName = "backlog" // what it is kept as; see Store.Learn
	// backlogBatch is how many pages are gone through between two looks at the
	// archive, and are gone through again after a crash.
	backlogBatch = 512
	// backlogRest is how long what could not be asked for waits.
	backlogRest = 24 * time.Hour
)

// BacklogOf returns the backlog of site; ok is false where none is known.
func BacklogOf(ctx context.Context, s interface {
	Learnt(ctx context.Context, site, name string) ([]byte, error)
}, site string) (b Backlog, ok bool, err error) {
	data, err := s.Learnt(ctx, site, backlogName)
	if errors.Is(err, archive.ErrNotFound) {
		return b, false, nil
	}
	if err != nil {
		return b, false, fmt.Errorf("how far pages were gone through for what they lack: %w", err)
	}
	if json.Unmarshal(data, &b) != nil {
		return Backlog{}, false, nil // gone through anew
	}
	return b, true, nil
}

// keepBacklog has the store remember b.
func (k *crawl) keepBacklog(ctx context.Context, b Backlog) error {
	data, err := json.Marshal(b)
	if err == nil {
		err = k.c.store.Learn(ctx, k.run.ID, k.site.Name, backlogName, data)
	}
	if err != nil {
		return fmt.Errorf("keep how far pages were gone through for what they lack: %w", err)
	}
	return nil
}

// openBacklog says what the run has to go through. In a site without runs before
// every page gets what it needs with its first visit.
func (k *crawl) openBacklog(ctx context.Context) error {
	b, known, err := BacklogOf(ctx, k.c.store, k.site.Name)
	if err != nil {
		return err
	}
	was, keep := b, k.site.Keep
	more := keep.Attachments && !b.Attachments || keep.Requisites && !b.Requisites
	switch {
	case !known && !keep.Attachments && !keep.Requisites:
		return nil
	case more:
		b = Backlog{Begun: k.run.Started, Done: !known && k.first}
	case k.retries && b.Done && (keep.Attachments || keep.Requisites):
		b = Backlog{Begun: k.run.Started, Retry: true}
	case k.retries:
		b.Retry = true
	}
	b.Attachments, b.Requisites = keep.Attachments, keep.Requisites
	k.backlog = b
	if known && b == was {
		return nil
	}
	return k.keepBacklog(ctx, b)
}

// reopenBacklog has the next crawl go through all pages again, if any keeps
// count: versions came by another way than a crawl.
func (k *crawl) reopenBacklog(ctx context.Context) error {
	b, known, err := BacklogOf(ctx, k.c.store, k.site.Name)
	if err != nil || !known || !b.Attachments && !b.Requisites {
		return err
	}
	return k.keepBacklog(ctx, Backlog{Attachments: b.Attachments, Requisites: b.Requisites, Begun: k.run.Started})
}

// filling is the going through of one page for what it lacks.
type filling struct {
	of    *backfill
	asked int
}

// backfill is that of one run.
type backfill struct {
	retryBefore time.Time    // what failed before and is not due any more is asked for again; zero: it is not
	full        atomic.Bool  // the run must not ask for more
	left        atomic.Int64 // not asked for: the hosts are left alone
	asked       atomic.Int64
	pages       atomic.Int64 // that lacked something
}

// lacks says whether a page that needs p is without it, and nobody else asks.
func (f *filling) lacks(p archive.Page) bool {
	switch {
	case p.Payload != "" || p.State == archive.StateMoved:
		return false
	case p.LastVisit.IsZero():
		return true
	}
	return p.Due.IsZero() && p.LastVisit.Before(f.of.retryBefore)
}

// barsFilling says why what is at a is not asked for in this run, "" where it is.
func (k *crawl) barsFilling(fill *filling, a address) string {
	switch {
	case fill.of.full.Load():
	case k.frontier.leaves(a.url):
		fill.of.left.Add(1)
		return a.host + " is left alone for the rest of the run"
	case k.kept.begun.Load() >= int64(k.site.Keep.PerRun), fill.asked == 0 && !k.frontier.allows():
		fill.of.full.Store(true)
	default:
		return ""
	}
	return "the most of one run is reached"
}

// fillBacklog captures what the versions lack that were stored before, by the
// pages in the order of their URLs: politely and within the caps as all else,
// and no page is asked for, since the archive holds what it says. What was
// captured counts by itself, so a crash costs some reading.
func (k *crawl) fillBacklog(ctx context.Context) error {
	b := k.backlog
	if b.Done || !b.Attachments && !b.Requisites || k.run.Started.Before(b.Next) {
		return nil
	}
	run := &backfill{}
	if b.Retry {
		run.retryBefore = b.Begun
	}
	var err error
	for !b.Done && err == nil {
		var last string
		if last, err = k.fillBatch(ctx, run, b.After, &b.Looked); err != nil || run.full.Load() {
			break
		}
		k.recorder.flush() // what was captured is durable before it counts as done
		if b.After = last; last != "" {
			err = k.keepBacklog(ctx, k.tallied(b, run))
			continue
		}
		if b.Left = int(run.left.Load()); b.Left > 0 {
			b.Next = k.run.Started.Add(backlogRest)
			break
		}
		b.Done = true
	}
	k.recorder.flush()
	b = k.tallied(b, run)
	k.kept.unfilled = err != nil
	k.noteBacklog(b, run)
	if err == nil || k.wait.Err() != nil { // stopped: what was done is told
		err = errors.Join(k.keepBacklog(ctx, b), k.wait.Err())
	}
	return err
}

// tallied is b with what the run asked for.
func (k *crawl) tallied(b Backlog, run *backfill) Backlog {
	b.Asked, b.Pages = k.backlog.Asked+int(run.asked.Load()), k.backlog.Pages+int(run.pages.Load())
	return b
}

func (k *crawl) noteBacklog(b Backlog, run *backfill) {
	asked, pages := int(run.asked.Load()), int(run.pages.Load())
	if asked == 0 && run.left.Load() == 0 && !run.full.Load() && !k.kept.unfilled {
		return
	}
	text := fmt.Sprintf("%s stored before lacked documents or requisites: %d were asked for; ", number(pages, "page"), asked)
	switch {
	case b.Done:
		text += fmt.Sprintf("all %s are gone through", number(b.Looked, "page"))
	case b.Left > 0:
		text += fmt.Sprintf("%d could not be asked for, their hosts are left alone: a day later again", b.Left)
	default:
		text += fmt.Sprintf("%s gone through, the next crawl goes on", number(b.Looked, "page"))
	}
	k.note(text)
}

// lacking is a page that may lack something.
type lacking struct {
	page      archive.Page
	documents []archive.Attachment
}

// fillBatch goes through the pages behind after, and returns the URL of the last
// of them, "" where there are no more.
func (k *crawl) fillBatch(ctx context.Context, run *backfill, after string, looked *int) (last string, err error) {
	var batch []lacking
	n := 0
	for p, err := range k.c.store.Pages(ctx, archive.Filter{Site: k.site.Name, FromURL: after, Limit: backlogBatch}) {
		if err != nil {
			return "", err
		}
		if n++; p.URL == after {
			continue
		}
		last = p.URL
		if isDressed(p) {
			batch = append(batch, lacking{page: p})
		}
	}
	if n < backlogBatch {
		last = ""
	}
	if len(batch) == 0 {
		return last, nil
	}
	if k.site.Keep.Attachments {
		at := 0
		span := archive.Filter{Site: k.site.Name, Kind: archive.KindArticle, FromURL: batch[0].page.URL, ToURL: batch[len(batch)-1].page.URL, Latest: true}
		for s, err := range k.c.store.Snapshots(ctx, span) {
			if err != nil {
				return "", err
			}
			for at < len(batch) && batch[at].page.URL < s.URL {
				at++
			}
			if at < len(batch) && batch[at].page.URL == s.URL {
				batch[at].documents = s.Article.Attachments
			}
		}
	}
	work, _ := errgroup.WithContext(ctx)
	work.SetLimit(k.workers())
	for _, l := range batch {
		work.Go(func() error {
			if run.full.Load() {
				return nil
			}
			if err := k.wait.Err(); err != nil {
				return context.Cause(k.wait)
			}
			return k.fillPage(l, run)
		})
	}
	if err := work.Wait(); err != nil {
		return "", err
	}
	if !run.full.Load() {
		*looked += len(batch)
	}
	return last, nil
}

// isDressed says whether p is a page with versions or bytes of its own, there as
// far as it is known, that documents and requisites belong to.
func isDressed(p archive.Page) bool {
	switch p.Kind {
	case archive.KindArticle, archive.KindList, archive.KindPart:
		return p.Payload != "" && !p.State.Gone() && p.State != archive.StateMoved && p.State != archive.StateAlias
	}
	return false
}

// fillPage captures what one page lacks.
func (k *crawl) fillPage(l lacking, run *backfill) error {
	fill := &filling{of: run}
	defer func() {
		if run.asked.Add(int64(fill.asked)); fill.asked > 0 {
			run.pages.Add(1)
		}
	}()
	for i, d := range l.documents {
		if i == k.site.Keep.PerPage {
			break // its visit said so
		}
		if _, err := k.keepOne(l.page, d.URL, archive.KindAttachment, d.Name, fill); err != nil {
			return err
		}
	}
	if !k.site.Keep.Requisites {
		return nil
	}
	needs, err := k.storedNeeds(l.page)
	if err != nil {
		return err
	}
	return k.keepRequisites(l.page, &finding{}, needs, fill)
}

// storedNeeds are the requisites of a page as its stored bytes name them. Bytes
// that are damaged or missing, which verify tells of, name none.
func (k *crawl) storedNeeds(p archive.Page) (needs []extract.Requisite, err error) {
	c, err := archive.Recall(k.wire, k.c.store, p.Site, p.URL, p.Payload)
	if gone(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	s := k.seat(c)
	s.take()
	defer s.leave()
	defer func() {
		if fault := recover(); fault != nil {
			k.note(fmt.Sprintf("%s cannot be read for what it needs: panic: %v", p.URL, fault))
			needs, err = nil, nil
		}
	}()
	page, err := k.c.read(k.input(c, nil))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", p.URL, err)
	}
	return k.requisitesOf(p, page), nil
}

// isOf says whether p is told to be of a column.
func isOf(p archive.Page, column string) bool {
	return column == "" || p.Column == column || len(p.Also) >= archive.MaxAlso || slices.Contains(p.Also, column)
}
