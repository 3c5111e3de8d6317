package eval

import (
	"math"

	"github.com/facelatch/facelatch/eval/estimate"
	"github.com/facelatch/facelatch/eval/score"
)

// blocks gives the comparisons of people with each other, two people after two.
type blocks struct {
	results score.Results
	skip    int   // how many comparisons come before them
	of      []int // whose each photograph is
	err     error // what kept the last pass from its end
}

func newBlocks(results score.Results, people [][]int32) *blocks {
	b := &blocks{results: results, of: make([]int, len(results.Read))}
	for i, own := range people {
		for _, n := range own {
			b.of[n] = i
		}
	}
	return b
}

// all is an [estimate.Blocks]. Comparisons with a photograph that was absent are
// left out, and so are those of two people with one that failed to acquire.
func (b *blocks) all(yield func(estimate.Block) bool) {
	var block estimate.Block
	going := true
	flush := func() bool {
		going = len(block.Scores) == 0 || yield(block)
		block.Scores = block.Scores[:0]
		return going
	}
	n := 0
	err := b.results.Each(func(p score.Pair, s score.Score) bool {
		if n++; n <= b.skip {
			return true
		}
		x, y := min(b.of[p.A], b.of[p.B]), max(b.of[p.A], b.of[p.B])
		if x != block.A || y != block.B {
			if !flush() {
				return false
			}
			block.A, block.B = x, y
		}
		// A failure to acquire is no chance for a stranger: counted as one, it would
		// make the FMR look smaller.
		if !math.IsNaN(float64(s.Encoded)) && (block.A == block.B || s.Encoded >= -1) {
			block.Scores = append(block.Scores, float64(s.Encoded))
		}
		return true
	})
	if err != nil {
		b.err = err
		return
	}
	if going {
		flush()
	}
}

// Distribution is how often scores fall into each of equal steps from -1 to 1.
type Distribution struct {
	Genuine  [Steps]int `json:"genuine"`
	Impostor [Steps]int `json:"impostor"`
	// GenuineFailed and ImpostorFailed are comparisons with a failure to acquire.
	GenuineFailed  int `json:"genuine_failed"`
	ImpostorFailed int `json:"impostor_failed"`
}

// Steps is how many steps a distribution has.
const Steps = 2000

// Add counts a score.
func (d *Distribution) Add(genuine bool, s float64) {
	at, failed := &d.Impostor, &d.ImpostorFailed
	if genuine {
		at, failed = &d.Genuine, &d.GenuineFailed
	}
	if !(s >= -1) {
		*failed++
		return
	}
	at[max(0, min(Steps-1, int((s+1)/2*Steps)))]++
}

// Threshold is the lower end of a step.
func Threshold(step int) float64 { return 2*float64(step)/Steps - 1 }

func distributionOf(all estimate.Blocks) (d Distribution) {
	for b := range all {
		for _, s := range b.Scores {
			d.Add(b.A == b.B, s)
		}
	}
	return d
}
