package export

import (
	"bufio"
	"crypto/sha256"
	"encoding"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// File is one file of an export.
type File struct {
	Path   string `json:"path"` // relative, with slashes
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"` // 64 hexadecimal digits
}

// stage is the folder beside its target in which an export is made: whatever is
// to stand in the end is in out, whatever is only needed on the way in work.
// Nothing stands at the target before all of it is on the disk.
type stage struct {
	dir   string
	root  string // of the export's files, below out: "" or "data/" in a bag
	files []File // of out, closed
	last  string // folder that writeLater wrote to
	lock  *os.File
}

const (
	outFolder  = "out"
	workFolder = "work"

	replacedFolder = "replaced" // what stood at the target before
)

// stageOf is where an export to target is made.
func stageOf(target string) string {
	return filepath.Join(filepath.Dir(target), "."+filepath.Base(target)+".partial")
}

// errHeld is why a file cannot be locked that another process has locked.
var errHeld = errors.New("another process holds it")

// openStage makes the stage of target, or opens the one that an interrupted
// export left. One process at a time holds it.
func openStage(target string) (*stage, error) {
	s := &stage{dir: stageOf(target)}
	if err := os.Mkdir(s.dir, 0o777); err != nil && !errors.Is(err, os.ErrExist) {
		return nil, failure(target, err)
	}
	var err error
	if s.lock, err = lockFile(filepath.Join(s.dir, "lock")); err != nil {
		return nil, fmt.Errorf("write %q: another export to it is under way (%w)", target, err)
	}
	if err := s.putBack(target); err != nil {
		s.release()
		return nil, err
	}
	// Not out: where there is none, the export stands at its place already.
	if err := os.MkdirAll(filepath.Join(s.dir, workFolder), 0o777); err != nil {
		s.release()
		return nil, failure(target, err)
	}
	return s, nil
}

// clear takes away what an interrupted export left.
func (s *stage) clear() error {
	s.files = nil
	for _, folder := range []string{outFolder, workFolder} {
		if err := os.RemoveAll(filepath.Join(s.dir, folder)); err != nil {
			return err
		}
		if err := os.Mkdir(filepath.Join(s.dir, folder), 0o777); err != nil {
			return err
		}
	}
	return nil
}

func (s *stage) release() { s.lock.Close() }

// remove takes the whole stage away, last of all what says how it ended.
func (s *stage) remove() error {
	defer s.release()
	for _, folder := range []string{outFolder, replacedFolder} {
		if err := os.RemoveAll(filepath.Join(s.dir, folder)); err != nil {
			return err
		}
	}
	entries, err := os.ReadDir(s.work(""))
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Name() != endingName {
			if err := os.Remove(s.work(e.Name())); err != nil {
				return err
			}
		}
	}
	return os.RemoveAll(s.dir)
}

// out is the path of a file of the export, work that of one on the way.
func (s *stage) out(name string) string {
	return filepath.Join(s.dir, outFolder, filepath.FromSlash(s.root+name))
}

func (s *stage) work(name string) string { return filepath.Join(s.dir, workFolder, name) }

// staged is a file in the making. It is hashed as it is written.
type staged struct {
	name  string // in out; "" for one in work
	stage *stage
	f     *os.File
	buf   *bufio.Writer
	sum   hash.Hash
	size  int64
	sent  int64 // up to where the system was asked to begin with the disk
}

// sendBytes is how much of a file waits before the system is asked to begin writing
// it to the disk: a checkpoint would wait for all of it at once.
const sendBytes = 8 << 20

// create makes a file of the export.
func (s *stage) create(name string) (*staged, error) {
	if strings.Contains(s.root+name, "/") {
		if err := os.MkdirAll(filepath.Dir(s.out(name)), 0o777); err != nil {
			return nil, err
		}
	}
	return s.start(name, s.out(name))
}

// scratch makes a file that is needed on the way.
func (s *stage) scratch(name string) (*staged, error) { return s.start("", s.work(name)) }

func (s *stage) start(name, path string) (*staged, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	return &staged{name: name, stage: s, f: f, buf: bufio.NewWriterSize(f, 1<<16), sum: sha256.New()}, nil
}

func (f *staged) Write(p []byte) (int, error) {
	n, err := f.buf.Write(p)
	f.sum.Write(p[:n])
	f.size += int64(n)
	if written := f.size - int64(f.buf.Buffered()); written-f.sent >= sendBytes {
		startSync(f.f, f.sent, written-f.sent)
		f.sent = written
	}
	return n, err
}

// sync makes what was written durable.
func (f *staged) sync() error { return errors.Join(f.buf.Flush(), f.f.Sync()) }

// Close makes the file durable and counts it among those of the export.
func (f *staged) Close() error {
	if err := errors.Join(f.sync(), f.f.Close()); err != nil {
		return err
	}
	f.count()
	return nil
}

// writeLater makes a small file of the export without waiting for the disk: the
// caller syncs the whole folder in the end.
func (s *stage) writeLater(name string, text []byte) error {
	path := s.out(name)
	if folder := filepath.Dir(path); folder != s.last {
		if err := os.MkdirAll(folder, 0o777); err != nil {
			return err
		}
		s.last = folder
	}
	sum := sha256.Sum256(text)
	s.files = append(s.files, File{Path: name, Bytes: int64(len(text)), SHA256: hex.EncodeToString(sum[:])})
	return os.WriteFile(path, text, 0o666)
}

func (f *staged) count() {
	if f.name != "" {
		f.stage.files = append(f.stage.files, f.file())
	}
}

func (f *staged) file() File {
	return File{Path: f.name, Bytes: f.size, SHA256: hex.EncodeToString(f.sum.Sum(nil))}
}

// abandon closes a file that is of no use any more.
func (f *staged) abandon() { f.f.Close() }

// openFile is how far a file had come at a checkpoint.
type openFile struct {
	Name string `json:"name"`
	Size int64  `json:"size"`
	Sum  []byte `json:"sum"` // state of the hash
}

// state is what reopen needs to go on with f.
func (f *staged) state() (openFile, error) {
	sum, err := f.sum.(encoding.BinaryMarshaler).MarshalBinary()
	return openFile{Name: f.name, Size: f.size, Sum: sum}, err
}

// reopen goes on with a file of the export where o says that it was.
func (s *stage) reopen(o openFile) (*staged, error) {
	f, err := os.OpenFile(s.out(o.Name), os.O_WRONLY, 0)
	if err != nil {
		return nil, err
	}
	g := &staged{name: o.Name, stage: s, f: f, buf: bufio.NewWriterSize(f, 1<<16), sum: sha256.New(), size: o.Size, sent: o.Size}
	info, err := f.Stat()
	if err == nil && info.Size() < o.Size {
		err = fmt.Errorf("%s: is shorter than it was", o.Name)
	}
	if err == nil {
		err = g.sum.(encoding.BinaryUnmarshaler).UnmarshalBinary(o.Sum)
	}
	if err == nil {
		err = f.Truncate(o.Size)
	}
	if err == nil {
		_, err = f.Seek(o.Size, io.SeekStart)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return g, nil
}

// list is the files of the export by path.
func (s *stage) list() []File {
	slices.SortFunc(s.files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	return s.files
}
