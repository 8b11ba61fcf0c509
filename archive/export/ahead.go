package export

import (
	"iter"
	"runtime"
	"sync"
)

// batch is what one goroutine hands another at a time.
type batch[T any] struct {
	items []T
	err   error // after items
}

// How much a batch has at most, and how many of them wait. Of what has a weight
// in bytes little is held at a time.
const (
	batchItems = 16
	batchBytes = 1 << 20
	batches    = 6
)

// fill reads seq to its end into full, which it closes, until left is closed.
func fill[T any](seq iter.Seq2[T, error], weight func(T) int, full chan<- batch[T], left <-chan struct{}) {
	defer close(full)
	var b batch[T]
	size := 0
	for item, err := range seq {
		if err != nil {
			b.err = err
			break
		}
		b.items = append(b.items, item)
		if size += weight(item); len(b.items) == batchItems || size >= batchBytes {
			select {
			case full <- b:
			case <-left:
				return
			}
			b, size = batch[T]{}, 0
		}
	}
	if len(b.items) > 0 || b.err != nil {
		select {
		case full <- b:
		case <-left:
		}
	}
}

// drain yields what fill wrote; more is false when that ended with an error or
// the caller wants no more.
func drain[T any](full <-chan batch[T], yield func(T, error) bool) (more bool) {
	for b := range full {
		for _, item := range b.items {
			if !yield(item, nil) {
				return false
			}
		}
		if b.err != nil {
			yield(*new(T), b.err)
			return false
		}
	}
	return true
}

// ahead reads seq on another goroutine, some way before the caller: reading the
// archive and writing the export each have a processor then.
func ahead[T any](seq iter.Seq2[T, error], weight func(T) int) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		full := make(chan batch[T], 2)
		left := make(chan struct{})
		var reading sync.WaitGroup
		defer reading.Wait()
		defer close(left)
		reading.Go(func() { fill(seq, weight, full, left) })
		drain(full, yield)
	}
}

// side is how many parts are read side by side at most, beside the one that the
// caller is at: each holds a connection, and some of the archive in memory.
var side = min(runtime.GOMAXPROCS(0), 4)

// inOrder yields the items of each part, one part after the other, and reads some
// parts ahead, each on a goroutine of its own. An error ends it where it stands
// in that order.
func inOrder[P, T any](parts iter.Seq2[P, error], items func(P) iter.Seq2[T, error], weight func(T) int) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		rows := make(chan chan batch[T], side)
		left := make(chan struct{})
		var reading sync.WaitGroup
		defer reading.Wait()
		defer close(left)
		reading.Go(func() {
			defer close(rows)
			for part, err := range parts {
				full := make(chan batch[T], batches)
				select {
				case rows <- full:
				case <-left:
					return
				}
				if err != nil {
					full <- batch[T]{err: err}
					close(full)
					return
				}
				reading.Go(func() { fill(items(part), weight, full, left) })
			}
		})
		for full := range rows {
			if !drain(full, yield) {
				return
			}
		}
	}
}
