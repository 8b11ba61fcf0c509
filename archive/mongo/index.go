package mongo

import (
	"context"
	"errors"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"fangzhi/archive"
)

const (
	// indexBatch is how many snapshots are given their words at once.
	indexBatch = 25
	// indexPatience is how long a search indexes before it answers; what is
	// left is looked through as it is.
	indexPatience = time.Second
)

// wordsDoc holds the words of a snapshot, whose _id it shares. They stand apart
// since they take more room than all the rest of a snapshot, which listings
// would have to pass over.
type wordsDoc struct {
	ID    bson.ObjectID `bson:"_id"`
	Words []string      `bson:"words"`
}

// Index gives their words to the snapshots that have none yet. A thousand
// words make a snapshot dearer to write than all the rest of its entry, so
// Record leaves them out. Search does as much of it as it can without letting
// the caller wait; a process that has time, after a run, may do the rest.
func (s *Store) Index(ctx context.Context) error {
	done, err := s.change(ctx)
	if err == nil {
		defer done()
		for more := true; more && err == nil; {
			more, err = s.index(ctx)
		}
	}
	return fault(ctx, err, "index")
}

// Rebuild makes the indexes that are missing, all words anew, what pages say of their
// latest versions, and how many visits of them are committed; what an older fangzhi recorded meanwhile is marked to
// be sealed.
func (s *Store) Rebuild(ctx context.Context) error {
	done, err := s.change(ctx)
	if err != nil {
		return fault(ctx, err, "rebuild")
	}
	err = s.ensureIndexes(ctx)
	if err == nil {
		err = s.markOld(ctx)
	}
	if err == nil {
		err = s.settleCounts(ctx)
	}
	if err == nil {
		err = s.settleBehind(ctx)
	}
	if err == nil {
		_, err = s.snapshots.UpdateMany(ctx, bson.D{}, bson.D{{Key: "$set", Value: bson.D{{Key: "unindexed", Value: true}}}})
	}
	if err == nil {
		_, err = s.words.DeleteMany(ctx, bson.D{})
	}
	done()
	if err != nil {
		return fault(ctx, err, "rebuild")
	}
	return s.Index(ctx)
}

// index gives words to the next snapshots, and says whether there may be more.
// Two processes may do the same work; that does no harm.
func (s *Store) index(ctx context.Context) (more bool, err error) {
	cursor, err := s.snapshots.Find(ctx, bson.D{{Key: "unindexed", Value: true}},
		options.Find().SetLimit(indexBatch).SetBatchSize(indexBatch).SetProjection(readable))
	if err != nil {
		return false, err
	}
	var docs []snapshotDoc
	if err := cursor.All(ctx, &docs); err != nil || len(docs) == 0 {
		return false, err
	}
	pages, err := committedOf(ctx, s, docs, snapshotDoc.page)
	if err != nil {
		return false, err
	}
	ids := make([]bson.ObjectID, len(docs))
	var indexed []wordsDoc
	var marks []mongo.WriteModel
	for i, d := range docs {
		ids[i] = d.ID
		if d.Readings > 0 {
			// Only where it was not read again since.
			marks = append(marks, mongo.NewUpdateOneModel().SetFilter(bson.D{{Key: "_id", Value: d.ID}, {Key: "readings", Value: d.Readings}}).
				SetUpdate(bson.D{{Key: "$unset", Value: bson.D{{Key: "unindexed", Value: ""}}}}))
		}
		if d.Version < pages[d.page()].versions {
			continue // it will not be searched for any more
		}
		if err := s.moveIn(ctx, &d); errors.Is(err, archive.ErrCorrupt) {
			d.Article = articleDoc{} // it is found by nothing, and keeps no other from being found
		} else if err != nil {
			return false, err
		}
		words := wordsDoc{ID: d.ID, Words: wordsOf(string(d.Article.Title), string(d.Article.Body))}
		if d.Readings == 0 {
			indexed = append(indexed, words)
			continue
		}
		if _, err := s.words.ReplaceOne(ctx, bson.D{{Key: "_id", Value: d.ID}}, words, options.Replace().SetUpsert(true)); err != nil {
			return false, err
		}
	}
	if _, err := insert(ctx, s.words, indexed); err != nil {
		return false, err
	}
	if len(marks) > 0 {
		if _, err := s.snapshots.BulkWrite(ctx, marks, options.BulkWrite().SetOrdered(false)); err != nil {
			return false, err
		}
	}
	_, err = s.snapshots.UpdateMany(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: ids}}}, {Key: "readings", Value: nil}},
		bson.D{{Key: "$unset", Value: bson.D{{Key: "unindexed", Value: ""}}}})
	return len(docs) == indexBatch, err
}
