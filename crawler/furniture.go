package crawler

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"fangzhi/archive"
	"fangzhi/extract"
)

// furnitureName is what a site's furniture is learnt under.
const furnitureName = "furniture"

// furniture is what a run knows of what repeats over its site's pages, and what
// it learns: from each article once, when its first version is durable. Workers
// read with what was known when it was last kept; a crash loses what was learnt
// since.
type furniture struct {
	known    atomic.Pointer[extract.Furniture] // never changed once it is here
	learning *extract.Furniture                // the recorder's
	kept     int                               // pages learnt from when it was last kept
	lessons  int                               // since then
}

// KnownFurniture returns what crawls learnt of what repeats over a site's pages,
// and why that cannot be used, where it cannot; nothing known is no error.
func KnownFurniture(ctx context.Context, s interface {
	Learnt(ctx context.Context, site, name string) ([]byte, error)
}, site string) (*extract.Furniture, error) {
	b, err := s.Learnt(ctx, site, furnitureName)
	if errors.Is(err, archive.ErrNotFound) {
		return &extract.Furniture{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("what repeats over the pages of %s: %w", site, err)
	}
	f, err := extract.ParseFurniture(b)
	if err != nil {
		return nil, fmt.Errorf("what repeats over the pages of %s: %w", site, &unusableError{err})
	}
	return f, nil
}

// unusableError tells that what was learnt is there and says nothing.
type unusableError struct{ error }

func (e *unusableError) Unwrap() error { return e.error }

// recallFurniture takes up what earlier runs learnt. What cannot be used is
// learnt anew, and the run says so.
func (k *crawl) recallFurniture(ctx context.Context) error {
	known, err := KnownFurniture(ctx, k.c.store, k.site.Name)
	if unusable := (*unusableError)(nil); errors.As(err, &unusable) {
		k.note(err.Error() + ": it is learnt anew")
		known, err = &extract.Furniture{}, nil
	}
	if err != nil {
		return err
	}
	k.furniture.known.Store(known)
	k.furniture.learning, k.furniture.kept = known.Clone(), known.Pages
	return nil
}

// learn adds what the pages of a commit teach, and keeps all that was learnt
// each time that it has grown by a quarter.
func (k *crawl) learn(ctx context.Context, gathered []finding) error {
	f := &k.furniture
	for i := range gathered {
		if gathered[i].lesson != nil {
			f.learning.Learn(gathered[i].lesson, gathered[i].entry.Page.Column)
			f.lessons++
		}
	}
	if f.lessons < 4 || 4*f.lessons < f.kept {
		return nil
	}
	return k.keepFurniture(ctx)
}

// keepFurniture makes what was learnt durable, and known to the workers.
func (k *crawl) keepFurniture(ctx context.Context) error {
	f := &k.furniture
	if f.lessons == 0 {
		return nil
	}
	if err := k.c.store.Learn(ctx, k.run.ID, k.site.Name, furnitureName, f.learning.Encode()); err != nil {
		return err
	}
	f.known.Store(f.learning.Clone())
	f.kept, f.lessons = f.learning.Pages, 0
	return nil
}
