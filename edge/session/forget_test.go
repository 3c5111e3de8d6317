package session

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/facelatch/facelatch/device/camera"
	"github.com/facelatch/facelatch/door"
	"github.com/facelatch/facelatch/edge/kiosk"
	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/face/facetest"
	"github.com/facelatch/facelatch/models"
	"github.com/facelatch/facelatch/pass"
)

// blinking are eyes that look at a frame for as long as the test wants.
type blinking struct {
	s     *stand
	began chan door.LookAt
	frame atomic.Pointer[camera.Frame]
	end   chan struct{}
}

func newBlinking(s *stand) *blinking {
	b := &blinking{s: s, began: make(chan door.LookAt, 1), end: make(chan struct{})}
	s.session.p.Eyes = b
	return b
}

// Look is a method of Eyes.
func (b *blinking) Look(o door.LookAt, f *camera.Frame, _ time.Time, _ func(Stage)) (door.Look, error) {
	b.frame.Store(f)
	p, err := f.Decode()
	if err != nil {
		return door.Look{}, err
	}
	b.s.camera.keep(p.Pix)
	b.began <- o
	<-b.end
	return door.Look{}, face.ErrNoFace
}

// look shows a pass and a frame, and waits until that is looked at.
func (b *blinking) look() door.LookAt {
	b.s.t.Helper()
	b.s.look(b.s.pass(holder))
	if err := b.s.camera.Push(facetest.JPEG(facetest.Alone(holder))); err != nil {
		b.s.t.Fatal(err)
	}
	select {
	case o := <-b.began:
		return o
	case <-time.After(time.Minute):
		b.s.t.Fatal("nobody looks")
		return door.LookAt{}
	}
}

// forgotten waits until a reference cannot be had any more.
func forgotten(s *stand, h *door.Held) {
	s.t.Helper()
	s.wait("the reference is forgotten", func() bool {
		return errors.Is(h.Use(func(face.Reference) error { return nil }), door.ErrForgotten)
	})
}

// TestPromise3NotMeWhileLooking: the order to look is taken away, so that a frame
// that comes then meets nobody's eyes.
func TestPromise3NotMeWhileLooking(t *testing.T) {
	s := newStand(t)
	s.run()
	s.look(s.pass(holder))
	looks := s.faces.Runs(models.Detect)
	s.session.Event(kiosk.NotMe{})
	s.wait("it was counted", func() bool { return s.counted(pass.ReasonNotMe) == 1 })
	s.push(facetest.JPEG(facetest.Alone(holder)))
	if n := s.faces.Runs(models.Detect) - looks; n != 0 {
		t.Errorf("%d looks after \"not me\"", n)
	}
}

// TestPromise3NoFrameFromBefore: a frame that was taken before the order to look
// is not looked at, however late it comes, and whatever the door's own time is.
func TestPromise3NoFrameFromBefore(t *testing.T) {
	s := newStand(t)
	s.run()
	s.turn(365 * 24 * time.Hour) // which is ahead of the frames' clock
	s.look(s.pass(holder))
	s.session.p.Watch.Rest() // which would take the time of these frames for a camera that is dead
	looks := s.faces.Runs(models.Detect)
	s.camera.takenFrom(0) // before it is used, and the door's time stands where it was at the order
	s.push(facetest.JPEG(facetest.Alone(holder)))
	if n := s.faces.Runs(models.Detect) - looks; n != 0 {
		t.Errorf("%d looks at a frame from before the order", n)
	}
	s.camera.takenFrom(time.Minute)
	s.push(facetest.JPEG(facetest.Alone(holder)))
	s.wait("the latch was released", func() bool { return s.latch.Opened() == 1 })
	if n := s.faces.Runs(models.Detect) - looks; n != 1 {
		t.Errorf("%d looks at two frames", n)
	}
}

// TestForget: what waits goes, and so does what the watch remembers.
func TestForget(t *testing.T) {
	s := newStand(t)
	jpeg, now := facetest.JPEG(facetest.Alone(holder)), time.Now()
	see := func() camera.State {
		state := camera.OK
		for n := range 12 {
			now = now.Add(100 * time.Millisecond)
			state, _ = s.session.p.Watch.See(&camera.Frame{JPEG: another(jpeg, n), At: now})
		}
		return state
	}
	see()
	if got := see(); got != camera.Replayed {
		t.Fatalf("the same frames again are %v", got)
	}
	s.session.p.Watch = camera.NewWatch()
	see()
	if err := s.camera.Push(jpeg); err != nil {
		t.Fatal(err)
	}
	s.session.carryOut(t.Context(), door.Forget{})
	if got := see(); got != camera.OK {
		t.Errorf("frames from before the end of a look are remembered: %v", got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if f, err := s.camera.Next(ctx); err == nil {
		t.Errorf("a frame waits still: %d bytes", len(f.JPEG))
	}
}

// TestAStopWhileLooking: the reference is forgotten before the look has ended, no
// frame is asked for any more, and the end waits until the frame is wiped.
func TestAStopWhileLooking(t *testing.T) {
	s := newStand(t)
	b := newBlinking(s)
	stop := s.run()
	o := b.look()
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		stop()
	}()
	forgotten(s, o.Reference)
	select {
	case <-stopped:
		t.Error("it has ended, and somebody looks")
	default:
	}
	close(b.end)
	<-stopped
	if m := s.mode(); m != kiosk.NoFrames {
		t.Errorf("frames are asked for: %v", m)
	}
	if n := s.camera.left(); n != 0 {
		t.Errorf("%d frames were not wiped", n)
	}
}

// TestALostKioskWhileLooking: when the order to forget is done, the frame that
// was looked at is wiped, and the next one that came meanwhile is dropped unseen.
func TestALostKioskWhileLooking(t *testing.T) {
	s := newStand(t)
	b := newBlinking(s)
	stop := s.run()
	var dropped, wiped atomic.Bool
	s.camera.dropped = func() {
		f := b.frame.Load()
		wiped.Store(f.JPEG == nil && f.Picture == nil)
		dropped.Store(true)
	}
	o := b.look()
	if err := s.camera.Push(facetest.JPEG(facetest.Alone(stranger))); err != nil {
		t.Fatal(err)
	}
	s.session.Event(kiosk.Lost{})
	forgotten(s, o.Reference)
	for range 2 * queue {
		s.session.Changed() // so that the answer to the look has to wait
	}
	close(b.end)
	s.wait("the door is locked", func() bool { return s.key0() == door.KeyLocked })
	if !dropped.Load() || !wiped.Load() {
		t.Error("the frame that was looked at is there after the order to forget")
	}
	if m := s.mode(); m != kiosk.NoFrames {
		t.Errorf("frames are asked for: %v", m)
	}
	stop()
	if n, _ := s.camera.frames(); n != 1 {
		t.Errorf("%d frames were handed out", n)
	}
	if n := s.camera.left(); n != 0 {
		t.Errorf("%d frames were not wiped", n)
	}
}

// TestWipesWhatItDidNotLookAt, too: frames that nobody wants.
func TestWipesWhatItDidNotLookAt(t *testing.T) {
	s := newStand(t)
	stop := s.run()
	for n := range 5 {
		s.push(another(facetest.JPEG(facetest.Alone(stranger)), n))
	}
	stop()
	if n := s.camera.left(); n != 0 {
		t.Errorf("%d frames were not wiped", n)
	}
}
