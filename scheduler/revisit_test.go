package scheduler_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"fangzhi/archive"
	"fangzhi/scheduler"
)

const day = scheduler.Day

var now = time.Date(2026, 3, 31, 12, 0, 0, 0, time.UTC)

// ago is a moment before now, and the date of that day.
func ago(d time.Duration) time.Time { return now.Add(-d) }

func TestDue(t *testing.T) {
	article := func(change func(p *archive.Page)) archive.Page {
		p := archive.Page{
			Site: "a", URL: "http://a/1", Kind: archive.KindArticle, State: archive.StateLive,
			FirstSeen: ago(200 * day), LastVisit: now, LastSeen: now, LastChange: ago(200 * day), Versions: 1,
		}
		change(&p)
		return p
	}
	failed := func(state archive.State, failures int) archive.Page {
		return article(func(p *archive.Page) { p.State, p.Failures = state, failures })
	}
	gone := func(seen time.Duration) archive.Page {
		return article(func(p *archive.Page) { p.State, p.LastSeen = archive.StateGone, ago(seen) })
	}
	const never = 0
	bounded := scheduler.Revisit{{Age: 30 * day, Every: 2 * day}}
	tests := []struct {
		name   string
		policy scheduler.Revisit
		page   archive.Page
		want   time.Duration // the wait, of which 5 to 10 % are taken off
	}{
		{"young", nil, article(func(p *archive.Page) { p.FirstSeen = ago(day) }), day},
		{"on the border the older step holds", nil, article(func(p *archive.Page) { p.FirstSeen = ago(7 * day) }), 7 * day},
		{"old", nil, article(func(p *archive.Page) {}), 30 * day},
		{"found today, listed under a day long past", nil, article(func(p *archive.Page) { p.FirstSeen, p.ListedDay = now, "2019-05-01" }), 30 * day},
		{"a listed day that is to come does not count", nil, article(func(p *archive.Page) { p.FirstSeen, p.ListedDay = ago(30*day), "2027-01-01" }), 7 * day},
		{"a listed day that is none", nil, article(func(p *archive.Page) { p.FirstSeen, p.ListedDay = ago(day), "06-29" }), day},
		{"the first version is no change", nil, article(func(p *archive.Page) { p.ListedDay, p.LastChange = "2019-05-01", now }), 30 * day},
		{"edited lately", nil, article(func(p *archive.Page) { p.LastChange, p.Versions = ago(day), 2 }), day},
		{"past the last step", bounded, article(func(p *archive.Page) {}), never},
		{"a document goes by age too", nil, article(func(p *archive.Page) { p.Kind = archive.KindAttachment }), 30 * day},
		{"a list is not due by age", nil, article(func(p *archive.Page) { p.Kind = archive.KindList }), never},
		{"moved", nil, article(func(p *archive.Page) { p.State = archive.StateMoved }), 7 * day},

		{"unreachable once", nil, failed(archive.StateUnreachable, 1), 10 * time.Minute},
		{"unreachable four times", nil, failed(archive.StateUnreachable, 4), 80 * time.Minute},
		{"unreachable for long, old", nil, failed(archive.StateUnreachable, 1000), 7 * day},
		{"unreachable for long, young", nil, article(func(p *archive.Page) {
			p.State, p.Failures, p.FirstSeen = archive.StateUnreachable, 40, ago(day)
		}), day},
		{"unreachable for long, past the last step", bounded, failed(archive.StateUnreachable, 40), day},
		{"an unreachable list is tried again", nil, article(func(p *archive.Page) {
			p.State, p.Failures, p.Kind = archive.StateUnreachable, 1, archive.KindList
		}), 10 * time.Minute},
		{"challenged", nil, failed(archive.StateChallenged, 1), 6 * time.Hour},
		{"challenged for long", nil, failed(archive.StateChallenged, 99), 7 * day},
		{"refused", nil, failed(archive.StateRefused, 1), day},
		{"refused for long", nil, failed(archive.StateRefused, 99), 30 * day},
		{"unreadable", nil, failed(archive.StateUnreadable, 1), time.Hour},
		{"unreadable for long", nil, failed(archive.StateUnreadable, 99), 30 * day},

		{"gone since yesterday", nil, gone(day), day},
		{"gone for a month", nil, gone(30 * day), 7 * day},
		{"gone for a year", nil, gone(365 * day), 30 * day},
		{"gone for three years", nil, gone(3 * 365 * day), never},
		{"gone, and the server in trouble", nil, article(func(p *archive.Page) {
			p.State, p.LastSeen, p.Failures = archive.StateGone, ago(day), 9
		}), day},
		{"gone before it was ever seen", nil, article(func(p *archive.Page) {
			p.State, p.LastSeen, p.FirstSeen, p.Versions = archive.StateGone, time.Time{}, now, 0
		}), day},
		{"found gone today, long after it was seen", nil, article(func(p *archive.Page) {
			p.State, p.LastSeen, p.GoneSince = archive.StateGone, ago(100*day), ago(time.Hour)
		}), day},
		{"gone for a fortnight", nil, article(func(p *archive.Page) {
			p.State, p.LastSeen, p.GoneSince = archive.StateGone, ago(100*day), ago(14*day)
		}), 7 * day},
		{"withdrawn lately", nil, article(func(p *archive.Page) {
			p.State, p.LastSeen, p.GoneSince = archive.StateWithdrawn, ago(6*day), ago(5*day)
		}), 7 * day},
		{"withdrawn", nil, article(func(p *archive.Page) {
			p.State, p.LastSeen = archive.StateWithdrawn, ago(100*day)
		}), 30 * day},
		{"a list page that is gone", nil, article(func(p *archive.Page) { p.State, p.Kind = archive.StateGone, archive.KindList }), never},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			policy := tt.policy
			if policy == nil {
				policy = scheduler.DefaultRevisit
			}
			due := policy.Due(tt.page, now)
			if tt.want == never {
				if !due.IsZero() {
					t.Errorf("due in %s, want never", due.Sub(now))
				}
				return
			}
			if wait := due.Sub(now); wait < tt.want*90/100 || wait > tt.want*95/100 {
				t.Errorf("due in %s, want %s less 5 to 10 %%", wait, tt.want)
			}
		})
	}
}

// What is due says why.
func TestNextSaysWhy(t *testing.T) {
	page := archive.Page{Site: "a", URL: "http://a/1", Kind: archive.KindArticle, State: archive.StateLive, FirstSeen: ago(day), Versions: 1}
	with := func(change func(*archive.Page)) archive.Page {
		p := page
		change(&p)
		return p
	}
	for _, c := range []struct {
		page archive.Page
		want string
	}{
		{page, "younger than 7d, counted from its discovery (2026-03-30): every 1d"},
		{with(func(p *archive.Page) { p.ListedDay = "2026-02-01" }), "younger than 90d, counted from the day that its list gives (2026-02-01): every 7d"},
		{with(func(p *archive.Page) { p.FirstSeen, p.LastChange, p.Versions = ago(400*day), ago(2*day), 2 }), "younger than 7d, counted from its last change (2026-03-29): every 1d"},
		{with(func(p *archive.Page) { p.FirstSeen = ago(400 * day) }), "90d old or older, counted from its discovery (2025-02-24): every 30d"},
		{with(func(p *archive.Page) { p.State, p.Failures = archive.StateUnreachable, 3 }), "unreachable at 3 visits in a row: again after 40m"},
		{with(func(p *archive.Page) { p.State, p.GoneSince = archive.StateGone, ago(day) }), "gone since 2026-03-30: every 1d"},
		{with(func(p *archive.Page) { p.State, p.GoneSince = archive.StateWithdrawn, ago(9*day) }), "withdrawn since 2026-03-22: every 7d"},
		{with(func(p *archive.Page) { p.State, p.GoneSince = archive.StateWithdrawn, ago(800*day) }), "withdrawn for two years: only a full run asks for it"},
		{with(func(p *archive.Page) { p.Kind = archive.KindList }), "a list is not due by age: every run begins with the columns"},
		{with(func(p *archive.Page) { p.State = archive.StateMoved }), "a redirect may be taken back: every 7d"},
	} {
		due, why := scheduler.DefaultRevisit.Next(c.page, now)
		if why != c.want || !due.Equal(scheduler.DefaultRevisit.Due(c.page, now)) {
			t.Errorf("%s %s: due %v: %q, want %q", c.page.State, c.page.Kind, due, why, c.want)
		}
	}
}

func TestDueOfADiscoveredPage(t *testing.T) {
	p := archive.Page{State: archive.StateDiscovered, Kind: archive.KindUnread}
	if due := scheduler.DefaultRevisit.Due(p, now); !due.Equal(now) {
		t.Errorf("due %v, want now", due)
	}
}

func TestDueWithLists(t *testing.T) {
	list := archive.Page{URL: "http://a/", Kind: archive.KindList, State: archive.StateLive, FirstSeen: ago(day)}
	if due := scheduler.DefaultRevisit.DueWithLists(list, now); !due.Equal(now) {
		t.Errorf("a list is due %v, want now", due)
	}
	list.State = archive.StateGone
	if due := scheduler.DefaultRevisit.DueWithLists(list, now); !due.IsZero() {
		t.Errorf("a list that is gone is due %v", due)
	}
	article := archive.Page{URL: "http://a/1", Kind: archive.KindArticle, State: archive.StateLive, FirstSeen: ago(day)}
	if due := scheduler.DefaultRevisit.DueWithLists(article, now); !due.Equal(scheduler.DefaultRevisit.Due(article, now)) {
		t.Errorf("an article is due %v", due)
	}
}

// Visited in one minute, the pages of a site must not be due in one minute.
func TestDueSpreads(t *testing.T) {
	const pages, slots = 2000, 20
	var count [slots]int
	for i := range pages {
		p := archive.Page{
			Site: "a", URL: fmt.Sprintf("https://www.example.gov.cn/rdzx/202603/t20260301_%d.html", 4000000+i),
			Kind: archive.KindArticle, State: archive.StateLive, FirstSeen: ago(100 * day),
		}
		due := scheduler.DefaultRevisit.Due(p, now)
		if again := scheduler.DefaultRevisit.Due(p, now); !again.Equal(due) {
			t.Fatalf("%s: due %v, then %v", p.URL, due, again)
		}
		early := 30*day - due.Sub(now)
		count[int(math.Min(slots-1, float64(early-30*day/20)/float64(30*day/20)*slots))]++
	}
	for i, n := range count {
		if n < pages/slots/2 || n > pages/slots*2 {
			t.Errorf("slot %d of %d holds %d of %d pages", i, slots, n, pages)
		}
	}
}

func TestRevisitValidate(t *testing.T) {
	tests := []struct {
		name   string
		policy scheduler.Revisit
		want   string
	}{
		{"the default", scheduler.DefaultRevisit, ""},
		{"an end", scheduler.Revisit{{Age: day, Every: time.Hour}}, ""},
		{"empty", scheduler.Revisit{}, "has no steps; at least one is wanted, such as {every: 7d}"},
		{"no every", scheduler.Revisit{{Age: day}}, `[0].every: "0s": must be 1m at least`},
		{"negative age", scheduler.Revisit{{Age: -day, Every: day}}, `[0].age: "-1d": must not be negative`},
		{"two for all", scheduler.Revisit{{Every: day}, {Every: 7 * day}}, "[0].age: is missing: only the last step goes without one, for all articles that are older"},
		{"all at once", scheduler.Revisit{{Age: 7 * day, Every: time.Second}, {Age: 7 * day, Every: day}}, `[0].every: "1s": must be 1m at least` + "\n" + `[1].age: "7d": must be more than the 7d of the step before`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := ""
			if err := tt.policy.Validate(); err != nil {
				got = err.Error()
			}
			if got != tt.want {
				t.Errorf("error %q, want %q", got, tt.want)
			}
		})
	}
}
