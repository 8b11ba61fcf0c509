package mongo

import (
	"context"
	"errors"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"fangzhi/archive"
)

// A page says of its latest version how it is called and its fingerprint. Where
// another reading sets both, the page is marked first, the version is set, and
// then the page, which takes the mark away. Whoever meets a page with the mark
// asks its version: so the two agree wherever a crash came in between.

// pagesOf makes pages of documents, as their versions have it where they are
// marked.
func (s *Store) pagesOf(ctx context.Context, docs []pageDoc) ([]archive.Page, error) {
	pages := make([]archive.Page, len(docs))
	for i := range docs {
		if docs[i].Behind {
			if _, err := s.catchUp(ctx, &docs[i]); err != nil {
				return nil, err
			}
		}
		pages[i] = docs[i].page()
	}
	return pages, nil
}

// followed are the fields of a version that its page has as well.
type followed struct {
	Fingerprint archive.Digest `bson:"fingerprint"`
	Article     struct {
		Title text `bson:"title"`
	} `bson:"article"`
}

// catchUp sets what d says of its latest version, and says whether that was
// another.
func (s *Store) catchUp(ctx context.Context, d *pageDoc) (changed bool, err error) {
	if d.Versions == 0 {
		return false, nil
	}
	var v followed
	err = s.snapshots.FindOne(ctx, bson.D{{Key: "site", Value: d.Site}, {Key: "url", Value: d.URL}, {Key: "version", Value: d.Versions}},
		options.FindOne().SetProjection(bson.D{{Key: "fingerprint", Value: 1}, {Key: "article.title", Value: 1}})).Decode(&v)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return false, nil // verify tells
	}
	if err == nil && (v.Fingerprint != d.Fingerprint || d.Behind && v.Article.Title != d.Title) {
		changed = true
		d.Fingerprint, d.Title, d.ReadAs = v.Fingerprint, v.Article.Title, ""
		d.SumTitle = archive.TitleSum(d.Site, d.URL, string(d.Title), d.Fingerprint, "")
	}
	return changed, err
}

// markBehind marks a page before its latest version is read again.
func (s *Store) markBehind(ctx context.Context, a *archive.Again) error {
	_, err := s.pages.UpdateOne(ctx, bson.D{{Key: "site", Value: a.Site}, {Key: "url", Value: a.URL}, {Key: "versions", Value: a.Version}},
		bson.D{{Key: "$set", Value: bson.D{{Key: "behind", Value: true}}}})
	return err
}

// settleBehind sets right the pages that are not as their versions are, marked or
// not: an older fangzhi did not mark them. A version whose fingerprint is not
// that of its article is damaged, and its page stays.
func (s *Store) settleBehind(ctx context.Context) error {
	cursor, err := s.pages.Find(ctx, bson.D{{Key: "versions", Value: bson.D{{Key: "$gt", Value: 0}}}}, options.Find().SetProjection(bson.D{
		{Key: "site", Value: 1}, {Key: "url", Value: 1}, {Key: "versions", Value: 1}, {Key: "fingerprint", Value: 1}, {Key: "title", Value: 1},
		{Key: "read_as", Value: 1}, {Key: "behind", Value: 1},
	}))
	if err != nil {
		return err
	}
	defer cursor.Close(ctx)
	for {
		docs, err := chunk[pageDoc](ctx, cursor)
		if err != nil || len(docs) == 0 {
			return err
		}
		for i := range docs {
			if err := s.settlePage(ctx, docs[i]); err != nil {
				return err
			}
		}
	}
}

func (s *Store) settlePage(ctx context.Context, d pageDoc) error {
	before := d
	changed, err := s.catchUp(ctx, &d)
	if err != nil || !changed && !d.Behind {
		return err
	}
	if changed {
		for v, err := range s.Snapshots(ctx, archive.Filter{Site: d.Site, URL: d.URL, Version: d.Versions}) {
			if errors.Is(err, archive.ErrCorrupt) || err == nil && v.Fault() != "" {
				return nil
			}
			if err != nil {
				return err
			}
		}
	}
	// On condition that it was not visited or read again since.
	_, err = s.pages.UpdateOne(ctx, bson.D{
		{Key: "site", Value: d.Site}, {Key: "url", Value: d.URL}, {Key: "versions", Value: d.Versions}, {Key: "fingerprint", Value: before.Fingerprint},
	}, follows(key{d.Site, d.URL}, d.Fingerprint, d.Title, d.ReadAs))
	return err
}

// follows sets what page k says of its latest version, and takes the mark away.
func follows(k key, fingerprint archive.Digest, title text, readAs archive.Digest) bson.D {
	gone := bson.D{{Key: "behind", Value: ""}}
	if readAs == "" {
		gone = append(gone, bson.E{Key: "read_as", Value: ""})
	}
	return bson.D{
		{Key: "$set", Value: bson.D{{Key: "fingerprint", Value: fingerprint}, {Key: "title", Value: title},
			{Key: "sum_title", Value: archive.TitleSum(k.site, k.url, string(title), fingerprint, readAs)}}},
		{Key: "$unset", Value: gone},
	}
}
