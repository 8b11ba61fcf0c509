package intake

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"fangzhi/archive/warc"
)

// The kinds of key that lead to a record.
const (
	byDate   = 0   // captures, in the order of their dates; the key is 0 itself
	byID     = 'i' // requests, by their own id
	byOther  = 'c' // requests and fangzhi's metadata, by the record that they belong to
	byURI    = 'u' // answers, by target
	byDigest = 'p' // answers, by what the file says their payload's digest is
	byPage   = 'g' // captures, by the page that they are of
)

// The kinds of record that rows lead to.
const (
	isAnswer = iota + 1
	isResource
	isRevisit
	isRequest
	isMetadata
	isBare // metadata of a visit that left no capture
)

// spoolSource is the number of the spool among the sources.
const spoolSource = 0

// maxHosts is how many hosts of pages are told apart.
const maxHosts = 10_000

// oldest is before the first web page: an earlier date is none.
var oldest = time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)

// scanner checks the records of one file.
type scanner struct {
	c      *Collection
	file   File
	source uint32
	r      *warc.Reader
	over   map[string]int
	block  []byte   // of the record, as far as it is kept in memory
	held   *pending // the last capture, until it is known what was told of it
}

// pending is a capture whose date may yet be told more exactly.
type pending struct {
	id   string
	row  row
	page string
}

// scan checks the records of one file and notes where they stand.
func (c *Collection) scan(ctx context.Context, from source, file File, at func(int64, int)) error {
	if len(c.sources) == 0 {
		c.sources = append(c.sources, source{ReaderAt: c.spool.f, name: "spool"})
	}
	s := scanner{c: c, file: file, source: uint32(len(c.sources)), over: map[string]int{}}
	s.file.Records = map[string]int{}
	c.sources = append(c.sources, from)
	var err error
	if s.r, err = warc.NewReader(withContext{ctx, io.NewSectionReader(from, 0, from.size)}); err != nil {
		return err
	}
	records := 0
	for err == nil {
		var h *warc.Header
		var solitary bool
		if h, solitary, err = s.r.Next(); err == nil {
			err = s.record(h, solitary)
			if records++; records%256 == 0 {
				at(s.r.Taken(), records)
			}
		}
	}
	at(s.r.Taken(), records)
	if errors.Is(err, warc.ErrCut) && ctx.Err() == nil {
		if !c.options.CutEnd {
			return fmt.Errorf("%w; get the file whole, or take it without that record by --tolerate-cut-end", err)
		}
		s.file.Cut = err.Error()
		err = io.EOF
	}
	if err != io.EOF {
		return err
	}
	if records == 0 {
		return errors.New("holds no record")
	}
	if err := s.release(); err != nil {
		return err
	}
	s.file.Over = s.over
	c.Files = append(c.Files, s.file)
	return nil
}

// fault refuses the file for what a record is.
func fault(h *warc.Header, format string, args ...any) error {
	return &warc.FormatError{Offset: h.Offset, Record: h.ID, Err: fmt.Errorf(format, args...)}
}

// record reads one record to its end, checks it and notes it.
func (s *scanner) record(h *warc.Header, solitary bool) error {
	s.file.Records[string(h.Type)]++
	if h.Date.Before(oldest) || !s.c.options.Now.IsZero() && h.Date.After(s.c.options.Now.Add(24*time.Hour)) {
		return fault(h, "WARC-Date %s: no page was captured then", h.Date.Format(time.RFC3339))
	}
	place := row{off: h.Offset, file: s.source}
	web := strings.HasPrefix(h.URI, "http://") || strings.HasPrefix(h.URI, "https://")
	wanted := web && (h.Type == warc.Response || h.Type == warc.Request || h.Type == warc.Revisit || h.Type == warc.Metadata || h.Type == "resource")
	var copied io.Writer = io.Discard
	if wanted && !solitary {
		place.file = spoolSource
		var err error
		if place.off, err = s.c.spool.head(h); err != nil {
			return err
		}
		copied = s.c.spool
	}
	checks := checksOf(h)
	whole, err := s.read(h, checks, copied)
	if err != nil {
		return err
	}
	if copied != io.Discard {
		if _, err := io.WriteString(copied, "\r\n\r\n"); err != nil {
			return err
		}
	}
	header := *h // what follows moves on
	if err := s.r.End(); err != nil {
		return err
	}
	h = &header
	if h.Get("WARC-Segment-Number") != "" {
		s.over[OverSegment]++
		return nil
	}
	switch {
	case h.Type == warc.Warcinfo:
		s.over[OverWarcinfo]++
		return nil
	case h.Type == "conversion":
		s.over[OverConversion]++
		return nil
	case h.Type == warc.Metadata && !web:
		s.over[OverMetadata]++
		return nil
	case !wanted && !web && (h.Type == warc.Response || h.Type == warc.Request || h.Type == warc.Revisit || h.Type == "resource"):
		s.over[OverScheme]++
		return nil
	case !wanted:
		s.over[OverType]++
		return nil
	}
	return s.note(h, place, whole, checks)
}

// read reads the block; whole is false where it is too large to be kept in
// memory.
func (s *scanner) read(h *warc.Header, c checks, copied io.Writer) (whole bool, err error) {
	s.block = s.block[:0]
	most := s.c.options.Payload + warc.MaxHeader
	whole = h.Length <= most
	buffer := make([]byte, 32<<10)
	for {
		n, err := s.r.Read(buffer)
		if n > 0 {
			if c.hasBlock {
				c.block.Write(buffer[:n])
			}
			if whole {
				s.block = append(s.block, buffer[:n]...)
			} else if len(s.block) < 64<<10 {
				s.block = append(s.block, buffer[:n]...)
			}
			if _, err := copied.Write(buffer[:n]); err != nil {
				return whole, err
			}
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return whole, err
		}
	}
	if c.hasBlock && !c.block.Match() {
		return whole, fault(h, "its block does not match WARC-Block-Digest %s: it is damaged", h.Get("WARC-Block-Digest"))
	}
	return whole, nil
}

// note notes where a record stands that captures are made of.
func (s *scanner) note(h *warc.Header, place row, whole bool, c checks) error {
	place.at = h.Date.UnixMilli()
	if c.unproven {
		s.remark("digests of a kind that is not known: they were not checked")
	}
	other := warc.Bare(h.Get("WARC-Concurrent-To"))
	switch h.Type {
	case warc.Request:
		return s.request(h, place, other)
	case warc.Metadata:
		return s.metadata(h, place, other)
	}
	if err := s.release(); err != nil {
		return err
	}
	page, err := s.c.options.Canonical(h.URI)
	if err != nil {
		s.over[OverAddress]++
		return nil
	}
	if !whole {
		s.over[OverLarge]++
		return nil
	}
	var a warc.Answer
	switch h.Type {
	case "resource":
		place.kind = isResource
		if err := s.payload(h, c, s.block); err != nil {
			return err
		}
	case warc.Revisit:
		place.kind = isRevisit
	default:
		place.kind = isAnswer
		if a, err = warc.ParseAnswer(s.block); err != nil {
			s.over[OverHTTP]++
			s.remark(fmt.Sprintf("record at byte %d: %v", h.Offset, err))
			return nil
		}
		if int64(len(a.Payload)) > s.c.options.Payload {
			s.over[OverLarge]++
			return nil
		}
		if err := s.payload(h, c, a.Raw, a.Payload); err != nil {
			return err
		}
		if u, err := url.Parse(page); err == nil && a.Status == 200 && strings.Contains(a.Header.Get("Content-Type"), "html") {
			if _, known := s.c.Hosts[u.Host]; known || len(s.c.Hosts) < maxHosts {
				s.c.Hosts[u.Host]++
			}
		}
	}
	if place.kind != isRevisit && h.Get("WARC-Truncated") == "" {
		at := place
		at.key = s.c.table.key(byURI, h.URI)
		if err := s.c.table.add(at); err != nil {
			return err
		}
		if c.spelled != "" {
			at.key = s.c.table.key(byDigest, c.spelled)
			if err := s.c.table.add(at); err != nil {
				return err
			}
		}
	}
	s.held = &pending{id: h.ID, row: place, page: page}
	return nil
}

// request notes a request.
func (s *scanner) request(h *warc.Header, place row, other string) error {
	place.kind = isRequest
	place.key = s.c.table.key(byID, h.ID)
	if err := s.c.table.add(place); err != nil {
		return err
	}
	if other == "" {
		return nil
	}
	place.key = s.c.table.key(byOther, other)
	return s.c.table.add(place)
}

// metadata notes what fangzhi wrote of a visit; what other tools write is passed
// over.
func (s *scanner) metadata(h *warc.Header, place row, other string) error {
	if !bytes.HasPrefix(s.block, []byte(toldHead)) {
		s.over[OverMetadata]++
		return nil
	}
	told, err := readTold(s.block, h.Date)
	if err != nil {
		return fault(h, "%w", err)
	}
	if !told.At.IsZero() {
		place.at = told.At.UnixMilli()
	}
	if other != "" {
		if s.held != nil && s.held.id == other {
			s.held.row.at = place.at
			if told.Request != nil {
				s.held.page = told.Request.ReplayURL()
			}
		}
		place.kind = isMetadata
		place.key = s.c.table.key(byOther, other)
		return s.c.table.add(place)
	}
	if err := s.release(); err != nil {
		return err
	}
	page := h.URI
	if told.Request != nil {
		page = told.Request.ReplayURL()
	}
	if page, err = s.c.options.Canonical(page); err != nil {
		s.over[OverAddress]++
		return nil
	}
	place.kind = isBare
	s.held = &pending{row: place, page: page}
	return nil
}

// release notes the capture that was held back.
func (s *scanner) release() error {
	p := s.held
	if p == nil {
		return nil
	}
	s.held = nil
	at := time.UnixMilli(p.row.at).UTC()
	file := &s.file
	if p.row.kind != isBare {
		file.Captures++
		if file.First.IsZero() || at.Before(file.First) {
			file.First = at
		}
		if at.After(file.Last) {
			file.Last = at
		}
	}
	p.row.key = byDate
	if err := s.c.table.add(p.row); err != nil {
		return err
	}
	page, err := s.c.options.Canonical(p.page)
	if err != nil {
		return nil
	}
	p.row.key = s.c.table.key(byPage, page)
	return s.c.table.add(p.row)
}

// remark adds a note on the file, each once.
func (s *scanner) remark(text string) {
	for _, n := range s.file.Notes {
		if n == text {
			return
		}
	}
	if len(s.file.Notes) < 20 {
		s.file.Notes = append(s.file.Notes, text)
	}
}
