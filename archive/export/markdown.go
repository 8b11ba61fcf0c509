package export

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"path"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// markdown writes a tree site/column/year/date-title.md, for reading and for
// git: a file's name depends on its record alone.
type markdown struct {
	stage *stage
	all   bool // several versions of a page may be there
}

func (m *markdown) write(e entry) error { return m.stage.writeLater(pathOf(e.Record, m.all), e.text) }

func (m *markdown) pause() (bool, error) { return false, nil }

func (m *markdown) finish() error { return nil }

// pathOf is where the file of r goes. Twelve digits of a hash of the page's
// identity tell apart the articles of one title and day: with six, some thousand
// articles without either were likely to lose one to another.
func pathOf(r Record, all bool) string {
	year, day := "undated", ""
	if at := r.Published.At; !at.IsZero() {
		year, day = at.Format("2006"), at.Format("2006-01-02-")
	}
	sum := sha256.Sum256([]byte(r.Site + "\x00" + r.URL))
	name := day + safeName(r.Title, "untitled", 150) + "-" + hex.EncodeToString(sum[:6])
	if all {
		name += fmt.Sprintf(".v%d", r.Version)
	}
	return path.Join(safeName(r.Site, "no-site", 100), safeName(r.Column, "no-column", 100), year, name+".md")
}

// reserved are the names that Windows keeps for devices.
var reserved = regexp.MustCompile(`(?i)^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$`)

// safeName makes s a name for a file on any system, of at most limit bytes.
func safeName(s, none string, limit int) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Cf, r), r == utf8.RuneError:
			return -1
		case unicode.IsControl(r), unicode.IsSpace(r), strings.ContainsRune(`/\:*?"<>|%#`, r):
			return '_'
		}
		return r
	}, norm.NFC.String(s))
	for len(s) > limit {
		_, size := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-size]
	}
	s = strings.Trim(s, "._ ")
	switch {
	case s == "":
		return none
	case reserved.MatchString(s):
		return "_" + s
	}
	return s
}

// appendMarkdown appends r: its fields as front matter, in YAML's form that is
// JSON, then the text.
func appendMarkdown(b []byte, r Record) []byte {
	line := func(name string, value any) {
		var text bytes.Buffer
		enc := json.NewEncoder(&text)
		enc.SetEscapeHTML(false)
		enc.Encode(value) // texts, numbers and lists of them: it cannot fail
		b = append(b, name...)
		b = append(b, ": "...)
		b = append(b, text.Bytes()...)
	}
	b = append(b, "---\n"...)
	for _, f := range []struct {
		name  string
		value any
	}{
		{"title", r.Title}, {"url", r.URL}, {"site", r.Site}, {"column", r.Column},
		{"published", r.Published}, {"day_only", r.DayOnly}, {"source", r.Source}, {"author", r.Author},
		{"document_number", r.DocumentNumber}, {"version", r.Version}, {"versions", r.Versions},
		{"taken_at", r.TakenAt}, {"last_seen", r.LastSeen}, {"state", r.State}, {"status", r.Status},
		{"attachments", r.Attachments}, {"payload_digest", r.PayloadDigest}, {"fingerprint", r.Fingerprint}, {"story", r.Story}, {"changes", r.Changes},
		{"missing", r.Missing},
	} {
		line(f.name, f.value)
	}
	b = append(b, "---\n"...)
	if r.Title != "" {
		b = append(b, "\n# "+literal(r.Title)+"\n"...)
	}
	for paragraph := range strings.SplitSeq(lineEnds.Replace(r.Body), "\n\n") {
		if strings.TrimSpace(paragraph) == "" {
			continue
		}
		b = append(b, '\n')
		for text := range strings.SplitSeq(strings.Trim(paragraph, "\n"), "\n") {
			b = append(b, literal(text)...)
			b = append(b, "  \n"...) // two spaces: the line ends here
		}
		b = append(bytes.TrimRight(b, " \n"), '\n')
	}
	if len(r.Attachments) > 0 {
		b = append(b, '\n')
	}
	for _, a := range r.Attachments {
		name := a.Name
		if name == "" {
			name = a.URL
		}
		b = append(b, "- ["+literal(name)+"](<"+strings.NewReplacer("<", "%3C", ">", "%3E", "\n", "%0A", "\r", "%0D").Replace(a.URL)+">)\n"...)
	}
	return bytes.ToValidUTF8(b, []byte("\uFFFD"))
}

// lineEnds makes every way to end a line the one that paragraphs are told by:
// Markdown takes a lone carriage return for the end of a line too.
var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

var (
	marks   = strings.NewReplacer(`\`, `\\`, "`", "\\`", `*`, `\*`, `_`, `\_`, `[`, `\[`, `]`, `\]`, `<`, `\<`, `&`, `\&`, `|`, `\|`, `~`, `\~`)
	starts  = regexp.MustCompile(`^([#>+=-])`)
	ordered = regexp.MustCompile(`^(\d{1,9})([.)])`)
)

// literal is one line of text so that Markdown shows it as it is.
func literal(s string) string {
	s = strings.Trim(strings.ReplaceAll(lineEnds.Replace(s), "\n", " "), " \t")
	s = marks.Replace(s)
	s = starts.ReplaceAllString(s, `\$1`)
	return ordered.ReplaceAllString(s, `$1\$2`)
}
