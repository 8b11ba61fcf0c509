package archive

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Withdrawal says how much evidence makes a page that is gone a withdrawn one.
// A zero field stands for the default.
type Withdrawal struct {
	Observations int           // visits that count, each of another run; 0: 3
	Over         time.Duration // from the first of them to the last, at least; 0: 3 days
	Controls     int           // other pages of its column that answered well, in the run of each; 0: 2
}

// Filled is w with its defaults.
func (w Withdrawal) Filled() Withdrawal {
	if w.Observations == 0 {
		w.Observations = 3
	}
	if w.Over == 0 {
		w.Over = 3 * 24 * time.Hour
	}
	if w.Controls == 0 {
		w.Controls = 2
	}
	return w
}

// Sighting is how another page was found in the run that found one gone.
type Sighting struct {
	URL     string    `json:"url"`
	At      time.Time `json:"at"`
	Outcome Outcome   `json:"outcome"`
}

// Absence is what the run of a visit that found a page gone saw around the page:
// the evidence that the page is missing, and not its server in trouble or its
// site rebuilt.
type Absence struct {
	Controls []Sighting `json:"controls,omitempty"` // pages like it that answered well, a few of them
	Lists    []Sighting `json:"lists,omitempty"`    // lists of its column that were read, and do not list it
	Doubt    string     `json:"doubt,omitempty"`    // why the visit does not count as an observation; "": it does
	// Rebuilt says that the doubt stays: the page went at once with many others,
	// as when a site is rebuilt.
	Rebuilt bool `json:"rebuilt,omitempty"`
}

// Surroundings is what a run saw of the pages around one that is gone: those of
// its column and host or, where the column has no other, of its host.
type Surroundings struct {
	Controls []Sighting // that answered well, and were there when the page was last seen
	Alone    bool       // there are no more such pages to ask
	Lists    []Sighting // lists of the column that were visited
	ListedOn string     // a list that lists the page; "": none of those read
	Unread   bool       // no list could be read of those that were visited

	// Of the pages with a version that were asked for, and not known to be gone:
	Well       int
	Vanished   int // gone in this run, this page among them
	Failed     int // without an answer that tells
	Challenged int // met by a bot wall or refused

	Suspect  string // why what the site says is in doubt; "": it is not
	StandsAt string // a page found since that says the same; "": none
	CutOff   bool   // the run was stopped before it was through
}

const (
	// A few pages may go on one day. More than that count as a rebuilt site if
	// they are a quarter of what was asked for.
	fewVanish    = 3
	vanishShare  = 4
	failureShare = 5 // one failed visit in so many is a server in trouble
)

// Needed is how many control pages are wanted where so many pages vanished in one
// run: enough to tell a few of them from a rebuilt site.
func (w Withdrawal) Needed(vanished int) int {
	if vanished <= fewVanish {
		return w.Filled().Controls
	}
	return max(w.Filled().Controls, min((vanishShare-1)*vanished, 12))
}

// Observe weighs what a run saw around a page that it found gone.
func (w Withdrawal) Observe(s Surroundings) Absence {
	a := Absence{Controls: s.Controls[:min(len(s.Controls), 5)]}
	for _, l := range s.Lists {
		if !l.Outcome.Failed() && len(a.Lists) < 5 {
			a.Lists = append(a.Lists, l)
		}
	}
	asked := s.Well + s.Vanished + s.Failed + s.Challenged
	switch {
	case s.Vanished > fewVanish && s.Vanished*vanishShare > s.Vanished+s.Well:
		a.Rebuilt = true
		a.Doubt = fmt.Sprintf("%d of %d articles asked for went at once, as when a site is rebuilt", s.Vanished, s.Vanished+s.Well)
	case s.CutOff:
		a.Doubt = "the run was stopped before it was through"
	case s.Suspect != "":
		a.Doubt = s.Suspect
	case s.Challenged > 0:
		a.Doubt = fmt.Sprintf("%d of %d pages asked for were met by a bot wall or refused", s.Challenged, asked)
	case s.Failed*failureShare > asked:
		a.Doubt = fmt.Sprintf("the server was in trouble: %d of %d pages asked for gave no answer", s.Failed, asked)
	case len(s.Controls) == 0:
		a.Doubt = "no other page of its column answered well"
	case len(s.Controls) < w.Filled().Controls && !s.Alone:
		a.Doubt = fmt.Sprintf("only %d other pages of its column answered well, %d are wanted", len(s.Controls), w.Filled().Controls)
	case s.ListedOn != "":
		a.Doubt = "it is still listed on " + s.ListedOn
	case s.StandsAt != "":
		a.Doubt = "its text stands at " + s.StandsAt + ", found since"
	case s.Unread:
		a.Doubt = "the lists of its column could not be read"
	}
	if s.ListedOn != "" {
		a.Lists = nil
	}
	return a
}

// Judge decides whether page p, which visit now found gone, is withdrawn. Before
// are the visits to p since it was last seen, oldest first. The reason says what
// there is, and what is wanting.
func (w Withdrawal) Judge(p Page, before []Visit, now Visit) (withdrawn bool, reason string) {
	w = w.Filled()
	var counted []Visit
	for _, v := range append(slices.Clip(before), now) {
		if v.Absence == nil || !v.At.After(p.LastSeen) {
			continue
		}
		if v.Absence.Rebuilt {
			return false, "gone, not withdrawn: " + v.Absence.Doubt
		}
		if v.Absence.Doubt == "" && !slices.ContainsFunc(counted, func(o Visit) bool { return o.Run == v.Run }) {
			counted = append(counted, v)
		}
	}
	if now.Absence.Doubt != "" {
		return false, "tells nothing of the page: " + now.Absence.Doubt
	}
	span := now.At.Sub(counted[0].At)
	if len(counted) < w.Observations || span < w.Over {
		return false, fmt.Sprintf("observation %d since %s, of %d wanted over %s: %s",
			len(counted), counted[0].At.Format(time.DateOnly), w.Observations, days(w.Over), now.Absence.around())
	}
	return true, fmt.Sprintf("gone at %d visits over %s, since %s: %s",
		len(counted), days(span), counted[0].At.Format(time.DateOnly), now.Absence.around())
}

// around says in words what was seen around the page.
func (a *Absence) around() string {
	parts := []string{count(len(a.Controls), "control page") + " well"}
	if len(a.Lists) > 0 {
		parts = append(parts, "missing from "+count(len(a.Lists), "list"))
	} else {
		parts = append(parts, "no list read")
	}
	return strings.Join(parts, ", ")
}

func count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}

// days writes a span as days, or hours and less where it is short.
func days(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d >= 2*day || d%day == 0:
		return count(int(d/day), "day")
	case d >= time.Hour:
		return count(int(d/time.Hour), "hour")
	}
	return d.Round(time.Second).String()
}

// Missed completes the entry of a visit that found a page gone with the evidence
// for what that means. Withdrawn says that it is: Judge's answer, with its reason.
func (e *Entry) Missed(a Absence, withdrawn bool, reason string) {
	e.Visit.Absence = &a
	e.Visit.Reason += "; " + reason
	if withdrawn {
		e.Visit.Outcome, e.Page.State = Withdrawn, StateWithdrawn
	}
}
