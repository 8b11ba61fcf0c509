package mongo

import (
	"context"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"fangzhi/archive"
)

// index is one index: its keys ascending, in this order.
type index struct {
	keys   []string
	unique bool
	sparse bool
	where  bson.D // partial: only of documents like this
	serves string // the query that it is there for
}

// indexes are all indexes besides _id, by collection. Identities stand under a
// unique index, which arbitrates between processes; it is in the order of the
// listing too where that is possible.
var indexes = map[string][]index{
	"pages": {
		{keys: []string{"site", "url"}, unique: true, serves: "identity, Page, Pages, Known"},
		{keys: []string{"site", "due", "url"}, serves: "Due"},
		{keys: []string{"url", "site"}, serves: "which sites know a URL"},
		{keys: []string{"item"}, sparse: true, serves: "Namesakes"},
		{keys: []string{"moved_to"}, sparse: true, serves: "aliases, and what moved to a page"},
		{keys: []string{"state", "site", "url"}, serves: "Pages in a state"},
	},
	"snapshots": {
		{keys: []string{"site", "url", "version"}, unique: true, serves: "identity, Snapshots"},
		{keys: []string{"sketch"}, sparse: true, serves: "Alike"},
		{keys: []string{"unindexed"}, sparse: true, serves: "Search, Index"},
		{keys: []string{"readings"}, sparse: true, serves: "Log: how often versions were read again"},
	},
	"words": {
		{keys: []string{"words"}, serves: "Search"},
	},
	"visits": {
		{keys: []string{"site", "url", "seq"}, unique: true, serves: "identity, Visits of a page"},
		{keys: []string{"at", "site", "url"}, serves: "Visits"},
		{keys: []string{"site", "at", "url"}, serves: "Visits of a site"},
		{keys: []string{"run", "at", "site", "url"}, serves: "Visits of a run"},
		{keys: []string{"at"}, where: bson.D{{Key: "unsealed", Value: true}}, serves: "Seal"},
	},
	"log": {
		{keys: []string{"visit"}, unique: true, serves: "a visit has one leaf; Sealed"},
	},
	"runs": {
		{keys: []string{"site"}, unique: true, where: bson.D{{Key: "state", Value: archive.RunRunning}}, serves: "one open run a site"},
		{keys: []string{"planned", "site"}, serves: "Runs"},
		{keys: []string{"site", "planned"}, serves: "Runs of a site"},
		{keys: []string{"state", "planned", "site"}, serves: "Runs in a state"},
	},
	"readings": {
		{keys: []string{"site", "url", "version", "n"}, unique: true, serves: "identity, Earlier"},
	},
	"learnt": {
		{keys: []string{"site", "name"}, unique: true, serves: "identity, Learnt"},
	},
	"large.chunks": {
		{keys: []string{"files_id", "n"}, unique: true, serves: "GridFS"},
	},
}

func (i index) model() mongo.IndexModel {
	var keys bson.D
	for _, k := range i.keys {
		keys = append(keys, bson.E{Key: k, Value: 1})
	}
	o := options.Index().SetName(i.name())
	if i.unique {
		o.SetUnique(true)
	}
	if i.sparse {
		o.SetSparse(true)
	}
	if i.where != nil {
		o.SetPartialFilterExpression(i.where)
	}
	return mongo.IndexModel{Keys: keys, Options: o}
}

// name is the one that MongoDB would give the index.
func (i index) name() string {
	name := ""
	for n, k := range i.keys {
		if n > 0 {
			name += "_"
		}
		name += k + "_1"
	}
	if i.where != nil {
		name += "_partial"
	}
	return name
}

// ensureIndexes makes the indexes that are missing; where none is, that is a
// round trip a collection.
func (s *Store) ensureIndexes(ctx context.Context) error {
	for collection, all := range indexes {
		models := make([]mongo.IndexModel, len(all))
		for i, index := range all {
			models[i] = index.model()
		}
		if _, err := s.db.Collection(collection).Indexes().CreateMany(ctx, models); err != nil {
			return fmt.Errorf("indexes of %s: %w", collection, err)
		}
	}
	return nil
}
