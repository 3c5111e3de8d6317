package score

import (
	"fmt"
	"io"
)

// everybody compares the photographs of all people with one another.
type everybody struct {
	people    [][]int32
	strangers bool // leaves out comparisons of one person
	rows      []row
}

// row is some people, each compared with themselves and with those of a tile
// who come before them.
type row struct {
	from, to         int // people
	tileFrom, tileTo int // people
	home             [2]int
}

// Everybody compares all photographs of all people with one another: those of
// one person in pairs, and each of one person with each of another. The
// photograph with the lower number stands for the reference. The comparisons of
// two people follow each other.
//
// With hold for all photographs, each is read once. Otherwise people are taken in
// tiles of seven eighths of hold, and the photographs of all people before a tile
// are read again for it, an eighth of hold at a time: of n photographs each is
// read about (1 + n/(7/8 hold))/2 times. Never are more than hold in memory,
// unless one person has more than half as many.
func Everybody(people [][]int32, hold int) Plan { return tiled(people, hold, false) }

// Strangers is Everybody without the comparisons of one person.
func Strangers(people [][]int32, hold int) Plan { return tiled(people, hold, true) }

func tiled(people [][]int32, hold int, strangers bool) Plan {
	e := everybody{people: people, strangers: strangers}
	total, largest := 0, 1
	for _, p := range people {
		total, largest = total+len(p), max(largest, len(p))
	}
	large, small := hold, hold
	if total > hold {
		small = max(hold/8, min(hold/2, largest)) // one person may have more than an eighth
		large = hold - small
	}
	for _, own := range e.tiles(0, len(people), large) {
		for _, other := range e.tiles(0, own[0], small) {
			e.addRows(own, other)
		}
		e.addRows(own, own)
	}
	return e
}

// tiles cuts people into runs of at most so many photographs, one person's
// excepted.
func (e *everybody) tiles(from, to, most int) (tiles [][2]int) {
	start, sum := from, 0
	for i := from; i < to; i++ {
		n := len(e.people[i])
		if sum+n > most && i > start {
			tiles = append(tiles, [2]int{start, i})
			start, sum = i, 0
		}
		sum += n
	}
	if start < to {
		tiles = append(tiles, [2]int{start, to})
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
	fmt.Fprintf(w, "everybody %t %v\n", e.strangers, e.rows)
	for _, p := range e.people {
		fmt.Fprintln(w, p)
	}
}

// compare adds the comparisons of two people, or of one.
func (e everybody) compare(pairs []Pair, p, q int) []Pair {
	if p == q && e.strangers {
		return pairs
	}
	for i, a := range e.people[p] {
		others := e.people[q]
		if p == q {
			others = others[:i]
		}
		for _, b := range others {
			pairs = append(pairs, Pair{min(a, b), max(a, b)})
		}
	}
	return pairs
}
