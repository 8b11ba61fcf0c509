package scheduler

import (
	"fmt"
	"strings"
	"time"
)

// starBit marks a field that was written as * or ?: robfig/cron's mark.
const starBit = 1 << 63

// Schedule is a cron expression read in a time zone. The zero Schedule has no
// ticks.
type Schedule struct {
	minute, hour, dom, month, dow uint64 // bit n: n matches
	zone                          *time.Location
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
