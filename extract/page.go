package extract

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"

	"fangzhi/archive"
)

// Input is one page as it was served.
type Input struct {
	URL     string         // of the page, canonical
	Status  int            // of the answer; 0 where it is not known
	Header  http.Header    // as served; nil where it is not known
	Payload []byte         // entity body as sent: content coding and charset untouched
	Zone    *time.Location // of the dates that the page prints; nil: of its country or, where it is Chinese, of China; else UTC
	Rules   Rules          // zero: none
	Known   *Furniture     // what repeats over the site's pages; nil: nothing is known
}

// Page is a page that was decoded and parsed once. It is not for use by
// several goroutines at a time.
type Page struct {
	in        Input
	base      *url.URL // nil where the URL cannot be parsed
	origin    string   // of base: scheme and host; "" where links cannot be resolved by joining
	folder    string   // of base: its path up to the last slash
	text      string   // decoded markup
	charset   string
	damaged   int
	failure   string // why the bytes are not to be read as HTML; "" when they are
	other     string // what told that they are another kind of document
	note      string // what the parser said
	dates     dateStyle
	rules     compiled
	root      *html.Node
	flat      *flat
	doc       *goquery.Document
	reading   *archive.Reading
	links     []Link
	data      *structured
	span      span         // the body, once it was read
	bodyNodes []*html.Node // what the rule for the body found
	raw       []bool       // what of it was kept before the site's furniture was dropped
	// bylineAt is the line with date and source, once it was looked for.
	bylineAt    int
	bylineKnown bool
}

// Open decodes and parses a page. What strangers send is never an error: it is
// told by the reading. An error means that in.Rules or in.URL cannot be used.
// Payload and Header are not changed and not kept.
func Open(in Input) (*Page, error) {
	rules, err := in.Rules.compile()
	if err != nil {
		return nil, fmt.Errorf("rules: %w", err)
	}
	p := &Page{in: in, rules: rules}
	if in.URL != "" {
		if p.base, err = url.Parse(in.URL); err != nil {
			return nil, fmt.Errorf("page: %q: not a URL: %w", in.URL, err)
		}
	}
	if p.in.Zone == nil {
		p.in.Zone = zoneOf(in.URL)
	}
	if p.other = otherKind(in); p.other == "" {
		p.decode()
	}
	p.in.Payload = nil
	p.root, p.note = parse(p.text)
	p.flat = flatten(p.root, len(p.text))
	if in.Zone == nil && countryOf(in.URL) == "" && p.isChinese() {
		p.in.Zone = china // the portals of all who write it have its offset
	}
	p.dates = styleOf(in.URL, p.flat.lang)
	if p.base != nil && p.flat.base != "" {
		if b, err := p.base.Parse(strings.TrimSpace(p.flat.base)); err == nil && (b.Scheme == "http" || b.Scheme == "https") {
			p.base = b
		}
	}
	if b := p.base; b != nil && (b.Scheme == "http" || b.Scheme == "https") && b.Host != "" && b.Opaque == "" {
		p.origin = b.Scheme + "://" + b.Host
		path := b.EscapedPath()
		p.folder = path[:strings.LastIndexByte(path, '/')+1]
		if p.folder == "" {
			p.folder = "/"
		}
		if strings.Contains(path, "/.") || strings.Contains(path, "//") {
			p.origin = ""
		}
	}
	return p, nil
}

func (p *Page) decode() {
	var err error
	p.text, p.charset, p.damaged, err = Decode(p.in)
	switch {
	case err != nil && p.text == "":
		p.failure = err.Error()
	case errors.Is(err, ErrTooLarge), err != nil && !strings.Contains(strings.ToLower(p.text), "</html"):
		// A part would be read as if it were the whole.
		p.failure, p.text = err.Error(), ""
	case err != nil:
		p.note = err.Error()
		p.damaged++
	case strings.TrimSpace(p.text) == "":
		p.failure = "empty: no bytes but blanks"
	}
	if strings.Count(p.text, "\x00") > len(p.text)/16 {
		p.failure, p.text = "not text: full of NUL bytes", ""
	}
}

// Document returns the parsed page, for selectors. It is not to be changed.
func (p *Page) Document() *goquery.Document {
	if p.doc == nil {
		p.doc = goquery.NewDocumentFromNode(p.root)
		p.doc.Url = p.base
	}
	return p.doc
}

// HTML returns the decoded markup.
func (p *Page) HTML() string { return p.text }

// otherKind returns what tells that a payload is not a page: its first bytes,
// or a header. The bytes come first: servers call everything text/html.
func otherKind(in Input) string {
	head := in.Payload[:min(len(in.Payload), 16)]
	for _, m := range [...]struct{ magic, kind string }{
		{"%PDF-", "PDF"}, {"PK\x03\x04", "ZIP or Office document"}, {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Office document"},
		{"Rar!\x1a\x07", "RAR"}, {"7z\xbc\xaf\x27\x1c", "7z"}, {"\x89PNG\r\n", "PNG"}, {"\xff\xd8\xff", "JPEG"}, {"GIF8", "GIF"},
		{"{\\rtf", "RTF"}, {"\x00\x00\x00\x18ftyp", "MP4"}, {"\x00\x00\x00\x20ftyp", "MP4"}, {"ID3", "MP3"}, {"RIFF", "RIFF media"},
	} {
		if bytes.HasPrefix(head, []byte(m.magic)) {
			return "starts as " + m.kind
		}
	}
	if in.Header == nil {
		return ""
	}
	if d := strings.ToLower(in.Header.Get("Content-Disposition")); strings.HasPrefix(d, "attachment") {
		return "header Content-Disposition: attachment"
	}
	switch t := mediaType(in.Header); t {
	case "", "text/html", "application/xhtml+xml", "application/octet-stream", "unknown/unknown", "text/htm":
		if t == "application/octet-stream" && !sniffMarkup(in) {
			return "header Content-Type: " + t
		}
		return ""
	case "text/plain", "text/xml", "application/xml":
		if sniffMarkup(in) {
			return ""
		}
		return "header Content-Type: " + t
	default:
		return "header Content-Type: " + t
	}
}

// sniffMarkup says whether an unpacked payload starts as an HTML page does.
func sniffMarkup(in Input) bool {
	head := bytes.ToLower(in.Payload[:min(len(in.Payload), 1024)])
	return bytes.Contains(head, []byte("<html")) || bytes.Contains(head, []byte("<!doctype html"))
}

// mediaType is the Content-Type in lower case without its parameters.
func mediaType(h http.Header) string {
	if h == nil {
		return ""
	}
	t, _, _ := strings.Cut(h.Get("Content-Type"), ";")
	return strings.ToLower(strings.TrimSpace(t))
}

// china is a fixed offset: China has had no daylight saving since 1991, and
// the zone must not depend on the machine's database.
var china = time.FixedZone("CST", 8*3600)

// isChinese says whether most of what a page says is in Han characters, and no
// Japanese.
func (p *Page) isChinese() bool {
	return p.wide() && !strings.ContainsAny(p.text, "のをがです") && !strings.HasPrefix(strings.ToLower(p.flat.lang), "ja")
}

// zoneOf is the zone of the dates that a host's pages print, as far as its
// country has one.
func zoneOf(rawURL string) *time.Location {
	name := ""
	switch countryOf(rawURL) {
	case "cn", "hk", "tw", "mo":
		return china
	case "jp":
		name = "Asia/Tokyo"
	case "kr":
		name = "Asia/Seoul"
	case "de":
		name = "Europe/Berlin"
	case "at":
		name = "Europe/Vienna"
	case "ch":
		name = "Europe/Zurich"
	case "fr":
		name = "Europe/Paris"
	case "it":
		name = "Europe/Rome"
	case "es":
		name = "Europe/Madrid"
	case "uk":
		name = "Europe/London"
	case "ie":
		name = "Europe/Dublin"
	case "nl":
		name = "Europe/Amsterdam"
	case "be":
		name = "Europe/Brussels"
	case "pl":
		name = "Europe/Warsaw"
	case "sg":
		return china
	}
	if name != "" {
		if zone, err := time.LoadLocation(name); err == nil {
			return zone
		}
	}
	return time.UTC
}
