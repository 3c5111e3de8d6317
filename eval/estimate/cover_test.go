package estimate

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/facelatch/facelatch/internal/testenv"
)

func rounds(t *testing.T) int {
	if testing.Short() {
		return 10
	}
	return testenv.Count(25, 1000)
}

// held counts how often intervals held the truth.
type held struct{ in, of map[string]int }

func (h held) note(what string, low, truth, high float64) {
	h.of[what]++
	if low <= truth && truth <= high {
		h.in[what]++
	}
}

// check wants 95 %, less what chance explains in one of a hundred tests.
func (h held) check(t *testing.T) {
	t.Helper()
	for what, of := range h.of {
		share := float64(h.in[what]) / float64(of)
		t.Logf("%-28s %.3f of %d", what, share, of)
		if share < 0.95-2.33*math.Sqrt(0.95*0.05/float64(of)) {
			t.Errorf("%s: the interval holds in %.3f of %d runs", what, share, of)
		}
	}
}

// TestIntervalsHold draws populations with known differences between groups,
// and asks how often each interval holds the truth.
func TestIntervalsHold(t *testing.T) {
	worlds := map[string]world{"differences": few()}
	alike := few()
	alike.impostor, alike.genuine = func(int, int) float64 { return 0 }, []float64{0.6, 0.6, 0.6}
	alike.person, alike.noise, alike.pair, alike.photographs = 0.01, 0.1, 0.03, 1
	worlds["no differences"] = alike
	wolves := few()
	wolves.wolves, wolves.wolf = 0.05, 0.06
	worlds["some who match many"] = wolves
	uneven := few()
	uneven.uneven, uneven.pair = true, 0.04
	worlds["uneven photographs"] = uneven
	for name, w := range worlds {
		t.Run(name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(6, 1))
			h := held{map[string]int{}, map[string]int{}}
			d := w.design(30, w.threshold(0, 1e-2), w.threshold(0, 1e-3))
			for range rounds(t) {
				for i, at := range d.Measure(w.draw(r)).Points {
					w.compare(h, []string{" at 1e-2", " at 1e-3"}[i], at)
				}
			}
			h.check(t)
		})
	}
}

// compare notes which intervals of one table hold.
func (w world) compare(h held, where string, at At) {
	fmr, fnmr := w.all(at.Threshold)
	h.note("FMR"+where, at.FMR.Low, fmr, at.FMR.High)
	h.note("FNMR"+where, at.FNMR.Low, fnmr, at.FNMR.High)
	for a, g := range at.Groups {
		h.note("FMR of "+g.Group+where, g.FMR.Low, w.fmr(a, a, at.Threshold), g.FMR.High)
		h.note("FNMR of "+g.Group+where, g.FNMR.Low, w.fnmr(a, at.Threshold), g.FNMR.High)
		h.note("FMR over all, "+g.Group+where, float64(g.FMRRatio.Low), w.fmr(a, a, at.Threshold)/fmr, float64(g.FMRRatio.High))
		h.note("FNMR over all, "+g.Group+where, float64(g.FNMRRatio.Low), w.fnmr(a, at.Threshold)/fnmr, float64(g.FNMRRatio.High))
	}
	h.note("FMR across a, b"+where, at.Across[0].FMR.Low, w.fmr(0, 1, at.Threshold), at.Across[0].FMR.High)
	h.note("FMR across, over all"+where, float64(at.Across[0].FMRRatio.Low), w.fmr(0, 1, at.Threshold)/fmr, float64(at.Across[0].FMRRatio.High))
	ratio := func(x, y float64) float64 { return max(x/y, y/x) }
	h.note("worst over best FMR"+where, float64(at.FMRSpread.Low), ratio(w.fmr(0, 0, at.Threshold), w.fmr(1, 1, at.Threshold)), float64(at.FMRSpread.High))
	h.note("worst over best FNMR"+where, float64(at.FNMRSpread.Low), ratio(w.fnmr(0, at.Threshold), w.fnmr(1, at.Threshold)), float64(at.FNMRSpread.High))
}

// TestCalibration brings the worst group to a stated FMR, and looks at what its
// rate truly is there.
func TestCalibration(t *testing.T) {
	w := few()
	w.size = []int{80, 50, 12}
	r := rand.New(rand.NewPCG(6, 2))
	const stated = 1e-2
	runs, over, worstOfAll, sum := rounds(t), 0, 0.0, 0.0
	for range runs {
		c := w.design(30).Calibrate(w.draw(r), stated)
		if !c.Supported {
			t.Errorf("lacking %v", c.Lacking)
		}
		true := max(w.fmr(0, 0, c.Threshold), w.fmr(1, 1, c.Threshold)) / stated
		sum += true / float64(runs)
		if worstOfAll = max(worstOfAll, true); true > 1.5 {
			over++
		}
	}
	t.Logf("the worst group's true FMR is %.2f times the stated on average, %.2f at most, over 1.5 in %d of %d", sum, worstOfAll, over, runs)
	if share := float64(over) / float64(runs); share > 0.05 {
		t.Errorf("over 1.5 times the stated rate in %.3f of runs", share)
	}
}
