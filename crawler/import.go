package crawler

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"fangzhi/archive"
)

// Savings are captures that were saved in files. Captures goes on while the others
// are called.
type Savings interface {
	// Captures yields all of them by date.
	Captures(ctx context.Context) iter.Seq2[archive.Saved, error]
	// Holds says whether there is one of the page at url.
	Holds(url string) (bool, error)
	// Times yields when the page at url was captured, in order.
	Times(url string) iter.Seq2[time.Time, error]
	// At returns the first capture of the page at url at that time.
	At(url string, at time.Time) (s archive.Saved, ok bool, err error)
}

// ImportOptions are how captures are taken up.
type ImportOptions struct {
	From    string             // for people: what the captures come from; the run's reason begins with it
	Notes   []string           // of the run: which files, and their digests
	Observe func(ImportReport) // told after each commit; nil: nobody is
}

// ImportReport counts what came of an import.
type ImportReport struct {
	Site     string         `json:"site"`
	Run      string         `json:"run"`
	Captures int            `json:"captures"` // read, and visits of which fangzhi told without one
	Stored   archive.Tally  `json:"stored"`   // visits, by outcome
	Versions int            `json:"versions"` // that were cut
	Lacking  int            `json:"lacking"`  // of Versions: without some of the article's pages
	Known    int            `json:"known"`    // in the archive already
	Behind   int            `json:"behind"`   // of Stored: before what the archive has seen of their pages
	Lost     int            `json:"lost"`     // of Stored: revisits of what is not there
	Over     map[string]int `json:"passed_over"`
	Hosts    map[string]int `json:"hosts_out_of_scope,omitempty"`
	Failed   int            `json:"failed"` // captures that cannot be taken up, counted in Over
}

// Reasons for which captures are passed over.
const (
	overScope   = "out of the site's scope"
	overMethod  = "asked for by another method than GET"
	overSecond  = "too many captures of one page in a second"
	overAddress = "of an address that is no page's"
)

// importing is one import at work.
type importing struct {
	k       *crawl
	ctx     context.Context
	from    Savings
	options ImportOptions
	report  ImportReport

	gathered []gathered
	pending  map[string]bool // URLs of pages that are in gathered
	bytes    int
	needs    needs
	under    *commit // under way, nil where there is none
	readers  *aheadOf
	coming   *coming       // the capture whose turn it is
	now      archive.Saved // the capture that is judged
	page     string        // the URL of its page
	anchor   string        // the text of the link that leads to it; "": not known

	reached int64           // the date of the last capture in the order of dates, in milliseconds
	done    map[inTurn]bool // captures of that date that had their turn
	early   map[inTurn]bool // captures that were taken up before their turn
}

// gathered is a finding that waits for its commit.
type gathered struct {
	finding
	needs  []archive.Page // that the files have captures of, see learnNeeds
	story  string         // as the file tells
	behind bool
	lost   bool
}

// Import takes up captures that were saved in files, as visits of their own
// dates: read by the site's rules, judged, versions cut in the order of time.
// What the archive has already is passed over, so that an import that was cut
// short is gone on with by another.
//
// The import is a run of the site: the error wraps archive.ErrBusy while another
// one is open. What was recorded stays when it is stopped.
func (c *Crawler) Import(ctx context.Context, site Site, from Savings, o ImportOptions) (report ImportReport, run archive.Run, err error) {
	if err := site.Validate(); err != nil {
		return report, run, fmt.Errorf("site %q: %w", site.Name, err)
	}
	k, err := newCrawl(c, site, archive.Run{Site: site.Name}, nil)
	if err != nil {
		return report, run, fmt.Errorf("import into %s: %w", site.Name, err)
	}
	end, err := k.occupy(ctx, archive.TriggerImport)
	if err != nil {
		return report, run, err
	}
	k.wait = k.wire
	im := &importing{
		k: k, ctx: k.wire, from: from, options: o, pending: map[string]bool{}, done: map[inTurn]bool{}, early: map[inTurn]bool{},
		report: ImportReport{Site: site.Name, Run: k.run.ID, Stored: archive.Tally{}, Over: map[string]int{}, Hosts: map[string]int{}},
	}
	k.importing = im
	failure := im.all()
	if failure != nil && ctx.Err() == nil && k.wire.Err() != nil {
		failure = context.Cause(k.wire)
	}
	k.run.Notes = append(slices.Clone(o.Notes), k.notes.texts...)
	k.run.Reason = fmt.Sprintf("%s: %d captures stored, %d known already", o.From, im.report.Stored.Total(), im.report.Known)
	if err := end(failure); err != nil {
		failure = errors.Join(failure, err)
	}
	if failure != nil {
		failure = fmt.Errorf("import into %s: %w", site.Name, failure)
	}
	return im.report, k.run, failure
}

// all takes up capture after capture.
func (im *importing) all() error {
	k := im.k
	if err := errors.Join(k.recallFurniture(im.ctx), k.recallMasks(im.ctx)); err != nil {
		return err
	}
	var err error
	if k.sessions, err = learntSessions(im.ctx, k.c.store, k.site.Name); err != nil {
		return err
	}
	if err := errors.Join(im.each(), im.settle()); err != nil {
		return err
	}
	if im.report.Versions > 0 {
		if err := k.reopenBacklog(im.ctx); err != nil {
			return err
		}
	}
	return k.keepFurniture(im.ctx)
}

// each takes up capture after capture.
func (im *importing) each() error {
	for c, err := range im.captures() {
		if err != nil {
			return err
		}
		due, err := im.turn(c.Saved)
		if err == nil && due {
			err = im.capture(c.Saved)
		}
		if err != nil {
			return fmt.Errorf("%s (%s): %w", c.URL, c.From, err)
		}
	}
	return im.flush()
}

// capture takes up one capture.
func (im *importing) capture(s archive.Saved) error {
	im.report.Captures++
	p, a, why, err := im.pageIn(s)
	if err != nil {
		return err
	}
	if why != "" {
		im.over(why, a.host)
		return nil
	}
	if err := im.flushFor(p.URL); err != nil {
		return err
	}
	if p, err = im.held(p, s); err != nil {
		return err
	}
	ledger, err := im.ledger(p, s)
	if err != nil {
		return err
	}
	at, known := placed(s, ledger)
	switch {
	case known:
		if p.Kind != archive.KindPart || !im.took(ledger, at) { // else it came with its article
			im.report.Known++
		}
		return nil
	case at.IsZero():
		im.over(overSecond, "")
		return nil
	}
	s.At = at
	im.now, im.page = s, p.URL
	late := !p.LastVisit.IsZero() && !at.After(p.LastVisit)
	judged := p
	if late {
		judged = p.Before(at, ledger)
	}
	g, err := im.judge(judged, a, s)
	if err != nil {
		return err
	}
	if late {
		g.behind = p.Behind(at)
		if g.entry, err = im.amid(g.entry, p, ledger, g.behind); err != nil {
			return err
		}
		if g.entry.Snapshot == nil {
			g.lesson = nil
		}
	}
	if err := im.learnNeeds(&g, s); err != nil {
		return err
	}
	if err := im.documents(&g, s); err != nil {
		return err
	}
	return im.add(g)
}

// took says whether the visit at a moment was stored by this import.
func (im *importing) took(ledger []archive.Visit, at time.Time) bool {
	return slices.ContainsFunc(ledger, func(v archive.Visit) bool { return v.Run == im.k.run.ID && v.At.Equal(at) })
}

// amid is e where it is earlier than the last visit of p.
func (im *importing) amid(e archive.Entry, p archive.Page, ledger []archive.Visit, behind bool) (archive.Entry, error) {
	if behind {
		var versions []archive.Snapshot
		if e.Snapshot != nil {
			for s, err := range im.k.c.store.Snapshots(im.ctx, archive.Filter{Site: p.Site, URL: p.URL}) {
				if err != nil {
					return e, err
				}
				versions = append(versions, s)
			}
		}
		e = e.Uncut(versions)
	}
	return e.Amid(p, ledger), nil
}

func (im *importing) over(why, host string) {
	im.report.Over[why]++
	if _, known := im.report.Hosts[host]; why == overScope && (known || len(im.report.Hosts) < maxNotedHosts) {
		im.report.Hosts[host]++
	}
	if why == overAddress || why == overSecond {
		im.report.Failed++
	}
}
