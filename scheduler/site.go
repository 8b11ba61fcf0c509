package scheduler

import (
	"fmt"
	"time"

	"fangzhi/archive"
	"fangzhi/crawler"
)

// OnMissed says what becomes of ticks that fell while nothing was there to run
// them.
type OnMissed string

// The policies for missed ticks.
const (
	RunOnce OnMissed = "run_once" // the latest of them is made up for, the others are recorded as missed
	Skip    OnMissed = "skip"     // all of them are recorded as missed
)

// Site is a site with its schedule.
type Site struct {
	crawler.Site
	Policy   Revisit  // the steps behind Revisit, to tell them; nil: none
	Schedule Schedule // zero: run by hand only
	Expr     string   // the schedule as it was written
	OnMissed OnMissed // "": run_once
}

// Ticks returns the next n ticks of site after from, in the schedule's zone;
// fewer where there are no more.
func Ticks(site Site, from time.Time, n int) []time.Time {
	var ticks []time.Time
	for at := from; len(ticks) < n; {
		if at = site.Schedule.Next(at); at.IsZero() {
			break
		}
		ticks = append(ticks, at)
	}
	return ticks
}

// maxRecords is how many missed ticks of a site are recorded one by one: a
// schedule for every minute misses half a million in a year.
const maxRecords = 100

// span holds the ticks of site that fell after one moment and not after
// another.
type span struct {
	latest time.Time   // zero: there was none
	before []time.Time // those before the latest, in order; at most maxRecords
	more   int         // how many were before these
	first  time.Time   // the very first
}

// ticksBetween returns the ticks with from < tick ≤ to.
func ticksBetween(s Schedule, from, to time.Time) span {
	var p span
	for at := s.Next(from); !at.IsZero() && !at.After(to); at = s.Next(at) {
		if p.latest.IsZero() {
			p.first = at
		} else {
			p.before = append(p.before, p.latest)
			if len(p.before) > maxRecords {
				p.before = p.before[1:]
				p.more++
			}
		}
		p.latest = at
	}
	return p
}

// all returns every tick of p, the latest included, at most maxRecords.
func (p span) all() span {
	if p.latest.IsZero() {
		return p
	}
	p.before = append(p.before, p.latest)
	if len(p.before) > maxRecords {
		p.before = p.before[1:]
		p.more++
	}
	return p
}

// records returns the ticks of p but the latest as runs that did not take
// place. The first of them speaks for those that have no record.
func (p span) records(site string, state archive.RunState, reason string) []archive.Run {
	runs := make([]archive.Run, len(p.before))
	for i, at := range p.before {
		planned := at.UTC()
		runs[i] = archive.Run{
			ID: archive.RunID(site, planned), Site: site, Planned: planned,
			Trigger: archive.TriggerSchedule, State: state, Reason: reason,
		}
	}
	if p.more > 0 && len(runs) > 0 {
		runs[0].Reason += fmt.Sprintf("; so were %d ticks before it, from %s on, which have no record of their own",
			p.more, p.first.UTC().Format(time.RFC3339))
	}
	return runs
}
