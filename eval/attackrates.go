package eval

import (
	"math"
	"slices"

	"github.com/facelatch/facelatch/eval/estimate"
)

// AttackReport is what was measured of attacks.
type AttackReport struct {
	Rendered bool `json:"rendered"`
	// Halves says that thresholds at chosen BPCERs are those of one half of the
	// people, and everything else is of the other half.
	Halves bool `json:"halves"`
	// People is of how many there were presentations that are reported on.
	People int `json:"people"`
	// Still is what one frame says, of every presentation its first with a face.
	Still *Level `json:"still,omitempty"`
	// Sequence is what whole sequences say.
	Sequence *Level `json:"sequence,omitempty"`
	Door     *Door  `json:"door,omitempty"`
	Bad      []Bad  `json:"bad_input"`
}

// Level is what one way of looking, at stills or at sequences, gives.
type Level struct {
	// BonaFide counts as an attack what is none: BPCER.
	BonaFide Kind `json:"bona_fide"`
	// Attacks are those of each species, and Worst the name of the one with the
	// highest APCER at a BPCER of 5 %.
	Attacks []Kind `json:"attacks"`
	Worst   string `json:"worst"`
	// Thresholds are the lowest beliefs that count as bona fide, for each BPCER
	// that is aimed for.
	Thresholds []AttackThreshold `json:"thresholds"`
	// Cues says what each cue is worth.
	Cues []CueWorth `json:"cues"`
}

// AttackThreshold is a threshold found on bona fide presentations.
type AttackThreshold struct {
	BPCER float64 `json:"bpcer"` // aimed for
	Bona  float64 `json:"bona"`
}

// Kind is what became of presentations of one kind. Rates are of those with a
// response, means over people, with intervals that allow for several of one
// person; where nobody says who is who each is taken for a person of its own.
type Kind struct {
	Species string `json:"species"` // bona fide for none
	Count   int    `json:"presentations"`
	People  int    `json:"people"`
	// NoResponse counts those in which no face was found: BPNRR, or APNRR.
	NoResponse Rate `json:"no_response"`
	// Shipped is the error rate at the detector's own threshold, and At that at
	// each of the level's thresholds: BPCER for people, APCER for attacks.
	Shipped estimate.Rate   `json:"shipped"`
	At      []estimate.Rate `json:"at"`
	// AUC is the chance that a bona fide presentation is believed more than one of
	// these; 1/2 says nothing.
	AUC float64 `json:"auc,omitempty"`
	// Curve is APCER over BPCER, for drawing.
	Curve [][2]float64 `json:"det,omitempty"`
	// Qualities are the same for each quality, by its name, at the 5 % threshold.
	Qualities map[string]estimate.Rate `json:"qualities,omitempty"`
}

// targets are the BPCERs at which APCER is told.
func targets() []float64 { return []float64{0.01, 0.05, 0.10} }

// central is the place of 5 % among them.
const central = 1

// rated is a presentation with what one level says of it.
type rated struct {
	species, quality string
	person           int
	belief
}

// level makes the figures of one level; nil without bona fide presentations and
// attacks. Thresholds come from develop, all else from the others.
func level(develop, shown []rated, silent map[string]Rate, species []string) *Level {
	bona := ofSpecies(shown, "")
	if len(bona) == 0 || len(bona) == len(shown) {
		return nil
	}
	l := &Level{}
	for _, b := range targets() {
		l.Thresholds = append(l.Thresholds, AttackThreshold{b, quantile(beliefs(ofSpecies(develop, "")), b)})
	}
	l.BonaFide = l.kind("bona fide", bona, silent[""], false)
	worst := -1.0
	for _, s := range species {
		own := ofSpecies(shown, s)
		k := l.kind(s, own, silent[s], true)
		k.AUC, k.Curve = auc(beliefs(bona), beliefs(own)), det(beliefs(bona), beliefs(own))
		k.Qualities = l.qualities(own)
		if rate := k.At[central].Rate; len(own) > 0 && rate > worst {
			worst, l.Worst = rate, s
		}
		l.Attacks = append(l.Attacks, k)
	}
	l.Cues = l.cues(develop, shown, species)
	return l
}

func ofSpecies(all []rated, species string) (out []rated) {
	for _, j := range all {
		if j.species == species {
			out = append(out, j)
		}
	}
	return out
}

func beliefs(all []rated) (out []float64) {
	for _, j := range all {
		out = append(out, j.Bona)
	}
	return out
}

// quantile is the threshold under which no more than a share of the beliefs lie.
func quantile(all []float64, share float64) float64 {
	if len(all) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(all))
	return sorted[min(len(sorted)-1, int(share*float64(len(sorted))+1e-9))]
}

// kind counts one kind of presentation.
func (l *Level) kind(name string, all []rated, silent Rate, attack bool) Kind {
	k := Kind{Species: name, Count: silent.Of, NoResponse: silent, People: people(all)}
	k.NoResponse.finish()
	wrong := func(bad func(rated) bool) estimate.Rate { return share(all, bad) }
	k.Shipped = wrong(func(j rated) bool { return j.Suspected != attack })
	for _, t := range l.Thresholds {
		k.At = append(k.At, wrong(func(j rated) bool { return (j.Bona < t.Bona) != attack }))
	}
	return k
}

func (l *Level) qualities(all []rated) map[string]estimate.Rate {
	out := map[string]estimate.Rate{}
	for _, j := range all {
		if _, known := out[j.quality]; known || j.quality == "" {
			continue
		}
		same := slices.DeleteFunc(slices.Clone(all), func(k rated) bool { return k.quality != j.quality })
		out[j.quality] = share(same, func(j rated) bool { return j.Bona >= l.Thresholds[central].Bona })
	}
	return out
}

func people(all []rated) int {
	who := map[int]bool{}
	for _, j := range all {
		who[j.person] = true
	}
	return len(who)
}

// share is how many of some presentations are rated wrong, as a mean over people.
func share(all []rated, wrong func(rated) bool) estimate.Rate {
	number, scores := map[int]int{}, [][]float64{}
	for _, j := range all {
		at, known := number[j.person]
		if !known {
			at = len(scores)
			number[j.person], scores = at, append(scores, nil)
		}
		score := 1.0
		if wrong(j) {
			score = 0
		}
		scores[at] = append(scores[at], score)
	}
	d := estimate.Design{Groups: []string{"everybody"}, Of: make([]int, len(scores)), Thresholds: []float64{0.5}}
	return d.Measure(func(yield func(estimate.Block) bool) {
		for i, s := range scores {
			if !yield(estimate.Block{A: i, B: i, Scores: s}) {
				return
			}
		}
	}).Points[0].FNMR
}

// auc is the chance that one of the first is above one of the second, ties counted
// half (Mann and Whitney 1947); not a number without both.
func auc(above, under []float64) float64 {
	a, b := slices.Sorted(slices.Values(above)), slices.Sorted(slices.Values(under))
	if len(a) == 0 || len(b) == 0 {
		return 0
	}
	var sum float64
	for _, v := range a {
		lower := below(b, v)
		same := below(b, math.Nextafter(v, math.Inf(1))) - lower
		sum += float64(lower) + float64(same)/2
	}
	return sum / float64(len(a)) / float64(len(b))
}

// det is APCER over BPCER at every threshold that a bona fide presentation makes, at
// most a hundred of them.
func det(bona, attacks []float64) (curve [][2]float64) {
	a, b := slices.Sorted(slices.Values(bona)), slices.Sorted(slices.Values(attacks))
	if len(a) == 0 || len(b) == 0 {
		return nil
	}
	step := max(1, len(a)/100)
	for i := 0; i < len(a); i += step {
		over := len(b) - below(b, a[i])
		curve = append(curve, [2]float64{float64(below(a, a[i])) / float64(len(a)), float64(over) / float64(len(b))})
	}
	return append(curve, [2]float64{1, 0})
}
