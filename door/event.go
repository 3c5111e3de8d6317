package door

import (
	"fmt"
	"io"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/pass"
)

// Event is something that happened at a door. The types in this file are all
// that there are.
type Event interface{ isEvent() }

// Tick is that time went by. It is due at [Output.Wake] at the latest; more
// often does no harm.
type Tick struct{}

// Shown is a code that was read while [State.Reads] was true. The same code may
// be reported for every frame: a pass that is held up counts once, until it has
// been out of sight for [AwayTime].
type Shown struct {
	// Text is what the code says. Whatever does not begin as a pass or a
	// presentation does is no showing.
	Text string
	// Asked is what a phone may answer now: the nonces that the door's screen has
	// shown in the last seconds, or the door's id where there is no screen.
	Asked []pass.Challenge
	// Draw is random, and decides what is asked for in which order, where anything is
	// ([Policy.Prompts]): the machine draws nothing itself.
	Draw uint64
}

// Format prints that a code was shown and nothing else, so that no log records
// by accident who came by.
func (Shown) Format(f fmt.State, _ rune) { io.WriteString(f, "a code") }

// Typed is that somebody typed a number and a code. The code is not for the
// machine: the answer is an order to check it, [CheckPIN], or none, if there
// were too many wrong ones.
type Typed struct{ Number string }

// Format prints that a number was typed, and not which.
func (Typed) Format(f fmt.State, _ rune) { io.WriteString(f, "a number") }

// Checked answers [CheckPIN].
type Checked struct {
	// Showing is that of the order. Another one's answer is dropped.
	Showing uint64
	// PIN counts only where Err is nil.
	PIN bundle.PINVerified
	// Err is a pass.Refusal, such as one with pass.ReasonWrongPIN, or a failure.
	Err error
}

// NotMe is that somebody said so: the pass is not theirs, or they do not want to
// be looked at.
type NotMe struct{}

// Cannot is that somebody cannot do, or does not want to do, what they are asked to
// before the camera. They are offered the other ways in.
type Cannot struct{}

// Cancel is that somebody left, or closed what the screen said.
type Cancel struct{}

// Looked answers one [LookAt]. Any other than the last one given is dropped, so
// that no look counts twice.
type Looked struct {
	// Showing and Number are those of the order.
	Showing uint64
	Number  int
	// Look is a comparison, an attempt of the three; only where Err is nil. For an
	// order with a prompt it is a moment, and no attempt.
	Look Look
	// Err is why nothing was compared. [NotYet], face.ErrNoFace,
	// face.ErrSeveralFaces and the errors of pictures lead to another look, at
	// another frame; whatever [Refusal] does not know is a failure of the door.
	Err error
}

// Format prints that somebody looked, and no score.
func (Looked) Format(f fmt.State, _ rune) { io.WriteString(f, "a look") }

// Latched answers [Unlatch], once the latch has locked again or has failed.
type Latched struct {
	// Showing is that of the order.
	Showing uint64
	// Err is nil if the door was free to open for the time of the pulse.
	Err error
}

// Faults are parts of a door that do not work, as a set.
type Faults uint8

const (
	// CameraFault stops looks at faces only.
	CameraFault Faults = 1 << iota
	// LatchFault locks the door to everything: an order to a latch that may
	// carry it out later is worse than none.
	LatchFault
	// ClockFault is that the time cannot be known, which locks the door.
	ClockFault
	// KioskFault is that the screen was lost, which locks the door.
	KioskFault
)

func (f Faults) locks() bool { return f&^CameraFault != 0 }

// Fault is that a part broke, or works again.
type Fault struct {
	Part   Faults
	Broken bool
}

func (Tick) isEvent()    {}
func (Shown) isEvent()   {}
func (Typed) isEvent()   {}
func (Checked) isEvent() {}
func (NotMe) isEvent()   {}
func (Cannot) isEvent()  {}
func (Cancel) isEvent()  {}
func (Looked) isEvent()  {}
func (Latched) isEvent() {}
func (Fault) isEvent()   {}
