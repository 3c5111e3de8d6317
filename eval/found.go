package eval

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/facelatch/facelatch/eval/estimate"
	"github.com/facelatch/facelatch/eval/score"
	"github.com/facelatch/facelatch/models"
)

// found is what a measurement of pairs has found.
type found struct {
	names   []string
	of      []int // whose each photograph is
	pairs   []labelled
	scores  []score.Score // of each pair
	read    []score.Photograph
	bad     []Bad
	leftOut int
}

// leaveOut drops pairs with a photograph that was absent, and lists what could
// not be used.
func (f *found) leaveOut() {
	f.bad = append(f.bad, unusable(score.Results{Read: f.read}, f.names)...)
	pairs, scores := f.pairs[:0], f.scores[:0]
	for i, p := range f.pairs {
		if math.IsNaN(float64(f.scores[i].Encoded)) {
			f.leftOut++
			continue
		}
		pairs, scores = append(pairs, p), append(scores, f.scores[i])
	}
	f.pairs, f.scores = pairs, scores
}

// split parts genuine from impostor scores, in the order of the pairs.
func (f *found) split() (encoded, plain scores) {
	for i, p := range f.pairs {
		e, s := float64(f.scores[i].Encoded), float64(f.scores[i].Plain)
		if p.same {
			encoded.genuine, plain.genuine = append(encoded.genuine, e), append(plain.genuine, s)
		} else {
			encoded.impostor, plain.impostor = append(encoded.impostor, e), append(plain.impostor, s)
		}
	}
	return encoded, plain
}

func (f *found) people() int {
	all := map[int]bool{}
	for _, p := range f.of {
		all[p] = true
	}
	return len(all)
}

// blocks puts pairs of the same people together.
func (f *found) blocks() (estimate.Blocks, int) {
	order := make([]int, len(f.pairs))
	most := 0
	key := func(i int) [2]int {
		a, b := f.of[f.pairs[i].a], f.of[f.pairs[i].b]
		return [2]int{min(a, b), max(a, b)}
	}
	for i := range order {
		order[i] = i
		most = max(most, key(i)[1])
	}
	slices.SortStableFunc(order, func(i, j int) int {
		a, b := key(i), key(j)
		return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1]))
	})
	return func(yield func(estimate.Block) bool) {
		var block estimate.Block
		for n, i := range order {
			k := key(i)
			if n > 0 && (k[0] != block.A || k[1] != block.B) {
				if !yield(block) {
					return
				}
				block.Scores = block.Scores[:0]
			}
			block.A, block.B = k[0], k[1]
			block.Scores = append(block.Scores, float64(f.scores[i].Encoded))
		}
		if len(order) > 0 {
			yield(block)
		}
	}, most + 1
}

// points estimates the rates at some thresholds with intervals by person.
func (f *found) points(operating []OperatingPoint, thresholds []models.Threshold) []Point {
	blocks, people := f.blocks()
	return pointsAt(blocks, people, operating, thresholds)
}

// pointsAt does so for any comparisons.
func pointsAt(blocks estimate.Blocks, people int, operating []OperatingPoint, thresholds []models.Threshold) (points []Point) {
	d := estimate.Design{Groups: []string{"everybody"}, Of: make([]int, people)}
	for _, o := range operating {
		points = append(points, Point{Name: fmt.Sprintf("FMR %.3g here", o.FMR)})
		d.Thresholds = append(d.Thresholds, o.Threshold)
	}
	for _, t := range thresholds {
		points = append(points, Point{Name: t.Name})
		d.Thresholds = append(d.Thresholds, t.Score)
	}
	for i, at := range d.Measure(blocks).Points {
		points[i].Threshold, points[i].FMR, points[i].FNMR = at.Threshold, at.FMR, at.FNMR
	}
	return points
}
