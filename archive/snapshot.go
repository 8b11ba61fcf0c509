package archive

import (
	"fmt"
	"slices"
	"time"
)

// Snapshot is one stored version of a page. Its identity is (Site, URL,
// Version); versions count from 1 without a gap.
type Snapshot struct {
	Site        string    `json:"site"`
	URL         string    `json:"url"`
	Version     int       `json:"version"`
	Column      string    `json:"column,omitempty"`
	Kind        Kind      `json:"kind"`
	TakenAt     time.Time `json:"taken_at"`            // Memento-Datetime: start of the capture, UTC, whole seconds
	PriorSeen   time.Time `json:"prior_seen,omitzero"` // when the version before was last seen
	Status      int       `json:"status"`
	Trust       Trust     `json:"trust,omitempty"` // of the answer that it was read from
	Payload     Digest    `json:"payload"`
	Parts       []Part    `json:"parts,omitempty"` // the further pages that the article was joined of, in order
	Fingerprint Digest    `json:"fingerprint"`
	Article     Article   `json:"article"`
	Rules       Digest    `json:"rules,omitempty"`  // the rules that read it
	Reader      int       `json:"reader,omitempty"` // version of the reader that read it
	ReadAt      time.Time `json:"read_at,omitzero"` // when it was last read again; zero: it reads as when it was taken
	Story       string    `json:"story,omitempty"`  // the same for every snapshot that carries the same text
	Sketch      Sketch    `json:"-"`
	Damaged     bool      `json:"-"` // the reading of ReadAt is not what was written, by its sum
	Kept        Sum       `json:"-"` // the sum that was kept, where it is damaged
	Unread      string    `json:"-"` // what of it could not be read of what is stored, and why: that is empty; "": all was read
}

// Fault says in what way s is not what was recorded, as far as it tells by itself:
// "" where nothing contradicts it. What it says must not be taken for what its page
// said then. It hashes what an article says.
func (s *Snapshot) Fault() string {
	switch {
	case s.Unread != "":
		return s.Unread
	case !slices.Contains(Kinds, s.Kind):
		return fmt.Sprintf("is of the kind %q, which there is not", s.Kind)
	case s.Damaged:
		return fmt.Sprintf("how it was read again at %s is not what was written, by its checksum", stamp(s.ReadAt))
	case s.Kind == KindArticle && FingerprintOf(s.Article) != s.Fingerprint:
		return "has not the fingerprint of its article"
	}
	return ""
}

// Against says in what way s, the latest version of p by its number, is not what p says
// of it: "" where the two agree. What a page says has checksums.
func (s *Snapshot) Against(p Page) string {
	switch {
	case s.Fingerprint != p.Fingerprint && p.Damaged&DamagedTitle == 0:
		return "has not the fingerprint that its page has"
	case p.Damaged&DamagedHistory != 0:
	case s.Payload != p.Payload:
		return "has not the payload that its page has"
	case !s.TakenAt.Equal(p.LastChange.Truncate(time.Second)):
		return fmt.Sprintf("was taken at %s, and its page changed at %s", stamp(s.TakenAt), stamp(p.LastChange))
	}
	return ""
}

// Part is a further page of an article that its portal parted into pages. The
// page itself is one of kind part, whose visits tell how it was fetched.
type Part struct {
	URL     string `json:"url"`               // canonical
	Payload Digest `json:"payload,omitempty"` // what was read; the archive holds it
	Missing string `json:"missing,omitempty"` // why it is not part of the text; "" where it is
}
