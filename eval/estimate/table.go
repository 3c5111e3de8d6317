package estimate

// Rate is how often comparisons err, with its interval: the mean over people for
// genuine comparisons, and over pairs of people for others. Where all have as
// many comparisons as each other that is the share of all comparisons.
type Rate struct {
	// Errors and Comparisons are as they were counted.
	Errors      int `json:"errors"`
	Comparisons int `json:"comparisons"`
	// People is how many people those comparisons are of.
	People int     `json:"people"`
	Rate   float64 `json:"rate"`
	// Low and High hold the true rate with a chance of 95 %, allowing for
	// comparisons that have people in common. With no error, High is what the
	// rule of three gives for as many independent comparisons as these are worth.
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// Design is what to tell apart.
type Design struct {
	// Groups are the groups' names, Of the group of each person by its number,
	// or -1 for nobody's, whose comparisons are left out.
	Groups []string
	Of     []int
	// Thresholds are where rates are wanted.
	Thresholds []float64
	// Least is how many people a group needs to be compared with others.
	Least int
}

// Table is what a design found at each of its thresholds.
type Table struct {
	Groups []Size `json:"groups"`
	Points []At   `json:"points"`
}

// Size is how large a group is.
type Size struct {
	Group  string `json:"group"`
	People int    `json:"people"` // with at least one comparison
	Small  bool   `json:"small"`  // fewer than the least: too few to say
}

// At is what was found at one threshold.
type At struct {
	Threshold float64 `json:"threshold"`
	// FMR and FNMR are those of everybody together, within and across groups.
	FMR    Rate    `json:"fmr"`
	FNMR   Rate    `json:"fnmr"`
	Groups []Group `json:"groups"`
	// Across is the FMR between people of two groups.
	Across []Across `json:"across"`
	// FMRSpread and FNMRSpread compare the worst with the best of the groups
	// that are not small; nil where fewer than two are.
	FMRSpread  *Spread `json:"fmr_worst_over_best,omitempty"`
	FNMRSpread *Spread `json:"fnmr_worst_over_best,omitempty"`
}

// Group is what was found within one group.
type Group struct {
	Group string `json:"group"`
	FMR   Rate   `json:"fmr"`
	FNMR  Rate   `json:"fnmr"`
	// FMRRatio and FNMRRatio are the rates over those of everybody.
	FMRRatio  Ratio `json:"fmr_over_all"`
	FNMRRatio Ratio `json:"fnmr_over_all"`
	// Small is whether the group has fewer people than the least.
	Small bool `json:"small"`
}

// Across is what was found between two groups.
type Across struct {
	A        string `json:"a"`
	B        string `json:"b"`
	FMR      Rate   `json:"fmr"`
	FMRRatio Ratio  `json:"fmr_over_all"`
	// Small is whether one of them has fewer people than the least.
	Small bool `json:"small"`
}

const alpha = 0.05

// Measure estimates the rates. It goes through the blocks twice.
func (d Design) Measure(blocks Blocks) Table {
	g := newGrid(d)
	for b := range blocks {
		g.count(b)
	}
	g.prepare(d.Thresholds)
	for b := range blocks {
		g.add(b)
	}
	g.finish()
	t := Table{}
	for i, name := range d.Groups {
		people := g.people(i)
		t.Groups = append(t.Groups, Size{Group: name, People: people, Small: people < d.Least})
	}
	for i, threshold := range d.Thresholds {
		t.Points = append(t.Points, g.at(i, threshold, t.Groups))
	}
	return t
}

// at reports on the i-th threshold.
func (g *grid) at(i int, threshold float64, sizes []Size) At {
	all, genuine := g.all, g.allGenuine
	at := At{Threshold: threshold, FMR: all.rate(i, alpha), FNMR: genuine.rate(i, alpha)}
	for a, s := range sizes {
		within, own := g.within[a][a], g.own[a]
		at.Groups = append(at.Groups, Group{
			Group: s.Group, Small: s.Small, FMR: within.rate(i, alpha), FNMR: own.rate(i, alpha),
			FMRRatio: overAll(within, all, i), FNMRRatio: overAll(own, genuine, i),
		})
		for b := a + 1; b < len(sizes); b++ {
			c := g.within[a][b]
			at.Across = append(at.Across, Across{A: s.Group, B: sizes[b].Group, FMR: c.rate(i, alpha), FMRRatio: overAll(c, all, i), Small: s.Small || sizes[b].Small})
		}
	}
	at.FMRSpread = spread(sizes, func(a int) *cell { return g.within[a][a] }, i)
	at.FNMRSpread = spread(sizes, func(a int) *cell { return g.own[a] }, i)
	return at
}
