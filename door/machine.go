package door

import (
	"fmt"
	"io"
	"time"

	"github.com/facelatch/facelatch/pass"
)

// Machine is the state of one door: one showing at a time. The zero value is
// idle. It is pure: it reads no clock, starts nothing and writes nothing; time
// comes in with each [Machine.Step], and what is to be done comes out as orders.
// One goroutine uses it at a time.
type Machine struct {
	state   State
	now     time.Time // of the last step; time never runs below it within a showing
	until   time.Time // when the state ends by itself, if it does
	number  uint64    // of the last showing
	showing showing   // zero in idle
	faults  Faults

	last     tag       // what was shown last
	lastSeen time.Time // when it was last in sight, zero if nothing was
	hint     Hint      // what idle says
	hintEnds time.Time
	key      Key // what a result says, with its own hint
	keyHint  Hint
}

// showing is what is held of one time that something is shown. All that refers to
// a person is cleared when it is decided.
type showing struct {
	method Methods
	pass   *pass.Pass // nil for a number
	typed  string
	held   *Held // only while looking
	model  pass.ModelID
	asked  int       // orders to look
	tries  int       // comparisons
	next   time.Time // the earliest frame for another
	hint   Hint
	draw   uint64    // what is asked for follows from it
	asking *asking   // only while looking, and nil where nothing is asked for
	latch  time.Time // when the latch's answer is overdue, zero if none is due
}

// Format prints the state and nothing else.
func (m *Machine) Format(f fmt.State, _ rune) { io.WriteString(f, "a door, "+m.state.String()) }

// step is one call of Step.
type step struct {
	*Machine
	b        Basis
	asked    int // of the showing, when the step began
	orders   []Order
	decision *Decision
}

// Step lets time go by and takes one event, and returns what to do. It never
// fails: what is unexpected is dropped, and what is wrong is refused.
//
// The times must come from one clock that does not go back. If it does, a
// showing that was not decided is refused.
func (m *Machine) Step(e Event, b Basis, now time.Time) Output {
	s := &step{Machine: m, b: b, asked: m.showing.asked}
	if now.Before(m.now) {
		s.wentBack(now)
	}
	m.now = now
	if stops(e) {
		s.take(e)
		s.elapse()
	} else {
		s.elapse()
		s.take(e)
	}
	return s.output()
}

// stops returns whether an event goes before the time: whoever says "not me"
// just as the second ends is not looked at.
func stops(e Event) bool {
	switch e.(type) {
	case NotMe, Cannot, Cancel, Fault:
		return true
	}
	return false
}

// take is what each event means. Those that do not fit the state are dropped by
// their methods.
func (s *step) take(e Event) {
	switch e := e.(type) {
	case Shown:
		s.shown(e)
	case Typed:
		s.typedNumber(e)
	case Checked:
		s.checked(e)
	case Looked:
		s.looked(e)
	case NotMe:
		if s.state == Verified || s.state == Looking {
			s.refuse(&no{reason: pass.ReasonNotMe, detail: "the person did not want to be looked at"})
		}
	case Cannot:
		if s.state == Looking {
			s.refuse(&no{reason: pass.ReasonNotMe, detail: "the person could not do what was asked for"})
		}
	case Cancel:
		s.cancel()
	case Latched:
		s.latched(e)
	case Fault:
		s.fault(e)
	}
}

// wentBack ends what was measured against a later time.
func (s *step) wentBack(now time.Time) {
	s.hintEnds = earlier(s.hintEnds, now)
	s.lastSeen = earlier(s.lastSeen, now)
	switch s.state {
	case StateShown, Verified, Looking:
		s.Machine.now = now
		s.refuse(&no{reason: pass.ReasonDoorFailed, detail: "the clock went back"})
	case Opened, Refused:
		s.until = earlier(s.until, now.Add(ResultTime))
		if !s.showing.latch.IsZero() {
			s.showing.latch = earlier(s.showing.latch, now.Add(MaxPulse+LatchTime))
		}
	}
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// elapse is what time alone brings about.
func (s *step) elapse() {
	if s.due(s.showing.latch) {
		s.latchFailed("the latch did not answer")
	}
	switch {
	case !s.due(s.until):
	case s.state == StateShown:
		s.refuse(&no{reason: pass.ReasonDoorFailed, detail: "the code could not be checked in time"})
	case s.state == Verified:
		s.firstLook()
	case s.state == Looking:
		s.refuse(&no{reason: pass.ReasonTimedOut, detail: "the time for looking is over", hint: s.showing.hint})
	case s.state == Refused, s.state == Opened && s.showing.latch.IsZero():
		s.rest()
	}
	if s.state.Reads() && s.due(s.lastSeen.Add(AwayTime)) {
		s.last, s.lastSeen = tag{}, time.Time{}
	}
	if s.due(s.hintEnds) {
		s.hint, s.hintEnds = HintNone, time.Time{}
	}
}

func (s *step) due(at time.Time) bool { return !at.IsZero() && !s.now.Before(at) }

// rest returns to idle.
func (s *step) rest() {
	s.state, s.until, s.showing = Idle, time.Time{}, showing{}
}
