package archive

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// sameLog fails where the log of to, of that size, is not how that of from
// begins, and takes down its root. It goes by the nodes at the edge of the trees;
// where those differ some may be damaged, and what is below them tells: the hashes of
// the leaves, and in from the entries themselves.
func (c *copier) sameLog(ctx context.Context, size int64) error {
	log, err := c.from.Log(ctx)
	if err != nil {
		return err
	}
	if log.Size < size {
		return fmt.Errorf("%w: the copy has %d entries, the archive fewer", ErrDiverged, size)
	}
	for i, their := range []func(context.Context, Store, int64) (Tree, error){storedTree[Store], hashedTree[Store], sealedTree} {
		for j, our := range []func(context.Context, Store, int64) (Tree, error){storedTree[Store], hashedTree[Store]} {
			theirs, err := their(ctx, c.from, size)
			if err != nil && !none(err) {
				return err
			}
			ours, err2 := our(ctx, c.to, size)
			if err2 != nil && !none(err2) {
				return err2
			}
			if err != nil || err2 != nil || theirs.Root() != ours.Root() {
				continue
			}
			if j > 0 {
				return fmt.Errorf("%w: log: what its nodes are is not what its leaves make of them: %w", ErrOfCopy, ErrCorrupt)
			}
			c.report.Root, c.report.Torn = theirs.Root(), i > 0 || c.report.Torn
			return nil
		}
	}
	return ErrDiverged
}

// ended takes down the root of what was copied. Where nothing that from has of its
// tree agrees with it any more, it is that of the leaves that came.
func (c *copier) ended(ctx context.Context) error {
	err := c.sameLog(ctx, c.report.Size)
	if !errors.Is(err, ErrDiverged) {
		return err
	}
	ours, err := storedTree(ctx, c.to, c.report.Size)
	c.report.Root, c.report.Torn = ours.Root(), true
	return err
}

// nodes is what tells of the log's tree, as Store does.
type nodes interface {
	Nodes(ctx context.Context, nodes []Node) ([]Hash, error)
}

// In says whether c is a checkpoint of the log of s: by the nodes at its edge, or by
// its leaves, should one of those be damaged. Where neither can be read it does not
// say that it is none.
func (c Checkpoint) In(ctx context.Context, s nodes) (bool, error) {
	for _, tree := range []func(context.Context, nodes, int64) (Tree, error){storedTree[nodes], hashedTree[nodes]} {
		t, err := tree(ctx, s, c.Size)
		switch {
		case errors.Is(err, ErrCorrupt):
			return true, nil
		case errors.Is(err, ErrNotFound):
			return false, nil
		case err != nil:
			return false, err
		case t.Root() == c.Root:
			return true, nil
		}
	}
	return false, nil
}

// storedTree is the tree of the first size leaves of s, as the nodes at its edge
// have it.
func storedTree[S nodes](ctx context.Context, s S, size int64) (Tree, error) {
	edge, err := s.Nodes(ctx, Edge(size))
	return TreeAt(size, edge), err
}

// hashedTree is that tree worked out of the hashes of the leaves.
func hashedTree[S nodes](ctx context.Context, s S, size int64) (t Tree, err error) {
	for t.Size() < size {
		var nodes []Node
		for n := t.Size(); n < min(size, t.Size()+leavesAtOnce); n++ {
			nodes = append(nodes, Node{N: n})
		}
		hashes, err := s.Nodes(ctx, nodes)
		if err != nil {
			return t, err
		}
		for _, h := range hashes {
			t.Append(h)
		}
	}
	return t, nil
}

// sealedTree is that tree worked out of the visits and versions; of what is lost the
// hash stands.
func sealedTree(ctx context.Context, s Store, size int64) (t Tree, err error) {
	upTo := func(n int64) error {
		for t.Size() < n {
			hash, err := s.Nodes(ctx, []Node{{N: t.Size()}})
			if err != nil {
				return err
			}
			t.Append(hash[0])
		}
		return nil
	}
	for l, err := range s.Leaves(ctx, 0) {
		if err != nil {
			return t, err
		}
		if err := upTo(min(l.N, size)); err != nil || t.Size() == size {
			return t, err
		}
		t.Append(LeafHash(LeafOf(l.Visit, l.Snapshot)))
	}
	return t, upTo(size)
}

// stray looks whether the last checkpoint of from is one of the log.
func (c *copier) stray(ctx context.Context) error {
	log, err := c.from.Log(ctx)
	last := log.Checkpoint
	if err != nil || last.Size == 0 || last.Size > c.report.Size { // made since, or told by verify
		return err
	}
	edge, err := c.to.Nodes(ctx, Edge(last.Size))
	if err == nil && !last.Of(edge) {
		c.report.Stray = last
	}
	return err
}

// ownEntries fails where to has entries that are not sealed and are not those that
// a copy that was cut short was about to seal.
func (c *copier) ownEntries(ctx context.Context, log Log) error {
	left := log.Unsealed
	for leaf, err := range c.from.Leaves(ctx, log.Size) {
		if err != nil {
			return err
		}
		if left == 0 || leaf.N >= log.Size+copyAtOnce {
			break
		}
		for v, err := range c.to.Visits(ctx, Filter{Site: leaf.Visit.Site, URL: leaf.Visit.URL, Since: leaf.Visit.At, Until: leaf.Visit.At.Add(time.Millisecond)}) {
			if err != nil {
				return err
			}
			if v.At.Equal(leaf.Visit.At) {
				left--
			}
		}
	}
	if left > 0 {
		return fmt.Errorf("%d entries that are not sealed: %w", left, ErrDiverged)
	}
	return nil
}
