package estimate

// Calibration is the lowest threshold at which every group that is not small
// meets a false match rate, and what that costs.
type Calibration struct {
	// FMR is the stated rate.
	FMR float64 `json:"fmr"`
	// Threshold is the lowest found at which no group's FMR lies above the stated
	// rate, nor the upper end of its interval above Margin times that.
	Threshold float64 `json:"threshold"`
	// Supported is whether there is one. If not, Threshold is the highest that
	// the comparisons can tell of, and Lacking the groups that were too few.
	Supported bool     `json:"supported"`
	Lacking   []string `json:"lacking,omitempty"`
	// Worst is the group that decided.
	Worst string `json:"worst"`
	// Everybody is the threshold at which everybody together meets the rate,
	// whatever it is for each group.
	Everybody float64 `json:"threshold_for_everybody"`
	// At are the rates at Threshold, AtEverybody those at Everybody.
	At          At `json:"at"`
	AtEverybody At `json:"at_threshold_for_everybody"`
}

// Margin is how far above the stated rate the worst group's may truly be, as
// far as its interval tells.
const Margin = 1.5

// steps is how many thresholds one round of the search tries.
const steps = 24

// Calibrate searches for the threshold of a stated FMR. It goes through the
// blocks six times at most.
func (d Design) Calibrate(blocks Blocks, fmr float64) Calibration {
	g := newGrid(d)
	for b := range blocks {
		g.count(b)
	}
	from, to := g.start(fmr)
	c := Calibration{FMR: fmr, Threshold: to}
	for range 3 {
		tried := ladder(from, to)
		i, worst, lacking := g.search(blocks, d, tried, fmr)
		c.Worst, c.Lacking = worst, lacking
		if i == len(tried) {
			break
		}
		c.Threshold, c.Supported, c.Lacking = tried[i], true, nil
		if from, to = tried[max(0, i-1)], tried[i]; from == to {
			break
		}
	}
	c.Everybody = g.all.scores.over(fmr)
	d.Thresholds = []float64{c.Threshold, c.Everybody}
	points := d.Measure(blocks).Points
	c.At, c.AtEverybody = points[0], points[1]
	return c
}

// start is where a search begins and ends: from where everybody together meet
// the rate to where nobody matches.
func (g *grid) start(fmr float64) (from, to float64) {
	from, to = 1, -1
	for a := range g.within {
		if g.within[a][a].scores.total == 0 {
			continue
		}
		from, to = min(from, g.within[a][a].scores.over(fmr)), max(to, g.within[a][a].scores.over(0))
	}
	return from, max(from, to)
}

// ladder has steps from one threshold to another, both among them.
func ladder(from, to float64) (all []float64) {
	for i := range steps {
		all = append(all, from+(to-from)*float64(i)/(steps-1))
	}
	return all
}

// search returns the first threshold at which every group that is not small
// meets the rate, the group that was the last to do so, and those that never
// do.
func (g *grid) search(blocks Blocks, d Design, tried []float64, fmr float64) (first int, worst string, lacking []string) {
	g.prepare(tried)
	for b := range blocks {
		g.add(b)
	}
	g.finish()
	for a, name := range d.Groups {
		if g.people(a) < d.Least {
			continue
		}
		i := len(tried)
		for i > 0 && meets(g.within[a][a].rate(i-1, alpha), fmr) {
			i--
		}
		if i == len(tried) {
			lacking = append(lacking, name)
		}
		if i > first || worst == "" {
			first, worst = max(first, i), name
		}
	}
	if worst == "" {
		first = len(tried) // no group is large enough
	}
	return first, worst, lacking
}

// meets is whether a rate lies at the stated one or below, and is known well
// enough to say so.
func meets(r Rate, fmr float64) bool { return r.Rate <= fmr && r.High <= Margin*fmr }
