package mongo

import (
	"context"
	"iter"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"fangzhi/archive"
)

// inChunk is how many documents of a listing are decoded, and looked up, at
// once.
const inChunk = 500

// list yields the documents of a query, in chunks that pass through take:
// that makes records of them and may leave some out. At most limit records are
// yielded, all where it is 0.
func list[D, T any](
	ctx context.Context, s *Store, c *mongo.Collection, what string, limit int,
	query func(context.Context) (bson.D, *options.FindOptionsBuilder, error),
	take func(context.Context, []D) ([]T, error),
) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		fail := func(err error) {
			var none T
			yield(none, fault(ctx, err, "list %s", what))
		}
		// A listing does not hold the store open: its consumer may call the
		// store meanwhile, and would wait for Close, which waits for it.
		done, err := s.begin(ctx)
		if err != nil {
			fail(err)
			return
		}
		done()
		filter, opts, err := query(ctx)
		if err != nil {
			fail(err)
			return
		}
		results, err := find[D](ctx, c, filter, opts)
		if err != nil {
			fail(err)
			return
		}
		defer results.close(ctx)
		n := 0
		for {
			docs, err := results.chunk(ctx)
			if err != nil {
				fail(err)
				return
			}
			if len(docs) == 0 {
				return
			}
			records, err := retried(ctx, func() ([]T, error) { return take(ctx, slices.Clone(docs)) })
			if err != nil {
				fail(err)
				return
			}
			for _, r := range records {
				if n++; !yield(r, nil) || n == limit {
					return
				}
			}
		}
	}
}

// chunk decodes what the server sent in one batch, up to inChunk documents.
func chunk[D any](ctx context.Context, cursor *mongo.Cursor) ([]D, error) {
	var docs []D
	for len(docs) < inChunk && (len(docs) == 0 || cursor.RemainingBatchLength() > 0) && cursor.Next(ctx) {
		var d D
		if err := cursor.Decode(&d); err != nil {
			return nil, err
		}
		docs = append(docs, d)
	}
	if err := cursor.Err(); err != nil {
		return nil, err
	}
	return docs, ctx.Err()
}

// committedOf returns of each page how far its history is committed.
func committedOf[D any](ctx context.Context, s *Store, docs []D, page func(D) key) (map[key]held, error) {
	keys := map[key]bool{}
	for _, d := range docs {
		keys[page(d)] = true
	}
	return s.held(ctx, keys)
}

// takeVisits passes over what is not committed.
func (s *Store) takeVisits(ctx context.Context, docs []visitDoc) ([]archive.Visit, error) {
	pages, err := committedOf(ctx, s, docs, func(d visitDoc) key { return key{d.Site, d.URL} })
	if err != nil {
		return nil, err
	}
	visits := make([]archive.Visit, 0, len(docs))
	for _, d := range docs {
		if d.Seq <= pages[key{d.Site, d.URL}].seq {
			visits = append(visits, d.visit())
		}
	}
	return visits, nil
}

// committedSnapshots passes over what is not committed and, where latest is
// wanted, over superseded versions.
func (s *Store) committedSnapshots(ctx context.Context, docs []snapshotDoc, latest bool) ([]snapshotDoc, error) {
	pages, err := committedOf(ctx, s, docs, snapshotDoc.page)
	return slices.DeleteFunc(docs, func(d snapshotDoc) bool {
		versions := pages[d.page()].versions
		return d.Version > versions || latest && d.Version < versions
	}), err
}

// takeSnapshots makes snapshots of what committedSnapshots leaves.
func (s *Store) takeSnapshots(latest bool) func(context.Context, []snapshotDoc) ([]archive.Snapshot, error) {
	return func(ctx context.Context, docs []snapshotDoc) ([]archive.Snapshot, error) {
		docs, err := s.committedSnapshots(ctx, docs, latest)
		if err != nil {
			return nil, err
		}
		snapshots := make([]archive.Snapshot, len(docs))
		for i, d := range docs {
			if snapshots[i], err = s.snapshot(ctx, d); err != nil {
				return nil, err
			}
		}
		return snapshots, nil
	}
}
