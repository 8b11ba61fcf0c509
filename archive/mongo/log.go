package mongo

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"fangzhi/archive"
)

// checkpointID is the _id in collection meta of the last checkpoint.
var errStray = errors.New("the last checkpoint is none of the log")

const checkpointID = "checkpoint"

type checkpointDoc struct {
	ID   string        `bson:"_id"`
	Size int64         `bson:"size"`
	Root []byte        `bson:"root"`
	At   bson.DateTime `bson:"at"`
}

// keepCheckpoint keeps a checkpoint of the whole log where it has grown since
// the last one, and returns the last one. One that is none of the log stays, as what
// tells of damage: then it is errStray.
func (s *Store) keepCheckpoint(ctx context.Context, at time.Time) (archive.Checkpoint, error) {
	s.sealing.Lock()
	tree, err := s.logEnd(ctx)
	s.sealing.Unlock()
	if err != nil {
		return archive.Checkpoint{}, err
	}
	switch last, err := s.checkpoint(ctx); {
	case err != nil:
		return last, err
	case last.Size < tree.Size():
		edge, err := s.nodes(ctx, archive.Edge(last.Size))
		if err == nil && !last.Of(edge) {
			err = errStray
		}
		if err != nil {
			return last, err
		}
	}
	root := tree.Root()
	if tree.Size() > 0 {
		_, err = s.meta.UpdateOne(ctx, bson.D{{Key: "_id", Value: checkpointID}, {Key: "size", Value: bson.D{{Key: "$lt", Value: tree.Size()}}}},
			bson.D{{Key: "$set", Value: bson.D{
				{Key: "size", Value: tree.Size()}, {Key: "root", Value: root[:]}, {Key: "at", Value: dateOf(at.Truncate(time.Second))},
			}}}, options.UpdateOne().SetUpsert(true))
		if err != nil && !mongo.IsDuplicateKeyError(err) { // duplicate: the last one is as large
			return archive.Checkpoint{}, err
		}
	}
	return s.checkpoint(ctx)
}

// checkpoint returns the last checkpoint, one of size 0 where there is none.
func (s *Store) checkpoint(ctx context.Context) (c archive.Checkpoint, err error) {
	var d checkpointDoc
	err = s.meta.FindOne(ctx, bson.D{{Key: "_id", Value: checkpointID}}).Decode(&d)
	switch {
	case errors.Is(err, mongo.ErrNoDocuments):
		return c, nil
	case err != nil:
		return c, err
	case len(d.Root) != len(c.Root):
		return c, fmt.Errorf("checkpoint: its root is %d bytes: %w", len(d.Root), archive.ErrCorrupt)
	}
	return archive.Checkpoint{Size: d.Size, Root: archive.Hash(d.Root), At: timeOf(d.At)}, nil
}

// logSize is the number of leaves.
func (s *Store) logSize(ctx context.Context) (int64, error) {
	var last logDoc
	err := s.log.FindOne(ctx, bson.D{}, options.FindOne().SetSort(bson.D{{Key: "_id", Value: -1}}).SetProjection(bson.D{{Key: "_id", Value: 1}})).Decode(&last)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return 0, nil
	}
	return last.N + 1, err
}

// Log tells how far the log has come.
func (s *Store) Log(ctx context.Context) (l archive.Log, err error) {
	done, err := s.begin(ctx)
	if err != nil {
		return l, fault(ctx, err, "log")
	}
	defer done()
	// What is sealed between the two questions counts for neither.
	l.Unsealed, err = retried(ctx, func() (n int, err error) {
		err = s.unsealed(ctx, func(wanting []visitDoc, _ []bson.ObjectID) error {
			n += len(wanting)
			return nil
		})
		return n, err
	})
	if err == nil {
		l.Size, err = s.logSize(ctx)
	}
	if err == nil {
		l.Readings, err = s.countReadings(ctx)
	}
	if err == nil {
		l.Checkpoint, err = s.checkpoint(ctx)
	}
	return l, fault(ctx, err, "log")
}

// countReadings is how often versions were read again, all together. It goes by
// what the versions say, which is set in one with how they read, and not by what is
// kept of how they read before: that is kept first, and would count a reading that
// is still to come, or never does.
func (s *Store) countReadings(ctx context.Context) (int64, error) {
	cursor, err := s.snapshots.Aggregate(ctx, mongo.Pipeline{
		{{Key: "$match", Value: bson.D{{Key: "readings", Value: bson.D{{Key: "$gt", Value: 0}}}}}},
		{{Key: "$group", Value: bson.D{{Key: "_id", Value: nil}, {Key: "times", Value: bson.D{{Key: "$sum", Value: "$readings"}}}}}},
	})
	var sums []struct {
		Times int64 `bson:"times"`
	}
	if err == nil {
		err = cursor.All(ctx, &sums)
	}
	if err != nil || len(sums) == 0 {
		return 0, err
	}
	return sums[0].Times, nil
}

// Leaves yields the log from the leaf with that number.
func (s *Store) Leaves(ctx context.Context, from int64) iter.Seq2[archive.Leaf, error] {
	return list(ctx, s, s.log, "leaves", 0, func(context.Context) (bson.D, *options.FindOptionsBuilder, error) {
		return bson.D{{Key: "_id", Value: bson.D{{Key: "$gte", Value: from}}}}, options.Find().SetSort(ascending("_id")), nil
	}, s.takeLeaves)
}

// takeLeaves fetches what leaves stand for.
func (s *Store) takeLeaves(ctx context.Context, docs []logDoc) ([]archive.Leaf, error) {
	ids := make([]bson.ObjectID, len(docs))
	for i, d := range docs {
		ids[i] = d.Visit
	}
	cursor, err := s.visits.Find(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: ids}}}}, options.Find().SetBatchSize(inOne))
	if err != nil {
		return nil, err
	}
	var found []visitDoc
	if err := cursor.All(ctx, &found); err != nil {
		return nil, err
	}
	visits := make(map[bson.ObjectID]visitDoc, len(found))
	for _, d := range found {
		visits[d.ID] = d
	}
	cuts, err := s.cuts(ctx, docs, visits)
	if err != nil {
		return nil, err
	}
	leaves := make([]archive.Leaf, 0, len(docs))
	for _, d := range docs {
		visit, there := visits[d.Visit]
		if !there {
			continue
		}
		if len(d.Hashes) < len(archive.Hash{}) {
			return nil, fmt.Errorf("leaf %d: %d bytes of hashes: %w", d.N, len(d.Hashes), archive.ErrCorrupt)
		}
		leaf := archive.Leaf{N: d.N, Hash: archive.Hash(d.Hashes[:len(archive.Hash{})]), Visit: visit.visit()}
		if cut, ok := cuts[edition{key{visit.Site, visit.URL}, d.Version}]; ok {
			leaf.Snapshot = &cut
		}
		leaves = append(leaves, leaf)
	}
	return leaves, nil
}

// cuts returns the versions that the visits of these leaves cut.
func (s *Store) cuts(ctx context.Context, docs []logDoc, visits map[bson.ObjectID]visitDoc) (map[edition]archive.Snapshot, error) {
	wanted := map[edition]bool{}
	type span struct {
		urls        map[string]bool
		first, last int // version
	}
	sites := map[string]*span{}
	for _, d := range docs {
		visit, ok := visits[d.Visit]
		if !ok || d.Version == 0 {
			continue
		}
		wanted[edition{key{visit.Site, visit.URL}, d.Version}] = true
		site := sites[visit.Site]
		if site == nil {
			site = &span{urls: map[string]bool{}, first: d.Version}
			sites[visit.Site] = site
		}
		site.urls[visit.URL] = true
		site.first, site.last = min(site.first, d.Version), max(site.last, d.Version)
	}
	cuts := make(map[edition]archive.Snapshot, len(wanted))
	// A site at a time, and each URL once: a server may try every combination of
	// several lists.
	for name, site := range sites {
		err := s.cutsOf(ctx, bson.D{
			{Key: "site", Value: name}, {Key: "url", Value: bson.D{{Key: "$in", Value: slices.Collect(maps.Keys(site.urls))}}},
			{Key: "version", Value: bson.D{{Key: "$gte", Value: site.first}, {Key: "$lte", Value: site.last}}},
		}, wanted, cuts)
		if err != nil {
			return nil, err
		}
	}
	return cuts, nil
}

// cutsOf adds to cuts those of the snapshots of filter that are wanted.
func (s *Store) cutsOf(ctx context.Context, filter bson.D, wanted map[edition]bool, cuts map[edition]archive.Snapshot) error {
	cursor, err := s.snapshots.Find(ctx, filter)
	if err != nil {
		return err
	}
	defer cursor.Close(ctx)
	for cursor.Next(ctx) {
		var d snapshotDoc
		if err := cursor.Decode(&d); err != nil {
			return err
		}
		e := edition{d.page(), d.Version}
		if !wanted[e] {
			continue
		}
		if err := s.asTaken(ctx, &d); err != nil {
			return err
		}
		if cuts[e], err = s.snapshot(ctx, d); err != nil {
			return err
		}
	}
	return cursor.Err()
}

// Sealed returns the number of the leaf of a visit.
func (s *Store) Sealed(ctx context.Context, site, url string, at time.Time) (n int64, err error) {
	done, err := s.begin(ctx)
	if err == nil {
		defer done()
		n, err = s.sealed(ctx, site, url, at)
	}
	return n, fault(ctx, err, "leaf of the visit of %s", url)
}

func (s *Store) sealed(ctx context.Context, site, url string, at time.Time) (int64, error) {
	cursor, err := s.visits.Find(ctx, bson.D{{Key: "site", Value: site}, {Key: "at", Value: dateOf(at)}, {Key: "url", Value: url}},
		options.Find().SetProjection(bson.D{{Key: "_id", Value: 1}}))
	if err != nil {
		return 0, err
	}
	var visits []visitDoc
	if err := cursor.All(ctx, &visits); err != nil {
		return 0, err
	}
	for _, v := range visits { // one, and perhaps what a crash left
		var d logDoc
		err := s.log.FindOne(ctx, bson.D{{Key: "visit", Value: v.ID}}).Decode(&d)
		if !errors.Is(err, mongo.ErrNoDocuments) {
			return d.N, err
		}
	}
	return 0, archive.ErrNotFound
}

// Nodes returns nodes of the log's tree.
func (s *Store) Nodes(ctx context.Context, nodes []archive.Node) (hashes []archive.Hash, err error) {
	done, err := s.begin(ctx)
	if err == nil {
		defer done()
		hashes, err = s.nodes(ctx, nodes)
	}
	return hashes, fault(ctx, err, "nodes of the log")
}

func (s *Store) nodes(ctx context.Context, nodes []archive.Node) ([]archive.Hash, error) {
	hashes := make([]archive.Hash, len(nodes))
	if len(nodes) == 0 {
		return hashes, nil
	}
	var leaves bson.A
	for _, n := range nodes {
		leaves = append(leaves, n.Leaf())
	}
	cursor, err := s.log.Find(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: leaves}}}}, options.Find().SetBatchSize(inOne))
	if err != nil {
		return nil, err
	}
	var docs []logDoc
	if err := cursor.All(ctx, &docs); err != nil {
		return nil, err
	}
	found := make(map[int64][]byte, len(docs))
	for _, d := range docs {
		found[d.N] = d.Hashes
	}
	for i, n := range nodes {
		b, ok := found[n.Leaf()]
		if !ok {
			return nil, fmt.Errorf("level %d, %d: %w", n.Level, n.N, archive.ErrNotFound)
		}
		if size := len(hashes[i]); len(b) < size*(n.Level+1) {
			return nil, fmt.Errorf("leaf %d: %d bytes of hashes: %w", n.Leaf(), len(b), archive.ErrCorrupt)
		} else {
			hashes[i] = archive.Hash(b[size*n.Level : size*(n.Level+1)])
		}
	}
	return hashes, nil
}
