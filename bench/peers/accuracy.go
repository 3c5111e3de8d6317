package peers

import (
	"math"
	"slices"

	"github.com/facelatch/facelatch/eval"
)

// Accuracy is how often a contender was right about the pairs of a set. Where it
// found no face in one of two photographs, it took them for two people: a genuine
// pair is then a miss, and an impostor pair right.
type Accuracy struct {
	Genuine  int `json:"genuine"`
	Impostor int `json:"impostor"`
	// Best is in percent, at thresholds that were chosen on other folds, with the
	// standard error of the mean of the folds; nil where there are no folds.
	Best *Mean `json:"best,omitempty"`
	// Stated is in percent, at the threshold that its makers state, with the rates of
	// both errors; nil where they state none.
	Stated *Stated `json:"stated,omitempty"`
	// Missed is how many genuine pairs are missed at the threshold at which no more
	// than Allowed impostor pairs pass.
	Missed  int `json:"missed"`
	Allowed int `json:"allowed"`
}

// Mean is a mean and its standard error.
type Mean struct {
	Mean          float64 `json:"mean"`
	StandardError float64 `json:"standard_error"`
}

// Stated is what happens at a threshold that was not chosen on these pairs.
type Stated struct {
	Threshold    float64 `json:"threshold"`
	Percent      float64 `json:"percent"`
	FalseMatches int     `json:"false_matches"`
	Missed       int     `json:"missed"`
}

// scored is one pair with its score, minus infinity where there is none.
type scored struct {
	score float64
	same  bool
}

// accuracy judges scores, in the order of the set's pairs, nil where there is none.
func (s Set) accuracy(scores []*float64, threshold *float64) Accuracy {
	all := join(s.Pairs, scores)
	a := Accuracy{}
	for _, p := range all {
		if p.same {
			a.Genuine++
		} else {
			a.Impostor++
		}
	}
	a.Allowed = int(s.FMR * float64(a.Impostor))
	a.Missed = missed(all, a.Allowed)
	if threshold != nil {
		a.Stated = stated(all, *threshold)
	}
	if s.Folds > 1 {
		m := crossValidated(all, s.Folds)
		a.Best = &m
	}
	return a
}

func join(pairs []eval.Pair, scores []*float64) []scored {
	all := make([]scored, len(pairs))
	for i, p := range pairs {
		all[i] = scored{math.Inf(-1), p.Same}
		if scores[i] != nil {
			all[i].score = *scores[i]
		}
	}
	return all
}

func stated(all []scored, threshold float64) *Stated {
	s := &Stated{Threshold: threshold}
	for _, p := range all {
		switch {
		case p.same && p.score < threshold:
			s.Missed++
		case !p.same && p.score >= threshold:
			s.FalseMatches++
		}
	}
	s.Percent = 100 * float64(len(all)-s.Missed-s.FalseMatches) / float64(len(all))
	return s
}

// missed counts the genuine pairs that do not score above all impostor pairs but
// so many.
func missed(all []scored, allowed int) (n int) {
	var impostor []float64
	for _, p := range all {
		if !p.same {
			impostor = append(impostor, p.score)
		}
	}
	if allowed >= len(impostor) {
		return 0
	}
	slices.Sort(impostor)
	last := impostor[len(impostor)-1-allowed]
	for _, p := range all {
		if p.same && p.score <= last {
			n++
		}
	}
	return n
}

// crossValidated cuts genuine and impostor pairs into folds, in their order, as the
// protocol of LFW does (Huang et al. 2007), and judges each at the threshold that is
// best on the others.
func crossValidated(all []scored, folds int) Mean {
	var count [2]int
	fold := make([]int, len(all))
	var total [2]int
	for _, p := range all {
		total[kind(p)]++
	}
	for i, p := range all {
		fold[i] = count[kind(p)] * folds / total[kind(p)]
		count[kind(p)]++
	}
	var percent []float64
	for k := range folds {
		var in, out []scored
		for i, p := range all {
			if fold[i] == k {
				in = append(in, p)
			} else {
				out = append(out, p)
			}
		}
		if len(in) > 0 {
			percent = append(percent, stated(in, best(out)).Percent)
		}
	}
	return meanOf(percent)
}

func kind(p scored) int {
	if p.same {
		return 1
	}
	return 0
}

// best is the threshold that tells most pairs right, in the middle of the scores
// between which nothing changes.
func best(all []scored) float64 {
	sorted := slices.Clone(all)
	slices.SortFunc(sorted, func(a, b scored) int {
		switch {
		case a.score > b.score:
			return -1
		case a.score < b.score:
			return 1
		}
		return 0
	})
	at, most, right := math.Inf(1), 0, 0
	for i, p := range sorted {
		if math.IsInf(p.score, -1) {
			break
		}
		right += 2*kind(p) - 1
		if i+1 < len(sorted) && sorted[i+1].score == p.score {
			continue // equal scores pass or fail together
		}
		if right > most {
			most, at = right, p.score
			if i+1 < len(sorted) && !math.IsInf(sorted[i+1].score, -1) {
				at = (p.score + sorted[i+1].score) / 2
			}
		}
	}
	return at
}

func meanOf(values []float64) Mean {
	var sum, squares float64
	for _, v := range values {
		sum += v
		squares += v * v
	}
	n := float64(len(values))
	m := Mean{Mean: sum / n}
	if n > 1 {
		m.StandardError = math.Sqrt(max(0, squares/n-m.Mean*m.Mean) / (n - 1))
	}
	return m
}

// median leaves its argument as it is.
func median(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	if middle := len(sorted) / 2; len(sorted)%2 == 1 {
		return sorted[middle]
	} else {
		return (sorted[middle-1] + sorted[middle]) / 2
	}
}
