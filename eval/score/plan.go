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

// everybody compares the photographs of all people with one another.
type everybody struct {
	people [][]int32
	rows   []row
}

// row is some people, each compared with themselves and with those of a tile
// who come before them.
type row struct {
	from, to         int // people
	tileFrom, tileTo int // people
	home             [2]int
}

// Everybody compares all photographs of all people with one another: those of
// one person in pairs, and each of one person with each of another. People are
// taken in tiles of at most half of hold photographs; with hold for all of
// them, each photograph is read once. The comparisons of two people follow each
// other.
func Everybody(people [][]int32, hold int) Plan {
	e := everybody{people: people}
	tiles := tilesOf(people, hold)
	for i, own := range tiles {
		for _, other := range tiles[:i+1] {
			e.addRows(own, other)
		}
	}
	return e
}

// tilesOf cuts people into runs of at most half of hold photographs; all of
// them are one where hold is enough for that.
func tilesOf(people [][]int32, hold int) (tiles [][2]int) {
	total := 0
	for _, p := range people {
		total += len(p)
	}
	if total > hold {
		hold /= 2
	}
	from, sum := 0, 0
	for i, p := range people {
		if sum+len(p) > hold && i > from {
			tiles = append(tiles, [2]int{from, i})
			from, sum = i, 0
		}
		sum += len(p)
	}
	if from < len(people) {
		tiles = append(tiles, [2]int{from, len(people)})
	}
	return tiles
}

// addRows cuts the comparisons of one tile with another into rows.
func (e *everybody) addRows(own, other [2]int) {
	r := row{from: own[0], to: own[0], tileFrom: other[0], tileTo: other[1], home: own}
	sum := 0
	for ; r.to < own[1]; r.to++ {
		n := 0
		for j := other[0]; j < min(other[1], r.to+1); j++ {
			n += len(e.people[r.to]) * len(e.people[j])
		}
		if sum += n; sum > most && r.to > r.from {
			e.rows = append(e.rows, r)
			r.from, sum = r.to, n
		}
	}
	e.rows = append(e.rows, r)
}

// Chunks is a method of [Plan].
func (e everybody) Chunks() int { return len(e.rows) }

// Chunk is a method of [Plan].
func (e everybody) Chunk(i int) (pairs []Pair, hold []int32) {
	r := e.rows[i]
	for p := r.from; p < r.to; p++ {
		for q := r.tileFrom; q < min(r.tileTo, p+1); q++ {
			pairs = e.compare(pairs, p, q)
		}
	}
	if i > 0 && e.rows[i-1].home == r.home && e.rows[i-1].tileFrom == r.tileFrom {
		return pairs, nil
	}
	for p, photographs := range e.people {
		if p >= r.home[0] && p < r.home[1] || p >= r.tileFrom && p < r.tileTo {
			hold = append(hold, photographs...)
		}
	}
	return pairs, hold
}

// Mark is a method of [Plan].
func (e everybody) Mark(w io.Writer) {
	fmt.Fprintf(w, "everybody %v\n", e.rows)
	for _, p := range e.people {
		fmt.Fprintln(w, p)
	}
}

// compare adds the comparisons of two people, or of one.
func (e everybody) compare(pairs []Pair, p, q int) []Pair {
	for i, a := range e.people[p] {
		others := e.people[q]
		if p == q {
			others = others[:i]
		}
		for _, b := range others {
			pairs = append(pairs, Pair{b, a})
		}
	}
	return pairs
}
