package session

import (
	"context"
	"time"

	"github.com/facelatch/facelatch/door"
	"github.com/facelatch/facelatch/edge/kiosk"
	"github.com/facelatch/facelatch/pass"
)

// How frames are asked for. A face fills a third of the picture's height where
// people stand, so 1280 pixels across are enough for the eyes' distance that a
// comparison needs.
const (
	frameRate  = 15
	frameWidth = 1280
)

// carryOut does one thing that the machine wants done.
func (s *Session) carryOut(ctx context.Context, o door.Order) {
	switch o := o.(type) {
	case door.Announce:
		s.trace(Announced)
	case door.LookAt:
		s.trace(LookOrdered)
		s.desk.look(o)
	case door.Forget:
		s.forget()
	case door.CheckPIN:
		s.checkPIN(o)
	case door.Unlatch:
		s.trace(UnlatchOrdered)
		s.p.Opened()
		s.unlatch(ctx, o)
	case door.Count:
		s.p.Count(o.Reason)
	}
}

// forget waits until the frame that is being looked at is wiped, and drops what
// waits and what the watch remembers.
func (s *Session) forget() {
	s.desk.clear()
	s.p.Watch.Forget()
	if d, ok := s.p.Camera.(interface{ Drop() }); ok {
		d.Drop()
	}
}

// unlatch releases the latch in a goroutine of its own, once, and not after the
// order's time.
func (s *Session) unlatch(ctx context.Context, o door.Unlatch) {
	left := o.Until.Sub(s.p.Believer.Now())
	s.orders.begin()
	s.work.Go(func() {
		ctx, cancel := context.WithTimeout(ctx, left)
		defer cancel()
		err := s.p.Latch.Unlatch(ctx, o.Pulse)
		s.orders.end(time.Now(), o.Pulse)
		if err == nil {
			s.trace(Unlatched)
		}
		s.say(door.Latched{Showing: o.Showing, Err: err})
	})
}

// checkPIN checks the code that was typed, in a goroutine of its own: one at a
// time, since each takes 32 MiB. While one runs that was ordered for somebody
// who left, the next code has to wait, and is not a try.
func (s *Session) checkPIN(o door.CheckPIN) {
	code, ok := s.takeTyped(o.Number)
	switch {
	case !ok: // another number was typed meanwhile, under whose limit this code is not
		s.answer = door.Checked{Showing: o.Showing, Err: &pass.Refusal{Reason: pass.ReasonWrongPIN}}
		return
	case !s.checking.CompareAndSwap(false, true):
		s.answer = door.Checked{Showing: o.Showing, Err: &pass.Refusal{Reason: pass.ReasonTooManyTries}}
		return
	}
	s.work.Go(func() {
		proof, err := s.p.Believer.CheckPIN(o.Number, code)
		s.checking.Store(false)
		s.say(door.Checked{Showing: o.Showing, PIN: proof, Err: err})
	})
}

// frames asks for frames only while a face is to be looked at, or codes cannot
// be read elsewhere.
func (s *Session) frames(state door.State) {
	mode := kiosk.NoFrames
	switch {
	case state == door.Looking:
		mode = kiosk.LookFrames
	case state.Reads() && (s.p.ReadCodes || s.readsHere.Load()):
		mode = kiosk.CodeFrames
	}
	if mode == s.mode || s.p.Wired {
		return
	}
	s.mode = mode
	s.filming.Store(mode != kiosk.NoFrames)
	if mode == kiosk.NoFrames {
		s.p.Watch.Rest()
	} else {
		s.p.Watch.Wake(time.Now())
	}
	s.p.Display.WantFrames(mode, frameRate, frameWidth)
}

// show tells the screen what changed.
func (s *Session) show(out door.Output) {
	screen := kiosk.Screen{
		Key: string(out.Screen.Key), Hint: string(out.Screen.Hint),
		State: out.State.String(), Until: out.Screen.Until, Ways: out.Screen.Ways.String(), Light: string(out.Screen.Light),
	}
	if screen != s.shown {
		s.shown = screen
		s.p.Display.Show(screen)
	}
}

// renew asks for frames anew where something else is asked of the person than before,
// so that no frame counts that was taken before the page showed it.
func (s *Session) renew(out door.Output) {
	prompt := door.HintNone
	if out.Screen.Key == door.KeyPrompt {
		prompt = out.Screen.Hint
	}
	if prompt == s.prompt {
		return
	}
	s.prompt = prompt
	if d, ok := s.p.Display.(interface{ RenewFrames() }); ok && prompt != door.HintNone && !s.p.Wired {
		d.RenewFrames()
	}
}
