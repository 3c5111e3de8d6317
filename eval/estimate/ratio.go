package estimate

import (
	"encoding/json"
	"fmt"
	"math"
)

// Ratio is one rate over another, with an interval of 95 %. A ratio to a rate
// of which no error was seen is not known and may be any.
type Ratio struct {
	Ratio Number `json:"ratio"`
	Low   Number `json:"low"`
	High  Number `json:"high"`
	// Few is whether the interval neither shows a difference nor excludes a
	// threefold one: it holds 1, and reaches to a third or to three.
	Few bool `json:"too_few_to_say"`
}

// String says the ratio with its interval, such as "1.20 (0.80 to 3.10)". Whether that
// is too few to say is for whoever says it to add.
func (r Ratio) String() string {
	return fmt.Sprintf("%s (%s to %s)", r.Ratio.or("unknown"), r.Low.or("0"), r.High.or("any"))
}

// Number is one that may be unknown or without an end; JSON has null for both.
type Number float64

// or says the number to two places, or what stands for one that is not known.
func (n Number) or(unknown string) string {
	switch {
	case !n.Known():
		return unknown
	case n > 100:
		return "over 100"
	}
	return fmt.Sprintf("%.2f", float64(n))
}

// Known is whether the number is an ordinary one.
func (n Number) Known() bool { return !math.IsNaN(float64(n)) && !math.IsInf(float64(n), 0) }

// MarshalJSON implements [json.Marshaler].
func (n Number) MarshalJSON() ([]byte, error) {
	if !n.Known() {
		return []byte("null"), nil
	}
	return json.Marshal(float64(n))
}

// UnmarshalJSON implements [json.Unmarshaler]: null is not known.
func (n *Number) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		*n = Number(math.NaN())
		return nil
	}
	return json.Unmarshal(data, (*float64)(n))
}

// many is the difference that a ratio must be able to tell.
const many = 3

func tooFew(r Ratio) bool { return r.Low <= 1 && r.High >= 1 && (r.Low <= 1.0/many || r.High >= many) }

// overAll is the ratio of a cell's rate to that of everybody, which the cell is
// a part of. Its interval comes from those of the two rates (Zou and Donner
// 2008), allowing for what they have in common.
func overAll(part, all *cell, i int) Ratio {
	p, q := part.rate(i, alpha), all.rate(i, alpha)
	r := Ratio{Ratio: Number(p.Rate / q.Rate), Low: 0, High: Number(p.High / q.Low)}
	if p.Errors > 0 && q.Errors > 0 {
		common := part.within(all, i)
		mover := func(a, b float64) float64 { return math.Sqrt(max(0, a*a+b*b-2*common*a*b)) }
		down := mover(math.Log(p.Rate/p.Low), math.Log(q.High/q.Rate))
		up := mover(math.Log(p.High/p.Rate), math.Log(q.Rate/q.Low))
		r.Low, r.High = Number(p.Rate/q.Rate*math.Exp(-down)), Number(p.Rate/q.Rate*math.Exp(up))
	}
	if math.IsNaN(float64(r.High)) {
		r.High = Number(math.Inf(1))
	}
	r.Few = tooFew(r)
	return r
}

// trusted is how much of that correlation is used. It is an estimate itself, and
// used in full it made intervals that held in 94 % of runs.
const trusted = 0.5

// within is the correlation of the part's rate with that of all, as far as it
// comes from the part's comparisons being among all: what else they share makes
// it larger, and the interval wider than it need be.
func (c *cell) within(all *cell, i int) float64 {
	part, whole := c.tallies[i], all.tallies[i]
	p, q := part.rate(), whole.rate()
	if whole.comparisons == 0 || p <= 0 || p >= 1 || q <= 0 || q >= 1 {
		return 0
	}
	share := part.blocks / whole.blocks
	v, w := part.variance(p, c.ties.max(part.ties())), whole.variance(q, all.ties.max(whole.ties()))
	return max(0, min(0.999, trusted*share*math.Sqrt(v/w)))
}

// Spread is the rate of the worst group over that of the best.
type Spread struct {
	Worst string `json:"worst"`
	Best  string `json:"best"`
	Ratio
}

// spread compares the groups that are not small. Which is worst and which best
// is itself a matter of chance, so the interval holds for whichever truly are:
// each group's is widened so that all hold together.
func spread(sizes []Size, of func(int) *cell, i int) *Spread {
	var names []string
	var rates []Rate
	for a, s := range sizes {
		if !s.Small && of(a).tallies[i].comparisons > 0 {
			names = append(names, s.Group)
		}
	}
	for a, s := range sizes {
		if !s.Small && of(a).tallies[i].comparisons > 0 {
			rates = append(rates, of(a).rate(i, alpha/float64(len(names))))
		}
	}
	if len(names) < 2 {
		return nil
	}
	worst, best := 0, 0
	var top, bottom Rate // the ends of the true worst, and of the true best
	bottom = Rate{Low: 1, High: 1}
	for k, r := range rates {
		if r.Rate > rates[worst].Rate {
			worst = k
		}
		if r.Rate <= rates[best].Rate {
			best = k
		}
		top.Low, top.High = max(top.Low, r.Low), max(top.High, r.High)
		bottom.Low, bottom.High = min(bottom.Low, r.Low), min(bottom.High, r.High)
	}
	s := &Spread{Worst: names[worst], Best: names[best]}
	s.Ratio = Ratio{Ratio: Number(rates[worst].Rate / rates[best].Rate), Low: Number(max(1, top.Low/bottom.High)), High: Number(top.High / bottom.Low)}
	s.Few = tooFew(s.Ratio)
	return s
}
