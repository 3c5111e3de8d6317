package eval

import (
	"slices"

	"github.com/facelatch/facelatch/eval/estimate"
)

// Door is how often a whole door opens: to a stranger with a copy of somebody's
// pass and an attack of that person (IAPAR, ISO/IEC 30107-3), and to the holders.
// One showing has at most [Attempts] comparisons.
type Door struct {
	Threshold float64     `json:"threshold"`
	Kinds     []DoorKinds `json:"kinds"`
}

// DoorKinds is that for one kind of presentation. Of stills a showing is up to three
// frames, each rated by itself; of sequences three frames are compared, and the
// whole is rated.
type DoorKinds struct {
	Species  string `json:"species"` // bona fide for the holders
	Sequence bool   `json:"sequence"`
	// Matched is how often an attempt reaches the threshold, which is also how often
	// a door opens where PAD only warns.
	Matched estimate.Rate `json:"matched"`
	// Opened is how often one does and PAD does not refuse, and OpenedAt5 the same at
	// the threshold of BPCER 5 %.
	Opened    estimate.Rate `json:"opened"`
	OpenedAt5 estimate.Rate `json:"opened_bpcer5"`
}

// door counts what opens; nil where nothing was compared.
func (m *attacking) door(r AttackReport, numbers map[string]int, reported func(int) bool, species []string) *Door {
	d := &Door{Threshold: m.Threshold}
	for _, sequence := range []bool{false, true} {
		level := r.Still
		if sequence {
			level = r.Sequence
		}
		for _, s := range append([]string{""}, species...) {
			var shown []tried
			for i, p := range m.Presentations {
				o := m.outcomes[i]
				if p.Species == s && p.Still != sequence && o.Problem == "" && reported(i) && m.comparable(p) {
					shown = append(shown, tried{numbers[m.personOf(i)], o})
				}
			}
			if len(shown) > 0 {
				d.Kinds = append(d.Kinds, m.opened(s, sequence, level, shown))
			}
		}
	}
	if d.Kinds == nil {
		return nil
	}
	return d
}

// comparable is whether there is a pass to show with a presentation.
func (m *attacking) comparable(p Presentation) bool {
	return m.References[p.Person] != nil && !p.Enrolled
}

// tried is a showing.
type tried struct {
	person int
	*outcome
}

func (m *attacking) opened(species string, sequence bool, l *Level, shown []tried) DoorKinds {
	k := DoorKinds{Species: Presentation{Species: species}.species(), Sequence: sequence}
	rate := func(opens func(o *outcome) bool) estimate.Rate {
		var all []rated
		for _, t := range shown {
			all = append(all, rated{person: t.person, belief: belief{Suspected: opens(t.outcome)}})
		}
		return share(all, func(j rated) bool { return j.Suspected })
	}
	match := func(a attempt) bool { return a.Score >= m.Threshold }
	k.Matched = rate(func(o *outcome) bool { return slices.ContainsFunc(o.Attempts, match) })
	k.Opened = rate(func(o *outcome) bool {
		if sequence {
			return !o.Sequence.suspected() && slices.ContainsFunc(o.Attempts, match)
		}
		return slices.ContainsFunc(o.Attempts, func(a attempt) bool { return match(a) && !a.Suspected })
	})
	if l == nil {
		return k
	}
	at := l.Thresholds[central].Bona
	k.OpenedAt5 = rate(func(o *outcome) bool {
		if sequence {
			return !o.Sequence.suspected() && slices.ContainsFunc(o.Attempts, match) && o.Sequence.Bona >= at
		}
		return slices.ContainsFunc(o.Attempts, func(a attempt) bool { return match(a) && a.Bona >= at })
	})
	return k
}

// suspected is whether a sequence is taken for an attack; one that gave no response
// is, since nothing opens without a face.
func (b *belief) suspected() bool { return b == nil || b.Suspected }
