package face

import (
	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/picture"
)

// otherPortrait is the size of another face in a picture of a document, as a share
// of the portrait's, from which on it is not clear which is the portrait. What
// documents repeat of it, and of whom else they show, is smaller.
const otherPortrait = 0.85

// CapturePortrait finds the portrait in a picture of an identity document: the
// largest face. Smaller ones, which documents have as ghosts and watermarks, count
// among [Capture.Others] and are not looked at. The grant must be one from a choice
// at a desk. It returns [ErrNoFace], and [ErrSeveralFaces] for two faces of about
// the same size, as two documents have.
func (e *Engine) CapturePortrait(g consent.Grant, p *picture.Picture) (*Capture, error) {
	if err := e.atDesk(g); err != nil {
		return nil, err
	}
	return e.captureLargest(g, p, otherPortrait)
}

// Resemble returns the comparison score of two probes, from -1 to 1: one of a
// person at a desk and one of the portrait in their document. Both must have been
// extracted under the grant, which must be one from a choice at a desk. It makes no
// reference, and nothing opens a latch with a score.
func (e *Engine) Resemble(g consent.Grant, live, portrait *Probe) (float64, error) {
	if err := e.atDesk(g); err != nil {
		return 0, err
	}
	for _, p := range []*Probe{live, portrait} {
		if p.engine != e || p.grant != g {
			return 0, consent.ErrNoGrant
		}
	}
	return score(live.parts, portrait.parts), nil
}

// atDesk returns nil for a grant to verify at a desk that holds now.
func (e *Engine) atDesk(g consent.Grant) error {
	if err := g.Check(consent.Verify, e.now()); err != nil {
		return err
	}
	if g.Purpose() != pass.PurposeDesk {
		return consent.ErrOtherPower
	}
	return nil
}
