package eval

import (
	"math"
	"slices"

	"github.com/facelatch/facelatch/eval/estimate"
)

// rankSteps is how many steps there are from -1 to 1 to look for a rank in.
const rankSteps = 1 << 16

// ranks finds figures of more impostor scores than memory holds, as exactly as if
// they had been sorted, by going over them twice. Scores are those of a file, and
// so of 32 bits.
type ranks struct {
	genuine []float64 // sorted
	n       int
	steps   []int // impostor scores in each step
	// until has at i how many impostor scores lie under the i-th genuine one, and
	// not under the one before it; at the end, those that lie under none.
	until []int
}

// count goes over the scores for the first time.
func count(genuine []float64, impostor estimate.Blocks) *ranks {
	r := &ranks{genuine: genuine, steps: make([]int, rankSteps), until: make([]int, len(genuine)+1)}
	for b := range impostor {
		for _, s := range b.Scores {
			r.n++
			r.steps[rankStep(s)]++
			i, equal := slices.BinarySearch(genuine, s)
			for ; equal && i < len(genuine) && genuine[i] == s; i++ { // it does not lie under its equals
			}
			r.until[i]++
		}
	}
	return r
}

func rankStep(s float64) int {
	return max(0, min(rankSteps-1, int((s+1)/2*rankSteps)))
}

// figures goes over the scores for the second time.
func (r *ranks) figures(impostor estimate.Blocks, fmrs ...float64) Figures {
	f := Figures{Pairs: len(r.genuine) + r.n, Genuine: len(r.genuine), Impostor: r.n, Accuracy: r.accuracy()}
	for i, worst := range r.worst(impostor, fmrs) {
		f.OperatingPoints = append(f.OperatingPoints, pointAt(fmrs[i], above(worst), r.n, r.genuine))
	}
	return f
}

// worst has for each rate the highest impostor score that may not match any
// more, or nothing that could be one where all may.
func (r *ranks) worst(impostor estimate.Blocks, fmrs []float64) []float64 {
	type wanted struct{ step, rank int } // the rank from above in the step
	found, wants := make([]float64, len(fmrs)), make([]wanted, len(fmrs))
	near := map[int]map[float64]int{} // how often each score of a step that is wanted comes
	for i, fmr := range fmrs {
		w := wanted{rankSteps - 1, allowed(fmr, r.n)}
		for ; w.step >= 0 && w.rank >= r.steps[w.step]; w.step-- {
			w.rank -= r.steps[w.step]
		}
		wants[i], near[w.step] = w, map[float64]int{}
	}
	for b := range impostor {
		for _, s := range b.Scores {
			if all := near[rankStep(s)]; all != nil {
				all[s]++
			}
		}
	}
	for i, w := range wants {
		found[i] = math.Inf(-1)
		all := near[w.step]
		scores := make([]float64, 0, len(all))
		for s := range all {
			scores = append(scores, s)
		}
		slices.Sort(scores)
		for _, s := range slices.Backward(scores) {
			if w.rank -= all[s]; w.rank < 0 {
				found[i] = s
				break
			}
		}
	}
	return found
}

// accuracy is the best share of comparisons told right by one threshold.
func (r *ranks) accuracy() float64 {
	if len(r.genuine)+r.n == 0 {
		return 0
	}
	best, under := r.n, 0 // say no to everybody
	for i, t := range r.genuine {
		if under += r.until[i]; t > lowest {
			best = max(best, len(r.genuine)-below(r.genuine, t)+under)
		}
	}
	best = max(best, len(r.genuine)-below(r.genuine, lowest))
	return float64(best) / float64(len(r.genuine)+r.n)
}
