package sqlite

import (
	"hash/maphash"
	"math"
	"sync"
	"time"

	"fangzhi/archive"
)

const (
	becomeDue = `UPDATE pages SET due = ?1 WHERE site = ?2 AND url = ?3
		AND (due IS NULL OR due > ?1) AND (last_visit IS NULL OR last_visit < ?1 OR last_visit > ?4)`

	becomeAlso = `UPDATE pages SET also = json_insert(coalesce(also, '[]'), '$[#]', ?1) WHERE site = ?2 AND url = ?3 AND "column" <> ?1
		AND json_array_length(coalesce(also, '[]')) < ?4 AND NOT EXISTS (SELECT 1 FROM json_each(coalesce(also, '[]')) WHERE value = ?1)`

	sumAlso = `UPDATE pages SET sum_also = (sum_also | ?1) - (sum_also & ?1) WHERE site = ?2 AND url = ?3` // exclusive or

	becomeAsked = `UPDATE pages SET asked = ?1, sum_asked = ?4 WHERE site = ?2 AND url = ?3 AND (asked IS NOT ?1 OR sum_asked <> ?4)`

	becomeKind = `UPDATE pages SET kind = ? WHERE site = ? AND url = ? AND kind = 'unread'`
)

// discover adds page p, found at the time at, if it is unknown. A known page
// becomes due with p, of p's kind and asked for as p, as Store.Record says.
func (t *recording) discover(p *archive.Page, at time.Time) error {
	n := nameOf(p.Site, p.URL)
	known := t.known.has(n)
	if !known {
		due := p.Due
		if due.IsZero() && p.State != archive.StateAlias {
			due = at
		}
		added, err := t.addFound(p, due)
		if err != nil {
			return err
		}
		t.learnt = append(t.learnt, n)
		if added {
			return nil
		}
	}
	if p.Column != "" {
		listed, err := t.exec(becomeAlso, p.Column, p.Site, p.URL, archive.MaxAlso)
		if err == nil && listed > 0 { // few are: their sums are not worth making for all
			_, err = t.exec(sumAlso, int64(archive.AlsoSum(p.Site, p.URL, p.Column)), p.Site, p.URL)
		}
		if err != nil {
			return err
		}
	}
	if !p.Due.IsZero() {
		wrong := int64(math.MaxInt64)
		if t.seeding {
			wrong = at.Add(archive.MaxAhead).UnixMilli()
		}
		if _, err := t.exec(becomeDue, p.Due.UnixMilli(), p.Site, p.URL, wrong); err != nil {
			return err
		}
	}
	if p.Request != nil {
		asked, _, err := asking(p)
		if err != nil {
			return err
		}
		if _, err := t.exec(becomeAsked, asked, p.Site, p.URL, int64(archive.RequestSum(p.Site, p.URL, p.Request))); err != nil {
			return err
		}
	}
	if p.Kind != archive.KindUnread && p.Kind != "" {
		if _, err := t.exec(becomeKind, string(p.Kind), p.Site, p.URL); err != nil {
			return err
		}
	}
	return nil
}

// addFound adds a page that nobody visited yet, unless it is there.
func (t *recording) addFound(p *archive.Page, due time.Time) (added bool, err error) {
	var digests [3]any
	for i, d := range []archive.Digest{p.LastDigest, p.Payload, p.Fingerprint} {
		if digests[i], err = bytesOf(d); err != nil {
			return false, err
		}
	}
	asked, feeds, err := asking(p)
	if err != nil {
		return false, err
	}
	also, err := alsoOf(p)
	if err != nil {
		return false, err
	}
	sums := p.Sums()
	n, err := t.exec(insertPage,
		p.Column, string(p.Kind), string(p.State), p.FoundOn, p.Anchor, p.ListedDay,
		p.Depth, p.MovedTo, millis(p.FirstSeen), millis(p.LastVisit), millis(p.LastSeen), millis(p.LastChange), millis(due),
		p.ETag, p.LastModified, digests[0], digests[1], p.Title, digests[2], nil, p.Parts,
		p.Versions, p.Visits, p.Failures, asked, feeds, millis(p.GoneSince), millis(p.RestoredAt), itemOf(p),
		int64(sums.History), int64(sums.Title), int64(sums.Request), int64(sums.Also), also, p.Site, p.URL)
	return n > 0, err
}

// itemOf is p's item as the column holds it, NULL for none.
func itemOf(p *archive.Page) any {
	if p.Item == 0 {
		return nil
	}
	return p.Item
}

// alsoOf are p's further columns as the column holds them, NULL for none.
func alsoOf(p *archive.Page) (any, error) {
	if len(p.Also) == 0 {
		return nil, nil
	}
	return encode(p.Also)
}

// A name stands for a page's identity: 128 bits of a hash with a key of its
// own in each process, so no two pages share one by chance or by intent.
type name [2]uint64

var seeds = [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}

func nameOf(site, url string) (n name) {
	for i, seed := range seeds {
		var h maphash.Hash
		h.SetSeed(seed)
		h.WriteString(site)
		h.WriteByte(0)
		h.WriteString(url)
		n[i] = h.Sum64()
	}
	return n
}

// known remembers pages that are in the archive, where they stay: nearly all
// links of a page lead to pages that were found before, and to ask the file
// for each costs more than all else that is recorded of a page.
type known struct {
	sync.Mutex
	young, old map[name]struct{} // what is asked for moves to young; when that is full, old is dropped
}

const knownPages = 1 << 15 // in each of young and old; about 1 MB

func newKnown() *known { return &known{young: map[name]struct{}{}} }

func (k *known) has(n name) bool {
	k.Lock()
	defer k.Unlock()
	if _, ok := k.young[n]; ok {
		return true
	}
	_, ok := k.old[n]
	if ok {
		k.put(n)
	}
	return ok
}

// add remembers pages whose recording was committed.
func (k *known) add(names []name) {
	k.Lock()
	defer k.Unlock()
	for _, n := range names {
		k.put(n)
	}
}

func (k *known) put(n name) {
	if len(k.young) >= knownPages {
		k.old, k.young = k.young, make(map[name]struct{}, knownPages)
	}
	k.young[n] = struct{}{}
}
