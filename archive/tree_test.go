package archive_test

import (
	"fmt"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"fangzhi/archive"
)

// The tree is that of RFC 6962, as the log of the Go checksum database has it.
func TestTree(t *testing.T) {
	var tree archive.Tree
	var stored []tlog.Hash
	nodes := map[archive.Node]archive.Hash{}
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var all []tlog.Hash
		for _, i := range indexes {
			all = append(all, stored[i])
		}
		return all, nil
	})
	for n := range int64(200) {
		root, err := tlog.TreeHash(n, reader)
		if err != nil {
			t.Fatal(err)
		}
		if tree.Size() != n || tree.Root() != archive.Hash(root) {
			t.Fatalf("size %d: root %s of %d leaves, want %s", n, tree.Root(), tree.Size(), tlog.Hash(root))
		}
		var edge []archive.Hash
		for _, node := range archive.Edge(n) {
			edge = append(edge, nodes[node])
		}
		if restored := archive.TreeAt(n, edge); restored.Root() != tree.Root() {
			t.Fatalf("size %d: restored from its edge the root is %s", n, restored.Root())
		}
		leaf := fmt.Appendf(nil, "leaf %d", n)
		hashes, err := tlog.StoredHashes(n, leaf, reader)
		if err != nil {
			t.Fatal(err)
		}
		stored = append(stored, hashes...)
		before := tree.Clone()
		completed := tree.Append(archive.LeafHash(leaf))
		if before.Root() != archive.Hash(root) {
			t.Fatalf("size %d: a clone changed", n)
		}
		if len(completed) != len(hashes) {
			t.Fatalf("leaf %d completed %d nodes, want %d", n, len(completed), len(hashes))
		}
		for level, h := range completed {
			if h != archive.Hash(hashes[level]) {
				t.Errorf("leaf %d: level %d: %s, want %s", n, level, h, hashes[level])
			}
			node := archive.Node{Level: level, N: n >> level}
			if node.Leaf() != n {
				t.Errorf("%v is completed by leaf %d, want %d", node, node.Leaf(), n)
			}
			nodes[node] = h
		}
	}
}

func TestCheckpoint(t *testing.T) {
	c := archive.Checkpoint{Size: 3, Root: archive.LeafHash(nil), At: noon.Truncate(time.Second)}
	want := "fangzhi archive\n3\nbjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=\nat " + noon.Format(time.RFC3339) + "\n"
	if c.String() != want {
		t.Errorf("got %q, want %q", c, want)
	}
	got, err := archive.ParseCheckpoint(want + "\n— a signature\n")
	if err != nil || got != c {
		t.Errorf("got %+v, %v", got, err)
	}
	for _, s := range []string{
		"", "go.sum database tree\n3\nbjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=\nat 2026-03-01T12:00:00Z\n",
		"fangzhi archive\n3\nbjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=\n",
		"fangzhi archive\n3\nbjQLnP+zepicpUTmu3gKLHiQHT+z\nat 2026-03-01T12:00:00Z\n",
		"fangzhi archive\n-3\nbjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=\nat 2026-03-01T12:00:00Z\n",
		"fangzhi archive\n3\nbjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=\nat noon\n",
	} {
		if c, err := archive.ParseCheckpoint(s); err == nil {
			t.Errorf("%q: read as %+v", s, c)
		}
	}
}
