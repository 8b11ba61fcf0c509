package warc

import (
	"bytes"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"strings"
)

// A Check compares bytes with a digest as a header has it.
type Check struct {
	hash.Hash
	algorithm string
	want      []byte
}

// NewCheck returns a check against digest: an algorithm, a colon, and the hash
// in base32, hexadecimal or base64, as tools write them. Known is false where
// it is of no kind that is known.
func NewCheck(digest string) (c Check, known bool) {
	algorithm, text, _ := strings.Cut(strings.TrimSpace(digest), ":")
	algorithm = strings.ReplaceAll(strings.ToLower(algorithm), "-", "")
	switch c.algorithm = algorithm; algorithm {
	case "sha1":
		c.Hash = sha1.New()
	case "sha256":
		c.Hash = sha256.New()
	case "sha512":
		c.Hash = sha512.New()
	case "md5":
		c.Hash = md5.New()
	default:
		return c, false
	}
	size := c.Size()
	for _, decode := range []func(string) ([]byte, error){
		hex.DecodeString,
		func(s string) ([]byte, error) {
			return base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ToUpper(strings.TrimRight(s, "=")))
		},
		func(s string) ([]byte, error) { return base64.RawStdEncoding.DecodeString(strings.TrimRight(s, "=")) },
		func(s string) ([]byte, error) { return base64.RawURLEncoding.DecodeString(strings.TrimRight(s, "=")) },
	} {
		if b, err := decode(text); err == nil && len(b) == size {
			c.want = b
			return c, true
		}
	}
	// Of an algorithm that is known, and no hash of it: nothing matches it.
	return c, true
}

// Match says whether the bytes written are those of the digest.
func (c Check) Match() bool { return c.want != nil && bytes.Equal(c.Sum(nil), c.want) }

// Matches says whether b has the digest.
func (c Check) Matches(b []byte) bool {
	c.Reset()
	c.Write(b)
	return c.Match()
}

// Name is the digest in one spelling, whichever it was written in; "" where it
// is no hash.
func (c Check) Name() string {
	if c.want == nil {
		return ""
	}
	return c.algorithm + ":" + hex.EncodeToString(c.want)
}
