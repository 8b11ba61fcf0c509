package crawler

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"fangzhi/archive"
	"fangzhi/extract"
)

const (
	// rereadBatch is how many readings are recorded in one commit.
	rereadBatch = 64
	// rereadBytes bounds the text that waits to be recorded.
	rereadBytes = 4 << 20
)

// RereadOptions say what becomes of what reads otherwise.
type RereadOptions struct {
	Apply   bool             // record it; else nothing is changed
	Observe func(Difference) // told of each version that reads otherwise; nil: nobody is
}

// Difference is one version that reads otherwise today.
type Difference struct {
	Site    string        `json:"site"`
	URL     string        `json:"url"`
	Version int           `json:"version"`
	Fields  []FieldChange `json:"fields,omitempty"`
	Failure string        `json:"failure,omitempty"` // why it cannot be read today; what was read stays
}

// FieldChange is one field that reads otherwise.
type FieldChange struct {
	Field  string `json:"field"`
	Before string `json:"before"`
	Now    string `json:"now"`
}

// RereadReport counts what came of reading a site's versions again.
type RereadReport struct {
	Site     string         `json:"site"`
	Versions int            `json:"versions"` // read again
	Older    int            `json:"older"`    // of them those that other rules or an older reader had read
	Differ   int            `json:"differ"`   // that read otherwise
	Failed   int            `json:"failed"`   // that cannot be read today
	Fields   map[string]int `json:"fields"`   // versions by field that reads otherwise
	Applied  bool           `json:"applied"`
}

// Reread reads every stored version of site's articles again: its payloads, by
// the rules and the furniture of today. With Apply what reads otherwise is
// recorded (archive.Store.Reread), under a run of the site, so that no crawl of
// it goes on meanwhile: the error wraps archive.ErrBusy where one does. What was
// recorded stays when it is stopped, and it can be begun anew.
func (c *Crawler) Reread(ctx context.Context, site Site, o RereadOptions) (report RereadReport, err error) {
	report = RereadReport{Site: site.Name, Fields: map[string]int{}, Applied: o.Apply}
	k := &crawl{c: c, site: site, wire: ctx}
	known, err := KnownFurniture(ctx, c.store, site.Name)
	if unusable := (*unusableError)(nil); errors.As(err, &unusable) {
		known, err = nil, nil
	}
	if err != nil {
		return report, err
	}
	if o.Apply {
		end, err := k.openReread(ctx)
		if err != nil {
			return report, fmt.Errorf("read %s again: %w", site.Name, err)
		}
		defer func() { err = errors.Join(err, end(report, err)) }()
	}
	r := rereading{k: k, known: known, options: o, report: &report}
	err = r.walk(k.wire)
	if err != nil {
		err = fmt.Errorf("read %s again: %w", site.Name, err)
	}
	return report, err
}

// openReread opens the run under which versions are read again. Its context ends
// when the run is lost.
func (k *crawl) openReread(ctx context.Context) (end func(RereadReport, error) error, err error) {
	hold, err := k.occupy(ctx, archive.TriggerReread)
	if err != nil {
		return nil, err
	}
	return func(report RereadReport, failure error) error {
		k.run.Reason = fmt.Sprintf("read %d versions again: %d read otherwise, %d cannot be read", report.Versions, report.Differ, report.Failed)
		var kept error
		if failure == nil && ctx.Err() == nil {
			kept = k.keepReadBy(k.wire, readBy{Rules: k.site.Rules.Digest(), Reader: extract.Reader})
			if report.Fields["attachments"] > 0 {
				kept = errors.Join(kept, k.reopenBacklog(k.wire))
			}
		}
		return errors.Join(kept, hold(errors.Join(failure, kept)))
	}, nil
}

// occupy opens a run that is no crawl, so that no crawl of the site goes on
// meanwhile; k.wire ends when it is lost. End closes it.
func (k *crawl) occupy(ctx context.Context, trigger archive.Trigger) (end func(failure error) error, err error) {
	now := k.c.now()
	k.run = archive.Run{
		ID: archive.RunID(k.site.Name, now), Site: k.site.Name, Planned: now, Trigger: trigger,
		State: archive.RunRunning, Owner: k.c.options.Owner, Started: now, Lease: now.Add(k.c.options.Lease),
		Articles: archive.Tally{}, Lists: archive.Tally{}, Requisites: archive.Tally{},
	}
	if err := k.c.closeOrphans(ctx, k.site.Name, now); err != nil {
		return nil, err
	}
	if err := k.c.store.BeginRun(ctx, k.run, nil); err != nil {
		return nil, err
	}
	var lost context.CancelCauseFunc
	k.wire, lost = context.WithCancelCause(ctx)
	lease, endLease := context.WithCancel(context.WithoutCancel(ctx))
	var keeping sync.WaitGroup
	keeping.Go(func() { k.keepLease(lease, lost) })
	return func(failure error) error {
		endLease()
		keeping.Wait()
		lost(nil)
		k.run.Ended, k.run.State = k.c.now(), archive.RunDone
		switch {
		case ctx.Err() != nil:
			k.run.State, k.run.Reason = archive.RunInterrupted, "stopped"
		case failure != nil:
			k.run.State, k.run.Reason = archive.RunFailed, failure.Error()
		}
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), 15*time.Second)
		defer cancel()
		if err := k.c.store.EndRun(closing, k.run); err != nil {
			return fmt.Errorf("close: %w", err)
		}
		return nil
	}, nil
}

// rereading is one site's versions as they are read again, one after the other.
type rereading struct {
	k       *crawl
	known   *extract.Furniture
	options RereadOptions
	report  *RereadReport
	batch   []archive.Again
	bytes   int
}

func (r *rereading) walk(ctx context.Context) error {
	for v, err := range r.k.c.store.Snapshots(ctx, archive.Filter{Site: r.k.site.Name, Kind: archive.KindArticle}) {
		if err != nil {
			return err
		}
		if err := r.version(ctx, v); err != nil {
			return fmt.Errorf("version %d of %s: %w", v.Version, v.URL, err)
		}
	}
	return r.record(ctx)
}

// version reads one version again.
func (r *rereading) version(ctx context.Context, v archive.Snapshot) error {
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	now, failure, err := r.k.readVersion(v, r.known)
	if err != nil {
		return err
	}
	if fault := v.Fault(); fault != "" {
		failure = fault + ": it is left as it is, to be repaired" // else it would pass for how it was read before
	}
	r.report.Versions++
	if v.Rules != r.k.site.Rules.Digest() || v.Reader != extract.Reader {
		r.report.Older++
	}
	d := Difference{Site: v.Site, URL: v.URL, Version: v.Version, Failure: failure}
	again := archive.Again{
		Site: v.Site, URL: v.URL, Version: v.Version, At: r.k.c.now(), Rules: v.Rules, Reader: v.Reader, Article: v.Article,
	}
	if failure == "" {
		d.Fields = changes(v.Article, now.Article)
	}
	switch {
	case failure != "":
		r.report.Failed++
	case len(d.Fields) > 0:
		r.report.Differ++
		for _, f := range d.Fields {
			r.report.Fields[f.Field]++
		}
		again.Rules, again.Reader, again.Article = now.Rules, now.Reader, now.Article
	}
	if r.options.Observe != nil && (failure != "" || len(d.Fields) > 0) {
		r.options.Observe(d)
	}
	if !r.options.Apply || failure != "" {
		return nil
	}
	if len(d.Fields) == 0 {
		// A page that reads as its version again has to say so.
		p, err := r.k.c.store.Page(ctx, v.Site, v.URL)
		if err != nil {
			return err
		}
		if p.Versions != v.Version || p.ReadAs == "" && p.Fingerprint == v.Fingerprint {
			return nil
		}
	}
	r.batch = append(r.batch, again)
	r.bytes += len(again.Article.Body)
	if len(r.batch) == rereadBatch || r.bytes > rereadBytes {
		return r.record(ctx)
	}
	return nil
}

func (r *rereading) record(ctx context.Context) error {
	if len(r.batch) == 0 {
		return nil
	}
	if err := r.k.c.store.Reread(ctx, r.k.run.ID, r.batch); err != nil {
		return err
	}
	clear(r.batch)
	r.batch, r.bytes = r.batch[:0], 0
	return nil
}

// readVersion reads a version's payloads as they are read today. Failure says
// why they read as no article.
func (k *crawl) readVersion(v archive.Snapshot, known *extract.Furniture) (now archive.Reading, failure string, err error) {
	c, err := archive.Recall(k.wire, k.c.store, v.Site, v.URL, v.Payload)
	if gone(err) {
		return now, err.Error(), nil
	}
	if err != nil {
		return now, "", err
	}
	page, err := k.c.read(k.input(c, known))
	if err != nil {
		return now, "", err
	}
	now = page.Reading()
	switch {
	case now.Trouble != archive.TroubleNone:
		return now, fmt.Sprintf("reads as %s: %s", strings.ReplaceAll(string(now.Trouble), "_", " "), now.Signature), nil
	case now.Kind != archive.KindArticle:
		return now, fmt.Sprintf("reads as %s: %s", now.Kind, now.Signature), nil
	}
	all := []archive.Article{now.Article}
	for _, part := range v.Parts {
		if part.Missing != "" {
			continue
		}
		a, err := k.recallArticle(v.Site, part.URL, part.Payload, known)
		if gone(err) {
			return now, err.Error(), nil
		}
		if err != nil {
			return now, "", err
		}
		all = append(all, a)
	}
	if len(v.Parts) > 0 {
		now.Article = joined(all, len(v.Parts)+1)
	}
	if a := &now.Article; a.Body == "" && len(a.Pictures)+len(a.Attachments) == 0 {
		return now, "no body, no picture, no attachment", nil
	}
	for i := range now.Article.Attachments {
		for _, held := range v.Article.Attachments {
			if a := &now.Article.Attachments[i]; a.URL == held.URL {
				a.Digest = held.Digest
			}
		}
	}
	return now, "", nil
}

// changes are the fields in which two articles differ, in the order of the
// article's.
func changes(before, now archive.Article) (list []FieldChange) {
	for _, f := range []struct{ name, before, now string }{
		{"title", before.Title, now.Title},
		{"subtitle", before.Subtitle, now.Subtitle},
		{"source", before.Source, now.Source},
		{"author", before.Author, now.Author},
		{"editor", before.Editor, now.Editor},
		{"document_number", before.DocumentNumber, now.DocumentNumber},
		{"index_number", before.IndexNumber, now.IndexNumber},
		{"issuer", before.Issuer, now.Issuer},
		{"written", before.Written, now.Written},
		{"published", publishedText(before), publishedText(now)},
		{"body", before.Body, now.Body},
		{"left_out", before.LeftOut, now.LeftOut},
		{"pictures", strings.Join(before.Pictures, "\n"), strings.Join(now.Pictures, "\n")},
		{"attachments", attachmentsText(before), attachmentsText(now)},
	} {
		if f.before != f.now {
			list = append(list, FieldChange{f.name, f.before, f.now})
		}
	}
	return list
}

func publishedText(a archive.Article) string {
	switch {
	case a.Published.IsZero():
		return ""
	case a.DayOnly:
		return a.Published.Format(time.DateOnly)
	}
	return a.Published.Format(time.RFC3339)
}

func attachmentsText(a archive.Article) string {
	lines := make([]string, len(a.Attachments))
	for i, f := range a.Attachments {
		lines[i] = f.Name + " " + f.URL
	}
	return strings.Join(lines, "\n")
}
