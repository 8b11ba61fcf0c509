package extract

import (
	"bytes"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
)

var (
	bomUTF8    = []byte{0xef, 0xbb, 0xbf}
	bomUTF16LE = []byte{0xff, 0xfe}
	bomUTF16BE = []byte{0xfe, 0xff}
)

// metaReach is how far into a page its meta charset is looked for: browsers
// stop at 1,024 bytes, but long comments and scripts come before it.
const metaReach = 16 << 10

// Decode returns the text of a page: content coding removed, then the charset.
// The charset is told by a byte order mark; by valid UTF-8 with at least one
// multi-byte sequence, against any declaration; by pairs of GB2312, against one of
// ISO-8859-1 or Big5; by the header's or the meta's declaration (gb2312 and gbk read as GB18030, Big5 with the Hong Kong
// additions); by the host's country; by the bytes. Charsets of seven bits are told by
// decodeSevenBits. Damaged counts characters
// that could not be decoded; they are U+FFFD in the text. An error is
// ErrTooLarge or ErrDamaged, which concern the content coding, or ErrCharset; with
// damage comes the text up to it.
func Decode(in Input) (text, name string, damaged int, err error) {
	coding := ""
	if in.Header != nil {
		coding = strings.Join(in.Header.Values("Content-Encoding"), ",")
	}
	body, err := DecodeContent(coding, in.Payload, 0)
	if err == nil && coding == "" && bytes.HasPrefix(body, gzipMagic) && mayBeMarkup(in) {
		// Files saved as served, and servers that forget the header.
		if out, e := decodeOne("gzip", body, maxUnpacked); e == nil || len(out) > 0 {
			body, err = out, e
		}
	}
	if errors.Is(err, ErrTooLarge) {
		return "", "", 0, err
	}
	if utf8.Valid(body) && !utf16Marks(body) {
		if text, name, damaged, e, ok := decodeSevenBits(body, in.Header); ok {
			return text, name, damaged, errors.Join(err, e)
		}
	}
	text, name, damaged = decodeCharset(body, in.Header, in.URL)
	return text, name, damaged, err
}

// mayBeMarkup says whether nothing tells that a packed payload is a document.
func mayBeMarkup(in Input) bool {
	switch mediaType(in.Header) {
	case "", "text/html", "application/xhtml+xml", "text/plain", "text/xml", "application/xml":
		return !isDocumentURL(in.URL)
	}
	return false
}

func decodeCharset(b []byte, h http.Header, rawURL string) (text, name string, damaged int) {
	switch {
	case bytes.HasPrefix(b, bomUTF8):
		b = b[3:]
		if utf8.Valid(b) {
			return string(b), "utf-8", 0
		}
	case bytes.HasPrefix(b, bomUTF16LE):
		return decodeWith(unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), "utf-16le", b[2:])
	case bytes.HasPrefix(b, bomUTF16BE):
		return decodeWith(unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), "utf-16be", b[2:])
	}
	if utf8.Valid(b) && !utf16Marks(b) {
		return string(b), "utf-8", 0
	}
	if le, ok := looksUTF16(b); ok {
		if le {
			return decodeWith(unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), "utf-16le", b)
		}
		return decodeWith(unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), "utf-16be", b)
	}
	shape := shapeOf(b)
	// A page in UTF-8 with a few bytes cut or mixed in: in other charsets valid
	// sequences of three bytes come about by chance, and rarely.
	if shape.multi >= 8 && shape.multi > 8*shape.bad {
		return decodeUTF8(b)
	}
	enc, name := declared(b, h)
	if name == "utf-8" && (shape.multi < 2*shape.bad || shape.multi == 0) {
		enc = nil // a lie: hardly anything in it is UTF-8
	}
	if (name == "windows-1252" || name == "big5") && shape.isGB2312() {
		enc, name = simplifiedchinese.GB18030, "gb18030" // servers say ISO-8859-1 of whatever they serve
	}
	if enc == nil {
		enc, name = guess(b, rawURL, shape)
	}
	if name == "utf-8" {
		return decodeUTF8(b)
	}
	return decodeWith(enc, name, b)
}

func decodeUTF8(b []byte) (string, string, int) {
	s := strings.ToValidUTF8(string(b), "\uFFFD")
	return s, "utf-8", strings.Count(s, "\uFFFD") - bytes.Count(b, []byte("\uFFFD"))
}

func decodeWith(enc encoding.Encoding, name string, b []byte) (string, string, int) {
	out, err := enc.NewDecoder().Bytes(b)
	s := string(out)
	if err != nil { // no decoder of x/text fails on strangers' bytes; the text so far stands
		s = strings.ToValidUTF8(s, "\uFFFD") + "\uFFFD"
	}
	return s, name, strings.Count(s, "\uFFFD")
}

// declared returns the charset that the header or the markup names.
func declared(b []byte, h http.Header) (encoding.Encoding, string) {
	if h != nil {
		if _, after, ok := strings.Cut(strings.ToLower(h.Get("Content-Type")), "charset="); ok {
			if enc, name := lookup(after); enc != nil {
				return enc, name
			}
		}
	}
	return lookup(metaCharset(b[:min(len(b), metaReach)]))
}

// lookup finds the encoding of a label, reading each family as its largest
// member: pages say gb2312 and hold GB18030.
func lookup(label string) (encoding.Encoding, string) {
	label = labelIn(label)
	switch label {
	case "gb18030", "gbk", "gb2312", "gb_2312-80", "gb-2312", "gb2312-80", "x-gbk", "euc-cn", "cp936", "936", "chinese":
		return simplifiedchinese.GB18030, "gb18030"
	case "", "x-user-defined": // that one is for scripts that want bytes
		return nil, ""
	case "utf8", "utf-8", "utf_8", "utf-16", "utf-16le", "utf-16be": // HTML standard, 13.2.3.2: a meta's utf-16 is utf-8
		return encoding.Nop, "utf-8"
	}
	enc, name := charset.Lookup(label)
	if name == "replacement" || name == "gbk" {
		return simplifiedchinese.GB18030, "gb18030"
	}
	return enc, name
}

// metaCharset finds charset=… in the first tags. Pages are never run through
// regular expressions; a charset is all that this scan looks for, and scripts
// and comments before it do no harm: what they name is checked by its bytes.
func metaCharset(b []byte) string {
	low := bytes.ToLower(b)
	for rest := low; ; {
		i := bytes.Index(rest, []byte("charset"))
		if i < 0 {
			break
		}
		before := rest[:i]
		rest = rest[i+len("charset"):]
		v := bytes.TrimLeft(rest, " \t\r\n")
		if len(v) == 0 || v[0] != '=' {
			continue
		}
		if tag := bytes.LastIndexByte(before, '<'); tag < 0 || !bytes.HasPrefix(before[tag:], []byte("<meta")) {
			continue
		}
		v = bytes.TrimLeft(v[1:], " \t\r\n\"'")
		if end := bytes.IndexAny(v, " \t\r\n\"'>;/"); end > 0 {
			return string(v[:end])
		}
	}
	if bytes.HasPrefix(low, []byte("<?xml")) {
		head, _, _ := bytes.Cut(low, []byte("?>"))
		if _, v, ok := bytes.Cut(head, []byte("encoding=")); ok {
			return strings.Trim(string(bytes.SplitN(v, []byte(" "), 2)[0]), "\"'")
		}
	}
	return ""
}

// shape counts what bytes would be as UTF-8 and as pairs of high bytes.
type shape struct {
	multi, bad int // valid multi-byte sequences; runs of bytes outside of any
	high       int // bytes over 0x7f
	pairs      int // pairs that GB2312's common characters would be
	common     int // pairs of its first level (B0–D7), where running text lives
	big5       int // pairs that common Big5 characters would be
}

func shapeOf(b []byte) (s shape) {
	for i, in := 0, false; i < len(b); {
		if b[i] < utf8.RuneSelf {
			i, in = i+1, false
			continue
		}
		if _, n := utf8.DecodeRune(b[i:]); n > 1 {
			s.multi++
			i, in = i+n, false
			continue
		}
		if !in {
			s.bad++
		}
		i, in = i+1, true
	}
	for i := 0; i < len(b); i++ {
		if b[i] < 0x80 {
			continue
		}
		s.high++
		if i+1 < len(b) {
			lead, trail := b[i], b[i+1]
			if lead >= 0xa1 && lead <= 0xf7 && trail >= 0xa1 {
				s.pairs++
				if lead >= 0xb0 && lead <= 0xd7 {
					s.common++
				}
			}
			if lead >= 0xa4 && lead <= 0xc6 && (trail >= 0x40 && trail <= 0x7e || trail >= 0xa1 && trail < 0xff) {
				s.big5++
			}
			if lead >= 0x81 && lead < 0xff && (trail >= 0x40 && trail < 0xff) {
				s.high++
				i++
			}
		}
	}
	return s
}

// isGB2312 says whether it is hardly anything else: of pairs of Big5 four in ten have
// a second byte that GB2312's have not, and letters with accents stand alone.
func (s shape) isGB2312() bool {
	return s.pairs >= 12 && 2*s.pairs >= s.high*9/10 && 3*s.common >= 2*s.pairs
}

// guess chooses a charset where nothing that can be believed names one.
func guess(b []byte, rawURL string, s shape) (encoding.Encoding, string) {
	switch countryOf(rawURL) {
	case "cn":
		return simplifiedchinese.GB18030, "gb18030"
	case "tw", "hk", "mo":
		return traditionalchinese.Big5, "big5"
	case "jp":
		if bytes.Contains(b, []byte{0x82, 0xcc}) { // の in Shift JIS
			return japanese.ShiftJIS, "shift_jis"
		}
		return japanese.EUCJP, "euc-jp"
	case "kr":
		return korean.EUCKR, "euc-kr"
	case "ru", "by", "bg", "ua", "kz":
		return lookup("windows-1251")
	}
	if 2*s.pairs >= s.high*7/10 && 3*s.common >= 2*s.pairs {
		return simplifiedchinese.GB18030, "gb18030"
	}
	if 2*s.big5 >= s.high*7/10 {
		return traditionalchinese.Big5, "big5"
	}
	return lookup("windows-1252")
}

// utf16Marks says whether valid UTF-8 is full of NUL bytes, as UTF-16 of plain
// English is.
func utf16Marks(b []byte) bool {
	n := min(len(b), 1024)
	return n > 16 && bytes.Count(b[:n], []byte{0}) > n/4
}

// looksUTF16 recognises UTF-16 without a mark: markup has a NUL at every other
// byte.
func looksUTF16(b []byte) (little, ok bool) {
	var even, odd int
	n := min(len(b), 2048)
	for i := range n {
		if b[i] == 0 {
			if i%2 == 0 {
				even++
			} else {
				odd++
			}
		}
	}
	switch {
	case n < 16:
		return false, false
	case odd > n/8 && odd > 4*even:
		return true, true
	case even > n/8 && even > 4*odd:
		return false, true
	}
	return false, false
}

// countryOf returns the last label of a URL's host when it is a country's.
func countryOf(rawURL string) string {
	u, err := url.Parse(rawURL)
	if err != nil {
		return ""
	}
	host := strings.ToLower(u.Hostname())
	if i := strings.LastIndexByte(host, '.'); i >= 0 && len(host)-i == 3 {
		return host[i+1:]
	}
	return ""
}
