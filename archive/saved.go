package archive

import "time"

// Saved is a capture that a crawler saved in a file, for the archive to take up;
// or, where Bare, what fangzhi told of a visit that left no capture.
type Saved struct {
	Capture
	Whole  bool   // At is of a whole second: the file tells no more
	Method string // by which it was asked for; "": the file does not say
	Body   string // that was sent

	Confirms Confirmation // of what was captured before
	Refers   Reference    // what a revisit refers to
	Lost     string       // why that is not in the files; "": Payload is its bytes

	Bare bool
	Told *Told  // nil: the file is not fangzhi's
	From string // for people: the file, and where in it
}

// Confirmation is what a revisit says of an earlier capture.
type Confirmation string

// The kinds of confirmation.
const (
	ConfirmsNothing Confirmation = ""
	ConfirmsBytes   Confirmation = "same bytes"   // the answer had the same payload
	ConfirmsStand   Confirmation = "not modified" // the server said that it stands: 304
)

// Reference names an earlier capture.
type Reference struct {
	URL    string
	At     time.Time
	Digest string // of its payload, as the file has it
	// Same says whether bytes are that payload; nil: the file does not say.
	Same func(payload []byte) bool
}

// Told is what fangzhi wrote beside a capture when it exported it. A file can
// say anything: what can be read from the bytes is read from them.
type Told struct {
	Site, Column string
	Kind         Kind
	At           time.Time // to the millisecond
	Took         time.Duration
	FoundOn      string
	Outcome      Outcome
	Reason       string
	Status       int
	Attempts     int
	Bytes        int64
	MovedTo      string
	Truncated    string
	Trust        Trust
	Security     string
	Story        string
	Absence      *Absence
	Request      *Request          // how the page is asked for
	Documents    map[string]Digest // what an article's version attached, by URL, where the bytes were kept
}
