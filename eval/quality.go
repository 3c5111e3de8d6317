package eval

import "github.com/facelatch/facelatch/face"

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
}

// explain counts at a threshold how many genuine pairs miss, and how many of
// those show a problem that could have been said instead.
func (v Verification) explain(probes map[string]*subject, threshold float64) (Explained, error) {
	x := Explained{Threshold: threshold, Problems: map[face.Problem]int{}}
	for _, s := range probes {
		for _, p := range s.problems {
			x.Problems[p]++
		}
	}
	for _, p := range v.Pairs {
		a, b := probes[p.A], probes[p.B]
		if !p.Same || a == nil || b == nil {
			continue
		}
		m, err := v.Engine.Measure(v.Grant, a.Probe, b.Probe)
		if err != nil {
			return Explained{}, err
		}
		problem := len(a.problems)+len(b.problems) > 0
		switch {
		case m.Score < threshold && problem:
			x.Misses, x.MissesExplained = x.Misses+1, x.MissesExplained+1
		case m.Score < threshold:
			x.Misses++
		case problem:
			x.Matches, x.MatchesWithReason = x.Matches+1, x.MatchesWithReason+1
		default:
			x.Matches++
		}
	}
	return x, nil
}
