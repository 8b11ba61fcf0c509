package mongo

import (
	"context"
	"fmt"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// scratch begins the names of databases that may be dropped.
const scratch = "fangzhi_torture_"

// Drop takes away the archive of uri with all that is in it, where its name says
// that it was made for that: it begins with fangzhi_torture_.
func Drop(ctx context.Context, uri string) error {
	return discard(ctx, uri, "drop", func(s *Store) error { return s.db.Drop(ctx) })
}

// Empty takes away what was recorded in the archive of uri, where Drop may take it
// away, and leaves an archive as it is when it was just made.
func Empty(ctx context.Context, uri string) error {
	return discard(ctx, uri, "empty", func(s *Store) error {
		names, err := s.db.ListCollectionNames(ctx, bson.D{})
		for _, name := range names {
			all := bson.D{}
			if name == s.meta.Name() {
				all = bson.D{{Key: "_id", Value: bson.D{{Key: "$ne", Value: "fangzhi"}}}}
			}
			if _, deleteErr := s.db.Collection(name).DeleteMany(ctx, all); err == nil {
				err = deleteErr
			}
		}
		return err
	})
}

// discard does something to an archive that was made to be thrown away.
func discard(ctx context.Context, uri, verb string, do func(*Store) error) error {
	a, err := parseURI(uri)
	if err != nil {
		return fmt.Errorf("%s archive: %w", verb, err)
	}
	if !strings.HasPrefix(a.database, scratch) {
		return fmt.Errorf("%s archive %s: its name does not begin with %s: it is not one to be thrown away", verb, a, scratch)
	}
	s, err := Open(ctx, uri, Options{})
	if err != nil {
		return err
	}
	defer s.Close()
	if err := do(s); err != nil {
		return fmt.Errorf("%s archive %s: %w", verb, a, a.discreet(err))
	}
	return nil
}
