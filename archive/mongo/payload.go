package mongo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"fangzhi/archive"
)

// The codings of a payload.
const (
	codingIdentity = "identity"
	codingZstd     = "zstd"
	codingGridFS   = "gridfs" // in bucket large, under its digest, as sent
)

// maxPayload bounds what a damaged document can make the decoder allocate.
const maxPayload = 1 << 31

// payloadDoc is a payload as it is stored.
type payloadDoc struct {
	Digest archive.Digest `bson:"_id"`
	Coding string         `bson:"coding"`
	Size   int64          `bson:"size"` // of the payload
	Data   []byte         `bson:"data,omitempty"`
}

// writePayloads stores what is not there yet. Two processes that store the same
// payloads do so in the same order, lest each wait for the other.
func (s *Store) writePayloads(ctx context.Context, all []payload) error {
	slices.SortFunc(all, func(a, b payload) int { return strings.Compare(string(a.digest), string(b.digest)) })
	docs := make([]payloadDoc, len(all))
	for i, p := range all {
		docs[i] = s.pack(p)
		if docs[i].Coding != codingGridFS {
			continue
		}
		if err := s.writeLarge(ctx, string(p.digest), p.bytes); err != nil {
			return err
		}
	}
	_, err := insert(ctx, s.payloads, docs)
	return err
}

// pack compresses a payload where that makes it smaller.
func (s *Store) pack(p payload) payloadDoc {
	d := payloadDoc{Digest: p.digest, Coding: codingIdentity, Size: int64(len(p.bytes)), Data: p.bytes}
	if !packed(p.bytes) {
		if b := s.encoder.EncodeAll(p.bytes, make([]byte, 0, len(p.bytes)/3+64)); len(b) < len(p.bytes) {
			d.Coding, d.Data = codingZstd, b
		}
	}
	if len(d.Data) > s.limits.inline {
		d.Coding, d.Data = codingGridFS, nil
	}
	return d
}

// packed tells content that was sent packed by its first bytes: gzip, zstd, PNG,
// JPEG, zip (and the office formats that are zip), RAR, 7-Zip.
func packed(b []byte) bool {
	for _, magic := range []string{"\x1f\x8b", "\x28\xb5\x2f\xfd", "\x89PNG", "\xff\xd8\xff", "PK\x03\x04", "Rar!", "7z\xbc\xaf"} {
		if bytes.HasPrefix(b, []byte(magic)) {
			return true
		}
	}
	return false
}

// Payload returns the bytes with digest d, checked against it.
func (s *Store) Payload(ctx context.Context, d archive.Digest) ([]byte, error) {
	done, err := s.begin(ctx)
	if err != nil {
		return nil, fault(ctx, err, "payload %s", d)
	}
	defer done()
	b, err := s.payload(ctx, d)
	if err == nil && archive.DigestOf(b) != d {
		err = archive.ErrCorrupt
	}
	if err != nil {
		return nil, fault(ctx, err, "payload %s", d)
	}
	return b, nil
}

func (s *Store) payload(ctx context.Context, d archive.Digest) ([]byte, error) {
	var doc payloadDoc
	err := s.payloads.FindOne(ctx, bson.D{{Key: "_id", Value: d}}).Decode(&doc)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return nil, archive.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	switch doc.Coding {
	case codingIdentity:
		return doc.Data, nil
	case codingZstd:
		if doc.Size < 0 || doc.Size > maxPayload {
			return nil, fmt.Errorf("size %d: %w", doc.Size, archive.ErrCorrupt)
		}
		b, err := s.decoder.DecodeAll(doc.Data, make([]byte, 0, doc.Size))
		if err != nil {
			return nil, fmt.Errorf("%w: %w", archive.ErrCorrupt, err)
		}
		return b, nil
	case codingGridFS:
		return s.readLarge(ctx, string(d))
	}
	return nil, fmt.Errorf("coding %q is unknown: %w", doc.Coding, archive.ErrCorrupt)
}

// Holds returns which of digests it holds payloads of.
func (s *Store) Holds(ctx context.Context, digests []archive.Digest) (map[archive.Digest]bool, error) {
	done, err := s.begin(ctx)
	if err != nil {
		return nil, fault(ctx, err, "payloads held")
	}
	defer done()
	held := make(map[archive.Digest]bool, len(digests))
	for some := range slices.Chunk(digests, inOne) {
		cursor, err := s.payloads.Find(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: some}}}},
			options.Find().SetBatchSize(inOne).SetProjection(bson.D{{Key: "_id", Value: 1}}))
		var docs []payloadDoc
		if err == nil {
			err = cursor.All(ctx, &docs)
		}
		if err != nil {
			return nil, fault(ctx, err, "payloads held")
		}
		for _, d := range docs {
			held[d.Digest] = true
		}
	}
	return held, nil
}

// Payloads yields the digest of every payload held, in ascending order.
func (s *Store) Payloads(ctx context.Context) iter.Seq2[archive.Digest, error] {
	return list(ctx, s, s.payloads, "payloads", 0, func(context.Context) (bson.D, *options.FindOptionsBuilder, error) {
		// With a bound FerretDB reads the index; without one it sorts every document.
		return bson.D{{Key: "_id", Value: bson.D{{Key: "$gte", Value: ""}}}}, options.Find().SetSort(ascending("_id")).SetBatchSize(inOne).SetProjection(bson.D{{Key: "_id", Value: 1}}), nil
	}, func(_ context.Context, docs []payloadDoc) ([]archive.Digest, error) {
		digests := make([]archive.Digest, len(docs))
		for i, d := range docs {
			digests[i] = d.Digest
		}
		return digests, nil
	})
}
