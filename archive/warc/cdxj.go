package warc

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// Entry is what the index says of a response or revisit.
type Entry struct {
	URL    string
	Date   time.Time
	Mime   string // of a response: its Content-Type without parameters
	Status int    // 0: the block does not say
	Digest string // of the payload, as the record has it
	File   string
	Place
	Method string // "" for GET
	Body   string // of a request that is no GET
}

// RevisitMime stands in the index in place of a revisit's content type.
const RevisitMime = "warc/revisit"

// line has the keys of an index line in their order. Numbers are strings.
type line struct {
	URL    string `json:"url"`
	Mime   string `json:"mime,omitempty"`
	Status string `json:"status,omitempty"`
	Digest string `json:"digest"`
	Length string `json:"length"`
	Offset string `json:"offset"`
	File   string `json:"filename"`
	Method string `json:"method,omitempty"`
	Body   string `json:"requestBody,omitempty"`
}

// Line is e as a CDXJ has it, with its line feed. Lines are sorted bytewise.
func (e Entry) Line() []byte {
	l := line{
		URL: e.URL, Mime: strings.ToValidUTF8(e.Mime, "\uFFFD"),
		Length: strconv.FormatInt(e.Length, 10), Offset: strconv.FormatInt(e.Offset, 10),
		File: e.File, Method: e.Method, Body: e.Body,
	}
	_, l.Digest, _ = strings.Cut(e.Digest, ":")
	if e.Status != 0 {
		l.Status = strconv.Itoa(e.Status)
	}
	var b bytes.Buffer
	b.WriteString(SURT(e.key()) + " " + e.Date.UTC().Format("20060102150405") + " ")
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.Encode(l) // strings alone: it cannot fail
	return b.Bytes()
}

// key is the address under which a replay asks: what a form sent is part of it.
func (e Entry) key() string {
	if e.Method == "" {
		return e.URL
	}
	join := "?"
	if strings.Contains(e.URL, "?") {
		join = "&"
	}
	return e.URL + join + "__wb_method=" + e.Method + "&" + e.Body
}
