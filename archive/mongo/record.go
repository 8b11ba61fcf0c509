package mongo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"fangzhi/archive"
)

// errOvertaken tells that another process wrote one of a batch's pages while
// the batch was written: it has to be planned anew.
var errOvertaken = errors.New("pages were changed under way by another process")

// Record adds entries of a run: see the package comment for how.
func (s *Store) Record(ctx context.Context, run string, entries []archive.Entry) error {
	done, err := s.change(ctx)
	if err == nil {
		defer done()
		w := &written{}
		for range 4 {
			if err = s.record(ctx, run, entries, w); !errors.Is(err, errOvertaken) {
				break
			}
		}
		if errors.Is(err, archive.ErrLost) {
			s.takeBack(ctx, w)
		}
	}
	return fault(ctx, err, "record %d entries of run %s", len(entries), run)
}

func (s *Store) record(ctx context.Context, run string, entries []archive.Entry, w *written) error {
	if err := s.fence(ctx, run); err != nil {
		return err
	}
	keys := map[key]bool{}
	for _, e := range entries {
		keys[key{e.Visit.Site, e.Visit.URL}] = true
		for _, d := range e.Discovered {
			keys[keyOf(d)] = true
		}
	}
	stored, err := s.held(ctx, keys)
	if err != nil {
		return err
	}
	b := newBatch(stored)
	for _, e := range entries {
		b.add(e)
	}
	if err := s.clear(ctx, b); err != nil {
		return fmt.Errorf("leftovers: %w", err)
	}
	if err := s.writePayloads(ctx, b.payloads); err != nil {
		return fmt.Errorf("payloads: %w", err)
	}
	if err := s.writeParts(ctx, b, w); err != nil {
		return err
	}
	if err := s.fence(ctx, run); err != nil {
		return err
	}
	return s.commit(ctx, b)
}

// written are the documents of a batch that nothing refers to before its
// commit.
type written struct{ snapshots, visits []bson.ObjectID }

// takeBack removes what a batch wrote before it learnt that its run is over. The
// successor's visits may pass its own by, so that they would be taken for
// committed.
func (s *Store) takeBack(ctx context.Context, w *written) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	// That it fails is no fault of the archive's: readers pass over the rest.
	_ = remove(ctx, s.visits, w.visits)
	_ = remove(ctx, s.snapshots, w.snapshots)
}

// fence returns ErrLost when run is not open.
func (s *Store) fence(ctx context.Context, run string) error {
	err := s.runs.FindOne(ctx, bson.D{{Key: "_id", Value: run}, {Key: "state", Value: archive.RunRunning}},
		options.FindOne().SetProjection(bson.D{{Key: "_id", Value: 1}})).Err()
	if errors.Is(err, mongo.ErrNoDocuments) {
		return archive.ErrLost
	}
	return err
}

// writeParts writes all of b but for payloads and the pages visited.
func (s *Store) writeParts(ctx context.Context, b *batch, w *written) error {
	snapshots := make([]snapshotDoc, len(b.snapshots))
	for i, snapshot := range b.snapshots {
		snapshots[i] = snapshotDocOf(snapshot)
		w.snapshots = append(w.snapshots, snapshots[i].ID)
		if err := s.moveOut(ctx, &snapshots[i]); err != nil {
			return fmt.Errorf("snapshots: %w", err)
		}
	}
	there, err := insert(ctx, s.snapshots, snapshots)
	if err != nil {
		return fmt.Errorf("snapshots: %w", err)
	}
	for _, i := range there {
		v := b.snapshots[i]
		if p := b.plans[key{v.Site, v.URL}]; v.Version > p.committed().versions {
			return errOvertaken
		}
	}
	if err := s.writeFound(ctx, b); err != nil {
		return fmt.Errorf("discovered pages: %w", err)
	}
	visits := make([]visitDoc, len(b.visits))
	for i, v := range b.visits {
		visits[i] = visitDocOf(v)
		w.visits = append(w.visits, visits[i].ID)
	}
	if there, err = insert(ctx, s.visits, visits); err != nil {
		return fmt.Errorf("visits: %w", err)
	}
	for _, i := range there {
		v := b.visits[i]
		if !b.plans[key{v.Site, v.URL}].reported(v.At) {
			return errOvertaken
		}
	}
	return nil
}

// commit writes the pages visited, each only where its last visit is the one
// that b was planned on.
func (s *Store) commit(ctx context.Context, b *batch) error {
	var models []mongo.WriteModel
	for _, p := range b.order {
		if !p.visited {
			continue
		}
		var before any // no last_visit
		if last := p.committed().lastVisit; !last.IsZero() {
			before = dateOf(last)
		}
		models = append(models, mongo.NewReplaceOneModel().SetReplacement(pageDocOf(*p.page)).SetUpsert(p.stored == nil).
			SetFilter(bson.D{{Key: "site", Value: p.key.site}, {Key: "url", Value: p.key.url}, {Key: "last_visit", Value: before}}))
	}
	if len(models) == 0 {
		return nil
	}
	result, err := s.pages.BulkWrite(ctx, models, options.BulkWrite().SetOrdered(false))
	if mongo.IsDuplicateKeyError(err) {
		return errOvertaken
	}
	if err != nil {
		return fmt.Errorf("pages: %w", err)
	}
	if result.MatchedCount+result.UpsertedCount < int64(len(models)) {
		return errOvertaken
	}
	return nil
}
