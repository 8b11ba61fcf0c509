package scheduler

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// starBit marks a field that was written as * or ?: robfig/cron's mark.
const starBit = 1 << 63

// Schedule is a cron expression read in a time zone. The zero Schedule has no
// ticks.
type Schedule struct {
	minute, hour, dom, month, dow uint64 // bit n: n matches
	zone                          *time.Location
}

// field is one of the five fields of an expression.
type field struct {
	name   string
	option cron.ParseOption
	min    int
	max    int
	want   string
}

var fields = []field{
	{"minute", cron.Minute, 0, 59, "minutes 0 to 59"},
	{"hour", cron.Hour, 0, 23, "hours 0 to 23"},
	{"day of month", cron.Dom, 1, 31, "days 1 to 31"},
	{"month", cron.Month, 1, 12, "months 1 to 12 or jan to dec"},
	{"day of week", cron.Dow, 0, 7, "days 0 to 7 or sun to sat (0 and 7 are Sunday)"},
}

// descriptors are the names that stand for an expression.
var descriptors = map[string]string{
	"@yearly":   "0 0 1 1 *",
	"@annually": "0 0 1 1 *",
	"@monthly":  "0 0 1 * *",
	"@weekly":   "0 0 * * 0",
	"@daily":    "0 0 * * *",
	"@midnight": "0 0 * * *",
	"@hourly":   "0 * * * *",
}

// Parse reads a cron expression: minute, hour, day of month, month and day of
// week, or @hourly, @daily (@midnight), @weekly, @monthly, @yearly (@annually).
// Each field takes *, numbers, lists (1,15), ranges (9-17) and steps (*/15);
// months and days of the week also English names. When both day fields are
// restricted, a day that matches either of them matches, as in every cron.
//
// Parse refuses what never has a tick. A nil zone is UTC.
func Parse(expr string, zone *time.Location) (Schedule, error) {
	if zone == nil {
		zone = time.UTC
	}
	s := Schedule{zone: zone}
	if err := s.parse(expr); err != nil {
		return Schedule{}, fmt.Errorf("%q: %w", expr, err)
	}
	return s, nil
}

func (s *Schedule) parse(expr string) error {
	parts := strings.Fields(expr)
	switch {
	case len(parts) == 0:
		return fmt.Errorf(`is empty: five fields are wanted, such as "0 */6 * * *"`)
	case strings.HasPrefix(parts[0], "TZ=") || strings.HasPrefix(parts[0], "CRON_TZ="):
		return fmt.Errorf("must not name a time zone: the site's time zone holds")
	case parts[0] == "@every":
		return fmt.Errorf(`@every counts from the start of the process: write an expression such as "*/15 * * * *" or "0 */6 * * *"`)
	case strings.HasPrefix(parts[0], "@"):
		known, ok := descriptors[strings.ToLower(parts[0])]
		if !ok || len(parts) > 1 {
			return fmt.Errorf("is not known: must be five fields or one of @hourly, @daily, @weekly, @monthly, @yearly")
		}
		parts = strings.Fields(known)
	case len(parts) == 6:
		return fmt.Errorf("has six fields: five are wanted (minute, hour, day of month, month, day of week); there are no seconds")
	case len(parts) != len(fields):
		return fmt.Errorf("has %d of five fields (minute, hour, day of month, month, day of week)", len(parts))
	}
	bits := make([]uint64, len(fields))
	for i, f := range fields {
		var err error
		if bits[i], err = f.parse(parts[i]); err != nil {
			return err
		}
	}
	s.minute, s.hour, s.dom, s.month, s.dow = bits[0], bits[1], bits[2], bits[3], bits[4]
	if !s.fires() {
		return fmt.Errorf("never has a tick: no such month has a day %s", parts[2])
	}
	return nil
}

// parse reads one field with robfig/cron's parser, which is asked field by
// field so that the error can name the one at fault.
func (f field) parse(text string) (uint64, error) {
	for part := range strings.SplitSeq(text, ",") {
		if err := f.check(part); err != nil {
			return 0, err
		}
	}
	spec := text
	if f.option == cron.Dow {
		spec = sundays(text)
	}
	parsed, err := cron.NewParser(f.option).Parse(spec)
	if err != nil {
		return 0, f.wrong(text)
	}
	got := parsed.(*cron.SpecSchedule)
	switch f.option {
	case cron.Minute:
		return got.Minute, nil
	case cron.Hour:
		return got.Hour, nil
	case cron.Dom:
		return got.Dom, nil
	case cron.Month:
		return got.Month, nil
	}
	return got.Dow, nil
}

func (f field) wrong(part string) error {
	return fmt.Errorf("%s %q: must be *, or %s, with lists (1,3), ranges (1-5) and steps (*/2)", f.name, part, f.want)
}

// check refuses what the parser would take for something else, or take
// without its meaning.
func (f field) check(part string) error {
	if part == "" || strings.ContainsAny(part, "=@+") {
		return f.wrong(part)
	}
	_, step, ok := strings.Cut(part, "/")
	if !ok {
		return nil
	}
	span := f.max - f.min + 1
	if f.option == cron.Dow {
		span = 7
	}
	if n, err := strconv.Atoi(step); err == nil && n >= span {
		return fmt.Errorf("%s %q: a step of %d would match once only: it cannot be larger than %d", f.name, part, n, span-1)
	}
	return nil
}

var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun"}

// sundays rewrites a day-of-week field so that 7 is Sunday, also at the end of
// a range; the parser knows 0 to 6 only.
func sundays(text string) string {
	parts := strings.Split(strings.ToLower(text), ",")
	for i, part := range parts {
		days, step, _ := strings.Cut(part, "/")
		from, to, isRange := strings.Cut(days, "-")
		if !isRange && from == "7" {
			parts[i] = "0"
			continue
		}
		first := slices.Index(weekdays, from)
		if n, err := strconv.Atoi(from); err == nil {
			first = n
		}
		every := 1
		if step != "" {
			every, _ = strconv.Atoi(step)
		}
		if to != "7" && (to != "sun" || first == 0) || first < 0 || first > 7 || every < 1 {
			continue
		}
		var list []string
		for day := first; day <= 7; day += every {
			list = append(list, strconv.Itoa(day%7))
		}
		parts[i] = strings.Join(list, ",")
	}
	return strings.Join(parts, ",")
}

// fires says whether any day matches.
func (s Schedule) fires() bool {
	if s.dom&starBit == 0 && s.dow&starBit == 0 {
		return true // one of the days of the week comes in every month
	}
	for month := 1; month <= 12; month++ {
		for day := 1; day <= 31; day++ {
			// 2000 is a leap year.
			t := time.Date(2000, time.Month(month), day, 0, 0, 0, 0, time.UTC)
			if t.Month() == time.Month(month) && s.month&(1<<month) != 0 && s.dom&(1<<day) != 0 {
				return true
			}
		}
	}
	return false
}
