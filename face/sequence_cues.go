package face

import (
	"math"
	"time"
)

// The limits below are about the most that rendered sheets gave and the least that
// heads gave, for half of the people, and were then tried on the other half
// (docs/design/door.md).
const (
	// turned is from what change of the yaw on, in degrees, a head counts as turned.
	turned = 22
	// flat and deep are how far, at the furthest, the points of a turned face lie from
	// where the best affine map of the facing moment has them, in units of the points'
	// spread: up to flat for sheets, bent ones too, from deep on for heads.
	flat, deep = 0.135, 0.215
	// still is the same for what faces the camera throughout: pictures that nobody
	// moves are below it.
	still = 0.006
	// shut is the part of the usual openness under which eyes count as closed.
	shut = 0.65
	// nearer is how much the face must grow for whoever was asked to come closer.
	nearer = 1.2
	// settle is how long light and heads take to follow what is on the screen.
	settle = 250 * time.Millisecond
)

// passive is the mean of what the stills believe, as odds, of which the third root
// counts: stills of one face, camera and light are not independent, and models for
// attacks are surer than they are right.
func passive(moments []*Moment) float64 {
	const surest, root = 1e-4, 3
	var odds float64
	for _, m := range moments {
		bona := min(1-surest, max(surest, m.Bona))
		odds += math.Log(bona/(1-bona)) / float64(len(moments))
	}
	return bound(1 / (1 + math.Exp(-odds/root)))
}

// depth says whether the face that turned was flat. The images of a plane from afar
// follow each other by an affine map, and so nearly do those of a bent sheet, while
// the parts of a head move by how far they stand out (Ullman and Basri 1991 on views
// of rigid bodies). Of two sides that something turned to, the flatter counts. It is
// not known where nothing turned.
func depth(front *Moment, moments []*Moment) (bona float64, known bool) {
	var relief [3]float64 // by the side that it turned to
	for _, m := range moments {
		side := 1 + sideOf(m.Yaw-front.Yaw)
		relief[side] = max(relief[side], residual(front, m))
	}
	least := math.Inf(1)
	for _, side := range []float64{relief[0], relief[2]} {
		if side > 0 {
			least = min(least, side)
		}
	}
	return rising(least, flat, deep, 1-most, most), !math.IsInf(least, 1)
}

// stillness says whether the points of a face that looks at the camera move against
// each other at all. It speaks against who does not and never for anybody: a sheet
// that is tilted moves them as much as an expression does.
func stillness(front *Moment, moments []*Moment) (bona float64, known bool) {
	var largest float64
	for _, m := range moments {
		if m != front && math.Abs(m.Yaw-front.Yaw) < frontal {
			largest, known = max(largest, residual(front, m)), true
		}
	}
	return rising(largest, 0, still, 0.35, 0.5), known
}

// eyes says whether both closed in between. It is not known where they did not:
// people need not blink for some seconds.
func eyes(front *Moment, moments []*Moment) (bona float64, known bool) {
	var open, least float64 = 0, math.Inf(1)
	for _, m := range moments {
		if math.Abs(m.Yaw-front.Yaw) < frontal {
			open = max(open, min(m.Left, m.Right))
			least = min(least, max(m.Left, m.Right))
		}
	}
	return 0.7, least < shut*open
}

// answered returns whether what was asked for was done while it was on the screen,
// and whether the head turned to the wrong side first. A head that is still turned
// from before has not answered.
func answered(p Prompted, moments []*Moment, front *Moment) (done, wrong bool) {
	var size float64 // before
	held := 0
	for _, m := range moments {
		side := sideOf(m.Yaw - front.Yaw)
		switch {
		case m.At <= p.From:
			held, size = side, max(size, m.Size)
		case m.At > p.Until:
			return false, false
		case p.Prompt == ComeCloser:
			if size > 0 && m.Size >= nearer*size {
				return true, false
			}
		case side == 0:
			held = 0
		case side != held:
			return side == sideFor(p.Prompt), side != sideFor(p.Prompt)
		}
	}
	return false, false
}

// sideOf is 1 for a head turned to the left of the picture, -1 to its right, 0 for
// neither.
func sideOf(turn float64) int {
	switch {
	case turn >= turned:
		return 1
	case turn <= -turned:
		return -1
	}
	return 0
}

// sideFor is the side of the picture that a prompt turns a head to: a person's left is
// a picture's right.
func sideFor(p Prompt) int {
	switch p {
	case TurnLeft:
		return -1
	case TurnRight:
		return 1
	}
	return 0
}
