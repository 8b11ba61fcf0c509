package scheduler

import (
	"sort"
	"time"
)

// horizon is how far Next looks: 29 February is eight years away at most.
const horizon = 9 * 366

// Next returns the first tick after the instant after, in the zone of s, or
// the zero time when there is none.
//
// Expressions are matched against the clock on the wall. A time that the clock
// leaps over (daylight saving begins) runs at the first instant after the
// leap; a time that it shows twice (daylight saving ends) runs the first time.
// A schedule for every hour of the day counts as an interval instead: it has
// no tick for what is leapt over, and goes on through what is shown twice.
func (s Schedule) Next(after time.Time) time.Time {
	if s.zone == nil {
		return time.Time{}
	}
	if s.hourly() {
		return s.nextHourly(after)
	}
	wall := wallOf(after.In(s.zone))
	for {
		if wall = s.nextWall(wall); wall.IsZero() {
			return time.Time{}
		}
		// While the clock shows an hour for the second time, the wall's
		// next minutes have been before.
		if t := firstInstant(wall, s.zone); t.After(after) {
			return t
		}
	}
}

// hourly says whether s runs in every hour of the day.
func (s Schedule) hourly() bool {
	const every = 1<<24 - 1
	return s.hour&every == every
}

// nextHourly matches only what the clock really shows, each time that it shows
// it: it goes from change of offset to change of offset.
func (s Schedule) nextHourly(after time.Time) time.Time {
	at := after.In(s.zone)
	for range horizon {
		wall := s.nextWall(wallOf(at))
		if wall.IsZero() {
			return time.Time{}
		}
		t := wall.Add(-offset(at)).In(s.zone)
		if offset(t) == offset(at) {
			return t
		}
		at = change(at, t)
		if s.matches(wallOf(at)) {
			return at
		}
	}
	return time.Time{}
}

// firstInstant returns when the clock in zone first shows wall or, when it
// leaps over wall, the first instant after the leap.
func firstInstant(wall time.Time, zone *time.Location) time.Time {
	// No clock is off UTC by as much as 15 hours.
	const most = 15 * time.Hour
	before, behind := wall.Add(-most).In(zone), wall.Add(most).In(zone)
	t := wall.Add(-offset(before)).In(zone)
	if offset(before) == offset(behind) {
		return t
	}
	leap := change(before, behind)
	if t.Before(leap) {
		return t
	}
	if t := wall.Add(-offset(behind)).In(zone); !t.Before(leap) {
		return t
	}
	return leap
}

// change returns the second, after a and not after b, at which the offset of a
// gives way to another. Time.ZoneBounds would tell it, were it right on the
// last day of leap years, when it gives an end that has passed.
func change(a, b time.Time) time.Time {
	before := offset(a)
	seconds := sort.Search(int(b.Unix()-a.Unix()), func(i int) bool {
		return offset(time.Unix(a.Unix()+int64(i), 0).In(a.Location())) != before
	})
	return time.Unix(a.Unix()+int64(seconds), 0).In(a.Location())
}

// offset is what the clock at t is ahead of UTC.
func offset(t time.Time) time.Duration {
	_, seconds := t.Zone()
	return time.Duration(seconds) * time.Second
}

// wallOf returns what the clock on the wall shows at t, as a time in UTC.
func wallOf(t time.Time) time.Time {
	return t.UTC().Add(offset(t))
}

// nextWall returns the first minute after wall, a time in UTC that stands for
// the clock on the wall, that s matches; zero when none is near.
func (s Schedule) nextWall(wall time.Time) time.Time {
	wall = wall.Truncate(time.Minute).Add(time.Minute)
	for range horizon {
		if s.matchesDay(wall) {
			if t := s.inDay(wall); !t.IsZero() {
				return t
			}
		}
		y, m, d := wall.Date()
		wall = time.Date(y, m, d+1, 0, 0, 0, 0, time.UTC)
	}
	return time.Time{}
}

// inDay returns the first match at wall or later on its day.
func (s Schedule) inDay(wall time.Time) time.Time {
	y, m, d := wall.Date()
	minute := wall.Minute()
	for hour := wall.Hour(); hour < 24; hour++ {
		if s.hour&(1<<hour) != 0 {
			for ; minute < 60; minute++ {
				if s.minute&(1<<minute) != 0 {
					return time.Date(y, m, d, hour, minute, 0, 0, time.UTC)
				}
			}
		}
		minute = 0
	}
	return time.Time{}
}

func (s Schedule) matches(wall time.Time) bool {
	return wall.Second() == 0 && wall.Nanosecond() == 0 && s.matchesDay(wall) &&
		s.hour&(1<<wall.Hour()) != 0 && s.minute&(1<<wall.Minute()) != 0
}

func (s Schedule) matchesDay(wall time.Time) bool {
	if s.month&(1<<wall.Month()) == 0 {
		return false
	}
	dom := s.dom&(1<<wall.Day()) != 0
	dow := s.dow&(1<<wall.Weekday()) != 0
	if s.dom&starBit != 0 || s.dow&starBit != 0 {
		return dom && dow
	}
	return dom || dow
}
