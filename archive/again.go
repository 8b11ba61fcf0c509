package archive

import "time"

// Again is another reading of a version: what its payloads say as they are read
// at the time At. The version itself, when it was taken and of which bytes,
// stays what it is.
type Again struct {
	Site    string
	URL     string
	Version int
	At      time.Time // UTC, whole milliseconds
	Rules   Digest    // the rules that read it
	Reader  int       // version of the reader that read it
	Article Article
	Damaged bool // of one that is copied: is not what was written, by its sum
	Kept    Sum  // the sum that was kept, where it is damaged
}

// Earlier is how a version read before it was read again.
type Earlier struct {
	Site        string    `json:"site"`
	URL         string    `json:"url"`
	Version     int       `json:"version"`
	N           int       `json:"n"`       // from 0, which is how it read when it was taken
	ReadAt      time.Time `json:"read_at"` // UTC
	Fingerprint Digest    `json:"fingerprint"`
	Rules       Digest    `json:"rules,omitempty"`
	Reader      int       `json:"reader,omitempty"`
	Article     Article   `json:"article"`
	Damaged     bool      `json:"-"` // is not what was written, by its sum
	Kept        Sum       `json:"-"` // the sum that was kept, where it is damaged
}
