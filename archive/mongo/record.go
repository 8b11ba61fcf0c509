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

var (
	// errOvertaken tells that another process wrote one of a batch's pages while
	// the batch was written: it has to be planned anew.
	errOvertaken = errors.New("pages were changed under way by another process")
	// errLeft tells that what a crash left stands in the way.
	errLeft = errors.New("what a crash left was not to be removed")
)

// Record adds entries of a run: see the package comment for how.
func (s *Store) Record(ctx context.Context, run string, entries []archive.Entry) error {
	done, err := s.change(ctx)
	if err == nil {
		defer done()
		for range 6 {
			if err = s.record(ctx, run, entries); !again(err) || ctx.Err() != nil {
				break
			}
		}
		if err == nil {
			s.sealNowAndThen(ctx, len(entries))
		}
	}
	return fault(ctx, err, "record entries of run %s", run)
}

// again tells what another try may mend. A line that broke is tried anew: what
// the server did before it broke does not matter.
func again(err error) bool {
	return errors.Is(err, errOvertaken) || errors.Is(err, errLeft) || mongo.IsNetworkError(err)
}

func (s *Store) record(ctx context.Context, run string, entries []archive.Entry) error {
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
	ledger, err := s.earlier(ctx, entries, stored)
	if err != nil {
		return err
	}
	b := newBatch(stored, ledger)
	for _, e := range entries {
		b.add(e)
	}
	if err := s.writePayloads(ctx, b.payloads); err != nil {
		return fmt.Errorf("payloads: %w", err)
	}
	err = s.writeParts(ctx, b)
	if errors.Is(err, errLeft) {
		if clearErr := s.clear(ctx, run, b); clearErr != nil {
			err = clearErr
		}
	}
	if err != nil {
		return err
	}
	if err := s.fence(ctx, run); err != nil {
		return err
	}
	return s.commit(ctx, b)
}

// noRun stands for the run of what is imported, which is under none. No run has
// such an ID.
const noRun = "\x00"

// fence returns ErrLost when run is not open.
func (s *Store) fence(ctx context.Context, run string) error {
	if run == noRun {
		return nil
	}
	err := s.runs.FindOne(ctx, bson.D{{Key: "_id", Value: run}, {Key: "state", Value: archive.RunRunning}},
		options.FindOne().SetProjection(bson.D{{Key: "_id", Value: 1}})).Err()
	if errors.Is(err, mongo.ErrNoDocuments) {
		return archive.ErrLost
	}
	return err
}

// earlier returns which of the entries that are earlier than their page's last
// visit are recorded. Few batches have any.
func (s *Store) earlier(ctx context.Context, entries []archive.Entry, stored map[key]held) (map[moment]bool, error) {
	ledger := map[moment]bool{}
	for _, e := range entries {
		k := key{e.Visit.Site, e.Visit.URL}
		if h, ok := stored[k]; !ok || !e.Visit.At.Before(h.lastVisit) {
			continue
		}
		err := s.visits.FindOne(ctx, bson.D{
			{Key: "site", Value: k.site}, {Key: "at", Value: dateOf(e.Visit.At)}, {Key: "url", Value: k.url},
			{Key: "seq", Value: bson.D{{Key: "$lte", Value: stored[k].seq}}},
		}).Err()
		if err == nil {
			ledger[momentOf(e.Visit)] = true
		} else if !errors.Is(err, mongo.ErrNoDocuments) {
			return nil, err
		}
	}
	return ledger, nil
}

// writeParts writes what has to be there before the commit. Snapshots and
// visits are numbered without a gap, and under a unique index: where a number
// is taken, a crash left it, or another process is at the same page.
func (s *Store) writeParts(ctx context.Context, b *batch) error {
	if err := s.writeFound(ctx, b); err != nil {
		return fmt.Errorf("discovered pages: %w", err)
	}
	snapshots := make([]snapshotDoc, len(b.snapshots))
	for i, snapshot := range b.snapshots {
		snapshots[i] = snapshotDocOf(snapshot)
		if err := s.moveOut(ctx, &snapshots[i]); err != nil {
			return fmt.Errorf("snapshots: %w", err)
		}
	}
	taken, err := insert(ctx, s.snapshots, snapshots)
	if err != nil {
		return fmt.Errorf("snapshots: %w", err)
	}
	if len(taken) > 0 {
		return errLeft
	}
	if taken, err = insert(ctx, s.visits, b.visits); err != nil {
		return fmt.Errorf("visits: %w", err)
	}
	if len(taken) > 0 {
		return errLeft
	}
	return nil
}

// commit writes the pages visited, each only where it is as b was planned on.
func (s *Store) commit(ctx context.Context, b *batch) error {
	var models []mongo.WriteModel
	for _, p := range b.order {
		switch {
		case p.visited != nil:
			p.visited.Also = p.also
			d := pageDocOf(*p.visited)
			d.Seq = p.seq
			models = append(models, mongo.NewReplaceOneModel().SetFilter(p.asPlanned()).SetReplacement(d))
		case p.commits():
			models = append(models, mongo.NewUpdateOneModel().SetFilter(p.asPlanned()).
				SetUpdate(bson.D{{Key: "$set", Value: bson.D{{Key: "seq", Value: p.seq}}}}))
		}
	}
	return s.onlyAsPlanned(ctx, models)
}

// asPlanned finds the page when it is as it was when the batch was planned.
func (p *plan) asPlanned() bson.D {
	h := p.committed()
	var seq, claim any // absent
	if h.seq != 0 {
		seq = h.seq
	}
	if !h.claim.IsZero() {
		claim = h.claim
	}
	return bson.D{{Key: "site", Value: p.key.site}, {Key: "url", Value: p.key.url}, {Key: "seq", Value: seq}, {Key: "claim", Value: claim}}
}

// onlyAsPlanned updates pages found by asPlanned; errOvertaken where one is
// not.
func (s *Store) onlyAsPlanned(ctx context.Context, models []mongo.WriteModel) error {
	if len(models) == 0 {
		return nil
	}
	result, err := s.pages.BulkWrite(ctx, models, options.BulkWrite().SetOrdered(false))
	if err != nil {
		return fmt.Errorf("pages: %w", err)
	}
	if result.MatchedCount < int64(len(models)) {
		return errOvertaken
	}
	return nil
}
