package eval

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mathext"
)

// OperatingPoint is what one threshold costs and gives.
type OperatingPoint struct {
	// FMR is the false match rate aimed for.
	FMR float64 `json:"fmr"`
	// FNMR is the false non-match rate at the threshold, and FNMRLow to FNMRHigh
	// its Clopper-Pearson interval of 95 %.
	FNMR     float64 `json:"fnmr"`
	FNMRLow  float64 `json:"fnmr_low"`
	FNMRHigh float64 `json:"fnmr_high"`
	// Threshold is the lowest score at which no more than FMR of the impostor
	// pairs match; a pair matches from the threshold on.
	Threshold float64 `json:"threshold"`
	// Supported is whether there are at least 10/FMR impostor pairs. Without
	// them the threshold rests on a handful of pairs or none.
	Supported bool `json:"supported"`
}

// lowest is the lowest threshold: every comparison score reaches it, and no
// failure to acquire does.
const lowest = -1

// scores are the comparison scores of a data set, sorted once.
type scores struct{ genuine, impostor []float64 }

func newScores(genuine, impostor []float64) scores {
	slices.Sort(genuine)
	slices.Sort(impostor)
	return scores{genuine, impostor}
}

// below counts the scores under a threshold.
func below(sorted []float64, threshold float64) int {
	n, _ := slices.BinarySearch(sorted, threshold)
	return n
}

// at finds the threshold for a false match rate and what it costs. Without
// impostor pairs every threshold would do, and the point is unsupported.
func (s scores) at(fmr float64) OperatingPoint {
	return pointAt(fmr, s.threshold(fmr), len(s.impostor), s.genuine)
}

// pointAt is what a threshold costs that was found among so many impostor pairs.
func pointAt(fmr, threshold float64, impostors int, genuine []float64) OperatingPoint {
	p := OperatingPoint{FMR: fmr, Threshold: threshold, Supported: float64(impostors) >= 10/fmr*(1-1e-12)}
	misses := below(genuine, threshold)
	if n := len(genuine); n > 0 {
		p.FNMR = float64(misses) / float64(n)
	}
	p.FNMRLow, p.FNMRHigh = interval(misses, len(genuine))
	return p
}

// allowed is how many of n impostor pairs may match at a rate.
func allowed(fmr float64, n int) int { return int(math.Floor(fmr*float64(n) + 1e-9)) }

func (s scores) threshold(fmr float64) float64 {
	match := allowed(fmr, len(s.impostor))
	if match >= len(s.impostor) {
		return lowest
	}
	return above(s.impostor[len(s.impostor)-1-match])
}

// above is the lowest threshold at which the highest impostor score that may not
// match any more does not.
func above(worst float64) float64 { return max(lowest, math.Nextafter(worst, math.Inf(1))) }

// accuracy is the best share of pairs told right by one threshold.
func (s scores) accuracy() float64 {
	total := len(s.genuine) + len(s.impostor)
	if total == 0 {
		return 0
	}
	best := len(s.impostor) // say no to everybody
	for _, t := range append([]float64{lowest}, s.genuine...) {
		t = max(t, lowest)
		best = max(best, len(s.genuine)-below(s.genuine, t)+below(s.impostor, t))
	}
	return float64(best) / float64(total)
}

// interval is the Clopper-Pearson interval of 95 % for k of n: the rates at
// which seeing k or fewer, or k or more, would have a chance of 2.5 %.
func interval(k, n int) (low, high float64) {
	if n == 0 {
		return 0, 1
	}
	low, high = 0, 1
	if k > 0 {
		low = mathext.InvRegIncBeta(float64(k), float64(n-k+1), 0.025)
	}
	if k < n {
		high = mathext.InvRegIncBeta(float64(k+1), float64(n-k), 0.975)
	}
	return low, high
}
