package mongo

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// Check asks the server to validate each collection, and yields a line for
// each fault that it reports, each index that is missing and each large file
// that is not there in full. Where the user may not validate, or the server
// cannot, that part is left out.
func (s *Store) Check(ctx context.Context, part, parts int) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		err := s.check(ctx, part, parts, func(line string) bool { return yield(line, nil) })
		if err != nil && !errors.Is(err, errEnough) {
			yield("", fault(ctx, err, "check"))
		}
	}
}

// errEnough tells that the consumer of a listing has seen enough.
var errEnough = errors.New("left")

func (s *Store) check(ctx context.Context, part, parts int, tell func(string) bool) error {
	done, err := s.begin(ctx)
	if err != nil {
		return err
	}
	done()
	names, err := s.db.ListCollectionNames(ctx, bson.D{})
	if err != nil {
		return err
	}
	for _, c := range []*mongo.Collection{s.pages, s.snapshots, s.words, s.visits, s.runs, s.payloads, s.files, s.chunks, s.learnt, s.readings, s.log} {
		if slices.Contains(names, c.Name()) {
			if err := s.validate(ctx, c, tell); err != nil {
				return fmt.Errorf("%s: %w", c.Name(), err)
			}
		}
		if err := missingIndexes(ctx, c, tell); err != nil {
			return fmt.Errorf("%s: %w", c.Name(), err)
		}
	}
	if err := s.checkFiles(ctx, tell); err != nil {
		return err
	}
	return s.checkWords(ctx, part, parts, tell)
}

// The server's codes for a command that it does not let or does not know.
const (
	unauthorized    = 13
	commandNotFound = 59
)

func (s *Store) validate(ctx context.Context, c *mongo.Collection, tell func(string) bool) error {
	var result struct {
		Valid  bool     `bson:"valid"`
		Errors []string `bson:"errors"`
	}
	err := s.db.RunCommand(ctx, bson.D{{Key: "validate", Value: c.Name()}}).Decode(&result)
	var refused mongo.CommandError
	if errors.As(err, &refused) && (refused.Code == unauthorized || refused.Code == commandNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if !result.Valid && len(result.Errors) == 0 {
		result.Errors = []string{"is not valid"}
	}
	for _, e := range result.Errors {
		if !tell(fmt.Sprintf("collection %s: %s", c.Name(), e)) {
			return errEnough
		}
	}
	return nil
}

func missingIndexes(ctx context.Context, c *mongo.Collection, tell func(string) bool) error {
	wanted := indexes[c.Name()]
	if len(wanted) == 0 {
		return nil
	}
	there, err := c.Indexes().ListSpecifications(ctx)
	if err != nil {
		return err
	}
	for _, index := range wanted {
		if !slices.ContainsFunc(there, func(i mongo.IndexSpecification) bool { return i.Name == index.name() }) {
			if !tell(fmt.Sprintf("collection %s: index %s is missing: %s", c.Name(), index.name(), index.serves)) {
				return errEnough
			}
		}
	}
	return nil
}

// checkFiles counts the chunks of each large file.
func (s *Store) checkFiles(ctx context.Context, tell func(string) bool) error {
	cursor, err := s.files.Find(ctx, bson.D{}, options.Find().SetSort(ascending("_id")))
	if err != nil {
		return err
	}
	defer cursor.Close(ctx)
	for cursor.Next(ctx) {
		var f fileDoc
		if err := cursor.Decode(&f); err != nil {
			return err
		}
		n, err := s.chunks.CountDocuments(ctx, bson.D{{Key: "files_id", Value: f.ID}})
		if err != nil {
			return err
		}
		if wanted := (f.Length + chunkSize - 1) / chunkSize; n != wanted && !tell(fmt.Sprintf("file %s: has %d chunks of %d", f.ID, n, wanted)) {
			return errEnough
		}
	}
	return cursor.Err()
}
