package archive

import (
	"context"
	"errors"
	"fmt"
	"iter"
)

// ErrOfCopy marks the errors of Copy that are of the archive that is written: that
// one is full or damaged, not the one that is copied.
var ErrOfCopy = errors.New("in the copy")

// damagedThere says whether err tells of damage in the archive that is copied.
func damagedThere(err error) bool { return errors.Is(err, ErrCorrupt) && !errors.Is(err, ErrOfCopy) }

func ofCopy(err error) error {
	if err == nil || errors.Is(err, ErrNotFound) || errors.Is(err, ErrDiverged) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrOfCopy, err)
}

func eachOfCopy[T any](all iter.Seq2[T, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for v, err := range all {
			if !yield(v, ofCopy(err)) {
				return
			}
		}
	}
}

// target is the archive that is written; what Copy asks of it says in its errors
// that it is that one.
type target struct{ Store }

func (t target) Log(ctx context.Context) (Log, error) {
	log, err := t.Store.Log(ctx)
	return log, ofCopy(err)
}

func (t target) Nodes(ctx context.Context, nodes []Node) ([]Hash, error) {
	hashes, err := t.Store.Nodes(ctx, nodes)
	return hashes, ofCopy(err)
}

func (t target) Page(ctx context.Context, site, url string) (Page, error) {
	p, err := t.Store.Page(ctx, site, url)
	return p, ofCopy(err)
}

func (t target) Holds(ctx context.Context, digests []Digest) (map[Digest]bool, error) {
	held, err := t.Store.Holds(ctx, digests)
	return held, ofCopy(err)
}

func (t target) Learnt(ctx context.Context, site, name string) ([]byte, error) {
	b, err := t.Store.Learnt(ctx, site, name)
	return b, ofCopy(err)
}

func (t target) Import(ctx context.Context, in Import) error { return ofCopy(t.Store.Import(ctx, in)) }

func (t target) Pages(ctx context.Context, f Filter) iter.Seq2[Page, error] {
	return eachOfCopy(t.Store.Pages(ctx, f))
}

func (t target) Visits(ctx context.Context, f Filter) iter.Seq2[Visit, error] {
	return eachOfCopy(t.Store.Visits(ctx, f))
}

func (t target) Snapshots(ctx context.Context, f Filter) iter.Seq2[Snapshot, error] {
	return eachOfCopy(t.Store.Snapshots(ctx, f))
}

func (t target) Runs(ctx context.Context, f Filter) iter.Seq2[Run, error] {
	return eachOfCopy(t.Store.Runs(ctx, f))
}

func (t target) Lessons(ctx context.Context) iter.Seq2[Lesson, error] {
	return eachOfCopy(t.Store.Lessons(ctx))
}
