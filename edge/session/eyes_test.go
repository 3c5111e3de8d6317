package session

import (
	"errors"
	"testing"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/device/camera"
	"github.com/facelatch/facelatch/door"
	"github.com/facelatch/facelatch/edge/kiosk"
	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/face/facetest"
	"github.com/facelatch/facelatch/models"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/picture"
)

// order is a machine's order to look for the holder of a pass.
func (s *stand) order(text string) (door.LookAt, *door.Machine) {
	s.t.Helper()
	var m door.Machine
	m.Step(door.Shown{Text: text}, s.Basis(), s.Now())
	s.turn(door.NotMeTime)
	for _, o := range m.Step(door.Tick{}, s.Basis(), s.Now()).Orders {
		if look, ok := o.(door.LookAt); ok {
			return look, &m
		}
	}
	s.t.Fatal("nobody is looked at")
	return door.LookAt{}, nil
}

// TestPromise1WipedOnEveryWayOut of a look: the capture, the probe, and the
// memory of the networks.
func TestPromise1WipedOnEveryWayOut(t *testing.T) {
	alone := facetest.Alone(holder)
	for name, way := range map[string]struct {
		picture *picture.Picture
		fails   models.Role
		garbage bool // for a reference
		left    bool // somebody left meanwhile
		late    bool // nobody waits for a better picture any more
		early   bool // before there is a probe
		want    error
	}{
		"a match":              {picture: alone},
		"another's face":       {picture: facetest.Alone(stranger)},
		"too far":              {picture: facetest.Far(holder), want: door.NotYet{Problem: face.TooFar}},
		"too far, late":        {picture: facetest.Far(holder), late: true},
		"somebody left":        {picture: alone, left: true, want: door.ErrForgotten},
		"no reference":         {picture: alone, garbage: true, want: face.ErrReference},
		"no pose":              {picture: alone, fails: models.Pose, want: face.ErrEngine},
		"nobody":               {picture: facetest.Nobody(), early: true, want: face.ErrNoFace},
		"two":                  {picture: facetest.Two(1, 9), early: true, want: face.ErrSeveralFaces},
		"nothing is found":     {picture: alone, fails: models.Detect, early: true, want: face.ErrEngine},
		"no landmarks":         {picture: alone, fails: models.Landmark, early: true, want: face.ErrEngine},
		"no extraction":        {picture: alone, fails: models.Extract, early: true, want: face.ErrEngine},
		"no word about living": {picture: alone, fails: models.PAD, early: true, want: face.ErrEngine},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStand(t)
			s.live = true
			text := s.pass(holder)
			if way.garbage {
				text = s.passWith(face.Reference("nobody's"))
			}
			o, m := s.order(text)
			if way.left {
				m.Step(door.Cancel{}, s.Basis(), s.Now())
			}
			if way.late {
				s.turn(door.LookTime)
			}
			s.faces.Fail(way.fails, true)
			e := s.engine()
			var captures []*face.Capture
			var probes []*face.Probe
			e.made = func(c *face.Capture, p *face.Probe) { captures, probes = append(captures, c), append(probes, p) }
			f := &camera.Frame{JPEG: facetest.JPEG(way.picture)}
			defer f.Wipe()
			if _, err := e.Look(o, f, s.Now(), nil); !errors.Is(err, way.want) {
				t.Errorf("error %v, want %v", err, way.want)
			}
			if n := s.faces.Dirty(); n != 0 {
				t.Errorf("%d networks still hold something", n)
			}
			if way.early != (len(probes) == 0) || len(probes) > 1 {
				t.Fatalf("%d probes", len(probes))
			}
			for i := range probes {
				if captures[i].Subject() != (face.Found{}) {
					t.Error("the capture was not wiped")
				}
				if _, err := s.faces.Compare(o.Grant, probes[i], nil); !errors.Is(err, consent.ErrNoGrant) {
					t.Errorf("the probe was not wiped: %v", err)
				}
			}
		})
	}
}

// TestRequireLive: what looks like a picture of a face opens no zone that wants
// living ones, and is no reason to refuse in any other.
func TestRequireLive(t *testing.T) {
	for name, of := range map[string]struct {
		live, suspected bool
		want            pass.Reason
	}{
		"living, wanted":     {live: true, want: pass.ReasonOpened},
		"a picture, wanted":  {live: true, suspected: true, want: pass.ReasonAttackSuspected},
		"a picture, allowed": {suspected: true, want: pass.ReasonOpened},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStand(t)
			s.live = of.live
			s.faces.Suspect(of.suspected)
			s.run()
			defer s.film(facetest.JPEG(facetest.Alone(holder)))()
			s.look(s.pass(holder))
			s.wait("it was counted", func() bool { return s.counted(of.want) == 1 })
			if opens := of.want == pass.ReasonOpened; opens != (s.latch.Opened() == 1) {
				t.Errorf("%d openings", s.latch.Opened())
			}
			if asked := s.faces.Runs(models.PAD) > 0; asked != of.live {
				t.Errorf("whether it lives was asked: %v", asked)
			}
		})
	}
}

// TestNothingToJudgeBy: without a model for it no face counts as living where
// that is wanted.
func TestNothingToJudgeBy(t *testing.T) {
	s := newStand(t)
	s.live = true
	s.faces = facetest.New(t, s.Now, models.PAD)
	o, _ := s.order(s.pass(holder))
	f := &camera.Frame{JPEG: facetest.JPEG(facetest.Alone(holder))}
	defer f.Wipe()
	look, err := s.engine().Look(o, f, s.Now(), nil)
	if err != nil || !look.Suspected || look.Comparison.Score() < facetest.Threshold {
		t.Errorf("%v, %+v", err, look)
	}
}

// TestFarIsNotYet: nobody loses an attempt because they stand too far away, until
// half of the time for looking is over.
func TestFarIsNotYet(t *testing.T) {
	s := newStand(t)
	o, _ := s.order(s.pass(holder))
	e := s.engine()
	for _, of := range []struct {
		left    time.Duration
		compare bool
	}{{door.LookTime, false}, {patience + time.Millisecond, false}, {patience, true}, {0, true}} {
		f := &camera.Frame{JPEG: facetest.JPEG(facetest.Far(holder))}
		_, err := e.Look(o, f, o.Until.Add(-of.left), nil)
		f.Wipe()
		if compared := err == nil; compared != of.compare {
			t.Errorf("with %v left: %v", of.left, err)
		}
	}
}

// TestOpenedOnce: whoever has to know that the door opens is told before the
// latch is, once, and never when it does not open.
func TestOpenedOnce(t *testing.T) {
	s := newStand(t)
	told := func() int {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.opened
	}
	s.run()
	defer s.film(facetest.JPEG(facetest.Alone(holder)))()
	s.session.Event(kiosk.Code{Text: s.pass(nobody)})
	s.wait("it was counted", func() bool { return s.counted(pass.ReasonOpened) == 1 })
	if told() != 1 || s.latch.Opened() != 1 {
		t.Errorf("a plain pass: told %d times, %d openings", told(), s.latch.Opened())
	}
	s.look(s.pass(holder))
	s.wait("it was counted", func() bool { return s.counted(pass.ReasonOpened) == 2 })
	if told() != 2 || s.latch.Opened() != 2 {
		t.Errorf("a face pass: told %d times, %d openings", told(), s.latch.Opened())
	}
	s.look(s.pass(stranger))
	s.wait("it was counted", func() bool { return s.counted(pass.ReasonFaceMismatch) == 1 })
	if told() != 2 || s.latch.Opened() != 2 {
		t.Errorf("another's pass: told %d times, %d openings", told(), s.latch.Opened())
	}
}
