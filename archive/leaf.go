package archive

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// leafHead is the first line of every leaf. What is encoded otherwise has
// another number.
const leafHead = "fangzhi entry 1\n"

// Leaf is one entry of the log: a visit, and the version that it cut.
type Leaf struct {
	N        int64 // its number in the log, from 0
	Hash     Hash
	Visit    Visit
	Snapshot *Snapshot // nil when the visit cut no version
	// Damaged, of a leaf to be imported: its visit and version are not what was
	// sealed, and come as they are; a visit that is empty is lost.
	Damaged bool
}

// Lost says whether nothing but its place in the log is left of the leaf.
func (l *Leaf) Lost() bool { return l.Damaged && l.Visit.URL == "" && l.Visit.At.IsZero() }

// Sound says whether the leaf's visit and version are what was sealed.
func (l *Leaf) Sound() bool { return LeafHash(LeafOf(l.Visit, l.Snapshot)) == l.Hash }

// String names the leaf to people.
func (l *Leaf) String() string {
	if l.Visit.URL == "" {
		return fmt.Sprintf("leaf %d", l.N)
	}
	return fmt.Sprintf("leaf %d, the visit of %s at %s", l.N, l.Visit.URL, stamp(l.Visit.At))
}

// LeafOf returns the bytes that the log seals for a visit and the version that
// it cut (nil: none): the same whichever store keeps them. Their form is
// docs/archive.md's; what is empty is left out, so that a field added later
// leaves earlier leaves as they are.
func LeafOf(v Visit, s *Snapshot) []byte {
	size := 1024
	if s != nil {
		size += 2 * len(s.Article.Body)
	}
	w := leafWriter{b: append(make([]byte, 0, size), leafHead...)}
	w.visit(v)
	if s != nil {
		w.snapshot(*s)
		w.asJSON = true
		w.article(s.Article)
	}
	return w.b
}

func (w *leafWriter) visit(v Visit) {
	w.text("visit.run", v.Run)
	w.text("visit.site", v.Site)
	w.text("visit.url", v.URL)
	w.text("visit.column", v.Column)
	w.text("visit.kind", string(v.Kind))
	w.time("visit.at", v.At)
	w.number("visit.took", int64(v.Took))
	w.text("visit.outcome", string(v.Outcome))
	w.text("visit.reason", v.Reason)
	w.number("visit.status", int64(v.Status))
	w.number("visit.attempts", int64(v.Attempts))
	w.number("visit.bytes", v.Bytes)
	w.number("visit.version", int64(v.Version))
	w.text("visit.moved_to", v.MovedTo)
	w.text("visit.truncated", v.Truncated)
	w.text("visit.payload", string(v.Payload))
	w.header("visit.header", v.Header)
	w.header("visit.request", v.Request)
	w.text("visit.address", v.Address)
	w.text("visit.protocol", v.Protocol)
	w.text("visit.trust", string(v.Trust))
	w.text("visit.security", v.Security)
	if v.Absence != nil {
		w.asJSON = true
		w.absence(*v.Absence)
		w.asJSON = false
	}
}

func (w *leafWriter) absence(a Absence) {
	w.truth("visit.absence", true)
	for _, part := range []struct {
		name string
		all  []Sighting
	}{{"visit.absence.control", a.Controls}, {"visit.absence.list", a.Lists}} {
		for _, s := range part.all {
			w.line(part.name, s.URL)
			w.time(part.name+".at", s.At)
			w.text(part.name+".outcome", string(s.Outcome))
		}
	}
	w.text("visit.absence.doubt", a.Doubt)
	w.truth("visit.absence.rebuilt", a.Rebuilt)
}

func (w *leafWriter) snapshot(s Snapshot) {
	w.text("snapshot.site", s.Site)
	w.text("snapshot.url", s.URL)
	w.number("snapshot.version", int64(s.Version))
	w.text("snapshot.column", s.Column)
	w.text("snapshot.kind", string(s.Kind))
	w.time("snapshot.taken_at", s.TakenAt)
	w.time("snapshot.prior_seen", s.PriorSeen)
	w.number("snapshot.status", int64(s.Status))
	w.text("snapshot.payload", string(s.Payload))
	w.text("snapshot.fingerprint", string(s.Fingerprint))
	w.text("snapshot.rules", string(s.Rules))
	w.text("snapshot.story", s.Story)
	w.text("snapshot.trust", string(s.Trust))
	w.number("snapshot.reader", int64(s.Reader))
	for _, p := range s.Parts {
		w.line("snapshot.part", p.URL)
		w.text("snapshot.part.payload", string(p.Payload))
		w.text("snapshot.part.missing", p.Missing)
	}
}

func (w *leafWriter) article(a Article) {
	w.text("article.title", a.Title)
	w.text("article.subtitle", a.Subtitle)
	w.text("article.source", a.Source)
	w.text("article.author", a.Author)
	w.text("article.editor", a.Editor)
	w.text("article.document_number", a.DocumentNumber)
	w.text("article.index_number", a.IndexNumber)
	w.text("article.issuer", a.Issuer)
	w.text("article.written", a.Written)
	if !a.Published.IsZero() {
		w.text("article.published", a.Published.Format(time.RFC3339Nano))
	}
	w.truth("article.day_only", a.DayOnly)
	w.text("article.body", a.Body)
	w.text("article.left_out", a.LeftOut)
	for _, p := range a.Pictures {
		w.line("article.picture", p)
	}
	for _, f := range a.Attachments {
		w.line("article.attachment", f.URL)
		w.text("article.attachment.name", f.Name)
		w.text("article.attachment.digest", string(f.Digest))
	}
	for _, e := range a.Evidence {
		w.line("article.evidence", e.Field)
		w.text("article.evidence.method", e.Method)
		w.text("article.evidence.where", e.Where)
		if e.Confidence != 0 {
			w.line("article.evidence.confidence", strconv.FormatFloat(e.Confidence, 'g', -1, 64))
		}
		for _, o := range e.Others {
			w.line("article.evidence.other", o)
		}
	}
}

// leafWriter writes the lines of a leaf: name, length of the value in bytes,
// value. The length makes it plain where a value ends, whatever is in it.
type leafWriter struct {
	b []byte
	// A store may keep an article as JSON, which holds nothing but UTF-8: each
	// byte that is not stands as U+FFFD there, and so it does here.
	asJSON bool
}

func (w *leafWriter) line(name, value string) {
	w.b = append(w.b, name...)
	w.b = append(w.b, ' ')
	if w.asJSON && !utf8.ValidString(value) {
		value = string([]rune(value))
	}
	w.b = strconv.AppendInt(w.b, int64(len(value)), 10)
	w.b = append(w.b, ' ')
	w.b = append(w.b, value...)
	w.b = append(w.b, '\n')
}

func (w *leafWriter) text(name, value string) {
	if value != "" {
		w.line(name, value)
	}
}

func (w *leafWriter) number(name string, value int64) {
	if value != 0 {
		w.line(name, strconv.FormatInt(value, 10))
	}
}

func (w *leafWriter) truth(name string, value bool) {
	if value {
		w.line(name, "true")
	}
}

func (w *leafWriter) time(name string, value time.Time) {
	if !value.IsZero() {
		w.line(name, value.UTC().Format("2006-01-02T15:04:05.000Z"))
	}
}

// header writes a line for each value, by name; a line break within a value,
// which HTTP does not know, is a space.
func (w *leafWriter) header(name string, h http.Header) {
	names := make([]string, 0, len(h))
	for n := range h {
		names = append(names, n)
	}
	slices.Sort(names)
	for _, n := range names {
		for _, v := range h[n] {
			if strings.ContainsAny(v, "\r\n") {
				v = strings.NewReplacer("\r\n", " ", "\r", " ", "\n", " ").Replace(v)
			}
			w.line(name, n+": "+v)
		}
	}
}

// A LeafField is one line of a leaf.
type LeafField struct{ Name, Value string }

// ParseLeaf reads the bytes of a leaf; ok is false where they are none.
func ParseLeaf(b []byte) (fields []LeafField, ok bool) {
	b, ok = bytes.CutPrefix(b, []byte(leafHead))
	for ok && len(b) > 0 {
		name, rest, found := bytes.Cut(b, []byte(" "))
		digits, value, sized := bytes.Cut(rest, []byte(" "))
		n, err := strconv.Atoi(string(digits))
		if ok = found && sized && err == nil && n >= 0 && n < len(value) && value[n] == '\n'; ok {
			fields = append(fields, LeafField{string(name), string(value[:n])})
			b = value[n+1:]
		}
	}
	return fields, ok
}
