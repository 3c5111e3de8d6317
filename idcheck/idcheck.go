// Package idcheck decides whether the person who is present is the holder of a
// document: evidence in, outcome out.
//
// It is pure: no input or output, no clock, no picture. A check begins with the
// person's choice between two ways of the same standing, has the document judged
// before any camera is asked for, and ends with one [Outcome], its reasons, and
// what staff may do next. What cannot be told is [Inconclusive], never a guess.
//
// It never says that a document is genuine; [iddoc.Proof] says what is known of
// that. It never keeps a score: a score goes in, and an outcome comes out. It never
// compares one face with more than one portrait.
package idcheck

import (
	"errors"
	"time"

	"github.com/facelatch/facelatch/iddoc"
)

// Way is how a person chose to be compared with the portrait.
type Way uint8

const (
	// ByFace is a comparison by the face engine.
	ByFace Way = 1
	// ByStaff is a look by a member of staff.
	ByStaff Way = 2
)

// String returns "face" or "staff".
func (w Way) String() string {
	switch w {
	case ByFace:
		return "face"
	case ByStaff:
		return "staff"
	}
	return "none"
}

// ErrNoChoice is returned for a check of which the person did not choose the way:
// there is no default.
var ErrNoChoice = errors.New("nobody has chosen how to be checked")

// ErrOrder is returned for a face that was compared although the document already
// ended the check, or by a way that was not chosen: a caller's mistake, which must
// not turn into a result.
var ErrOrder = errors.New("a step of the check was done that may not be done")

// Policy is what a desk asks for. The zero Policy accepts the fewest checks.
type Policy struct {
	// Threshold is the comparison score from which on a face is the portrait's,
	// for Frames frames together: the rate of false matches is divided among
	// them, as at a door. At or below 0 no face is.
	Threshold float64
	// SamePicture is the comparison score from which on what was shown is taken for
	// the portrait itself, held up to the camera: two photographs of one person are
	// never so alike. At or below 0 there is no such score.
	SamePicture float64
	// Doubt is the score, not above SamePicture, from which on a face is so like the
	// portrait that one frame does not settle it. At or below 0 there is no such score.
	Doubt float64
	// PortraitOnly leaves the document's lines out of the decision. The result
	// says that the document was not checked.
	PortraitOnly bool
	// RequireLive lets a suspicion of PAD decide, and a check without PAD be
	// inconclusive.
	RequireLive bool
	// TwoPeople asks for two members of staff where staff look.
	TwoPeople bool
}

// Check is everything that one check found.
type Check struct {
	Way      Way
	Document iddoc.Evidence
	// Face is what comparing gave, nil unless a face was compared.
	Face *Face
	// Looks are what members of staff found, in the order in which they looked.
	Looks []Look
	// Unattended says that nobody of staff was present: the person did it alone,
	// on a phone.
	Unattended bool
}

// Decide returns the result of a check at a time, whose location says which day it is:
// a document holds to the end of its last day there. It fails with [ErrNoChoice] and
// [ErrOrder]. Calling it before a face was compared, or before staff looked, tells
// whether that may be done: [Result.Open] is true while it may.
func Decide(p Policy, c Check, now time.Time) (Result, error) {
	switch {
	case c.Way != ByFace && c.Way != ByStaff:
		return Result{}, ErrNoChoice
	case c.Way == ByFace && len(c.Looks) > 0, c.Way == ByStaff && c.Face != nil:
		return Result{}, ErrOrder
	}
	r := Result{Way: c.Way, Proof: c.Document.Proof, Unattended: c.Unattended, DocumentChecked: !p.PortraitOnly}
	if outcome, reason := document(p, c.Way, c.Document, now); outcome != "" {
		if c.Face != nil || len(c.Looks) > 0 {
			return Result{}, ErrOrder
		}
		return r.with(outcome, reason), nil
	}
	r.LinesVerified = !p.PortraitOnly
	if c.Way == ByStaff {
		return byStaff(p, r, c.Looks)
	}
	return byFace(p, r, c.Face), nil
}
