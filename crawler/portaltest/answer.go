package portaltest

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"fmt"
	"hash/fnv"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

// answer is what a path has to say before validators, content coding and
// faults have their turn.
type answer struct {
	status   int
	header   http.Header
	body     []byte
	draw     func([]byte) []byte // appends the body, where it is made up only when it is needed
	etag     string              // without quotes; "": made from the body
	modified time.Time           // zero: the answer carries no validators
	buffer   *[]byte             // that draw wrote to, back to the pool when it is sent
}

var buffers = sync.Pool{New: func() any { b := make([]byte, 0, 64<<10); return &b }}

// page is an answer of HTML.
func page(status int, contentType string, body []byte, modified time.Time) *answer {
	return &answer{
		status: status, header: http.Header{"Content-Type": {contentType}}, body: body, modified: modified,
	}
}

// content returns the plain body, drawn when it was not yet.
func (a *answer) content() []byte {
	if a.draw != nil {
		a.buffer = buffers.Get().(*[]byte)
		a.body = a.draw((*a.buffer)[:0])
		*a.buffer = a.body
		a.draw = nil
	}
	return a.body
}

// send sends a finished answer.
func (a *answer) send(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	for name, values := range a.header {
		header[name] = values
	}
	if a.status != http.StatusNotModified {
		header.Set("Content-Length", strconv.Itoa(len(a.body)))
	}
	w.WriteHeader(a.status)
	if r.Method != http.MethodHead && a.status != http.StatusNotModified {
		_, _ = w.Write(a.body) // the reader may be gone, which is its own affair
	}
	if a.buffer != nil {
		a.body = nil
		buffers.Put(a.buffer)
		a.buffer = nil
	}
}

// finish settles validators and content coding: what is in a afterwards goes
// over the line.
func (p *Portal) finish(a *answer, r *http.Request) {
	if !a.modified.IsZero() && a.status == http.StatusOK {
		if p.validate(a, r) {
			a.status, a.body, a.draw = http.StatusNotModified, nil, nil
			delete(a.header, "Content-Type")
			return
		}
	}
	a.content()
	if a.header.Get("Content-Encoding") != "" || !strings.HasPrefix(a.header.Get("Content-Type"), "text/") ||
		len(p.options.Codings) == 0 {
		return
	}
	a.header.Set("Vary", "Accept-Encoding")
	coding := negotiate(r.Header.Get("Accept-Encoding"), p.options.Codings)
	if coding == "" || len(a.body) < 200 || a.status == http.StatusNotModified {
		return
	}
	a.body = Encode(coding, a.body)
	a.header.Set("Content-Encoding", coding)
	if etag := a.header.Get("ETag"); strings.HasPrefix(etag, `"`) {
		a.header.Set("ETag", "W/"+etag) // as nginx does: the coded bytes are not the ones that were named
	}
}

// validate sets the validators that the portal's validity gives, and says
// whether the request has them already.
func (p *Portal) validate(a *answer, r *http.Request) (fresh bool) {
	p.mu.RLock()
	validity := p.validity
	p.mu.RUnlock()
	if validity == NoValidators {
		return false
	}
	etag, modified := a.etag, a.modified
	if etag == "" {
		h := fnv.New64a()
		h.Write(a.content())
		etag = fmt.Sprintf("%x-%x", a.modified.Unix(), h.Sum64())
	}
	switch validity {
	case EverFresh:
		p.mu.Lock()
		p.answered++
		etag += fmt.Sprintf("-%d", p.answered)
		modified = modified.Add(time.Duration(p.answered) * time.Second)
		p.mu.Unlock()
	case Sticky:
		etag, modified = "first", stuck
	}
	last := modified.UTC().Format(http.TimeFormat)
	a.header.Set("Last-Modified", last)
	if validity != DateOnly {
		a.header.Set("ETag", `"`+etag+`"`)
	}
	if validity == EverFresh || validity == Careless {
		return false
	}
	if match := r.Header.Get("If-None-Match"); match != "" && validity != DateOnly {
		return slices.ContainsFunc(strings.Split(match, ","), func(tag string) bool {
			tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/")
			return tag == "*" || tag == `"`+etag+`"`
		})
	}
	since, err := http.ParseTime(r.Header.Get("If-Modified-Since"))
	return err == nil && !modified.Truncate(time.Second).After(since)
}

// stuck is the date of every page of a portal whose validity is Sticky.
var stuck = time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)

// negotiate returns the first of the offered codings that accept allows, ""
// for none.
func negotiate(accept string, offered []string) string {
	for _, coding := range offered {
		for part := range strings.SplitSeq(accept, ",") {
			name, weight, _ := strings.Cut(part, ";")
			if strings.TrimSpace(name) != coding {
				continue
			}
			if q := strings.TrimPrefix(strings.TrimSpace(weight), "q="); q != "" {
				if v, err := strconv.ParseFloat(q, 64); err == nil && v == 0 {
					continue
				}
			}
			return coding
		}
	}
	return ""
}

// zippers serve answer after answer: a new one clears a megabyte.
var zippers = sync.Pool{New: func() any {
	w, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // the level is known to be valid
	return w
}}

// Encode returns body under a content coding: gzip, br, zstd or deflate
// (zlib's form, RFC 9110 section 8.4.1.2); under any other name as it is.
func Encode(coding string, body []byte) []byte {
	var b bytes.Buffer
	var w io.WriteCloser
	switch coding {
	case "gzip":
		z := zippers.Get().(*gzip.Writer)
		defer zippers.Put(z)
		z.Reset(&b)
		w = z
	case "br":
		w = brotli.NewWriterLevel(&b, brotli.BestSpeed)
	case "zstd":
		w, _ = zstd.NewWriter(&b, zstd.WithEncoderConcurrency(1)) // the option is known to be valid
	case "deflate":
		w = zlib.NewWriter(&b)
	default:
		return body
	}
	_, _ = w.Write(body) // a bytes.Buffer does not fail
	_ = w.Close()
	return b.Bytes()
}
