package mongo

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// clear removes what a crash left of the pages that b visits: visits later
// than the last one committed, and versions beyond the last one committed where
// b brings a version. They are removed by _id, so that what another process
// puts in their place is safe.
func (s *Store) clear(ctx context.Context, b *batch) error {
	var visits, versions questions
	asked := map[key]bool{}
	for _, p := range b.order {
		if p.visited {
			visits.add(p, int64(dateOf(p.committed().lastVisit)))
		}
	}
	for _, v := range b.snapshots {
		if k := (key{v.Site, v.URL}); !asked[k] {
			asked[k] = true
			versions.add(b.plans[k], int64(b.plans[k].committed().versions))
		}
	}
	err := s.removeLeft(ctx, s.visits, "at", visits, func(d leftDoc) bool {
		return !b.plans[key{d.Site, d.URL}].reported(timeOf(d.At))
	})
	if err != nil {
		return err
	}
	return s.removeLeft(ctx, s.snapshots, "version", versions, func(d leftDoc) bool {
		return d.Version > b.plans[key{d.Site, d.URL}].committed().versions
	})
}

// leftDoc is what tells a leftover.
type leftDoc struct {
	ID      bson.ObjectID `bson:"_id"`
	Site    string        `bson:"site"`
	URL     string        `bson:"url"`
	At      bson.DateTime `bson:"at"`
	Version int           `bson:"version"`
}

// question asks for the documents of some pages of a site beyond a mark.
type question struct {
	site  string
	fresh bool // pages of which nothing is committed: all that there is
	urls  []string
	mark  int64 // the lowest of the pages' marks
}

// questions are one or two a site: a fresh page must not lower the mark of
// those with a long history.
type questions []*question

func (q *questions) add(p *plan, mark int64) {
	fresh := mark == 0
	for _, one := range *q {
		if one.site == p.key.site && one.fresh == fresh && len(one.urls) < inOne {
			one.urls, one.mark = append(one.urls, p.key.url), min(one.mark, mark)
			return
		}
	}
	*q = append(*q, &question{site: p.key.site, fresh: fresh, urls: []string{p.key.url}, mark: mark})
}

// removeLeft removes the documents that qs ask for and left tells to be
// leftovers.
func (s *Store) removeLeft(ctx context.Context, c *mongo.Collection, field string, qs questions, left func(leftDoc) bool) error {
	var ids []bson.ObjectID
	for _, q := range qs {
		filter := bson.D{{Key: "site", Value: q.site}, {Key: "url", Value: bson.D{{Key: "$in", Value: q.urls}}}}
		if !q.fresh {
			var mark any = q.mark
			if field == "at" {
				mark = bson.DateTime(q.mark)
			}
			filter = append(filter, bson.E{Key: field, Value: bson.D{{Key: "$gt", Value: mark}}})
		}
		cursor, err := c.Find(ctx, filter, options.Find().SetBatchSize(inOne).SetProjection(bson.D{
			{Key: "site", Value: 1}, {Key: "url", Value: 1}, {Key: field, Value: 1},
		}))
		if err != nil {
			return err
		}
		var found []leftDoc
		if err := cursor.All(ctx, &found); err != nil {
			return err
		}
		for _, d := range found {
			if left(d) {
				ids = append(ids, d.ID)
			}
		}
	}
	return remove(ctx, c, ids)
}
