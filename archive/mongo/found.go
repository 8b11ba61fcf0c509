package mongo

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"fangzhi/archive"
)

// inOne is how many keys are asked for in one query.
const inOne = 1000

// held returns what the archive holds of these pages; the unknown are not in
// it.
func (s *Store) held(ctx context.Context, keys map[key]bool) (map[key]held, error) {
	all := slices.SortedFunc(maps.Keys(keys), func(a, b key) int { return cmp.Or(cmp.Compare(a.site, b.site), cmp.Compare(a.url, b.url)) })
	found := make(map[key]held, len(keys))
	for some := range slices.Chunk(all, inOne) {
		if err := s.heldOf(ctx, some, found); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// heldOf asks for pages that are sorted by their site, of one or of several at
// once: a ledger goes back and forth between sites. Each site has a list of its
// own: of one of sites and one of URLs a server may try every combination, which
// takes 1.3 s for 500 pages of 40 sites where this takes 0.1.
func (s *Store) heldOf(ctx context.Context, keys []key, found map[key]held) error {
	var bySite bson.A
	for i, j := 0, 0; i < len(keys); i = j {
		var urls bson.A
		for ; j < len(keys) && keys[j].site == keys[i].site; j++ {
			urls = append(urls, keys[j].url)
		}
		bySite = append(bySite, bson.D{{Key: "site", Value: keys[i].site}, {Key: "url", Value: bson.D{{Key: "$in", Value: urls}}}})
	}
	filter := bson.D{{Key: "$or", Value: bySite}}
	if len(bySite) == 1 {
		filter = bySite[0].(bson.D)
	}
	cursor, err := s.pages.Find(ctx, filter, options.Find().SetBatchSize(inOne).SetProjection(bson.D{
		{Key: "_id", Value: 0}, {Key: "site", Value: 1}, {Key: "url", Value: 1}, {Key: "last_visit", Value: 1}, {Key: "due", Value: 1},
		{Key: "kind", Value: 1}, {Key: "versions", Value: 1}, {Key: "seq", Value: 1}, {Key: "claim", Value: 1},
		{Key: "column", Value: 1}, {Key: "also", Value: 1},
	}))
	if err != nil {
		return err
	}
	defer cursor.Close(ctx)
	for cursor.Next(ctx) {
		var d pageDoc
		if err := cursor.Decode(&d); err != nil {
			return err
		}
		found[key{d.Site, d.URL}] = held{
			lastVisit: timeOf(d.LastVisit), due: timeOf(d.Due), kind: d.Kind, versions: d.Versions, seq: d.Seq, claim: d.Claim,
			column: d.Column, also: d.Also,
		}
	}
	return cursor.Err()
}

// writeFound writes what finding pages comes to; a page that is unknown when it
// is visited counts as found. What another process did to one of them in
// between stands.
func (s *Store) writeFound(ctx context.Context, b *batch) error {
	var added []pageDoc
	var changes []mongo.WriteModel
	for _, p := range b.order {
		switch {
		case p.found != nil:
			added = append(added, pageDocOf(*p.found))
		case p.visited == nil:
			changes = append(changes, p.changes()...)
		}
	}
	if _, err := insert(ctx, s.pages, added); err != nil {
		return err
	}
	if len(changes) == 0 {
		return nil
	}
	_, err := s.pages.BulkWrite(ctx, changes, options.BulkWrite().SetOrdered(false))
	return err
}

// changes moves the due time and the kind of a stored page, unless that has
// been overtaken, adds columns, and sets how it is asked for.
func (p *plan) changes() (models []mongo.WriteModel) {
	page := bson.D{{Key: "site", Value: p.key.site}, {Key: "url", Value: p.key.url}}
	update := func(where bson.E, field string, value any) {
		filter := page[:2:2]
		if where.Key != "" {
			filter = append(filter, where)
		}
		models = append(models, mongo.NewUpdateOneModel().SetFilter(filter).
			SetUpdate(bson.D{{Key: "$set", Value: bson.D{{Key: field, Value: value}}}}))
	}
	if due := dateOf(p.dueTo); due != 0 {
		since := bson.D{{Key: "$gte", Value: due}}
		if !p.wrong.IsZero() {
			since = append(since, bson.E{Key: "$lte", Value: dateOf(p.wrong)})
		}
		update(bson.E{Key: "$nor", Value: bson.A{
			bson.D{{Key: "due", Value: bson.D{{Key: "$lte", Value: due}}}},
			bson.D{{Key: "last_visit", Value: since}},
		}}, "due", due)
	}
	if p.askedTo != nil {
		models = append(models, mongo.NewUpdateOneModel().SetFilter(page).SetUpdate(bson.D{{Key: "$set", Value: bson.D{
			{Key: "asked", Value: requestDocOf(p.askedTo)}, {Key: "sum_asked", Value: archive.RequestSum(p.key.site, p.key.url, p.askedTo)},
		}}}))
	}
	if p.kindTo != "" {
		update(bson.E{Key: "kind", Value: archive.KindUnread}, "kind", p.kindTo)
	}
	for _, column := range p.alsoTo {
		models = append(models, mongo.NewUpdateOneModel().
			SetFilter(append(page[:2:2], bson.E{Key: "also", Value: bson.D{{Key: "$ne", Value: column}}})).
			SetUpdate(bson.D{
				{Key: "$push", Value: bson.D{{Key: "also", Value: column}}},
				{Key: "$bit", Value: bson.D{{Key: "sum_also", Value: bson.D{{Key: "xor", Value: archive.AlsoSum(p.key.site, p.key.url, column)}}}}},
			}))
	}
	return models
}

// seed adds pages as found at that time.
func (s *Store) seed(ctx context.Context, seeds []archive.Page, at time.Time) error {
	if len(seeds) == 0 {
		return nil
	}
	keys := make(map[key]bool, len(seeds))
	for _, p := range seeds {
		keys[keyOf(p)] = true
	}
	stored, err := s.held(ctx, keys)
	if err != nil {
		return err
	}
	b := newBatch(stored, nil)
	b.wrong = at.Add(archive.MaxAhead)
	for _, p := range seeds {
		b.discover(p, at)
	}
	return s.writeFound(ctx, b)
}
