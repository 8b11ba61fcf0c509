package export

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/zstd"
)

// groupRows is how many records a row group has.
const groupRows = 20_000

// row is a record as Parquet has it: the columns of the other formats, and what
// published says as a day and, where it is known, as an instant.
type row struct {
	URL            string          `parquet:"url"`
	Site           string          `parquet:"site,dict"`
	Column         string          `parquet:"column,dict"`
	Version        int32           `parquet:"version"`
	Versions       int32           `parquet:"versions"`
	TakenAt        time.Time       `parquet:"taken_at,timestamp(millisecond)"`
	LastSeen       time.Time       `parquet:"last_seen,timestamp(millisecond)"`
	State          string          `parquet:"state,dict"`
	Title          string          `parquet:"title"`
	Published      *string         `parquet:"published,optional"`
	DayOnly        bool            `parquet:"day_only"`
	Source         string          `parquet:"source,dict"`
	Author         string          `parquet:"author,dict"`
	DocumentNumber string          `parquet:"document_number"`
	Body           string          `parquet:"body"`
	Attachments    []attachmentRow `parquet:"attachments,list"`
	Status         int32           `parquet:"status"`
	PayloadDigest  string          `parquet:"payload_digest"`
	Fingerprint    string          `parquet:"fingerprint"`
	Story          string          `parquet:"story"`
	Changes        []string        `parquet:"changes,list"`
	Missing        []missingRow    `parquet:"missing,list"`
	PublishedDay   *int32          `parquet:"published_day,optional,date"`
	PublishedAt    *int64          `parquet:"published_at,optional,timestamp(millisecond)"`
}

type attachmentRow struct {
	Name   string `parquet:"name"`
	URL    string `parquet:"url"`
	Digest string `parquet:"digest"`
}

type missingRow struct {
	URL    string `parquet:"url"`
	Reason string `parquet:"reason"`
}

func rowOf(r Record) row {
	p := row{
		URL: valid(r.URL), Site: valid(r.Site), Column: valid(r.Column),
		Version: int32(r.Version), Versions: int32(r.Versions), TakenAt: r.TakenAt, LastSeen: r.LastSeen,
		State: string(r.State), Title: valid(r.Title), DayOnly: r.DayOnly, Source: valid(r.Source),
		Author: valid(r.Author), DocumentNumber: valid(r.DocumentNumber), Body: valid(r.Body),
		Attachments: make([]attachmentRow, len(r.Attachments)), Status: int32(r.Status),
		PayloadDigest: string(r.PayloadDigest), Fingerprint: string(r.Fingerprint), Story: valid(r.Story),
	}
	for _, c := range r.Changes {
		p.Changes = append(p.Changes, string(c))
	}
	for _, m := range r.Missing {
		p.Missing = append(p.Missing, missingRow{valid(m.URL), valid(m.Reason)})
	}
	for i, a := range r.Attachments {
		p.Attachments[i] = attachmentRow{valid(a.Name), valid(a.URL), string(a.Digest)}
	}
	if at := r.Published.At; !at.IsZero() {
		text := r.Published.String()
		day := int32(time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, time.UTC).Unix() / 86_400)
		p.Published, p.PublishedDay = &text, &day
		if !r.DayOnly {
			millis := at.UnixMilli()
			p.PublishedAt = &millis
		}
	}
	return p
}

// valid is s as UTF-8, which Parquet's texts are.
func valid(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

// parquetWriter writes row groups; what a group holds waits in files in dir, so
// that memory does not grow with the length of bodies.
type parquetWriter struct {
	to   *parquet.GenericWriter[row]
	rows []row
}

func newParquet(w io.Writer, dir string) *parquetWriter {
	return &parquetWriter{to: parquet.NewGenericWriter[row](w,
		// The fastest level has the smallest memory of what it has seen.
		parquet.Compression(&zstd.Codec{Level: zstd.SpeedFastest, Concurrency: 1}),
		parquet.MaxRowsPerRowGroup(groupRows),
		parquet.ColumnPageBuffers(parquet.NewFileBufferPool(dir, "column-*.page")),
		parquet.PageBufferSize(256<<10),
		parquet.CreatedBy("fangzhi", "", ""),
		parquet.KeyValueMetadata("fangzhi.record", schemaVersion),
	)}
}

// schemaVersion is that of the record: it grows when a column is added; none is
// taken away or changes its meaning.
const schemaVersion = "3"

func (p *parquetWriter) write(e entry) error {
	p.rows = append(p.rows, rowOf(e.Record))
	if len(p.rows) < 64 {
		return nil
	}
	return p.flush()
}

func (p *parquetWriter) flush() error {
	_, err := p.to.Write(p.rows)
	p.rows = p.rows[:0]
	if err != nil {
		return fmt.Errorf("write parquet: %w", err)
	}
	return nil
}

func (p *parquetWriter) pause() (bool, error) { return false, nil }

func (p *parquetWriter) finish() error {
	if err := p.flush(); err != nil {
		return err
	}
	return p.to.Close()
}
