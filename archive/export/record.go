package export

import (
	"encoding/json"
	"fmt"
	"time"

	"fangzhi/archive"
	"fangzhi/archive/diff"
)

// Record is one version of one page. Its JSON has every key, in this order,
// whatever is absent: text that the page does not give is "", an absent
// publication date is null, a list without members is [].
type Record struct {
	URL            string         `json:"url"` // canonical
	Site           string         `json:"site"`
	Column         string         `json:"column"`
	Version        int            `json:"version"`   // from 1
	Versions       int            `json:"versions"`  // that the page has by now
	TakenAt        time.Time      `json:"taken_at"`  // UTC, whole seconds
	LastSeen       time.Time      `json:"last_seen"` // UTC, whole seconds: the last visit that found this version
	State          archive.State  `json:"state"`     // of the page, by now; "": its row is damaged
	Title          string         `json:"title"`
	Published      Published      `json:"published"`
	DayOnly        bool           `json:"day_only"`
	Source         string         `json:"source"`
	Author         string         `json:"author"`
	DocumentNumber string         `json:"document_number"`
	Body           string         `json:"body"` // plain text, a blank line between paragraphs
	Attachments    []Attachment   `json:"attachments"`
	Status         int            `json:"status"` // of the HTTP answer that brought this version
	PayloadDigest  archive.Digest `json:"payload_digest"`
	Fingerprint    archive.Digest `json:"fingerprint"`
	Story          string         `json:"story"`
	Changes        []diff.Class   `json:"changes"` // what it says otherwise than the version before, in the order of diff
	Missing        []MissingPart  `json:"missing"` // further pages of the article that the body lacks, in order

	// Damaged tells of a version that is not what was recorded, and in what way; of
	// version 0, of the page. It is no record, and has nothing else but its site, URL
	// and version.
	Damaged string `json:"-"`
}

// damage names a record that is damaged, to people.
func (r Record) damage() string {
	if r.Version == 0 {
		return fmt.Sprintf("page %s: %s", r.URL, r.Damaged)
	}
	return fmt.Sprintf("version %d of %s: %s", r.Version, r.URL, r.Damaged)
}

// Attachment is a document that the article links.
type Attachment struct {
	Name   string         `json:"name"`
	URL    string         `json:"url"`
	Digest archive.Digest `json:"digest"` // "" when the archive does not keep its bytes
}

// MissingPart is a further page of an article that could not be read when the version
// was taken.
type MissingPart struct {
	URL    string `json:"url"`
	Reason string `json:"reason"`
}

// Published is when the page says that it was published.
type Published struct {
	At      time.Time // with the offset of the site; zero: the page does not say
	DayOnly bool      // the page gives a day and no time
}

// String returns RFC 3339 with the site's offset, YYYY-MM-DD when the page
// gives a day and no time, "" when it gives neither.
func (p Published) String() string {
	switch {
	case p.At.IsZero():
		return ""
	case p.DayOnly:
		return p.At.Format(time.DateOnly)
	}
	return p.At.Format(time.RFC3339)
}

// MarshalJSON writes null where the page gives no date.
func (p Published) MarshalJSON() ([]byte, error) {
	if p.At.IsZero() {
		return []byte("null"), nil
	}
	return json.Marshal(p.String())
}

// newRecord describes version s of page p, last seen at lastSeen.
func newRecord(p archive.Page, s archive.Snapshot, lastSeen time.Time) Record {
	a := s.Article
	r := Record{
		URL: s.URL, Site: s.Site, Column: s.Column,
		Version: s.Version, Versions: max(p.Versions, s.Version),
		TakenAt: s.TakenAt.UTC().Truncate(time.Second), State: p.State,
		Title: a.Title, Published: Published{At: a.Published, DayOnly: a.DayOnly}, DayOnly: a.DayOnly,
		Source: a.Source, Author: a.Author, DocumentNumber: a.DocumentNumber,
		Body: a.Body, Attachments: make([]Attachment, len(a.Attachments)),
		Status: s.Status, PayloadDigest: s.Payload, Fingerprint: s.Fingerprint, Story: s.Story, Changes: []diff.Class{}, Missing: []MissingPart{},
	}
	for _, part := range s.Parts {
		if part.Missing != "" {
			r.Missing = append(r.Missing, MissingPart{URL: part.URL, Reason: part.Missing})
		}
	}
	for i, f := range a.Attachments {
		r.Attachments[i] = Attachment{Name: f.Name, URL: f.URL, Digest: f.Digest}
	}
	r.LastSeen = lastSeen.UTC().Truncate(time.Second)
	if r.LastSeen.Before(r.TakenAt) {
		r.LastSeen = r.TakenAt
	}
	return r
}

// weight is about how many bytes r holds.
func (r Record) weight() int { return len(r.Body) + len(r.Title) }
