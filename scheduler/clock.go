package scheduler

import "time"

// Clock tells the time and waits. Tests set it.
type Clock interface {
	Now() time.Time
	// After returns a channel that receives once d has passed.
	After(d time.Duration) <-chan time.Time
}

// systemClock is the clock on the wall: the monotonic reading is dropped, since
// it stands still while a machine is suspended.
type systemClock struct{}

func (systemClock) Now() time.Time                         { return time.Now().Round(0) }
func (systemClock) After(d time.Duration) <-chan time.Time { return time.After(d) }
