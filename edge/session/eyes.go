package session

import (
	"errors"
	"time"

	"github.com/facelatch/facelatch/device/camera"
	"github.com/facelatch/facelatch/door"
	"github.com/facelatch/facelatch/face"
)

// Eyes look at one frame for one order. *Engine is the only one outside of
// tests.
type Eyes interface {
	// Look compares the one face in the frame with the one reference of the
	// order, at a time. Errors are those of [door.Looked].
	Look(o door.LookAt, f *camera.Frame, now time.Time, trace func(Stage)) (door.Look, error)
}

// Engine looks with a face engine.
type Engine struct {
	Faces *face.Engine
	// Threshold is the score from which on two faces count as one person's in
	// one attempt of the three that a showing has.
	Threshold func() float64
	// Live is whether a face that looks like a picture of one is refused.
	Live func() bool

	made func(*face.Capture, *face.Probe) // what has to be wiped, for tests; nil in a daemon
}

// patience is how long before the end of a showing's looks the eyes stop waiting
// for a better picture and compare what there is. Until then whoever can mend
// something is told what, and no attempt is lost.
const patience = door.LookTime / 2

// Look is a method of Eyes.
func (e *Engine) Look(o door.LookAt, f *camera.Frame, now time.Time, trace func(Stage)) (look door.Look, err error) {
	if trace == nil {
		trace = func(Stage) {}
	}
	p, err := f.Decode()
	if err != nil {
		return look, err
	}
	trace(Decoded)
	capture, err := e.Faces.Capture(o.Grant, p)
	if err != nil {
		return look, err
	}
	defer capture.Wipe()
	if !o.Since.IsZero() {
		moment, err := capture.Moment(now.Add(min(0, time.Until(f.At))).Sub(o.Since))
		if err != nil {
			return look, err
		}
		look.Moment = moment
	}
	if o.Prompt != "" {
		return look, nil
	}
	if err = e.compare(o, capture, now, trace, &look); err != nil {
		look.Moment.Wipe()
		return door.Look{}, err
	}
	return look, nil
}

// compare compares the subject of a capture with the reference of the order.
func (e *Engine) compare(o door.LookAt, capture *face.Capture, now time.Time, trace func(Stage), look *door.Look) (err error) {
	if look.Suspected, err = e.suspects(capture); err != nil {
		return err
	}
	probe, err := capture.Probe()
	if err != nil {
		return err
	}
	defer probe.Wipe()
	if e.made != nil {
		e.made(capture, probe)
	}
	trace(Extracted)
	quality, err := capture.Quality()
	if err != nil {
		return err
	}
	look.Problems = quality.Problems()
	if len(look.Problems) > 0 && now.Before(o.Until.Add(-patience)) {
		return door.NotYet{Problem: look.Problems[0]}
	}
	look.Threshold = e.Threshold()
	err = o.Reference.Use(func(r face.Reference) (err error) {
		look.Comparison, err = e.Faces.Compare(o.Grant, probe, r)
		return err
	})
	trace(Compared)
	return err
}

// suspects asks for signs of a presentation attack only where they count.
func (e *Engine) suspects(c *face.Capture) (bool, error) {
	if !e.Live() {
		return false, nil
	}
	attack, err := c.Attack()
	if errors.Is(err, face.ErrNoModel) {
		return true, nil // what cannot be judged is not let in where it has to be
	}
	return attack.Suspected, err
}
