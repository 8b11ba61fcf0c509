package export

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"fangzhi/archive/jsontext"
)

// cells are the columns of a CSV export: the keys of the JSON record, in its
// order, with the same texts. Only null, which CSV has no word for, is an
// empty cell here, and a list is a cell of JSON text.
var cells = []struct {
	name string
	text func(r Record) string
}{
	{"url", func(r Record) string { return r.URL }},
	{"site", func(r Record) string { return r.Site }},
	{"column", func(r Record) string { return r.Column }},
	{"version", func(r Record) string { return strconv.Itoa(r.Version) }},
	{"versions", func(r Record) string { return strconv.Itoa(r.Versions) }},
	{"taken_at", func(r Record) string { return r.TakenAt.Format(time.RFC3339) }},
	{"last_seen", func(r Record) string { return r.LastSeen.Format(time.RFC3339) }},
	{"state", func(r Record) string { return string(r.State) }},
	{"title", func(r Record) string { return r.Title }},
	{"published", func(r Record) string { return r.Published.String() }},
	{"day_only", func(r Record) string { return strconv.FormatBool(r.DayOnly) }},
	{"source", func(r Record) string { return r.Source }},
	{"author", func(r Record) string { return r.Author }},
	{"document_number", func(r Record) string { return r.DocumentNumber }},
	{"body", func(r Record) string { return r.Body }},
	{"attachments", func(r Record) string { return string(appendAttachments(nil, r.Attachments)) }},
	{"status", func(r Record) string { return strconv.Itoa(r.Status) }},
	{"payload_digest", func(r Record) string { return string(r.PayloadDigest) }},
	{"fingerprint", func(r Record) string { return string(r.Fingerprint) }},
	{"story", func(r Record) string { return r.Story }},
	{"changes", func(r Record) string { return string(appendClasses(nil, r.Changes)) }},
	{"missing", func(r Record) string { return string(appendMissing(nil, r.Missing)) }},
}

// dates are the columns of moments. Spreadsheet programs take the texts of RFC 3339
// for words; what they take for a time has no zone.
var dates = map[string]func(r Record) (at time.Time, dayOnly bool){
	"taken_at":  func(r Record) (time.Time, bool) { return r.TakenAt, false },
	"last_seen": func(r Record) (time.Time, bool) { return r.LastSeen, false },
	"published": func(r Record) (time.Time, bool) { return r.Published.At, r.Published.DayOnly },
}

// sheetTime is a moment as spreadsheet programs read it: in the zone that it has.
func sheetTime(at time.Time, dayOnly bool) string {
	switch {
	case at.IsZero():
		return ""
	case dayOnly:
		return at.Format(time.DateOnly)
	}
	return at.Format(time.DateTime)
}

// byteOrderMark tells Excel that a file is UTF-8.
const byteOrderMark = "\uFEFF"

func csvHeader(excel bool) string {
	names := make([]string, len(cells))
	for i, c := range cells {
		names[i] = c.name
	}
	line := strings.Join(names, ",") + "\r\n"
	if excel {
		return byteOrderMark + line
	}
	return line
}

// csvAppender appends records, one a line. encoding/csv does not serve: with
// CRLF at the end of its records it also rewrites the line ends inside a cell,
// and the cells hold what the archive holds.
func csvAppender(excel bool) func(dst []byte, r Record) ([]byte, error) {
	return func(dst []byte, r Record) ([]byte, error) {
		for i, c := range cells {
			if i > 0 {
				dst = append(dst, ',')
			}
			cell := c.text(r)
			if excel {
				if when, ok := dates[c.name]; ok {
					cell = sheetTime(when(r))
				}
			}
			if !jsontext.Valid(cell) {
				cell = strings.ToValidUTF8(cell, "\uFFFD")
			}
			if excel {
				cell = inert(cell)
			}
			dst = appendCell(dst, cell)
		}
		return append(dst, "\r\n"...), nil
	}
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

// What a spreadsheet program takes for a formula begins so, in full width too.
const formulaStarts = "=+-@\t\r\n＝＋－＠"

// cellLimit is the most that a cell of Excel holds, in units of UTF-16.
const cellLimit = 32_767

const cutMark = "…[cut here: a cell holds no more]"

// inert is a cell that a spreadsheet program shows and does not run. What no
// cell can hold is cut, and says so.
func inert(cell string) string {
	if first, _ := utf8.DecodeRuneInString(cell); cell != "" && strings.ContainsRune(formulaStarts, first) {
		cell = "'" + cell
	}
	if len(cell) <= cellLimit {
		return cell // a byte is a unit at most
	}
	units := 0
	room := cellLimit - utf8.RuneCountInString(cutMark)
	end := len(cell)
	for i, r := range cell {
		units += utf16.RuneLen(r)
		if units <= room {
			end = i + utf8.RuneLen(r)
		}
	}
	if units <= cellLimit {
		return cell
	}
	return cell[:end] + cutMark
}
