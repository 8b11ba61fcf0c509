package mongo

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// sumOld gives sums to the documents of before there were any: as they are now. What
// was written meanwhile has them.
func (s *Store) sumOld(ctx context.Context) error {
	err := sumDocs(ctx, s.pages, func(d pageDoc) bson.D {
		p := d.page()
		p.Damaged = 0
		sums := p.Sums()
		return bson.D{{Key: "sum", Value: sums.History}, {Key: "sum_title", Value: sums.Title},
			{Key: "sum_asked", Value: sums.Request}, {Key: "sum_also", Value: sums.Also}}
	})
	if err == nil {
		err = sumDocs(ctx, s.runs, func(d runDoc) bson.D {
			r := d.run()
			r.Damaged = false
			return bson.D{{Key: "sum", Value: r.Sum()}}
		})
	}
	if err == nil {
		err = sumDocs(ctx, s.learnt, func(d learntDoc) bson.D {
			l := d.lesson()
			l.Damaged = false
			return bson.D{{Key: "sum", Value: l.Sum()}}
		})
	}
	return err
}

// sumDocs sets the sums of the documents of c that have none.
func sumDocs[D any](ctx context.Context, c *mongo.Collection, sums func(D) bson.D) error {
	cursor, err := c.Find(ctx, bson.D{{Key: "sum", Value: nil}}, options.Find().SetBatchSize(inOne))
	if err != nil {
		return err
	}
	defer cursor.Close(ctx)
	var models []mongo.WriteModel
	for more := true; more; {
		if more = cursor.Next(ctx); more {
			var d D
			if err := cursor.Decode(&d); err != nil {
				return err
			}
			models = append(models, mongo.NewUpdateOneModel().
				SetFilter(bson.D{{Key: "_id", Value: cursor.Current.Lookup("_id")}, {Key: "sum", Value: nil}}).
				SetUpdate(bson.D{{Key: "$set", Value: sums(d)}}))
		}
		if len(models) == inOne || !more && len(models) > 0 {
			if _, err := c.BulkWrite(ctx, models, options.BulkWrite().SetOrdered(false)); err != nil {
				return err
			}
			models = models[:0]
		}
	}
	return cursor.Err()
}
