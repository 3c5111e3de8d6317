package eval

import (
	"context"
	"slices"

	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/models"
)

// Showings is how often whole showings of a pass go wrong, where one opens if
// any of its attempts reaches the threshold. Photographs stand for attempts.
//
// A stranger's showing compares one photograph, as the reference, with several
// of somebody else; a holder's compares it with those that follow it in the
// order of their names. Both are counted for every photograph as the reference.
// Showings share photographs and people, so the true intervals are wider than
// the ones given, which take each showing as a draw of its own.
type Showings struct {
	// Attempts is how many comparisons each showing has.
	Attempts int `json:"attempts"`
	// Strangers and Holders are how many people had enough photographs to make
	// the attempts of a stranger or of a holder.
	Strangers int `json:"strangers"`
	Holders   int `json:"holders"`
	// Points has one entry for each threshold that was asked for.
	Points []ShowingPoint `json:"points"`
}

// ShowingPoint is what showings cost and give at one threshold.
type ShowingPoint struct {
	// Name and Threshold are those of the manifest, FMR the rate of one
	// comparison for which it was calibrated.
	Name      string  `json:"name"`
	FMR       float64 `json:"fmr"`
	Threshold float64 `json:"threshold"`
	// AttemptFMR counts single comparisons of strangers, ShowingFMR showings in
	// which at least one of them matches.
	AttemptFMR Rate `json:"attempt_fmr"`
	ShowingFMR Rate `json:"showing_fmr"`
	// FirstFNMR counts holders whose first attempt misses, ShowingFNMR those
	// whose every attempt does. A failure to acquire is an attempt that misses.
	FirstFNMR   Rate `json:"first_fnmr"`
	ShowingFNMR Rate `json:"showing_fnmr"`
}

// Rate is a share with its Clopper-Pearson interval of 95 %. Of none, the
// interval says nothing: 0 to 1.
type Rate struct {
	Count int     `json:"count"`
	Of    int     `json:"of"`
	Rate  float64 `json:"rate"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

func (r *Rate) add(counts bool) {
	if r.Of++; counts {
		r.Count++
	}
}

func (r *Rate) finish() {
	if r.Of > 0 {
		r.Rate = float64(r.Count) / float64(r.Of)
	}
	r.Low, r.High = interval(r.Count, r.Of)
}

// showings measures showings of v.Showing attempts.
func (v Verification) showings(ctx context.Context, names []string, probes map[string]*face.Probe) (Showings, error) {
	s := newShowings(v.Showing, v.Thresholds)
	people := v.byPerson(names)
	groups := s.attempts(people, probes)
	for _, p := range people {
		for i, reference := range p.photographs {
			if ctx.Err() != nil {
				return Showings{}, context.Cause(ctx)
			}
			if probes[reference] == nil {
				continue // it would have failed to enrol
			}
			for _, g := range groups {
				if g.name == p.name {
					continue
				}
				if err := v.show(&s, probes, reference, g.photographs, false); err != nil {
					return Showings{}, err
				}
			}
			if own := p.following(i, s.Attempts); own != nil {
				if err := v.show(&s, probes, reference, own, true); err != nil {
					return Showings{}, err
				}
			}
		}
		if len(p.photographs) > s.Attempts {
			s.Holders++
		}
	}
	s.finish()
	return s, nil
}

func newShowings(attempts int, thresholds []models.Threshold) Showings {
	s := Showings{Attempts: attempts}
	for _, t := range thresholds {
		s.Points = append(s.Points, ShowingPoint{Name: t.Name, FMR: t.FMR, Threshold: t.Score})
	}
	return s
}

// person is somebody's photographs, in the order of their names.
type person struct {
	name        string
	photographs []string
}

// byPerson sorts photographs by whom they show, in the order of first mention.
func (v Verification) byPerson(names []string) []person {
	var all []person
	at := map[string]int{}
	for _, n := range names {
		who := v.person(n)
		i, known := at[who]
		if !known {
			i = len(all)
			at[who], all = i, append(all, person{name: who})
		}
		all[i].photographs = append(all[i].photographs, n)
	}
	for _, p := range all {
		slices.Sort(p.photographs)
	}
	return all
}

// following are the n photographs after one of a person's, from the start again
// after the last; nil if the person has not that many others.
func (p person) following(i, n int) (out []string) {
	if len(p.photographs) <= n {
		return nil
	}
	for k := range n {
		out = append(out, p.photographs[(i+1+k)%len(p.photographs)])
	}
	return out
}

// attempts splits each person's photographs into the attempts of strangers'
// showings. One without a face would be no attempt on a stranger's pass, so it
// is left out; what does not fill a showing is, too.
func (s *Showings) attempts(people []person, probes map[string]*face.Probe) (groups []person) {
	for _, p := range people {
		seen := slices.DeleteFunc(slices.Clone(p.photographs), func(n string) bool { return probes[n] == nil })
		if len(seen) >= s.Attempts {
			s.Strangers++
		}
		for g := range slices.Chunk(seen, s.Attempts) {
			if len(g) == s.Attempts {
				groups = append(groups, person{p.name, g})
			}
		}
	}
	return groups
}

// show compares each attempt with the reference and counts what came of it.
func (v Verification) show(s *Showings, probes map[string]*face.Probe, reference string, attempts []string, holder bool) error {
	scores := make([]float64, 0, 8)
	for _, a := range attempts {
		if probes[a] == nil {
			scores = append(scores, failed)
			continue
		}
		m, err := v.Engine.Measure(v.Grant, probes[reference], probes[a])
		if err != nil {
			return err
		}
		scores = append(scores, m.Score)
	}
	s.count(scores, holder)
	return nil
}

// count adds one showing to every point.
func (s *Showings) count(scores []float64, holder bool) {
	best := slices.Max(scores)
	for i := range s.Points {
		p := &s.Points[i]
		if holder {
			p.FirstFNMR.add(scores[0] < p.Threshold)
			p.ShowingFNMR.add(best < p.Threshold)
			continue
		}
		p.ShowingFMR.add(best >= p.Threshold)
		for _, score := range scores {
			p.AttemptFMR.add(score >= p.Threshold)
		}
	}
}

func (s *Showings) finish() {
	for i := range s.Points {
		p := &s.Points[i]
		for _, r := range []*Rate{&p.AttemptFMR, &p.ShowingFMR, &p.FirstFNMR, &p.ShowingFNMR} {
			r.finish()
		}
	}
}
