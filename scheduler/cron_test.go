package scheduler_test

import (
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/google/go-cmp/cmp"

	"fangzhi/scheduler"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// after returns the n ticks of expr that follow from, a local time.
func after(t testing.TB, expr, zoneName, from string, n int) (got []string) {
	t.Helper()
	z := zone(t, zoneName)
	s, err := scheduler.Parse(expr, z)
	if err != nil {
		t.Fatal(err)
	}
	at, err := time.ParseInLocation("2006-01-02 15:04:05", from, z)
	if err != nil {
		t.Fatal(err)
	}
	for range n {
		if at = s.Next(at); at.IsZero() {
			break
		}
		got = append(got, at.Format("2006-01-02 15:04 -07:00"))
	}
	return got
}

func TestNext(t *testing.T) {
	tests := []struct {
		name       string
		expr, zone string
		from       string
		want       []string
	}{
		{"in the site's zone", "0 */6 * * *", "Asia/Shanghai", "2026-03-01 00:00:00", []string{
			"2026-03-01 06:00 +08:00", "2026-03-01 12:00 +08:00", "2026-03-01 18:00 +08:00", "2026-03-02 00:00 +08:00"}},
		{"strictly after", "*/15 * * * *", "UTC", "2026-03-01 00:15:00", []string{
			"2026-03-01 00:30 +00:00", "2026-03-01 00:45 +00:00"}},
		{"from within a minute", "*/15 * * * *", "UTC", "2026-03-01 00:14:59", []string{
			"2026-03-01 00:15 +00:00"}},
		{"days of the week", "30 8 * * 1-5", "UTC", "2026-02-27 09:00:00", []string{
			"2026-03-02 08:30 +00:00", "2026-03-03 08:30 +00:00"}},
		{"both days restricted: either matches", "0 0 13 * fri", "UTC", "2026-03-01 00:00:00", []string{
			"2026-03-06 00:00 +00:00", "2026-03-13 00:00 +00:00", "2026-03-20 00:00 +00:00", "2026-03-27 00:00 +00:00", "2026-04-03 00:00 +00:00", "2026-04-10 00:00 +00:00", "2026-04-13 00:00 +00:00"}},
		{"7 is Sunday", "0 0 * * 7", "UTC", "2026-03-01 00:00:00", []string{"2026-03-08 00:00 +00:00"}},
		{"a range up to 7", "0 0 * * 6-7", "UTC", "2026-03-01 00:00:00", []string{
			"2026-03-07 00:00 +00:00", "2026-03-08 00:00 +00:00", "2026-03-14 00:00 +00:00"}},
		{"a range up to Sunday by name", "0 0 * * FRI-SUN", "UTC", "2026-03-01 00:00:00", []string{
			"2026-03-06 00:00 +00:00", "2026-03-07 00:00 +00:00", "2026-03-08 00:00 +00:00", "2026-03-13 00:00 +00:00"}},
		{"a stepped range up to 7", "0 0 * * 1-7/3,2", "UTC", "2026-03-01 00:00:00", []string{
			"2026-03-02 00:00 +00:00", "2026-03-03 00:00 +00:00", "2026-03-05 00:00 +00:00", "2026-03-08 00:00 +00:00"}},
		{"leap day", "0 0 29 2 *", "UTC", "2024-03-01 00:00:00", []string{"2028-02-29 00:00 +00:00"}},
		{"leap day, over 2100", "0 0 29 2 *", "UTC", "2096-03-01 00:00:00", []string{"2104-02-29 00:00 +00:00"}},
		{"31st of months that have one", "0 0 31 * *", "UTC", "2026-03-31 00:00:00", []string{
			"2026-05-31 00:00 +00:00", "2026-07-31 00:00 +00:00"}},
		{"@daily", "@daily", "Asia/Shanghai", "2026-03-01 08:00:00", []string{"2026-03-02 00:00 +08:00"}},
		{"@Weekly", "@Weekly", "UTC", "2026-03-01 08:00:00", []string{"2026-03-08 00:00 +00:00"}},

		// Berlin: 02:00 to 03:00 does not exist on 2026-03-29, and comes twice on 2026-10-25.
		{"spring: a time that does not exist", "30 2 * * *", "Europe/Berlin", "2026-03-28 00:00:00", []string{
			"2026-03-28 02:30 +01:00", "2026-03-29 03:00 +02:00", "2026-03-30 02:30 +02:00"}},
		{"spring: two times fall together", "0,30 2 * * *", "Europe/Berlin", "2026-03-28 03:00:00", []string{
			"2026-03-29 03:00 +02:00", "2026-03-30 02:00 +02:00"}},
		{"spring: one falls on the next", "0 2,3 * * *", "Europe/Berlin", "2026-03-28 04:00:00", []string{
			"2026-03-29 03:00 +02:00", "2026-03-30 02:00 +02:00"}},
		{"autumn: a time that comes twice", "30 2 * * *", "Europe/Berlin", "2026-10-24 03:00:00", []string{
			"2026-10-25 02:30 +02:00", "2026-10-26 02:30 +01:00"}},
		{"autumn: asked between the two", "30 2 * * *", "Europe/Berlin", "2026-10-25 02:45:00", []string{
			"2026-10-26 02:30 +01:00"}},
		{"autumn: every sixth hour", "0 */6 * * *", "Europe/Berlin", "2026-10-25 00:00:00", []string{
			"2026-10-25 06:00 +01:00", "2026-10-25 12:00 +01:00"}},
		{"spring: every sixth hour", "0 */6 * * *", "Europe/Berlin", "2026-03-29 00:00:00", []string{
			"2026-03-29 06:00 +02:00", "2026-03-29 12:00 +02:00"}},
		{"spring: every second hour", "0 */2 * * *", "Europe/Berlin", "2026-03-29 00:00:00", []string{
			"2026-03-29 03:00 +02:00", "2026-03-29 04:00 +02:00"}},
		{"spring: a quarter of an hour goes on", "*/15 * * * *", "Europe/Berlin", "2026-03-29 01:30:00", []string{
			"2026-03-29 01:45 +01:00", "2026-03-29 03:00 +02:00", "2026-03-29 03:15 +02:00"}},
		{"spring: every hour makes no extra tick", "5 * * * *", "Europe/Berlin", "2026-03-29 01:00:00", []string{
			"2026-03-29 01:05 +01:00", "2026-03-29 03:05 +02:00", "2026-03-29 04:05 +02:00"}},
		{"autumn: a quarter of an hour goes on", "*/30 * * * *", "Europe/Berlin", "2026-10-25 01:59:00", []string{
			"2026-10-25 02:00 +02:00", "2026-10-25 02:30 +02:00", "2026-10-25 02:00 +01:00", "2026-10-25 02:30 +01:00", "2026-10-25 03:00 +01:00"}},
		{"autumn: @hourly goes on", "@hourly", "Europe/Berlin", "2026-10-25 01:30:00", []string{
			"2026-10-25 02:00 +02:00", "2026-10-25 02:00 +01:00", "2026-10-25 03:00 +01:00"}},

		{"the last day of a leap year", "0 */12 * * *", "Europe/Berlin", "2040-12-30 13:00:00", []string{
			"2040-12-31 00:00 +01:00", "2040-12-31 12:00 +01:00", "2041-01-01 00:00 +01:00"}},
		{"the last day of a leap year, every hour", "0 * * * *", "Europe/Berlin", "2040-12-31 00:30:00", []string{
			"2040-12-31 01:00 +01:00", "2040-12-31 02:00 +01:00"}},
		{"every hour of one day a year", "0 * 1 1 *", "Europe/Berlin", "2026-01-01 23:30:00", []string{
			"2027-01-01 00:00 +01:00", "2027-01-01 01:00 +01:00"}},
		{"every hour of a day of change", "30 * 29 3 *", "Europe/Berlin", "2025-12-01 00:00:00", []string{
			"2026-03-29 00:30 +01:00", "2026-03-29 01:30 +01:00", "2026-03-29 03:30 +02:00"}},

		{"Cairo: no midnight on 2026-04-24", "0 0 * * *", "Africa/Cairo", "2026-04-23 12:00:00", []string{
			"2026-04-24 01:00 +03:00", "2026-04-25 00:00 +03:00"}},
		{"São Paulo: no midnight on 2018-11-04", "@daily", "America/Sao_Paulo", "2018-11-03 12:00:00", []string{
			"2018-11-04 01:00 -02:00", "2018-11-05 00:00 -02:00"}},
		{"São Paulo: 23:00 comes twice on 2018-02-17", "30 23 * * *", "America/Sao_Paulo", "2018-02-17 12:00:00", []string{
			"2018-02-17 23:30 -02:00", "2018-02-18 23:30 -03:00"}},
		{"Lord Howe: half an hour is leapt over", "15 2 * * *", "Australia/Lord_Howe", "2026-10-03 12:00:00", []string{
			"2026-10-04 02:30 +11:00", "2026-10-05 02:15 +11:00"}},
		{"Lord Howe: half an hour comes twice", "45 1 * * *", "Australia/Lord_Howe", "2026-04-04 12:00:00", []string{
			"2026-04-05 01:45 +11:00", "2026-04-06 01:45 +10:30"}},
		{"Samoa: a day is leapt over", "0 6 * * *", "Pacific/Apia", "2011-12-29 00:00:00", []string{
			"2011-12-29 06:00 -10:00", "2011-12-31 00:00 +14:00", "2011-12-31 06:00 +14:00"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, after(t, tt.expr, tt.zone, tt.from, len(tt.want))); diff != "" {
				t.Errorf("ticks (-want +got):\n%s", diff)
			}
		})
	}
}

func TestZeroScheduleHasNoTick(t *testing.T) {
	if at := (scheduler.Schedule{}).Next(time.Unix(0, 0)); !at.IsZero() {
		t.Errorf("tick at %v", at)
	}
}

func TestParseErrors(t *testing.T) {
	tests := []struct{ name, expr, want string }{
		{"empty", " ", `" ": is empty: five fields are wanted, such as "0 */6 * * *"`},
		{"time zone", "TZ=UTC 0 0 * * *", `"TZ=UTC 0 0 * * *": must not name a time zone: the site's time zone holds`},
		{"time zone alone", "TZ=UTC", `"TZ=UTC": must not name a time zone: the site's time zone holds`},
		{"cron time zone", "CRON_TZ=", `"CRON_TZ=": must not name a time zone: the site's time zone holds`},
		{"every", "@every 5m", `"@every 5m": @every counts from the start of the process: write an expression such as "*/15 * * * *" or "0 */6 * * *"`},
		{"unknown name", "@reboot", `"@reboot": is not known: must be five fields or one of @hourly, @daily, @weekly, @monthly, @yearly`},
		{"name and more", "@daily 5", `"@daily 5": is not known: must be five fields or one of @hourly, @daily, @weekly, @monthly, @yearly`},
		{"seconds", "0 0 0 * * *", `"0 0 0 * * *": has six fields: five are wanted (minute, hour, day of month, month, day of week); there are no seconds`},
		{"too few", "0 0 *", `"0 0 *": has 3 of five fields (minute, hour, day of month, month, day of week)`},
		{"minute", "60 * * * *", `"60 * * * *": minute "60": must be *, or minutes 0 to 59, with lists (1,3), ranges (1-5) and steps (*/2)`},
		{"hour", "0 5-1 * * *", `"0 5-1 * * *": hour "5-1": must be *, or hours 0 to 23, with lists (1,3), ranges (1-5) and steps (*/2)`},
		{"day", "0 0 0 * *", `"0 0 0 * *": day of month "0": must be *, or days 1 to 31, with lists (1,3), ranges (1-5) and steps (*/2)`},
		{"month", "0 0 1 Mai *", `"0 0 1 Mai *": month "Mai": must be *, or months 1 to 12 or jan to dec, with lists (1,3), ranges (1-5) and steps (*/2)`},
		{"day of week", "0 0 * * 8", `"0 0 * * 8": day of week "8": must be *, or days 0 to 7 or sun to sat (0 and 7 are Sunday), with lists (1,3), ranges (1-5) and steps (*/2)`},
		{"empty list", "1, * * * *", `"1, * * * *": minute "": must be *, or minutes 0 to 59, with lists (1,3), ranges (1-5) and steps (*/2)`},
		{"step too large", "*/90 * * * *", `"*/90 * * * *": minute "*/90": a step of 90 would match once only: it cannot be larger than 59`},
		{"step of nothing", "*/0 * * * *", `"*/0 * * * *": minute "*/0": must be *, or minutes 0 to 59, with lists (1,3), ranges (1-5) and steps (*/2)`},
		{"never", "0 0 31 2 *", `"0 0 31 2 *": never has a tick: no such month has a day 31`},
		{"never in these months", "0 0 31 4,6,9,11 *", `"0 0 31 4,6,9,11 *": never has a tick: no such month has a day 31`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := scheduler.Parse(tt.expr, time.UTC); err == nil || err.Error() != tt.want {
				t.Errorf("error\n%v, want\n%s", err, tt.want)
			}
		})
	}
}

// oracle finds ticks by looking at every minute of a span, and at what the
// clock shows then.
func oracle(t testing.TB, expr string, z *time.Location, from, to time.Time) (ticks []time.Time) {
	t.Helper()
	utc, err := scheduler.Parse(expr, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	wall := func(at time.Time) time.Time {
		_, offset := at.In(z).Zone()
		return at.Add(time.Duration(offset) * time.Second).UTC()
	}
	matches := func(w time.Time) bool { return utc.Next(w.Add(-time.Minute)).Equal(w) }
	interval := strings.HasPrefix(strings.Fields(expr)[1], "*") && !strings.Contains(strings.Fields(expr)[1], "/")
	var shown time.Time // the latest time that the clock has shown
	for at := from; at.Before(to); at = at.Add(time.Minute) {
		w := wall(at)
		tick := matches(w) && (interval || w.After(shown) || shown.IsZero())
		for leapt := shown.Add(time.Minute); !interval && !shown.IsZero() && leapt.Before(w); leapt = leapt.Add(time.Minute) {
			tick = tick || matches(leapt)
		}
		if tick {
			ticks = append(ticks, at)
		}
		if w.After(shown) {
			shown = w
		}
	}
	return ticks
}

func TestNextAgainstEveryMinute(t *testing.T) {
	changes := []struct{ zone, day string }{
		{"Europe/Berlin", "2026-03-29"}, {"Europe/Berlin", "2026-10-25"},
		{"Africa/Cairo", "2026-04-24"}, {"Africa/Cairo", "2026-10-30"},
		{"America/Sao_Paulo", "2018-11-04"}, {"America/Sao_Paulo", "2018-02-18"},
		{"Australia/Lord_Howe", "2026-04-05"}, {"Australia/Lord_Howe", "2026-10-04"},
		{"Pacific/Apia", "2011-12-30"}, {"Asia/Kathmandu", "1986-01-01"},
		{"America/New_York", "2026-11-01"}, {"Asia/Shanghai", "1991-09-15"},
	}
	exprs := []string{
		"0 0 * * *", "30 2 * * *", "*/15 * * * *", "5 * * * *", "0 */6 * * *", "*/20 */2 * * *",
		"15,45 0-3 * * *", "59 23 * * *", "0 1 * * 0", "10 */5 1-7,24-31 * 1",
	}
	for _, c := range changes {
		for _, expr := range exprs {
			t.Run(c.zone+" "+c.day+" "+expr, func(t *testing.T) {
				z := zone(t, c.zone)
				day, _ := time.Parse(time.DateOnly, c.day)
				from, to := day.Add(-60*time.Hour), day.Add(60*time.Hour)
				want := oracle(t, expr, z, from, to)
				s, err := scheduler.Parse(expr, z)
				if err != nil {
					t.Fatal(err)
				}
				var got []time.Time
				for at := s.Next(from.Add(-time.Second)); at.Before(to) && !at.IsZero(); at = s.Next(at) {
					got = append(got, at.UTC())
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("ticks (-want +got):\n%s", diff)
				}
			})
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"0 */6 * * *", "@daily", "TZ=UTC", "CRON_TZ=", "TZ= ", "@every 1h", "*/99999999999999999999 * * * *", "0 0 31 2 *",
		"0 0 * * 1-7/2", "0 0 * * sun-7", "-1 * * * *", "1--2 * * * *", ", , , , ,", "? ? ? ? ?", "0/5 0 L * *", "0 0 29 2 1#2",
		"*/9223372036854775807 * * * *", "5-7/9223372036854775807 * * * *", "0 0 * * 7-7", "0 0 * * 0-7",
	} {
		f.Add(seed, int64(1774663200))
	}
	zones := []*time.Location{time.UTC, zone(f, "Europe/Berlin"), zone(f, "Australia/Lord_Howe"), zone(f, "Pacific/Apia")}
	f.Fuzz(func(t *testing.T, expr string, from int64) {
		for _, z := range zones {
			s, err := scheduler.Parse(expr, z)
			if err != nil {
				return
			}
			// Years 1900 to 2200: what a clock may show.
			at := time.Unix(-2208988800+(from%9467020800+9467020800)%9467020800, 0)
			for range 5 {
				next := s.Next(at)
				if !next.After(at) {
					t.Fatalf("%q in %s: %v follows %v", expr, z, next, at)
				}
				at = next
			}
		}
	})
}

func BenchmarkNext(b *testing.B) {
	z := zone(b, "Europe/Berlin")
	for _, expr := range []string{"* * * * *", "0 */6 * * *", "0 0 29 2 *"} {
		b.Run(expr, func(b *testing.B) {
			s, err := scheduler.Parse(expr, z)
			if err != nil {
				b.Fatal(err)
			}
			at := time.Unix(1774663200, 0)
			for b.Loop() {
				at = s.Next(at)
			}
		})
	}
}
