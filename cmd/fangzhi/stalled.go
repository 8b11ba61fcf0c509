package main

import (
	"fmt"
	"time"

	"fangzhi/archive"
	"fangzhi/crawler"
)

// stalled says why nobody works on an open run any more, "" where somebody may,
// or where r is not open.
func stalled(r archive.Run, now time.Time) string {
	switch {
	case r.State != archive.RunRunning:
	case crawler.OwnerIsDead(r.Owner):
		return fmt.Sprintf("its process (%s) died", r.Owner)
	case r.Lease.Before(now):
		return fmt.Sprintf("its process (%s) gave no sign of life by %s", r.Owner, moment(r.Lease))
	}
	return ""
}

// stateOf is the state of a run, for people.
func stateOf(r archive.Run, now time.Time) string {
	if stalled(r, now) != "" {
		return "stopped responding"
	}
	return string(r.State)
}

// listedRun is a run as it is listed.
type listedRun struct {
	archive.Run
	Stalled string `json:"stalled,omitempty"` // why nobody works on it, though it is open
}
