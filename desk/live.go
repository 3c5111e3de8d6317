package desk

import (
	"errors"
	"time"

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

// Look is what frames of one person are looked at with.
type Look struct {
	Engine   Engine
	Lines    Lines
	Grant    consent.Grant // the one that the portrait was found under
	Portrait *Portrait
	// Moments asks for what a sequence of frames is judged by, and At is when the frame
	// was taken, since the first.
	Moments bool
	At      time.Duration
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
	// Moment is what a sequence is judged by, nil unless it was asked for and a face
	// was compared. It is the caller's to wipe.
	Moment *face.Moment
}

// Good is [Compare] for one frame of several, in which no document may be seen. A
// frame that cannot be compared well is compared with nothing.
func (l Look) Good(live *picture.Picture) (Seen, error) {
	return l.with(live, func(c *face.Capture, probe *face.Probe) (s Seen, err error) {
		q, err := c.Quality()
		if err != nil {
			return Seen{}, err
		}
		if problems := q.Problems(); len(problems) > 0 {
			return Seen{Problem: problems[0]}, nil
		}
		if shown, err := showsLines(l.Lines, live); shown || err != nil {
			return Seen{Document: shown}, err
		}
		if s.Face, err = compared(l.Engine, l.Grant, c, probe, l.Portrait); err == nil && l.Moments {
			s.Moment, err = c.Moment(l.At)
		}
		return s, err
	})
}

// Turning is for a person who was asked to turn their head: what the frame says to a
// sequence, and how alike the face is, however it is turned. What else a comparison
// needs is not asked for, and PAD is left to the sequence.
func (l Look) Turning(live *picture.Picture) (Seen, error) {
	return l.with(live, func(c *face.Capture, probe *face.Probe) (s Seen, err error) {
		s.Face = &idcheck.Face{}
		if s.Face.Score, err = l.Engine.Resemble(l.Grant, probe, l.Portrait.probe); err == nil {
			s.Moment, err = c.Moment(l.At)
		}
		return s, err
	})
}

// with finds the person, and wipes what was made of the frame.
func (l Look) with(live *picture.Picture, see func(*face.Capture, *face.Probe) (Seen, error)) (Seen, error) {
	c, err := l.Engine.Capture(l.Grant, live)
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
	s, err := see(c, probe)
	if err != nil {
		s.Moment.Wipe()
		return Seen{}, err
	}
	return s, nil
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
