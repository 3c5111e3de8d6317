package session

import (
	"crypto/rand"
	"encoding/binary"

	"github.com/facelatch/facelatch/door"
	"github.com/facelatch/facelatch/edge/kiosk"
)

// Event is a method of [kiosk.Door].
func (s *Session) Event(e kiosk.Event) {
	switch e := e.(type) {
	case kiosk.Connected:
		s.say(door.Fault{Part: door.KioskFault, Broken: false})
	case kiosk.NoReader:
		s.readsHere.Store(true)
		s.Changed()
	case kiosk.Lost:
		s.readsHere.Store(false)
		s.pageCamera.Store(false)
		s.say(door.Fault{Part: door.KioskFault, Broken: true})
	case kiosk.Code:
		s.trace(CodeRead)
		s.Shown(e.Text)
	case kiosk.PIN:
		s.typed(e)
	case kiosk.NotMe:
		s.say(door.NotMe{})
	case kiosk.Cannot:
		s.say(door.Cannot{})
	case kiosk.Cancel:
		s.say(door.Cancel{})
	case kiosk.Camera:
		// The next look at the camera's state, a moment later, reports it.
		s.pageCamera.Store(!s.p.Wired && e.State != kiosk.CameraOK)
	}
}

// Shown says that a code was read.
func (s *Session) Shown(text string) {
	s.offer(door.Shown{Text: text, Asked: s.p.Asked(), Draw: draw()})
}

// draw is what nobody can foresee about what will be asked for.
func draw() uint64 {
	var b [8]byte
	rand.Read(b[:]) //nolint:errcheck // it never fails (Go 1.24)
	return binary.LittleEndian.Uint64(b[:])
}

// typed keeps the code until the machine asks for its check. Only the last one
// that was typed counts.
func (s *Session) typed(e kiosk.PIN) {
	s.mu.Lock()
	s.number, s.code = e.Number, e.Code
	s.mu.Unlock()
	s.offer(door.Typed{Number: e.Number})
}

// takeTyped returns the code that was typed with a number, if that was the last
// one, and forgets both.
func (s *Session) takeTyped(number string) (code string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	code, ok = s.code, s.number == number
	s.number, s.code = "", ""
	return code, ok
}
