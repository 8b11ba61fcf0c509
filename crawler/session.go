package crawler

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"

	"fangzhi/archive"
	"fangzhi/extract"
)

// sessions knows the parameters by which hosts tell readers apart. The proof is
// a page that was asked for twice: all its links had one value of the
// parameter, and all of them one that has nothing to do with it the next time.
// Links that differ in such a parameter alone lead to one page.
type sessions struct {
	mu    sync.Mutex
	known sessionsKnown
	news  bool
}

// sessionsKnown is what is kept from run to run.
type sessionsKnown struct {
	Parameters map[string]bool   `json:"parameters,omitempty"` // by host and name
	Values     map[string]string `json:"values,omitempty"`     // by page and name: as last seen
}

const (
	sessionsName = "sessions" // what it is kept as; see Store.Learn
	// sessionLinks is how many links of an answer have to share a value.
	sessionLinks = 5
	// sessionValue is how long, in bytes, a value is at least that was drawn by
	// lot.
	sessionValue = 6
	maxSessions  = 200
)

// learntSessions is what earlier runs of site learnt; what cannot be read is
// learnt anew.
func learntSessions(ctx context.Context, store Store, site string) (*sessions, error) {
	s := &sessions{}
	data, err := store.Learnt(ctx, site, sessionsName)
	if err != nil && !errors.Is(err, archive.ErrNotFound) {
		return nil, fmt.Errorf("what was learnt of sessions: %w", err)
	}
	if json.Unmarshal(data, &s.known) != nil {
		s.known = sessionsKnown{}
	}
	if s.known.Parameters == nil {
		s.known.Parameters = map[string]bool{}
	}
	if s.known.Values == nil {
		s.known.Values = map[string]string{}
	}
	return s, nil
}

// keep has the store remember what this run learnt.
func (s *sessions) keep(ctx context.Context, k *crawl) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.news {
		return nil
	}
	b, err := json.Marshal(s.known)
	if err != nil {
		return fmt.Errorf("keep what was learnt of sessions: %w", err)
	}
	return k.c.store.Learn(ctx, k.run.ID, k.site.Name, sessionsName, b)
}

// watch looks at the links of a page that each run asks for; it returns a note
// for each parameter that turned out to be a session's.
func (s *sessions) watch(at address, page *extract.Page) (notes []string) {
	type tally struct {
		value string
		links map[string]bool
		mixed bool
	}
	by := map[string]*tally{}
	for _, l := range page.Links() {
		mark := strings.IndexByte(l.URL, '?')
		if mark < 0 {
			continue
		}
		u, err := url.Parse(l.URL)
		if err != nil || !strings.EqualFold(u.Host, at.host) {
			continue
		}
		for part := range strings.SplitSeq(u.RawQuery, "&") {
			name, value, _ := strings.Cut(part, "=")
			if len(value) < sessionValue || len(name) > 40 {
				continue
			}
			t := by[name]
			if t == nil {
				if len(by) >= maxSessions {
					continue
				}
				t = &tally{value: value, links: map[string]bool{}}
				by[name] = t
			}
			t.mixed = t.mixed || t.value != value
			if len(t.links) < sessionLinks {
				t.links[strings.Replace(l.URL, part, "", 1)] = true
			}
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, t := range by {
		parameter, place := at.host+" "+name, at.url+" "+name
		if t.mixed || len(t.links) < sessionLinks || s.known.Parameters[parameter] || len(s.known.Values) >= maxSessions {
			continue
		}
		before, met := s.known.Values[place]
		if before == t.value {
			continue
		}
		s.known.Values[place], s.news = t.value, true
		if met && byLot(before, t.value) {
			s.known.Parameters[parameter] = true
			notes = append(notes, fmt.Sprintf("parameter %q of %s is a session's: links that differ in it alone are one page", name, at.host))
		}
	}
	return notes
}

// byLot says whether two values of a parameter were drawn by lot: they are not
// alike in half of their characters, as days and numbers of issues are that
// follow one another.
func byLot(x, y string) bool {
	alike := 0
	for i := range min(len(x), len(y)) {
		if x[i] == y[i] {
			alike++
		}
	}
	return 2*alike < max(len(x), len(y))
}

// strip is a without the parameters that are a session's.
func (s *sessions) strip(a address) address {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.known.Parameters) == 0 {
		return a
	}
	base, query, asked := strings.Cut(a.url, "?")
	if !asked {
		return a
	}
	var kept []string
	for part := range strings.SplitSeq(query, "&") {
		name, _, _ := strings.Cut(part, "=")
		if !s.known.Parameters[a.host+" "+name] {
			kept = append(kept, part)
		}
	}
	stripped := base
	if len(kept) > 0 {
		stripped += "?" + strings.Join(kept, "&")
	}
	if stripped == a.url {
		return a
	}
	if b, err := canonical(stripped); err == nil {
		return b
	}
	return a
}
