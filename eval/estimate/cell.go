package estimate

import "slices"

// bins is how many steps the range of scores is cut into, to find where a rate
// falls to learn ties from, or where to look for a threshold.
const bins = 2000

// histogram counts scores by step.
type histogram struct {
	counts [bins + 1]float64 // by block, each of which counts as one
	total  float64
	failed float64 // failures to acquire, below every step
	scores int
}

func (h *histogram) add(scores []float64) {
	weight := 1 / float64(len(scores))
	for _, score := range scores {
		h.total += weight
		h.scores++
		if !(score >= -1) { // not a number is a failure, too
			h.failed += weight
			continue
		}
		h.counts[min(bins, int((score+1)/2*bins))] += weight
	}
}

// over is the lowest step at which no more than a share of the scores match.
func (h *histogram) over(share float64) float64 {
	allowed := share*h.total + 1e-9
	step := bins
	for sum := h.counts[bins]; step > 0 && sum <= allowed; {
		step--
		sum += h.counts[step]
	}
	return 2*float64(step+1)/bins - 1
}

// under is the lowest step at which at least a share of the scores fail.
func (h *histogram) under(share float64) float64 {
	wanted := share * h.total
	sum, step := h.failed, 0
	for ; step < bins && sum < wanted; step++ {
		sum += h.counts[step]
	}
	return 2*float64(step)/bins - 1
}

// cell is some comparisons that a rate is wanted of: those within a group,
// between two, or all.
type cell struct {
	genuine    bool
	people     int
	scores     histogram
	thresholds []float64 // those asked for, then those to learn ties from
	asked      int
	tallies    []*tally
	ties       ties
}

// learn says at which rates ties are learnt: where errors are many.
func learn() []float64 { return []float64{0.3, 0.1, 0.03} }

// fewest is how many errors it takes to learn ties from a threshold.
const fewest = 20

// prepare makes a tally for every threshold, when the scores were counted.
func (c *cell) prepare(asked []float64) {
	c.asked, c.thresholds = len(asked), slices.Clone(asked)
	for _, share := range learn() {
		if share*float64(c.scores.scores) < fewest {
			continue
		}
		if c.genuine {
			c.thresholds = append(c.thresholds, c.scores.under(share))
		} else {
			c.thresholds = append(c.thresholds, c.scores.over(share))
		}
	}
	c.tallies = nil
	for range c.thresholds {
		c.tallies = append(c.tallies, &tally{people: make([]counts, c.people)})
	}
}

// add counts a block of the cell's, whose people have these numbers in it.
func (c *cell) add(a, b int, scores []float64) {
	for i, threshold := range c.thresholds {
		errors := 0
		for _, s := range scores {
			if (s >= threshold) != c.genuine {
				errors++
			}
		}
		c.tallies[i].add(a, b, float64(len(scores)), float64(errors))
	}
}

// finish learns the ties from the thresholds that are for it.
func (c *cell) finish() {
	c.ties = ties{}
	for _, t := range c.tallies[c.asked:] {
		c.ties = c.ties.max(t.ties())
	}
}

// rate is the rate at the i-th threshold that was asked for.
func (c *cell) rate(i int, alpha float64) Rate {
	t := c.tallies[i]
	r := Rate{Errors: int(t.errors), Comparisons: int(t.comparisons), People: t.present(), Rate: t.rate()}
	r.Low, r.High = t.interval(c.ties.max(t.ties()), alpha)
	return r
}
