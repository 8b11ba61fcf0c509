package crawler

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"slices"
	"strings"
	"time"

	"fangzhi/archive"
	"fangzhi/crawler/discover"
	"fangzhi/extract"
)

// Savings are captures that were saved in files.
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
	now      archive.Saved // the capture that is judged
	page     string        // the URL of its page
}

// gathered is a finding that waits for its commit.
type gathered struct {
	finding
	story  string // as the file tells
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
		k: k, ctx: k.wire, from: from, options: o, pending: map[string]bool{},
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
	for s, err := range im.from.Captures(im.ctx) {
		if err != nil {
			return err
		}
		if err := im.capture(s); err != nil {
			return fmt.Errorf("%s (%s): %w", s.URL, s.From, err)
		}
	}
	if err := im.flush(); err != nil {
		return err
	}
	return k.keepFurniture(im.ctx)
}

// capture takes up one capture.
func (im *importing) capture(s archive.Saved) error {
	im.report.Captures++
	p, a, why, err := im.pageOf(s)
	if err != nil {
		return err
	}
	if why != "" {
		im.over(why)
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
		im.report.Known++
		return nil
	case at.IsZero():
		im.over(overSecond)
		return nil
	}
	s.At = at
	im.now, im.page = s, p.URL
	late := !p.LastVisit.IsZero() && !at.After(p.LastVisit)
	judged := p
	if late {
		judged = p.Before(at, ledger)
	}
	g, err := im.judge(judged, a, s, ledger)
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
	return im.add(g)
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

func (im *importing) over(why string) {
	im.report.Over[why]++
	if why == overAddress || why == overSecond {
		im.report.Failed++
	}
}

// pageOf is the page that a capture is of, as far as the capture tells; why says
// why it is of none.
func (im *importing) pageOf(s archive.Saved) (p archive.Page, a address, why string, err error) {
	k := im.k
	a, err = canonical(s.URL)
	if err != nil {
		return p, a, overAddress, nil
	}
	p = archive.Page{Site: k.site.Name, Kind: archive.KindUnread, State: archive.StateDiscovered, Depth: 1, FirstSeen: s.At}
	if t := s.Told; t != nil {
		p.FoundOn, p.Column = t.FoundOn, clipped(t.Column)
		if r := t.Request; r != nil && asks(*r, a, s) {
			p.Request = r
		}
	}
	switch {
	case p.Request != nil:
		if p.URL, err = pageOf(*p.Request); err != nil {
			return p, a, overAddress, nil
		}
		p.Kind = archive.KindList
	case s.Method != "" && s.Method != http.MethodGet, strings.Contains(s.URL, "__wb_method="):
		return p, a, overMethod, nil
	default:
		a = k.sessions.strip(a)
		p.URL = a.url
	}
	if refused, _ := k.scope.admit(a); refused != admitted {
		im.report.Hosts[a.host]++
		return p, a, overScope, nil
	}
	for _, column := range k.site.Columns {
		if c, err := canonical(column.URL); err == nil && c.url == p.URL {
			p.Depth = 0
			if p.Column == "" {
				p.Column = column.Name
			}
		}
	}
	p.Item = itemOf(p.URL)
	return p, a, "", nil
}

// asks says whether r is how the capture s of the address a was asked for, as
// far as the file has the request itself.
func asks(r archive.Request, a address, s archive.Saved) bool {
	to, err := canonical(r.URL)
	return err == nil && to.url == a.url && (s.Method == "" || s.Method == r.Verb() && s.Body == r.Body)
}

// held is p as the archive has it.
func (im *importing) held(p archive.Page, s archive.Saved) (archive.Page, error) {
	held, err := im.k.c.store.Page(im.ctx, p.Site, p.URL)
	if errors.Is(err, archive.ErrNotFound) {
		if s.Told != nil && s.Told.Kind == archive.KindPart {
			p.Kind = archive.KindPart
		}
		return p, nil
	}
	if err == nil && s.Told != nil && s.Told.Column != "" {
		held.Column = p.Column
	}
	return held, err
}

// ledger is the visits of p that a capture has to be seen with: all of them
// where it is earlier than the last.
func (im *importing) ledger(p archive.Page, s archive.Saved) (all []archive.Visit, err error) {
	if p.LastVisit.IsZero() || s.At.Truncate(time.Second).After(p.LastVisit) {
		return nil, nil
	}
	for v, err := range im.k.c.store.Visits(im.ctx, archive.Filter{Site: p.Site, URL: p.URL}) {
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, nil
}

// placed is when the visit of a capture took place, which no other of its page
// did: files tell whole seconds. Known says that it is in the ledger already;
// the zero time, that the second is full.
func placed(s archive.Saved, ledger []archive.Visit) (at time.Time, known bool) {
	digest := archive.Digest("")
	if len(s.Payload) > 0 || s.Confirms == archive.ConfirmsNothing && !s.Bare {
		digest = archive.DigestOf(s.Payload)
	}
	second := s.At.Truncate(time.Second)
	told := s.Told != nil && !s.Told.At.IsZero()
	taken := map[int64]bool{}
	for _, v := range ledger {
		if !v.At.Truncate(time.Second).Equal(second) {
			continue
		}
		taken[v.At.UnixMilli()] = true
		if v.At.Equal(s.At) && told {
			return s.At, true
		}
		if !s.Whole && !v.At.Equal(s.At) {
			continue
		}
		same := v.Status == s.Status && (v.Payload == digest || v.Payload == "" && v.Bytes == int64(len(s.Payload)))
		if s.Bare {
			same = v.At.Equal(s.At)
		}
		if same {
			return v.At, true
		}
	}
	for at = s.At; taken[at.UnixMilli()]; at = at.Add(time.Millisecond) {
		if !at.Truncate(time.Second).Equal(second) {
			return time.Time{}, false
		}
	}
	return at, false
}

// judge decides what a capture means for p.
func (im *importing) judge(p archive.Page, a address, s archive.Saved, ledger []archive.Visit) (g gathered, err error) {
	k := im.k
	if s.Told != nil {
		g.story = s.Told.Story
	}
	got := answer{Capture: s.Capture}
	got.URL = p.URL
	switch got.Truncated {
	case "", "length", "time", "disconnect":
	default:
		got.Truncated = "unspecified"
	}
	switch {
	case s.Bare:
		g.finding = im.bare(p, got, *s.Told, ledger)
		return g, nil
	case s.Confirms == archive.ConfirmsStand && s.Lost == "":
		g.finding, g.lost = im.confirmed(p, got, archive.NotModified, "status 304 Not Modified, says the file", "a 304 Not Modified")
		im.agree(&g, s)
		return g, nil
	case s.Confirms != archive.ConfirmsNothing || s.Lost != "":
		found, err := im.recall(p, s, &got.Capture)
		if err != nil {
			return g, err
		}
		if !found {
			g.lost = true
			got.Payload = nil
			g.finding = im.settled(p, got, archive.Verdict{
				Outcome: archive.Unreadable, Reason: fmt.Sprintf("the file has a revisit of %s: %s, nor in the archive", s.Refers.URL, s.Lost),
			})
			return g, nil
		}
	}
	if p.Kind == archive.KindPart {
		g.entry, err = im.judgePart(p, got)
	} else {
		g.finding, err = k.judged(p, a, got)
	}
	if err != nil {
		return g, err
	}
	im.agree(&g, s)
	im.keep(&g, s)
	return g, nil
}

// settled is the finding of a verdict on what was not read.
func (im *importing) settled(p archive.Page, got answer, v archive.Verdict) finding {
	e := archive.Settle(im.k.run.ID, p, got.Capture, nil, v)
	e.Page.Due = im.k.dueAgain(e.Page, got)
	return finding{entry: e, was: p}
}

// confirmed is the finding of what says that p stands, without its bytes.
func (im *importing) confirmed(p archive.Page, got answer, o archive.Outcome, reason, what string) (f finding, lost bool) {
	v, ok := archive.Confirmed(p, o, reason)
	if !ok {
		return im.settled(p, got, archive.Verdict{
			Outcome: archive.Unreadable, Reason: what + " that confirms what is neither in the files nor in the archive",
		}), true
	}
	f = im.settled(p, got, v)
	// Which bytes there were nobody knows.
	f.entry.Page.LastDigest, f.entry.Page.ETag, f.entry.Page.LastModified = p.LastDigest, p.ETag, p.LastModified
	f.entry.Visit.Payload = ""
	f.entry.Page.ReadAs = p.ReadAs
	return f, false
}

// bare is the finding of what fangzhi told of a visit that left no capture.
func (im *importing) bare(p archive.Page, got answer, t archive.Told, ledger []archive.Visit) finding {
	got.Status, got.Took, got.Attempts, got.Truncated = t.Status, t.Took, t.Attempts, text(t.Truncated, 20)
	var f finding
	switch o := t.Outcome; o {
	case archive.NotModified, archive.Unchanged, archive.Restored:
		if o == archive.Restored {
			o = archive.Unchanged
		}
		f, _ = im.confirmed(p, got, o, t.Reason, "a visit without a capture")
		if o == archive.Unchanged && f.entry.Visit.Outcome.There() {
			f.entry.Page.LastDigest, f.entry.Page.ETag, f.entry.Page.LastModified = "", "", "" // it had other bytes
		}
	case archive.New, archive.Changed:
		f = im.settled(p, got, archive.Verdict{Outcome: archive.Unreadable, Reason: "the file tells of other bytes, and has them not"})
	case archive.Gone, archive.Withdrawn:
		f = im.settled(p, got, archive.Verdict{Outcome: archive.Gone, Reason: t.Reason})
		im.missed(&f, p, t, ledger)
	default:
		f = im.settled(p, got, archive.Verdict{Outcome: o, Reason: t.Reason})
		if o == archive.Moved {
			if to, err := canonical(t.MovedTo); err == nil {
				f.entry.Visit.MovedTo, f.entry.Page.MovedTo = to.url, to.url
			}
		}
	}
	f.entry.Visit.Bytes = t.Bytes
	if p.Kind == archive.KindPart || p.Request != nil {
		f.entry.Page.Due = time.Time{}
	}
	return f
}

// missed adds to the visit f, which found its page gone, the evidence of which
// the file tells. Withdrawn it is only where that evidence is enough.
func (im *importing) missed(f *finding, p archive.Page, t archive.Told, ledger []archive.Visit) {
	if t.Absence == nil {
		return
	}
	v := &f.entry.Visit
	v.Absence = t.Absence
	if t.Outcome != archive.Withdrawn {
		return
	}
	var before []archive.Visit
	for _, o := range ledger {
		if o.At.Before(v.At) && o.At.After(p.LastSeen) {
			before = append(before, o)
		}
	}
	// Each was of another run where it took place.
	for i := range before {
		before[i].Run = before[i].At.String()
	}
	now := *v
	now.Run = now.At.String()
	withdrawn, reason := im.k.site.Withdrawal.Judge(p, before, now)
	if withdrawn {
		v.Outcome, f.entry.Page.State = archive.Withdrawn, archive.StateWithdrawn
		return
	}
	v.Reason = "gone, says the file, and withdrawn, for which its evidence is not enough: " + reason
}

// agree takes over what the file tells of a capture where it ended as it says.
func (im *importing) agree(g *gathered, s archive.Saved) {
	t := s.Told
	if t == nil {
		return
	}
	v := &g.entry.Visit
	if v.Outcome == archive.Gone && (t.Outcome == archive.Gone || t.Outcome == archive.Withdrawn) && t.Absence != nil {
		v.Absence = t.Absence
	}
	if v.Outcome == t.Outcome && t.Reason != "" {
		v.Reason = t.Reason
	}
	if v.Payload != "" && len(v.Header) == 0 {
		v.Bytes = t.Bytes
	}
	if s.Confirms != archive.ConfirmsNothing {
		v.Bytes, v.Status = t.Bytes, t.Status
	}
}

// keep has the archive keep the bytes of a capture, whatever they say: the file
// may not be there for long. Of what fangzhi saved it kept what it keeps.
func (im *importing) keep(g *gathered, s archive.Saved) {
	v := &g.entry.Visit
	if s.Told != nil || s.Confirms != archive.ConfirmsNothing || len(s.Payload) == 0 || v.Header != nil || v.Outcome == archive.Restored {
		return
	}
	v.Payload, v.Header, v.Request = archive.DigestOf(s.Payload), s.Header, s.Capture.Request
	if v.Header == nil {
		v.Header = http.Header{}
	}
	v.Address, v.Protocol, v.Trust, v.Security = s.Address, s.Protocol, s.Trust, s.Security
	g.entry.Payload = s.Payload
}

// recall finds in the archive what a revisit refers to, where the files have it
// not, and fills it into c.
func (im *importing) recall(p archive.Page, s archive.Saved, c *archive.Capture) (found bool, err error) {
	if s.Lost == "" {
		return true, nil
	}
	if s.Confirms != archive.ConfirmsBytes {
		return false, nil
	}
	try := func(url string, d archive.Digest) error {
		held, err := archive.Recall(im.ctx, im.k.c.store, p.Site, url, d)
		if gone(err) || err == nil && s.Refers.Same != nil && !s.Refers.Same(held.Payload) {
			return nil
		}
		if err != nil {
			return err
		}
		c.Payload, found = held.Payload, true
		if c.Status == 0 {
			c.Status = held.Status
		}
		if c.Header == nil {
			c.Header, c.Protocol = held.Header, held.Protocol
		}
		return nil
	}
	to, err := canonical(s.Refers.URL)
	if err != nil || s.Refers.At.IsZero() {
		to.url = p.URL
	}
	second := s.Refers.At.Truncate(time.Second)
	if !s.Refers.At.IsZero() {
		for v, err := range im.k.c.store.Visits(im.ctx, archive.Filter{Site: p.Site, URL: to.url, Since: second, Until: second.Add(time.Second)}) {
			if err != nil {
				return false, err
			}
			if v.Payload != "" && !found {
				if err := try(to.url, v.Payload); err != nil {
					return false, err
				}
			}
		}
	}
	if !found && p.Payload != "" && s.Refers.Same != nil {
		err = try(p.URL, p.Payload)
		return found, err
	}
	return found, nil
}

// text is s, of so many bytes at most.
func text(s string, most int) string {
	if len(s) > most {
		return s[:most]
	}
	return s
}

// judgePart is the entry of a further page of an article that was captured by
// itself.
func (im *importing) judgePart(p archive.Page, got answer) (archive.Entry, error) {
	known := im.k.furniture.known.Load()
	reading, _, err := im.k.readPart(p, got.Capture, known)
	if err != nil {
		return archive.Entry{}, err
	}
	return im.partEntry(p, got, reading, known)
}

func (im *importing) partEntry(p archive.Page, got answer, reading *archive.Reading, known *extract.Furniture) (archive.Entry, error) {
	v := archive.JudgePart(p, got.Capture, reading)
	if v.Keep && p.Payload != "" && v.Outcome.There() {
		before, err := im.k.recallArticle(p.Site, p.URL, p.Payload, known)
		if err != nil && !gone(err) {
			return archive.Entry{}, err
		}
		if err == nil && archive.FingerprintOf(before) == archive.FingerprintOf(reading.Article) {
			v = archive.Verdict{Outcome: archive.Unchanged, Reason: "says what it said: it is read otherwise by now"}
		}
	}
	e := archive.Settle(im.k.run.ID, p, got.Capture, reading, v)
	e.Page.Due = time.Time{}
	return e, nil
}

// part finds the capture of a further page of the article that is judged: the one
// whose nearest capture of the article this is.
func (im *importing) part(got *part, at archive.Page, first archive.Reading, next discover.Part, known *extract.Furniture) (kept bool, page *extract.Page, stranger string, err error) {
	when, ok, err := im.beside(at.URL)
	if err != nil {
		return false, nil, "", err
	}
	var s archive.Saved
	if ok {
		if s, ok, err = im.from.At(at.URL, when); err != nil {
			return false, nil, "", err
		}
	}
	if !ok {
		got.Missing = "the files have no capture of it that belongs to this one"
		return false, nil, "", nil
	}
	ledger, err := im.ledger(at, s)
	if err != nil {
		return false, nil, "", err
	}
	moment, held := placed(s, ledger)
	if moment.IsZero() {
		got.Missing = "the files have too many captures of it in one second"
		return false, nil, "", nil
	}
	late := !held && !at.LastVisit.IsZero() && !moment.After(at.LastVisit)
	s.At = moment
	answer := answer{Capture: s.Capture}
	answer.URL = at.URL
	if s.Lost != "" {
		found, err := im.recall(at, s, &answer.Capture)
		if err != nil {
			return false, nil, "", err
		}
		if !found {
			got.Missing = "the files have a revisit of it alone"
			return false, nil, "", nil
		}
	}
	stands := s.Bare || s.Confirms == archive.ConfirmsStand
	var reading *archive.Reading
	if !stands {
		if reading, page, err = im.k.readPart(at, answer.Capture, known); err != nil {
			return false, nil, "", err
		}
		if reading != nil && !next.Sure && reading.Kind == archive.KindPart {
			if why := notAPart(first.Article, reading.Article); why != "" {
				return false, nil, fmt.Sprintf("%s, which it leads to as a page of its own, %s", at.URL, why), nil
			}
		}
	}
	judged := at
	if late {
		judged = at.Before(moment, ledger)
	}
	var e archive.Entry
	switch {
	case s.Bare:
		e = im.bare(judged, answer, *s.Told, ledger).entry
	case stands:
		f, _ := im.confirmed(judged, answer, archive.NotModified, "status 304 Not Modified, says the file", "a 304 Not Modified")
		e = f.entry
	default:
		if e, err = im.partEntry(judged, answer, reading, known); err != nil {
			return false, nil, "", err
		}
	}
	e.Page.Due = time.Time{}
	g := gathered{finding: finding{entry: e}}
	im.agree(&g, s)
	im.keep(&g, s)
	got.settle(g.entry)
	if late {
		*got.entry = g.entry.Amid(at, ledger)
	}
	if held {
		// It is in the archive. Whether it said something else then nobody asks.
		got.entry, got.same = nil, false
	}
	switch {
	case got.Missing != "":
	case stands || reading == nil:
		got.article, err = im.k.recallArticle(at.Site, at.URL, at.Payload, known)
		if gone(err) {
			got.Missing, got.passing, err = err.Error(), true, nil
		}
		got.Payload = at.Payload
	default:
		got.article = reading.Article
	}
	return got.entry != nil, page, "", err
}

// beside is when the page at url was captured beside the capture that is judged.
func (im *importing) beside(url string) (when time.Time, ok bool, err error) {
	var articles []time.Time
	for t, err := range im.from.Times(im.page) {
		if err != nil {
			return when, false, err
		}
		articles = append(articles, t)
	}
	nearest := func(t time.Time) time.Time {
		best := im.now.At
		for _, a := range articles {
			if t.Sub(a).Abs() < t.Sub(best).Abs() {
				best = a
			}
		}
		return best
	}
	for t, err := range im.from.Times(url) {
		if err != nil {
			return when, false, err
		}
		// Captures of a whole second may have been put some milliseconds later.
		if !nearest(t).Truncate(time.Second).Equal(im.now.At.Truncate(time.Second)) {
			continue
		}
		if !ok || !t.Before(im.now.At) && when.Before(im.now.At) || t.Before(im.now.At) && when.Before(t) {
			when, ok = t, true
		}
	}
	return when, ok, nil
}

// add puts a finding among those that wait for the next commit.
func (im *importing) add(g gathered) error {
	if g.entry.Page.Kind != archive.KindArticle && g.entry.Page.Kind != archive.KindList || g.entry.Page.Request != nil {
		g.entry.Page.Due = time.Time{} // pictures and scripts are asked for with what needs them
	}
	im.gathered = append(im.gathered, g)
	im.pending[g.entry.Page.URL] = true
	im.bytes += len(g.entry.Payload)
	for i := range g.parts {
		im.pending[g.parts[i].Page.URL] = true
		im.bytes += len(g.parts[i].Payload)
	}
	if len(im.gathered) >= batchEntries || im.bytes >= batchBytes {
		return im.flush()
	}
	return nil
}

// flushFor makes durable what waits, where the page at url is part of it.
func (im *importing) flushFor(url string) error {
	if !im.pending[url] {
		return nil
	}
	return im.flush()
}

// flush makes durable what waits, in one commit.
func (im *importing) flush() error {
	if len(im.gathered) == 0 {
		return nil
	}
	k := im.k
	var batch []archive.Entry
	var cut []*archive.Snapshot
	var findings []finding
	for i := range im.gathered {
		g := &im.gathered[i]
		discovered, err := im.discovered(g)
		if err != nil {
			return err
		}
		g.entry.Discovered = discovered
		if s := g.entry.Snapshot; s != nil {
			if err := im.story(s, g.story, cut); err != nil {
				return err
			}
			cut = append(cut, s)
		}
		batch = append(append(batch, g.parts...), g.entry)
		findings = append(findings, g.finding)
	}
	if err := k.c.store.Record(im.ctx, k.run.ID, batch); err != nil {
		return err
	}
	for i := range im.gathered {
		g := &im.gathered[i]
		if g.behind {
			im.report.Behind++
		}
		if g.lost {
			im.report.Lost++
		}
	}
	for i := range batch {
		im.report.Stored[batch[i].Visit.Outcome]++
		if batch[i].Snapshot != nil {
			im.report.Versions++
		}
		count(&k.run, batch[i].Visit)
		if k.c.options.Observe != nil {
			k.tell(Event{Entry: batch[i]})
		}
	}
	if err := k.learn(im.ctx, findings); err != nil {
		return err
	}
	im.gathered, im.bytes = im.gathered[:0], 0
	clear(im.pending)
	k.frontier.release(urlsOf(batch)...)
	if im.options.Observe != nil {
		im.options.Observe(im.report)
	}
	return nil
}

func urlsOf(batch []archive.Entry) (urls []string) {
	for i := range batch {
		urls = append(urls, batch[i].Page.URL)
	}
	return urls
}

// discovered are the pages that g found and the files have captures of: what
// else was linked then may not be there by now, and crawls find what is.
func (im *importing) discovered(g *gathered) (pages []archive.Page, err error) {
	for _, list := range [][]archive.Page{g.fresh, g.again, g.also} {
		for _, p := range list {
			if p.State == archive.StateAlias {
				continue
			}
			held, err := im.from.Holds(p.URL)
			if err != nil {
				return nil, err
			}
			if !held {
				continue
			}
			p.Due = time.Time{}
			p.Item = itemOf(p.URL)
			pages = append(pages, p)
		}
	}
	return pages, nil
}

// story says which story a version tells: by its text; of several that it could
// be, the one of which the file tells. Texts that were fetched at once are in the
// order in which they were stored, which dates do not tell.
func (im *importing) story(s *archive.Snapshot, told string, before []*archive.Snapshot) error {
	if told == s.URL && s.Article.Body != "" {
		s.Story = s.URL
		return nil
	}
	if err := im.k.recorder.assignStory(im.ctx, s, before); err != nil || told == "" || s.Story == told || s.Story != s.URL {
		return err
	}
	held, err := im.from.Holds(told)
	if held {
		s.Story = told
	}
	return err
}
