package scheduler

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/robfig/cron/v3"
)

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
