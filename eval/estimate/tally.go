package estimate

import "math"

// tally adds up the comparisons of some people at one threshold.
//
// Two comparisons may have nothing in common, one person, or both; each kind is
// counted apart, because each depends in its own way. For a person i or a block
// b with m comparisons and k errors, the sums of m² and k² count the pairs of
// comparisons, and of errors, that have it in common.
type tally struct {
	comparisons, errors float64
	people              []counts // by the number of a person within the cell
	blocks              float64  // how many blocks there are
	bm, bk              float64  // sums over blocks of m² and k²
}

// counts are the comparisons of one person and the errors among them.
type counts struct{ m, k float64 }

// add counts a block between a and b, or of a alone if they are equal.
func (t *tally) add(a, b int, m, k float64) {
	t.comparisons += m
	t.errors += k
	t.blocks++
	t.bm += m * m
	t.bk += k * k
	t.people[a].m += m
	t.people[a].k += k
	if b != a {
		t.people[b].m += m
		t.people[b].k += k
	}
}

// rate is the share of errors.
func (t *tally) rate() float64 {
	if t.comparisons == 0 {
		return 0
	}
	return t.errors / t.comparisons
}

// present is how many people were compared at all.
func (t *tally) present() (n int) {
	for _, p := range t.people {
		if p.m > 0 {
			n++
		}
	}
	return n
}

// common counts ordered pairs of comparisons that have a block in common, and
// those that have one person in common and not the other, with how many of
// each are both errors.
func (t *tally) common() (block, person counts) {
	block = counts{t.bm - t.comparisons, t.bk - t.errors}
	for _, p := range t.people {
		person.m += p.m * p.m
		person.k += p.k * p.k
	}
	// Each pair within a block was counted once for each of its two people. A
	// block of one person has nobody else to share.
	person.m, person.k = max(0, person.m-2*t.bm), max(0, person.k-2*t.bk)
	return block, person
}

// tie says how strongly comparisons with something in common err together: both
// with a chance of p^(2-tie), where each errs with a chance of p. At 0 they are
// independent, at 1 one errs whenever the other does. For normal scores with a
// correlation of r it is about 2r/(1+r) at every threshold, so that it can be
// learnt where errors are many and used where they are few.
func tie(p float64, c counts, bias float64) float64 {
	if c.m <= 0 || c.k <= 0 || p <= 0 || p >= 1 {
		return 0
	}
	return max(0, min(1, 2-(math.Log(c.k/c.m)+bias)/math.Log(p)))
}

// ties are those of comparisons that share both people, and of those that share
// one.
type ties struct{ block, person float64 }

func (t ties) max(u ties) ties { return ties{max(t.block, u.block), max(t.person, u.person)} }

// ties estimates both from one threshold.
func (t *tally) ties() ties {
	p := t.rate()
	block, person := t.common()
	first := ties{tie(p, block, 0), tie(p, person, 0)}
	if p <= 0 || p >= 1 {
		return first
	}
	// A rate that came out too high by chance makes what is shared look small;
	// on average by the rate's own relative variance.
	bias := min(1, t.variance(p, first)/(p*p))
	return ties{tie(p, block, bias), tie(p, person, bias)}
}

// variance is that of the rate, if the true rate is p.
func (t *tally) variance(p float64, with ties) float64 {
	block, person := t.common()
	both := func(tie float64) float64 { return max(0, math.Pow(p, 2-tie)-p*p) }
	sum := t.comparisons*p*(1-p) + block.m*both(with.block) + person.m*both(with.person)
	return sum / (t.comparisons * t.comparisons)
}
