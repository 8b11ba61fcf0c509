package export

import "iter"

// ahead reads seq on another goroutine, some way before the caller: reading the
// archive and writing the export each have a processor then.
// Of what has a weight in bytes it holds little at a time.
func ahead[T any](seq iter.Seq2[T, error], weight func(T) int) iter.Seq2[T, error] {
	type batch struct {
		items []T
		err   error
	}
	return func(yield func(T, error) bool) {
		full := make(chan batch, 2)
		left := make(chan struct{})
		go func() {
			defer close(full)
			var b batch
			size := 0
			for item, err := range seq {
				if err != nil {
					b.err = err
					break
				}
				b.items = append(b.items, item)
				if size += weight(item); len(b.items) == aheadItems || size >= aheadBytes {
					select {
					case full <- b:
					case <-left:
						return
					}
					b, size = batch{}, 0
				}
			}
			select {
			case full <- b:
			case <-left:
			}
		}()
		defer func() {
			close(left)
			for range full { // until the goroutine is done
			}
		}()
		for b := range full {
			for _, item := range b.items {
				if !yield(item, nil) {
					return
				}
			}
			if b.err != nil {
				yield(*new(T), b.err)
				return
			}
		}
	}
}

// How much is handed over at a time.
const (
	aheadItems = 16
	aheadBytes = 4 << 20
)
