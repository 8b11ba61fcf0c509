package mongo

import (
	"context"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// resumeAtMost is how often in a row a listing is begun anew, behind what it has
// got, where the line to the server broke. The driver does so for a query, but not
// for what comes of a cursor after its first batch: the cursor is gone with the
// line, or with the server that held it.
const resumeAtMost = 3

// results are the documents of a query in their order, across lines that break.
type results[D any] struct {
	c      *mongo.Collection
	filter bson.D
	opts   *options.FindOptionsBuilder
	sort   bson.D

	cursor *mongo.Cursor
	last   bson.D              // of the document got last: the fields of sort
	seen   map[string]struct{} // _id of the documents got that have these
	failed int                 // in a row
}

// find begins a query whose options sort it.
func find[D any](ctx context.Context, c *mongo.Collection, filter bson.D, opts *options.FindOptionsBuilder) (*results[D], error) {
	var o options.FindOptions
	for _, set := range opts.List() {
		if err := set(&o); err != nil {
			return nil, err
		}
	}
	sort, ok := o.Sort.(bson.D)
	if !ok {
		return nil, fmt.Errorf("query of %s: is not sorted", c.Name())
	}
	r := &results[D]{c: c, filter: filter, opts: opts, sort: sort, seen: map[string]struct{}{}}
	return r, r.begin(ctx)
}

func (r *results[D]) begin(ctx context.Context) (err error) {
	filter := r.filter
	if r.last != nil {
		filter = bson.D{{Key: "$and", Value: bson.A{r.filter, r.behind()}}}
	}
	r.cursor, err = r.c.Find(ctx, filter, r.opts)
	return err
}

// behind finds the documents that come after the last one, and those beside it.
func (r *results[D]) behind() bson.D {
	var ways bson.A
	for n, key := range r.sort {
		way := append(bson.D{}, r.last[:n]...)
		than := "$gt"
		if key.Value == -1 {
			than = "$lt"
		}
		if n == len(r.sort)-1 {
			than += "e"
		}
		ways = append(ways, append(way, bson.E{Key: key.Key, Value: bson.D{{Key: than, Value: r.last[n].Value}}}))
	}
	if len(ways) == 1 {
		return ways[0].(bson.D)
	}
	return bson.D{{Key: "$or", Value: ways}}
}

// chunk decodes what the server sent in one batch, up to inChunk documents; none:
// there are no more.
func (r *results[D]) chunk(ctx context.Context) (docs []D, err error) {
	for {
		for len(docs) < inChunk && (len(docs) == 0 || r.cursor.RemainingBatchLength() > 0) && r.cursor.Next(ctx) {
			isNew, err := r.got()
			if err != nil {
				return nil, err
			}
			if !isNew {
				continue
			}
			var d D
			if err := r.cursor.Decode(&d); err != nil {
				return nil, err
			}
			docs = append(docs, d)
			r.failed = 0
		}
		err := r.cursor.Err()
		if err == nil {
			return docs, ctx.Err()
		}
		for err != nil {
			if !mongo.IsNetworkError(err) || ctx.Err() != nil || r.failed == resumeAtMost {
				return nil, err
			}
			r.failed++
			r.close(ctx)
			err = r.begin(ctx)
		}
	}
}

// got takes note of the document that the cursor is at; it is false for one that
// was got before, by its _id.
func (r *results[D]) got() (isNew bool, err error) {
	raw := r.cursor.Current
	key, err := raw.LookupErr("_id")
	if err != nil {
		return false, fmt.Errorf("query of %s: its documents have no _id: %w", r.c.Name(), err)
	}
	id := string(key.Value)
	if _, again := r.seen[id]; again {
		return false, nil
	}
	at := make(bson.D, len(r.sort))
	same := r.last != nil
	for i, key := range r.sort {
		v := raw.Lookup(key.Key)
		at[i] = bson.E{Key: key.Key, Value: v}
		same = same && v.Equal(r.last[i].Value.(bson.RawValue))
	}
	if !same {
		clear(r.seen)
	}
	for i := range at { // the cursor's own bytes go with its batch
		v := at[i].Value.(bson.RawValue)
		at[i].Value = bson.RawValue{Type: v.Type, Value: append([]byte(nil), v.Value...)}
	}
	r.last = at
	r.seen[id] = struct{}{}
	return true, nil
}

// close tells the server even when ctx has ended.
func (r *results[D]) close(ctx context.Context) {
	if r.cursor == nil {
		return
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	r.cursor.Close(end)
	r.cursor = nil
}

// retried does what reads and no more, once more where the line to the server
// broke.
func retried[T any](ctx context.Context, read func() (T, error)) (v T, err error) {
	for range 1 + resumeAtMost {
		if v, err = read(); !mongo.IsNetworkError(err) || ctx.Err() != nil {
			break
		}
	}
	return v, err
}
