package estimate

import (
	"math"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"
)

// interval holds the true rate with a chance of at least 1-alpha. It is that of
// Clopper and Pearson for as many independent comparisons as would vary as
// much as these do (Korn and Graubard 1998), but with the variance taken anew
// at every rate that is tried, so that it holds where few errors or none were
// seen: with independent comparisons and no error it is the rule of three.
func (t *tally) interval(with ties, alpha float64) (low, high float64) {
	if t.comparisons == 0 {
		return 0, 1
	}
	p := t.rate()
	people := t.worth()
	if people < 1.5 {
		return 0, 1
	}
	z := distuv.UnitNormal.Quantile(1 - alpha/2)
	wider := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: max(1, people-1)}.Quantile(1-alpha/2) / z
	independent := func(true float64) float64 {
		return min(t.comparisons, true*(1-true)/t.variance(true, with)) / (wider * wider)
	}
	low, high = 0, 1
	if p > 0 {
		low = solve(0, p, func(true float64) bool {
			n := independent(true)
			return mathext.RegIncBeta(p*n, n-p*n+1, true) > alpha/2
		})
	}
	if p < 1 {
		high = solve(p, 1, func(true float64) bool {
			n := independent(true)
			return mathext.RegIncBeta(n-p*n, p*n+1, 1-true) < alpha/2
		})
	}
	return low, high
}

// solve finds where above becomes true between low and high, by halves: first of
// their logarithms, because rates are small.
func solve(low, high float64, above func(float64) bool) float64 {
	for range 60 {
		middle := (low + high) / 2
		if low > 0 && high/low > 2 {
			middle = math.Sqrt(low * high)
		} else if low == 0 && high > 1e-12 {
			middle = high / 8
		}
		if above(middle) {
			high = middle
		} else {
			low = middle
		}
	}
	return (low + high) / 2
}
