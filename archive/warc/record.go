package warc

import (
	"crypto/sha1"
	"encoding/base32"
	"encoding/hex"
	"strings"
	"time"
)

// Type is the value of WARC-Type.
type Type string

// The types of record that are written.
const (
	Warcinfo Type = "warcinfo"
	Request  Type = "request"
	Response Type = "response"
	Revisit  Type = "revisit"
	Metadata Type = "metadata"
)

// The profiles of a revisit, WARC 1.1 section 6.7.
const (
	SamePayload = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
	NotModified = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
)

// The content types of blocks.
const (
	TypeFields   = "application/warc-fields"
	TypeRequest  = "application/http;msgtype=request"
	TypeResponse = "application/http;msgtype=response"
)

// Field is a named field of a record's header or of a block of fields.
type Field struct{ Name, Value string }

// Record is one record to be written. Content-Length and WARC-Block-Digest are
// the writer's.
type Record struct {
	Type   Type
	ID     string    // a URN, as Name makes it, without angle brackets
	Date   time.Time // start of the capture; written in whole seconds
	URI    string    // "" where the record has no target
	Fields []Field   // further ones, in their order
	Block  Block
}

// Block is what a record holds: the parts are written one after the other.
type Block struct {
	Type  string // "" where there are no bytes
	Parts [][]byte
}

// Len is the number of bytes in b.
func (b Block) Len() int {
	n := 0
	for _, p := range b.Parts {
		n += len(p)
	}
	return n
}

// FieldsBlock is a block of type application/warc-fields. A field without a
// value is left out.
func FieldsBlock(fields []Field) Block {
	var b []byte
	for _, f := range fields {
		if f.Value == "" {
			continue
		}
		b = append(b, f.Name...)
		b = append(b, ": "...)
		b = append(b, oneLine(f.Value)...)
		b = append(b, "\r\n"...)
	}
	return Block{Type: TypeFields, Parts: [][]byte{b}}
}

// urls is the name space of names that are URLs, RFC 9562 section 6.6.
var urls = [16]byte{0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8}

// Name returns the URN of the version 5 UUID of the parts together: the same
// parts always have the same id.
func Name(parts ...string) string {
	h := sha1.New()
	h.Write(urls[:])
	for _, p := range parts {
		h.Write([]byte(p))
		h.Write([]byte{0})
	}
	u := h.Sum(nil)[:16]
	u[6] = u[6]&0x0f | 0x50
	u[8] = u[8]&0x3f | 0x80
	s := hex.EncodeToString(u)
	return "urn:uuid:" + s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}

// Digest is the SHA-1 of the parts together as WARC fields have it: sha1: and
// 32 characters of base32.
func Digest(parts ...[]byte) string {
	h := sha1.New()
	for _, p := range parts {
		h.Write(p)
	}
	return "sha1:" + base32.StdEncoding.EncodeToString(h.Sum(nil))
}

// Stamp is t as a field has it, in whole seconds: a CDXJ has no finer time.
func Stamp(t time.Time) string {
	return t.UTC().Truncate(time.Second).Format(time.RFC3339)
}

// oneLine makes a value safe to stand in a field: a line break within it would
// begin another field.
func oneLine(s string) string {
	if !strings.ContainsAny(s, "\r\n\x00") {
		return s
	}
	return breaks.Replace(s)
}

var breaks = strings.NewReplacer("\r\n", " ", "\r", " ", "\n", " ", "\x00", " ")
