package estimate

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"
)

func about(a, b, by float64) bool { return math.Abs(a-b) <= by }

func blocksOf(all ...Block) Blocks { return slices.Values(all) }

// TestRates counts by hand: failures to acquire never match, and people in no
// group are left out.
func TestRates(t *testing.T) {
	d := Design{Groups: []string{"x", "y"}, Of: []int{0, 0, 1, 1, -1}, Thresholds: []float64{0.5}, Least: 2}
	table := d.Measure(blocksOf(
		Block{0, 0, []float64{0.9, 0.4}}, Block{1, 1, []float64{0.6, -2}}, Block{2, 2, []float64{0.5}},
		Block{3, 3, []float64{math.NaN()}}, Block{4, 4, []float64{0.1}},
		Block{1, 0, []float64{0.5, 0.1}}, Block{2, 0, []float64{0.7}}, Block{1, 3, []float64{0}}, Block{4, 0, []float64{0.9}},
		Block{2, 3, []float64{-2}},
	))
	at := table.Points[0]
	if at.FMR.Errors != 2 || at.FMR.Comparisons != 5 || at.FNMR.Errors != 3 || at.FNMR.Comparisons != 6 {
		t.Errorf("all: %+v, %+v", at.FMR, at.FNMR)
	}
	x, y := at.Groups[0], at.Groups[1]
	if x.FMR.Errors != 1 || x.FMR.Comparisons != 2 || x.FNMR.Errors != 2 || y.FMR.Errors != 0 || y.FNMR.Errors != 1 {
		t.Errorf("x %+v, y %+v", x, y)
	}
	if c := at.Across[0].FMR; c.Errors != 1 || c.Comparisons != 2 {
		t.Errorf("across: %+v", c)
	}
	if !x.FMRRatio.Few || !at.FMRSpread.Few || at.FMRSpread.High.Known() {
		t.Errorf("two people are enough to say: %+v, %+v", x.FMRRatio, at.FMRSpread)
	}
	if d.Least = 3; d.Measure(blocksOf()).Points[0].FMRSpread != nil {
		t.Error("small groups were compared")
	}
}

// TestRuleOfThree: with nothing in common and no error, the upper end is
// 3.69/n, as both tails count.
func TestRuleOfThree(t *testing.T) {
	y := tally{comparisons: 30000, blocks: 30000, single: 30000, people: slices.Repeat([]counts{{m: 1}}, 60000)}
	if low, high := y.interval(ties{}, alpha); low != 0 || !about(high, 3.69/30000, 1e-6) {
		t.Errorf("%v to %v", low, high)
	}
}

// TestUnknownIsNull: a ratio without an end is no number in JSON.
func TestUnknownIsNull(t *testing.T) {
	data, err := json.Marshal(Ratio{Ratio: Number(math.NaN()), High: Number(math.Inf(1))})
	if err != nil || !strings.Contains(string(data), `"ratio":null,"low":0,"high":null`) {
		t.Errorf("%s, %v", data, err)
	}
}

// TestCalibrationLacks: a group that is too small to meet a rate is named, and
// one that is under the least size does not count.
func TestCalibrationLacks(t *testing.T) {
	w := few()
	blocks := w.draw(newRand())
	c := w.design(30).Calibrate(blocks, 1e-4)
	if c.Supported || !slices.Contains(c.Lacking, "b") || slices.Contains(c.Lacking, "c") {
		t.Errorf("lacking %v", c.Lacking)
	}
	c = w.design(30).Calibrate(blocks, 0.05)
	if !c.Supported || c.Threshold < c.Everybody || c.At.FMR.Rate > c.AtEverybody.FMR.Rate || c.At.FNMR.Rate < c.AtEverybody.FNMR.Rate || c.Worst != "b" {
		t.Errorf("%+v", c)
	}
}

// TestNothing: no comparison says nothing, and breaks nothing.
func TestNothing(t *testing.T) {
	d := Design{Groups: []string{"x"}, Of: []int{0, 0}, Thresholds: []float64{0.4}, Least: 1}
	r := d.Measure(blocksOf()).Points[0]
	if r.FMR.Low != 0 || r.FMR.High != 1 || r.Groups[0].FMRRatio.High.Known() {
		t.Errorf("%+v", r)
	}
	if c := d.Calibrate(blocksOf(), 1e-3); c.Supported {
		t.Errorf("%+v", c)
	}
}
