package mongo

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"fangzhi/archive"
)

// readingDoc is how a version read before it was read again. Its number counts
// from 0 without a gap; the version's own document says how often it was read
// again, and whatever has a higher number, a crash left there: it is how the
// version reads still.
type readingDoc struct {
	Site        string         `bson:"site"`
	URL         string         `bson:"url"`
	Version     int            `bson:"version"`
	N           int            `bson:"n"`
	ReadAt      bson.DateTime  `bson:"read_at"`
	Fingerprint archive.Digest `bson:"fingerprint,omitempty"`
	Rules       archive.Digest `bson:"rules,omitempty"`
	Reader      int            `bson:"reader,omitempty"`
	Article     articleDoc     `bson:"article"`
	ArticleFile string         `bson:"article_file,omitempty"` // in bucket large, in place of Article
	Sum         archive.Sum    `bson:"sum,omitempty"`
}

// Reread gives versions another reading, one after the other.
func (s *Store) Reread(ctx context.Context, run string, batch []archive.Again) error {
	done, err := s.change(ctx)
	if err == nil {
		defer done()
		err = s.fence(ctx, run)
	}
	for i := range batch {
		if err != nil {
			break
		}
		for range 6 {
			if err = s.reread(ctx, run, &batch[i]); !again(err) || ctx.Err() != nil {
				break
			}
		}
		if err != nil {
			err = fmt.Errorf("version %d of %s: %w", batch[i].Version, batch[i].URL, err)
		}
	}
	return fault(ctx, err, "read %d versions again", len(batch))
}

func (s *Store) reread(ctx context.Context, run string, a *archive.Again) error {
	var p pageDoc
	page := bson.D{{Key: "site", Value: a.Site}, {Key: "url", Value: a.URL}}
	err := s.pages.FindOne(ctx, page).Decode(&p)
	if err == nil && a.Version > p.Versions {
		err = mongo.ErrNoDocuments
	}
	var d snapshotDoc
	if err == nil {
		err = s.snapshots.FindOne(ctx, append(page[:2:2], bson.E{Key: "version", Value: a.Version})).Decode(&d)
	}
	if errors.Is(err, mongo.ErrNoDocuments) {
		return archive.ErrNotFound
	}
	if err != nil {
		return err
	}
	fingerprint := archive.FingerprintOf(a.Article)
	follow := a.Version == p.Versions && (p.Fingerprint != fingerprint || string(p.Title) != a.Article.Title || p.ReadAs != "")
	if same, err := s.readsAs(ctx, d, a); err != nil {
		return err
	} else if !same {
		if err := s.replaceReading(ctx, run, d, a, fingerprint, follow); err != nil {
			return err
		}
	}
	if !follow && !(p.Behind && a.Version == p.Versions) {
		return nil
	}
	if err := s.fence(ctx, run); err != nil {
		return err
	}
	_, err = s.pages.UpdateOne(ctx, append(page, bson.E{Key: "versions", Value: a.Version}), follows(key{a.Site, a.URL}, fingerprint, text(a.Article.Title), ""))
	return err
}

// readsAs says whether a version reads as a already.
func (s *Store) readsAs(ctx context.Context, d snapshotDoc, a *archive.Again) (bool, error) {
	if d.Rules != a.Rules || d.Reader != a.Reader {
		return false, nil
	}
	if err := s.moveIn(ctx, &d); err != nil {
		return false, err
	}
	have, err := bson.Marshal(d.Article)
	if err != nil {
		return false, err
	}
	want, err := bson.Marshal(articleDocOf(a.Article))
	return string(have) == string(want), err
}

// replaceReading keeps how a version read, and then sets how it reads now, on
// condition that nobody did since d was read. Where its page is to follow, that
// is marked before.
func (s *Store) replaceReading(ctx context.Context, run string, d snapshotDoc, a *archive.Again, fingerprint archive.Digest, follow bool) error {
	before := readingDoc{
		Site: d.Site, URL: d.URL, Version: d.Version, N: d.Readings, ReadAt: d.ReadAt,
		Fingerprint: d.Fingerprint, Rules: d.Rules, Reader: d.Reader, Article: d.Article, ArticleFile: d.ArticleFile, Sum: d.Sum,
	}
	if before.ReadAt == 0 {
		before.ReadAt = d.TakenAt
	}
	if _, err := insert(ctx, s.readings, []readingDoc{before}); err != nil {
		return err
	}
	now := snapshotDoc{Article: articleDocOf(a.Article)}
	if err := s.moveOut(ctx, &now); err != nil {
		return err
	}
	if err := s.fence(ctx, run); err != nil {
		return err
	}
	if follow {
		if err := s.markBehind(ctx, a); err != nil {
			return err
		}
	}
	var unread any // absent
	if d.Readings > 0 {
		unread = d.Readings
	}
	set := bson.D{
		{Key: "read_at", Value: dateOf(a.At)}, {Key: "readings", Value: d.Readings + 1}, {Key: "fingerprint", Value: fingerprint},
		{Key: "article", Value: now.Article}, {Key: "unindexed", Value: true}, {Key: "sum", Value: a.Sum()},
	}
	unset := bson.D{}
	for _, f := range []struct {
		key   string
		value any
		empty bool
	}{
		{"rules", a.Rules, a.Rules == ""}, {"reader", a.Reader, a.Reader == 0},
		{"article_file", now.ArticleFile, now.ArticleFile == ""}, {"sketch", archive.SketchOf(a.Article), len(archive.SketchOf(a.Article)) == 0},
	} {
		if f.empty {
			unset = append(unset, bson.E{Key: f.key, Value: ""})
		} else {
			set = append(set, bson.E{Key: f.key, Value: f.value})
		}
	}
	update := bson.D{{Key: "$set", Value: set}}
	if len(unset) > 0 {
		update = append(update, bson.E{Key: "$unset", Value: unset})
	}
	result, err := s.snapshots.UpdateOne(ctx, bson.D{{Key: "_id", Value: d.ID}, {Key: "readings", Value: unread}}, update)
	if err == nil && result.MatchedCount == 0 {
		err = errOvertaken
	}
	return err
}

// Earlier yields how versions read before they were read again. It goes by what
// there is of that, and not by the versions, of which few were read again.
func (s *Store) Earlier(ctx context.Context, f archive.Filter) iter.Seq2[archive.Earlier, error] {
	f.Newest = false
	return list(ctx, s, s.readings, "earlier readings", f.Limit, func(ctx context.Context) (bson.D, *options.FindOptionsBuilder, error) {
		filter, err := s.pageFilter(ctx, f)
		w := where{filter}
		w.span(f)
		if f.Version != 0 {
			w.filter = append(w.filter, bson.E{Key: "version", Value: f.Version})
		}
		return w.filter, sorted(f, false, "site", "url", "version", "n").SetBatchSize(inChunk), err
	}, func(ctx context.Context, docs []readingDoc) ([]archive.Earlier, error) {
		return s.takeReadings(ctx, docs, f)
	})
}

// takeReadings passes over what a crash left, which is how a version reads now,
// and over the versions that f does not name.
func (s *Store) takeReadings(ctx context.Context, docs []readingDoc, f archive.Filter) ([]archive.Earlier, error) {
	versions, err := s.readAgain(ctx, docs)
	if err != nil {
		return nil, err
	}
	all := make([]archive.Earlier, 0, len(docs))
	for _, d := range docs {
		v, ok := versions[edition{key{d.Site, d.URL}, d.Version}]
		taken := timeOf(v.TakenAt)
		switch {
		case !ok, d.N >= v.Readings,
			f.Column != "" && f.Column != v.Column, f.Kind != "" && f.Kind != v.Kind,
			!f.Since.IsZero() && taken.Before(f.Since), !f.Until.IsZero() && !taken.Before(f.Until):
			continue
		}
		raw := snapshotDoc{Version: d.Version, URL: d.URL, Article: d.Article, ArticleFile: d.ArticleFile}
		if err := s.moveIn(ctx, &raw); err != nil {
			return nil, err
		}
		article, err := raw.Article.article()
		if err != nil {
			return nil, err
		}
		e := archive.Earlier{
			Site: d.Site, URL: d.URL, Version: d.Version, N: d.N, ReadAt: timeOf(d.ReadAt),
			Fingerprint: d.Fingerprint, Rules: d.Rules, Reader: d.Reader, Article: article,
		}
		e.Compare(d.Sum)
		all = append(all, e)
	}
	return all, nil
}

// readAgain returns the committed versions of readings, as far as Earlier looks at
// them.
func (s *Store) readAgain(ctx context.Context, docs []readingDoc) (map[edition]snapshotDoc, error) {
	urls, first, last := map[string]map[string]bool{}, docs[0].Version, docs[0].Version
	for _, d := range docs {
		if urls[d.Site] == nil {
			urls[d.Site] = map[string]bool{}
		}
		urls[d.Site][d.URL] = true
		first, last = min(first, d.Version), max(last, d.Version)
	}
	versions := map[edition]snapshotDoc{}
	for site, all := range urls { // a site at a time: see cuts
		cursor, err := s.snapshots.Find(ctx, bson.D{
			{Key: "site", Value: site}, {Key: "url", Value: bson.D{{Key: "$in", Value: slices.Collect(maps.Keys(all))}}},
			{Key: "version", Value: bson.D{{Key: "$gte", Value: first}, {Key: "$lte", Value: last}}},
		}, options.Find().SetBatchSize(inOne).SetProjection(bson.D{
			{Key: "site", Value: 1}, {Key: "url", Value: 1}, {Key: "version", Value: 1}, {Key: "column", Value: 1}, {Key: "kind", Value: 1},
			{Key: "taken_at", Value: 1}, {Key: "readings", Value: 1},
		}))
		if err != nil {
			return nil, err
		}
		var found []snapshotDoc
		if err := cursor.All(ctx, &found); err != nil {
			return nil, err
		}
		if found, err = s.committedSnapshots(ctx, found, false); err != nil {
			return nil, err
		}
		for _, d := range found {
			versions[edition{d.page(), d.Version}] = d
		}
	}
	return versions, nil
}

// asTaken makes of a version's document what it was when it was taken: as it is
// sealed.
func (s *Store) asTaken(ctx context.Context, d *snapshotDoc) error {
	if d.Readings == 0 {
		return nil
	}
	var first readingDoc
	err := s.readings.FindOne(ctx, bson.D{
		{Key: "site", Value: d.Site}, {Key: "url", Value: d.URL}, {Key: "version", Value: d.Version}, {Key: "n", Value: 0},
	}).Decode(&first)
	if errors.Is(err, mongo.ErrNoDocuments) {
		first, err = readingDoc{}, nil // the hash of the leaf will tell
	}
	d.ReadAt, d.Fingerprint, d.Rules, d.Reader = 0, first.Fingerprint, first.Rules, first.Reader
	d.Article, d.ArticleFile, d.Sum = first.Article, first.ArticleFile, first.Sum
	return err
}
