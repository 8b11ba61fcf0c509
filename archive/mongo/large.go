package mongo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"fangzhi/archive"
)

// chunkSize is that of every file in bucket large. It must stay: a file that a
// crash cut short is completed from where it was.
const chunkSize = 1 << 20

// limits say what is written where. They are the store's, so that tests can
// do with less.
type limits struct {
	inline  int // bytes of a payload that a document may hold: beside little else, it is at most 16 MiB
	article int // bytes of text of an article that is kept in its snapshot; the rest is left to its words
	chunks  int // sent in one command
}

var usual = limits{inline: 15 << 20, article: 6 << 20, chunks: 16}

// fileDoc and chunkDoc are those of GridFS
// (github.com/mongodb/specifications, gridfs/gridfs-spec).
type fileDoc struct {
	ID         string        `bson:"_id"`
	Length     int64         `bson:"length"`
	ChunkSize  int32         `bson:"chunkSize"`
	UploadDate bson.DateTime `bson:"uploadDate"`
	Filename   string        `bson:"filename"`
}

func fileDocOf(id string, b []byte) fileDoc {
	return fileDoc{ID: id, Length: int64(len(b)), ChunkSize: chunkSize, UploadDate: dateOf(time.Now()), Filename: id}
}

type chunkDoc struct {
	File string `bson:"files_id"`
	N    int32  `bson:"n"`
	Data []byte `bson:"data"`
}

// writeLarge stores b under an id that names its content. The driver's own
// upload cannot take up what a crash cut short: chunks that are there already
// are an error to it. Here they are passed over, and the file's document,
// which makes it a file, comes last.
func (s *Store) writeLarge(ctx context.Context, id string, b []byte) error {
	file := fileDocOf(id, b)
	err := s.files.FindOne(ctx, bson.D{{Key: "_id", Value: id}}).Err()
	if !errors.Is(err, mongo.ErrNoDocuments) {
		return err // nil: it is there
	}
	var chunks []chunkDoc
	for n := int32(0); len(b) > 0; n++ {
		size := min(chunkSize, len(b))
		chunks = append(chunks, chunkDoc{File: id, N: n, Data: b[:size]})
		b = b[size:]
		if len(chunks) < s.limits.chunks && len(b) > 0 {
			continue
		}
		if _, err := insert(ctx, s.chunks, chunks); err != nil {
			return fmt.Errorf("file %s: %w", id, err)
		}
		chunks = chunks[:0]
	}
	_, err = insert(ctx, s.files, []fileDoc{file})
	return err
}

// readLarge reads a file, archive.ErrCorrupt where it is not there in full.
func (s *Store) readLarge(ctx context.Context, id string) ([]byte, error) {
	var b bytes.Buffer
	_, err := s.db.GridFSBucket(options.GridFSBucket().SetName("large")).DownloadToStream(ctx, id, &b)
	if err != nil && (errors.Is(err, mongo.ErrFileNotFound) ||
		errors.Is(err, mongo.ErrMissingChunk) || errors.Is(err, mongo.ErrWrongSize)) {
		return nil, fmt.Errorf("file %s: %w: %w", id, archive.ErrCorrupt, err)
	}
	return b.Bytes(), err
}

// moveOut moves an article that is too large for its snapshot into a file.
func (s *Store) moveOut(ctx context.Context, d *snapshotDoc) error {
	a := d.Article
	size := len(a.Body)
	for _, f := range a.Attachments {
		size += len(f.Name) + len(f.URL) + 64
	}
	for _, p := range a.Pictures {
		size += len(p) + 16
	}
	if size <= s.limits.article {
		return nil
	}
	b, err := bson.Marshal(d.Article)
	if err != nil {
		return err
	}
	d.ArticleFile = "article " + string(archive.DigestOf(b))
	d.Article = articleDoc{Title: d.Article.Title}
	return s.writeLarge(ctx, d.ArticleFile, b)
}

// moveIn brings back what moveOut moved.
func (s *Store) moveIn(ctx context.Context, d *snapshotDoc) error {
	if d.ArticleFile == "" {
		return nil
	}
	b, err := s.readLarge(ctx, d.ArticleFile)
	if err != nil {
		return fmt.Errorf("version %d of %s: article: %w", d.Version, d.URL, err)
	}
	d.Article = articleDoc{}
	if err := bson.Unmarshal(b, &d.Article); err != nil {
		return fmt.Errorf("version %d of %s: article: %w: %w", d.Version, d.URL, archive.ErrCorrupt, err)
	}
	return nil
}
