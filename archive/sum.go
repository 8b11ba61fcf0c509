package archive

import (
	"encoding/json"
	"hash/crc32"
	"maps"
	"slices"
	"sync"
	"time"
)

// Sum is a checksum of what a store keeps and nothing else in the archive proves:
// where a page was found, what a run counted, what was learnt, how a version read
// before. It tells of damage, not of a forger. A store computes it from what it is
// given, keeps it beside that, and compares it with what it reads. 0: of nothing.
//
// It is the CRC-32C of lines as a leaf has them (see LeafOf) under a head of their
// own: processors compute it in no time, and no damage of up to 32 bits in a row
// escapes it. Bytes that are not UTF-8 count as U+FFFD, for a store may keep
// that.
type Sum uint32

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// summers are used again: to make them takes longer than to sum.
var summers = sync.Pool{New: func() any { return &leafWriter{b: make([]byte, 0, 1024)} }}

// summing begins what is summed; head tells it from all else that is.
func summing(head string) *leafWriter {
	w := summers.Get().(*leafWriter)
	w.asJSON = true
	w.b = append(w.b[:0], "fangzhi "...)
	w.b = append(w.b, head...)
	w.b = append(w.b, " 1\n"...)
	return w
}

// sum ends what is summed.
func (w *leafWriter) sum() Sum {
	s := max(Sum(crc32.Checksum(w.b, castagnoli)), 1)
	if cap(w.b) <= 64<<10 {
		summers.Put(w)
	}
	return s
}

func (w *leafWriter) millis(name string, t time.Time) {
	if !t.IsZero() {
		w.number(name, t.UnixMilli())
	}
}

// unlike is s, or what no sum of the same is, where what it is of is damaged: so
// damage that is read and written again stays told. It is the sum that was kept, by
// which what was written is known where another archive has it.
func (s Sum) unlike(damaged bool, kept Sum) Sum {
	switch {
	case !damaged:
		return s
	case kept != 0 && kept != s:
		return kept
	}
	return ^s
}

// PageSums are the sums of the parts of a page, each of which is always written as
// a whole. Not in them are Kind, a few words far apart, and Due, which changes by
// itself.
type PageSums struct {
	History Sum // what visits write, and how it was found
	Title   Sum // what another reading of its latest version writes: Title, Fingerprint, ReadAs
	Request Sum // 0: none
	Also    Sum // AlsoSum of each, combined by exclusive or
}

// PageDamage is a set of parts of a page that are not what was written.
type PageDamage uint8

// The parts of a page that have sums.
const (
	DamagedHistory PageDamage = 1 << iota
	DamagedTitle
	DamagedRequest
	DamagedAlso
)

// Misnamed says whether neither of the sums of p that are always there is the one that
// was written: what they have in common is its site and URL, which are then in doubt.
func (p *Page) Misnamed() bool {
	return p.Damaged&DamagedHistory != 0 && p.Damaged&DamagedTitle != 0
}

// Sums are p's sums, unlike those of a page that is not damaged where p is.
func (p *Page) Sums() PageSums {
	s := p.sums()
	s.History = s.History.unlike(p.Damaged&DamagedHistory != 0, p.Kept.History)
	s.Title = s.Title.unlike(p.Damaged&DamagedTitle != 0, p.Kept.Title)
	s.Request = s.Request.unlike(p.Damaged&DamagedRequest != 0, p.Kept.Request)
	s.Also = s.Also.unlike(p.Damaged&DamagedAlso != 0, p.Kept.Also)
	return s
}

// Compare sets p.Damaged from the sums that are kept beside p.
func (p *Page) Compare(kept PageSums) {
	s := p.sums()
	p.Damaged, p.Kept = 0, PageSums{}
	for _, part := range []struct {
		is, kept Sum
		damage   PageDamage
	}{
		{s.History, kept.History, DamagedHistory}, {s.Title, kept.Title, DamagedTitle},
		{s.Request, kept.Request, DamagedRequest}, {s.Also, kept.Also, DamagedAlso},
	} {
		if part.is != part.kept {
			p.Damaged |= part.damage
		}
	}
	if p.Damaged != 0 {
		p.Kept = kept
	}
}

func (p *Page) sums() PageSums {
	return PageSums{
		History: p.historySum(), Title: TitleSum(p.Site, p.URL, p.Title, p.Fingerprint, p.ReadAs),
		Request: RequestSum(p.Site, p.URL, p.Request), Also: p.alsoSum(),
	}
}

func (p *Page) historySum() Sum {
	w := summing("page")
	w.text("site", p.Site)
	w.text("url", p.URL)
	w.text("column", p.Column)
	w.text("state", string(p.State))
	w.text("found_on", p.FoundOn)
	w.text("anchor", p.Anchor)
	w.text("listed_day", p.ListedDay)
	w.number("depth", int64(p.Depth))
	w.text("moved_to", p.MovedTo)
	w.number("item", p.Item)
	for _, url := range p.Feeds {
		w.line("feed", url)
	}
	w.millis("first_seen", p.FirstSeen)
	w.millis("last_visit", p.LastVisit)
	w.millis("last_seen", p.LastSeen)
	w.millis("last_change", p.LastChange)
	w.millis("gone_since", p.GoneSince)
	w.millis("restored_at", p.RestoredAt)
	w.text("etag", p.ETag)
	w.text("last_modified", p.LastModified)
	w.text("last_digest", string(p.LastDigest))
	w.text("payload", string(p.Payload))
	w.number("parts", int64(p.Parts))
	w.number("versions", int64(p.Versions))
	w.number("visits", int64(p.Visits))
	w.number("failures", int64(p.Failures))
	return w.sum()
}

// TitleSum is PageSums.Title of a page.
func TitleSum(site, url, title string, fingerprint, readAs Digest) Sum {
	if title == "" && fingerprint == "" && readAs == "" {
		return 0
	}
	w := summing("page title")
	w.line("site", site)
	w.line("url", url)
	w.text("title", title)
	w.text("fingerprint", string(fingerprint))
	w.text("read_as", string(readAs))
	return w.sum()
}

// RequestSum is PageSums.Request of a page.
func RequestSum(site, url string, r *Request) Sum {
	if r == nil {
		return 0
	}
	w := summing("page request")
	w.line("site", site)
	w.line("page", url)
	w.text("method", r.Method)
	w.line("url", r.URL)
	w.text("body", r.Body)
	for _, name := range slices.Sorted(maps.Keys(r.Header)) {
		w.line("header", name)
		w.line("value", r.Header[name])
	}
	w.text("family", r.Family)
	w.text("hint", r.Hint)
	return w.sum()
}

// AlsoSum is the sum of one further column of a page: with an exclusive or, one is
// added to PageSums.Also without a look at the others.
func AlsoSum(site, url, column string) Sum {
	w := summing("page column")
	w.line("site", site)
	w.line("url", url)
	w.line("column", column)
	return w.sum()
}

func (p *Page) alsoSum() (s Sum) {
	for _, column := range p.Also {
		s ^= AlsoSum(p.Site, p.URL, column)
	}
	return s
}

// Sum is r's sum, but for Lease, which is moved while r is open.
func (r *Run) Sum() Sum { return r.sum().unlike(r.Damaged, r.Kept) }

// Compare sets r.Damaged from the sum that is kept beside r.
func (r *Run) Compare(kept Sum) { r.Damaged, r.Kept = r.sum().compare(kept) }

// compare says whether what s is of is damaged, and by which sum that is known.
func (s Sum) compare(kept Sum) (damaged bool, by Sum) {
	if s == kept {
		return false, 0
	}
	return true, kept
}

func (r *Run) sum() Sum {
	w := summing("run")
	w.text("id", r.ID)
	w.text("site", r.Site)
	w.millis("planned", r.Planned)
	w.text("trigger", string(r.Trigger))
	w.text("state", string(r.State))
	w.text("reason", r.Reason)
	w.truth("full", r.Full)
	w.millis("full_since", r.FullSince)
	w.truth("walk", r.Walk)
	w.text("owner", r.Owner)
	w.millis("started", r.Started)
	w.millis("ended", r.Ended)
	w.tally("article", r.Articles)
	w.tally("list", r.Lists)
	w.tally("requisite", r.Requisites)
	w.number("discovered", int64(r.Discovered))
	w.number("requests", int64(r.Requests))
	w.number("bytes", r.Bytes)
	if len(r.Columns) > 0 {
		columns, _ := json.Marshal(r.Columns) // texts and numbers: it cannot fail
		w.line("columns", string(columns))
	}
	for _, note := range r.Notes {
		w.line("note", note)
	}
	return w.sum()
}

func (w *leafWriter) tally(name string, t Tally) {
	for _, outcome := range slices.Sorted(maps.Keys(t)) {
		w.line(name, string(outcome))
		w.number("visits", int64(t[outcome]))
	}
}

// Sum is l's sum.
func (l *Lesson) Sum() Sum { return l.sum().unlike(l.Damaged, l.Kept) }

// Compare sets l.Damaged from the sum that is kept beside l.
func (l *Lesson) Compare(kept Sum) { l.Damaged, l.Kept = l.sum().compare(kept) }

func (l *Lesson) sum() Sum {
	w := summing("lesson")
	w.asJSON = false
	w.line("site", l.Site)
	w.line("name", l.Name)
	w.line("data", string(l.Data))
	return w.sum()
}

// Sum is the sum of a reading that a gives, to be kept with the version and then,
// once that is read anew, with what it was before: Snapshot.Compare and
// Earlier.Compare.
func (a *Again) Sum() Sum {
	return readingSum(a.Site, a.URL, a.Version, a.At, FingerprintOf(a.Article), a.Rules, a.Reader, &a.Article).unlike(a.Damaged, a.Kept)
}

// Compare sets s.Damaged from the sum that is kept beside s; 0: there is none, as
// with a version that reads as when it was taken, which the log tells.
func (s *Snapshot) Compare(kept Sum) {
	s.Damaged, s.Kept = false, 0
	if kept != 0 {
		s.Damaged, s.Kept = s.sum().compare(kept)
	}
}

func (s *Snapshot) sum() Sum {
	return readingSum(s.Site, s.URL, s.Version, s.ReadAt, s.Fingerprint, s.Rules, s.Reader, &s.Article)
}

// Compare sets e.Damaged from the sum that is kept beside e; 0: there is none.
func (e *Earlier) Compare(kept Sum) {
	e.Damaged, e.Kept = false, 0
	if kept != 0 {
		e.Damaged, e.Kept = e.Sum().compare(kept)
	}
}

// Sum is e's sum.
func (e *Earlier) Sum() Sum {
	return readingSum(e.Site, e.URL, e.Version, e.ReadAt, e.Fingerprint, e.Rules, e.Reader, &e.Article)
}

func readingSum(site, url string, version int, at time.Time, fingerprint, rules Digest, reader int, a *Article) Sum {
	w := summing("reading")
	w.line("site", site)
	w.line("url", url)
	w.number("version", int64(version))
	w.millis("read_at", at)
	w.text("fingerprint", string(fingerprint))
	w.text("rules", string(rules))
	w.number("reader", int64(reader))
	w.article(*a)
	return w.sum()
}
