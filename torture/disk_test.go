package torture

import (
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// shown is a disk's files as text.
func shown(f files) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(f)) {
		parts = append(parts, name+"="+string(f[name]))
	}
	return strings.Join(parts, " ")
}

// What a crash leaves is decided by the syncs alone: whoever leaves one out is
// found out here.
func TestDisk(t *testing.T) {
	open := func(name string) call { return call{kind: "open", path: "/d/" + name, create: true} }
	write := func(name string, at int64, s string) call {
		return call{kind: "write", path: "/d/" + name, at: at, data: []byte(s)}
	}
	sync := func(path string) call { return call{kind: "sync", path: filepath.Join("/d", path)} }
	unlink := func(name string) call { return call{kind: "unlink", path: "/d/" + name} }
	for _, c := range []struct {
		name   string
		calls  []call
		killed string
		none   string // where of what is not synced nothing is left
	}{
		{"not synced", []call{open("a"), write("a", 0, "xy")}, "a=xy", ""},
		{"synced", []call{open("a"), write("a", 0, "xy"), sync("a")}, "a=xy", "a=xy"},
		{"written again", []call{open("a"), write("a", 0, "xy"), sync("a"), write("a", 1, "zz")}, "a=xzz", "a=xy"},
		{"another file's sync", []call{open("a"), write("a", 0, "x"), open("b"), sync("b")}, "a=x b=", "b="},
		{"the folder's sync", []call{open("a"), write("a", 0, "x"), sync("")}, "a=x", "a="},
		{"taken away", []call{open("a"), write("a", 0, "x"), sync("a"), unlink("a")}, "", "a=x"},
		{"taken away for good", []call{open("a"), write("a", 0, "x"), sync("a"), unlink("a"), sync("")}, "", ""},
		{"taken away and made anew", []call{open("a"), write("a", 0, "xxx"), sync("a"), unlink("a"), open("a"), write("a", 0, "y"), sync("a")}, "a=y", "a=y"},
		{"cut", []call{open("a"), write("a", 0, "xyz"), sync("a"), {kind: "truncate", path: "/d/a", at: 1}}, "a=x", "a=xyz"},
		{"renamed", []call{open("a"), write("a", 0, "x"), sync("a"), {kind: "rename", path: "/d/a", to: "/d/b"}}, "b=x", "a=x"},
		{"shared memory", []call{open("a-shm"), write("a-shm", 0, "x"), sync("a-shm")}, "", ""},
	} {
		d := &disk{dir: "/d"}
		for _, x := range c.calls {
			d.apply(x)
		}
		killed, lost := d.after(rand.New(rand.NewPCG(1, 1)), 3)
		if got := shown(killed); got != c.killed {
			t.Errorf("%s: a kill leaves %q, want %q", c.name, got, c.killed)
		}
		none := killed
		if len(lost) > 0 {
			none = lost[0]
		}
		if got := shown(none); got != c.none {
			t.Errorf("%s: a loss of power leaves %q, want %q", c.name, got, c.none)
		}
		before := shown(d.files(nil))
		for range 100 { // folding what is durable changes nothing
			d.apply(write("log", 0, "x"))
			d.apply(sync("log"))
		}
		d.settle()
		if got := shown(d.files(nil)); got != strings.TrimSpace(before+" log=x") && before != "" {
			t.Errorf("%s: after folding %q, before %q", c.name, got, before)
		}
	}
}

// A visit that was reported and is not held is counted as lost, one by one.
func TestReports(t *testing.T) {
	r := reports{}
	r.hear([]byte(`{"msg":"visit","url":"http://a/"}` + "\n" + `{"msg":"wait","url":"http://b/"}` + "\nnot JSON\n" + `{"msg":"visit","url":"http://a/"}` + "\n" + `{"msg":"visit","url":"http://c/"}`))
	if r.total() != 2 || r["http://a/"] != 2 {
		t.Errorf("heard %v; a line that was cut off is no report", r)
	}
}
