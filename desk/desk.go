// Package desk checks at a counter whether the person who is present is the holder
// of the document on the table.
//
// It joins the face engine with idcheck: pictures go in, an outcome comes out, and
// both pictures, the portrait and the probes are wiped before it returns, however
// it ends. A face is looked at under a grant that comes from the person's own
// choice, and only once the document has not ended the check by itself.
//
// It never keeps a picture, never hands out a score, and never compares a face with
// more than one portrait.
package desk

import (
	"errors"
	"math"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/idcheck"
	"github.com/facelatch/facelatch/iddoc"
	"github.com/facelatch/facelatch/picture"
)

// Engine is what the desk needs of a face engine: [face.Engine] is one.
type Engine interface {
	CapturePortrait(g consent.Grant, p *picture.Picture) (*face.Capture, error)
	Capture(g consent.Grant, p *picture.Picture) (*face.Capture, error)
	Resemble(g consent.Grant, live, portrait *face.Probe) (float64, error)
}

// Portrait is the portrait of one document, found. Wipe it.
type Portrait struct {
	capture *face.Capture
	probe   *face.Probe
	unclear bool
	facing  float64          // how plainly it is an upright face: [face.Quality]'s strength by the roll's cosine
	upright *picture.Picture // a turned copy of the document's picture, nil if none was needed
}

// Wipe forgets the portrait, and clears the copy of the picture that was turned to
// find it. The picture itself is its owner's to wipe.
func (p *Portrait) Wipe() {
	if p == nil {
		return
	}
	p.probe.Wipe()
	p.capture.Wipe()
	p.upright.Wipe()
	*p = Portrait{}
}

// Box is where the face is in the picture that it was found in, and ok is false where
// that had to be turned to find it, or was let go of.
func (p *Portrait) Box() (b face.Box, ok bool) {
	if p == nil || p.capture == nil || p.upright != nil {
		return face.Box{}, false
	}
	return p.capture.Subject().Box, true
}

// FindPortrait looks for the portrait in a picture of a document, and notes in the
// evidence what was found. It returns nil where there is none, or more than one.
func FindPortrait(e Engine, g consent.Grant, document *picture.Picture, found *iddoc.Evidence) (*Portrait, error) {
	found.Documents = 1
	c, err := e.CapturePortrait(g, document)
	switch {
	case errors.Is(err, face.ErrNoFace):
		return nil, nil //nolint:nilnil // there is none, and the evidence says so
	case errors.Is(err, face.ErrSeveralFaces):
		found.Documents = 2
		return nil, nil //nolint:nilnil // nobody knows which
	case err != nil:
		return nil, err
	}
	p := &Portrait{capture: c}
	if p.probe, err = c.Probe(); err != nil {
		p.Wipe()
		return nil, err
	}
	q, err := c.Quality()
	if err != nil {
		p.Wipe()
		return nil, err
	}
	p.unclear, p.facing = len(q.Problems()) > 0, q.Strength*math.Cos(q.Roll*math.Pi/180)
	found.Portrait = iddoc.Print
	return p, nil
}

// Compare compares the person in a picture with a portrait, under the grant that
// the portrait was found under. It returns nil where the picture shows nobody, and
// a Face with Others above 0, which was compared with nothing, where it shows
// several people of about the same size.
func Compare(e Engine, g consent.Grant, live *picture.Picture, with *Portrait) (*idcheck.Face, error) {
	c, err := e.Capture(g, live)
	switch {
	case errors.Is(err, face.ErrNoFace):
		return nil, nil //nolint:nilnil // there is nobody
	case errors.Is(err, face.ErrSeveralFaces):
		return &idcheck.Face{Others: 1}, nil
	case err != nil:
		return nil, err
	}
	defer c.Wipe()
	probe, err := c.Probe()
	if err != nil {
		return nil, err
	}
	defer probe.Wipe()
	f := &idcheck.Face{Unclear: with.unclear}
	if f.Score, err = e.Resemble(g, probe, with.probe); err != nil {
		return nil, err
	}
	attack, err := c.Attack()
	if err != nil && !errors.Is(err, face.ErrNoModel) { // the policy says whether it is needed
		return nil, err
	}
	f.Judged = err == nil
	f.Suspected = attack.Suspected
	dim, err := unclear(c)
	f.Unclear = f.Unclear || dim
	return f, err
}

// unclear says whether a comparison may fail for a cause that can be seen.
func unclear(c *face.Capture) (bool, error) {
	q, err := c.Quality()
	if err != nil {
		return false, err
	}
	return len(q.Problems()) > 0, nil
}
