package mongo

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"fangzhi/archive"
)

// logDoc is a leaf as it is stored.
type logDoc struct {
	N       int64         `bson:"_id"`
	Visit   bson.ObjectID `bson:"visit"`
	Version int           `bson:"version,omitempty"` // the one that the visit cut
	Hashes  []byte        `bson:"hashes"`            // the nodes that the leaf completed, its own first
}

// sealing is what the processes' own sealer goes on from.
type sealing struct {
	sync.Mutex
	tree    archive.Tree // as this process last left the log
	waiting int          // entries recorded since
}

// sealEvery is how many recorded entries wait for their leaves at most, while
// their process lives.
const sealEvery = 1000

// errSealed tells that another process added leaves meanwhile.
var errSealed = errors.New("another process went on with the log")

// sealNowAndThen seals when enough entries wait. It may fail without harm: what
// was recorded is there, and the next to seal takes it, at the latest when the
// run is closed.
func (s *Store) sealNowAndThen(ctx context.Context, n int) {
	s.sealing.Lock()
	s.sealing.waiting += n
	due := s.sealing.waiting >= sealEvery
	s.sealing.Unlock()
	if due {
		_ = s.sealAll(ctx)
	}
}

// Seal gives a leaf to every visit that has none yet, and keeps a checkpoint.
func (s *Store) Seal(ctx context.Context, at time.Time) (c archive.Checkpoint, err error) {
	done, err := s.change(ctx)
	if err == nil {
		defer done()
		c, err = s.seal(ctx, at)
	}
	if errors.Is(err, errStray) {
		err = c.Stray()
	}
	return c, fault(ctx, err, "seal")
}

func (s *Store) seal(ctx context.Context, at time.Time) (c archive.Checkpoint, err error) {
	for range 20 {
		// A line that broke is tried anew, as in Record.
		if err = s.sealAll(ctx); !errors.Is(err, errSealed) && !mongo.IsNetworkError(err) || ctx.Err() != nil {
			break
		}
	}
	if err != nil {
		return c, err
	}
	return s.keepCheckpoint(ctx, at)
}

// sealAll adds the leaves that are missing. No lease is needed: a leaf's number
// is its _id, a visit can stand in the log once, and the leaves of a command are
// inserted in their order, up to the first that is not to be. So of two
// processes that add leaf n one does, the other finds errSealed, and neither
// leaves a gap.
//
// A crash between a leaf and the mark of its visit leaves the mark: that is
// looked up.
func (s *Store) sealAll(ctx context.Context) error {
	s.sealing.Lock()
	defer s.sealing.Unlock()
	err := s.unsealed(ctx, func(wanting []visitDoc, marked []bson.ObjectID) error {
		if err := s.addLeaves(ctx, wanting); err != nil {
			return err
		}
		for _, id := range marked {
			wanting = append(wanting, visitDoc{ID: id})
		}
		return s.markSealed(ctx, wanting)
	})
	if err == nil {
		s.sealing.waiting = 0
	}
	return err
}

// markSealed takes the mark from visits that have a leaf.
func (s *Store) markSealed(ctx context.Context, visits []visitDoc) error {
	if len(visits) == 0 {
		return nil
	}
	ids := make([]bson.ObjectID, len(visits))
	for i, d := range visits {
		ids[i] = d.ID
	}
	_, err := s.visits.UpdateMany(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: ids}}}},
		bson.D{{Key: "$unset", Value: bson.D{{Key: "unsealed", Value: ""}}}})
	return err
}

// unsealed calls do with the committed visits that have no leaf, some hundred at
// a time by their time, and with those that have one and are marked still.
func (s *Store) unsealed(ctx context.Context, do func(wanting []visitDoc, marked []bson.ObjectID) error) error {
	cursor, err := s.visits.Find(ctx, bson.D{{Key: "unsealed", Value: true}}, options.Find().SetSort(ascending("at")).SetProjection(bson.D{
		{Key: "site", Value: 1}, {Key: "url", Value: 1}, {Key: "at", Value: 1}, {Key: "seq", Value: 1}, {Key: "cut", Value: 1}, {Key: "leaf", Value: 1},
	}))
	if err != nil {
		return err
	}
	defer cursor.Close(ctx)
	for {
		docs, err := chunk[visitDoc](ctx, cursor)
		if err != nil || len(docs) == 0 {
			return err
		}
		// Of one moment the server gives them in any order: as they were recorded.
		slices.SortStableFunc(docs, func(a, b visitDoc) int { return cmp.Or(cmp.Compare(a.At, b.At), bytes.Compare(a.ID[:], b.ID[:])) })
		wanting, marked, err := s.wanting(ctx, docs)
		if err == nil && len(wanting)+len(marked) > 0 {
			err = do(wanting, marked)
		}
		if err != nil {
			return err
		}
	}
}

// wanting parts docs into those without a leaf and those with one, and leaves
// out what is not committed. A visit whose page has come to its number may have
// been a leftover, removed before its successor took the number: so it has to be
// there still after the page was read.
func (s *Store) wanting(ctx context.Context, docs []visitDoc) (wanting []visitDoc, marked []bson.ObjectID, err error) {
	pages, err := committedOf(ctx, s, docs, func(d visitDoc) key { return key{d.Site, d.URL} })
	if err != nil {
		return nil, nil, err
	}
	ids := make([]bson.ObjectID, len(docs))
	for i, d := range docs {
		ids[i] = d.ID
	}
	there, err := idsOf(ctx, s.visits, "_id", ids)
	if err != nil {
		return nil, nil, err
	}
	sealed, err := idsOf(ctx, s.log, "visit", ids)
	if err != nil {
		return nil, nil, err
	}
	for _, d := range docs {
		switch {
		case sealed[d.ID]:
			marked = append(marked, d.ID)
		case there[d.ID] && d.Seq <= pages[key{d.Site, d.URL}].seq:
			wanting = append(wanting, d)
		}
	}
	return wanting, marked, nil
}

// idsOf returns which of ids stand in field of c.
func idsOf(ctx context.Context, c *mongo.Collection, field string, ids []bson.ObjectID) (map[bson.ObjectID]bool, error) {
	cursor, err := c.Find(ctx, bson.D{{Key: field, Value: bson.D{{Key: "$in", Value: ids}}}},
		options.Find().SetBatchSize(inOne).SetProjection(bson.D{{Key: field, Value: 1}}))
	if err != nil {
		return nil, err
	}
	defer cursor.Close(ctx)
	found := make(map[bson.ObjectID]bool, len(ids))
	for cursor.Next(ctx) {
		if id, ok := cursor.Current.Lookup(field).ObjectIDOK(); ok {
			found[id] = true
		}
	}
	return found, cursor.Err()
}

// addLeaves adds the leaves of visits at the end of the log.
func (s *Store) addLeaves(ctx context.Context, visits []visitDoc) error {
	if err := s.leavesOfOld(ctx, visits); err != nil {
		return err
	}
	tree, err := s.logEnd(ctx)
	if err != nil {
		return err
	}
	docs := make([]logDoc, len(visits))
	for i, d := range visits {
		docs[i] = logDoc{N: tree.Size(), Visit: d.ID, Version: d.Cut}
		if len(d.Leaf) != len(archive.Hash{}) {
			return fmt.Errorf("visit of %s at %s: its leaf is %d bytes: %w", d.URL, timeOf(d.At), len(d.Leaf), archive.ErrCorrupt)
		}
		for _, h := range tree.Append(archive.Hash(d.Leaf)) {
			docs[i].Hashes = append(docs[i].Hashes, h[:]...)
		}
	}
	if len(docs) == 0 {
		return nil
	}
	_, err = s.log.InsertMany(ctx, docs, options.InsertMany().SetOrdered(true))
	if mongo.IsDuplicateKeyError(err) {
		return errSealed
	}
	if err == nil {
		s.sealing.tree = tree
	}
	return err
}

// logEnd returns the right edge of the log, to go on from.
func (s *Store) logEnd(ctx context.Context) (archive.Tree, error) {
	size, err := s.logSize(ctx)
	if err != nil {
		return archive.Tree{}, err
	}
	if s.sealing.tree.Size() == size {
		return s.sealing.tree.Clone(), nil
	}
	edge, err := s.nodes(ctx, archive.Edge(size))
	if errors.Is(err, archive.ErrNotFound) {
		err = fmt.Errorf("log: %w: %w", archive.ErrCorrupt, err)
	}
	return archive.TreeAt(size, edge), err
}

// markOld marks the visits that an older fangzhi recorded as unsealed.
func (s *Store) markOld(ctx context.Context) error {
	_, err := s.visits.UpdateMany(ctx, bson.D{{Key: "leaf", Value: nil}, {Key: "unsealed", Value: nil}},
		bson.D{{Key: "$set", Value: bson.D{{Key: "unsealed", Value: true}}}})
	return err
}

// leavesOfOld works out what an older fangzhi did not record: the leaves of
// these visits, and which version each cut.
func (s *Store) leavesOfOld(ctx context.Context, visits []visitDoc) error {
	var ids []bson.ObjectID
	for _, d := range visits {
		if d.Leaf == nil {
			ids = append(ids, d.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	cursor, err := s.visits.Find(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: ids}}}}, options.Find().SetBatchSize(inOne))
	if err != nil {
		return err
	}
	var found []visitDoc
	if err := cursor.All(ctx, &found); err != nil {
		return err
	}
	whole := make(map[bson.ObjectID]visitDoc, len(found))
	var wanted []logDoc
	for _, d := range found {
		whole[d.ID] = d
		if d.visit().Cuts() {
			wanted = append(wanted, logDoc{Visit: d.ID, Version: d.Version})
		}
	}
	cuts, err := s.cuts(ctx, wanted, whole)
	if err != nil {
		return err
	}
	for i := range visits {
		d, old := whole[visits[i].ID]
		if !old {
			continue
		}
		var cut *archive.Snapshot
		if snapshot, ok := cuts[edition{key{d.Site, d.URL}, d.Version}]; ok && d.visit().Cuts() {
			cut, visits[i].Cut = &snapshot, snapshot.Version
		}
		leaf := archive.LeafHash(archive.LeafOf(d.visit(), cut))
		visits[i].Leaf = leaf[:]
	}
	return nil
}
