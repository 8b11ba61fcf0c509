package mongo

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"fangzhi/archive"
)

// Import adds what another archive holds, in an order in which each part can be
// taken up again: the leaves come last, so what a crash cut short is not in the
// log and comes again with the next import. One process imports at a time.
func (s *Store) Import(ctx context.Context, in archive.Import) error {
	done, err := s.change(ctx)
	if err == nil {
		defer done()
		err = s.doImport(ctx, in)
	}
	return fault(ctx, err, "import")
}

func (s *Store) doImport(ctx context.Context, in archive.Import) error {
	s.sealing.Lock()
	defer s.sealing.Unlock()
	leaves, err := s.newLeaves(ctx, in.Leaves)
	if err != nil {
		return err
	}
	p, err := s.planImport(ctx, in, leaves)
	if err != nil {
		return err
	}
	if err := s.importPayloads(ctx, in.Payloads); err != nil {
		return fmt.Errorf("payloads: %w", err)
	}
	if err := s.importRuns(ctx, in.Runs); err != nil {
		return fmt.Errorf("runs: %w", err)
	}
	if err := p.write(ctx, s); err != nil {
		return err
	}
	for i := range in.Again {
		a := &in.Again[i]
		if err := s.importReading(ctx, a); err != nil {
			return fmt.Errorf("version %d of %s: %w", a.Version, a.URL, err)
		}
	}
	for _, l := range in.Lessons {
		if _, err := s.learnt.ReplaceOne(ctx, learntBy(l.Site, l.Name), learntDocOf(l), options.Replace().SetUpsert(true)); err != nil {
			return fmt.Errorf("learnt: %w", err)
		}
	}
	return nil
}

// newLeaves returns those of leaves that the log has not, after a look at those
// that it has.
func (s *Store) newLeaves(ctx context.Context, leaves []archive.Leaf) ([]archive.Leaf, error) {
	if len(leaves) == 0 {
		return nil, nil
	}
	size, err := s.logSize(ctx)
	if err != nil {
		return nil, err
	}
	var there []archive.Node
	for i, l := range leaves {
		switch {
		case !l.Damaged && !l.Sound():
			return nil, fmt.Errorf("%s: %w", &l, archive.ErrCorrupt)
		case l.N != leaves[0].N+int64(i), l.N > size && i == 0:
			return nil, fmt.Errorf("leaf %d: the log has %d: %w", l.N, size, archive.ErrDiverged)
		case l.N < size:
			there = append(there, archive.Node{N: l.N})
		}
	}
	held, err := s.nodes(ctx, there)
	if err != nil {
		return nil, err
	}
	for i, h := range held {
		if h != leaves[i].Hash {
			return nil, fmt.Errorf("%s: %w", &leaves[i], archive.ErrDiverged)
		}
	}
	return leaves[len(there):], nil
}

// importing is what an import comes to for pages and their histories.
type importing struct {
	pages     map[key]archive.Page // to be set
	held      map[key]held
	seq       map[key]int // of each page's last visit, in the end
	visits    []visitDoc  // to be added
	snapshots []snapshotDoc
	leaves    []visitDoc // in the order of the log, those that are there already included
	left      []bson.ObjectID
}

func (s *Store) planImport(ctx context.Context, in archive.Import, leaves []archive.Leaf) (p *importing, err error) {
	p = &importing{pages: map[key]archive.Page{}, seq: map[key]int{}}
	keys, runs := map[key]bool{}, map[string]bool{}
	for _, page := range in.Pages {
		keys[keyOf(page)], p.pages[keyOf(page)] = true, page
	}
	for _, l := range leaves {
		if !l.Lost() {
			keys[key{l.Visit.Site, l.Visit.URL}] = true
			runs[l.Visit.Run] = true
		}
	}
	if p.held, err = s.held(ctx, keys); err != nil {
		return nil, err
	}
	for k, h := range p.held {
		p.seq[k] = h.seq
	}
	if err := s.runsThere(ctx, runs, in.Runs); err != nil {
		return nil, err
	}
	there, err := s.visitsThere(ctx, leaves)
	if err != nil {
		return nil, err
	}
	for _, l := range leaves {
		if l.Lost() { // no visit has such an _id
			p.leaves = append(p.leaves, visitDoc{ID: bson.NewObjectID(), Leaf: l.Hash[:]})
			continue
		}
		k := key{l.Visit.Site, l.Visit.URL}
		_, comes := p.pages[k]
		if _, known := p.held[k]; !known && !comes {
			return nil, fmt.Errorf("%s: its page: %w", &l, archive.ErrNotFound)
		}
		d := visitDocOf(l.Visit)
		d.Leaf = l.Hash[:]
		if l.Snapshot != nil {
			d.Cut = l.Snapshot.Version
			cut := *l.Snapshot
			cut.Sketch = archive.SketchOf(cut.Article)
			p.snapshots = append(p.snapshots, snapshotDocOf(cut))
		}
		known := false
		for _, v := range there[momentOf(l.Visit)] {
			if v.Seq <= p.held[k].seq { // a crash came between the pages and the log
				d.ID, known = v.ID, true
			} else { // or between the visits and the pages
				p.left = append(p.left, v.ID)
			}
		}
		if !known {
			p.seq[k]++
			d.Seq = p.seq[k]
			p.visits = append(p.visits, d)
		}
		p.leaves = append(p.leaves, d)
	}
	return p, nil
}

// runsThere fails where one of runs is neither held nor in the import.
func (s *Store) runsThere(ctx context.Context, runs map[string]bool, imported []archive.Run) error {
	for _, r := range imported {
		delete(runs, r.ID)
	}
	for id := range runs {
		there, err := s.taken(ctx, id)
		if err != nil {
			return err
		}
		if !there {
			return fmt.Errorf("run %q: %w", id, archive.ErrNotFound)
		}
	}
	return nil
}

// visitsThere returns the documents of these visits, as far as there are any.
func (s *Store) visitsThere(ctx context.Context, leaves []archive.Leaf) (map[moment][]visitDoc, error) {
	there := map[moment][]visitDoc{}
	moments := map[string]map[bson.DateTime]bool{} // by site
	for _, l := range leaves {
		if l.Lost() {
			continue
		}
		if moments[l.Visit.Site] == nil {
			moments[l.Visit.Site] = map[bson.DateTime]bool{}
		}
		moments[l.Visit.Site][dateOf(l.Visit.At)] = true
	}
	for site, at := range moments {
		cursor, err := s.visits.Find(ctx, bson.D{{Key: "site", Value: site}, {Key: "at", Value: bson.D{{Key: "$in", Value: slices.Collect(maps.Keys(at))}}}},
			options.Find().SetBatchSize(inOne).SetProjection(bson.D{{Key: "site", Value: 1}, {Key: "url", Value: 1}, {Key: "at", Value: 1}, {Key: "seq", Value: 1}}))
		if err != nil {
			return nil, err
		}
		var docs []visitDoc
		if err := cursor.All(ctx, &docs); err != nil {
			return nil, err
		}
		for _, d := range docs {
			m := moment{key{d.Site, d.URL}, int64(d.At)}
			there[m] = append(there[m], d)
		}
	}
	return there, nil
}

func (p *importing) write(ctx context.Context, s *Store) error {
	if err := remove(ctx, s.visits, p.left); err != nil {
		return fmt.Errorf("leftovers: %w", err)
	}
	for i := range p.snapshots {
		if err := s.moveOut(ctx, &p.snapshots[i]); err != nil {
			return fmt.Errorf("snapshots: %w", err)
		}
	}
	if _, err := insert(ctx, s.snapshots, p.snapshots); err != nil {
		return fmt.Errorf("snapshots: %w", err)
	}
	taken, err := insert(ctx, s.visits, p.visits)
	if err == nil && len(taken) > 0 {
		err = errLeft
	}
	if err != nil {
		return fmt.Errorf("visits: %w", err)
	}
	if err := p.writePages(ctx, s); err != nil {
		return fmt.Errorf("pages: %w", err)
	}
	if err := s.addLeaves(ctx, p.leaves); err != nil {
		return err
	}
	return s.markSealed(ctx, p.leaves)
}

// writePages sets pages, and how far the history of each is committed.
func (p *importing) writePages(ctx context.Context, s *Store) error {
	var models []mongo.WriteModel
	for k, seq := range p.seq {
		if _, comes := p.pages[k]; !comes && seq > p.held[k].seq {
			models = append(models, mongo.NewUpdateOneModel().SetFilter(bson.D{{Key: "site", Value: k.site}, {Key: "url", Value: k.url}}).
				SetUpdate(bson.D{{Key: "$set", Value: bson.D{{Key: "seq", Value: seq}}}}))
		}
	}
	for k, page := range p.pages {
		d := pageDocOf(page)
		d.Seq = p.seq[k]
		models = append(models, mongo.NewReplaceOneModel().SetFilter(bson.D{{Key: "site", Value: k.site}, {Key: "url", Value: k.url}}).
			SetReplacement(d).SetUpsert(true))
	}
	if len(models) == 0 {
		return nil
	}
	_, err := s.pages.BulkWrite(ctx, models, options.BulkWrite().SetOrdered(false))
	return err
}

// importReading reads a version again, unless it was by that time.
func (s *Store) importReading(ctx context.Context, a *archive.Again) error {
	var d snapshotDoc
	err := s.snapshots.FindOne(ctx, bson.D{{Key: "site", Value: a.Site}, {Key: "url", Value: a.URL}, {Key: "version", Value: a.Version}},
		options.FindOne().SetProjection(bson.D{{Key: "read_at", Value: 1}})).Decode(&d)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return archive.ErrNotFound
	}
	if err == nil && timeOf(d.ReadAt).Before(a.At) {
		err = s.reread(ctx, noRun, a)
	}
	return err
}

// importRuns sets runs, the open ones last: one of a site can be open.
func (s *Store) importRuns(ctx context.Context, runs []archive.Run) error {
	for _, open := range []bool{false, true} {
		for _, r := range runs {
			if open != (r.State == archive.RunRunning) {
				continue
			}
			_, err := s.runs.ReplaceOne(ctx, bson.D{{Key: "_id", Value: r.ID}}, runDocOf(r), options.Replace().SetUpsert(true))
			if mongo.IsDuplicateKeyError(err) {
				err = archive.ErrBusy
			}
			if err != nil {
				return fmt.Errorf("%s: %w", r.ID, err)
			}
		}
	}
	return nil
}

// importPayloads stores what is not held, or not whole.
func (s *Store) importPayloads(ctx context.Context, payloads [][]byte) error {
	for _, b := range payloads {
		d := archive.DigestOf(b)
		held, err := s.payload(ctx, d)
		if err == nil && archive.DigestOf(held) == d {
			continue
		}
		if err != nil && !errors.Is(err, archive.ErrNotFound) && !errors.Is(err, archive.ErrCorrupt) {
			return err
		}
		doc := s.pack(payload{d, b})
		if doc.Coding == codingGridFS {
			if err := s.mendLarge(ctx, string(d), b); err != nil {
				return err
			}
		}
		if _, err := s.payloads.ReplaceOne(ctx, bson.D{{Key: "_id", Value: d}}, doc, options.Replace().SetUpsert(true)); err != nil {
			return err
		}
	}
	return nil
}

// mendLarge puts a file into place, whatever is there: its chunks, none behind
// them, and last what makes it a file.
func (s *Store) mendLarge(ctx context.Context, id string, b []byte) error {
	n := int32(0)
	for ; int(n)*chunkSize < len(b); n++ {
		c := chunkDoc{File: id, N: n, Data: b[int(n)*chunkSize : min(len(b), int(n+1)*chunkSize)]}
		_, err := s.chunks.ReplaceOne(ctx, bson.D{{Key: "files_id", Value: id}, {Key: "n", Value: c.N}}, c, options.Replace().SetUpsert(true))
		if err != nil {
			return fmt.Errorf("file %s: %w", id, err)
		}
	}
	_, err := s.chunks.DeleteMany(ctx, bson.D{{Key: "files_id", Value: id}, {Key: "n", Value: bson.D{{Key: "$gte", Value: n}}}})
	if err == nil {
		_, err = s.files.ReplaceOne(ctx, bson.D{{Key: "_id", Value: id}}, fileDocOf(id, b), options.Replace().SetUpsert(true))
	}
	if err != nil {
		return fmt.Errorf("file %s: %w", id, err)
	}
	return nil
}
