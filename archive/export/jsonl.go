package export

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"fangzhi/archive/diff"
	"fangzhi/archive/jsontext"
)

// appendJSONL appends r as one line: the bytes of encoding/json without escapes
// for HTML. That took a third of an export's time by reflection.
func appendJSONL(b []byte, r Record) ([]byte, error) {
	var err error
	text := func(key, value string) {
		b = append(b, key...)
		b = appendText(b, value)
	}
	number := func(key string, value int) {
		b = append(b, key...)
		b = strconv.AppendInt(b, int64(value), 10)
	}
	instant := func(key string, t time.Time) {
		b = append(b, key...)
		b = append(b, '"')
		var wrong error
		if b, wrong = t.AppendText(b); wrong != nil && err == nil {
			err = fmt.Errorf("%s version %d: %w", r.URL, r.Version, wrong)
		}
		b = append(b, '"')
	}
	text(`{"url":`, r.URL)
	text(`,"site":`, r.Site)
	text(`,"column":`, r.Column)
	number(`,"version":`, r.Version)
	number(`,"versions":`, r.Versions)
	instant(`,"taken_at":`, r.TakenAt)
	instant(`,"last_seen":`, r.LastSeen)
	text(`,"state":`, string(r.State))
	text(`,"title":`, r.Title)
	if r.Published.At.IsZero() {
		b = append(b, `,"published":null`...)
	} else {
		text(`,"published":`, r.Published.String())
	}
	b = append(b, `,"day_only":`...)
	b = strconv.AppendBool(b, r.DayOnly)
	text(`,"source":`, r.Source)
	text(`,"author":`, r.Author)
	text(`,"document_number":`, r.DocumentNumber)
	text(`,"body":`, r.Body)
	b = append(b, `,"attachments":`...)
	b = appendAttachments(b, r.Attachments)
	number(`,"status":`, r.Status)
	text(`,"payload_digest":`, string(r.PayloadDigest))
	text(`,"fingerprint":`, string(r.Fingerprint))
	text(`,"story":`, r.Story)
	b = append(b, `,"changes":`...)
	b = appendClasses(b, r.Changes)
	b = append(b, `,"missing":`...)
	b = appendMissing(b, r.Missing)
	return append(b, "}\n"...), err
}

func appendAttachments(b []byte, all []Attachment) []byte {
	b = append(b, '[')
	for i, a := range all {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendText(append(b, `{"name":`...), a.Name)
		b = appendText(append(b, `,"url":`...), a.URL)
		b = appendText(append(b, `,"digest":`...), string(a.Digest))
		b = append(b, '}')
	}
	return append(b, ']')
}

func appendMissing(b []byte, all []MissingPart) []byte {
	b = append(b, '[')
	for i, m := range all {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendText(append(b, `{"url":`...), m.URL)
		b = appendText(append(b, `,"reason":`...), m.Reason)
		b = append(b, '}')
	}
	return append(b, ']')
}

func appendClasses(b []byte, all []diff.Class) []byte {
	b = append(b, '[')
	for i, c := range all {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendText(b, string(c))
	}
	return append(b, ']')
}

// appendText appends s as JSON.
func appendText(b []byte, s string) []byte {
	const digits = "0123456789abcdef"
	if !jsontext.Valid(s) || strings.Contains(s, "\u2028") || strings.Contains(s, "\u2029") {
		return appendRare(b, s)
	}
	b = append(b, '"')
	for {
		n := jsontext.Plain(s)
		b = append(b, s[:n]...)
		if n == len(s) {
			return append(b, '"')
		}
		switch c := s[n]; c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\b':
			b = append(b, `\b`...)
		case '\f':
			b = append(b, `\f`...)
		case '\n':
			b = append(b, `\n`...)
		case '\r':
			b = append(b, `\r`...)
		case '\t':
			b = append(b, `\t`...)
		default:
			b = append(b, '\\', 'u', '0', '0', digits[c>>4], digits[c&0xf])
		}
		s = s[n+1:]
	}
}

// appendRare is appendText of what has more to it than the escapes of ASCII.
func appendRare(b []byte, s string) []byte {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	enc.Encode(s) // a text: it cannot fail
	return append(b, bytes.TrimSuffix(text.Bytes(), []byte("\n"))...)
}
