package warc

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
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
	Body   string // of a request that is no GET, as a query
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

// key is the address under which a replay asks: what was sent is part of it.
func (e Entry) key() string {
	if e.Method == "" {
		return e.URL
	}
	join := "?"
	if strings.Contains(e.URL, "?") {
		join = "&"
	}
	return e.URL + join + "__wb_method=" + e.Method + "&" + decodeURI(e.Body)
}

// decodeURI undoes the percent-encoding of s as the function of that name in
// ECMAScript does, which warcio uses: but for what has a meaning in a URI, and
// not at all, "", where the result would not be UTF-8.
func decodeURI(s string) string {
	var b, run []byte
	flush := func() bool {
		ok := utf8.Valid(run)
		b, run = append(b, run...), run[:0]
		return ok
	}
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			if !flush() {
				return ""
			}
			b = append(b, s[i])
			continue
		}
		if i+2 >= len(s) {
			return ""
		}
		c, err := hex.DecodeString(s[i+1 : i+3])
		if err != nil {
			return ""
		}
		if strings.ContainsRune(";/?:@&=+$,#", rune(c[0])) {
			run = append(run, s[i:i+3]...)
		} else {
			run = append(run, c[0])
		}
		i += 2
	}
	if !flush() {
		return ""
	}
	return string(b)
}
