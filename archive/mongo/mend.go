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

// Mend puts what is damaged into its place, each document by itself: what a crash
// cuts short is damaged still, and mended by mending again.
func (s *Store) Mend(ctx context.Context, leaves []archive.Leaf, readings []archive.Earlier) error {
	done, err := s.change(ctx)
	if err == nil {
		defer done()
		err = s.mend(ctx, leaves, readings)
	}
	return fault(ctx, err, "mend")
}

func (s *Store) mend(ctx context.Context, leaves []archive.Leaf, readings []archive.Earlier) error {
	for i := range leaves {
		if err := s.mendEntry(ctx, &leaves[i]); err != nil {
			return fmt.Errorf("%s: %w", &leaves[i], err)
		}
	}
	for i := range readings {
		if err := s.mendReading(ctx, &readings[i]); err != nil {
			return fmt.Errorf("version %d of %s: %w", readings[i].Version, readings[i].URL, err)
		}
	}
	return nil
}

// mendEntry puts the visit of a leaf into its place, after the version that it cut.
func (s *Store) mendEntry(ctx context.Context, l *archive.Leaf) error {
	if !l.Sound() {
		return archive.ErrCorrupt
	}
	s.sealing.Lock()
	defer s.sealing.Unlock()
	var leaf logDoc
	err := s.log.FindOne(ctx, bson.D{{Key: "_id", Value: l.N}}).Decode(&leaf)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return archive.ErrNotFound
	}
	if err != nil {
		return err
	}
	if n := len(l.Hash); len(leaf.Hashes) < n || archive.Hash(leaf.Hashes[:n]) != l.Hash {
		return archive.ErrDiverged
	}
	if err := s.runsThere(ctx, map[string]bool{l.Visit.Run: true}, nil); err != nil {
		return err
	}
	k := key{l.Visit.Site, l.Visit.URL}
	pages, err := s.held(ctx, map[key]bool{k: true})
	if err != nil {
		return err
	}
	page, known := pages[k]
	if !known {
		return archive.ErrNotFound
	}
	d := visitDocOf(l.Visit)
	d.ID, d.Leaf, d.Unsealed = leaf.Visit, l.Hash[:], false
	var there visitDoc // where it is the reference that is damaged
	err = s.visits.FindOne(ctx, bson.D{{Key: "site", Value: k.site}, {Key: "url", Value: k.url}, {Key: "at", Value: d.At}}, options.FindOne().SetProjection(bson.D{{Key: "_id", Value: 1}})).Decode(&there)
	if err == nil {
		d.ID = there.ID
	} else if !errors.Is(err, mongo.ErrNoDocuments) {
		return err
	}
	if l.Snapshot != nil {
		d.Cut = l.Snapshot.Version
		if err := s.mendSnapshot(ctx, *l.Snapshot); err != nil {
			return err
		}
	}
	if d.Seq, err = s.placeOf(ctx, k, d.ID, page.seq); err != nil {
		return err
	}
	if _, err := s.visits.ReplaceOne(ctx, bson.D{{Key: "_id", Value: d.ID}}, d, options.Replace().SetUpsert(true)); err != nil {
		return err
	}
	if d.Seq > page.seq {
		if _, err := s.pages.UpdateOne(ctx, bson.D{{Key: "site", Value: k.site}, {Key: "url", Value: k.url}},
			bson.D{{Key: "$max", Value: bson.D{{Key: "seq", Value: d.Seq}}}}); err != nil {
			return err
		}
	}
	set := bson.D{{Key: "visit", Value: d.ID}}
	change := bson.D{{Key: "$set", Value: set}, {Key: "$unset", Value: bson.D{{Key: "version", Value: ""}}}}
	if d.Cut > 0 {
		change = bson.D{{Key: "$set", Value: append(set, bson.E{Key: "version", Value: d.Cut})}}
	}
	_, err = s.log.UpdateOne(ctx, bson.D{{Key: "_id", Value: l.N}}, change)
	return err
}

// placeOf is which visit of its page one is, that may be lost: the number that it
// has, or one that no other has.
func (s *Store) placeOf(ctx context.Context, k key, id bson.ObjectID, committed int) (int, error) {
	cursor, err := s.visits.Find(ctx, bson.D{{Key: "site", Value: k.site}, {Key: "url", Value: k.url}},
		options.Find().SetProjection(bson.D{{Key: "seq", Value: 1}}))
	if err != nil {
		return 0, err
	}
	var docs []visitDoc
	if err := cursor.All(ctx, &docs); err != nil {
		return 0, err
	}
	taken := map[int]bool{}
	for _, d := range docs {
		if d.ID == id && d.Seq > 0 && d.Seq <= committed {
			return d.Seq, nil
		}
		taken[d.Seq] = d.ID != id
	}
	seq := 1
	for taken[seq] {
		seq++
	}
	return seq, nil
}

// mendSnapshot puts a version into its place as it was taken. Where it was read
// again since, that reading stays.
func (s *Store) mendSnapshot(ctx context.Context, cut archive.Snapshot) error {
	cut.Sketch = archive.SketchOf(cut.Article)
	now := snapshotDocOf(cut)
	if err := s.moveOut(ctx, &now); err != nil {
		return err
	}
	var held snapshotDoc
	err := s.snapshots.FindOne(ctx, versionBy(cut.Site, cut.URL, cut.Version)).Decode(&held)
	if errors.Is(err, mongo.ErrNoDocuments) {
		_, err = insert(ctx, s.snapshots, []snapshotDoc{now})
		return err
	}
	if err != nil {
		return err
	}
	now.ID = held.ID
	if held.Readings == 0 && held.Sum != 0 { // it was read again, and how often is damaged
		n, err := s.readings.CountDocuments(ctx, versionBy(cut.Site, cut.URL, cut.Version))
		if err != nil {
			return err
		}
		held.Readings = int(n)
	}
	if held.Readings > 0 {
		first := bson.D{
			{Key: "read_at", Value: now.TakenAt},
			{Key: "fingerprint", Value: now.Fingerprint}, {Key: "rules", Value: now.Rules}, {Key: "reader", Value: now.Reader},
			{Key: "article", Value: now.Article}, {Key: "article_file", Value: now.ArticleFile},
		}
		if _, err := s.readings.UpdateOne(ctx, append(versionBy(cut.Site, cut.URL, cut.Version), bson.E{Key: "n", Value: 0}),
			bson.D{{Key: "$set", Value: first}}, options.UpdateOne().SetUpsert(true)); err != nil {
			return err
		}
		now.Fingerprint, now.Rules, now.Reader, now.Article, now.ArticleFile = held.Fingerprint, held.Rules, held.Reader, held.Article, held.ArticleFile
		now.ReadAt, now.Sum, now.Readings, now.Sketch = held.ReadAt, held.Sum, held.Readings, held.Sketch
	}
	_, err = s.snapshots.ReplaceOne(ctx, bson.D{{Key: "_id", Value: held.ID}}, now)
	return err
}

func versionBy(site, url string, version int) bson.D {
	return bson.D{{Key: "site", Value: site}, {Key: "url", Value: url}, {Key: "version", Value: version}}
}

// mendReading puts a reading of a version into its place.
func (s *Store) mendReading(ctx context.Context, e *archive.Earlier) error {
	var held snapshotDoc
	err := s.snapshots.FindOne(ctx, versionBy(e.Site, e.URL, e.Version), options.FindOne().SetProjection(bson.D{{Key: "readings", Value: 1}})).Decode(&held)
	if errors.Is(err, mongo.ErrNoDocuments) || err == nil && e.N > held.Readings {
		return archive.ErrNotFound
	}
	if err != nil {
		return err
	}
	now := snapshotDoc{Article: articleDocOf(e.Article)}
	if err := s.moveOut(ctx, &now); err != nil {
		return err
	}
	sum := e.Sum()
	if e.N == 0 { // the leaf proves it
		sum = 0
	}
	set := bson.D{
		{Key: "read_at", Value: dateOf(e.ReadAt)}, {Key: "fingerprint", Value: e.Fingerprint}, {Key: "rules", Value: e.Rules}, {Key: "reader", Value: e.Reader},
		{Key: "article", Value: now.Article}, {Key: "article_file", Value: now.ArticleFile}, {Key: "sum", Value: sum},
	}
	if e.N < held.Readings {
		_, err = s.readings.UpdateOne(ctx, append(versionBy(e.Site, e.URL, e.Version), bson.E{Key: "n", Value: e.N}), bson.D{{Key: "$set", Value: set}})
		return err
	}
	set = append(set, bson.E{Key: "sketch", Value: archive.SketchOf(e.Article)}, bson.E{Key: "unindexed", Value: true})
	_, err = s.snapshots.UpdateOne(ctx, bson.D{{Key: "_id", Value: held.ID}}, bson.D{{Key: "$set", Value: set}})
	return err
}
