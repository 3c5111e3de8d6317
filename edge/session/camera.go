package session

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/facelatch/facelatch/device/camera"
	"github.com/facelatch/facelatch/door"
	"github.com/facelatch/facelatch/pass"
)

// readTime is the most that one frame is searched for codes. A code that takes
// longer is read in a later frame.
const readTime = 400 * time.Millisecond

// watchEvery is how often the camera's state is asked for.
const watchEvery = 300 * time.Millisecond

// watchCamera takes frames until ctx is done.
func (s *Session) watchCamera(ctx context.Context) {
	s.work.Go(func() { s.watchState(ctx) })
	if s.p.Wired {
		s.p.Watch.Wake(time.Now())
	}
	for ctx.Err() == nil {
		frame, err := s.p.Camera.Next(ctx)
		if errors.Is(err, camera.ErrClosed) {
			return
		}
		if err != nil {
			continue // the source backs off by itself; the watch reports it dead
		}
		s.p.Watch.See(frame) //nolint:errcheck // what it found, watchState reports
		s.use(ctx, frame)
		frame.Wipe()
	}
}

// use does with a frame what is to be done, if anything is.
func (s *Session) use(ctx context.Context, frame *camera.Frame) {
	if order := s.desk.waits(); order != nil {
		s.useForLook(frame, order)
		return
	}
	if s.desk.reads() && (s.p.Wired || s.p.ReadCodes || s.readsHere.Load()) {
		s.useForCodes(ctx, frame)
	}
}

// useForLook looks at a frame, if it was taken after the order allows.
func (s *Session) useForLook(frame *camera.Frame, order *door.LookAt) {
	// Frames carry the wall's time and orders the door's, which may be ahead.
	after := time.Now().Add(order.After.Sub(s.p.Believer.Now()))
	if frame.At.Before(after) || !s.desk.take(order) {
		return
	}
	s.trace(FrameTaken)
	look, err := s.p.Eyes.Look(*order, frame, s.p.Believer.Now(), s.p.Trace)
	frame.Wipe() // before anybody who waits for it learns that we are done
	s.desk.done()
	s.say(door.Looked{Showing: order.Showing, Number: order.Number, Look: look, Err: err})
}

// useForCodes looks for a pass in a frame.
func (s *Session) useForCodes(ctx context.Context, frame *camera.Frame) {
	p, err := frame.Decode()
	if err != nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, readTime)
	defer cancel()
	texts, err := s.p.Codes.Read(ctx, p, isPass)
	if err != nil && len(texts) == 0 {
		return
	}
	for _, text := range texts {
		if isPass(text) || len(texts) == 1 {
			s.trace(CodeRead)
			s.Shown(text)
			return
		}
	}
}

// isPass is what ends a search for codes.
func isPass(text string) bool {
	return strings.HasPrefix(text, pass.Prefix) || strings.HasPrefix(text, pass.PresentationPrefix)
}

// watchState reports a camera that is dead, frozen, covered or replayed.
func (s *Session) watchState(ctx context.Context) {
	every := time.NewTicker(watchEvery)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-every.C:
			broken := s.watched() && s.p.Watch.State(now) != camera.OK || s.pageCamera.Load()
			s.sayUnless(ctx, door.Fault{Part: door.CameraFault, Broken: broken})
		}
	}
}

// watched is whether what the watch found still counts. What it found of a
// tablet's camera does for as long as frames come: nothing would ever show that
// it is well again while none are asked for.
func (s *Session) watched() bool { return s.p.Wired || s.filming.Load() }

// sayUnless is say for goroutines that must end with ctx.
func (s *Session) sayUnless(ctx context.Context, e door.Event) {
	select {
	case s.events <- e:
	case <-ctx.Done():
	}
}
