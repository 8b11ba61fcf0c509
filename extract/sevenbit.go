package extract

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/simplifiedchinese"

	"fangzhi/lazyregexp"
)

// ErrCharset says that a page is in a charset that is not read: what it says cannot
// be told.
var ErrCharset = errors.New("in a charset that is not read")

// Charsets of seven bits are ASCII to the eye, and valid UTF-8. Browsers decode
// ISO-2022-JP alone of them: the Encoding Standard has the replacement encoding for
// HZ, ISO-2022-KR and ISO-2022-CN, 14.1, and knows no UTF-7.
const (
	shiftOut = "\x0e"
	hzOpens  = "~{"
)

// inUTF7 is a run of UTF-16 in base64 (RFC 2152): one character takes three of it.
var inUTF7 = lazyregexp.New(`\+[A-Za-z0-9+/]{3}`)

// decodeSevenBits returns the text of a page in a charset of seven bits; ok is false
// where b is in none. ISO-2022 is told by its escapes, HZ (RFC 1843) and UTF-7 by
// what is declared and by what the bytes hold.
func decodeSevenBits(b []byte, h http.Header) (text, name string, damaged int, err error, ok bool) {
	switch {
	case bytes.Contains(b, []byte("\x1b$B")), bytes.Contains(b, []byte("\x1b$@")):
		if out, err := japanese.ISO2022JP.NewDecoder().Bytes(b); err == nil {
			s := string(out)
			return s, "iso-2022-jp", strings.Count(s, "\uFFFD"), nil, true
		}
		return "", "", 0, nil, false
	case bytes.Contains(b, []byte("\x1b$)C")) && bytes.Contains(b, []byte(shiftOut)):
		return "", "", 0, notRead("ISO-2022-KR"), true
	case (bytes.Contains(b, []byte("\x1b$)A")) || bytes.Contains(b, []byte("\x1b$)G"))) && bytes.Contains(b, []byte(shiftOut)):
		return "", "", 0, notRead("ISO-2022-CN"), true
	}
	for _, label := range labels(b, h) {
		switch label {
		case "hz-gb-2312", "hz", "hz-gb2312", "hzgb2312":
			if text, damaged, ok := decodeHZ(b); ok {
				return text, "hz-gb-2312", damaged, nil, true
			}
		case "utf-7", "utf7", "unicode-1-1-utf-7", "unicode-2-0-utf-7", "x-unicode-2-0-utf-7", "csunicode11utf7", "csutf7":
			if isASCII(string(b)) && inUTF7.MatchString(string(b)) {
				return "", "", 0, notRead("UTF-7"), true
			}
		case "iso-2022-kr", "csiso2022kr", "iso-2022-cn", "iso-2022-cn-ext":
			if bytes.Contains(b, []byte(shiftOut)) {
				return "", "", 0, notRead(strings.ToUpper(strings.TrimPrefix(label, "cs"))), true
			}
		}
	}
	return "", "", 0, nil, false
}

func notRead(charset string) error { return fmt.Errorf("charset %s: %w", charset, ErrCharset) }

// decodeHZ decodes what is GB2312 in seven bits; ok is false where b is not.
func decodeHZ(b []byte) (text string, damaged int, ok bool) {
	if !bytes.Contains(b, []byte(hzOpens)) || !isASCII(string(b)) {
		return "", 0, false
	}
	text, _, damaged = decodeWith(simplifiedchinese.HZGB2312, "", b)
	return text, damaged, 4*damaged <= wideOf(text) // scripts have ~{ as well
}

// wideOf counts the characters of a text that are not ASCII.
func wideOf(text string) (n int) {
	for _, r := range text {
		if r >= utf8.RuneSelf {
			n++
		}
	}
	return n
}

// labels are the charsets that header and markup name, as they write them.
func labels(b []byte, h http.Header) (all []string) {
	if h != nil {
		if _, after, ok := strings.Cut(strings.ToLower(h.Get("Content-Type")), "charset="); ok {
			all = append(all, labelIn(after))
		}
	}
	return append(all, labelIn(metaCharset(b[:min(len(b), metaReach)])))
}

// labelIn is the label that s begins with.
func labelIn(s string) string {
	s = strings.Trim(s, " \t\r\n\"'")
	if i := strings.IndexAny(s, "; \"'>"); i >= 0 {
		s = s[:i]
	}
	return s
}
