package door

import (
	"strings"
	"time"

	"github.com/facelatch/facelatch/pass"
)

// free returns whether a new showing may begin.
func (s *step) free() bool {
	return s.state == Idle || s.state == Refused || s.state == Opened && s.showing.latch.IsZero()
}

// begin starts a showing.
func (s *step) begin(method Methods) {
	s.rest()
	s.hint, s.hintEnds = HintNone, time.Time{}
	s.number++
	s.state, s.showing = StateShown, showing{method: method}
}

// shown is a code in sight.
func (s *step) shown(e Shown) {
	code, ok := read(e.Text)
	if !ok {
		s.say(HintNotAPass)
		return
	}
	if s.b.Limits == nil {
		if s.free() {
			s.begin(0)
			s.refuse(s.b.open(s.faults))
		}
		return
	}
	t := s.b.Limits.tag(string(code.kind), code.name)
	if t == s.last && !s.lastSeen.IsZero() {
		s.lastSeen = s.now
		s.say(HintTakePassAway)
		return
	}
	if !s.free() {
		return
	}
	s.last, s.lastSeen = t, s.now
	s.begin(code.method())
	s.showing.draw = e.Draw
	s.judge(code, e.Asked)
}

// say puts a hint on the idle screen for a while.
func (s *step) say(h Hint) {
	if s.state == Idle {
		s.hint, s.hintEnds = h, s.now.Add(AwayTime)
	}
}

// judge decides about a pass: a plain one at once, a face pass for or against a
// look.
func (s *step) judge(c code, asked []pass.Challenge) {
	if n := s.b.open(s.faults); n != nil {
		s.refuse(n)
		return
	}
	if c.err != nil {
		s.refuse(refusedBy(c.err))
		return
	}
	v, n := s.b.admit(c.pass, s.showing.method, s.faults, s.now)
	if n == nil {
		n = c.proved(v, asked, s.b.Limits, s.now)
	}
	if n != nil {
		s.refuse(n)
		return
	}
	if s.showing.method == Face {
		s.announce(c.pass, v)
		return
	}
	s.decide(Decide(s.b.Policy, v, nil, s.now))
}

// typedNumber begins the checking of a code, unless there were too many wrong
// ones: then the code is not even looked at.
func (s *step) typedNumber(e Typed) {
	if !s.free() {
		return
	}
	s.begin(PIN)
	if n := s.b.admitPIN(e.Number, s.faults, s.now); n != nil {
		s.refuse(n)
		return
	}
	s.showing.typed = strings.Clone(e.Number)
	s.until = s.now.Add(CheckTime)
	s.order(CheckPIN{Showing: s.number, Number: s.showing.typed, Until: s.until})
}

// checked is the answer about a code. Everything that speaks against opening is
// asked again: what was right before it was checked may have changed.
func (s *step) checked(e Checked) {
	if s.state != StateShown || s.showing.method != PIN || e.Showing != s.number {
		return
	}
	number := s.showing.typed
	if n := s.b.admitPIN(number, s.faults, s.now); n != nil {
		s.refuse(n)
		return
	}
	s.showing.typed = "" // the answer is taken: leave has nothing to count
	if e.Err != nil {
		n := refusedBy(e.Err)
		if n.reason == pass.ReasonWrongPIN {
			s.b.Limits.pinFailed(number, s.now)
		}
		s.refuse(n)
		return
	}
	if !e.PIN.OK() || e.PIN.Zone() != s.b.Zone || e.PIN.At().After(s.now) || s.now.Sub(e.PIN.At()) >= CheckTime {
		s.refuse(&no{reason: pass.ReasonDoorFailed, detail: "the code was not checked here and now"})
		return
	}
	s.b.Limits.pinPassed(number)
	s.decide(Decision{Open: true, Reason: pass.ReasonOpened})
}

// admitPIN is admit for a number.
func (b Basis) admitPIN(number string, f Faults, now time.Time) *no {
	if n := b.open(f); n != nil {
		return n
	}
	switch {
	case !b.accepts(PIN):
		return &no{reason: pass.ReasonNotAcceptedHere, detail: "this door takes no codes"}
	case !b.Hours.Allows(now, b.Trust.Location):
		return &no{reason: pass.ReasonOutOfHours, detail: "the door is closed at this hour"}
	case b.Limits.pinWaits(number, now), b.Limits.pinsRest(now):
		return &no{reason: pass.ReasonTooManyTries, detail: "there were too many wrong codes in the last minutes"}
	}
	return nil
}

// decide is the end of a showing by a decision.
func (s *step) decide(d Decision) {
	if !d.Open {
		s.refuse(&no{reason: d.Reason, detail: d.Detail, hint: s.showing.hint})
		return
	}
	s.leave(true)
	d.Look = nil
	s.decision = &d
	latch := s.now.Add(s.b.pulse() + LatchTime)
	s.state, s.until, s.showing = Opened, s.now.Add(ResultTime), showing{latch: latch}
	s.maybeSeen()
	s.order(Unlatch{Showing: s.number, Pulse: s.b.pulse(), Until: latch})
}

// refuse is the end of a showing that does not open.
func (s *step) refuse(n *no) {
	s.leave(false)
	s.decision = &Decision{Reason: n.reason, Detail: n.detail}
	s.state, s.until, s.showing = Refused, s.now.Add(ResultTime), showing{}
	s.key, s.keyHint = n.screen()
	s.maybeSeen()
	s.order(Count{n.reason})
}

// maybeSeen lets a pass that was held up throughout a look count as in sight,
// although nobody looked for it meanwhile: if it is seen within half of
// [AwayTime] it was there, else it was taken away.
func (s *step) maybeSeen() {
	if at := s.now.Add(-AwayTime / 2); !s.lastSeen.IsZero() && s.lastSeen.Before(at) {
		s.lastSeen = at
	}
}

// cancel is somebody leaving.
func (s *step) cancel() {
	switch s.state {
	case StateShown, Verified, Looking:
		s.refuse(&no{reason: pass.ReasonNotMe, detail: "the person left"})
		s.rest()
	case Opened, Refused:
		if s.free() {
			s.rest()
		}
	}
}

// latched is the latch's answer, which ends the showing.
func (s *step) latched(e Latched) {
	if s.state != Opened || s.showing.latch.IsZero() || e.Showing != s.number {
		return
	}
	if e.Err != nil {
		s.latchFailed("the latch did not move")
		return
	}
	s.showing.latch = time.Time{}
	s.order(Count{pass.ReasonOpened})
	if s.due(s.until) {
		s.rest()
	}
}

func (s *step) latchFailed(detail string) {
	s.refuse(&no{reason: pass.ReasonDoorFailed, detail: detail, key: KeyLatchFailed})
}

// fault is a part that broke or works again. A showing that cannot be finished
// is refused at once.
func (s *step) fault(e Fault) {
	if !e.Broken {
		s.faults &^= e.Part
		return
	}
	s.faults |= e.Part
	switch s.state {
	case StateShown, Verified, Looking:
		n := s.b.open(s.faults)
		if n == nil && s.showing.method == Face && s.faults&CameraFault != 0 {
			n = &no{reason: pass.ReasonDoorFailed, detail: "the camera does not work", key: KeyUseOtherWay}
		}
		if n != nil {
			s.refuse(n)
		}
	}
}

func (s *step) order(o Order) { s.orders = append(s.orders, o) }
