package diff

import (
	"math/rand/v2"
	"testing"
)

// Whatever the sequences are, what align returns stands in both, in order, and
// close ones are aligned as well as can be.
func TestAlign(t *testing.T) {
	chance := rand.New(rand.NewPCG(1, 2))
	for n := range 3000 {
		a := make([]int, chance.IntN(40))
		for i := range a {
			a[i] = chance.IntN(1 + n%12)
		}
		b := make([]int, chance.IntN(40))
		for i := range b {
			b[i] = chance.IntN(1 + n%12)
		}
		if got, want := shared(t, a, b), longest(a, b); got != want {
			t.Fatalf("%v and %v share %d, aligned are %d", a, b, want, got)
		}
	}
}

// Far apart and long: no time may be lost, and what is alike is still found.
func TestAlignFarApart(t *testing.T) {
	const n = 100_000
	a, b := make([]int, n), make([]int, n)
	for i := range a {
		a[i], b[i] = 2*i, 2*i+1
	}
	a[n/2], b[n/2] = -1, -1
	if got := shared(t, a, b); got != 1 {
		t.Errorf("%d elements aligned, want the one that both have", got)
	}
	for i := range a {
		a[i], b[i] = i%7, i%5 // no element is unique
	}
	shared(t, a, b)
}

// shared is how many elements align aligns; it fails the test where they are
// not the same, or not in order.
func shared(t *testing.T, a, b []int) int {
	t.Helper()
	i, j, total := 0, 0, 0
	for _, r := range align(a, b) {
		if r.n < 1 || r.i < i || r.j < j || r.i+r.n > len(a) || r.j+r.n > len(b) {
			t.Fatalf("run %+v after %d, %d", r, i, j)
		}
		for k := range r.n {
			if a[r.i+k] != b[r.j+k] {
				t.Fatalf("run %+v aligns %d with %d", r, a[r.i+k], b[r.j+k])
			}
		}
		i, j, total = r.i+r.n, r.j+r.n, total+r.n
	}
	return total
}

// longest is the length of the longest common subsequence, by the book.
func longest(a, b []int) int {
	row := make([]int, len(b)+1)
	for i := range a {
		corner := 0
		for j := range b {
			above := row[j+1]
			if a[i] == b[j] {
				row[j+1] = corner + 1
			} else {
				row[j+1] = max(above, row[j])
			}
			corner = above
		}
	}
	return row[len(b)]
}
