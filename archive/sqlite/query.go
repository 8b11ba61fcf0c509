package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"time"

	"fangzhi/archive"
)

const pageColumns = `p.site, p.url, p."column", p.kind, p.state, p.found_on, p.anchor, p.listed_day, p.depth, p.moved_to,
	p.first_seen, p.last_visit, p.last_seen, p.last_change, p.due, p.etag, p.last_modified, p.last_digest, p.payload,
	p.title, p.fingerprint, p.read_as, p.parts, p.versions, p.visits, p.failures, p.asked, p.feeds, p.also, coalesce(p.item, 0),
	p.gone_since, p.restored_at, p.sum, p.sum_title, p.sum_asked, p.sum_also`

func pageFields(p *archive.Page) []any {
	var kept archive.PageSums
	return []any{
		&p.Site, &p.URL, &p.Column, (*string)(&p.Kind), (*string)(&p.State), &p.FoundOn, &p.Anchor, &p.ListedDay, &p.Depth, &p.MovedTo,
		instant{&p.FirstSeen}, instant{&p.LastVisit}, instant{&p.LastSeen}, instant{&p.LastChange}, instant{&p.Due},
		&p.ETag, &p.LastModified, digest{&p.LastDigest}, digest{&p.Payload},
		&p.Title, digest{&p.Fingerprint}, digest{&p.ReadAs}, &p.Parts, &p.Versions, &p.Visits, &p.Failures, object{&p.Request}, object{&p.Feeds}, object{&p.Also}, &p.Item,
		instant{&p.GoneSince}, instant{&p.RestoredAt},
		&kept.History, &kept.Title, &kept.Request, last{&kept.Also, func() { p.Compare(kept) }},
	}
}

// briefColumns are those of archive.Page.Brief.
const briefColumns = `p.site, p.url, p."column", p.kind, p.state, p.moved_to, p.also, p.last_seen, p.title, p.fingerprint, p.versions`

func briefFields(p *archive.Page) []any {
	return []any{
		&p.Site, &p.URL, &p.Column, (*string)(&p.Kind), (*string)(&p.State), &p.MovedTo, object{&p.Also},
		instant{&p.LastSeen}, &p.Title, digest{&p.Fingerprint}, &p.Versions,
	}
}

const snapshotColumns = `p.site, p.url, s.version, s."column", s.kind, s.taken_at, s.prior_seen, s.status, s.trust,
	s.payload, s.fingerprint, s.rules, s.reader, s.read_at, s.parts, s.story, s.article, s.sum`

func snapshotFields(s *archive.Snapshot) []any {
	var kept archive.Sum
	soft := func(column string, to sql.Scanner) soft { return soft{column, to, s} }
	return []any{
		&s.Site, &s.URL, &s.Version, &s.Column, (*string)(&s.Kind), soft("taken_at", instant{&s.TakenAt}), soft("prior_seen", instant{&s.PriorSeen}),
		&s.Status, (*string)(&s.Trust), soft("payload", digest{&s.Payload}), soft("fingerprint", digest{&s.Fingerprint}), soft("rules", digest{&s.Rules}),
		&s.Reader, soft("read_at", instant{&s.ReadAt}), soft("parts", object{&s.Parts}), &s.Story, soft("article", article{&s.Article}),
		soft("sum", last{&kept, func() { s.Compare(kept) }}),
	}
}

const visitColumns = `r.id, p.site, p.url, v."column", v.kind, v.at, v.took, v.outcome, v.reason, v.status, v.attempts, v.bytes,
	v.version, v.moved_to, v.truncated, v.payload, v.header, v.request, v.address, v.protocol, v.trust, v.security, v.absence`

func visitFields(v *archive.Visit) []any {
	return []any{
		&v.Run, &v.Site, &v.URL, &v.Column, (*string)(&v.Kind), instant{&v.At}, (*int64)(&v.Took), (*string)(&v.Outcome), &v.Reason,
		&v.Status, &v.Attempts, &v.Bytes, &v.Version, &v.MovedTo, &v.Truncated, digest{&v.Payload},
		header{&v.Header}, header{&v.Request}, &v.Address, &v.Protocol, (*string)(&v.Trust), &v.Security, object{&v.Absence},
	}
}

const runColumns = `id, site, planned, "trigger", state, reason, "full", full_since, owner, lease, started, ended,
	articles, lists, discovered, requests, bytes, notes, walk, columns, requisites, sum`

func runFields(r *archive.Run) []any {
	var kept archive.Sum
	return []any{
		&r.ID, &r.Site, instant{&r.Planned}, (*string)(&r.Trigger), (*string)(&r.State), &r.Reason, &r.Full, instant{&r.FullSince}, &r.Owner,
		instant{&r.Lease}, instant{&r.Started}, instant{&r.Ended},
		object{&r.Articles}, object{&r.Lists}, &r.Discovered, &r.Requests, &r.Bytes, object{&r.Notes}, &r.Walk, object{&r.Columns}, object{&r.Requisites},
		last{&kept, func() { r.Compare(kept) }},
	}
}

const findWhole = `SELECT ` + pageColumns + ` FROM pages p WHERE site = ? AND url = ?`

// Page returns the page.
func (s *Store) Page(ctx context.Context, site, url string) (archive.Page, error) {
	return read(s, ctx, fmt.Sprintf("page %s of site %s", url, site), func() (archive.Page, error) {
		found, err := scan(pageFields)(s.prepared(ctx, findWhole, site, url))
		if err != nil {
			return archive.Page{}, err
		}
		if len(found) == 0 {
			return archive.Page{}, archive.ErrNotFound
		}
		return found[0], nil
	})
}

// address narrows to the pages that f names. Sites are few, so a URL without a
// site is looked up in each.
func (w *where) address(f archive.Filter) {
	if f.Site != "" {
		w.and("p.site = ?", f.Site)
	} else if f.URL != "" {
		w.and("p.site IN (SELECT site FROM sites)")
	}
	if f.URL != "" {
		w.and("p.url = ?", f.URL)
	}
}

// span narrows to f's stretch of URLs.
func (w *where) span(f archive.Filter) {
	if f.FromURL != "" {
		w.and("p.url >= ?", f.FromURL)
	}
	if f.ToURL != "" {
		w.and("p.url <= ?", f.ToURL)
	}
}

// window narrows column to f's time. A Since within a millisecond begins with
// the next.
func (w *where) window(column string, f archive.Filter) {
	if !f.Since.IsZero() {
		w.and(column+" >= ?", ceil(f.Since))
	}
	if !f.Until.IsZero() {
		w.and(column+" < ?", ceil(f.Until))
	}
}

func ceil(t time.Time) int64 {
	return t.Add(time.Millisecond - 1).UnixMilli()
}

// past narrows to the pages after (site, url) in the order o.
func (w *where) past(o order, f archive.Filter, site, url string, orEqual string) {
	if f.Site != "" {
		w.and("p.url "+o.after()+orEqual+" ?", url)
		return
	}
	w.and("(p.site, p.url) "+o.after()+orEqual+" (?, ?)", site, url)
}

// Pages yields pages by (Site, URL).
func (s *Store) Pages(ctx context.Context, f archive.Filter) iter.Seq2[archive.Page, error] {
	return list(s, ctx, "list pages", 512, f.Limit, func(last *archive.Page, n int) ([]archive.Page, error) {
		query, args := pagesQuery(f, last, n)
		fields := pageFields
		if f.Brief {
			fields = briefFields
		}
		return scan(fields)(s.query(ctx, query, args...))
	})
}

// pagesQuery asks for the first n pages after last that f names.
func pagesQuery(f archive.Filter, last *archive.Page, n int) (string, []any) {
	o := order(f.Newest)
	from := " FROM pages p"
	var w where
	w.address(f)
	w.span(f)
	if f.Column != "" {
		w.and(`(p."column" = ? OR p.also IS NOT NULL AND EXISTS (SELECT 1 FROM json_each(p.also) WHERE value = ?))`, f.Column, f.Column)
	}
	if f.Kind != "" {
		w.and("p.kind = ?", string(f.Kind))
	}
	switch f.State {
	case "":
	case archive.StateGone, archive.StateWithdrawn, archive.StateRestored:
		// Spelt out, so that the index of just these pages serves.
		w.and("p.state = '" + string(f.State) + "'")
	default:
		w.and("p.state = ?", string(f.State))
	}
	if f.MovedTo != "" {
		from += " INDEXED BY pages_moved"
		w.and("p.moved_to = ? AND p.moved_to <> ''", f.MovedTo)
	}
	w.window("p.first_seen", f)
	if last != nil {
		w.past(o, f, last.Site, last.URL, "")
	}
	columns := pageColumns
	if f.Brief {
		columns = briefColumns
	}
	return `SELECT ` + columns + from + w.String() + o.by("p.site", "p.url"), append(w.args, n)
}

// latest is true of the highest version of a page.
const latest = `s.version = (SELECT max(x.version) FROM snapshots x WHERE x.page = s.page)`

// snapshotFilter narrows to the snapshots that f names.
func (w *where) snapshotFilter(f archive.Filter) {
	w.address(f)
	w.span(f)
	if f.Column != "" {
		w.and(`s."column" = ?`, f.Column)
	}
	if f.Kind != "" {
		w.and("s.kind = ?", string(f.Kind))
	}
	if f.Version != 0 {
		w.and("s.version = ?", f.Version)
	}
	w.window("s.taken_at", f)
}

// Snapshots yields snapshots by (Site, URL, Version).
func (s *Store) Snapshots(ctx context.Context, f archive.Filter) iter.Seq2[archive.Snapshot, error] {
	return list(s, ctx, "list snapshots", 64, f.Limit, func(last *archive.Snapshot, n int) ([]archive.Snapshot, error) {
		query, args := snapshotsQuery(f, last, n)
		return scan(snapshotFields)(s.ask(f)(ctx, query, args...))
	})
}

// snapshotsQuery asks for the first n snapshots after last that f names: the
// pages in their order, which the crossed join keeps, and the versions of each.
func snapshotsQuery(f archive.Filter, last *archive.Snapshot, n int) (string, []any) {
	o := order(f.Newest)
	var w where
	w.snapshotFilter(f)
	if f.Latest {
		w.and(latest)
	}
	if last != nil {
		w.past(o, f, last.Site, last.URL, "=")
		w.and("((p.site, p.url) "+o.after()+" (?, ?) OR s.version "+o.after()+" ?)", last.Site, last.URL, last.Version)
	}
	return `SELECT ` + snapshotColumns + ` FROM pages p CROSS JOIN snapshots s ON s.page = p.id` +
		w.String() + o.by("p.site", "p.url", "s.version"), append(w.args, n)
}

// Visits yields the ledger by (At, Site, URL).
func (s *Store) Visits(ctx context.Context, f archive.Filter) iter.Seq2[archive.Visit, error] {
	return list(s, ctx, "list visits", 256, f.Limit, func(last *archive.Visit, n int) ([]archive.Visit, error) {
		query, args := visitsQuery(f, last, n)
		return scan(visitFields)(s.ask(f)(ctx, query, args...))
	})
}

// visitsQuery asks for the first n visits after last that f names.
func visitsQuery(f archive.Filter, last *archive.Visit, n int) (string, []any) {
	o := order(f.Newest)
	from, w := visitsOf(f)
	if f.ByPage {
		if last != nil {
			w.past(o, f, last.Site, last.URL, "=")
			w.and("((p.site, p.url) > (?, ?) OR v.at > ?)", last.Site, last.URL, last.At.UnixMilli())
		}
		return `SELECT ` + visitColumns + from + w.String() + o.by("p.site", "p.url", "v.at"), append(w.args, n)
	}
	if last != nil {
		w.and("v.at "+o.after()+"= ? AND (v.at "+o.after()+" ? OR (p.site, p.url) "+o.after()+" (?, ?))",
			last.At.UnixMilli(), last.At.UnixMilli(), last.Site, last.URL)
	}
	return `SELECT ` + visitColumns + from + w.String() + o.by("v.at", "p.site", "p.url"), append(w.args, n)
}

// visitsOf says from where the visits that f names are read, and which. The
// joins are crossed to fix what is looked at first: a page's visits, a run's,
// or all by time.
func visitsOf(f archive.Filter) (from string, w *where) {
	w = &where{}
	switch {
	case f.URL != "", f.ByPage:
		from = ` FROM pages p CROSS JOIN visits v ON v.page = p.id CROSS JOIN runs r ON r.key = v.run`
	case f.Run != "":
		from = ` FROM runs r CROSS JOIN visits v ON v.run = r.key CROSS JOIN pages p ON p.id = v.page`
	default:
		from = ` FROM visits v INDEXED BY visits_at CROSS JOIN pages p ON p.id = v.page CROSS JOIN runs r ON r.key = v.run`
	}
	w.address(f)
	if f.Run != "" {
		w.and("r.id = ?", f.Run)
	}
	if f.Column != "" {
		w.and(`v."column" = ?`, f.Column)
	}
	if f.Kind != "" {
		w.and("v.kind = ?", string(f.Kind))
	}
	if f.Outcome != "" {
		w.and("v.outcome = ?", string(f.Outcome))
	}
	w.window("v.at", f)
	return from, w
}

// Runs yields runs by (Planned, Site).
func (s *Store) Runs(ctx context.Context, f archive.Filter) iter.Seq2[archive.Run, error] {
	return list(s, ctx, "list runs", 256, f.Limit, func(last *archive.Run, n int) ([]archive.Run, error) {
		query, args := runsQuery(f, last, n)
		return scan(runFields)(s.query(ctx, query, args...))
	})
}

// runsQuery asks for the first n runs after last that f names.
func runsQuery(f archive.Filter, last *archive.Run, n int) (string, []any) {
	o := order(f.Newest)
	var w where
	if f.Site != "" {
		w.and("site = ?", f.Site)
	}
	if f.Run != "" {
		w.and("id = ?", f.Run)
	}
	if f.RunState != "" {
		w.and("state = ?", string(f.RunState))
	}
	w.window("planned", f)
	if last != nil {
		w.and("(planned, site, id) "+o.after()+" (?, ?, ?)", last.Planned.UnixMilli(), last.Site, last.ID)
	}
	return `SELECT ` + runColumns + ` FROM runs` + w.String() + o.by("planned", "site", "id"), append(w.args, n)
}

// summarise walks over the pages as they lie: by an index each would be looked up
// in the table, anywhere in the file.
const summarise = `SELECT site, state, kind, count(*), sum(versions), count(*) FILTER (WHERE due <= ?1),
	count(*) FILTER (WHERE due > ?1), coalesce(min(due) FILTER (WHERE due > ?1), 0)
	FROM pages NOT INDEXED GROUP BY site, state, kind ORDER BY site`

// Summaries counts the pages and versions of each site.
func (s *Store) Summaries(ctx context.Context, by time.Time) ([]archive.Summary, error) {
	type group struct {
		site, state, kind    string
		pages, versions, due int
		later, first         int64
	}
	groups, err := read(s, ctx, "summarise", func() ([]group, error) {
		return scan(func(g *group) []any {
			return []any{&g.site, &g.state, &g.kind, &g.pages, &g.versions, &g.due, &g.later, &g.first}
		})(s.query(ctx, summarise, by.UnixMilli()))
	})
	var all []archive.Summary
	for _, g := range groups {
		if len(all) == 0 || all[len(all)-1].Site != g.site {
			all = append(all, archive.Summary{Site: g.site, States: map[archive.State]int{}, Kinds: map[archive.Kind]int{}})
		}
		sum := &all[len(all)-1]
		sum.States[archive.State(g.state)] += g.pages
		sum.Kinds[archive.Kind(g.kind)] += g.pages
		if archive.Kind(g.kind) == archive.KindArticle {
			if sum.Articles == nil {
				sum.Articles = map[archive.State]int{}
			}
			sum.Articles[archive.State(g.state)] += g.pages
		}
		sum.Versions += g.versions
		sum.Due += g.due
		sum.AddLater(archive.Kind(g.kind), archive.State(g.state), int(g.later), time.UnixMilli(g.first).UTC())
	}
	return all, err
}
