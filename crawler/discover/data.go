package discover

import (
	"strings"
	"unicode/utf8"

	"fangzhi/archive"
)

// IsData says whether text is no page but a list for programs: JSON, a feed, a
// sitemap, the records of a service. Its Content-Type tells nothing: services
// call all of it text/html.
func IsData(text string) bool {
	head := start(text)
	switch {
	case strings.HasPrefix(head, "{"), strings.HasPrefix(head, "["):
		return true
	case strings.HasPrefix(head, "<?xml"), strings.HasPrefix(head, "<!--"):
		_, rest, _ := strings.Cut(head, ">")
		return isXML(start(rest))
	}
	return isXML(head) || isCallback(head)
}

// IsPage says whether text starts as an HTML page does.
func IsPage(text string) bool {
	head := strings.ToLower(start(text))
	return strings.HasPrefix(head, "<") && !isXML(head) && !strings.HasPrefix(head, "<?xml")
}

// isXML says whether text starts with an element of a list for programs.
func isXML(head string) bool {
	for _, name := range []string{"<rss", "<feed", "<urlset", "<sitemapindex", "<rdf:rdf", "<datastore"} {
		if len(head) >= len(name) && strings.EqualFold(head[:len(name)], name) {
			return true
		}
	}
	return false
}

// isCallback says whether text is JSON as the argument of a function: callback({
func isCallback(head string) bool {
	name, rest, ok := strings.Cut(head, "(")
	name = strings.TrimSpace(name)
	rest = start(rest)
	return ok && name != "" && len(name) < 80 && !strings.ContainsAny(name, " <>{};=\"'") &&
		(strings.HasPrefix(rest, "{") || strings.HasPrefix(rest, "["))
}

// start is text without blanks and byte order marks before it.
func start(text string) string {
	text = strings.TrimLeft(text, " \t\r\n\ufeff\u200b")
	return text[:min(len(text), 4096)]
}

// Shape tells people how an answer starts that is no list.
func Shape(text string) string {
	head := strings.Join(strings.Fields(start(text)), " ")
	if head == "" {
		return "nothing"
	}
	const most = 80
	if len(head) > most {
		end := most
		for !utf8.RuneStart(head[end]) {
			end--
		}
		head = head[:end] + "…"
	}
	return head
}

// data reads an answer that is no page.
func data(a *Answer) List {
	if l, ok := sitemap(a); ok {
		return l
	}
	if l, ok := feed(a); ok {
		return l
	}
	l, _ := jsonList(a)
	return l
}

// jsonList reads JSON that holds a list.
func jsonList(a *Answer) (List, bool) {
	t, ok := a.tableOf(a.Text, nil)
	if !ok {
		// Some services answer with markup in JSON.
		return markupList(a)
	}
	l := List{Rows: t.rows, Total: t.total, Evidence: "JSON " + t.path, Key: a.key(), Short: t.short}
	l.Next = stepped(a.asked(), len(t.records), t.total, t.pages)
	return l, true
}

// asked is the request of a.
func (a *Answer) asked() archive.Request {
	if a.Request != nil {
		return *a.Request
	}
	return get(a.URL)
}

// key tells the list of a from others that a column may have: what was asked,
// without the number of the page.
func (a *Answer) key() string {
	r := a.asked()
	if s, ok := stepOf(r); ok {
		r = s.to(r, 0)
	}
	return r.ReplayURL()
}

// markupList reads JSON that holds a list's markup as a text.
func markupList(a *Answer) (List, bool) {
	v, err := parseJSON(a.Text)
	if err != nil {
		return List{}, false
	}
	text, path := longestMarkup(v, nil, 0)
	if text == "" {
		return List{}, false
	}
	rows := fragmentRows(text, a.at())
	if len(rows) == 0 {
		return List{}, false
	}
	total, pages := totals(v, path)
	l := List{Rows: rows, Total: total, Evidence: "markup in JSON " + strings.Join(path, "."), Key: a.key()}
	l.Next = stepped(a.asked(), len(rows), total, pages)
	return l, true
}

// longestMarkup is the longest text with links in a JSON value.
func longestMarkup(v any, path []string, depth int) (text string, at []string) {
	if depth > maxJSONDepth {
		return "", nil
	}
	switch v := v.(type) {
	case string:
		if strings.Contains(v, "<a ") || strings.Contains(v, "<A ") {
			return v, path
		}
	case map[string]any:
		for _, name := range names(v) {
			if t, p := longestMarkup(v[name], append(path[:len(path):len(path)], name), depth+1); len(t) > len(text) {
				text, at = t, p
			}
		}
	case []any:
		var b strings.Builder
		for _, item := range v {
			t, _ := longestMarkup(item, path, depth+1)
			b.WriteString(t)
		}
		return b.String(), path
	}
	return text, at
}
