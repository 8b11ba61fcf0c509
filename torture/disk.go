package torture

import (
	"crypto/sha256"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// call is one thing that a process asks of its files, or says on its standard
// error.
type call struct {
	kind   string // write, sync, truncate, open, unlink, rename; say
	path   string
	to     string // of a rename
	data   []byte // of a write; what is said
	at     int64  // of a write; the length after a truncate
	create bool   // open may make the file

	done func(returned int64) // told when the call is over
}

// fate is what becomes of a call; the zero value lets it be.
type fate struct {
	kill  bool          // the process, before the call
	errno syscall.Errno // it fails so, and nothing is done
	short int           // only so many bytes are written
}

// change is what one call does to the disk.
type change struct {
	call
	durable bool // survives the loss of power
}

// disk is what a process's calls made of a folder: the changes in order. What
// power loss leaves of them is decided by the syncs.
//
// The model is that of a journaling file system that promises no more than
// POSIX: a write is durable once its file was synced after it; a file that is
// made, and its name, likewise, or once its folder was; a name that is taken
// away, once its folder was synced.
type disk struct {
	dir     string
	changes []change
}

// apply notes a call that was made.
func (d *disk) apply(c call) {
	switch c.kind {
	case "sync":
		for i := range d.changes {
			x := &d.changes[i]
			switch {
			case c.path == d.dir:
				x.durable = x.durable || x.kind == "open" || x.kind == "unlink" || x.kind == "rename"
			case x.path == c.path: // an earlier file of this name is gone for good, too
				x.durable = true
			}
		}
	case "open":
		if c.create {
			d.changes = append(d.changes, change{call: c})
		}
	case "write", "truncate", "unlink", "rename":
		d.changes = append(d.changes, change{call: c})
	}
}

// pending is how many changes a loss of power may undo.
func (d *disk) pending() (n int) {
	for _, c := range d.changes {
		if !c.durable {
			n++
		}
	}
	return n
}

// files are the contents of the disk by name, of the changes that keep has;
// it may cut a write short.
type files map[string][]byte

func (d *disk) files(keep func(c *change) (n int, all bool)) files {
	f := files{}
	ghost := map[string]bool{} // files whose end was lost: the next of the name is another file
	for i := range d.changes {
		c := &d.changes[i]
		n, all := len(c.data), true
		if !c.durable && keep != nil {
			if n, all = keep(c); !all && n == 0 {
				if c.kind == "unlink" {
					ghost[filepath.Base(c.path)] = true
				}
				continue
			}
		}
		name := filepath.Base(c.path)
		if ghost[name] {
			delete(ghost, name)
			delete(f, name)
		}
		switch c.kind {
		case "open":
			if _, there := f[name]; !there {
				f[name] = []byte{}
			}
		case "write":
			// A file whose making was lost, though its bytes were not, is there.
			b := f[name]
			if end := int(c.at) + n; end > len(b) {
				b = append(b, make([]byte, end-len(b))...)
			}
			copy(b[c.at:], c.data[:n])
			f[name] = b
		case "truncate":
			if b, there := f[name]; there && int(c.at) < len(b) {
				f[name] = b[:c.at:c.at]
			} else if there {
				f[name] = append(b, make([]byte, int(c.at)-len(b))...)
			}
		case "unlink":
			delete(f, name)
		case "rename":
			f[filepath.Base(c.to)] = f[name]
			delete(f, name)
		}
	}
	// The index of the log is shared memory, and made anew after a crash.
	maps.DeleteFunc(f, func(name string, _ []byte) bool { return strings.HasSuffix(name, "-shm") })
	return f
}

const sector = 512

// after are the states in which a crash at this moment can leave the disk: that
// of a process that was killed, and, for the loss of power, nothing of what was
// not synced, all but the first of it, the last alone, and random parts of it,
// writes torn at sectors among them.
func (d *disk) after(random *rand.Rand, parts int) (killed files, lost []files) {
	killed = d.files(nil)
	pending := d.pending()
	if pending == 0 {
		return killed, nil
	}
	nth := func(want func(n int) bool) func(*change) (int, bool) {
		n := 0
		return func(c *change) (int, bool) {
			n++
			if want(n) {
				return len(c.data), true
			}
			return 0, false
		}
	}
	lost = append(lost, d.files(nth(func(int) bool { return false })))
	if pending > 1 {
		lost = append(lost, d.files(nth(func(n int) bool { return n > 1 })), d.files(nth(func(n int) bool { return n == pending })))
	}
	for range parts {
		lost = append(lost, d.files(func(c *change) (int, bool) {
			switch random.IntN(4) {
			case 0:
				return 0, false
			case 1:
				if n := len(c.data) / sector; c.kind == "write" && n > 0 {
					return random.IntN(n) * sector, false
				}
			}
			return len(c.data), true
		}))
	}
	return killed, lost
}

// sum names the contents.
func (f files) sum() [sha256.Size]byte {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(f)) {
		h.Write([]byte(name))
		b := sha256.Sum256(f[name])
		h.Write(b[:])
	}
	return [sha256.Size]byte(h.Sum(nil))
}

// write lays the files into a folder.
func (f files) write(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	for name, b := range f {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// settle folds what is durable at the beginning into whole files, so that a long
// history does not make every state dearer.
func (d *disk) settle() {
	n := 0
	for n < len(d.changes) && d.changes[n].durable {
		n++
	}
	if n < 64 {
		return
	}
	head := disk{dir: d.dir, changes: d.changes[:n]}
	var folded []change
	for name, b := range head.files(nil) {
		path := filepath.Join(d.dir, name)
		folded = append(folded,
			change{call{kind: "open", path: path, create: true}, true},
			change{call{kind: "write", path: path, data: b}, true})
	}
	d.changes = append(folded, d.changes[n:]...)
}
