package mongo

import (
	"cmp"
	"context"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"fangzhi/archive"
)

// Due returns up to n pages of site that are due by that time, by (Due, URL),
// without those that except leaves out.
func (s *Store) Due(ctx context.Context, site string, by time.Time, n int, except archive.Except) ([]archive.Page, error) {
	done, err := s.begin(ctx)
	if err != nil {
		return nil, fault(ctx, err, "due pages of %s", site)
	}
	defer done()
	if n <= 0 {
		return nil, nil
	}
	filter := bson.D{{Key: "site", Value: site}, {Key: "due", Value: bson.D{{Key: "$lte", Value: dateOf(by)}}}}
	if out := leftOut(except, by); len(out) > 0 {
		filter = append(filter, bson.E{Key: "$nor", Value: out})
	}
	var docs []pageDoc
	cursor, err := s.pages.Find(ctx, filter,
		options.Find().SetSort(ascending("due", "url")).SetLimit(int64(n)).SetBatchSize(int32(min(n, inOne))))
	if err == nil {
		err = cursor.All(ctx, &docs)
	}
	var pages []archive.Page
	if err == nil {
		pages, err = s.pagesOf(ctx, docs)
	}
	return pages, fault(ctx, err, "due pages of %s", site)
}

// leftOut are the filters of what except leaves out. The hosts stand in the
// index that is read for what is due.
func leftOut(except archive.Except, by time.Time) (out bson.A) {
	for _, host := range except.Hosts {
		for _, scheme := range []string{"http://", "https://"} {
			out = append(out, bson.D{{Key: "url", Value: bson.D{{Key: "$gte", Value: scheme + host + "/"}, {Key: "$lt", Value: scheme + host + "0"}}}})
		}
	}
	if !except.VisitedSince.IsZero() {
		out = append(out, bson.D{{Key: "last_visit", Value: bson.D{
			{Key: "$gte", Value: dateOf(except.VisitedSince)}, {Key: "$lte", Value: dateOf(by.Add(archive.MaxAhead))},
		}}})
	}
	return out
}

// Known returns which of urls are pages of site.
func (s *Store) Known(ctx context.Context, site string, urls []string) (map[string]bool, error) {
	done, err := s.begin(ctx)
	if err != nil {
		return nil, fault(ctx, err, "known pages of %s", site)
	}
	defer done()
	known := map[string]bool{}
	for some := range slices.Chunk(urls, inOne) {
		// Both fields stand in the index: no document is read.
		cursor, err := s.pages.Find(ctx, bson.D{{Key: "site", Value: site}, {Key: "url", Value: bson.D{{Key: "$in", Value: some}}}},
			options.Find().SetBatchSize(inOne).SetProjection(bson.D{{Key: "_id", Value: 0}, {Key: "url", Value: 1}}))
		var docs []struct {
			URL string `bson:"url"`
		}
		if err == nil {
			err = cursor.All(ctx, &docs)
		}
		if err != nil {
			return nil, fault(ctx, err, "known pages of %s", site)
		}
		for _, d := range docs {
			known[d.URL] = true
		}
	}
	return known, nil
}

// Namesakes returns the pages of site with one of these items, by URL.
func (s *Store) Namesakes(ctx context.Context, site string, items []int64) ([]archive.Page, error) {
	done, err := s.begin(ctx)
	if err != nil {
		return nil, fault(ctx, err, "namesakes on %s", site)
	}
	defer done()
	items = slices.DeleteFunc(slices.Clone(items), func(n int64) bool { return n == 0 })
	slices.Sort(items)
	var pages []archive.Page
	for some := range slices.Chunk(slices.Compact(items), inOne) {
		var docs []pageDoc
		cursor, err := s.pages.Find(ctx, bson.D{{Key: "item", Value: bson.D{{Key: "$in", Value: some}}}, {Key: "site", Value: site}},
			options.Find().SetBatchSize(inOne))
		if err == nil {
			err = cursor.All(ctx, &docs)
		}
		var found []archive.Page
		if err == nil {
			found, err = s.pagesOf(ctx, docs)
		}
		if err != nil {
			return nil, fault(ctx, err, "namesakes on %s", site)
		}
		pages = append(pages, found...)
	}
	slices.SortFunc(pages, func(a, b archive.Page) int { return cmp.Compare(a.URL, b.URL) })
	return pages, nil
}

// mostAlike is how many snapshots Alike returns at most.
const mostAlike = 32

// Alike returns snapshots that share a key with sketch, those that share more
// keys first.
func (s *Store) Alike(ctx context.Context, sketch archive.Sketch) ([]archive.Snapshot, error) {
	done, err := s.begin(ctx)
	if err != nil {
		return nil, fault(ctx, err, "alike")
	}
	defer done()
	if len(sketch) == 0 {
		return nil, nil
	}
	found, err := s.alike(ctx, sketch)
	return found, fault(ctx, err, "alike")
}

func (s *Store) alike(ctx context.Context, sketch archive.Sketch) ([]archive.Snapshot, error) {
	keys := []int64(sketch)
	cursor, err := s.snapshots.Aggregate(ctx, mongo.Pipeline{
		{{Key: "$match", Value: bson.D{{Key: "sketch", Value: bson.D{{Key: "$in", Value: keys}}}}}},
		{{Key: "$project", Value: bson.D{{Key: "shared", Value: bson.D{
			{Key: "$size", Value: bson.D{{Key: "$setIntersection", Value: bson.A{"$sketch", keys}}}},
		}}}}},
		{{Key: "$sort", Value: bson.D{{Key: "shared", Value: -1}, {Key: "_id", Value: 1}}}},
		// Some of them may turn out not to be committed.
		{{Key: "$limit", Value: 2 * mostAlike}},
	})
	if err != nil {
		return nil, err
	}
	var ranked []struct {
		ID bson.ObjectID `bson:"_id"`
	}
	if err := cursor.All(ctx, &ranked); err != nil {
		return nil, err
	}
	ids := make([]bson.ObjectID, len(ranked))
	for i, r := range ranked {
		ids[i] = r.ID
	}
	found, err := s.snapshotsByID(ctx, ids)
	return found[:min(len(found), mostAlike)], err
}

// snapshotsByID returns the committed ones of these snapshots, in this order.
func (s *Store) snapshotsByID(ctx context.Context, ids []bson.ObjectID) ([]archive.Snapshot, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	cursor, err := s.snapshots.Find(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: ids}}}})
	if err != nil {
		return nil, err
	}
	var docs []snapshotDoc
	if err := cursor.All(ctx, &docs); err != nil {
		return nil, err
	}
	place := make(map[bson.ObjectID]int, len(ids))
	for i, id := range ids {
		place[id] = i
	}
	slices.SortFunc(docs, func(a, b snapshotDoc) int { return cmp.Compare(place[a.ID], place[b.ID]) })
	return s.takeSnapshots(false)(ctx, docs)
}

// Summaries counts pages by site.
func (s *Store) Summaries(ctx context.Context, by time.Time) ([]archive.Summary, error) {
	done, err := s.begin(ctx)
	if err != nil {
		return nil, fault(ctx, err, "summaries")
	}
	defer done()
	due := bson.D{{Key: "$and", Value: bson.A{
		bson.D{{Key: "$gt", Value: bson.A{"$due", nil}}},
		bson.D{{Key: "$lte", Value: bson.A{"$due", dateOf(by)}}},
	}}}
	later := bson.D{{Key: "$gt", Value: bson.A{"$due", dateOf(by)}}}
	cursor, err := s.pages.Aggregate(ctx, mongo.Pipeline{{{Key: "$group", Value: bson.D{
		{Key: "_id", Value: bson.D{{Key: "site", Value: "$site"}, {Key: "state", Value: "$state"}, {Key: "kind", Value: "$kind"}}},
		{Key: "pages", Value: bson.D{{Key: "$sum", Value: 1}}},
		{Key: "versions", Value: bson.D{{Key: "$sum", Value: "$versions"}}},
		{Key: "due", Value: bson.D{{Key: "$sum", Value: bson.D{{Key: "$cond", Value: bson.A{due, 1, 0}}}}}},
		{Key: "later", Value: bson.D{{Key: "$sum", Value: bson.D{{Key: "$cond", Value: bson.A{later, 1, 0}}}}}},
		{Key: "first", Value: bson.D{{Key: "$min", Value: bson.D{{Key: "$cond", Value: bson.A{later, "$due", nil}}}}}},
	}}}})
	var groups []struct {
		ID struct {
			Site  string        `bson:"site"`
			State archive.State `bson:"state"`
			Kind  archive.Kind  `bson:"kind"`
		} `bson:"_id"`
		Pages    int           `bson:"pages"`
		Versions int           `bson:"versions"`
		Due      int           `bson:"due"`
		Later    int           `bson:"later"`
		First    bson.DateTime `bson:"first"`
	}
	if err == nil {
		err = cursor.All(ctx, &groups)
	}
	if err != nil {
		return nil, fault(ctx, err, "summaries")
	}
	bySite := map[string]*archive.Summary{}
	for _, g := range groups {
		one := bySite[g.ID.Site]
		if one == nil {
			one = &archive.Summary{Site: g.ID.Site, States: map[archive.State]int{}, Kinds: map[archive.Kind]int{}}
			bySite[g.ID.Site] = one
		}
		one.States[g.ID.State] += g.Pages
		one.Kinds[g.ID.Kind] += g.Pages
		if g.ID.Kind == archive.KindArticle {
			if one.Articles == nil {
				one.Articles = map[archive.State]int{}
			}
			one.Articles[g.ID.State] += g.Pages
		}
		one.Versions += g.Versions
		one.Due += g.Due
		one.AddLater(g.ID.Kind, g.ID.State, g.Later, timeOf(g.First))
	}
	summaries := make([]archive.Summary, 0, len(bySite))
	for _, one := range bySite {
		summaries = append(summaries, *one)
	}
	slices.SortFunc(summaries, func(a, b archive.Summary) int { return cmp.Compare(a.Site, b.Site) })
	return summaries, nil
}
