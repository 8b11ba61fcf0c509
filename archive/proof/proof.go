// Package proof proves that an entry is in the log of an archive, to somebody
// who has the log's checkpoint and not the archive.
//
// A proof is a text:
//
//	fangzhi proof 1
//	index 17
//	the hashes beside the way from the leaf to the root, in base64, a line each
//
//	the checkpoint: see docs/archive.md
//
//	the leaf, to the end of the text: see docs/archive.md
//
// The way is that of RFC 6962, section 2.1.1. This is the form of
// https://c2sp.org/tlog-proof with the leaf added.
package proof

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"fangzhi/archive"
)

// head is the first line of a proof.
const head = "fangzhi proof 1\n"

// Proof is a leaf, and the way from it to the root of a checkpoint.
type Proof struct {
	N          int64 // the leaf's number
	Path       []archive.Hash
	Checkpoint archive.Checkpoint
	Leaf       []byte
}

// Log is what a proof asks of an archive; archive.Store tells what each does.
type Log interface {
	Nodes(ctx context.Context, nodes []archive.Node) ([]archive.Hash, error)
}

// reader reads the log's tree for tlog.
func reader(ctx context.Context, log Log) tlog.HashReader {
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		nodes := make([]archive.Node, len(indexes))
		for i, index := range indexes {
			level, n := tlog.SplitStoredHashIndex(index)
			nodes[i] = archive.Node{Level: level, N: n}
		}
		found, err := log.Nodes(ctx, nodes)
		hashes := make([]tlog.Hash, len(found))
		for i, h := range found {
			hashes[i] = tlog.Hash(h)
		}
		return hashes, err
	})
}

// Of proves that leaf, whose bytes are those of archive.LeafOf, is in the log as
// it was at checkpoint c. It fails when the archive's log is not the
// checkpoint's, and when the leaf came after it.
func Of(ctx context.Context, log Log, leaf archive.Leaf, c archive.Checkpoint) (Proof, error) {
	p := Proof{N: leaf.N, Checkpoint: c, Leaf: archive.LeafOf(leaf.Visit, leaf.Snapshot)}
	if leaf.N >= c.Size {
		return p, fmt.Errorf("proof: leaf %d: is not in the first %d leaves, which the checkpoint is of", leaf.N, c.Size)
	}
	root, err := tlog.TreeHash(c.Size, reader(ctx, log))
	if err != nil {
		return p, fmt.Errorf("proof: %w", err)
	}
	if archive.Hash(root) != c.Root {
		return p, fmt.Errorf("proof: the root of the first %d leaves is %s, that of the checkpoint is %s: it is of another archive, or the archive was rewritten", c.Size, root, c.Root)
	}
	path, err := tlog.ProveRecord(c.Size, leaf.N, reader(ctx, log))
	if err != nil {
		return p, fmt.Errorf("proof: %w", err)
	}
	for _, h := range path {
		p.Path = append(p.Path, archive.Hash(h))
	}
	if err := p.Check(); err != nil {
		return p, fmt.Errorf("%w: %w", archive.ErrCorrupt, err)
	}
	return p, nil
}

// Check says why p does not prove that its leaf is in the log of its checkpoint.
func (p Proof) Check() error {
	path := make(tlog.RecordProof, len(p.Path))
	for i, h := range p.Path {
		path[i] = tlog.Hash(h)
	}
	err := tlog.CheckRecord(path, p.Checkpoint.Size, tlog.Hash(p.Checkpoint.Root), p.N, tlog.Hash(archive.LeafHash(p.Leaf)))
	if err != nil {
		return errors.New("proof: the leaf is not in the log of the checkpoint: one of them, or the way between them, was changed")
	}
	return nil
}

// Append appends p as a text to b.
func (p Proof) Append(b []byte) []byte {
	b = fmt.Appendf(append(b, head...), "index %d\n", p.N)
	for _, h := range p.Path {
		b = append(append(b, h.String()...), '\n')
	}
	b = fmt.Appendf(b, "\n%s\n", p.Checkpoint)
	return append(b, p.Leaf...)
}

// Parse reads what Append wrote.
func Parse(b []byte) (p Proof, err error) {
	rest, ok := bytes.CutPrefix(b, []byte(head))
	if !ok {
		return p, fmt.Errorf("not a proof: must begin with the line %q", strings.TrimSpace(head))
	}
	way, rest, ok := bytes.Cut(rest, []byte("\n\n"))
	checkpoint, leaf, ok2 := bytes.Cut(rest, []byte("\n\n"))
	if !ok || !ok2 {
		return p, errors.New("proof: is cut short: must have a checkpoint and a leaf, each after an empty line")
	}
	index, hashes, _ := strings.Cut(string(way), "\n")
	if _, err := fmt.Sscanf(index+"\n", "index %d\n", &p.N); err != nil {
		return p, fmt.Errorf("proof: %q: must be \"index\" and a number", index)
	}
	for line := range strings.Lines(hashes) {
		h, err := archive.ParseHash(strings.TrimSuffix(line, "\n"))
		if err != nil {
			return p, fmt.Errorf("proof: %w", err)
		}
		p.Path = append(p.Path, h)
	}
	if p.Checkpoint, err = archive.ParseCheckpoint(string(checkpoint) + "\n"); err != nil {
		return p, fmt.Errorf("proof: %w", err)
	}
	if _, ok := archive.ParseLeaf(leaf); !ok {
		return p, errors.New("proof: what follows the checkpoint is not a leaf")
	}
	p.Leaf = leaf
	if !bytes.Equal(p.Append(nil), b) { // a sign before a number, say, which no hash tells
		return p, errors.New("proof: is not written as fangzhi prove writes it: its head was changed")
	}
	return p, nil
}
