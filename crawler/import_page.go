package crawler

import (
	"cmp"
	"errors"
	"net/http"
	"strings"
	"time"

	"fangzhi/archive"
)

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
	admit := k.scope.admit
	if s.Told != nil && (s.Told.Kind == archive.KindRequisite || s.Told.Kind == archive.KindAttachment) {
		admit = k.admitKept // pages need and attach them wherever they are
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
	if refused, _ := admit(a); refused != admitted {
		return p, a, overScope, nil
	}
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
		p = im.asNeeded(p, s)
		if im.anchor != "" {
			p.Anchor = clipped(im.anchor)
		}
		if s.Told != nil && (s.Told.Kind == archive.KindPart || s.Told.Kind == archive.KindRequisite) {
			p.Kind = s.Told.Kind
		}
		return p, nil
	}
	if err == nil && held.LastVisit.IsZero() {
		held = im.asNeeded(held, s)
	}
	if err == nil && s.Told != nil {
		held.Column = cmp.Or(p.Column, held.Column)
		if held.LastVisit.IsZero() {
			held.FoundOn = p.FoundOn
		}
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
	if len(ledger) == 0 {
		return s.At, false
	}
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
		if (told || !s.Whole) && !v.At.Equal(s.At) {
			continue // the file tells the moment
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
