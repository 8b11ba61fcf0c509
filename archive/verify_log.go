package archive

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// leavesAtOnce is how many leaves are looked up at once.
const leavesAtOnce = 500

// log works the tree out again, from what the archive holds: each leaf from its
// visit and its version, each node from those below. The checkpoints have to be
// roots of what it was then.
func (v *verifier) log(ctx context.Context) error {
	log, err := v.store.Log(ctx)
	if err != nil {
		return err
	}
	v.report.Unsealed, v.report.Checkpoint = log.Unsealed, log.Checkpoint
	w := logVerifier{verifier: v}
	if log.Checkpoint.Size > 0 {
		w.wanted = append(w.wanted, mark{log.Checkpoint, "the archive's own checkpoint", "; or it is that checkpoint that is damaged: fangzhi copy makes an archive with a new one"})
	}
	if c := v.options.Checkpoint; c != nil {
		w.wanted = append(w.wanted, mark{Checkpoint: *c, name: "the checkpoint kept elsewhere"})
	}
	slices.SortStableFunc(w.wanted, func(a, b mark) int { return int(min(1, max(-1, a.Size-b.Size))) })
	w.reach()
	for leaf, err := range v.store.Leaves(ctx, 0) {
		if err != nil {
			return err
		}
		if err := w.gap(ctx, leaf.N); err != nil {
			return err
		}
		if !leaf.Sound() {
			v.fault(Fault{
				Object: fmt.Sprintf("visit of %s at %s", leaf.Visit.URL, stamp(leaf.Visit.At)),
				Text:   fmt.Sprintf("it, or the version that it cut, is not what leaf %d of the log sealed", leaf.N),
				Site:   leaf.Visit.Site, URL: leaf.Visit.URL, At: leaf.Visit.At, Version: leaf.Visit.Version,
			})
		}
		w.append(leaf.Hash)
		w.batch = append(w.batch, leaf)
		if len(w.batch) >= leavesAtOnce {
			if err := w.flush(ctx); err != nil {
				return err
			}
		}
		v.report.Leaves++
		v.observe()
	}
	if err := w.gap(ctx, log.Size); err != nil { // leaves at the end whose visits are not there
		return err
	}
	if err := w.flush(ctx); err != nil {
		return err
	}
	for _, m := range w.wanted {
		v.fault(Fault{Object: "log", Text: fmt.Sprintf("has %d leaves, %s has %d: entries are missing", w.tree.Size(), m.name, m.Size)})
	}
	// What is in the ledger, which was read before, and neither in the log nor
	// marked.
	v.report.Unsealed = max(v.report.Unsealed, v.report.Visits-int(w.tree.Size()))
	if !w.lost {
		v.report.Root = w.tree.Root().String()
	}
	return nil
}

// mark is a checkpoint that is still to be reached.
type mark struct {
	Checkpoint
	name string
	or   string // what may be the reason besides
}

type logVerifier struct {
	*verifier
	tree   Tree
	lost   bool // a leaf is missing, so that nothing above it can be worked out
	wanted []mark
	batch  []Leaf
	nodes  []Node
	hashes []Hash // of nodes, as worked out
}

// append goes on with the tree.
func (w *logVerifier) append(leaf Hash) {
	n := w.tree.Size()
	for level, h := range w.tree.Append(leaf) {
		if level > 0 {
			w.nodes, w.hashes = append(w.nodes, Node{level, n >> level}), append(w.hashes, h)
		}
	}
	w.reach()
}

// reach compares the tree with the checkpoints of its size.
func (w *logVerifier) reach() {
	for len(w.wanted) > 0 && w.wanted[0].Size <= w.tree.Size() {
		m := w.wanted[0]
		w.wanted = w.wanted[1:]
		if !w.lost && m.Root != w.tree.Root() {
			w.fault(Fault{Object: "log", Text: fmt.Sprintf("has been rewritten: the root of its first %d leaves is %s, %s, made at %s, has %s%s",
				m.Size, w.tree.Root(), m.name, stamp(m.At), m.Root, m.or)})
		}
	}
}

// gap tells of the leaves up to n that were left out. Their hashes are taken
// from the log, as long as it has them.
func (w *logVerifier) gap(ctx context.Context, n int64) error {
	for w.tree.Size() < n {
		f := Fault{Object: fmt.Sprintf("leaf %d of the log", w.tree.Size()), Text: "its visit is not there"}
		hashes, err := w.store.Nodes(ctx, []Node{{Level: 0, N: w.tree.Size()}})
		if errors.Is(err, ErrNotFound) {
			hashes, w.lost, f.Text = []Hash{{}}, true, "is not there"
		} else if err != nil {
			return err
		}
		w.fault(f)
		w.append(hashes[0])
	}
	return nil
}

// flush holds some hundred leaves against what the archive has besides: nodes
// of the tree, and pages.
func (w *logVerifier) flush(ctx context.Context) error {
	if !w.lost && len(w.nodes) > 0 {
		stored, err := w.store.Nodes(ctx, w.nodes)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		for i, n := range w.nodes {
			if i >= len(stored) || stored[i] != w.hashes[i] {
				w.fault(Fault{Object: fmt.Sprintf("node %d of level %d of the log", n.N, n.Level), Text: "is not the hash of the nodes below it"})
			}
		}
	}
	w.nodes, w.hashes = w.nodes[:0], w.hashes[:0]
	urls := map[string][]string{}
	for _, leaf := range w.batch {
		urls[leaf.Visit.Site] = append(urls[leaf.Visit.Site], leaf.Visit.URL)
	}
	known := map[string]map[string]bool{}
	for site, all := range urls {
		var err error
		if known[site], err = w.store.Known(ctx, site, all); err != nil {
			return err
		}
	}
	for _, leaf := range w.batch {
		if !known[leaf.Visit.Site][leaf.Visit.URL] {
			w.fault(Fault{
				Object: "page " + leaf.Visit.URL, Text: fmt.Sprintf("is not there, though leaf %d of the log is of a visit of it", leaf.N),
				Site: leaf.Visit.Site, URL: leaf.Visit.URL, At: leaf.Visit.At,
			})
		}
	}
	w.batch = w.batch[:0]
	return nil
}
