// Package session is what happens at one door, from the start of the daemon to
// its end: it asks the state machine of package door what follows from each
// event, and carries out its orders with a camera, a screen, a latch and an
// engine.
//
// One goroutine owns the machine and takes one event after another; a second
// one owns the camera, and looks at one frame at a time: for codes while the
// machine reads codes, and for a face only under an order to look, which holds
// a grant. Orders to the latch, and codes that were typed, have short-lived
// goroutines of their own.
//
// It decides nothing, writes nothing, and never remembers who was there. A
// frame is wiped when it was looked at; after an order to forget, nothing of a
// face is left here.
package session

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/device/camera"
	"github.com/facelatch/facelatch/device/latch"
	"github.com/facelatch/facelatch/door"
	"github.com/facelatch/facelatch/edge/kiosk"
	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/picture"
)

// Believer knows what the door believes at this moment.
type Believer interface {
	// Basis returns what to decide from.
	Basis() door.Basis
	// Now is the time that never runs below its high-water mark.
	Now() time.Time
	// CheckPIN checks a number and a code for the door's zone. It takes a tenth
	// of a second or more, whatever the number.
	CheckPIN(number, code string) (bundle.PINVerified, error)
}

// Display is the screen. *kiosk.Server is one.
type Display interface {
	Show(kiosk.Screen)
	WantFrames(mode kiosk.FrameMode, maxFPS, width int)
}

// CodeReader finds the texts of QR codes in a picture. *qr.Reader is one.
type CodeReader interface {
	Read(ctx context.Context, p *picture.Picture, want func(text string) bool) ([]string, error)
}

// Parts are what a session works with. All are required but Trace.
type Parts struct {
	Believer Believer
	Eyes     Eyes
	Display  Display
	Latch    latch.Latch
	Camera   camera.Source
	Watch    *camera.Watch
	// Codes reads codes in frames, where the camera is Wired and where the page
	// cannot read them itself.
	Codes CodeReader
	// ReadCodes asks the page for frames in idle even if it could.
	ReadCodes bool
	// Wired is whether frames come by themselves, from a camera of the daemon's
	// own, instead of being asked for.
	Wired bool
	// Asked is what a phone may answer now: the nonces that the screen has shown
	// in the last seconds, and the door itself.
	Asked func() []pass.Challenge
	// Opened is called when the door is told to open: what a phone answered is
	// not good a second time.
	Opened func()
	// Count adds one to today's count of a reason.
	Count func(pass.Reason)
	// Health is told of parts that break and work again.
	Health func(part door.Faults, broken bool)
	// Trace is told of the stages of a showing, to measure them; nil in a daemon.
	Trace func(Stage)
}

// Session runs one door. Make it with New.
type Session struct {
	p      Parts
	events chan door.Event
	gone   chan struct{} // closed when Run has ended: nobody takes events any more
	work   sync.WaitGroup
	desk   desk
	orders orders // to the latch
	// pageCamera is whether the page says that its camera does not work.
	pageCamera atomic.Bool
	// readsHere is whether the page cannot read codes, so that it is asked for
	// frames in idle.
	readsHere atomic.Bool
	// filming is whether the page is asked for frames.
	filming atomic.Bool
	// checking is whether a code is being checked.
	checking atomic.Bool

	// What follows belongs to the goroutine of Run.
	machine door.Machine
	shown   kiosk.Screen
	mode    kiosk.FrameMode
	prompt  door.Hint // what is asked for, if anything is
	faults  door.Faults
	answer  door.Event // to the last orders, where it was known at once

	mu           sync.Mutex
	number, code string // guarded by mu: what was typed, until it was checked
}

// queue is how many events may wait. What comes from a tablet is limited there;
// codes that find it full are dropped, since the next frame shows them again.
const queue = 64

// New prepares a session. The screen counts as lost, and the door as locked,
// until it is connected.
func New(p Parts) *Session {
	return &Session{p: p, events: make(chan door.Event, queue), gone: make(chan struct{})}
}

// Run runs the door until ctx is done, and returns when everything that it
// started has ended and everything of a face is wiped.
func (s *Session) Run(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	defer s.work.Wait()
	defer close(s.gone)
	defer cancel()
	s.work.Go(func() { s.watchCamera(ctx) })
	s.work.Go(func() { s.watchLatch(ctx) })
	timer := time.NewTimer(0)
	defer timer.Stop()
	s.step(ctx, timer, door.Fault{Part: door.KioskFault, Broken: true})
	for {
		select {
		case <-ctx.Done():
			s.step(context.WithoutCancel(ctx), timer, door.Cancel{})
			s.step(context.WithoutCancel(ctx), timer, door.Fault{Part: door.KioskFault, Broken: true})
			s.drain()
			return
		case e := <-s.events:
			s.step(ctx, timer, e)
		case <-timer.C:
			s.step(ctx, timer, door.Tick{})
		}
	}
}

// step lets the machine take one event, and does what it orders.
func (s *Session) step(ctx context.Context, timer *time.Timer, e door.Event) {
	if f, ok := e.(door.Fault); ok && !s.changes(f) {
		return
	}
	now := s.p.Believer.Now()
	out := s.machine.Step(e, s.p.Believer.Basis(), now)
	for _, order := range out.Orders {
		s.carryOut(ctx, order)
	}
	s.desk.read(out.State.Reads())
	s.frames(out.State)
	s.show(out)
	s.renew(out)
	if !out.Wake.IsZero() {
		timer.Reset(max(0, out.Wake.Sub(now)))
	}
	if answer := s.answer; answer != nil {
		s.answer = nil
		s.step(ctx, timer, answer)
	}
}

// changes keeps a part that is reported broken again and again from reaching
// the machine, or anybody else, more than once.
func (s *Session) changes(f door.Fault) bool {
	before := s.faults
	s.faults &^= f.Part
	if f.Broken {
		s.faults |= f.Part
	}
	if s.faults != before && s.p.Health != nil {
		s.p.Health(f.Part, f.Broken)
	}
	return s.faults != before
}

// say hands an event to the machine, unless the session has ended.
func (s *Session) say(e door.Event) {
	select {
	case s.events <- e:
	case <-s.gone:
		wipe(e)
	}
}

// drain wipes what nobody takes any more.
func (s *Session) drain() {
	for {
		select {
		case e := <-s.events:
			wipe(e)
		default:
			return
		}
	}
}

// wipe wipes what an event says of a face.
func wipe(e door.Event) {
	if l, ok := e.(door.Looked); ok {
		l.Look.Moment.Wipe()
	}
}

// offer is say for what may be dropped.
func (s *Session) offer(e door.Event) {
	select {
	case s.events <- e:
	default:
	}
}

// Changed says that what the door believes has changed: a bundle came.
func (s *Session) Changed() { s.offer(door.Tick{}) }

// ClockFault says that the time cannot be known, or can be again.
func (s *Session) ClockFault(broken bool) {
	s.say(door.Fault{Part: door.ClockFault, Broken: broken})
}

// Alive returns whether the session takes an event before ctx is done.
func (s *Session) Alive(ctx context.Context) bool {
	select {
	case s.events <- door.Tick{}:
		return true
	case <-ctx.Done():
		return false
	}
}
