package eval

import (
	"math"
	"slices"

	"github.com/facelatch/facelatch/eval/estimate"
	"github.com/facelatch/facelatch/face"
)

// CueWorth says what one cue is worth, for each species.
type CueWorth struct {
	Cue string `json:"cue"`
	// Known is the share of bona fide presentations of which it said something.
	Known   float64    `json:"known"`
	Species []CueGains `json:"species"`
}

// CueGains is what a cue does against one species.
type CueGains struct {
	Species string `json:"species"`
	// Known is the share of attacks of which it said something, and AUC that of the
	// cue alone; a presentation of which it said nothing counts as a half.
	Known float64 `json:"known"`
	AUC   float64 `json:"auc"`
	// Alone, Without and With are APCERs at the threshold of BPCER 5 %: of the cue
	// alone, of the others' odds multiplied, and with its own among them.
	Alone   estimate.Rate `json:"apcer_alone"`
	Without estimate.Rate `json:"apcer_without"`
	With    estimate.Rate `json:"apcer_with"`
}

// cues measures what each is worth.
func (l *Level) cues(develop, shown []rated, species []string) (all []CueWorth) {
	for _, name := range cueNames(shown) {
		w := CueWorth{Cue: name, Known: known(ofSpecies(shown, ""), name)}
		alone := func(j rated) float64 { return cueOf(j, name) }
		without := func(j rated) float64 { return odds(j.Cues, name) }
		with := func(j rated) float64 { return odds(j.Cues, "") }
		for _, s := range species {
			own := ofSpecies(shown, s)
			if len(own) == 0 {
				continue
			}
			g := CueGains{Species: s, Known: known(own, name)}
			g.AUC = auc(mapped(ofSpecies(shown, ""), alone), mapped(own, alone))
			g.Alone, g.Without, g.With = passing(develop, own, alone), passing(develop, own, without), passing(develop, own, with)
			w.Species = append(w.Species, g)
		}
		all = append(all, w)
	}
	return all
}

// passing is the APCER at the threshold at which 5 % of bona fide presentations are
// taken for attacks.
func passing(develop, attacks []rated, value func(rated) float64) estimate.Rate {
	t := quantile(mapped(ofSpecies(develop, ""), value), targets()[central])
	return share(attacks, func(j rated) bool { return value(j) >= t })
}

func mapped(all []rated, value func(rated) float64) (out []float64) {
	for _, j := range all {
		out = append(out, value(j))
	}
	return out
}

func cueNames(all []rated) (names []string) {
	for _, j := range all {
		for _, c := range j.Cues {
			if !slices.Contains(names, c.Name) {
				names = append(names, c.Name)
			}
		}
	}
	return names
}

func find(cues []face.Cue, name string) (bona float64, known bool) {
	for _, c := range cues {
		if c.Name == name {
			return c.Bona, true
		}
	}
	return 0.5, false
}

func cueOf(j rated, name string) float64 {
	bona, _ := find(j.Cues, name)
	return bona
}

// known is the share of presentations of which a cue said something.
func known(all []rated, name string) float64 {
	n := 0
	for _, j := range all {
		if _, said := find(j.Cues, name); said {
			n++
		}
	}
	return float64(n) / math.Max(1, float64(len(all)))
}

// odds is the logarithm of the product of all cues' odds, but for one.
func odds(cues []face.Cue, but string) (sum float64) {
	for _, c := range cues {
		if c.Name != but {
			b := min(1-1e-6, max(1e-6, c.Bona))
			sum += math.Log(b / (1 - b))
		}
	}
	return sum
}
