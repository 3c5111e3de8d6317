package mrzread

import (
	"math"
	"slices"
)

// chain is pieces of ink in a row, from left to right or downwards.
type chain []int

// finder finds rows of characters that stand at one pitch, along one axis.
type finder struct {
	blobs   []blob
	upright bool  // rows run downwards
	order   []int // by the place along the rows
}

func newFinder(blobs []blob, upright bool) *finder {
	f := &finder{blobs: slices.Clone(blobs), upright: upright, order: make([]int, len(blobs))}
	for i := range f.order {
		f.order[i] = i
		f.blobs[i].used = false
	}
	slices.SortFunc(f.order, func(a, b int) int {
		ax, _ := f.place(a)
		bx, _ := f.place(b)
		return int(math.Copysign(1, ax-bx))
	})
	return f
}

// place is where a piece is: along the rows, and across.
func (f *finder) place(i int) (along, across float64) {
	if b := &f.blobs[i]; f.upright {
		return b.y, -b.x
	} else {
		return b.x, b.y
	}
}

// size is how long a piece is along the rows, and how high.
func (f *finder) size(i int) (along, across float64) {
	if b := &f.blobs[i]; f.upright {
		return b.h, b.w
	} else {
		return b.w, b.h
	}
}

// chains links each piece with its nearest to the right whose nearest to the left
// it is, and returns what hangs together, the longest first.
func (f *finder) chains() (all []chain) {
	next, previous := f.links()
	for _, i := range f.order {
		if previous[i] >= 0 && next[previous[i]] == i {
			continue
		}
		var c chain
		for j := i; j >= 0; j = next[j] {
			c = append(c, j)
			if n := next[j]; n < 0 || previous[n] != j {
				break
			}
		}
		if len(c) >= 5 {
			all = append(all, c)
		}
	}
	slices.SortStableFunc(all, func(a, b chain) int { return len(b) - len(a) })
	return all
}

func (f *finder) links() (next, previous []int) {
	n := len(f.blobs)
	next, previous = make([]int, n), make([]int, n)
	near := make([]float64, n)
	for i := range n {
		next[i], previous[i], near[i] = -1, -1, math.Inf(1)
	}
	for at, i := range f.order {
		best := math.Inf(1)
		for _, j := range f.order[at+1:] {
			cost, far := f.link(i, j)
			if far {
				break
			}
			if cost < best {
				best, next[i] = cost, j
			}
			if cost < near[j] {
				near[j], previous[j] = cost, i
			}
		}
	}
	return next, previous
}

// link is how unlikely one piece follows another; far, that nothing behind the
// other can follow it.
func (f *finder) link(i, j int) (cost float64, far bool) {
	xi, yi := f.place(i)
	xj, yj := f.place(j)
	wi, hi := f.size(i)
	wj, hj := f.size(j)
	dx, dy := xj-xi, math.Abs(yj-yi)
	if dx > 2.4*max(hi, wi)*1.6 {
		return math.Inf(1), true
	}
	high := max(hi, hj)
	if dx < 0.45*high || dx > 2.4*high || dy > 0.36*dx || min(hi, hj) < 0.42*high || max(wi, wj) > 1.7*high {
		return math.Inf(1), false
	}
	return dx + 2*dy, false
}
