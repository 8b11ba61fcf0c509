package export

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"fangzhi/archive"
	"fangzhi/archive/warc"
)

// webArchive writes captures into WARC files: of each answer the request and the
// response, of each visit that found it standing a revisit; and of every visit
// what the archive knows of it. A file ends after the capture that fills it.
type webArchive struct {
	ctx    context.Context
	store  Store
	job    Job
	stage  *stage
	folder string // of the files, in the stage: "" or "archive/"

	number int
	file   *staged
	to     *warc.Writer
	info   string // id of the file's warcinfo
	index  sorter // lines of CDXJ

	page    address                   // that sums are of
	sums    map[archive.Digest]string // SHA-1 of payloads
	records int
}

func newWebArchive(ctx context.Context, store Store, j Job, s *stage, folder string) *webArchive {
	return &webArchive{
		ctx: ctx, store: store, job: j.plain(), stage: s, folder: folder,
		index: sorter{dir: s.work(""), name: "index"}, sums: map[archive.Digest]string{},
	}
}

// write writes what c is of, and returns where its response or revisit stands.
func (w *webArchive) write(c capture) error {
	if at := (address{c.page.Site, c.page.URL}); at != w.page {
		w.page = at
		clear(w.sums)
	}
	if w.to == nil {
		if err := w.begin(c); err != nil {
			return err
		}
	}
	var err error
	switch {
	case c.bare:
		err = w.told(c, "")
	case c.profile != "":
		err = w.revisit(c)
	default:
		err = w.answer(c)
	}
	if err != nil {
		return fmt.Errorf("%s at %s: %w", c.visit.URL, c.visit.At.Format(time.RFC3339), err)
	}
	if w.to.Size() >= w.job.Split {
		return w.end()
	}
	return nil
}

// begin starts a file, which is named after its first capture.
func (w *webArchive) begin(c capture) (err error) {
	name := fmt.Sprintf("fangzhi-%s-%05d.warc.gz", c.visit.At.UTC().Format("20060102150405"), w.number)
	if w.file, err = w.stage.create(w.folder + name); err != nil {
		return err
	}
	w.number++
	w.to = warc.NewWriter(w.file, 0)
	w.info = warc.Name("warcinfo", string(w.job.name()), name, captureName(c.visit))
	_, err = w.put(warc.Record{
		Type: warc.Warcinfo, ID: w.info, Date: c.visit.At, Fields: []warc.Field{{Name: "WARC-Filename", Value: name}},
		Block: warc.FieldsBlock([]warc.Field{
			{Name: "software", Value: w.job.Software},
			{Name: "operator", Value: w.job.Operator},
			// As it was sent: what the crawler is called today need not be it.
			{Name: "http-header-user-agent", Value: c.visit.Request.Get("User-Agent")},
			{Name: "format", Value: "WARC File Format 1.1"},
			{Name: "conformsTo", Value: "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"},
			{Name: "description", Value: "captures from an archive of fangzhi: " + w.job.Selection.text()},
		}),
	})
	return err
}

// end closes the file.
func (w *webArchive) end() error {
	if w.file == nil {
		return nil
	}
	f := w.file
	w.file, w.to = nil, nil
	return f.Close()
}

func (w *webArchive) put(r warc.Record) (warc.Place, error) {
	w.records++
	return w.to.Write(r)
}

// captureName tells a visit from every other.
func captureName(v archive.Visit) string {
	return v.Site + "\n" + v.URL + "\n" + v.At.UTC().Format(time.RFC3339Nano)
}

func (w *webArchive) answer(c capture) error {
	v := c.visit
	t, err := targetOf(c.page)
	if err != nil {
		return err
	}
	sum := warc.Digest(c.payload)
	w.sums[v.Payload] = sum
	id := warc.Name("response", captureName(v))
	info := warc.Field{Name: "WARC-Warcinfo-ID", Value: "<" + w.info + ">"}
	concurrent := warc.Field{Name: "WARC-Concurrent-To", Value: "<" + id + ">"}
	ip := warc.Field{Name: "WARC-IP-Address", Value: ipOf(v.Address)}
	place, err := w.put(warc.Record{
		Type: warc.Response, ID: id, Date: v.At, URI: t.uri,
		Fields: []warc.Field{
			info, ip,
			{Name: "WARC-Protocol", Value: protocolOf(v.Protocol)},
			{Name: "WARC-Truncated", Value: v.Truncated},
			{Name: "WARC-Payload-Digest", Value: sum},
		},
		Block: warc.Block{Type: warc.TypeResponse, Parts: [][]byte{warc.ResponseHead(v.Protocol, v.Status, v.Header), c.payload}},
	})
	if err != nil {
		return err
	}
	request := warc.RequestHead(t.method, v.Protocol, t.parsed, v.Request)
	_, err = w.put(warc.Record{
		Type: warc.Request, ID: warc.Name("request", captureName(v)), Date: v.At, URI: t.uri,
		Fields: []warc.Field{info, concurrent, ip},
		Block:  warc.Block{Type: warc.TypeRequest, Parts: [][]byte{request, []byte(t.body)}},
	})
	if err != nil {
		return err
	}
	if err := w.told(c, id); err != nil {
		return err
	}
	return w.index.add(t.entry(warc.Entry{
		Date: v.At, Mime: mimeOf(v), Status: v.Status, Digest: sum, File: w.name(), Place: place,
	}).Line())
}

func (w *webArchive) revisit(c capture) error {
	v := c.visit
	t, err := targetOf(c.page)
	if err != nil {
		return err
	}
	sum, known := w.sums[c.refers.Payload]
	if !known {
		payload, err := w.store.Payload(w.ctx, c.refers.Payload)
		if err != nil {
			return err
		}
		sum = warc.Digest(payload)
		w.sums[c.refers.Payload] = sum
	}
	// The headers of such an answer are not kept, so there is no block: a replay
	// takes those of what is referred to.
	id := warc.Name("revisit", captureName(v))
	place, err := w.put(warc.Record{
		Type: warc.Revisit, ID: id, Date: v.At, URI: t.uri,
		Fields: []warc.Field{
			{Name: "WARC-Warcinfo-ID", Value: "<" + w.info + ">"},
			{Name: "WARC-Profile", Value: c.profile},
			{Name: "WARC-Refers-To", Value: "<" + warc.Name("response", captureName(c.refers)) + ">"},
			{Name: "WARC-Refers-To-Target-URI", Value: t.uri},
			{Name: "WARC-Refers-To-Date", Value: warc.Stamp(c.refers.At)},
			{Name: "WARC-Payload-Digest", Value: sum},
		},
	})
	if err != nil {
		return err
	}
	if err := w.told(c, id); err != nil {
		return err
	}
	return w.index.add(t.entry(warc.Entry{
		Date: v.At, Mime: warc.RevisitMime, Digest: sum, File: w.name(), Place: place,
	}).Line())
}

// told writes what the archive knows of a visit beside its capture, which has
// the id of; of a visit that left none it is all there is.
func (w *webArchive) told(c capture, of string) error {
	t, err := targetOf(c.page)
	if err != nil {
		return err
	}
	fields := []warc.Field{{Name: "WARC-Warcinfo-ID", Value: "<" + w.info + ">"}}
	if of != "" {
		fields = append(fields, warc.Field{Name: "WARC-Concurrent-To", Value: "<" + of + ">"})
	}
	_, err = w.put(warc.Record{
		Type: warc.Metadata, ID: warc.Name("metadata", captureName(c.visit)), Date: c.visit.At, URI: t.uri,
		Fields: fields, Block: warc.FieldsBlock(about(c)),
	})
	return err
}

// name is the current file's name as an index has it.
func (w *webArchive) name() string { return strings.TrimPrefix(w.file.name, w.folder) }

// about is what the archive knows of a capture: how it ended, what its payload
// is named here and, where it brought a version, what the page said and how
// each part of it is known.
func about(c capture) []warc.Field {
	v := c.visit
	fields := []warc.Field{
		{Name: "format", Value: "fangzhi visit 1"},
		{Name: "fetchedAt", Value: v.At.UTC().Format(time.RFC3339Nano)},
		{Name: "via", Value: c.page.FoundOn},
		{Name: "fetchTimeMs", Value: strconv.FormatInt(v.Took.Milliseconds(), 10)},
		{Name: "site", Value: v.Site}, {Name: "column", Value: v.Column}, {Name: "kind", Value: string(v.Kind)},
		{Name: "outcome", Value: string(v.Outcome)}, {Name: "reason", Value: v.Reason},
		{Name: "status", Value: count(v.Status)}, {Name: "attempts", Value: count(v.Attempts)}, {Name: "bytes", Value: count(int(v.Bytes))},
		{Name: "movedTo", Value: v.MovedTo}, {Name: "truncated", Value: v.Truncated},
		{Name: "payloadDigest", Value: string(v.Payload)},
		{Name: "trust", Value: string(v.Trust)}, {Name: "security", Value: v.Security},
	}
	if v.Absence != nil {
		text, _ := json.Marshal(v.Absence) // texts and times of whole years: it cannot fail
		fields = append(fields, warc.Field{Name: "absence", Value: string(text)})
	}
	if c.page.Request != nil {
		text, _ := json.Marshal(c.page.Request) // texts: it cannot fail
		fields = append(fields, warc.Field{Name: "asked", Value: string(text)})
	}
	if s := c.version; s != nil {
		text, _ := json.Marshal(s.Article) // texts, numbers and times of whole years: it cannot fail
		fields = append(fields,
			warc.Field{Name: "version", Value: strconv.Itoa(s.Version)},
			warc.Field{Name: "title", Value: strings.ToValidUTF8(s.Article.Title, "\uFFFD")},
			warc.Field{Name: "fingerprint", Value: string(s.Fingerprint)},
			warc.Field{Name: "rules", Value: string(s.Rules)},
			warc.Field{Name: "story", Value: s.Story},
			warc.Field{Name: "article", Value: string(text)},
		)
		if len(s.Parts) > 0 {
			parts, _ := json.Marshal(s.Parts) // texts: it cannot fail
			fields = append(fields, warc.Field{Name: "parts", Value: string(parts)})
		}
	}
	return fields
}

// count is a number where there is one.
func count(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// target is what was asked for.
type target struct {
	uri    string
	parsed *url.URL
	method string
	body   string // that was sent
	query  string // body, as an index writes it
}

// targetOf is what was asked for to bring p, whose URL may only stand for it.
func targetOf(p archive.Page) (target, error) {
	t := target{uri: escapeURI(p.URL), method: http.MethodGet}
	if r := p.Request; r != nil {
		t.uri, t.method, t.body = escapeURI(r.URL), r.Verb(), r.Body
		if t.method != http.MethodGet {
			_, t.query, _ = strings.Cut(r.ReplayURL(), "__wb_method="+t.method+"&")
		}
	}
	var err error
	t.parsed, err = url.Parse(t.uri)
	return t, err
}

// entry is e for this target.
func (t target) entry(e warc.Entry) warc.Entry {
	e.URL = t.uri
	if t.method != http.MethodGet {
		e.Method, e.Body = t.method, t.query
	}
	return e
}

// escapeURI percent-encodes what may not stand in a URI.
func escapeURI(s string) string {
	if strings.IndexFunc(s, unsafe) < 0 {
		return s
	}
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; unsafe(rune(c)) {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

func unsafe(r rune) bool {
	return r <= ' ' || r >= 0x7f || strings.ContainsRune(`<>"{}|\^`+"`", r)
}

// ipOf is the address without its port, "" where there is none.
func ipOf(address string) string {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = address
	}
	if host, _, _ = strings.Cut(host, "%"); net.ParseIP(host) == nil {
		return ""
	}
	return host
}

// protocolOf is p as WARC-Protocol has it.
func protocolOf(p string) string {
	switch p {
	case "HTTP/2.0":
		return "h2"
	case "HTTP/3.0":
		return "h3"
	}
	return strings.ToLower(p)
}

// mimeOf is the content type that v was served with, without parameters.
func mimeOf(v archive.Visit) string {
	mime, _, _ := strings.Cut(strings.Join(v.Header.Values("Content-Type"), ", "), ";")
	return strings.TrimSpace(mime)
}
