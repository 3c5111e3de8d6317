package eval

import (
	"slices"

	"github.com/facelatch/facelatch/eval/score"
	"github.com/facelatch/facelatch/face"
)

// Explained counts genuine pairs by outcome at a threshold, and of them those
// with a problem in either photograph.
type Explained struct {
	Threshold         float64 `json:"threshold"`
	Misses            int     `json:"misses"`
	MissesExplained   int     `json:"misses_explained"`
	Matches           int     `json:"matches"`
	MatchesWithReason int     `json:"matches_with_problem"`
	// Problems is how many photographs have each problem.
	Problems map[face.Problem]int `json:"problems"`
	// Discards says for each figure of quality how FNMR falls when the genuine
	// pairs of the least quality are refused; a pair is as good as its worse
	// photograph.
	Discards []Discard `json:"error_against_quality"`
}

// Discard is FNMR after refusing shares of the genuine pairs, by one figure.
type Discard struct {
	Measure string      `json:"measure"`
	Points  []Discarded `json:"points"`
}

// Discarded is FNMR among the pairs that are left.
type Discarded struct {
	Share float64 `json:"discarded"`
	FNMR  Rate    `json:"fnmr"`
}

// explain counts at a threshold how many genuine pairs miss, and how many of
// those show a problem that could have been said instead.
func (f *found) explain(threshold float64) Explained {
	x := Explained{Threshold: threshold, Problems: map[face.Problem]int{}}
	for _, p := range f.read {
		for i, problem := range problems() {
			if p.Problems&(1<<i) != 0 {
				x.Problems[problem]++
			}
		}
	}
	var pairs []judged
	for i, p := range f.pairs {
		a, b := f.read[p.a], f.read[p.b]
		if !p.same || a.State != score.Used || b.State != score.Used {
			continue
		}
		miss := float64(f.scores[i].Encoded) < threshold
		problem := a.Problems|b.Problems != 0
		switch {
		case miss && problem:
			x.Misses, x.MissesExplained = x.Misses+1, x.MissesExplained+1
		case miss:
			x.Misses++
		case problem:
			x.Matches, x.MatchesWithReason = x.Matches+1, x.MatchesWithReason+1
		default:
			x.Matches++
		}
		j := judged{miss: miss}
		for k := range j.quality {
			j.quality[k] = min(a.Quality[k], b.Quality[k])
		}
		pairs = append(pairs, j)
	}
	for k, name := range measures() {
		x.Discards = append(x.Discards, discard(pairs, k, name))
	}
	return x
}

// judged is a genuine pair by its outcome and how good it is.
type judged struct {
	miss    bool
	quality [score.Measures]float32
}

// discard refuses the worst pairs by the k-th figure.
func discard(pairs []judged, k int, name string) Discard {
	slices.SortStableFunc(pairs, func(a, b judged) int {
		switch {
		case a.quality[k] < b.quality[k]:
			return -1
		case a.quality[k] > b.quality[k]:
			return 1
		}
		return 0
	})
	d := Discard{Measure: name}
	for _, share := range []float64{0, 0.01, 0.02, 0.05, 0.1, 0.2} {
		var r Rate
		for _, p := range pairs[int(share*float64(len(pairs))):] {
			r.add(p.miss)
		}
		r.finish()
		d.Points = append(d.Points, Discarded{share, r})
	}
	return d
}
