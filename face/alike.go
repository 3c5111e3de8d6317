package face

import "github.com/facelatch/facelatch/consent"

// Alike says whether two probes that were extracted to enrol, under one grant,
// count as one person's at a threshold, so that nobody else's picture gets
// among those of who is being enrolled. It says no more than that: there is no
// score, and nothing opens a latch with the outcome.
func (e *Engine) Alike(g consent.Grant, a, b *Probe, threshold float64) (bool, error) {
	if err := g.Check(consent.Enrol, e.now()); err != nil {
		return false, err
	}
	for _, p := range []*Probe{a, b} {
		if p.engine != e || p.grant != g {
			return false, consent.ErrNoGrant
		}
	}
	// Written so that a threshold which is not a number finds nobody alike.
	return threshold > 0 && score(a.parts, b.parts) >= threshold, nil
}
