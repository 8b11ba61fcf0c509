package mongo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"fangzhi/archive"
)

// snapshotDoc is a snapshot as it is stored.
type snapshotDoc struct {
	ID          bson.ObjectID  `bson:"_id"`
	Site        string         `bson:"site"`
	URL         string         `bson:"url"`
	Version     int            `bson:"version"`
	Column      string         `bson:"column,omitempty"`
	Kind        archive.Kind   `bson:"kind"`
	TakenAt     bson.DateTime  `bson:"taken_at"`
	PriorSeen   bson.DateTime  `bson:"prior_seen,omitempty"`
	Status      int            `bson:"status"`
	Trust       archive.Trust  `bson:"trust,omitempty"`
	Payload     archive.Digest `bson:"payload,omitempty"`
	Fingerprint archive.Digest `bson:"fingerprint,omitempty"`
	Article     articleDoc     `bson:"article"`
	ArticleFile string         `bson:"article_file,omitempty"` // in bucket large, in place of Article
	Rules       archive.Digest `bson:"rules,omitempty"`
	Reader      int            `bson:"reader,omitempty"`
	Parts       []partDoc      `bson:"parts,omitempty"`
	Story       string         `bson:"story,omitempty"`
	Sketch      []int64        `bson:"sketch,omitempty"`
	ReadAt      bson.DateTime  `bson:"read_at,omitempty"`   // when it was last read again
	Sum         archive.Sum    `bson:"sum,omitempty"`       // of that reading
	Readings    int            `bson:"readings,omitempty"`  // how often it was
	Unindexed   bool           `bson:"unindexed,omitempty"` // has no document in collection words yet, or that of an older text
	torn        bool           // see lenient
}

func (d *snapshotDoc) tear() { d.torn = true }

// readable are the fields that Search reads.
var readable = bson.D{
	{Key: "site", Value: 1}, {Key: "url", Value: 1}, {Key: "version", Value: 1}, {Key: "taken_at", Value: 1},
	{Key: "article.title", Value: 1}, {Key: "article.body", Value: 1}, {Key: "article_file", Value: 1}, {Key: "readings", Value: 1},
}

func (d snapshotDoc) page() key { return key{d.Site, d.URL} }

func snapshotDocOf(s archive.Snapshot) snapshotDoc {
	return snapshotDoc{
		ID: bson.NewObjectID(), Site: s.Site, URL: s.URL, Version: s.Version, Column: s.Column, Kind: s.Kind,
		TakenAt: dateOf(s.TakenAt), PriorSeen: dateOf(s.PriorSeen), Status: s.Status, Trust: s.Trust,
		Payload: s.Payload, Fingerprint: s.Fingerprint, Article: articleDocOf(s.Article),
		Rules: s.Rules, Reader: s.Reader, Parts: partDocsOf(s.Parts), Story: s.Story, Sketch: s.Sketch, Unindexed: true,
	}
}

// snapshot is what d says. Where its article cannot be read, which keeps nothing
// else from being read, the snapshot says so.
func (s *Store) snapshot(ctx context.Context, d snapshotDoc) (archive.Snapshot, error) {
	err := s.moveIn(ctx, &d)
	if err != nil && !errors.Is(err, archive.ErrCorrupt) {
		return archive.Snapshot{}, err
	}
	var article archive.Article
	if err == nil {
		article, err = d.Article.article()
	}
	v := archive.Snapshot{
		Site: d.Site, URL: d.URL, Version: d.Version, Column: d.Column, Kind: d.Kind,
		TakenAt: timeOf(d.TakenAt), PriorSeen: timeOf(d.PriorSeen), Status: d.Status, Trust: d.Trust,
		Payload: d.Payload, Fingerprint: d.Fingerprint, Article: article, Rules: d.Rules, Reader: d.Reader, ReadAt: timeOf(d.ReadAt), Parts: partsOf(d.Parts), Story: d.Story,
	}
	v.Compare(d.Sum)
	v.Damaged = v.Damaged || d.torn && d.Readings > 0 && d.Sum == 0 // it had one
	if err != nil {
		v.Article, v.Unread = archive.Article{}, fmt.Sprintf("its article cannot be read: %v", err)
	}
	return v, nil
}

// partDoc is a further page of an article as it is stored.
type partDoc struct {
	URL     string         `bson:"url"`
	Payload archive.Digest `bson:"payload,omitempty"`
	Missing text           `bson:"missing,omitempty"`
}

func partDocsOf(parts []archive.Part) (docs []partDoc) {
	for _, p := range parts {
		docs = append(docs, partDoc{p.URL, p.Payload, text(p.Missing)})
	}
	return docs
}

func partsOf(docs []partDoc) (parts []archive.Part) {
	for _, d := range docs {
		parts = append(parts, archive.Part{URL: d.URL, Payload: d.Payload, Missing: string(d.Missing)})
	}
	return parts
}

// articleDoc is an article as it is stored.
type articleDoc struct {
	Title          text            `bson:"title,omitempty"`
	Subtitle       text            `bson:"subtitle,omitempty"`
	Source         text            `bson:"source,omitempty"`
	Author         text            `bson:"author,omitempty"`
	Editor         text            `bson:"editor,omitempty"`
	DocumentNumber text            `bson:"document_number,omitempty"`
	IndexNumber    text            `bson:"index_number,omitempty"`
	Issuer         text            `bson:"issuer,omitempty"`
	Written        string          `bson:"written,omitempty"`
	Published      bson.DateTime   `bson:"published,omitempty"`
	PublishedText  string          `bson:"published_text,omitempty"` // RFC 3339: with the offset, which a date has not
	DayOnly        bool            `bson:"day_only,omitempty"`
	Body           text            `bson:"body,omitempty"`
	LeftOut        text            `bson:"left_out,omitempty"`
	Pictures       []text          `bson:"pictures,omitempty"`
	Attachments    []attachmentDoc `bson:"attachments,omitempty"`
	Evidence       []evidenceDoc   `bson:"evidence,omitempty"`
}

type attachmentDoc struct {
	Name   text           `bson:"name,omitempty"`
	URL    text           `bson:"url"`
	Digest archive.Digest `bson:"digest,omitempty"`
}

type evidenceDoc struct {
	Field      string  `bson:"field"`
	Method     string  `bson:"method"`
	Where      text    `bson:"where,omitempty"`
	Confidence float64 `bson:"confidence"`
	Others     []text  `bson:"others,omitempty"`
}

func articleDocOf(a archive.Article) articleDoc {
	d := articleDoc{
		Title: text(a.Title), Subtitle: text(a.Subtitle), Source: text(a.Source), Author: text(a.Author),
		Editor: text(a.Editor), DocumentNumber: text(a.DocumentNumber), IndexNumber: text(a.IndexNumber),
		Issuer: text(a.Issuer), Written: a.Written, Published: dateOf(a.Published), DayOnly: a.DayOnly,
		Body: text(a.Body), LeftOut: text(a.LeftOut), Pictures: texts(a.Pictures),
	}
	if !a.Published.IsZero() {
		d.PublishedText = a.Published.Format(time.RFC3339Nano)
	}
	for _, f := range a.Attachments {
		d.Attachments = append(d.Attachments, attachmentDoc{Name: text(f.Name), URL: text(f.URL), Digest: f.Digest})
	}
	for _, e := range a.Evidence {
		d.Evidence = append(d.Evidence, evidenceDoc{
			Field: e.Field, Method: e.Method, Where: text(e.Where), Confidence: e.Confidence, Others: texts(e.Others),
		})
	}
	return d
}

func (d articleDoc) article() (archive.Article, error) {
	a := archive.Article{
		Title: string(d.Title), Subtitle: string(d.Subtitle), Source: string(d.Source), Author: string(d.Author),
		Editor: string(d.Editor), DocumentNumber: string(d.DocumentNumber), IndexNumber: string(d.IndexNumber),
		Issuer: string(d.Issuer), Written: d.Written, DayOnly: d.DayOnly,
		Body: string(d.Body), LeftOut: string(d.LeftOut), Pictures: plain(d.Pictures),
	}
	if d.PublishedText != "" {
		t, err := time.Parse(time.RFC3339Nano, d.PublishedText)
		if err != nil {
			return a, fmt.Errorf("published_text: %w", err)
		}
		// Parse takes the machine's own zone where its offset is the same.
		_, offset := t.Zone()
		a.Published = t.In(time.FixedZone("", offset))
	}
	for _, f := range d.Attachments {
		a.Attachments = append(a.Attachments, archive.Attachment{Name: string(f.Name), URL: string(f.URL), Digest: f.Digest})
	}
	for _, e := range d.Evidence {
		a.Evidence = append(a.Evidence, archive.Evidence{
			Field: e.Field, Method: e.Method, Where: string(e.Where), Confidence: e.Confidence, Others: plain(e.Others),
		})
	}
	return a, nil
}

func texts(all []string) []text {
	if len(all) == 0 {
		return nil
	}
	t := make([]text, len(all))
	for i, s := range all {
		t[i] = text(s)
	}
	return t
}

func plain(all []text) []string {
	if len(all) == 0 {
		return nil
	}
	s := make([]string, len(all))
	for i, t := range all {
		s[i] = string(t)
	}
	return s
}
