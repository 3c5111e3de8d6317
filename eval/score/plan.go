package score

import (
	"encoding/binary"
	"fmt"
	"io"
)

// Pair is two photographs, by their numbers. The first stands for the reference.
type Pair struct{ A, B int32 }

// Plan is what to compare, in chunks.
type Plan interface {
	// Chunks is how many there are.
	Chunks() int
	// Chunk returns the comparisons of one, and the photographs to hold on to
	// for it and those that follow: all that it mentions and perhaps more, or nil
	// for those that are held already and those that it mentions.
	Chunk(i int) (pairs []Pair, hold []int32)
	// Mark writes all that its comparisons follow from.
	Mark(w io.Writer)
}

// most is how many comparisons a chunk has at most, one person's with another
// excepted.
const most = 1 << 18

// list is pairs in the order in which they were given.
type list struct {
	pairs []Pair
	cuts  []int // where chunks begin, and the end of the last
}

// List compares given pairs. Each chunk mentions at most hold photographs, so
// pairs that are in order of people need each photograph read only once.
func List(pairs []Pair, hold int) Plan {
	l := list{pairs: pairs, cuts: []int{0}}
	seen := map[int32]bool{}
	for i, p := range pairs {
		seen[p.A], seen[p.B] = true, true
		if start := l.cuts[len(l.cuts)-1]; i > start && (len(seen) > hold || i-start == most) {
			l.cuts = append(l.cuts, i)
			clear(seen)
			seen[p.A], seen[p.B] = true, true
		}
	}
	if len(pairs) > 0 {
		l.cuts = append(l.cuts, len(pairs))
	}
	return l
}

// Chunks is a method of [Plan].
func (l list) Chunks() int { return len(l.cuts) - 1 }

// Chunk is a method of [Plan].
func (l list) Chunk(i int) (pairs []Pair, hold []int32) {
	pairs = l.pairs[l.cuts[i]:l.cuts[i+1]]
	seen := map[int32]bool{}
	for _, p := range pairs {
		for _, n := range []int32{p.A, p.B} {
			if !seen[n] {
				seen[n] = true
				hold = append(hold, n)
			}
		}
	}
	return pairs, hold
}

// Mark is a method of [Plan].
func (l list) Mark(w io.Writer) {
	fmt.Fprintf(w, "list %d\n", l.cuts)
	_ = binary.Write(w, binary.LittleEndian, l.pairs) // to a hash: it does not fail
}

// after is one plan, and then another.
type after struct{ first, second Plan }

// Then carries out one plan after another.
func Then(first, second Plan) Plan { return after{first, second} }

// Chunks is a method of [Plan].
func (a after) Chunks() int { return a.first.Chunks() + a.second.Chunks() }

// Chunk is a method of [Plan].
func (a after) Chunk(i int) (pairs []Pair, hold []int32) {
	if n := a.first.Chunks(); i >= n {
		return a.second.Chunk(i - n)
	}
	return a.first.Chunk(i)
}

// Mark is a method of [Plan].
func (a after) Mark(w io.Writer) {
	a.first.Mark(w)
	a.second.Mark(w)
}
