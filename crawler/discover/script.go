package discover

import "strings"

// scripts returns the text of the page's inline scripts, one after the other,
// without their comments: commented-out calls often stand before the live one.
// Scripts in HTML comments are not part of the page.
func scripts(p *page, mentioning string) string {
	if mentioning == "" {
		if p.allScripts == nil {
			all := readScripts(p, "")
			p.allScripts = &all
		}
		return *p.allScripts
	}
	return readScripts(p, mentioning)
}

func readScripts(p *page, mentioning string) string {
	if !strings.Contains(p.html, mentioning) {
		return ""
	}
	var b strings.Builder
	for _, s := range p.Document().Find("script").EachIter() {
		if text := s.Text(); strings.Contains(text, mentioning) {
			b.WriteString(withoutComments(text))
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// withoutComments drops what a JavaScript engine does not read: //, /* */ and
// the <!-- and --> of old pages, each of which hides the rest of its line.
// What stands in quotes is kept.
func withoutComments(js string) string {
	var b strings.Builder
	b.Grow(len(js))
	for i := 0; i < len(js); {
		rest := js[i:]
		switch c := js[i]; {
		case c == '"' || c == '\'' || c == '`':
			end := i + quoted(rest)
			b.WriteString(js[i:end])
			i = end
		case strings.HasPrefix(rest, "/*"):
			end := strings.Index(rest[2:], "*/")
			if end < 0 {
				return b.String()
			}
			b.WriteByte(' ')
			i += end + 4
		case strings.HasPrefix(rest, "//"), strings.HasPrefix(rest, "<!--"), strings.HasPrefix(rest, "-->"):
			end := strings.IndexAny(rest, "\r\n")
			if end < 0 {
				return b.String()
			}
			i += end
		default:
			b.WriteByte(c)
			i++
		}
	}
	return b.String()
}

// quoted is the length of the string literal that s starts with. One in single
// or double quotes ends with its line at the latest.
func quoted(s string) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case s[0]:
			return i + 1
		case '\n':
			if s[0] != '`' {
				return i
			}
		}
	}
	return len(s)
}
