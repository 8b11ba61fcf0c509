package intake

import (
	"context"
	"fmt"
	"io"
	"iter"
	"net/http"
	"strings"
	"time"

	"fangzhi/archive"
	"fangzhi/archive/warc"
)

// Captures yields all captures by date; those of one moment in the order in
// which they stand in the files. It yields an error at most once, last.
func (c *Collection) Captures(ctx context.Context) iter.Seq2[archive.Saved, error] {
	return func(yield func(archive.Saved, error) bool) {
		for r, err := range c.table.of(byDate) {
			var s archive.Saved
			if err == nil {
				err = ctx.Err()
			}
			if err == nil {
				s, err = c.saved(r)
			}
			if !yield(s, err) || err != nil {
				return
			}
		}
	}
}

// Count is how many captures there are, and visits that left none.
func (c *Collection) Count() (n int, err error) {
	end, err := c.table.find(row{key: 1, at: -1 << 62})
	return int(end), err
}

// Holds says whether there is a capture of the page at url.
func (c *Collection) Holds(url string) (bool, error) {
	for _, err := range c.table.of(c.table.key(byPage, url)) {
		return err == nil, err
	}
	return false, nil
}

// Times yields when the page at url was captured, in order.
func (c *Collection) Times(url string) iter.Seq2[time.Time, error] {
	return func(yield func(time.Time, error) bool) {
		for r, err := range c.table.of(c.table.key(byPage, url)) {
			if !yield(time.UnixMilli(r.at).UTC(), err) || err != nil {
				return
			}
		}
	}
}

// At returns the first capture of the page at url at the time at.
func (c *Collection) At(url string, at time.Time) (s archive.Saved, ok bool, err error) {
	for r, err := range c.table.from(c.table.key(byPage, url), at.UnixMilli()) {
		if err != nil || r.at != at.UnixMilli() {
			return s, false, err
		}
		s, err = c.saved(r)
		return s, err == nil, err
	}
	return s, false, nil
}

// record reads a record again.
func (c *Collection) record(r row) (*warc.Header, []byte, error) {
	from := c.sources[r.file]
	size := from.size
	if r.file == spoolSource {
		size = c.spool.size
	}
	in, _ := c.readers.Get().(*warc.Reader)
	if in == nil {
		in = &warc.Reader{}
	}
	defer c.readers.Put(in)
	if err := in.Reset(io.NewSectionReader(from, r.off, size-r.off)); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", from.name, err)
	}
	next, _, err := in.Next()
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", from.name, err)
	}
	head := *next // whose place the next record takes
	h := &head
	if h.Length > c.options.Payload+warc.MaxHeader {
		return nil, nil, fmt.Errorf("%s: record at byte %d: it changed since it was checked", from.name, r.off)
	}
	block := make([]byte, h.Length)
	if _, err := io.ReadFull(in, block); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", from.name, err)
	}
	return h, block, nil
}

// saved puts a capture together of its records.
func (c *Collection) saved(r row) (s archive.Saved, err error) {
	h, block, err := c.record(r)
	if err != nil {
		return s, err
	}
	s.From = fmt.Sprintf("%s, record at byte %d", c.sources[r.file].name, r.off)
	s.Whole = h.Whole
	s.Capture = archive.Capture{URL: h.URI, At: time.UnixMilli(r.at).UTC(), Attempts: 1}
	s.Address, s.Truncated = h.Get("WARC-IP-Address"), h.Get("WARC-Truncated")
	if r.kind == isBare {
		s.Bare = true
		s.Told, err = readTold(block, h.Date)
		return s, err
	}
	switch r.kind {
	case isResource:
		// No HTTP: what was had is what stands in the record.
		s.Status, s.Payload = http.StatusOK, block
		s.Header = http.Header{}
		if t := h.Get("Content-Type"); t != "" {
			s.Header.Set("Content-Type", t)
		}
	case isAnswer:
		err = answer(&s.Capture, h, block)
	case isRevisit:
		err = c.revisit(&s, h, block)
	}
	if err != nil {
		return s, err
	}
	if err := c.request(&s, h); err != nil {
		return s, err
	}
	return s, c.told(&s, h)
}

// answer fills a capture from a response.
func answer(to *archive.Capture, h *warc.Header, block []byte) error {
	a, err := warc.ParseAnswer(block)
	if err != nil {
		return err
	}
	to.Status, to.Header, to.Payload, to.Protocol = a.Status, a.Header, a.Payload, a.Protocol
	if p := h.Get("WARC-Protocol"); p != "" {
		to.Protocol = warc.Protocol(p)
	}
	if a.Cut && to.Truncated == "" {
		to.Truncated = "disconnect"
		to.Failure = "the transfer coding of the answer that was saved has no end"
	}
	return nil
}

// revisit fills a capture from a revisit and what it refers to.
func (c *Collection) revisit(s *archive.Saved, h *warc.Header, block []byte) error {
	s.Refers = archive.Reference{URL: warc.Bare(h.Get("WARC-Refers-To-Target-URI")), Digest: h.Get("WARC-Payload-Digest")}
	if s.Refers.URL == "" {
		s.Refers.URL = h.URI
	}
	if d := h.Get("WARC-Refers-To-Date"); d != "" {
		s.Refers.At, _ = warc.ParseDate(d)
	}
	if check, known := warc.NewCheck(s.Refers.Digest); known && check.Name() != "" {
		s.Refers.Same = check.Matches
	}
	profile := h.Get("WARC-Profile")
	switch {
	case strings.HasSuffix(profile, "/revisit/identical-payload-digest"):
		s.Confirms = archive.ConfirmsBytes
	case strings.HasSuffix(profile, "/revisit/server-not-modified"):
		s.Confirms = archive.ConfirmsStand
		s.Status = http.StatusNotModified
	default:
		s.Lost = fmt.Sprintf("a revisit of the profile %q, which is not known", text(profile))
		return nil
	}
	own := archive.Capture{}
	if len(block) > 0 {
		if err := answer(&own, h, block); err == nil {
			s.Header, s.Protocol = own.Header, own.Protocol
			if s.Confirms == archive.ConfirmsBytes {
				s.Status = own.Status
			}
		}
	}
	if s.Confirms == archive.ConfirmsStand {
		return nil
	}
	found, original, err := c.original(s, h)
	if err != nil {
		return err
	}
	if !found {
		s.Lost = "refers to a capture that is not in the files"
		return nil
	}
	s.Payload = original.Payload
	if s.Status == 0 {
		s.Status = original.Status
	}
	if s.Header == nil {
		s.Header = original.Header
	}
	if s.Protocol == "" {
		s.Protocol = original.Protocol
	}
	return nil
}

// original finds what a revisit refers to: by target and date, else by the
// digest of the payload.
func (c *Collection) original(s *archive.Saved, h *warc.Header) (found bool, a archive.Capture, err error) {
	check, known := warc.NewCheck(s.Refers.Digest)
	try := func(key uint64, from, to int64) error {
		for r, err := range c.table.from(key, from) {
			if err != nil {
				return err
			}
			if r.at > to {
				break
			}
			of, block, err := c.record(r)
			if err != nil {
				return err
			}
			if known && check.Name() == "" || !known && of.URI != s.Refers.URL {
				continue
			}
			got := archive.Capture{Truncated: of.Get("WARC-Truncated")}
			raw := block
			if of.Type == "resource" {
				got.Status, got.Payload = http.StatusOK, block
				got.Header = http.Header{"Content-Type": {of.Get("Content-Type")}}
			} else {
				if err := answer(&got, of, block); err != nil {
					return err
				}
				if parsed, err := warc.ParseAnswer(block); err == nil {
					raw = parsed.Raw
				}
			}
			// What the revisit says the payload is has to be so.
			if known && check.Name() != "" && !check.Matches(got.Payload) && !check.Matches(raw) {
				stated, _ := warc.NewCheck(of.Get("WARC-Payload-Digest"))
				if stated.Name() != check.Name() {
					continue
				}
			}
			a, found = got, true
			return nil
		}
		return nil
	}
	if !s.Refers.At.IsZero() {
		at := s.Refers.At.Truncate(time.Second).UnixMilli()
		err = try(c.table.key(byURI, s.Refers.URL), at, at+999)
	}
	if name := check.Name(); err == nil && !found && known && name != "" {
		err = try(c.table.key(byDigest, name), -1<<62, 1<<62)
	}
	return found, a, err
}

// request fills in how a capture was asked for.
func (c *Collection) request(s *archive.Saved, h *warc.Header) error {
	keys := []uint64{c.table.key(byOther, h.ID)}
	if other := warc.Bare(h.Get("WARC-Concurrent-To")); other != "" {
		keys = append(keys, c.table.key(byID, other))
	}
	for _, key := range keys {
		for r, err := range c.table.of(key) {
			if err != nil {
				return err
			}
			if r.kind != isRequest {
				continue
			}
			of, block, err := c.record(r)
			if err != nil {
				return err
			}
			asked, err := warc.ParseAsked(block)
			if err != nil || of.URI != h.URI {
				continue
			}
			s.Method, s.Body, s.Capture.Request = asked.Method, string(asked.Body), asked.Header
			return nil
		}
	}
	return nil
}

// told fills in what fangzhi wrote of a capture.
func (c *Collection) told(s *archive.Saved, h *warc.Header) error {
	for r, err := range c.table.of(c.table.key(byOther, h.ID)) {
		if err != nil {
			return err
		}
		if r.kind != isMetadata {
			continue
		}
		of, block, err := c.record(r)
		if err != nil {
			return err
		}
		if of.URI != h.URI || warc.Bare(of.Get("WARC-Concurrent-To")) != h.ID || !of.Date.Equal(h.Date) {
			continue
		}
		told, err := readTold(block, of.Date)
		if err != nil {
			return err
		}
		s.Told = told
		s.Took, s.Attempts, s.Trust, s.Security = told.Took, max(1, told.Attempts), told.Trust, told.Security
		return nil
	}
	return nil
}
