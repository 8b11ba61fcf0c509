package archive

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Masks is what was learnt of a site's noise, and what is on trial.
type Masks struct {
	Learnt []LearntMask     `json:"learnt,omitempty"`
	Trials map[string]Trial `json:"trials,omitempty"` // by URL
}

// LearntMask is a mask and where it holds.
type LearntMask struct {
	Mask
	Pages []string  `json:"pages"` // that showed it; see Everywhere
	Since time.Time `json:"since"`
	Proof string    `json:"proof"` // for people: what told that it is noise
}

// Everywhere says whether m holds for all pages of its site, and not only for
// those that showed it.
func (m LearntMask) Everywhere() bool { return len(m.Pages) >= sitePages && m.named() }

// Trial is a page that may have noise.
type Trial struct {
	Masks  []Mask `json:"masks"`
	Visits int    `json:"visits"`           // of the page when it last differed in these lines alone
	Times  int    `json:"times"`            // that it did, visit after visit
	Proofs int    `json:"proofs,omitempty"` // that failed
}

const (
	// trialTimes is how often a page differs in the same lines alone, visit
	// after visit, before it is asked for twice to see: four fetches.
	trialTimes = 3
	// maxProofs is how often it is asked for twice for nothing: what changes
	// from day to day but not from fetch to fetch is news.
	maxProofs = 3
	// sitePages is how many pages show a mask before it holds for all.
	sitePages = 3

	maxTrials = 1000
	maxMasks  = 300
	maxPages  = 1000 // that one mask names
)

// Hidden returns the masks that hide all in which b differs from a, on the page
// at url; ok is false where something is left.
func (m *Masks) Hidden(url string, a, b Article) (hidden []Mask, ok bool) {
	if m == nil || len(m.Learnt) == 0 {
		return nil, false
	}
	noise, ok := Noise(a, b)
	if !ok {
		return nil, false
	}
	for _, n := range noise {
		i := slices.IndexFunc(m.Learnt, func(l LearntMask) bool { return l.holds(url) && l.takes(n, a, b) })
		if i < 0 {
			return nil, false
		}
		hidden = append(hidden, m.Learnt[i].Mask)
	}
	return hidden, true
}

func (m LearntMask) holds(url string) bool { return m.Everywhere() || slices.Contains(m.Pages, url) }

// takes says whether m covers, in both articles, the lines of which n is the
// difference: n may show fewer of m's runs, where one came out the same.
func (m LearntMask) takes(n Mask, a, b Article) bool {
	if m.Equal(n) {
		return true
	}
	covered := func(art Article) bool {
		return slices.ContainsFunc(maskable(art), func(l fieldLine) bool { return n.Covers(l.field, l.text) && m.Covers(l.field, l.text) })
	}
	return covered(a) && covered(b)
}

// Of returns the masks that hold for the page at url.
func (m *Masks) Of(url string) (all []LearntMask) {
	if m == nil {
		return nil
	}
	for _, l := range m.Learnt {
		if l.holds(url) {
			all = append(all, l)
		}
	}
	return all
}

// Try notes that page p, as it was before this visit, differs in noise alone. It
// says whether it is time for a proof.
func (m *Masks) Try(p Page, noise []Mask) bool {
	t, ok := m.Trials[p.URL]
	// A visit in between that found the page as it was, or failed, may be one.
	if !ok || p.Visits < t.Visits || p.Visits > t.Visits+1 || !slices.EqualFunc(t.Masks, noise, Mask.Equal) {
		t = Trial{Masks: noise, Proofs: t.Proofs}
	}
	t.Times++
	t.Visits = p.Visits + 1
	if m.Trials == nil {
		m.Trials = map[string]Trial{}
	}
	if !ok && len(m.Trials) >= maxTrials {
		// Any goes: what is noise comes back.
		delete(m.Trials, slices.Min(slices.Collect(maps.Keys(m.Trials))))
	}
	m.Trials[p.URL] = t
	return t.Times >= trialTimes && t.Proofs < maxProofs
}

// Failed notes that a proof showed no noise.
func (m *Masks) Failed(url string) {
	t := m.Trials[url]
	t.Proofs++
	t.Times = 0
	m.Trials[url] = t
}

// Learn takes up masks that a proof on the page at url showed.
func (m *Masks) Learn(url string, masks []Mask, at time.Time, proof string) {
	delete(m.Trials, url)
	for _, n := range masks {
		i := slices.IndexFunc(m.Learnt, func(l LearntMask) bool { return l.Equal(n) })
		switch {
		case i >= 0 && !m.Learnt[i].holds(url) && len(m.Learnt[i].Pages) < maxPages:
			m.Learnt[i].Pages = append(m.Learnt[i].Pages, url)
		case i < 0 && len(m.Learnt) < maxMasks:
			m.Learnt = append(m.Learnt, LearntMask{Mask: n, Pages: []string{url}, Since: at, Proof: proof})
		}
	}
}

// OnlyNoise is the verdict on page p that differs in masks alone.
func OnlyNoise(p Page, masks []Mask) Verdict {
	texts := make([]string, len(masks))
	for i, m := range masks {
		texts[i] = fmt.Sprintf("%q", m.String())
	}
	return here(p, "only "+strings.Join(texts, " and ")+" differs, as on every fetch")
}
