package scheduler

import (
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"time"

	"fangzhi/archive"
)

// Day is what a schedule of revisits counts in. Ages and waits are measured in
// elapsed time; the clock's changes do not matter to them.
const Day = 24 * time.Hour

// Step says how often an article is asked for again while it is young enough.
type Step struct {
	Age   time.Duration // for articles younger than this; 0: for all that are left
	Every time.Duration // from one visit to the next
}

// Revisit says when a page is due again. Its steps go from young to old; an
// article older than the last of them is not due any more.
type Revisit []Step

// DefaultRevisit asks daily for a week, weekly for a quarter, then monthly:
// most corrections come within days, withdrawals at any time.
var DefaultRevisit = Revisit{{Age: 7 * Day, Every: Day}, {Age: 90 * Day, Every: 7 * Day}, {Every: 30 * Day}}

// MinEvery is the shortest time between two visits that a step may ask for.
const MinEvery = time.Minute

// Validate reports every mistake in r, joined; each but that r is empty starts
// with the step and its field, as in [0].every.
func (r Revisit) Validate() error {
	if len(r) == 0 {
		return errors.Join(errors.New("has no steps; at least one is wanted, such as {every: 7d}"))
	}
	var all []error
	for i, s := range r {
		if s.Every < MinEvery {
			all = append(all, fmt.Errorf("[%d].every: %q: must be %s at least", i, short(s.Every), short(MinEvery)))
		}
		switch {
		case s.Age < 0:
			all = append(all, fmt.Errorf("[%d].age: %q: must not be negative", i, short(s.Age)))
		case s.Age == 0 && i < len(r)-1:
			all = append(all, fmt.Errorf("[%d].age: is missing: only the last step goes without one, for all articles that are older", i))
		case s.Age != 0 && i > 0 && s.Age <= r[i-1].Age:
			all = append(all, fmt.Errorf("[%d].age: %q: must be more than the %s of the step before", i, short(s.Age), short(r[i-1].Age)))
		}
	}
	return errors.Join(all...)
}

// short writes a duration as a configuration does: 7d, 12h, 1m.
func short(d time.Duration) string {
	for _, u := range []struct {
		of   time.Duration
		name string
	}{{Day, "d"}, {time.Hour, "h"}, {time.Minute, "m"}} {
		if d != 0 && d%u.of == 0 {
			return fmt.Sprintf("%d%s", d/u.of, u.name)
		}
	}
	return d.String()
}

// requisiteTries is how many visits in a row that failed make a requisite due
// again by itself.
const requisiteTries = 4

// Due returns when page p, as it is after a visit at now, is due again; the
// zero time: not any more, unless a full run asks for everything. See Next.
func (r Revisit) Due(p archive.Page, now time.Time) time.Time {
	due, _ := r.Next(p, now)
	return due
}

// Next is Due with the reason, for people.
//
//   - An article (or document) is due by its age: see born.
//   - A list page is not due by age. Every run begins with the lists that are
//     seeds, and goes on from there as far as it finds something new.
//   - A requisite is not due by age either: a page that needs it asks for it.
//   - After a failed visit a page is due soon, then at doubling intervals. What
//     is known of a page that is gone does not change by a failure.
//   - A page that is gone is asked for daily, weekly, then monthly, for two
//     years: daily visits make it a withdrawn one, and some come back. One that
//     is withdrawn is not asked for daily any more.
func (r Revisit) Next(p archive.Page, now time.Time) (time.Time, string) {
	after := func(wait time.Duration, why string) (time.Time, string) { return now.Add(early(p, wait)), why }
	failed := func(first, most time.Duration) (time.Time, string) {
		wait := backOff(p.Failures, first, most)
		return after(wait, fmt.Sprintf("%s at %s in a row: again after %s", p.State, number(p.Failures, "visit"), short(wait)))
	}
	if p.Kind == archive.KindRequisite && (p.Failures == 0 || p.Failures > requisiteTries) && p.State != archive.StateDiscovered {
		return time.Time{}, "a requisite is asked for again with a page that needs it"
	}
	switch p.State {
	case archive.StateDiscovered:
		return now, "not visited yet"
	case archive.StateGone, archive.StateWithdrawn:
		return r.nextGone(p, now)
	case archive.StateUnreachable:
		// The run that comes next should find it due; a site that is down for
		// long is asked ever more rarely, but never more rarely than its
		// healthy pages of that age, or weekly.
		return failed(10*time.Minute, clamp(r.every(p, now), Day, 7*Day))
	case archive.StateChallenged:
		return failed(6*time.Hour, 7*Day)
	case archive.StateRefused:
		return failed(Day, 30*Day)
	case archive.StateUnreadable:
		// Cut short by the line, or a page that fangzhi cannot read: once
		// more soon, for the first case, then rarely.
		return failed(time.Hour, 30*Day)
	case archive.StateMoved:
		// The target is a page of its own. A redirect may be taken back.
		return after(7*Day, "a redirect may be taken back: every 7d")
	}
	if p.Kind == archive.KindList {
		return time.Time{}, "a list is not due by age: every run begins with the columns"
	}
	every, step := r.step(p, now)
	if every == 0 {
		return time.Time{}, "older than the revisit policy goes: only a full run asks for it"
	}
	return after(every, step)
}

// DueWithLists is Due for a site that follows every link: its lists are not
// known beforehand, so each that is there is due again with the next run.
func (r Revisit) DueWithLists(p archive.Page, now time.Time) time.Time {
	if p.Kind == archive.KindList && p.State.There() {
		return now
	}
	return r.Due(p, now)
}

func (r Revisit) nextGone(p archive.Page, now time.Time) (time.Time, string) {
	if p.Kind == archive.KindList {
		return time.Time{}, "a list that is gone is asked for when its column leads to it"
	}
	since := p.GoneSince
	if since.IsZero() || p.Versions == 0 {
		since = p.LastSeen
	}
	if since.IsZero() {
		since = p.FirstSeen
	}
	wait := 30 * Day
	switch gone := now.Sub(since); {
	case gone < 7*Day && p.State != archive.StateWithdrawn:
		wait = Day
	case gone < 90*Day:
		wait = 7 * Day
	case gone >= 2*365*Day:
		return time.Time{}, fmt.Sprintf("%s for two years: only a full run asks for it", p.State)
	}
	return now.Add(early(p, wait)), fmt.Sprintf("%s since %s: every %s", p.State, since.UTC().Format(time.DateOnly), short(wait))
}

// every returns the wait that p's age asks for, 0 when p is past the last step.
func (r Revisit) every(p archive.Page, now time.Time) time.Duration {
	every, _ := r.step(p, now)
	return every
}

// step is every, with the step that says so.
func (r Revisit) step(p archive.Page, now time.Time) (time.Duration, string) {
	from, what := born(p)
	age := now.Sub(from)
	for _, s := range r {
		if s.Age == 0 || age < s.Age {
			young := "of any age"
			if s.Age != 0 {
				young = "younger than " + short(s.Age)
			} else if len(r) > 1 {
				young = short(r[len(r)-2].Age) + " old or older"
			}
			return s.Every, fmt.Sprintf("%s, counted from %s (%s): every %s", young, what, from.UTC().Format(time.DateOnly), short(s.Every))
		}
	}
	return 0, ""
}

// born is the moment from which p's age counts: the day that its list gives
// for it or, where the list gives none, its discovery, so that a first crawl
// does not take a portal's whole past for news. A change makes a page young
// again: what was edited lately is edited again soon.
func born(p archive.Page) (at time.Time, what string) {
	at, what = p.FirstSeen, "its discovery"
	if day, err := time.Parse(time.DateOnly, p.ListedDay); err == nil && day.Before(at) {
		at, what = day, "the day that its list gives"
	}
	if p.Versions > 1 && p.LastChange.After(at) {
		at, what = p.LastChange, "its last change"
	}
	return at, what
}

func number(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}

// backOff returns the wait after so many failures in a row: first, then double
// each time, up to most.
func backOff(failures int, first, most time.Duration) time.Duration {
	wait := first
	for range failures - 1 {
		if wait *= 2; wait >= most {
			return most
		}
	}
	return min(wait, most)
}

func clamp(d, low, high time.Duration) time.Duration { return max(low, min(d, high)) }

// early takes 5 to 10 % off a wait, by a hash of the page: the pages of a site
// that were visited together spread out, and the same page always gets the
// same. It is never late, and at least 5 % early, so that a page wanted daily
// is due when the daily run begins, though yesterday's took an hour to get to
// it.
func early(p archive.Page, wait time.Duration) time.Duration {
	h := fnv.New32a()
	io.WriteString(h, p.Site)
	io.WriteString(h, "\x00")
	io.WriteString(h, p.URL)
	share := 0.05 + 0.05*float64(h.Sum32())/(1<<32)
	return wait - time.Duration(float64(wait)*share).Round(time.Millisecond)
}
