package archive

import "time"

// Article is what a page says. A part that the page does not give is empty:
// nothing in an Article is guessed.
type Article struct {
	Title          string       `json:"title,omitempty"`
	Subtitle       string       `json:"subtitle,omitempty"`
	Source         string       `json:"source,omitempty"`
	Author         string       `json:"author,omitempty"`
	Editor         string       `json:"editor,omitempty"`
	DocumentNumber string       `json:"document_number,omitempty"` // 发文字号
	IndexNumber    string       `json:"index_number,omitempty"`    // 索引号
	Issuer         string       `json:"issuer,omitempty"`          // 发文机关
	Written        string       `json:"written,omitempty"`         // 成文日期, as YYYY-MM-DD
	Published      time.Time    `json:"published,omitzero"`        // in the site's zone; midnight when DayOnly
	DayOnly        bool         `json:"day_only,omitempty"`        // the page gives a day and no time
	Body           string       `json:"body,omitempty"`            // plain text, a blank line between paragraphs
	LeftOut        string       `json:"left_out,omitempty"`        // lines of the page's text that other columns' pages have too, and that Body is without
	Pictures       []string     `json:"pictures,omitempty"`        // URLs of the body's pictures, in order
	Attachments    []Attachment `json:"attachments,omitempty"`     // in order of appearance
	Evidence       []Evidence   `json:"evidence,omitempty"`        // in order of the fields above
}

// Attachment is a document that an article links or embeds.
type Attachment struct {
	Name   string `json:"name,omitempty"`
	URL    string `json:"url"`
	Digest Digest `json:"digest,omitempty"` // set when the archive keeps its bytes
}

// Evidence says how one field of an article is known.
type Evidence struct {
	Field      string   `json:"field"`           // title, published, source, …: the field's JSON name
	Method     string   `json:"method"`          // rule, meta, label, table, json-ld, heading, time, structure, …
	Where      string   `json:"where,omitempty"` // the selector or meta name
	Confidence float64  `json:"confidence"`      // 0 to 1
	Others     []string `json:"others,omitempty"`
}
