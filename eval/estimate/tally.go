package estimate

import "math"

// tally adds up blocks at one threshold.
//
// Every block counts the same, however many comparisons it has, so that nobody
// counts for more because there are more photographs of them: the rate is the
// mean over people, or pairs of people, of the share of comparisons that err.
//
// Two comparisons may have nothing in common, one person, or a block, and each
// kind depends in its own way; so the sums below count apart the pairs of
// comparisons of each kind, and those of which both err.
type tally struct {
	comparisons, errors float64 // as they were counted
	blocks, shares      float64 // how many, and the sum of their shares of errors
	single              float64 // sum over blocks of 1/m
	several             counts  // blocks of two comparisons or more; the sum of their shares of pairs that err both
	squares             float64 // sum over blocks of the squares of their shares
	people              []counts
}

// counts are a number of blocks and the sum of shares among them.
type counts struct{ m, k float64 }

// add counts a block of m comparisons, k of them errors, between a and b, or of a
// alone if they are equal.
func (t *tally) add(a, b int, m, k float64) {
	share := k / m
	t.comparisons, t.errors = t.comparisons+m, t.errors+k
	t.blocks, t.shares = t.blocks+1, t.shares+share
	t.single += 1 / m
	t.squares += share * share
	if m > 1 {
		t.several.m++
		t.several.k += k * (k - 1) / (m * (m - 1))
	}
	for _, p := range []int{a, b} {
		t.people[p].m++
		t.people[p].k += share
		if a == b {
			break
		}
	}
}

// rate is the mean share of errors.
func (t *tally) rate() float64 {
	if t.blocks == 0 {
		return 0
	}
	return t.shares / t.blocks
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

// worth is how many people with as many blocks as each other would be worth
// these (Kish 1965): fewer than there are, where some have many more than others.
func (t *tally) worth() float64 {
	var sum, squares float64
	for _, p := range t.people {
		sum += p.m
		squares += p.m * p.m
	}
	if squares == 0 {
		return 0
	}
	return sum * sum / squares
}

// person counts ordered pairs of blocks that have one person in common and not
// the other, and the products of their shares.
func (t *tally) person() (c counts) {
	for _, p := range t.people {
		c.m += p.m * p.m
		c.k += p.k * p.k
	}
	// Each block was paired with itself once for each of its two people. A block
	// of one person has nobody else to share.
	return counts{max(0, c.m-2*t.blocks), max(0, c.k-2*t.squares)}
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
	p, person := t.rate(), t.person()
	first := ties{tie(p, t.several, 0), tie(p, person, 0)}
	if p <= 0 || p >= 1 {
		return first
	}
	// A rate that came out too high by chance makes what is shared look small;
	// on average by the rate's own relative variance.
	bias := min(1, t.variance(p, first)/(p*p))
	return ties{tie(p, t.several, bias), tie(p, person, bias)}
}

// variance is that of the rate, if the true rate is p.
func (t *tally) variance(p float64, with ties) float64 {
	both := func(tie float64) float64 { return max(0, math.Pow(p, 2-tie)-p*p) }
	sum := t.single*p*(1-p) + (t.blocks-t.single)*both(with.block) + t.person().m*both(with.person)
	return sum / (t.blocks * t.blocks)
}
