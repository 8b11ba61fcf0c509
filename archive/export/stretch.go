package export

import (
	"context"
	"fmt"
	"iter"
	"sync"
	"time"

	"fangzhi/archive"
)

// stretch is some pages of one site that follow one another.
type stretch []archive.Page

// stretchPages is how many pages a stretch has at most. What they say is held in
// memory, of some stretches at a time.
const stretchPages = 60

// stretches yields the pages that sel asks for, by (Site, URL).
func stretches(ctx context.Context, store Store, sel Selection) iter.Seq2[stretch, error] {
	return func(yield func(stretch, error) bool) {
		var s stretch
		for p, err := range pages(ctx, store, sel) {
			if err != nil {
				yield(nil, fmt.Errorf("export: %w", err))
				return
			}
			if len(s) == stretchPages || len(s) > 0 && s[0].Site != p.Site {
				if !yield(s, nil) {
					return
				}
				s = nil
			}
			s = append(s, p)
		}
		if len(s) > 0 {
			yield(s, nil)
		}
	}
}

// records yields what sel asks for of s.
func (s stretch) records(ctx context.Context, store Store, sel Selection) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		m := merge{ctx: ctx, store: store, sel: sel, yield: yield}
		at := archive.Filter{Site: s[0].Site, FromURL: s[0].URL, ToURL: s[len(s)-1].URL}
		if err := m.run(at, s); err != nil {
			yield(Record{}, fmt.Errorf("export: %w", err))
		}
	}
}

// entry is a record and, where a format makes its text of the record alone, that
// text: then the record has no body any more.
type entry struct {
	Record
	text []byte
}

func (e entry) weight() int { return e.Record.weight() + len(e.text) }

// encoder returns how a format makes the text of a record, nil where it does so
// only when it writes.
func encoder(j Job, g gone) func(Record) ([]byte, error) {
	switch j.Format {
	case JSONL:
		return encodeLine(appendJSONL)
	case CSV:
		return encodeLine(csvAppender(j.Excel))
	case Atom:
		return g.feedItem
	case Markdown:
		return encodeLine(func(dst []byte, r Record) ([]byte, error) { return appendMarkdown(dst, r), nil })
	}
	return nil
}

// encodeLine makes a text of its own of what add appends.
func encodeLine(add func(dst []byte, r Record) ([]byte, error)) func(Record) ([]byte, error) {
	return func(r Record) ([]byte, error) { return add((*texts.Get().(*[]byte))[:0], r) }
}

// texts are those that were written, to be filled again: a new one for each record
// was most of what an export leaves to the collector.
var texts = sync.Pool{New: func() any { return new([]byte) }}

// encoded makes entries of records, without those up to after.
func encoded(records iter.Seq2[Record, error], encode func(Record) ([]byte, error), after place) iter.Seq2[entry, error] {
	return func(yield func(entry, error) bool) {
		for r, err := range records {
			if err == nil && after.passed(r.Site, r.URL, r.Version, time.Time{}) {
				continue
			}
			e := entry{Record: r}
			if err == nil && encode != nil && r.Damaged == "" {
				e.text, err = encode(r)
				e.Body = "" // the text has it
			}
			if !yield(e, err) || err != nil {
				return
			}
		}
	}
}

// entries yields what j asks for that cur does not know and that stands behind
// after. Stretches of pages are read and encoded side by side, some way before
// the caller; with a cursor, or of pages that were searched for, it is page by
// page.
func entries(ctx context.Context, store Store, j Job, cur *cursor, after place) iter.Seq2[entry, error] {
	encode := encoder(j, gone{ctx, store})
	if cur != nil || j.Selection.Search != "" {
		return ahead(encoded(records(ctx, store, j.Selection, cur), encode, after), entry.weight)
	}
	return inOrder(stretches(ctx, store, j.Selection), func(s stretch) iter.Seq2[entry, error] {
		return encoded(s.records(ctx, store, j.Selection), encode, after)
	}, entry.weight)
}
