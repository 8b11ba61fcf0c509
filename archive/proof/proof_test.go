package proof_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fangzhi/archive"
	"fangzhi/archive/proof"
)

// log keeps the nodes of a tree.
type log map[archive.Node]archive.Hash

func (l log) Nodes(_ context.Context, nodes []archive.Node) (hashes []archive.Hash, err error) {
	for _, n := range nodes {
		h, ok := l[n]
		if !ok {
			return nil, archive.ErrNotFound
		}
		hashes = append(hashes, h)
	}
	return hashes, nil
}

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// logged returns a log of n leaves, and the checkpoints of each size.
func logged(n int64) (log, []archive.Leaf, []archive.Checkpoint) {
	l, tree := log{}, archive.Tree{}
	var leaves []archive.Leaf
	checkpoints := []archive.Checkpoint{{Root: tree.Root(), At: noon}}
	for i := range n {
		leaf := archive.Leaf{N: i, Visit: archive.Visit{Site: "zjg", URL: fmt.Sprintf("https://zjg.example/%d", i), At: noon, Reason: "a\n\nb"}}
		leaf.Hash = archive.LeafHash(archive.LeafOf(leaf.Visit, nil))
		for level, h := range tree.Append(leaf.Hash) {
			l[archive.Node{Level: level, N: i >> level}] = h
		}
		leaves = append(leaves, leaf)
		checkpoints = append(checkpoints, archive.Checkpoint{Size: i + 1, Root: tree.Root(), At: noon})
	}
	return l, leaves, checkpoints
}

func TestProof(t *testing.T) {
	l, leaves, checkpoints := logged(21)
	for _, c := range checkpoints {
		for _, leaf := range leaves {
			p, err := proof.Of(t.Context(), l, leaf, c)
			if leaf.N >= c.Size {
				if err == nil {
					t.Errorf("leaf %d was proved to be in a log of %d", leaf.N, c.Size)
				}
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			text := p.Append(nil)
			back, err := proof.Parse(text)
			if err != nil {
				t.Fatalf("%v in\n%s", err, text)
			}
			if diff := cmp.Diff(p, back); diff != "" {
				t.Errorf("read back (-want +got):\n%s", diff)
			}
			if err := back.Check(); err != nil {
				t.Errorf("leaf %d of %d: %v", leaf.N, c.Size, err)
			}
		}
	}
}

// No byte of a proof can be changed, but for the size and the moment of the
// checkpoint: these are its maker's word, which a checkpoint kept elsewhere has
// to confirm.
func TestProofChanged(t *testing.T) {
	l, leaves, checkpoints := logged(11)
	p, err := proof.Of(t.Context(), l, leaves[5], checkpoints[11])
	if err != nil {
		t.Fatal(err)
	}
	text := p.Append(nil)
	size := strings.Index(string(text), "\n11\n")
	end := size + strings.Index(string(text[size:]), "Z\n\n")
	if size < 0 || end < size {
		t.Fatalf("no checkpoint in\n%s", text)
	}
	root := p.Checkpoint.Root.String()
	for i := range text {
		if i >= size && i <= end && !strings.Contains(string(text[size:i+1]), root[:1]) {
			continue // in the size
		}
		if i > size+len("\n11\n")+len(root) && i <= end {
			continue // in the moment
		}
		changed := append([]byte{}, text...)
		changed[i] ^= 1
		back, err := proof.Parse(changed)
		if err == nil {
			err = back.Check()
		}
		if err == nil {
			t.Errorf("with byte %d changed it still proves:\n%s", i, changed)
		}
	}
	for was, is := range map[string]string{"index 5\n": "index +5\n", "\n11\n": "\n011\n", "12:00:00Z\n": "12:00:00+00:00\nmore\n", "fangzhi proof 1\nindex 5": "fangzhi proof 1\nindex 05"} {
		changed := strings.Replace(string(text), was, is, 1)
		if _, err := proof.Parse([]byte(changed)); err == nil || changed == string(text) {
			t.Errorf("with %q for %q it is read:\n%s", is, was, changed)
		}
	}
	for n := range len(text) {
		if back, err := proof.Parse(text[:n]); err == nil && back.Check() == nil {
			t.Errorf("its first %d bytes prove", n)
		}
	}
}

// A log that is not the checkpoint's proves nothing.
func TestProofOfAnotherLog(t *testing.T) {
	l, leaves, checkpoints := logged(9)
	other := checkpoints[9]
	other.Root[0]++
	if _, err := proof.Of(t.Context(), l, leaves[3], other); err == nil || !strings.Contains(err.Error(), "rewritten") {
		t.Errorf("got %v", err)
	}
	leaves[3].Visit.Reason = "something else"
	if _, err := proof.Of(t.Context(), l, leaves[3], checkpoints[9]); err == nil {
		t.Error("a leaf that is not in the log was proved")
	}
}

func FuzzParse(f *testing.F) {
	l, leaves, checkpoints := logged(5)
	p, err := proof.Of(context.Background(), l, leaves[2], checkpoints[5])
	if err != nil {
		f.Fatal(err)
	}
	f.Add(p.Append(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := proof.Parse(b)
		if err != nil {
			return
		}
		if again, err := proof.Parse(p.Append(nil)); err != nil || cmp.Diff(p, again) != "" {
			t.Errorf("%q reads back otherwise: %v", b, err)
		}
	})
}
