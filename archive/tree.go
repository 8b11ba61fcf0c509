package archive

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Hash is a hash of the log's tree: SHA-256 as RFC 6962, section 2.1, has it.
type Hash [sha256.Size]byte

// String is h in base64, as checkpoints write it.
func (h Hash) String() string { return base64.StdEncoding.EncodeToString(h[:]) }

// LeafHash returns the hash of a leaf's bytes.
func LeafHash(leaf []byte) (sum Hash) {
	h := sha256.New()
	h.Write([]byte{0})
	h.Write(leaf)
	h.Sum(sum[:0])
	return sum
}

func nodeHash(left, right Hash) Hash {
	var b [1 + 2*sha256.Size]byte
	b[0] = 1
	copy(b[1:], left[:])
	copy(b[1+sha256.Size:], right[:])
	return sha256.Sum256(b[:])
}

// Node names a node of the tree that will never change: level 0 holds the
// leaves, and node n of a level stands over nodes 2n and 2n+1 of the one below.
type Node struct {
	Level int
	N     int64
}

// Leaf is the number of the leaf that completed the node. A store keeps the
// node there: it is the one at place Level of those that Tree.Append returned.
func (n Node) Leaf() int64 { return (n.N+1)<<n.Level - 1 }

// Tree is the right edge of the log's tree: all that is needed to go on with
// it. The zero value is the empty tree.
type Tree struct {
	size int64
	edge []Hash // one for each bit of size that is set, the highest first
}

// Edge names the nodes that a tree of so many leaves is restored from.
func Edge(size int64) (nodes []Node) {
	for level := bits.Len64(uint64(size)) - 1; level >= 0; level-- {
		if size>>level&1 == 1 {
			nodes = append(nodes, Node{level, size>>level - 1})
		}
	}
	return nodes
}

// TreeAt restores the tree of size leaves from the nodes that Edge names.
func TreeAt(size int64, edge []Hash) Tree { return Tree{size, edge} }

// Size is the number of leaves.
func (t *Tree) Size() int64 { return t.size }

// Clone returns a tree of its own.
func (t *Tree) Clone() Tree { return Tree{t.size, slices.Clone(t.edge)} }

// Append adds a leaf and returns the nodes that it completes, the leaf first.
func (t *Tree) Append(leaf Hash) (completed []Hash) {
	completed = append(completed, leaf)
	for n := t.size; n&1 == 1; n >>= 1 {
		leaf = nodeHash(t.edge[len(t.edge)-1], leaf)
		t.edge = t.edge[:len(t.edge)-1]
		completed = append(completed, leaf)
	}
	t.edge = append(t.edge, leaf)
	t.size++
	return completed
}

// Root returns the hash of the whole tree.
func (t *Tree) Root() Hash {
	if t.size == 0 {
		return sha256.Sum256(nil)
	}
	root := t.edge[len(t.edge)-1]
	for i := len(t.edge) - 2; i >= 0; i-- {
		root = nodeHash(t.edge[i], root)
	}
	return root
}

// Checkpoint says what the log was at a moment. Whoever holds one can tell
// whether anything that was sealed before it has been changed since.
type Checkpoint struct {
	Size int64
	Root Hash
	At   time.Time // when it was made, UTC, whole seconds
}

// Of says whether c is one of the log with that right edge, as Edge(c.Size) names it.
func (c Checkpoint) Of(edge []Hash) bool {
	t := TreeAt(c.Size, edge)
	return c.Size == 0 || t.Root() == c.Root
}

// Stray is the error of a log of which its last checkpoint, c, is none.
func (c Checkpoint) Stray() error {
	return fmt.Errorf("the last checkpoint, of %d entries, is none of the log, so no other is made; fangzhi verify tells more: %w", c.Size, ErrCorrupt)
}

// checkpointHead is the first line of a checkpoint.
const checkpointHead = "fangzhi archive"

// String is c as it is written to a file: the head, the size, the root, the
// time, a line each (https://c2sp.org/tlog-checkpoint, without a signature).
func (c Checkpoint) String() string {
	return fmt.Sprintf("%s\n%d\n%s\nat %s\n", checkpointHead, c.Size, c.Root, c.At.UTC().Format(time.RFC3339))
}

// ParseCheckpoint reads what String wrote. What follows the fourth line is not
// looked at: a signature may.
func ParseCheckpoint(text string) (c Checkpoint, err error) {
	lines := strings.SplitN(text, "\n", 5)
	if len(lines) < 5 || lines[0] != checkpointHead {
		return c, fmt.Errorf("not a checkpoint: must be the line %q, a size, a root and a time, a line each", checkpointHead)
	}
	if c.Size, err = strconv.ParseInt(lines[1], 10, 64); err != nil || c.Size < 0 {
		return c, fmt.Errorf("checkpoint: %q: must be the number of leaves", lines[1])
	}
	if c.Root, err = ParseHash(lines[2]); err != nil {
		return c, fmt.Errorf("checkpoint: root: %w", err)
	}
	at, ok := strings.CutPrefix(lines[3], "at ")
	if c.At, err = time.Parse(time.RFC3339, at); err != nil || !ok {
		return c, fmt.Errorf("checkpoint: %q: must be \"at\" and a time like %s", lines[3], time.RFC3339)
	}
	return c, nil
}

// ParseHash reads what Hash.String wrote.
func ParseHash(text string) (h Hash, err error) {
	b, err := base64.StdEncoding.Strict().DecodeString(text)
	if err == nil && len(b) != len(h) {
		err = errors.New("wrong length")
	}
	if err != nil {
		return h, fmt.Errorf("%q: must be %d bytes in base64: %w", text, len(h), err)
	}
	return Hash(b), nil
}
