package intake

import (
	"bufio"
	"cmp"
	"container/heap"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"iter"
	"os"
	"slices"
	"sort"
	"sync"
)

// row says where a record stands that a key leads to. Rows are sorted by key,
// time and the order in which they were noted.
type row struct {
	key  uint64
	at   int64 // milliseconds
	seq  uint64
	off  int64
	file uint32
	kind uint32
}

const rowSize = 40

func (r row) append(b []byte) []byte {
	b = binary.BigEndian.AppendUint64(b, r.key)
	b = binary.BigEndian.AppendUint64(b, uint64(r.at))
	b = binary.BigEndian.AppendUint64(b, r.seq)
	b = binary.BigEndian.AppendUint64(b, uint64(r.off))
	b = binary.BigEndian.AppendUint32(b, r.file)
	return binary.BigEndian.AppendUint32(b, r.kind)
}

func rowOf(b []byte) row {
	return row{
		key: binary.BigEndian.Uint64(b), at: int64(binary.BigEndian.Uint64(b[8:])), seq: binary.BigEndian.Uint64(b[16:]),
		off: int64(binary.BigEndian.Uint64(b[24:])), file: binary.BigEndian.Uint32(b[32:]), kind: binary.BigEndian.Uint32(b[36:]),
	}
}

func compareRows(a, b row) int {
	return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.at, b.at), cmp.Compare(a.seq, b.seq))
}

// rowsAtOnce is how many rows are sorted in memory: 20 MB of them.
const rowsAtOnce = 1 << 19

// table is rows in a file, of any number.
type table struct {
	dir  string
	seed maphash.Seed
	rows []row
	runs []*os.File // sorted rows
	seq  uint64

	sorted *os.File
	n      int64

	mu     sync.Mutex
	probed map[int64]row // rows that searches began with, by their number
}

func newTable(dir string) *table { return &table{dir: dir, seed: maphash.MakeSeed()} }

// key is that of a text of a kind; 0 is no text's.
func (t *table) key(kind byte, text string) uint64 {
	return max(1, maphash.String(t.seed, string(kind)+text))
}

func (t *table) add(r row) error {
	if t.rows == nil { // at once, so that growing leaves nothing behind; what is not used costs no memory
		t.rows = make([]row, 0, rowsAtOnce)
	}
	r.seq = t.seq
	t.seq++
	if t.rows = append(t.rows, r); len(t.rows) < rowsAtOnce {
		return nil
	}
	return t.spill()
}

func (t *table) spill() error {
	slices.SortFunc(t.rows, compareRows)
	f, err := os.CreateTemp(t.dir, "rows")
	if err != nil {
		return err
	}
	t.runs = append(t.runs, f)
	w := bufio.NewWriterSize(f, 1<<20)
	var b []byte
	for _, r := range t.rows {
		b = r.append(b[:0])
		if _, err := w.Write(b); err != nil {
			return err
		}
	}
	t.rows = t.rows[:0]
	return w.Flush()
}

// sort makes the table ready to be read.
func (t *table) sort() error {
	if err := t.spill(); err != nil {
		return err
	}
	t.rows = nil
	t.n = int64(t.seq)
	if len(t.runs) == 1 {
		t.sorted = t.runs[0]
		return nil
	}
	f, err := os.CreateTemp(t.dir, "sorted")
	if err != nil {
		return err
	}
	t.sorted = f
	h := make(merging, 0, len(t.runs))
	for _, run := range t.runs {
		if _, err := run.Seek(0, io.SeekStart); err != nil {
			return err
		}
		m := &mergeRun{in: bufio.NewReaderSize(run, 256<<10)}
		if ok, err := m.next(); err != nil {
			return err
		} else if ok {
			h = append(h, m)
		}
	}
	heap.Init(&h)
	w := bufio.NewWriterSize(f, 1<<20)
	var b []byte
	for len(h) > 0 {
		b = h[0].row.append(b[:0])
		if _, err := w.Write(b); err != nil {
			return err
		}
		ok, err := h[0].next()
		if err != nil {
			return err
		}
		if ok {
			heap.Fix(&h, 0)
		} else {
			heap.Pop(&h)
		}
	}
	for _, run := range t.runs {
		run.Close()
		os.Remove(run.Name())
	}
	t.runs = nil
	return w.Flush()
}

// from yields the rows of a key from the time at on, in their order.
func (t *table) from(key uint64, at int64) iter.Seq2[row, error] {
	return func(yield func(row, error) bool) {
		i, err := t.find(row{key: key, at: at})
		if err != nil {
			yield(row{}, err)
			return
		}
		in := bufio.NewReaderSize(io.NewSectionReader(t.sorted, i*rowSize, (t.n-i)*rowSize), min(64<<10, rowSize*64))
		var b [rowSize]byte
		for ; i < t.n; i++ {
			if _, err := io.ReadFull(in, b[:]); err != nil {
				yield(row{}, fmt.Errorf("read the index of records: %w", err))
				return
			}
			r := rowOf(b[:])
			if r.key != key || !yield(r, nil) {
				return
			}
		}
	}
}

// of yields all rows of a key.
func (t *table) of(key uint64) iter.Seq2[row, error] { return t.from(key, -1<<62) }

// find is the number of the first row that is not before r.
func (t *table) find(r row) (int64, error) {
	low, high := int64(0), t.n
	for high-low > rowsOfRead {
		mid := (low + high) / 2
		at, err := t.probe(mid)
		if err != nil {
			return 0, err
		}
		if compareRows(at, r) < 0 {
			low = mid + 1
		} else {
			high = mid
		}
	}
	var b [rowsOfRead * rowSize]byte
	rows := b[:(high-low)*rowSize]
	if _, err := t.sorted.ReadAt(rows, low*rowSize); err != nil {
		return 0, fmt.Errorf("read the index of records: %w", err)
	}
	before := sort.Search(int(high-low), func(i int) bool { return compareRows(rowOf(rows[i*rowSize:]), r) >= 0 })
	return low + int64(before), nil
}

const (
	// rowsOfRead is how many rows the end of a search reads at once.
	rowsOfRead = 64
	// maxProbed is how many rows are remembered with which searches begin: those
	// that halve all rows, their halves, and so on.
	maxProbed = 1 << 15
)

// probe is row i, with which a search begins.
func (t *table) probe(i int64) (row, error) {
	t.mu.Lock()
	r, known := t.probed[i]
	t.mu.Unlock()
	if known {
		return r, nil
	}
	var b [rowSize]byte
	if _, err := t.sorted.ReadAt(b[:], i*rowSize); err != nil {
		return r, fmt.Errorf("read the index of records: %w", err)
	}
	r = rowOf(b[:])
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.probed) < maxProbed {
		if t.probed == nil {
			t.probed = map[int64]row{}
		}
		t.probed[i] = r
	}
	return r, nil
}

func (t *table) close() {
	for _, f := range append(t.runs, t.sorted) {
		if f != nil {
			f.Close()
		}
	}
}

// merging is sorted runs, the one with the first row first.
type merging []*mergeRun

type mergeRun struct {
	in  *bufio.Reader
	row row
}

func (m *mergeRun) next() (bool, error) {
	var b [rowSize]byte
	_, err := io.ReadFull(m.in, b[:])
	if errors.Is(err, io.EOF) {
		return false, nil
	}
	m.row = rowOf(b[:])
	return err == nil, err
}

func (m merging) Len() int           { return len(m) }
func (m merging) Less(i, j int) bool { return compareRows(m[i].row, m[j].row) < 0 }
func (m merging) Swap(i, j int)      { m[i], m[j] = m[j], m[i] }
func (m *merging) Push(x any)        { *m = append(*m, x.(*mergeRun)) }
func (m *merging) Pop() any {
	last := (*m)[len(*m)-1]
	*m = (*m)[:len(*m)-1]
	return last
}
