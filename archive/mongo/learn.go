package mongo

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"fangzhi/archive"
)

// learntDoc is what was learnt of a site under a name. Mark is another with
// each change: a change is made on condition of the mark that was read.
type learntDoc struct {
	Site string        `bson:"site"`
	Name string        `bson:"name"`
	Mark bson.ObjectID `bson:"mark"`
	Data []byte        `bson:"data"`
	Sum  archive.Sum   `bson:"sum"`
}

func learntDocOf(l archive.Lesson) learntDoc {
	return learntDoc{Site: l.Site, Name: l.Name, Mark: bson.NewObjectID(), Data: append([]byte{}, l.Data...), Sum: l.Sum()}
}

func (d learntDoc) lesson() archive.Lesson {
	l := archive.Lesson{Site: d.Site, Name: d.Name, Data: d.Data}
	l.Compare(d.Sum)
	return l
}

func learntBy(site, name string) bson.D {
	return bson.D{{Key: "site", Value: site}, {Key: "name", Value: name}}
}

// Learnt returns what runs of site learnt under name.
func (s *Store) Learnt(ctx context.Context, site, name string) ([]byte, error) {
	done, err := s.begin(ctx)
	var d learntDoc
	if err == nil {
		defer done()
		err = s.learnt.FindOne(ctx, learntBy(site, name)).Decode(&d)
		if errors.Is(err, mongo.ErrNoDocuments) {
			err = archive.ErrNotFound
		}
	}
	return d.Data, fault(ctx, err, "what was learnt of site %s as %s", site, name)
}

// Learn keeps data in place of what was learnt under name for site before. The
// run is looked at after the mark was read, so that a process that lost it
// cannot write over what its successor learnt.
func (s *Store) Learn(ctx context.Context, run, site, name string, data []byte) error {
	done, err := s.change(ctx)
	if err == nil {
		defer done()
		for range 6 {
			if err = s.learn(ctx, run, site, name, data); !again(err) && !contended(err) || ctx.Err() != nil {
				break
			}
		}
	}
	return fault(ctx, err, "learn %s of site %s", name, site)
}

func (s *Store) learn(ctx context.Context, run, site, name string, data []byte) error {
	if len(data) > archive.MaxLearnt {
		return fmt.Errorf("%d bytes: must be at most %d", len(data), archive.MaxLearnt)
	}
	var before learntDoc
	err := s.learnt.FindOne(ctx, learntBy(site, name)).Decode(&before)
	fresh := errors.Is(err, mongo.ErrNoDocuments)
	if err != nil && !fresh {
		return err
	}
	if err := s.fence(ctx, run); err != nil {
		return err
	}
	d := learntDocOf(archive.Lesson{Site: site, Name: name, Data: data})
	if fresh {
		there, err := insert(ctx, s.learnt, []learntDoc{d})
		if err == nil && len(there) > 0 {
			err = errOvertaken
		}
		return err
	}
	result, err := s.learnt.ReplaceOne(ctx, append(learntBy(site, name), bson.E{Key: "mark", Value: before.Mark}), d)
	if err == nil && result.MatchedCount == 0 {
		err = errOvertaken
	}
	return err
}

// Lessons yields all that was learnt, by (Site, Name).
func (s *Store) Lessons(ctx context.Context) iter.Seq2[archive.Lesson, error] {
	return list(ctx, s, s.learnt, "what was learnt", 0, func(context.Context) (bson.D, *options.FindOptionsBuilder, error) {
		return bson.D{}, options.Find().SetSort(ascending("site", "name")).SetBatchSize(4), nil
	}, func(_ context.Context, docs []learntDoc) ([]archive.Lesson, error) {
		lessons := make([]archive.Lesson, len(docs))
		for i, d := range docs {
			lessons[i] = d.lesson()
		}
		return lessons, nil
	})
}
