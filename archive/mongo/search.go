package mongo

import (
	"context"
	"errors"
	"iter"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"fangzhi/archive"
)

// mostConditions is how many words of a query the index is asked for; the rest
// is left to the reading of the texts.
const mostConditions = 24

// phrasesOf returns the words of a query, folded, each once. What is only
// punctuation is none.
func phrasesOf(q string) []string {
	var phrases []string
	for _, w := range strings.Fields(q) {
		if p := fold(w); p != "" && !slices.Contains(phrases, p) {
			phrases = append(phrases, p)
		}
	}
	return phrases
}

// needs returns what a snapshot's words must be to hold every phrase: those that
// must be among them, and those that one of them must begin with.
func needs(phrases []string) (held, begun []string) {
	seen := map[string]bool{}
	for _, p := range phrases {
		eachWord(p, func(w string, k kind) {
			switch {
			case k == tail || seen[w]:
				return
			case k == single:
				begun = append(begun, w)
			default:
				held = append(held, w)
			}
			seen[w] = true
		})
	}
	return held, begun
}

// conditions puts needs to the index.
func conditions(phrases []string) bson.A {
	held, begun := needs(phrases)
	var all bson.A
	for _, w := range held {
		all = append(all, bson.D{{Key: "words", Value: w}})
	}
	for _, w := range begun {
		all = append(all, bson.D{{Key: "words", Value: bson.Regex{Pattern: "^" + regexp.QuoteMeta(w)}}})
	}
	return all[:min(len(all), mostConditions)]
}

// Search yields the latest versions whose title or body holds every word of q,
// best match first, and behind them those that were replaced, where f asks for them.
func (s *Store) Search(ctx context.Context, q string, f archive.Filter) iter.Seq2[archive.Snapshot, error] {
	return func(yield func(archive.Snapshot, error) bool) {
		hits, err := s.hits(ctx, phrasesOf(q), f)
		if err != nil {
			yield(archive.Snapshot{}, fault(ctx, err, "search %q", q))
			return
		}
		if f.Limit > 0 {
			hits = hits[:min(len(hits), f.Limit)]
		}
		for some := range slices.Chunk(hits, 50) {
			ids := make([]bson.ObjectID, len(some))
			for i, h := range some {
				ids[i] = h.id
			}
			found, err := s.snapshotsByID(ctx, ids)
			if err != nil {
				yield(archive.Snapshot{}, fault(ctx, err, "search %q", q))
				return
			}
			for _, snapshot := range found {
				if !yield(snapshot, nil) {
					return
				}
			}
		}
	}
}

// indexAWhile brings the index up to date as far as that goes quickly. Where it
// fails, the search answers all the same.
func (s *Store) indexAWhile(ctx context.Context) error {
	if s.options.ReadOnly {
		return nil
	}
	for began, more := time.Now(), true; more && time.Since(began) < indexPatience; {
		var err error
		if more, err = s.index(ctx); err != nil {
			return ctx.Err()
		}
	}
	return nil
}

// hits returns what holds every phrase, best first. The index gives candidates,
// and so does what is not indexed; their texts decide.
func (s *Store) hits(ctx context.Context, phrases []string, f archive.Filter) ([]hit, error) {
	done, err := s.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	if len(phrases) == 0 {
		return nil, nil
	}
	if err := s.indexAWhile(ctx); err != nil {
		return nil, err
	}
	filter, err := s.snapshotFilter(ctx, f)
	if err != nil {
		return nil, err
	}
	found := map[bson.ObjectID]hit{}
	// First what is not indexed: should it be so meanwhile, it is met twice,
	// and not passed by.
	if err := s.read(ctx, append(filter[:len(filter):len(filter)], bson.E{Key: "unindexed", Value: true}), phrases, true, found); err != nil {
		return nil, err
	}
	cursor, err := s.words.Find(ctx, bson.D{{Key: "$and", Value: conditions(phrases)}}, options.Find().SetProjection(bson.D{{Key: "_id", Value: 1}}))
	if err != nil {
		return nil, err
	}
	defer cursor.Close(ctx)
	for {
		candidates, err := chunk[wordsDoc](ctx, cursor)
		if err != nil {
			return nil, err
		}
		if len(candidates) == 0 {
			break
		}
		ids := make([]bson.ObjectID, len(candidates))
		for i, d := range candidates {
			ids[i] = d.ID
		}
		these := append(bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: ids}}}}, filter...)
		if err := s.read(ctx, these, phrases, true, found); err != nil {
			return nil, err
		}
	}
	hits := rank(slices.Collect(maps.Values(found)))
	if !f.Replaced || f.Limit > 0 && len(hits) >= f.Limit {
		return hits, nil
	}
	older, err := s.replaced(ctx, f, filter, phrases)
	maps.DeleteFunc(older, func(id bson.ObjectID, _ hit) bool { _, met := found[id]; return met })
	return append(hits, rank(slices.Collect(maps.Values(older)))...), err
}

// replaced returns what holds every phrase of the snapshots that filter finds and
// that are not the latest of their page any more.
func (s *Store) replaced(ctx context.Context, f archive.Filter, filter bson.D, phrases []string) (map[bson.ObjectID]hit, error) {
	const some = 100 // pages of one query
	w := where{bson.D{{Key: "versions", Value: bson.D{{Key: "$gt", Value: 1}}}}}
	w.is("site", f.Site)
	w.is("url", f.URL)
	cursor, err := s.pages.Find(ctx, w.filter, options.Find().SetBatchSize(some).
		SetProjection(bson.D{{Key: "site", Value: 1}, {Key: "url", Value: 1}, {Key: "versions", Value: 1}}))
	if err != nil {
		return nil, err
	}
	defer cursor.Close(ctx)
	found := map[bson.ObjectID]hit{}
	for {
		pages, err := chunk[pageDoc](ctx, cursor)
		if err != nil || len(pages) == 0 {
			return found, err
		}
		of := make(bson.A, len(pages))
		for i, p := range pages {
			of[i] = bson.D{{Key: "site", Value: p.Site}, {Key: "url", Value: p.URL}, {Key: "version", Value: bson.D{{Key: "$lt", Value: p.Versions}}}}
		}
		these := append(bson.D{{Key: "$or", Value: of}}, filter...)
		if err := s.read(ctx, these, phrases, false, found); err != nil {
			return nil, err
		}
	}
}

// read adds to found what of the snapshots that filter finds, or of the latest of
// them, holds every phrase.
func (s *Store) read(ctx context.Context, filter bson.D, phrases []string, latest bool, found map[bson.ObjectID]hit) error {
	cursor, err := s.snapshots.Find(ctx, filter, options.Find().SetProjection(readable))
	if err != nil {
		return err
	}
	defer cursor.Close(ctx)
	for {
		docs, err := chunk[snapshotDoc](ctx, cursor)
		if err != nil || len(docs) == 0 {
			return err
		}
		if docs, err = s.committedSnapshots(ctx, docs, latest); err != nil {
			return err
		}
		for _, d := range docs {
			if err := s.moveIn(ctx, &d); errors.Is(err, archive.ErrCorrupt) {
				continue
			} else if err != nil {
				return err
			}
			if h, ok := match(d, phrases); ok {
				found[h.id] = h
			}
		}
	}
}
