package desk

import (
	"errors"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/idcheck"
	"github.com/facelatch/facelatch/internal/mrzread"
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

// Seen is what one frame of several showed.
type Seen struct {
	// Face is what comparing gave, nil where nothing was compared: nobody was there,
	// or what follows says why. With Others above 0 nothing was compared either.
	Face *idcheck.Face
	// Problem is a cause for which comparing is likely to fail, and which the person
	// can mend.
	Problem face.Problem
	// Document says that the frame shows the lines of a document: what looks like
	// the person may be the portrait beside them.
	Document bool
}

// CompareGood is [Compare] for one frame of several, in which no document may be
// seen. A frame that cannot be compared well is compared with nothing.
func CompareGood(e Engine, l Lines, g consent.Grant, live *picture.Picture, with *Portrait) (Seen, error) {
	c, err := e.Capture(g, live)
	switch {
	case errors.Is(err, face.ErrNoFace):
		return Seen{}, nil
	case errors.Is(err, face.ErrSeveralFaces):
		return Seen{Face: &idcheck.Face{Others: 1}}, nil
	case err != nil:
		return Seen{}, err
	}
	defer c.Wipe()
	probe, err := c.Probe() // before the quality, which else extracts once more
	if err != nil {
		return Seen{}, err
	}
	defer probe.Wipe()
	q, err := c.Quality()
	if err != nil {
		return Seen{}, err
	}
	if problems := q.Problems(); len(problems) > 0 {
		return Seen{Problem: problems[0]}, nil
	}
	if shown, err := showsLines(l, live); shown || err != nil {
		return Seen{Document: shown}, err
	}
	f, err := compared(e, g, c, probe, with)
	return Seen{Face: f}, err
}

// showsLines says whether a picture shows the lines of a document, also where they
// cannot be read for sure. What they say is dropped.
func showsLines(l Lines, p *picture.Picture) (bool, error) {
	_, err := l.Read(p)
	switch {
	case errors.Is(err, mrzread.ErrNone):
		return false, nil
	case err == nil, errors.Is(err, mrzread.ErrDoubt):
		return true, nil
	}
	return false, err
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
