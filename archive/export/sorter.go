package export

import (
	"bufio"
	"bytes"
	"container/heap"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
)

// sorterMemory is about how many bytes a sorter holds before it writes them out.
const sorterMemory = 16 << 20

// sorter sorts items bytewise, however many: what does not fit into memory goes
// through files in a folder.
type sorter struct {
	dir, name string
	items     [][]byte
	size      int
	runs      []string // files of sorted items, below dir
}

func (s *sorter) add(item []byte) error {
	s.items = append(s.items, bytes.Clone(item))
	s.size += len(item) + 24
	if s.size >= sorterMemory {
		return s.spill()
	}
	return nil
}

// spill writes what is in memory out, durably.
func (s *sorter) spill() error {
	if len(s.items) == 0 {
		return nil
	}
	slices.SortFunc(s.items, bytes.Compare)
	name := fmt.Sprintf("%s-%05d.run", s.name, len(s.runs))
	f, err := os.Create(filepath.Join(s.dir, name))
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<16)
	var length [binary.MaxVarintLen64]byte
	for _, item := range s.items {
		w.Write(length[:binary.PutUvarint(length[:], uint64(len(item)))])
		w.Write(item)
	}
	if err := errors.Join(w.Flush(), f.Sync(), f.Close()); err != nil {
		return err
	}
	s.runs = append(s.runs, name)
	s.items, s.size = nil, 0
	return nil
}

// sorted yields the items in order, equal ones as often as they were added. An
// item is the caller's until the next one.
func (s *sorter) sorted() iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		slices.SortFunc(s.items, bytes.Compare)
		var h runHeap
		defer func() {
			for _, r := range h {
				r.close()
			}
		}()
		add := func(r *sortedRun) error {
			ok, err := r.advance()
			if ok {
				h = append(h, r)
			} else {
				r.close()
			}
			return err
		}
		err := add(&sortedRun{items: s.items, close: func() error { return nil }})
		for _, name := range s.runs {
			if err != nil {
				break
			}
			var f *os.File
			if f, err = os.Open(filepath.Join(s.dir, name)); err == nil {
				err = add(&sortedRun{r: bufio.NewReaderSize(f, 1<<16), close: f.Close})
			}
		}
		heap.Init(&h)
		for err == nil && len(h) > 0 {
			if !yield(h[0].item, nil) {
				return
			}
			var ok bool
			if ok, err = h[0].advance(); ok {
				heap.Fix(&h, 0)
			} else {
				heap.Pop(&h).(*sortedRun).close()
			}
		}
		if err != nil {
			yield(nil, err)
		}
	}
}

// sortedRun is a row of sorted items, in a file or in memory.
type sortedRun struct {
	r     *bufio.Reader
	items [][]byte
	item  []byte
	close func() error
}

func (r *sortedRun) advance() (bool, error) {
	if r.r == nil {
		if len(r.items) == 0 {
			return false, nil
		}
		r.item, r.items = r.items[0], r.items[1:]
		return true, nil
	}
	n, err := binary.ReadUvarint(r.r)
	if err == io.EOF {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	r.item = slices.Grow(r.item[:0], int(n))[:n]
	_, err = io.ReadFull(r.r, r.item)
	return err == nil, err
}

// runHeap has the run with the lowest item first.
type runHeap []*sortedRun

func (h runHeap) Len() int           { return len(h) }
func (h runHeap) Less(i, j int) bool { return bytes.Compare(h[i].item, h[j].item) < 0 }
func (h runHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *runHeap) Push(x any)        { *h = append(*h, x.(*sortedRun)) }
func (h *runHeap) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}
