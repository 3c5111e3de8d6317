package models

import "fmt"

// Look is one part of a picture that a PAD model judges. What all looks of all
// PAD models say is averaged, with what package face sees beside the face itself,
// so each tells something else of the same picture: skin, what surrounds the face,
// the scene.
type Look struct {
	// Margin is how many times as large as the face's box the part is, or less
	// where the picture does not reach as far. 0 is the whole picture.
	Margin float64 `json:"margin"`
	// Square makes the part as wide as it is high, so that nothing is stretched;
	// otherwise it has the box's form. The whole picture always has its own.
	Square bool `json:"square,omitempty"`
	// Mirrored turns left and right round.
	Mirrored bool `json:"mirrored,omitempty"`
	// Weight is how much the look counts, beside 1; 0 stands for 1.
	Weight float64 `json:"weight,omitempty"`
}

// Share is the look's weight.
func (l Look) Share() float64 {
	if l.Weight == 0 {
		return 1
	}
	return l.Weight
}

// String says which part, such as "1.6" or "whole".
func (l Look) String() string {
	name := "whole"
	if l.Margin != 0 {
		name = fmt.Sprintf("%g", l.Margin)
	}
	if l.Square {
		name += " square"
	}
	if l.Mirrored {
		name += " mirrored"
	}
	return name
}

// AllLooks are the looks of a PAD model: those that the manifest lists, or one at
// 2.7 times the box, which is what models of this kind are trained on.
func (m Model) AllLooks() []Look {
	if m.Role != PAD || len(m.Looks) > 0 {
		return m.Looks
	}
	return []Look{{Margin: 2.7}}
}

// Bounds of what a door may have to compute for one look at a face.
const (
	maxPAD    = 4
	maxLooks  = 8
	maxMargin = 20
	maxWeight = 100
)

// validLooks checks what belongs to the role PAD alone.
func (m Model) validLooks(at string) error {
	switch {
	case m.Role != PAD && len(m.Looks) > 0:
		return bad(at+".looks", "only a PAD model has some")
	case len(m.Looks) > maxLooks:
		return bad(at+".looks", "%d, more than %d", len(m.Looks), maxLooks)
	case m.Role != PAD && m.BonaFide != 0, m.BonaFide < 0, m.BonaFide >= maxFloats:
		return bad(at+".bona_fide", "%d", m.BonaFide)
	}
	seen := map[Look]bool{}
	for i, l := range m.Looks {
		here := fmt.Sprintf("%s.looks[%d]", at, i)
		switch {
		case !(l.Margin == 0 || l.Margin >= 1 && l.Margin <= maxMargin):
			return bad(here+".margin", "%g is neither 0 nor 1 to %d", l.Margin, maxMargin)
		case l.Square && l.Margin == 0:
			return bad(here+".square", "the whole picture has its own form")
		case !(l.Weight >= 0 && l.Weight <= maxWeight):
			return bad(here+".weight", "%g is not 0 to %d", l.Weight, maxWeight)
		}
		part := Look{Margin: l.Margin, Square: l.Square, Mirrored: l.Mirrored}
		if seen[part] {
			return bad(here, "the same part twice")
		}
		seen[part] = true
	}
	return nil
}
