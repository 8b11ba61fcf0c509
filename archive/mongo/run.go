package mongo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"fangzhi/archive"
)

// BeginRun opens r, or adds it as the skipped or missed tick that it is. The
// unique indexes of runs decide between those who try at the same time.
func (s *Store) BeginRun(ctx context.Context, r archive.Run, seeds []archive.Page) error {
	done, err := s.change(ctx)
	if err == nil {
		defer done()
		for range 5 {
			if err = s.beginRun(ctx, r, seeds); !contended(err) {
				break
			}
		}
	}
	return fault(ctx, err, "begin run %s", r.ID)
}

// contended tells the error of a write that the server gave up because of others
// of the same key: FerretDB lets PostgreSQL detect a deadlock then.
func contended(err error) bool {
	var one mongo.WriteException
	var many mongo.BulkWriteException
	refused := errors.As(err, &one) && len(one.WriteErrors) > 0 || errors.As(err, &many) && len(many.WriteErrors) > 0
	return refused && !mongo.IsDuplicateKeyError(err)
}

func (s *Store) beginRun(ctx context.Context, r archive.Run, seeds []archive.Page) error {
	if taken, err := s.taken(ctx, r.ID); err != nil {
		return err
	} else if taken {
		return archive.ErrTaken
	}
	if r.State == archive.RunRunning {
		if err := s.expire(ctx, r); err != nil {
			return err
		}
	}
	d := runDocOf(r)
	d.Begin = bson.NewObjectID()
	_, err := s.runs.InsertOne(ctx, d)
	if mongo.IsDuplicateKeyError(err) {
		taken, err := s.taken(ctx, r.ID)
		if err != nil {
			return err
		}
		if taken {
			return archive.ErrTaken
		}
		return archive.ErrBusy
	}
	if err == nil && r.State == archive.RunRunning {
		if err = s.seed(ctx, seeds, r.Started); err == nil && r.Full {
			err = s.allDue(ctx, r)
		}
	}
	if err != nil {
		s.undoRun(ctx, d)
	}
	return err
}

func (s *Store) taken(ctx context.Context, run string) (bool, error) {
	err := s.runs.FindOne(ctx, bson.D{{Key: "_id", Value: run}}).Err()
	if errors.Is(err, mongo.ErrNoDocuments) {
		return false, nil
	}
	return err == nil, err
}

// expire closes an open run of r's site whose lease passed; it fails with
// ErrBusy where there is one whose lease did not.
func (s *Store) expire(ctx context.Context, r archive.Run) error {
	var open runDoc
	err := s.runs.FindOne(ctx, bson.D{{Key: "site", Value: r.Site}, {Key: "state", Value: archive.RunRunning}}).Decode(&open)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return nil
	}
	if err != nil {
		return err
	}
	if open.ID == r.ID { // another began this very tick just now
		return archive.ErrTaken
	}
	if !timeOf(open.Lease).Before(r.Started) {
		return archive.ErrBusy
	}
	ended := open.Lease // after that its owner did nothing more
	if ended == 0 {
		ended = dateOf(r.Started)
	}
	var lease any // absent
	if open.Lease != 0 {
		lease = open.Lease
	}
	over := open.run()
	over.State, over.Ended = archive.RunInterrupted, timeOf(ended)
	over.Reason = fmt.Sprintf("its owner gave no sign of life: taken over by %s", r.ID)
	// On condition that its owner did not renew it in this moment.
	_, err = s.runs.UpdateOne(ctx, bson.D{
		{Key: "_id", Value: open.ID}, {Key: "state", Value: archive.RunRunning}, {Key: "lease", Value: lease},
	}, bson.D{{Key: "$set", Value: bson.D{
		{Key: "state", Value: over.State}, {Key: "ended", Value: ended}, {Key: "reason", Value: over.Reason}, {Key: "sum", Value: over.Sum()},
	}}})
	return err
}

// allDue makes due at the start of r what was not visited since r.FullSince,
// but for dead links, aliases, further pages of articles and requisites.
func (s *Store) allDue(ctx context.Context, r archive.Run) error {
	started := dateOf(r.Started)
	sparing := bson.A{
		bson.D{{Key: "due", Value: bson.D{{Key: "$lte", Value: started}}}},
		bson.D{{Key: "state", Value: string(archive.StateGone)}, {Key: "last_seen", Value: nil}, {Key: "listed_day", Value: nil}},
		bson.D{{Key: "state", Value: string(archive.StateAlias)}},
		bson.D{{Key: "kind", Value: bson.D{{Key: "$in", Value: bson.A{string(archive.KindPart), string(archive.KindRequisite)}}}}},
	}
	if !r.FullSince.IsZero() {
		sparing = append(sparing, bson.D{{Key: "last_visit", Value: bson.D{{Key: "$gte", Value: dateOf(r.FullSince)}}}})
	}
	_, err := s.pages.UpdateMany(ctx, bson.D{{Key: "site", Value: r.Site}, {Key: "$nor", Value: sparing}},
		bson.D{{Key: "$set", Value: bson.D{{Key: "due", Value: started}}}})
	return err
}

// undoRun takes back a run that could not be begun in all its parts, so that
// the tick can be tried again. Should that fail too, its lease frees the site.
func (s *Store) undoRun(ctx context.Context, d runDoc) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	_, _ = s.runs.DeleteOne(ctx, bson.D{{Key: "_id", Value: d.ID}, {Key: "begin", Value: d.Begin}})
}

// RenewRun moves the lease of an open run.
func (s *Store) RenewRun(ctx context.Context, run string, until time.Time) error {
	done, err := s.change(ctx)
	if err == nil {
		defer done()
		var result *mongo.UpdateResult
		result, err = s.runs.UpdateOne(ctx, bson.D{{Key: "_id", Value: run}, {Key: "state", Value: archive.RunRunning}},
			bson.D{{Key: "$set", Value: bson.D{{Key: "lease", Value: dateOf(until)}}}})
		if err == nil && result.MatchedCount == 0 {
			err = archive.ErrLost
		}
	}
	return fault(ctx, err, "renew run %s", run)
}

// EndRun closes an open run and sets all its fields from r.
func (s *Store) EndRun(ctx context.Context, r archive.Run) error {
	done, err := s.change(ctx)
	if err == nil {
		defer done()
		if _, err = s.seal(ctx, r.Ended); err != nil && !errors.Is(err, errStray) { // verify tells of that
			return fault(ctx, err, "end run %s: seal", r.ID)
		}
		var result *mongo.UpdateResult
		result, err = s.runs.ReplaceOne(ctx, bson.D{{Key: "_id", Value: r.ID}, {Key: "state", Value: archive.RunRunning}}, runDocOf(r))
		if err == nil && result.MatchedCount == 0 {
			err = archive.ErrLost
		}
	}
	return fault(ctx, err, "end run %s", r.ID)
}
