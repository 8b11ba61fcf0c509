package main

import (
	"context"
	"errors"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"

	"fangzhi/archive"
	"fangzhi/archive/sqlite"
)

// overlay is an archive as it would be: what is recorded goes into another one
// that lies over it, and is read from there.
type overlay struct {
	archive.Store // that is written
	under         archive.Store
}

// importInto opens the archive that an import goes into; of a dry run an overlay
// that is gone afterwards.
func (a *app) importInto(ctx context.Context, dry bool) (archive.Store, func(), error) {
	if !dry {
		store, err := a.open(ctx, create)
		if err != nil {
			return nil, nil, err
		}
		return store, func() { store.Close() }, nil
	}
	dir, err := os.MkdirTemp("", "fangzhi-dry-run-")
	if err != nil {
		return nil, nil, err
	}
	over, err := sqlite.Open(ctx, filepath.Join(dir, "archive.db"), sqlite.Options{})
	if err != nil {
		os.RemoveAll(dir)
		return nil, nil, err
	}
	under, err := a.open(ctx, read)
	if err != nil && !errors.Is(err, errNoArchive) && !errors.Is(err, archive.ErrNotFound) && !errors.Is(err, fs.ErrNotExist) {
		over.Close()
		os.RemoveAll(dir)
		return nil, nil, err
	}
	close := func() {
		over.Close()
		os.RemoveAll(dir)
		if under != nil {
			under.Close()
		}
	}
	if under == nil {
		return over, close, nil
	}
	return overlay{over, under}, close, nil
}

func (o overlay) Page(ctx context.Context, site, url string) (archive.Page, error) {
	p, err := o.Store.Page(ctx, site, url)
	if errors.Is(err, archive.ErrNotFound) || err == nil && p.Visits == 0 {
		if held, heldErr := o.under.Page(ctx, site, url); heldErr == nil || !errors.Is(heldErr, archive.ErrNotFound) {
			return held, heldErr
		}
	}
	return p, err
}

func (o overlay) Visits(ctx context.Context, f archive.Filter) iter.Seq2[archive.Visit, error] {
	return func(yield func(archive.Visit, error) bool) {
		var all []archive.Visit
		for _, s := range []archive.Store{o.under, o.Store} {
			for v, err := range s.Visits(ctx, f) {
				if err != nil {
					yield(v, err)
					return
				}
				all = append(all, v)
			}
		}
		slices.SortStableFunc(all, func(x, y archive.Visit) int {
			if f.Newest {
				return y.At.Compare(x.At)
			}
			return x.At.Compare(y.At)
		})
		for _, v := range all {
			if !yield(v, nil) {
				return
			}
		}
	}
}

func (o overlay) Snapshots(ctx context.Context, f archive.Filter) iter.Seq2[archive.Snapshot, error] {
	return func(yield func(archive.Snapshot, error) bool) {
		for _, s := range []archive.Store{o.under, o.Store} {
			for v, err := range s.Snapshots(ctx, f) {
				if !yield(v, err) || err != nil {
					return
				}
			}
		}
	}
}

func (o overlay) Payload(ctx context.Context, d archive.Digest) ([]byte, error) {
	b, err := o.Store.Payload(ctx, d)
	if errors.Is(err, archive.ErrNotFound) {
		return o.under.Payload(ctx, d)
	}
	return b, err
}

func (o overlay) Learnt(ctx context.Context, site, name string) ([]byte, error) {
	b, err := o.Store.Learnt(ctx, site, name)
	if errors.Is(err, archive.ErrNotFound) {
		return o.under.Learnt(ctx, site, name)
	}
	return b, err
}

func (o overlay) Alike(ctx context.Context, sketch archive.Sketch) ([]archive.Snapshot, error) {
	over, err := o.Store.Alike(ctx, sketch)
	if err != nil {
		return nil, err
	}
	under, err := o.under.Alike(ctx, sketch)
	return append(under, over...), err
}

func (o overlay) Known(ctx context.Context, site string, urls []string) (map[string]bool, error) {
	over, err := o.Store.Known(ctx, site, urls)
	if err != nil {
		return nil, err
	}
	under, err := o.under.Known(ctx, site, urls)
	for u := range under {
		over[u] = over[u] || under[u]
	}
	return over, err
}
