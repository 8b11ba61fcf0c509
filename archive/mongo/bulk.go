package mongo

import (
	"context"
	"errors"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// duplicateKey is the server's code for a violated unique index.
const duplicateKey = 11000

// insert inserts docs in as few commands as the protocol allows, and returns
// the places of those whose key was there already, which are left as they were.
func insert[D any](ctx context.Context, c *mongo.Collection, docs []D) (there []int, err error) {
	if len(docs) == 0 {
		return nil, nil
	}
	_, err = c.InsertMany(ctx, docs, options.InsertMany().SetOrdered(false))
	var bulk mongo.BulkWriteException
	if !errors.As(err, &bulk) || bulk.WriteConcernError != nil {
		return nil, err
	}
	for _, e := range bulk.WriteErrors {
		if e.Code != duplicateKey {
			return nil, err
		}
		there = append(there, e.Index)
	}
	return there, nil
}

// remove deletes documents by _id.
func remove(ctx context.Context, c *mongo.Collection, ids []bson.ObjectID) error {
	if len(ids) == 0 {
		return nil
	}
	_, err := c.DeleteMany(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: ids}}}})
	return err
}
