package desk

import (
	"errors"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/idcheck"
	"github.com/facelatch/facelatch/picture"
)

// Release lets go of the picture that the portrait was found in, and clears the
// copy that was turned to find it: the picture can be wiped while the portrait is
// still compared with. It may be called on a nil Portrait.
func (p *Portrait) Release() {
	if p == nil {
		return
	}
	p.capture.Wipe()
	p.upright.Wipe()
	p.capture, p.upright = nil, nil
}

// CompareGood is [Compare] for one frame of several: where a cause is seen for
// which comparing is likely to fail, and which the person can mend, nothing is
// compared, and that is the problem returned. Then, and where the frame shows
// nobody, Face is nil.
func CompareGood(e Engine, g consent.Grant, live *picture.Picture, with *Portrait) (*idcheck.Face, face.Problem, error) {
	c, err := e.Capture(g, live)
	switch {
	case errors.Is(err, face.ErrNoFace):
		return nil, "", nil
	case errors.Is(err, face.ErrSeveralFaces):
		return &idcheck.Face{Others: 1}, "", nil
	case err != nil:
		return nil, "", err
	}
	defer c.Wipe()
	probe, err := c.Probe() // before the quality, which else extracts once more
	if err != nil {
		return nil, "", err
	}
	defer probe.Wipe()
	q, err := c.Quality()
	if err != nil {
		return nil, "", err
	}
	if problems := q.Problems(); len(problems) > 0 {
		return nil, problems[0], nil
	}
	f, err := compared(e, g, c, probe, with)
	return f, "", err
}

// compared compares a capture whose probe is known, and judges what was shown.
func compared(e Engine, g consent.Grant, c *face.Capture, probe *face.Probe, with *Portrait) (*idcheck.Face, error) {
	f := &idcheck.Face{Unclear: with.unclear}
	var err error
	if f.Score, err = e.Resemble(g, probe, with.probe); err != nil {
		return nil, err
	}
	attack, err := c.Attack()
	if err != nil && !errors.Is(err, face.ErrNoModel) { // the policy says whether it is needed
		return nil, err
	}
	f.Judged, f.Suspected = err == nil, attack.Suspected
	return f, nil
}
