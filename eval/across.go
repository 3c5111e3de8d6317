package eval

import (
	"slices"

	"github.com/facelatch/facelatch/eval/estimate"
	"github.com/facelatch/facelatch/eval/score"
)

// photographsOf puts photographs of one person together, in the order in which
// people are mentioned first.
func photographsOf(of []int) (people [][]int32) {
	at := map[int]int{}
	for i, who := range of {
		if _, known := at[who]; !known {
			at[who] = len(people)
			people = append(people, nil)
		}
		people[at[who]] = append(people[at[who]], int32(i))
	}
	return people
}

// across adds to a report what was found between all photographs of different
// people, which follow the listed pairs. A photograph that failed to acquire is
// left out. Scores stay in the file: however many there are, memory is that of the
// photographs and of the pairs.
func (v Verification) across(r *Report, f *found, genuine []float64, results score.Results, listed int) error {
	b := &blocks{results: results, skip: listed, of: f.of}
	figures := count(genuine, b.all).figures(b.all, 1e-3, 1e-4, perAttempt)
	pairs, _ := f.blocks()
	all := func(yield func(estimate.Block) bool) {
		for own := range b.all {
			if !yield(own) {
				return
			}
		}
		for own := range pairs {
			if own.A == own.B && !yield(own) {
				return
			}
		}
	}
	scores := distributionOf(all)
	r.Cross, r.CrossScores = &figures, &scores
	r.CrossByPerson = pointsAt(all, slices.Max(f.of)+1, figures.OperatingPoints, v.Thresholds)
	return b.err
}
