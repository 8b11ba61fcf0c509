package archive

import (
	"net/http"
	"time"
)

// Outcome is how one fetch ended.
type Outcome string

// The outcomes of a visit.
const (
	New         Outcome = "new"          // first version (a list: first time read)
	Changed     Outcome = "changed"      // a further version (a list: other bytes)
	Unchanged   Outcome = "unchanged"    // says what it said
	NotModified Outcome = "not_modified" // 304
	Moved       Outcome = "moved"        // redirected to another page
	Gone        Outcome = "gone"         // 404, 410, soft 404
	Withdrawn   Outcome = "withdrawn"    // gone, confirmed
	Restored    Outcome = "restored"     // was gone or withdrawn, is there again
	Refused     Outcome = "refused"      // 401, 403, 451, robots
	Challenged  Outcome = "challenged"   // a bot wall's page
	Unreachable Outcome = "unreachable"  // network, time-out, 429, 5xx
	Truncated   Outcome = "truncated"    // a limit or the line cut the answer short
	Unreadable  Outcome = "unreadable"   // fetched, but a part could not be read
)

// Outcomes lists every outcome, in the order in which tallies show them.
var Outcomes = []Outcome{
	New, Changed, Restored, Unchanged, NotModified, Moved, Gone, Withdrawn,
	Refused, Challenged, Unreachable, Truncated, Unreadable,
}

// Failed says whether o leaves open what the page says now.
func (o Outcome) Failed() bool {
	switch o {
	case Refused, Challenged, Unreachable, Truncated, Unreadable:
		return true
	}
	return false
}

// Visit is one line of the ledger: how one fetch of a page ended. Its identity
// is (Site, URL, At).
type Visit struct {
	Run       string        `json:"run"`
	Site      string        `json:"site"`
	URL       string        `json:"url"`
	Column    string        `json:"column,omitempty"`
	Kind      Kind          `json:"kind"`
	At        time.Time     `json:"at"` // start of the request, UTC, whole milliseconds
	Took      time.Duration `json:"took_ns"`
	Outcome   Outcome       `json:"outcome"`
	Reason    string        `json:"reason"`
	Status    int           `json:"status,omitempty"`
	Attempts  int           `json:"attempts,omitempty"`
	Bytes     int64         `json:"bytes"`             // of payload that came over the line
	Version   int           `json:"version,omitempty"` // the version that this visit cut, or found to stand
	MovedTo   string        `json:"moved_to,omitempty"`
	Truncated string        `json:"truncated,omitempty"`
	Payload   Digest        `json:"payload,omitempty"` // what was served, when the archive holds it
	Absence   *Absence      `json:"absence,omitempty"` // of a visit that found a page with versions gone: what else the run saw

	// What a replay needs besides the payload; set by the visit that brought
	// a payload into the archive.
	Header   http.Header `json:"header,omitempty"`
	Request  http.Header `json:"request,omitempty"`
	Address  string      `json:"address,omitempty"`
	Protocol string      `json:"protocol,omitempty"`
	Trust    Trust       `json:"trust,omitempty"`
	Security string      `json:"security,omitempty"` // of TLS, for people
}

// Cuts says whether the visit cut the version that it names: a page that was
// gone and says what it said brings no headers into the archive.
func (v Visit) Cuts() bool {
	switch v.Outcome {
	case New, Changed:
		return v.Version > 0
	case Restored:
		return v.Version > 0 && len(v.Header)+len(v.Request) > 0
	}
	return false
}
