// Package recapture renders what a camera sees of presentation attacks, and of
// the people themselves, from photographs: a print, a bent print, a print with
// cut-out eyes, a screen, a replayed and a frozen video, in several qualities
// and at several distances.
//
// It works on pixels in memory and returns new ones, which are the caller's to
// wipe. It is pure, keeps nothing, and never reads or writes a file. What it
// makes is rendered and has to be called so: no printer, screen or camera was
// there.
//
// # What attacks and people have in common
//
// A detector must not win by telling how a file was made. So everything that is
// not the attack itself is drawn by the same code, from the same distributions,
// for people as for attacks: the scene behind them, in the colours of the
// photograph's own background; where in the frame and how large the face is; how
// heads and hands sway; uneven light and its colour; the lens, a sensor with a
// filter of three colours, its noise, exposure, white balance and sharpening;
// and the loss of a JPEG. With the same seed a person and an attack meet the same
// camera, scene and light.
//
// # What is not in it
//
// A head is not turned: frames of one photograph sway in the plane, as a flat
// picture does, and a turned head is another photograph. So a rendered person is
// flatter than a living one, and what tells flat from round is judged only where
// photographs of turned heads are there. Light that a kiosk's screen throws on a
// face is not rendered.
package recapture

import (
	"errors"
	"math"
	"slices"

	"github.com/facelatch/facelatch/picture"
)

// ErrTake means that a take names a species that is not there, or has no size.
var ErrTake = errors.New("recapture: not a take that can be rendered")

// Point is a place in a picture, in pixels.
type Point struct{ X, Y float64 }

// Shot is a photograph with the centres of the eyes, left being left in the
// picture. It is borrowed, and not changed.
type Shot struct {
	Picture     *picture.Picture
	Left, Right Point
	// Apart is how far the eyes would be apart, in pixels, were the head not
	// turned; 0 for as far as they are.
	Apart float64
}

// eyes is how far the eyes are apart, in pixels.
func (s Shot) eyes() float64 {
	if s.Apart > 0 {
		return s.Apart
	}
	return math.Hypot(s.Right.X-s.Left.X, s.Right.Y-s.Left.Y)
}

// roll is how far the eyes' line is turned, in radians.
func (s Shot) roll() float64 { return math.Atan2(s.Right.Y-s.Left.Y, s.Right.X-s.Left.X) }

func (s Shot) there() bool { return s.Picture != nil && s.eyes() >= 1 }

// The species. BonaFide is no attack: the person themselves.
const (
	BonaFide  = "bona-fide"
	Print     = "print"      // a photograph on flat paper
	BentPrint = "bent-print" // on paper that is bent as a head is round
	CutEyes   = "cut-eyes"   // a print through whose eye holes somebody else's eyes look
	Screen    = "screen"     // a photograph on a screen
	Replay    = "replay"     // a video of the person on a screen
	Frozen    = "frozen"     // one frame of such a video, again and again
)

// Species are all kinds of attack.
func Species() []string { return []string{Print, BentPrint, CutEyes, Screen, Replay, Frozen} }

// Quality is how much care the attacker took.
type Quality int

// The qualities, from the attacker's best.
const (
	Good Quality = iota
	Fair
	Poor
)

// Qualities are all of them.
func Qualities() []Quality { return []Quality{Good, Fair, Poor} }

// String is the quality's name.
func (q Quality) String() string { return []string{"good", "fair", "poor"}[q] }

// Take says what is presented to which camera.
type Take struct {
	Species string
	Quality Quality // of an attack
	// W and H are the frame's size in pixels; 0 for 640 by 480.
	W, H int
	// Eyes is how far the eyes are apart in the frame, in pixels: near is 90,
	// far is 45. 0 draws it from 45 to 90.
	Eyes float64
	// Seed decides everything that is drawn: the same take gives the same frames.
	Seed uint64
}

// The size of a frame that is not told, and of the face in it.
const (
	frameW, frameH = 640, 480
	eyesFar        = 45
	eyesNear       = 90
)

// valid fills in what was left out.
func (t Take) valid() (Take, error) {
	if t.Species != BonaFide && !slices.Contains(Species(), t.Species) || t.Quality < Good || t.Quality > Poor {
		return t, ErrTake
	}
	if t.W == 0 && t.H == 0 {
		t.W, t.H = frameW, frameH
	}
	if t.W < 64 || t.H < 64 || t.W*t.H > 1<<23 || t.Eyes < 0 || t.Eyes > float64(t.W) {
		return t, ErrTake
	}
	return t, nil
}

// Act is what happens in one frame.
type Act struct {
	// Shot shows the person in that moment. A print, a screen with a photograph
	// and a frozen video show the first frame's for ever.
	Shot Shot
	// Behind shows whoever looks through cut-out eyes in that moment.
	Behind Shot
	// Turn is how far, in degrees, a flat thing is turned about the vertical, in
	// obedience to a prompt; above 0 with its left side coming nearer. People are
	// not turned by it: their Shot is.
	Turn float64
	// Near is how many times nearer than at first; 0 for 1. For a person that is
	// a larger picture only: no perspective of a near face is rendered.
	Near float64
}

// Still renders one frame.
func Still(t Take, a Act) (*picture.Picture, error) {
	p, err := Start(t)
	if err != nil {
		return nil, err
	}
	defer p.Wipe()
	return p.Frame(0, a)
}
