package crawler

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"fangzhi/archive"
	"fangzhi/extract"
)

// absent holds the visits of a run that found pages gone which had been there.
// What they mean depends on what else the run sees, so they are settled last.
type absent struct {
	mu   sync.Mutex
	held []missing
	// By column: it has no other article; there is no more of it to ask for.
	sole, spent map[string]bool
	looks       map[string]int    // how often the archive was asked for more of it
	suspicions  map[string]string // why a column is not read as it was, by column
	capped      map[string]bool   // lists of it are due that the run may not read any more, by column
	belied      map[string]string // answers that came for pages which are listed still, and for which
}

// missing is a page as it was before the visit, and what the visit brought.
type missing struct {
	page  archive.Page
	found finding
}

// maxHeld bounds how many visits wait. Where more pages are gone in one run no
// evidence is of use: the site was rebuilt.
const maxHeld = 2000

// maxLooks bounds how often the pages of a column are gone through for controls:
// where hundreds are gone, each time in vain.
const maxLooks = 3

// hold takes a finding that has to wait, and says whether it did.
func (k *crawl) hold(p archive.Page, f finding) bool {
	v := f.entry.Visit
	if v.Outcome != archive.Gone || p.Versions == 0 || p.Kind == archive.KindList || p.State == archive.StateWithdrawn {
		return false
	}
	k.absent.mu.Lock()
	defer k.absent.mu.Unlock()
	if len(k.absent.held) >= maxHeld {
		return false
	}
	k.absent.held = append(k.absent.held, missing{p, f})
	k.frontier.hold(p.URL)
	return true
}

// settleAbsent decides what became of the pages that the run found gone, once
// all else is visited, and hands them on to be recorded.
func (k *crawl) settleAbsent(ctx context.Context) error {
	if len(k.absent.held) == 0 {
		return nil
	}
	failed := k.askControls(ctx)
	if k.wait.Err() != nil {
		failed = nil
	}
	k.recorder.flush()
	// Nothing is counted now: the recorder waits.
	suspect, _ := k.yields.judged(k.run.ID)
	k.absent.suspicions = map[string]string{}
	for _, y := range suspect {
		if y.Suspect != nil {
			k.absent.suspicions[y.Column] = "the column is suspect: " + y.Suspect.Reason
		}
	}
	columns := map[string]bool{}
	// Asking for controls may have found more that are gone.
	for i := 0; i < len(k.absent.held) && failed == nil; i++ {
		if column := k.absent.held[i].page.Column; !columns[column] {
			columns[column] = true
			failed = k.readLists(ctx, column)
		}
	}
	k.absent.belied = k.beliedAnswers()
	for i := range k.absent.held {
		m := &k.absent.held[i]
		if failed == nil {
			failed = k.settleOne(ctx, m)
		}
		if failed != nil { // the visit took place, whatever it means
			doubt := "what the run saw could not be weighed: " + failed.Error()
			m.found.entry.Missed(archive.Absence{Doubt: doubt}, false, "tells nothing of the page: "+doubt)
		}
		k.recorder.add(m.found)
	}
	k.absent.held = nil
	return failed
}

func (k *crawl) settleOne(ctx context.Context, m *missing) error {
	sole := k.absent.sole[m.page.Column]
	s := k.around.of(m.page, sole)
	if s.Alone = sole || k.absent.spent[m.page.Column]; sole && len(s.Controls) == 0 {
		s.Controls = s.Lists // there is nothing else that could answer well
	}
	s.CutOff = k.wait.Err() != nil
	s.Suspect = k.absent.suspicions[m.page.Column]
	if by := k.absent.belied[m.found.entry.Visit.Reason]; by != "" && s.Suspect == "" && s.ListedOn == "" {
		s.Suspect = by
	}
	if k.frontier.restsNow(m.page.URL) {
		s.Suspect = "its host was left alone before the run was through"
	} else if unread, err := k.cappedBefore(ctx, m.page.Column); err != nil {
		return err
	} else if unread {
		s.Suspect = fmt.Sprintf("the run had its %s before the lists of its column were read", number(k.site.MaxPages, "page"))
	}
	a := k.site.Withdrawal.Observe(s)
	if a.Doubt == "" {
		var err error
		if s.StandsAt, err = k.standsAt(ctx, m.page); err != nil {
			return err
		}
		a = k.site.Withdrawal.Observe(s)
	}
	e := &m.found.entry
	e.Visit.Absence = &a
	var before []archive.Visit
	if m.page.State.Gone() {
		var err error
		if before, err = k.sinceSeen(ctx, m.page); err != nil {
			return err
		}
	}
	withdrawn, reason := k.site.Withdrawal.Judge(m.page, before, e.Visit)
	e.Missed(a, withdrawn, reason)
	e.Page.Due = k.dueAgain(e.Page, answer{Capture: archive.Capture{At: e.Visit.At}})
	return nil
}

// standsAt returns another page of p's site that says the same, title and text,
// was found since p was last seen, and is not gone: where p's article moved to.
// Copies that stood beside it are none.
func (k *crawl) standsAt(ctx context.Context, p archive.Page) (string, error) {
	var said archive.Article
	for s, err := range k.c.store.Snapshots(ctx, archive.Filter{Site: p.Site, URL: p.URL, Version: p.Versions}) {
		switch {
		case err == nil:
			said = s.Article
		case !gone(err): // one that is damaged says nothing
			return "", fmt.Errorf("read what %s said: %w", p.URL, err)
		}
	}
	alike, err := k.c.store.Alike(ctx, archive.SketchOf(said))
	if err != nil {
		return "", fmt.Errorf("look for the text of %s elsewhere: %w", p.URL, err)
	}
	for _, s := range alike {
		if s.Site != p.Site || s.URL == p.URL || archive.Fold(s.Article.Title) != archive.Fold(said.Title) || archive.Fold(s.Article.Body) != archive.Fold(said.Body) {
			continue
		}
		q, err := k.c.store.Page(ctx, s.Site, s.URL)
		if err != nil && !gone(err) {
			return "", fmt.Errorf("look for the text of %s elsewhere: %w", p.URL, err)
		}
		if err == nil && q.Versions == s.Version && q.FirstSeen.After(p.LastSeen) && !q.State.Gone() {
			return q.URL, nil
		}
	}
	return "", nil
}

// beliedAnswers are the answers under a status of 200 that say that a page is not
// there, and that pages got in this run for the first time which lists show still:
// a server in trouble answers so. By the reason of their visits.
func (k *crawl) beliedAnswers() map[string]string {
	belied := map[string]string{}
	for i := range k.absent.held {
		m := &k.absent.held[i]
		v := m.found.entry.Visit
		if m.page.State.Gone() || v.Status != 200 || belied[v.Reason] != "" {
			continue
		}
		if list := k.around.of(m.page, false).ListedOn; list != "" {
			belied[v.Reason] = fmt.Sprintf("the same answer came for %s, which %s lists", m.page.URL, list)
		}
	}
	return belied
}

// cappedBefore says whether the most pages for a run kept lists of a column from
// being read: they may list what is looked for. Of a site that follows every
// link a page that was not read may be a list.
func (k *crawl) cappedBefore(ctx context.Context, column string) (bool, error) {
	if !k.frontier.capped() {
		return false, nil
	}
	if before, known := k.absent.capped[column]; known {
		return before, nil
	}
	before := false
	f := archive.Filter{Site: k.site.Name, Column: column, Kind: archive.KindList}
	if k.site.Everything {
		f.Column, f.Kind = "", ""
	}
	for p, err := range k.c.store.Pages(ctx, f) {
		if err != nil {
			return false, fmt.Errorf("look for lists that were not read: %w", err)
		}
		waits := !p.Due.IsZero() && !p.Due.After(k.c.now()) && p.LastVisit.Before(k.run.Started)
		if waits && (p.Kind == archive.KindList || p.Kind == archive.KindUnread) {
			before = true
			break
		}
	}
	k.absent.capped[column] = before
	return before, nil
}

// sinceSeen returns the visits to p since it was last seen, oldest first.
func (k *crawl) sinceSeen(ctx context.Context, p archive.Page) ([]archive.Visit, error) {
	var visits []archive.Visit
	f := archive.Filter{Site: p.Site, URL: p.URL, Since: p.LastSeen}
	for v, err := range k.c.store.Visits(ctx, f) {
		if err != nil {
			return nil, fmt.Errorf("earlier visits to %s: %w", p.URL, err)
		}
		if v.Absence != nil {
			visits = append(visits, v)
		}
	}
	return visits, nil
}

// askControls visits pages of the columns that miss some, where the run has not
// seen enough of them: only beside pages that are there does a gap show.
func (k *crawl) askControls(ctx context.Context) error {
	for i := 0; i < len(k.absent.held); i++ {
		p := k.absent.held[i].page
		if k.absent.sole[p.Column] {
			continue
		}
		asked, err := k.askControlsOf(ctx, p, p.Column)
		if err != nil {
			return err
		}
		if asked == 0 && p.Column != "" && k.absent.looks[p.Column] < maxLooks && !k.hasOthers(ctx, p) {
			k.absent.sole[p.Column] = true
			if _, err := k.askControlsOf(ctx, p, ""); err != nil {
				return err
			}
		}
	}
	return nil
}

// askControlsOf visits pages of a column, any when it is "", until there are
// enough controls for p. It returns how many controls there are.
func (k *crawl) askControlsOf(ctx context.Context, p archive.Page, column string) (controls int, err error) {
	wanted := func() int {
		s := k.around.of(p, column == "")
		controls = len(s.Controls)
		return k.site.Withdrawal.Needed(s.Vanished) - controls
	}
	if wanted() <= 0 || k.frontier.restsNow(p.URL) || k.absent.looks[column] == maxLooks {
		return controls, nil
	}
	k.absent.looks[column]++
	k.recorder.flush() // the archive knows then who had a turn
	var live []archive.Page
	f := archive.Filter{Site: p.Site, Column: column, Kind: archive.KindArticle, State: archive.StateLive}
	for q, err := range k.c.store.Pages(ctx, f) {
		if err != nil {
			return 0, fmt.Errorf("look for pages like %s: %w", p.URL, err)
		}
		if !q.FirstSeen.After(p.LastSeen) && q.LastVisit.Before(k.run.Started) && hostOf(q.URL) == hostOf(p.URL) && !k.frontier.holds(q.URL) {
			if live = append(live, q); len(live) == maxControls {
				break
			}
		}
	}
	k.absent.spent[column] = len(live) < maxControls
	for _, q := range live {
		if wanted() <= 0 {
			break
		}
		if k.frontier.restsNow(q.URL) {
			continue
		}
		if !k.frontier.allows() {
			k.absent.spent[column] = false
			break
		}
		f, err := k.visit(q)
		if resting := (*restingError)(nil); errors.As(err, &resting) {
			k.rest(hostOf(q.URL), resting.Error())
			k.absent.spent[column] = false
			break
		}
		if err != nil {
			return 0, err
		}
		k.done(q, f)
	}
	wanted()
	return controls, nil
}

// hasOthers says whether p's column has another article with versions, gone or
// not.
func (k *crawl) hasOthers(ctx context.Context, p archive.Page) bool {
	for q, err := range k.c.store.Pages(ctx, archive.Filter{Site: p.Site, Column: p.Column, Kind: archive.KindArticle}) {
		if err != nil || q.Versions > 0 && q.URL != p.URL {
			return true
		}
	}
	return false
}

// readLists reads the lists of a column that brought what they had brought
// before, from what the archive holds of them.
func (k *crawl) readLists(ctx context.Context, column string) error {
	for _, list := range k.around.unread(column) {
		p, err := k.c.store.Page(ctx, k.site.Name, list)
		if err != nil {
			return fmt.Errorf("read the list %s again: %w", list, err)
		}
		if p.Request != nil || p.Payload == "" {
			continue
		}
		before, err := archive.Recall(ctx, k.c.store, k.site.Name, list, p.Payload)
		if errors.Is(err, archive.ErrNotFound) || errors.Is(err, archive.ErrCorrupt) {
			continue // it is no evidence then
		}
		if err != nil {
			return fmt.Errorf("read the list %s again: %w", list, err)
		}
		page, err := k.c.read(k.input(before, nil))
		if err != nil {
			return fmt.Errorf("read %s: %w", list, err)
		}
		k.around.listed(list, addresses(page))
	}
	return nil
}

// done takes in what a visit to p brought: to be recorded, now or later.
func (k *crawl) done(p archive.Page, f finding) {
	if f.isEmpty() {
		k.recorder.add(f)
		return
	}
	k.around.saw(p, f.entry.Visit)
	k.mu.Lock()
	delete(k.moves, p.URL) // it had its turn
	k.mu.Unlock()
	if !k.hold(p, f) {
		k.recorder.add(f)
	}
}

// addresses are the links of a page in canonical form.
func addresses(page *extract.Page) []string {
	links := page.Links()
	urls := make([]string, 0, len(links))
	for i := range links {
		if a, err := canonical(links[i].URL); err == nil {
			urls = append(urls, a.url)
		}
	}
	return urls
}
