package mongo

import (
	"context"
	"hash/fnv"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"fangzhi/archive"
)

// checkWords tells where the words that Search goes by are not those of the latest
// versions: of one part of so many of them, all where parts is 0.
func (s *Store) checkWords(ctx context.Context, part, parts int, tell func(string) bool) error {
	cursor, err := s.snapshots.Find(ctx, bson.D{{Key: "unindexed", Value: nil}},
		options.Find().SetProjection(bson.D{{Key: "_id", Value: 1}}).SetBatchSize(inChunk))
	if err != nil {
		return err
	}
	defer cursor.Close(ctx)
	n, first := 0, ""
	for {
		docs, err := chunk[wordsDoc](ctx, cursor)
		if err != nil {
			return err
		}
		if len(docs) == 0 {
			break
		}
		var ids []bson.ObjectID
		for _, d := range docs {
			if parts <= 1 || partOf(d.ID, parts) == part {
				ids = append(ids, d.ID)
			}
		}
		for some := range slices.Chunk(ids, 4*indexBatch) {
			// What was read again, or replaced, between two questions is looked at once more.
			var wrong []archive.Snapshot
			for range 2 {
				if wrong, some, err = s.otherWords(ctx, some); err != nil {
					return err
				}
			}
			if n == 0 && len(wrong) > 0 {
				first = wrong[0].URL
			}
			n += len(wrong)
		}
	}
	if n > 0 && !tell(archive.OtherWords(n, first)) {
		return errEnough
	}
	return nil
}

// partOf says into which of so many parts, counted from 1, the words of a snapshot
// fall.
func partOf(id bson.ObjectID, parts int) int {
	h := fnv.New32a()
	h.Write(id[:])
	return int(h.Sum32()%uint32(parts)) + 1
}

// otherWords are those of the versions with these ids, and their ids, whose words are
// not those of their texts. One that is damaged itself is told as such.
func (s *Store) otherWords(ctx context.Context, ids []bson.ObjectID) (wrong []archive.Snapshot, of []bson.ObjectID, err error) {
	if len(ids) == 0 {
		return nil, nil, nil
	}
	these := bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: ids}}}}
	cursor, err := s.snapshots.Find(ctx, append(these[:1:1], bson.E{Key: "unindexed", Value: nil}))
	if err != nil {
		return nil, nil, err
	}
	var docs []snapshotDoc
	if err := cursor.All(ctx, &docs); err != nil {
		return nil, nil, err
	}
	if docs, err = s.committedSnapshots(ctx, docs, true); err != nil {
		return nil, nil, err
	}
	indexed := map[bson.ObjectID][]string{}
	words, err := s.words.Find(ctx, these)
	if err != nil {
		return nil, nil, err
	}
	defer words.Close(ctx)
	for words.Next(ctx) {
		var d wordsDoc
		if words.Decode(&d) == nil { // else it holds no words
			indexed[d.ID] = d.Words
		}
	}
	if err := words.Err(); err != nil {
		return nil, nil, err
	}
	for _, d := range docs {
		v, err := s.snapshot(ctx, d)
		if err != nil {
			return nil, nil, err
		}
		if v.Fault() != "" {
			continue
		}
		has, wants := indexed[d.ID], wordsOf(v.Article.Title, v.Article.Body)
		slices.Sort(has)
		slices.Sort(wants)
		if !slices.Equal(has, wants) {
			wrong, of = append(wrong, v), append(of, d.ID)
		}
	}
	return wrong, of, nil
}
