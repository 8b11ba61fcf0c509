package extract

import (
	"net/url"
	"strings"
	"unicode/utf8"
)

// resolve returns the absolute http or https URL of href, "" where it is not
// one. Blanks and line ends are left out, and a backslash is a slash, as the
// URL standard reads them.
func (p *Page) resolve(href string) string {
	href = strings.TrimSpace(href)
	if i := strings.IndexByte(href, '#'); i >= 0 {
		if number := href[i+1:]; strings.HasSuffix(href[:i], "/gkmlpt/index") && number != "" && strings.Trim(number, "0123456789") == "" {
			// All lists of that platform are one document: the number is which.
			if u := p.resolve(href[:i]); u != "" {
				return u + "#" + number
			}
		}
		href = href[:i]
	}
	if href == "" || len(href) > 4096 {
		return ""
	}
	if u, ok := p.resolveClean(href); ok {
		return u
	}
	if i := strings.IndexByte(href, ':'); i > 0 {
		scheme := href[:i]
		if !strings.ContainsAny(scheme, "/?.%") && !strings.EqualFold(scheme, "http") && !strings.EqualFold(scheme, "https") {
			return ""
		}
	}
	if strings.ContainsAny(href, "\t\r\n\\<>{}") {
		if strings.Contains(href, "<?") || strings.Contains(href, "{{") || strings.Contains(href, "${") || strings.Contains(href, "<%") {
			return "" // a template that a script would fill in
		}
		href = strings.NewReplacer("\t", "", "\r", "", "\n", "").Replace(href)
		path, query, cut := strings.Cut(href, "?")
		href = strings.ReplaceAll(path, "\\", "/")
		if cut {
			href += "?" + query
		}
	}
	if i := strings.IndexByte(href, '?'); i >= 0 && !isASCII(href[i:]) {
		href = href[:i] + p.encodeQuery(href[i:])
	}
	if p.base == nil || p.base.Host == "" {
		if !strings.HasPrefix(href, "http://") && !strings.HasPrefix(href, "https://") {
			return ""
		}
	}
	u, err := url.Parse(href)
	if err != nil {
		if u, err = url.Parse(escapePercent(href)); err != nil {
			return ""
		}
	}
	if p.base != nil {
		u = p.base.ResolveReference(u)
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return ""
	}
	u.User = nil
	return u.String()
}

// resolveClean resolves the hrefs that most links have, without parsing them:
// an absolute URL with a path, a path from the root or from here, made of
// characters that stand for themselves and with no dots to be worked off.
func (p *Page) resolveClean(href string) (string, bool) {
	if p.origin == "" || strings.Contains(href, "//") && !strings.HasPrefix(href, "http") {
		return "", false
	}
	query := false
	for i := 0; i < len(href); i++ {
		c := href[i]
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '/', c == '_', c == '-', c >= 'A' && c <= 'Z', c == '=' && query, c == '&' && query:
		case c == '.':
			if i+1 < len(href) && (href[i+1] == '.' || href[i+1] == '/') && i != 0 || i == 0 && !strings.HasPrefix(href, "./") {
				return "", false
			}
		case c == '?' && !query && i > 0:
			query = true
		case c == ':' && (i == 4 || i == 5) && strings.HasPrefix(href[i:], "://"):
		default:
			return "", false
		}
	}
	switch {
	case strings.HasPrefix(href, "http://"), strings.HasPrefix(href, "https://"):
		_, rest, _ := strings.Cut(href, "://")
		slash := strings.IndexByte(rest, '/')
		return href, slash > 0 && !strings.Contains(rest, "//") && !strings.Contains(rest[:slash], ":")
	case href[0] == '/':
		return p.origin + href, true
	case strings.Contains(href, ":"):
		return "", false
	}
	return p.origin + p.folder + strings.TrimPrefix(href, "./"), true
}

// encodeQuery writes the part of a query that is not ASCII in the page's
// charset, percent-encoded, as browsers send it (HTML standard, 2.4.1).
func (p *Page) encodeQuery(q string) string {
	raw := []byte(q)
	if enc, name := lookup(p.charset); enc != nil && name != "utf-8" && !strings.HasPrefix(p.charset, "utf-16") {
		if b, err := enc.NewEncoder().Bytes(raw); err == nil {
			raw = b
		}
	}
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for _, c := range raw {
		if c < utf8.RuneSelf {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(hex[c>>4])
		b.WriteByte(hex[c&15])
	}
	return b.String()
}

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// escapePercent makes stray percent signs and blanks legal.
func escapePercent(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '%' && (i+2 >= len(s) || !isHex(s[i+1]) || !isHex(s[i+2])):
			b.WriteString("%25")
		case s[i] == ' ':
			b.WriteString("%20")
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

func isHex(c byte) bool { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }
