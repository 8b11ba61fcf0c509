package diff

import "slices"

// run is a stretch of two sequences: a[i:i+n] and b[j:j+n] are the same.
type run struct{ i, j, n int }

// align returns what a and b share, in order: the longest common subsequence
// where the two differ in at most maxEdits places, else what lies between the
// elements that each has once. It takes the same steps on every machine.
func align(a, b []int) []run {
	var runs []run
	alignAt(a, b, 0, 0, &runs)
	return runs
}

// maxEdits bounds the search for the longest common subsequence, which takes
// time and memory by its square.
const maxEdits = 800

func alignAt(a, b []int, i, j int, runs *[]run) {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	addRun(runs, run{i, j, n})
	a, b, i, j = a[n:], b[n:], i+n, j+n
	tail := 0
	for tail < len(a) && tail < len(b) && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	x, y := a[:len(a)-tail], b[:len(b)-tail]
	if len(x) > 0 && len(y) > 0 {
		if found, ok := shortest(x, y); ok {
			for _, r := range found {
				addRun(runs, run{i + r.i, j + r.j, r.n})
			}
		} else {
			alignUnique(x, y, i, j, runs)
		}
	}
	addRun(runs, run{i + len(x), j + len(y), tail})
}

func addRun(runs *[]run, r run) {
	if r.n == 0 {
		return
	}
	if k := len(*runs) - 1; k >= 0 {
		if last := &(*runs)[k]; last.i+last.n == r.i && last.j+last.n == r.j {
			last.n += r.n
			return
		}
	}
	*runs = append(*runs, r)
}

// shortest finds the shortest way from a to b (Myers, An O(ND) Difference
// Algorithm, 1986); ok is false where it is longer than maxEdits.
func shortest(a, b []int) (runs []run, ok bool) {
	most := min(len(a)+len(b), maxEdits)
	v := make([]int, 2*most+3) // the farthest x on each diagonal, from -most-1 on
	at := func(k int) *int { return &v[k+most+1] }
	var trace [][]int
	for d := 0; d <= most; d++ {
		for k := -d; k <= d; k += 2 {
			x := 0
			if d > 0 {
				if k == -d || k != d && *at(k - 1) < *at(k + 1) {
					x = *at(k + 1)
				} else {
					x = *at(k - 1) + 1
				}
			}
			for x < len(a) && x-k < len(b) && a[x] == b[x-k] {
				x++
			}
			*at(k) = x
			if x >= len(a) && x-k >= len(b) {
				return walkBack(trace, len(a), len(b)), true
			}
		}
		trace = append(trace, slices.Clone(v[most+1-d:most+2+d]))
	}
	return nil, false
}

// walkBack reads the way off the trace: of each d the farthest x on the
// diagonals -d to d.
func walkBack(trace [][]int, x, y int) []run {
	var runs []run
	for d := len(trace); d > 0; d-- {
		before := trace[d-1]
		at := func(k int) int {
			if k < -(d-1) || k > d-1 {
				return -1
			}
			return before[k+d-1]
		}
		k := x - y
		from := k - 1
		if k == -d || k != d && at(k-1) < at(k+1) {
			from = k + 1
		}
		px := at(from)
		py := px - from
		sx := px // where the snake begins
		if from == k-1 {
			sx++
		}
		if n := x - sx; n > 0 {
			runs = append(runs, run{sx, sx - k, n})
		}
		x, y = px, py
	}
	if x > 0 {
		runs = append(runs, run{0, 0, x})
	}
	slices.Reverse(runs)
	return runs
}

// alignUnique aligns by the elements that each sequence has once, as far as
// they stand in the same order in both (Cohen's patience), and goes on between
// them.
func alignUnique(a, b []int, i, j int, runs *[]run) {
	type place struct{ inA, inB, a, b int }
	places := map[int]*place{}
	for n, e := range a {
		p := places[e]
		if p == nil {
			p = &place{}
			places[e] = p
		}
		p.inA++
		p.a = n
	}
	for n, e := range b {
		if p := places[e]; p != nil {
			p.inB++
			p.b = n
		}
	}
	var anchors []run
	for n, e := range a {
		if p := places[e]; p.inA == 1 && p.inB == 1 {
			anchors = append(anchors, run{n, p.b, 1})
		}
	}
	anchors = rising(anchors)
	if len(anchors) == 0 {
		return
	}
	x, y := 0, 0
	for _, r := range append(anchors, run{len(a), len(b), 0}) {
		alignAt(a[x:r.i], b[y:r.j], i+x, j+y, runs)
		addRun(runs, run{i + r.i, j + r.j, r.n})
		x, y = r.i+r.n, r.j+r.n
	}
}

// rising returns the longest part of runs, which ascend by i, that ascends by j
// too.
func rising(runs []run) []run {
	var piles []int // the run on top of each pile
	before := make([]int, len(runs))
	for n, r := range runs {
		k, _ := slices.BinarySearchFunc(piles, r.j, func(top, j int) int { return runs[top].j - j })
		before[n] = -1
		if k > 0 {
			before[n] = piles[k-1]
		}
		if k == len(piles) {
			piles = append(piles, n)
		} else {
			piles[k] = n
		}
	}
	if len(piles) == 0 {
		return nil
	}
	out := make([]run, len(piles))
	for n, k := piles[len(piles)-1], len(piles)-1; n >= 0; n, k = before[n], k-1 {
		out[k] = runs[n]
	}
	return out
}
