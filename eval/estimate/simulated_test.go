package estimate

import (
	"math"
	"math/rand/v2"
)

// world is a made-up population with error rates that are known exactly: the
// score of two people is a mean of their groups, a trait of each of them, a
// trait of the two together, and chance, all of them normal.
type world struct {
	size                []int
	impostor            func(a, b int) float64 // the mean, by groups
	genuine             []float64              // the mean, by group
	person, pair, noise float64
	ownTrait, ownNoise  float64
	uneven              bool // some people have many photographs, most have few
	photographs         int  // of each person: comparisons of two people are its square
	wolves, wolf        float64
}

func newRand() *rand.Rand { return rand.New(rand.NewPCG(6, 4)) }

// few is three groups with differences, the last of them too small.
func few() world {
	return world{
		size: []int{60, 40, 12},
		impostor: func(a, b int) float64 {
			if a != b {
				return -0.06
			}
			return []float64{0, 0.05, 0.03}[a]
		},
		genuine: []float64{0.62, 0.55, 0.55},
		person:  0.03, noise: 0.09, ownTrait: 0.08, ownNoise: 0.07, photographs: 2,
	}
}

func tail(threshold, mean, deviation float64) float64 {
	return math.Erfc((threshold-mean)/deviation/math.Sqrt2) / 2
}

// fmr is the true FMR between two groups.
func (w world) fmr(a, b int, threshold float64) float64 {
	s := math.Sqrt(2*w.person*w.person + w.pair*w.pair + w.noise*w.noise)
	mean := w.impostor(a, b)
	return (1-w.wolves)*(1-w.wolves)*tail(threshold, mean, s) + 2*w.wolves*(1-w.wolves)*tail(threshold, mean+w.wolf, s) + w.wolves*w.wolves*tail(threshold, mean+2*w.wolf, s)
}

// fnmr is the true FNMR of a group.
func (w world) fnmr(a int, threshold float64) float64 {
	return 1 - tail(threshold, w.genuine[a], math.Hypot(w.ownTrait, w.ownNoise))
}

// all are the true rates of everybody together.
func (w world) all(threshold float64) (fmr, fnmr float64) {
	var pairs, people float64
	for a, n := range w.size {
		fnmr += float64(n) * w.fnmr(a, threshold)
		people += float64(n)
		for b := a; b < len(w.size); b++ {
			count := float64(n * w.size[b])
			if a == b {
				count = float64(n*(n-1)) / 2
			}
			fmr += count * w.fmr(a, b, threshold)
			pairs += count
		}
	}
	return fmr / pairs, fnmr / people
}

// threshold is where group a has a true FMR.
func (w world) threshold(a int, fmr float64) float64 {
	return solve(-1, 1, func(t float64) bool { return w.fmr(a, a, t) < fmr })
}

func (w world) design(least int, thresholds ...float64) Design {
	d := Design{Least: least, Thresholds: thresholds}
	for g, n := range w.size {
		d.Groups = append(d.Groups, string(rune('a'+g)))
		for range n {
			d.Of = append(d.Of, g)
		}
	}
	return d
}

// draw makes one population's comparisons.
func (w world) draw(r *rand.Rand) Blocks {
	trait := make([]float64, len(w.design(0).Of))
	for i := range trait {
		trait[i] = r.NormFloat64() * w.person
		if r.Float64() < w.wolves {
			trait[i] += w.wolf
		}
	}
	of, many := w.design(0).Of, make([]int, len(trait))
	for i := range many {
		if many[i] = w.photographs; w.uneven {
			many[i] = 1 + int(min(29, 1/r.Float64()-1))
		}
	}
	var all []Block
	for i := range of {
		all = append(all, w.block(r, i, i, w.genuine[of[i]]+w.ownTrait*r.NormFloat64(), w.ownNoise, many[i]*(many[i]+1)/2))
		for j := range i {
			mean := w.impostor(of[i], of[j]) + trait[i] + trait[j] + w.pair*r.NormFloat64()
			all = append(all, w.block(r, i, j, mean, w.noise, many[i]*many[j]))
		}
	}
	return func(yield func(Block) bool) {
		for _, b := range all {
			if !yield(b) {
				return
			}
		}
	}
}

func (w world) block(r *rand.Rand, i, j int, mean, noise float64, n int) Block {
	b := Block{A: i, B: j}
	for range n {
		b.Scores = append(b.Scores, mean+noise*r.NormFloat64())
	}
	return b
}
