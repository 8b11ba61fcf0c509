package mongo

import (
	"context"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"fangzhi/archive"
)

// clear removes the visits and snapshots that a crash left of the pages of b:
// those beyond what is committed.
//
// They may be those of a slow process whose run was lost, and which is about
// to commit them. So the pages are claimed first, under a new name: what was
// planned before the claim cannot be committed any more. And the run must be
// open still after they were read: then none of them is a successor's. They are
// removed by _id, which no successor's has.
func (s *Store) clear(ctx context.Context, run string, b *batch) error {
	visits, err := s.left(ctx, s.visits, "seq", b, func(h held) int { return h.seq })
	if err != nil {
		return fmt.Errorf("leftovers: %w", err)
	}
	snapshots, err := s.left(ctx, s.snapshots, "version", b, func(h held) int { return h.versions })
	if err != nil {
		return fmt.Errorf("leftovers: %w", err)
	}
	if err := s.spare(ctx, b, visits, snapshots); err != nil {
		return err
	}
	if err := s.fence(ctx, run); err != nil {
		return err
	}
	claim := bson.D{{Key: "$set", Value: bson.D{{Key: "claim", Value: bson.NewObjectID()}}}}
	claimed := map[key]bool{}
	var models []mongo.WriteModel
	var ids [2][]bson.ObjectID
	for i, docs := range [][]leftDoc{visits, snapshots} {
		for _, d := range docs {
			ids[i] = append(ids[i], d.ID)
			if k := (key{d.Site, d.URL}); !claimed[k] {
				claimed[k] = true
				models = append(models, mongo.NewUpdateOneModel().SetFilter(b.plans[k].asPlanned()).SetUpdate(claim))
			}
		}
	}
	if err := s.onlyAsPlanned(ctx, models); err != nil {
		return err
	}
	if err := remove(ctx, s.visits, ids[0]); err != nil {
		return fmt.Errorf("leftovers: %w", err)
	}
	if err := remove(ctx, s.snapshots, ids[1]); err != nil {
		return fmt.Errorf("leftovers: %w", err)
	}
	if err := remove(ctx, s.words, ids[1]); err != nil {
		return fmt.Errorf("leftovers: %w", err)
	}
	return nil
}

// spare fails where what is beyond what a page counts was committed all the same,
// for then it is the count that is damaged: a visit that is in the log, a version that
// a committed visit names. How many visits the page has, the log tells: that is put
// right, and the batch planned anew.
func (s *Store) spare(ctx context.Context, b *batch, visits, snapshots []leftDoc) error {
	sealed, err := s.recount(ctx, visits)
	if err == nil && sealed {
		err = errOvertaken
	}
	if err != nil {
		return err
	}
	for _, d := range snapshots {
		h := b.plans[key{d.Site, d.URL}].committed()
		err := s.visits.FindOne(ctx, bson.D{
			{Key: "site", Value: d.Site}, {Key: "url", Value: d.URL}, {Key: "seq", Value: bson.D{{Key: "$lte", Value: h.seq}}},
			{Key: "version", Value: bson.D{{Key: "$gte", Value: d.Version}}},
		}, options.FindOne().SetProjection(bson.D{{Key: "_id", Value: 1}})).Err()
		if err == nil {
			err = fmt.Errorf("page %s of site %s counts %d versions, and its visits name version %d: nothing is recorded of it until it is repaired: %w",
				d.URL, d.Site, h.versions, d.Version, archive.ErrCorrupt)
		}
		if !errors.Is(err, mongo.ErrNoDocuments) {
			return err
		}
	}
	return nil
}

// recount counts for their pages those of visits that are in the log, and says whether
// there are any.
func (s *Store) recount(ctx context.Context, visits []leftDoc) (sealed bool, err error) {
	for _, d := range visits {
		err := s.log.FindOne(ctx, bson.D{{Key: "visit", Value: d.ID}}, options.FindOne().SetProjection(bson.D{{Key: "_id", Value: 1}})).Err()
		if errors.Is(err, mongo.ErrNoDocuments) {
			continue
		}
		if err == nil {
			_, err = s.pages.UpdateOne(ctx, bson.D{{Key: "site", Value: d.Site}, {Key: "url", Value: d.URL}},
				bson.D{{Key: "$max", Value: bson.D{{Key: "seq", Value: d.Seq}}}})
		}
		if err != nil {
			return sealed, err
		}
		sealed = true
	}
	return sealed, nil
}

// settleCounts counts anew the visits of the pages that are said to have had more than
// are committed.
func (s *Store) settleCounts(ctx context.Context) error {
	fields := bson.D{{Key: "site", Value: 1}, {Key: "url", Value: 1}, {Key: "seq", Value: 1}}
	cursor, err := s.pages.Find(ctx, bson.D{}, options.Find().SetProjection(append(fields, bson.E{Key: "visits", Value: 1})))
	if err != nil {
		return err
	}
	defer cursor.Close(ctx)
	for {
		pages, err := chunk[pageDoc](ctx, cursor)
		if err != nil || len(pages) == 0 {
			return err
		}
		for _, p := range pages {
			if p.Seq >= p.Visits {
				continue
			}
			beyond, err := s.visits.Find(ctx, bson.D{
				{Key: "site", Value: p.Site}, {Key: "url", Value: p.URL}, {Key: "seq", Value: bson.D{{Key: "$gt", Value: p.Seq}}},
			}, options.Find().SetProjection(fields))
			if err != nil {
				return err
			}
			var visits []leftDoc
			if err := beyond.All(ctx, &visits); err != nil {
				return err
			}
			if _, err := s.recount(ctx, visits); err != nil {
				return err
			}
		}
	}
}

// leftDoc is what tells a leftover.
type leftDoc struct {
	ID      bson.ObjectID `bson:"_id"`
	Site    string        `bson:"site"`
	URL     string        `bson:"url"`
	Seq     int           `bson:"seq"`     // of a visit
	Version int           `bson:"version"` // of a snapshot
}

// left returns the documents of b's pages whose number is beyond the one that
// is committed.
func (s *Store) left(ctx context.Context, c *mongo.Collection, number string, b *batch, committed func(held) int) (all []leftDoc, err error) {
	for _, p := range b.order {
		if !p.commits() {
			continue
		}
		cursor, err := c.Find(ctx, bson.D{
			{Key: "site", Value: p.key.site}, {Key: "url", Value: p.key.url},
			{Key: number, Value: bson.D{{Key: "$gt", Value: committed(p.committed())}}},
		}, options.Find().SetProjection(bson.D{{Key: "site", Value: 1}, {Key: "url", Value: 1}, {Key: number, Value: 1}}))
		if err != nil {
			return nil, err
		}
		var some []leftDoc
		if err := cursor.All(ctx, &some); err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}
