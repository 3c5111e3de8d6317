package estimate

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestWhatWasTried measures the two intervals that were not taken, beside ours:
// that of Clopper and Pearson, which takes every comparison as a draw of its
// own, and the percentiles of a bootstrap over people.
func TestWhatWasTried(t *testing.T) {
	for _, people := range []int{30, 100} {
		for _, fmr := range []float64{1e-1, 1e-2, 1e-3} {
			w := few()
			w.size, w.photographs = []int{people}, 1
			in := map[string]int{}
			r := rand.New(rand.NewPCG(6, 3))
			threshold := w.threshold(0, fmr)
			runs := rounds(t)
			for range runs {
				tryAll(in, r, w, threshold, fmr)
			}
			share := func(how string) float64 { return float64(in[how]) / float64(runs) }
			t.Logf("%3d people, FMR %g: ours %.3f, Clopper-Pearson %.3f, bootstrap %.3f of %d", people, fmr, share("ours"), share("pairs"), share("bootstrap"), runs)
			if runs >= 1000 && share("ours") < 0.934 {
				t.Errorf("ours holds in %.3f", share("ours"))
			}
		}
	}
}

func tryAll(in map[string]int, r *rand.Rand, w world, threshold, fmr float64) {
	blocks := w.draw(r)
	rate := w.design(0, threshold).Measure(blocks).Points[0].FMR
	note := func(how string, low, high float64) {
		if low <= fmr && fmr <= high {
			in[how]++
		}
	}
	note("ours", rate.Low, rate.High)
	// Many people of whom each has one comparison depend on nothing.
	n, k := float64(rate.Comparisons), float64(rate.Errors)
	apart := tally{comparisons: n, errors: k, blocks: n, shares: k, single: n, squares: k, people: slices.Repeat([]counts{{m: 1}}, 2*rate.Comparisons)}
	low, high := apart.interval(ties{}, alpha)
	note("pairs", low, high)
	low, high = bootstrap(r, blocks, w.size[0], threshold)
	note("bootstrap", low, high)
}

// bootstrap draws people with replacement and takes the middle 95 % of rates.
func bootstrap(r *rand.Rand, blocks Blocks, people int, threshold float64) (low, high float64) {
	var wrong []Block
	for b := range blocks {
		if b.A != b.B && b.Scores[0] >= threshold {
			wrong = append(wrong, b)
		}
	}
	var rates []float64
	for range 400 {
		weight := make([]float64, people)
		for range people {
			weight[r.IntN(people)]++
		}
		squares, errors := 0.0, 0.0
		for _, w := range weight {
			squares += w * w
		}
		for _, b := range wrong {
			errors += weight[b.A] * weight[b.B]
		}
		n := float64(people)
		rates = append(rates, errors/((n*n-squares)/2))
	}
	slices.Sort(rates)
	return rates[9], rates[390]
}
