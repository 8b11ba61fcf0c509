package extract

import (
	"html"
	"strings"
)

// metaOf returns the first meta with one of names that says something, and
// which it was. Names are in lower case, the best first.
func (f *flat) metaOf(names ...string) (value, name string) {
	for _, want := range names {
		for i := range f.metas {
			if f.metas[i].name == want {
				if v := cleanMeta(f.metas[i].content); v != "" {
					return v, want
				}
			}
		}
	}
	return "", ""
}

// cleanMeta folds a meta's content. Templates that were never filled in leave
// null and their own labels behind.
func cleanMeta(s string) string {
	s = fold(s)
	switch s {
	case "null", "undefined", "NULL", "无", "网站名称", "政府网站标识码", "栏目名称", "文章标题", "[", "-", "--":
		return ""
	}
	if strings.Contains(s, "${") || strings.Contains(s, "{{") || strings.Contains(s, "<%") {
		return ""
	}
	return s
}

// plainMarkup returns s without tags and with entities resolved, which metas
// hold although nothing would render them; the parts between block tags are
// returned apart.
func plainMarkup(s string) []string {
	if strings.Contains(s, "&") {
		s = html.UnescapeString(s)
	}
	if !strings.Contains(s, "<") {
		if s = fold(s); s == "" {
			return nil
		}
		return []string{s}
	}
	var parts []string
	var b strings.Builder
	flush := func() {
		if t := fold(b.String()); t != "" {
			parts = append(parts, t)
		}
		b.Reset()
	}
	for s != "" {
		i := strings.IndexByte(s, '<')
		if i < 0 {
			b.WriteString(s)
			break
		}
		b.WriteString(s[:i])
		s = s[i:]
		end := strings.IndexByte(s, '>')
		if len(s) < 2 || end < 0 || !(s[1] == '/' || s[1]|0x20 >= 'a' && s[1]|0x20 <= 'z') {
			b.WriteByte('<')
			s = s[1:]
			continue
		}
		name := strings.ToLower(strings.Trim(s[1:end], "/ "))
		name, _, _ = strings.Cut(name, " ")
		switch name {
		case "div", "p", "br", "h1", "h2", "h3":
			flush()
		}
		s = s[end+1:]
	}
	flush()
	return parts
}
