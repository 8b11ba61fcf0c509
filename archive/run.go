package archive

import (
	"fmt"
	"time"
)

// RunState is how far a run is, or how it ended.
type RunState string

// The states of a run. Every planned tick ends as one of them.
const (
	RunRunning     RunState = "running"
	RunDone        RunState = "done"
	RunFailed      RunState = "failed"      // the crawl itself could not go on
	RunInterrupted RunState = "interrupted" // stopped, or its process died
	RunSkipped     RunState = "skipped"     // the run before was not over
	RunMissed      RunState = "missed"      // nothing was there to run it
)

// RunStates lists every state of a run.
var RunStates = []RunState{RunRunning, RunDone, RunFailed, RunInterrupted, RunSkipped, RunMissed}

// Trigger is what asked for a run.
type Trigger string

// The triggers of a run.
const (
	TriggerSchedule Trigger = "schedule"
	TriggerCatchUp  Trigger = "catch_up" // a tick made up for
	TriggerManual   Trigger = "manual"
	TriggerReread   Trigger = "reread" // no crawl: versions are read again, nobody is asked for anything
	TriggerImport   Trigger = "import" // no crawl: captures that were saved in files are taken up
)

// Tally counts visits by outcome.
type Tally map[Outcome]int

// Total is the number of visits counted.
func (t Tally) Total() int {
	n := 0
	for _, c := range t {
		n += c
	}
	return n
}

// Failed is the number of visits that left open what their page says.
func (t Tally) Failed() int {
	n := 0
	for o, c := range t {
		if o.Failed() {
			n += c
		}
	}
	return n
}

// Run is one crawl of one site. Its identity is the tick that asked for it:
// (Site, Planned).
type Run struct {
	ID      string    `json:"id"`
	Site    string    `json:"site"`
	Planned time.Time `json:"planned"` // UTC, whole milliseconds
	Trigger Trigger   `json:"trigger"`
	State   RunState  `json:"state"`
	Reason  string    `json:"reason,omitempty"`
	Full    bool      `json:"full,omitempty"` // every known page was made due
	// FullSince spares a full run the pages visited since then: the start of the
	// full run, cut short, that this one takes up again.
	FullSince time.Time `json:"full_since,omitzero"`
	Walk      bool      `json:"walk,omitempty"` // every list was walked to its end, news or not

	Owner   string    `json:"owner,omitempty"` // the process: host, process id, a random part
	Lease   time.Time `json:"lease,omitzero"`  // until when the owner holds the site without a sign of life
	Started time.Time `json:"started,omitzero"`
	Ended   time.Time `json:"ended,omitzero"`

	Articles   Tally    `json:"articles,omitempty"` // article pages, attachments and pages never read
	Lists      Tally    `json:"lists,omitempty"`
	Requisites Tally    `json:"requisites,omitempty"`
	Discovered int      `json:"discovered"`        // pages found for the first time
	Requests   int      `json:"requests"`          // every request sent, repeats and robots.txt included
	Bytes      int64    `json:"bytes"`             // of payload
	Columns    []Yield  `json:"columns,omitempty"` // what each column yielded
	Notes      []string `json:"notes,omitempty"`   // what a reader should know: caps that were hit, and the like

	Damaged bool `json:"-"` // is not what was written, by its sum
	Kept    Sum  `json:"-"` // the sum that was kept, where it is damaged
}

// Crawls says whether such a run asks hosts for pages.
func (t Trigger) Crawls() bool { return t != TriggerReread && t != TriggerImport }

// TookPlace says whether r is more than the record of a tick that had no run.
func (r Run) TookPlace() bool { return r.State != RunSkipped && r.State != RunMissed }

// RunID names the run of site that the tick planned asked for.
func RunID(site string, planned time.Time) string {
	return fmt.Sprintf("%s@%s", site, planned.UTC().Format("2006-01-02T15:04:05.000Z"))
}
