package export

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// cells are the columns of a CSV export: the keys of the JSON record, in its
// order, with the same texts. Only null, which CSV has no word for, is an
// empty cell here, and a list is a cell of JSON text.
var cells = []struct {
	name string
	text func(r Record) (string, error)
}{
	{"url", text(func(r Record) string { return r.URL })},
	{"site", text(func(r Record) string { return r.Site })},
	{"column", text(func(r Record) string { return r.Column })},
	{"version", text(func(r Record) string { return strconv.Itoa(r.Version) })},
	{"versions", text(func(r Record) string { return strconv.Itoa(r.Versions) })},
	{"taken_at", text(func(r Record) string { return r.TakenAt.Format(time.RFC3339) })},
	{"last_seen", text(func(r Record) string { return r.LastSeen.Format(time.RFC3339) })},
	{"state", text(func(r Record) string { return string(r.State) })},
	{"title", text(func(r Record) string { return r.Title })},
	{"published", text(func(r Record) string { return r.Published.String() })},
	{"day_only", text(func(r Record) string { return strconv.FormatBool(r.DayOnly) })},
	{"source", text(func(r Record) string { return r.Source })},
	{"author", text(func(r Record) string { return r.Author })},
	{"document_number", text(func(r Record) string { return r.DocumentNumber })},
	{"body", text(func(r Record) string { return r.Body })},
	{"attachments", func(r Record) (string, error) {
		var buf bytes.Buffer
		err := encodeJSON(&buf, r.Attachments)
		return strings.TrimSuffix(buf.String(), "\n"), err
	}},
	{"status", text(func(r Record) string { return strconv.Itoa(r.Status) })},
	{"payload_digest", text(func(r Record) string { return string(r.PayloadDigest) })},
	{"fingerprint", text(func(r Record) string { return string(r.Fingerprint) })},
	{"story", text(func(r Record) string { return r.Story })},
}

func text(get func(r Record) string) func(r Record) (string, error) {
	return func(r Record) (string, error) { return get(r), nil }
}

func csvHeader() string {
	names := make([]string, len(cells))
	for i, c := range cells {
		names[i] = c.name
	}
	return strings.Join(names, ",") + "\r\n"
}

// appendCSV appends r as one record. encoding/csv does not serve: with CRLF at
// the end of its records it also rewrites the line ends inside a cell, and the
// cells hold what the archive holds.
func appendCSV(dst []byte, r Record) ([]byte, error) {
	for i, c := range cells {
		cell, err := c.text(r)
		if err != nil {
			return dst, fmt.Errorf("%s version %d: %s: %w", r.URL, r.Version, c.name, err)
		}
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendCell(dst, strings.ToValidUTF8(cell, "\uFFFD"))
	}
	return append(dst, "\r\n"...), nil
}

// appendCell quotes what RFC 4180 has quoted, and white space at either end,
// which some readers trim.
func appendCell(dst []byte, cell string) []byte {
	if !strings.ContainsAny(cell, ",\"\r\n") && strings.TrimSpace(cell) == cell {
		return append(dst, cell...)
	}
	dst = append(dst, '"')
	dst = append(dst, strings.ReplaceAll(cell, `"`, `""`)...)
	return append(dst, '"')
}
