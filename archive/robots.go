package archive

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// RobotsFile is the robots.txt of an origin as it was fetched last. It is the
// origin's, whatever site asked.
type RobotsFile struct {
	Origin  string    `json:"origin"`        // scheme://host, with the port where there is one
	Way     string    `json:"way,omitempty"` // names the proxy and TLS that it was asked by, where they are not the usual ones: another way may lead to another host
	Fetched time.Time `json:"fetched"`
	Expires time.Time `json:"expires"`
	Status  int       `json:"status"`
	Digest  Digest    `json:"digest"` // of Body
	Body    string    `json:"body"`   // without content coding, in UTF-8: other bytes are kept percent-encoded, which says the same in a rule; "" where there is none, and all may be fetched
}

// MaxRobots bounds how long a robots.txt is gone by (RFC 9309, 2.4).
const MaxRobots = 24 * time.Hour

// clockStep is how far back a clock may be set and still be thought right: time
// services do so by milliseconds all day.
const clockStep = time.Minute

// Fresh says whether f is to be gone by at the time now. One that a clock which
// ran ahead dated is not.
func (f RobotsFile) Fresh(now time.Time) bool {
	return now.Before(f.Expires) && f.Fetched.Sub(now) <= clockStep && f.Expires.Sub(f.Fetched) <= MaxRobots
}

// robotsName is what the robots.txt of an origin is kept as, learnt of no site.
func robotsName(origin, way string) string {
	if way != "" {
		way = " by " + way
	}
	return "robots " + origin + way
}

// RobotsOf returns the robots.txt of origin that was fetched last by a way. The
// error wraps ErrNotFound where there is none, or what is kept cannot be read.
func RobotsOf(ctx context.Context, s interface {
	Learnt(ctx context.Context, site, name string) ([]byte, error)
}, origin, way string) (f RobotsFile, err error) {
	b, err := s.Learnt(ctx, "", robotsName(origin, way))
	if err == nil && (json.Unmarshal(b, &f) != nil || f.Origin != origin || f.Way != way || f.Digest != DigestOf([]byte(f.Body))) {
		err = ErrNotFound
	}
	if err != nil && !errors.Is(err, ErrNotFound) {
		err = fmt.Errorf("the robots.txt of %s: %w", origin, err)
	}
	return f, err
}

// KeepRobots has s keep f, which run fetched, in place of what it had of the
// origin.
func KeepRobots(ctx context.Context, s interface {
	Learn(ctx context.Context, run, site, name string, data []byte) error
}, run string, f RobotsFile) error {
	f.Body = escapedBytes(f.Body)
	f.Digest = DigestOf([]byte(f.Body))
	b, err := json.Marshal(f)
	if err == nil {
		err = s.Learn(ctx, run, "", robotsName(f.Origin, f.Way), b)
	}
	if err != nil {
		return fmt.Errorf("keep the robots.txt of %s: %w", f.Origin, err)
	}
	return nil
}

// escapedBytes is s with each byte that is no UTF-8 percent-encoded: JSON would
// make another text of it.
func escapedBytes(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 {
			fmt.Fprintf(&b, "%%%02X", s[i])
		} else {
			b.WriteString(s[i : i+n])
		}
		i += n
	}
	return b.String()
}
