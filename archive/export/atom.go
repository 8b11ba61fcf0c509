package export

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"fangzhi/archive"
	"fangzhi/archive/diff"
	"fangzhi/archive/warc"
)

// feed writes an Atom feed (RFC 4287), the newest first: an entry for each
// record, under an id that is the page's, and a tombstone (RFC 6721) for each
// page that is gone or withdrawn by now.
type feed struct {
	to      io.Writer
	sel     Selection
	entries sorter
}

// gone tells when a page was found gone.
type gone struct {
	ctx   context.Context
	store Store
}

func newFeed(w io.Writer, sel Selection, dir string) *feed {
	return &feed{to: w, sel: sel, entries: sorter{dir: dir, name: "entries"}}
}

const (
	atomSpace      = "http://www.w3.org/2005/Atom"
	tombstoneSpace = "http://purl.org/atompub/tombstones/1.0"
)

type atomText struct {
	Type string `xml:"type,attr,omitempty"`
	Text string `xml:",chardata"`
}

type atomPerson struct {
	Name string `xml:"name"`
}

type atomLink struct {
	Rel   string `xml:"rel,attr"`
	Href  string `xml:"href,attr"`
	Title string `xml:"title,attr,omitempty"`
}

type atomCategory struct {
	Term string `xml:"term,attr"`
}

type atomEntry struct {
	XMLName   xml.Name       `xml:"entry"`
	ID        string         `xml:"id"`
	Title     atomText       `xml:"title"`
	Updated   string         `xml:"updated"`
	Published string         `xml:"published,omitempty"`
	Authors   []atomPerson   `xml:"author,omitempty"`
	Links     []atomLink     `xml:"link"`
	Category  []atomCategory `xml:"category,omitempty"`
	Summary   *atomText      `xml:"summary"`
	Content   atomText       `xml:"content"`
}

type atomTombstone struct {
	XMLName xml.Name   `xml:"at:deleted-entry"`
	Ref     string     `xml:"ref,attr"`
	When    string     `xml:"when,attr"`
	Links   []atomLink `xml:"link"`
	Comment string     `xml:"at:comment,omitempty"`
}

// pageID is the same for every version of a page.
func pageID(site, url string) string { return warc.Name("page", site, url) }

func (f *feed) write(e entry) error {
	if e.text == nil {
		return nil
	}
	return f.entries.add(e.text)
}

// feedItem is r as an element, behind the key that sorts it; nil where another
// record tells.
func (g gone) feedItem(r Record) ([]byte, error) {
	id := pageID(r.Site, r.URL)
	updated := r.TakenAt
	var element any
	if r.State.Gone() {
		if r.Version < r.Versions {
			return nil, nil // the page's latest version tells it
		}
		at, why, err := g.noticed(r)
		if err != nil {
			return nil, err
		}
		updated = at
		element = atomTombstone{
			Ref: id, When: at.Format(time.RFC3339), Links: []atomLink{{Rel: "alternate", Href: clean(r.URL), Title: clean(r.Title)}},
			Comment: clean(fmt.Sprintf("%s, last seen %s: %s", r.State, r.LastSeen.Format(time.RFC3339), why)),
		}
	} else {
		element = entryOf(id, r)
	}
	text, err := xml.Marshal(element)
	if err != nil {
		return nil, fmt.Errorf("%s version %d: %w", r.URL, r.Version, err)
	}
	// Newest first, those of one second in the archive's order.
	key := fmt.Sprintf("%016x\x00%s\x00%s\x00%08d\x00%s\x00", math.MaxInt64-updated.Unix(), r.Site, r.URL, r.Version, updated.Format(time.RFC3339))
	return append([]byte(key), text...), nil
}

func entryOf(id string, r Record) atomEntry {
	e := atomEntry{
		ID: id, Title: atomText{Text: clean(r.Title)}, Updated: r.TakenAt.Format(time.RFC3339),
		Links:   []atomLink{{Rel: "alternate", Href: clean(r.URL)}},
		Content: atomText{Type: "text", Text: clean(r.Body)},
	}
	if e.Title.Text == "" {
		e.Title.Text = clean(r.URL)
	}
	if at := r.Published.At; !at.IsZero() {
		e.Published = at.Format(time.RFC3339)
	}
	for _, name := range []string{r.Author, r.Source} {
		if name = clean(name); name != "" {
			e.Authors = append(e.Authors, atomPerson{name})
			break
		}
	}
	if r.Column != "" {
		e.Category = []atomCategory{{clean(r.Column)}}
	}
	if len(r.Changes) > 0 {
		e.Summary = &atomText{Text: "changed: " + diff.Line(r.Changes)}
	}
	for _, a := range r.Attachments {
		e.Links = append(e.Links, atomLink{Rel: "related", Href: clean(a.URL), Title: clean(a.Name)})
	}
	return e
}

// noticed is when the page of r was found gone for the first time since it was
// last seen, and why it stands as gone or withdrawn now: the last visit that found
// it so tells.
func (g gone) noticed(r Record) (at time.Time, why string, err error) {
	at, why = r.LastSeen, "no visit tells when"
	seen := false
	if g.store == nil {
		return at, why, nil
	}
	f := archive.Filter{Site: r.Site, URL: r.URL, Since: r.LastSeen}
	for v, err := range g.store.Visits(g.ctx, f) {
		if err != nil {
			return at, why, err
		}
		if v.Outcome != archive.Gone && v.Outcome != archive.Withdrawn {
			continue
		}
		if why = v.Reason; !seen {
			at, seen = v.At.UTC().Truncate(time.Second), true
		}
	}
	return at, why, nil
}

func (f *feed) pause() (bool, error) { return false, nil }

func (f *feed) finish() error {
	var out bytes.Buffer
	out.WriteString(xml.Header)
	fmt.Fprintf(&out, "<feed xmlns=%q xmlns:at=%q>\n", atomSpace, tombstoneSpace)
	first := true
	head := func(updated string) {
		first = false
		title := "fangzhi"
		if len(f.sel.Sites) > 0 {
			title += ": " + strings.Join(distinct(f.sel.Sites), ", ")
		}
		fmt.Fprintf(&out, "<id>%s</id>\n<title>%s</title>\n<updated>%s</updated>\n<author><name>fangzhi</name></author>\n<generator>fangzhi</generator>\n",
			warc.Name("feed", Job{Format: Atom, Selection: f.sel}.plain().Selection.text()), escapeXML(title), updated)
	}
	for item, err := range f.entries.sorted() {
		if err != nil {
			return err
		}
		parts := bytes.SplitN(item, []byte{0}, 6)
		if first {
			head(string(parts[4]))
		}
		out.Write(parts[5])
		out.WriteByte('\n')
		if _, err := out.WriteTo(f.to); err != nil {
			return err
		}
	}
	if first {
		head(time.Unix(0, 0).UTC().Format(time.RFC3339))
	}
	out.WriteString("</feed>\n")
	_, err := out.WriteTo(f.to)
	return err
}

func escapeXML(s string) string {
	var b bytes.Buffer
	xml.EscapeText(&b, []byte(clean(s)))
	return b.String()
}

// clean is s without what XML 1.0 has no way to write.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t', r == '\n', r == '\r', r >= 0x20 && r <= 0xd7ff, r >= 0xe000 && r <= 0xfffd, r >= 0x10000:
			return r
		}
		return '\uFFFD'
	}, strings.ToValidUTF8(s, "\uFFFD"))
}
