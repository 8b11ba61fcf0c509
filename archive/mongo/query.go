package mongo

import (
	"context"
	"errors"
	"iter"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"fangzhi/archive"
)

// Page returns the page, archive.ErrNotFound when there is none.
func (s *Store) Page(ctx context.Context, site, url string) (archive.Page, error) {
	done, err := s.begin(ctx)
	if err != nil {
		return archive.Page{}, fault(ctx, err, "page %s", url)
	}
	defer done()
	var d pageDoc
	err = s.pages.FindOne(ctx, bson.D{{Key: "site", Value: site}, {Key: "url", Value: url}}).Decode(&d)
	if errors.Is(err, mongo.ErrNoDocuments) {
		err = archive.ErrNotFound
	}
	if err == nil && d.Behind {
		_, err = s.catchUp(ctx, &d)
	}
	if err != nil {
		return archive.Page{}, fault(ctx, err, "page %s of %s", url, site)
	}
	return d.page(), nil
}

// where is the part of a query that a listing's Filter makes up.
type where struct{ filter bson.D }

func (w *where) is(field, value string) {
	if value != "" {
		w.filter = append(w.filter, bson.E{Key: field, Value: value})
	}
}

// span narrows to f's stretch of URLs.
func (w *where) span(f archive.Filter) {
	span := bson.D{}
	if f.FromURL != "" {
		span = append(span, bson.E{Key: "$gte", Value: f.FromURL})
	}
	if f.ToURL != "" {
		span = append(span, bson.E{Key: "$lte", Value: f.ToURL})
	}
	if len(span) > 0 {
		w.filter = append(w.filter, bson.E{Key: "$and", Value: bson.A{bson.D{{Key: "url", Value: span}}}})
	}
}

func (w *where) within(field string, f archive.Filter) {
	span := bson.D{}
	if !f.Since.IsZero() {
		span = append(span, bson.E{Key: "$gte", Value: dateOf(f.Since)})
	}
	if !f.Until.IsZero() {
		span = append(span, bson.E{Key: "$lt", Value: dateOf(f.Until)})
	}
	if len(span) > 0 {
		w.filter = append(w.filter, bson.E{Key: field, Value: span})
	}
}

// ascending sorts by fields, in this order.
func ascending(fields ...string) bson.D {
	var keys bson.D
	for _, f := range fields {
		keys = append(keys, bson.E{Key: f, Value: 1})
	}
	return keys
}

// sorted asks for the order of a listing. Limit is the server's to know only
// where nothing is left out afterwards.
func sorted(f archive.Filter, exact bool, fields ...string) *options.FindOptionsBuilder {
	keys := ascending(fields...)
	if f.Newest {
		for i := range keys {
			keys[i].Value = -1
		}
	}
	o := options.Find().SetSort(keys)
	switch {
	case f.Limit > 0 && exact:
		o.SetLimit(int64(f.Limit))
	case f.Limit > 0 && f.Limit < 100:
		o.SetBatchSize(int32(f.Limit) + 1)
	}
	return o
}

// brief are the fields of archive.Page.Brief, and what tells pagesOf to look again.
var brief = func() (fields bson.D) {
	for _, name := range []string{"site", "url", "column", "kind", "state", "moved_to", "also", "last_seen", "title", "fingerprint", "versions", "behind"} {
		fields = append(fields, bson.E{Key: name, Value: 1})
	}
	return fields
}()

// briefOf is pagesOf of documents with the fields of brief.
func (s *Store) briefOf(ctx context.Context, docs []pageDoc) ([]archive.Page, error) {
	pages, err := s.pagesOf(ctx, docs)
	for i := range pages {
		pages[i] = pages[i].Brief()
	}
	return pages, err
}

// Pages yields pages by (Site, URL), compared bytewise.
func (s *Store) Pages(ctx context.Context, f archive.Filter) iter.Seq2[archive.Page, error] {
	made := s.pagesOf
	if f.Brief {
		made = s.briefOf
	}
	return list(ctx, s, s.pages, "pages", f.Limit, func(context.Context) (bson.D, *options.FindOptionsBuilder, error) {
		w := where{bson.D{}}
		w.is("site", f.Site)
		w.is("url", f.URL)
		w.span(f)
		if f.Column != "" {
			w.filter = append(w.filter, bson.E{Key: "$or", Value: bson.A{
				bson.D{{Key: "column", Value: f.Column}}, bson.D{{Key: "also", Value: f.Column}},
			}})
		}
		w.is("kind", string(f.Kind))
		w.is("state", string(f.State))
		if f.MovedTo != "" {
			w.filter = append(w.filter, bson.E{Key: "moved_to", Value: text(f.MovedTo)})
		}
		w.within("first_seen", f)
		o := sorted(f, true, "site", "url")
		if f.Brief {
			o.SetProjection(brief)
		}
		return w.filter, o, nil
	}, made)
}

// Snapshots yields snapshots by (Site, URL, Version).
func (s *Store) Snapshots(ctx context.Context, f archive.Filter) iter.Seq2[archive.Snapshot, error] {
	return list(ctx, s, s.snapshots, "snapshots", f.Limit, func(ctx context.Context) (bson.D, *options.FindOptionsBuilder, error) {
		filter, err := s.snapshotFilter(ctx, f)
		if f.Version != 0 {
			filter = append(filter, bson.E{Key: "version", Value: f.Version})
		}
		return filter, sorted(f, false, "site", "url", "version"), err
	}, s.takeSnapshots(f.Latest))
}

func (s *Store) snapshotFilter(ctx context.Context, f archive.Filter) (bson.D, error) {
	filter, err := s.pageFilter(ctx, f)
	w := where{filter}
	w.span(f)
	w.is("column", f.Column)
	w.is("kind", string(f.Kind))
	w.within("taken_at", f)
	return w.filter, err
}

// pageFilter narrows a history to a site and a page. The sites that know a URL
// are asked for where none is given: every index begins with a site.
func (s *Store) pageFilter(ctx context.Context, f archive.Filter) (bson.D, error) {
	w := where{bson.D{}}
	if f.URL != "" && f.Site == "" {
		sites := bson.A{}
		cursor, err := s.pages.Find(ctx, bson.D{{Key: "url", Value: f.URL}}, options.Find().SetProjection(bson.D{{Key: "site", Value: 1}}))
		if err != nil {
			return nil, err
		}
		var found []pageDoc
		if err := cursor.All(ctx, &found); err != nil {
			return nil, err
		}
		for _, d := range found {
			sites = append(sites, d.Site)
		}
		w.filter = bson.D{{Key: "site", Value: bson.D{{Key: "$in", Value: sites}}}}
	}
	w.is("site", f.Site)
	w.is("url", f.URL)
	return w.filter, nil
}

// Visits yields the ledger by (At, Site, URL).
func (s *Store) Visits(ctx context.Context, f archive.Filter) iter.Seq2[archive.Visit, error] {
	return list(ctx, s, s.visits, "visits", f.Limit, func(ctx context.Context) (bson.D, *options.FindOptionsBuilder, error) {
		filter, err := s.pageFilter(ctx, f)
		w := where{filter}
		w.is("run", f.Run)
		w.is("column", f.Column)
		w.is("kind", string(f.Kind))
		w.is("outcome", string(f.Outcome))
		w.within("at", f)
		if f.ByPage {
			return w.filter, sorted(f, false, "site", "url", "seq"), err
		}
		return w.filter, sorted(f, false, "at", "site", "url"), err
	}, s.takeVisits)
}

// Runs yields runs by (Planned, Site).
func (s *Store) Runs(ctx context.Context, f archive.Filter) iter.Seq2[archive.Run, error] {
	return list(ctx, s, s.runs, "runs", f.Limit, func(context.Context) (bson.D, *options.FindOptionsBuilder, error) {
		w := where{bson.D{}}
		w.is("_id", f.Run)
		w.is("site", f.Site)
		w.is("state", string(f.RunState))
		w.within("planned", f)
		return w.filter, sorted(f, true, "planned", "site"), nil
	}, func(_ context.Context, docs []runDoc) ([]archive.Run, error) {
		runs := make([]archive.Run, len(docs))
		for i, d := range docs {
			runs[i] = d.run()
		}
		return runs, nil
	})
}
