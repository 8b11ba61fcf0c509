package configs

import (
	"time"

	"fangzhi/scheduler"
)

// Verification is how often the archive is verified while fangzhi serves, and
// in how many parts its payloads are read.
type Verification struct {
	Every time.Duration // 0: not by itself
	Parts int           // one of so many is read each time
}

// DefaultVerification is how the archive is verified where nothing else is asked
// for: all payloads are read within a month.
var DefaultVerification = Verification{Every: scheduler.Day, Parts: 30}

func (r *reader) verification(v value) Verification {
	fields := r.mapping(v, "every", "parts")
	w := DefaultVerification
	if d, ok := r.duration(fields["every"]); ok {
		if d != 0 && d < time.Minute || d > 365*scheduler.Day {
			r.mistake(fields["every"], "%s: must be 1m to 365d, or 0 for never", r.quote(fields["every"]))
		}
		w.Every = d
	}
	if n, ok := r.number(fields["parts"], 1, 10_000); ok {
		w.Parts = n
	}
	return w
}
