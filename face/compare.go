package face

import (
	"errors"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/pass"
)

// Comparison is the outcome of comparing one probe with one reference, bound to
// the grant it was made under. The zero value is no comparison.
type Comparison struct {
	grant consent.Grant
	score float64
	made  bool
}

// Score is the cosine of probe and reference, from -1 to 1. With two extract
// models it is the mean of their cosines, which is the cosine of the vectors
// put one after the other.
func (c Comparison) Score() float64 { return c.score }

// Reaches says whether the two count as one person's at the threshold, for the
// holder of that very pass. A comparison made under any other grant (to
// measure, for another pass, or one that has ended) never does.
func (c Comparison) Reaches(threshold float64, id pass.ID, now time.Time) bool {
	return c.made && c.grant.CheckPass(id, now) == nil && c.score >= threshold
}

// Compare compares one probe with one reference of the same model. The grant
// must be to verify or to measure, and be the one the probe was extracted
// under. A reference that the model did not make is an [ErrReference].
func (e *Engine) Compare(g consent.Grant, p *Probe, r Reference) (Comparison, error) {
	if err := e.mayCompare(g, p); err != nil {
		return Comparison{}, err
	}
	parts, err := e.codec.decode(r)
	if err != nil {
		return Comparison{}, err
	}
	defer wipe(parts)
	return Comparison{grant: g, score: score(p.parts, parts), made: true}, nil
}

func (e *Engine) mayCompare(g consent.Grant, p *Probe) error {
	if p.engine != e || p.grant != g {
		return consent.ErrNoGrant
	}
	if g.Power() == consent.Measure {
		return g.Check(consent.Measure, e.now())
	}
	return g.Check(consent.Verify, e.now())
}

// score is the mean over the models of the cosine of probe and reference.
func score(probe, reference [][]float32) (mean float64) {
	for i := range probe {
		mean += cosine(probe[i], reference[i]) / float64(len(probe))
	}
	return mean
}

func cosine(a, b []float32) float64 {
	var dot float64
	for i := range a {
		dot += float64(a[i]) * float64(b[i])
	}
	lengths := length(a) * length(b)
	if lengths == 0 {
		return 0
	}
	return max(-1, min(1, dot/lengths))
}

// Measured is one comparison of two photographs of a declared data set.
type Measured struct {
	Score float64 // with the first encoded as a reference, as a door compares
	Plain float64 // without, to tell what the encoding costs
}

// Measure compares two probes that were extracted to measure. Neither becomes
// a reference that leaves this function, and nothing can open a latch with the
// outcome.
func (e *Engine) Measure(g consent.Grant, reference, probe *Probe) (Measured, error) {
	if err := g.Check(consent.Measure, e.now()); err != nil {
		return Measured{}, err
	}
	if err := errors.Join(e.mayCompare(g, reference), e.mayCompare(g, probe)); err != nil {
		return Measured{}, err
	}
	if reference.coded == nil {
		encoded := e.codec.encode(reference.parts)
		defer encoded.Wipe()
		parts, err := e.codec.decode(encoded)
		if err != nil {
			return Measured{}, err
		}
		reference.coded = parts
	}
	return Measured{Score: score(probe.parts, reference.coded), Plain: score(probe.parts, reference.parts)}, nil
}
