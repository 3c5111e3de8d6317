package eval

import (
	"math"
	"math/rand/v2"
	"testing"
)

func about(a, b, by float64) bool { return math.Abs(a-b) <= by }

// TestInterval against published Clopper-Pearson intervals and the rule of
// three: none of n bounds the rate at about 3.69/n, since both tails count.
func TestInterval(t *testing.T) {
	for _, test := range []struct {
		k, n      int
		low, high float64
	}{
		{0, 10, 0, 0.3085},
		{1, 10, 0.0025, 0.4450},
		{5, 10, 0.1871, 0.8129},
		{10, 10, 0.6915, 1},
		{0, 30000, 0, 3.69 / 30000},
		{0, 0, 0, 1},
	} {
		low, high := interval(test.k, test.n)
		if !about(low, test.low, 6e-5) || !about(high, test.high, 6e-5) {
			t.Errorf("%d of %d: %.4f to %.4f, want %.4f to %.4f", test.k, test.n, low, high, test.low, test.high)
		}
	}
}

// TestIntervalCovers draws errors at a known rate: 95 % intervals hold it at
// least that often.
func TestIntervalCovers(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	const rate, n, rounds = 0.02, 500, 2000
	covered := 0
	for range rounds {
		k := 0
		for range n {
			if r.Float64() < rate {
				k++
			}
		}
		if low, high := interval(k, n); low <= rate && rate <= high {
			covered++
		}
	}
	if share := float64(covered) / rounds; share < 0.95 {
		t.Errorf("the intervals hold the rate in %.3f of rounds", share)
	}
}

func series(from, to int) (all []float64) {
	for i := from; i < to; i++ {
		all = append(all, float64(i)/1000)
	}
	return all
}

func TestOperatingPoint(t *testing.T) {
	// Impostors score 0.000 to 0.999, genuine pairs 0.500 to 1.499.
	s := newScores(series(500, 1500), series(0, 1000))
	p := s.at(1e-2)
	if p.Threshold <= 0.989 || p.Threshold > 0.9891 {
		t.Errorf("threshold %v lets %d of 1000 match", p.Threshold, 1000-below(s.impostor, p.Threshold))
	}
	if got := len(s.impostor) - below(s.impostor, p.Threshold); got != 10 {
		t.Errorf("%d impostors match, 10 may", got)
	}
	if !about(p.FNMR, 0.490, 1e-9) || !p.Supported || p.FNMRLow >= p.FNMR || p.FNMRHigh <= p.FNMR {
		t.Errorf("%+v", p)
	}
	if p := s.at(1e-3); p.Supported {
		t.Error("1,000 pairs support FMR 1e-3")
	}
	if got := s.accuracy(); !about(got, 0.75, 1e-3) {
		t.Errorf("accuracy %v", got)
	}
}

// TestTies: a threshold never lies on an impostor's score, however many share
// it.
func TestTies(t *testing.T) {
	impostor := make([]float64, 1000)
	for i := range impostor {
		impostor[i] = 0.5
	}
	s := newScores([]float64{0.5, 0.6}, impostor)
	p := s.at(1e-2)
	if below(s.impostor, p.Threshold) != 1000 || p.FNMR != 0.5 {
		t.Errorf("%+v", p)
	}
}

func TestNoPairs(t *testing.T) {
	if f := newScores(nil, nil).figures(1e-2); f.Accuracy != 0 || f.OperatingPoints[0].Supported || f.OperatingPoints[0].FNMRHigh != 1 {
		t.Errorf("%+v", f)
	}
	if f := newScores([]float64{0.5}, nil).figures(1e-2); f.Accuracy != 1 || f.OperatingPoints[0].Supported {
		t.Errorf("%+v", f)
	}
}

// TestFailuresCountAgainst: a pair that failed to acquire is a non-match at
// every threshold, even the loosest.
func TestFailuresCountAgainst(t *testing.T) {
	s := newScores([]float64{failed, 0.9}, series(0, 1000))
	if p := s.at(0.5); p.FNMR != 0.5 {
		t.Errorf("%+v", p)
	}
}
