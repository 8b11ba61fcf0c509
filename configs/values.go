package configs

import (
	"fmt"
	"net/mail"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// units are the units of a duration, in order of size; days and weeks are 24
// and 168 hours.
var units = map[string]time.Duration{
	"ms": time.Millisecond, "s": time.Second, "m": time.Minute, "h": time.Hour,
	"d": 24 * time.Hour, "w": 7 * 24 * time.Hour,
}

const unitsText = "ms, s, m, h, d (24 hours) or w"

// parseDuration reads numbers with units, such as 90s, 1h30m, 7d. A bare 0 is
// fine.
func parseDuration(s string) (time.Duration, error) {
	if s == "0" {
		return 0, nil
	}
	rest, negative := strings.CutPrefix(s, "-")
	if rest == "" {
		return 0, fmt.Errorf("must be a duration, such as 2s, 12h or 7d")
	}
	var total time.Duration
	for rest != "" {
		n := strings.IndexFunc(rest, func(c rune) bool { return c != '.' && (c < '0' || c > '9') })
		if n < 0 {
			return 0, fmt.Errorf("has no unit: must be a number with one, such as %ss: %s", s, unitsText)
		}
		number, err := strconv.ParseFloat(rest[:n], 64)
		rest = rest[n:]
		end := strings.IndexFunc(rest, func(c rune) bool { return c == '.' || c >= '0' && c <= '9' })
		if end < 0 {
			end = len(rest)
		}
		unit, ok := units[rest[:end]]
		if err != nil || !ok {
			return 0, fmt.Errorf("must be a duration, such as 2s, 12h or 7d; units are %s", unitsText)
		}
		rest = rest[end:]
		part := number * float64(unit)
		if part > float64(100*365*24*time.Hour) {
			return 0, fmt.Errorf("must be less than 100 years")
		}
		total += time.Duration(part)
	}
	if negative {
		total = -total
	}
	return total, nil
}

// duration returns the duration at v; ok is false when it is absent or has a
// mistake.
func (r *reader) duration(v value) (d time.Duration, ok bool) {
	s, ok := r.text(v)
	if !ok {
		return 0, false
	}
	d, err := parseDuration(s)
	switch {
	case err != nil:
		r.mistake(v, "%q: %v", s, err)
		return 0, false
	case d < 0:
		r.mistake(v, "%q: must not be negative", s)
		return 0, false
	}
	return d, true
}

// sizes are the units of a size, in bytes.
var sizes = []struct {
	name string
	of   int64
}{{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}}

// size returns the size at v in bytes, from 1 to most; ok is false when it is
// absent or has a mistake.
func (r *reader) size(v value, most int64) (n int64, ok bool) {
	s, ok := r.text(v)
	if !ok {
		return 0, false
	}
	number, unit := s, int64(1)
	for _, u := range sizes {
		if rest, ok := strings.CutSuffix(s, u.name); ok {
			number, unit = strings.TrimSpace(rest), u.of
		}
	}
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n < 1 || n > most/unit {
		r.mistake(v, "%q: must be a size from 1 to %d MiB, such as 500KiB or 32MiB", s, most>>20)
		return 0, false
	}
	return n * unit, true
}

// parseZone returns the time zone called name.
func parseZone(name string) (*time.Location, error) {
	if name == "Local" {
		return nil, fmt.Errorf("depends on the machine: must be an IANA name, such as Asia/Shanghai")
	}
	zone, err := time.LoadLocation(name)
	if err != nil || name == "" {
		return nil, fmt.Errorf("unknown time zone: must be an IANA name, such as Asia/Shanghai or UTC")
	}
	return zone, nil
}

// CheckContact says why s does not lead to a person.
func CheckContact(s string) error {
	if u, err := url.Parse(s); err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && !strings.ContainsAny(s, " ()<>") {
		return nil
	}
	if a, err := mail.ParseAddress(s); err == nil && a.Address == s && printableASCII(s) && !strings.ContainsAny(s, " ()<>\"") {
		return nil
	}
	return fmt.Errorf("must be a mail address or an http URL by which a webmaster can reach you")
}

func printableASCII(s string) bool {
	return !strings.ContainsFunc(s, func(c rune) bool { return c <= ' ' || c > '~' })
}

// checkArchive says why s does not name an archive.
func checkArchive(s string) error {
	path, isSQLite := strings.CutPrefix(s, "sqlite:")
	if isSQLite && path != "" {
		return nil
	}
	u, err := url.Parse(s)
	if err == nil && (u.Scheme == "mongodb" || u.Scheme == "mongodb+srv") && u.Host != "" {
		return nil
	}
	return fmt.Errorf("must be sqlite:PATH or mongodb://HOST/NAME")
}

// withoutPassword is an archive's name as it may be printed.
func withoutPassword(s string) string {
	if scheme, rest, ok := strings.Cut(s, "://"); ok {
		if at := strings.LastIndex(rest, "@"); at >= 0 {
			return scheme + "://…" + rest[at:]
		}
	}
	return s
}
