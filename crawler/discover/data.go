package discover

import (
	"strings"
	"unicode/utf8"
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
	return List{}
}
