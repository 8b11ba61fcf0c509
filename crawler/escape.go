package crawler

import (
	"bytes"
	"strings"
)

// appendPath appends path in canonical form, "/" at least.
func appendPath(b []byte, path string) []byte {
	start := len(b)
	if path == "" || !slash(path[0]) {
		b = append(b, '/')
	}
	b = appendEscaped(b, path, inPath)
	if i := bytes.Index(b[start:], []byte("/(S(")); i >= 0 {
		// ASP.NET's session, a segment of its own: /(S(5oq3…))/list.aspx.
		i += start
		if n := bytes.Index(b[i:], []byte("))/")); n >= 0 && bytes.IndexByte(b[i+1:i+n], '/') < 0 {
			b = append(b[:i], b[i+n+len("))"):]...)
		}
	}
	for from := start; ; {
		i := bytes.IndexByte(b[from:], ';')
		if i < 0 {
			return undot(b, start)
		}
		from += i
		n := session(b[from:])
		b = append(b[:from], b[from+n:]...)
		if n == 0 {
			from++
		}
	}
}

// session returns the length of the session identifier, a servlet container's
// ";jsessionid=…", that s starts with.
func session(s []byte) int {
	const mark = ";jsessionid="
	if len(s) < len(mark) || !strings.EqualFold(string(s[:len(mark)]), mark) {
		return 0
	}
	if end := bytes.IndexAny(s[1:], ";/"); end >= 0 {
		return end + 1
	}
	return len(s)
}

// undot resolves the dot segments of the path b[start:] (RFC 3986, 5.2.4).
func undot(b []byte, start int) []byte {
	path := string(b[start:])
	if !strings.Contains(path, "/.") {
		return b
	}
	b = b[:start]
	for path != "" {
		end := strings.IndexByte(path[1:], '/') + 1
		last := end == 0
		if last {
			end = len(path)
		}
		switch segment := path[:end]; segment {
		case "/.", "/..":
			if segment == "/.." {
				b = b[:start+max(bytes.LastIndexByte(b[start:], '/'), 0)]
			}
			if last {
				b = append(b, '/')
			}
		default:
			b = append(b, segment...)
		}
		path = path[end:]
	}
	return b
}

// appendQuery appends "?" and query in canonical form, without the parameters
// that do not choose the page; nothing when none is left.
func appendQuery(b []byte, query string) []byte {
	mark := byte('?')
	for query != "" {
		var part string
		part, query, _ = strings.Cut(query, "&")
		if part == "" {
			continue
		}
		before := len(b)
		b = append(b, mark)
		b = appendEscaped(b, part, inQuery)
		if tracking(b[before+1:]) {
			b = b[:before]
			continue
		}
		mark = '&'
	}
	return b
}

// tracking says whether a parameter only tells where a reader came from, or
// who he is, and never which page is asked for.
func tracking(parameter []byte) bool {
	key, value, _ := bytes.Cut(parameter, []byte("="))
	if len(key) > 20 {
		return false
	}
	var space [20]byte
	name := string(appendLower(space[:0], key))
	switch name {
	case "from":
		switch string(value) {
		case "timeline", "singlemessage", "groupmessage":
			return true
		}
	case "sid", "token", "ticket":
		return isToken(value)
	case "_", "t", "ts", "time", "timestamp":
		return isMoment(value)
	case "rand", "random", "rnd", "r":
		return bytes.HasPrefix(value, []byte("0.")) && len(value) > 8
	case "spm", "scm", "isappinstalled", "gclid", "fbclid", "msclkid", "yclid", "dclid", "igshid",
		"_hsenc", "_hsmi", "mc_cid", "mc_eid", "hmsr", "hmpl", "hmcu", "hmkw", "hmci", "bd_vid",
		"jsessionid", "phpsessid", "sessionid", "session_id", "sessid", "oscsid", "cftoken", "randid":
		return true
	}
	return strings.HasPrefix(name, "utm_") || strings.HasPrefix(name, "aspsessionid")
}

// isToken says whether a value was drawn by lot: long, of letters and digits.
// Numbers name things.
func isToken(value []byte) bool {
	letters, digits := 0, 0
	for _, c := range value {
		switch {
		case '0' <= c && c <= '9':
			digits++
		case 'a' <= c|0x20 && c|0x20 <= 'z':
			letters++
		case c != '-' && c != '_':
			return false
		}
	}
	return len(value) >= 16 && letters >= 4 && digits >= 4
}

// isMoment says whether a value is the time of the request, in seconds or
// milliseconds, by which a script evades caches.
func isMoment(value []byte) bool {
	for _, c := range value {
		if c < '0' || c > '9' {
			return false
		}
	}
	return (len(value) == 10 || len(value) == 13) && value[0] == '1'
}

func appendLower(b, s []byte) []byte {
	for _, c := range s {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		b = append(b, c)
	}
	return b
}

// What a byte may do unescaped.
const (
	inPath    = 1 << iota // stand in a path
	inQuery               // stand in a query
	globMarks             // stand for others in a pattern of paths
	reserved              // mean something else when it is escaped: it is never unescaped
)

var allowed = func() (t [256]uint8) {
	set := func(chars string, what uint8) {
		for i := range len(chars) {
			t[chars[i]] |= what
		}
	}
	set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~", inPath|inQuery)
	set("!$&()*+,;=:@/[]", inPath|inQuery|reserved)
	set("'", inPath|reserved)
	set("?", globMarks)
	set("?{}|^`\\", inQuery|reserved)
	return t
}()

const upperHex = "0123456789ABCDEF"

// appendEscaped appends s with its percent-encoding made uniform: escapes of
// characters that need none undone, the others in upper case, what must not
// stand bare escaped, a "%" that escapes nothing escaped itself.
func appendEscaped(b []byte, s string, where uint8) []byte {
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '%':
			if i+2 < len(s) && unhex(s[i+1]) >= 0 && unhex(s[i+2]) >= 0 {
				c = byte(unhex(s[i+1])<<4 | unhex(s[i+2]))
				i += 2
				if allowed[c]&where != 0 && allowed[c]&reserved == 0 {
					b = append(b, c)
					continue
				}
			}
			b = append(b, '%', upperHex[c>>4], upperHex[c&15])
		case c == '\\' && where == inPath:
			b = append(b, '/')
		case allowed[c]&where != 0:
			b = append(b, c)
		default:
			b = append(b, '%', upperHex[c>>4], upperHex[c&15])
		}
	}
	return b
}

func unhex(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}
