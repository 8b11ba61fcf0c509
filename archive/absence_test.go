package archive_test

import (
	"strings"
	"testing"
	"time"

	"fangzhi/archive"
)

func sightings(n int, o archive.Outcome) (all []archive.Sighting) {
	for range n {
		all = append(all, archive.Sighting{URL: "https://a.example/2", At: noon, Outcome: o})
	}
	return all
}

func TestObserve(t *testing.T) {
	well := func(change func(*archive.Surroundings)) archive.Surroundings {
		s := archive.Surroundings{
			Controls: sightings(3, archive.Unchanged), Well: 30, Vanished: 1,
			Lists: sightings(2, archive.Changed),
		}
		change(&s)
		return s
	}
	for _, c := range []struct {
		name    string
		s       archive.Surroundings
		doubt   string
		rebuilt bool
	}{
		{"all is well", well(func(*archive.Surroundings) {}), "", false},
		{"lists are not known", well(func(s *archive.Surroundings) { s.Lists = nil }), "", false},
		{"a few went on one day", well(func(s *archive.Surroundings) { s.Vanished, s.Well = 3, 2 }), "", false},
		{"many went, of many more", well(func(s *archive.Surroundings) { s.Vanished, s.Well = 5, 15 }), "", false},
		{"a rebuilt site", well(func(s *archive.Surroundings) { s.Vanished, s.Well = 17, 3 }), "17 of 20 articles asked for went at once, as when a site is rebuilt", true},
		{"a rebuilt site whose lists fail", well(func(s *archive.Surroundings) { s.Vanished, s.Well, s.Unread, s.Controls = 17, 0, true, nil }), "17 of 17", true},
		{"a stopped run", well(func(s *archive.Surroundings) { s.CutOff = true }), "the run was stopped", false},
		{"a suspect column", well(func(s *archive.Surroundings) { s.Suspect = "the column lists half of what it did" }), "the column lists half", false},
		{"a bot wall", well(func(s *archive.Surroundings) { s.Challenged = 1 }), "1 of 32 pages asked for were met by a bot wall", false},
		{"a server in trouble", well(func(s *archive.Surroundings) { s.Failed = 8 }), "the server was in trouble: 8 of 39", false},
		{"one failure among many", well(func(s *archive.Surroundings) { s.Failed = 2 }), "", false},
		{"no control", well(func(s *archive.Surroundings) { s.Controls = nil }), "no other page of its column answered well", false},
		{"no control anywhere", well(func(s *archive.Surroundings) { s.Controls, s.Alone = nil, true }), "no other page", false},
		{"one control of many", well(func(s *archive.Surroundings) { s.Controls = s.Controls[:1] }), "only 1 other pages", false},
		{"one control, there is no other", well(func(s *archive.Surroundings) { s.Controls, s.Alone = s.Controls[:1], true }), "", false},
		{"still listed", well(func(s *archive.Surroundings) { s.ListedOn = "https://a.example/" }), "it is still listed on https://a.example/", false},
		{"lists unreadable", well(func(s *archive.Surroundings) { s.Unread, s.Lists = true, sightings(1, archive.Unreadable) }), "the lists of its column could not be read", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := archive.Withdrawal{}.Observe(c.s)
			if (a.Doubt == "") != (c.doubt == "") || !strings.Contains(a.Doubt, c.doubt) || a.Rebuilt != c.rebuilt {
				t.Errorf("doubt %q, rebuilt %v, want %q, %v", a.Doubt, a.Rebuilt, c.doubt, c.rebuilt)
			}
			for _, l := range a.Lists {
				if l.Outcome.Failed() {
					t.Errorf("a list that was not read is evidence: %+v", l)
				}
			}
		})
	}
}

func TestJudgeAbsence(t *testing.T) {
	page := held
	page.LastSeen = noon
	day := func(n float64) time.Time { return noon.Add(time.Duration(n * 24 * float64(time.Hour))) }
	good := archive.Absence{Controls: sightings(2, archive.Unchanged), Lists: sightings(1, archive.Changed)}
	visit := func(at time.Time, a *archive.Absence) archive.Visit {
		return archive.Visit{Run: at.Format(time.DateOnly), At: at, Outcome: archive.Gone, Absence: a}
	}
	saw := func(days ...float64) (all []archive.Visit) {
		for _, d := range days {
			all = append(all, visit(day(d), &good))
		}
		return all
	}
	doubted := archive.Absence{Doubt: "1 of 9 pages asked for were met by a bot wall"}
	rebuilt := archive.Absence{Doubt: "17 of 20 went at once", Rebuilt: true}
	challenged := archive.Visit{Run: "c", At: day(2), Outcome: archive.Challenged}
	sameRun := visit(day(1.5), &good)
	sameRun.Run = visit(day(1), &good).Run
	for _, c := range []struct {
		name   string
		policy archive.Withdrawal
		before []archive.Visit
		now    archive.Visit
		want   bool
		reason string
	}{
		{"the first", archive.Withdrawal{}, nil, visit(day(1), &good), false, "observation 1 since 2026-03-02, of 3 wanted over 3 days: 2 control pages well, missing from 1 list"},
		{"the second, long after", archive.Withdrawal{}, saw(1), visit(day(9), &good), false, "observation 2 since"},
		{"the third, too soon", archive.Withdrawal{}, saw(1, 2), visit(day(3), &good), false, "observation 3 since"},
		{"the third, in time", archive.Withdrawal{}, saw(1, 2), visit(day(4), &good), true, "gone at 3 visits over 3 days, since 2026-03-02: 2 control pages well, missing from 1 list"},
		{"two in one run are one", archive.Withdrawal{}, append(saw(1), sameRun), visit(day(9), &good), false, "observation 2 since"},
		{"doubted ones do not count", archive.Withdrawal{}, append(saw(1), visit(day(2), &doubted), challenged), visit(day(9), &good), false, "observation 2 since"},
		{"a doubt now", archive.Withdrawal{}, saw(1, 2, 3), visit(day(9), &doubted), false, "tells nothing of the page: 1 of 9"},
		{"rebuilt once is rebuilt", archive.Withdrawal{}, append([]archive.Visit{visit(day(1), &rebuilt)}, saw(2, 3, 4, 5, 6)...), visit(day(30), &good), false, "gone, not withdrawn: 17 of 20"},
		{"what was before it was seen again", archive.Withdrawal{}, append([]archive.Visit{visit(day(-9), &rebuilt)}, saw(-8, -7, 1)...), visit(day(2), &good), false, "observation 2 since 2026-03-02"},
		{"a policy of one hour", archive.Withdrawal{Observations: 2, Over: time.Hour}, saw(1), visit(day(1.1), &good), false, "observation 1 since"},
		{"a policy of one", archive.Withdrawal{Observations: 1, Over: time.Nanosecond}, saw(1), visit(day(2), &good), true, "gone at 2 visits"},
		{"no list was read", archive.Withdrawal{Observations: 2, Over: time.Hour}, saw(1), visit(day(2), &archive.Absence{Controls: sightings(1, archive.Unchanged)}), true, "gone at 2 visits over 1 day, since 2026-03-02: 1 control page well, no list read"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, reason := c.policy.Judge(page, c.before, c.now)
			if got != c.want || !strings.HasPrefix(reason, c.reason) {
				t.Errorf("withdrawn %v: %s\nwant %v: %s", got, reason, c.want, c.reason)
			}
		})
	}
}
