package archive

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// FingerprintOf returns the hash of what a says: title, source, author,
// document number, date, body, what was left out of it, and attachments. White space, character width
// and invisible characters do not count, so a page laid out anew keeps its
// fingerprint. Pictures count only where they are all that the article has:
// their addresses change with every move of a picture host.
func FingerprintOf(a Article) Digest {
	h := sha256.New()
	part := func(s string) {
		io.WriteString(h, s)
		h.Write([]byte{0})
	}
	for _, s := range []string{a.Title, a.Subtitle, a.Source, a.Author, a.DocumentNumber} {
		part(Fold(s))
	}
	published := ""
	switch {
	case a.Published.IsZero():
	case a.DayOnly:
		published = a.Published.Format(time.DateOnly)
	default:
		published = a.Published.UTC().Format(time.RFC3339)
	}
	part(published)
	part(Fold(a.Body))
	for _, f := range a.Attachments {
		part(Fold(f.Name) + "\x01" + Address(f.URL))
	}
	if a.LeftOut != "" {
		part("\x02" + Fold(a.LeftOut))
	}
	if a.Body == "" && len(a.Attachments) == 0 {
		for _, p := range a.Pictures {
			part(Address(p))
		}
	}
	return Digest("sha256:" + hex.EncodeToString(h.Sum(nil)))
}

// Address is a URL without what changes while the document stays: scheme,
// user, fragment.
func Address(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return raw
	}
	return u.Host + u.EscapedPath() + "?" + u.RawQuery
}

// Fold returns s without white space and invisible characters, full-width
// ASCII made half-width: two texts that a reader cannot tell apart fold alike.
func Fold(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	from := 0 // start of what is still to be copied
	for i, r := range s {
		if r > ' ' && r < 0x7f || r >= '\u4e00' && r <= '\u9fff' {
			continue // the bulk of any text stays as it is
		}
		switch {
		case r >= '！' && r <= '～':
			b.WriteString(s[from:i])
			b.WriteRune(r - '！' + '!')
		case unicode.IsSpace(r), unicode.Is(unicode.Cf, r), unicode.IsControl(r):
			b.WriteString(s[from:i])
		case r == utf8.RuneError:
			b.WriteString(s[from:i])
			b.WriteRune(r)
			_, size := utf8.DecodeRuneInString(s[i:])
			from = i + size
			continue
		default:
			continue
		}
		from = i + utf8.RuneLen(r)
	}
	b.WriteString(s[from:])
	return b.String()
}
