package peers

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/facelatch/facelatch/eval"
)

// made are pairs with scores: genuine ones first, then impostor ones.
func made(genuine, impostor []float64) (pairs []eval.Pair, scores []*float64) {
	for i, s := range append(append([]float64{}, genuine...), impostor...) {
		pairs = append(pairs, eval.Pair{Same: i < len(genuine)})
		scores = append(scores, &s)
		if math.IsNaN(s) {
			scores[i] = nil // no face
		}
	}
	return pairs, scores
}

func TestAccuracy(t *testing.T) {
	none := math.NaN()
	pairs, scores := made([]float64{0.9, 0.8, 0.3, none}, []float64{0.5, 0.1, 0.2, none})
	threshold := 0.4
	a := Set{Pairs: pairs, FMR: 0.25}.accuracy(scores, &threshold)
	if a.Genuine != 4 || a.Impostor != 4 || a.Allowed != 1 {
		t.Errorf("%+v", a)
	}
	// One impostor may pass, at 0.5: then what is above 0.2 is found.
	if a.Missed != 1 {
		t.Errorf("%d missed, want the one without a face", a.Missed)
	}
	if s := a.Stated; s.Missed != 2 || s.FalseMatches != 1 || s.Percent != 62.5 {
		t.Errorf("%+v", s)
	}
	if a.Best != nil {
		t.Error("folds where none were asked for")
	}
	if (Set{Pairs: pairs}).accuracy(scores, nil).Stated != nil {
		t.Error("a threshold that nobody stated")
	}
}

// TestBest compares with trying every threshold there can be.
func TestBest(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		var all []scored
		for range 1 + random.IntN(12) {
			p := scored{float64(random.IntN(6)), random.IntN(2) == 1}
			if random.IntN(5) == 0 {
				p.score = math.Inf(-1)
			}
			all = append(all, p)
		}
		most := stated(all, math.Inf(1)).Percent
		for at := 0.0; at <= 6; at += 0.5 {
			most = max(most, stated(all, at).Percent)
		}
		if got := stated(all, best(all)).Percent; got != most {
			t.Fatalf("%v: %v %% right at %v, %v %% can be", all, got, best(all), most)
		}
	}
}

func TestCrossValidated(t *testing.T) {
	genuine, impostor := make([]float64, 20), make([]float64, 20)
	for i := range genuine {
		genuine[i], impostor[i] = 0.8, 0.2
	}
	pairs, scores := made(genuine, impostor)
	a := Set{Pairs: pairs, Folds: 10}.accuracy(scores, nil)
	if a.Best.Mean != 100 || a.Best.StandardError != 0 || a.Missed != 0 {
		t.Errorf("%+v", a.Best)
	}
	// One fold of four pairs has both genuine ones wrong.
	genuine[0], genuine[1] = 0.1, 0.1
	pairs, scores = made(genuine, impostor)
	a = Set{Pairs: pairs, Folds: 10}.accuracy(scores, nil)
	if a.Best.Mean != 95 || math.Abs(a.Best.StandardError-5) > 1e-9 {
		t.Errorf("%+v", a.Best)
	}
}
