package door

import (
	"fmt"
	"io"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/pass"
)

// Order is something that the machine wants done. The types in this file are all
// that there are. They are to be carried out in their order.
type Order interface{ isOrder() }

// Announce is to say, on the screen and aloud, that the camera will look, and
// to take "not me" until then.
type Announce struct{ Until time.Time }

// LookAt is to look at one frame, and to answer with one [Looked]. It is the
// only order that touches a face.
type LookAt struct {
	// Showing is which showing of a pass it is for.
	Showing uint64
	// Number is which order of this showing, from 1.
	Number int
	// Grant is for the holder of the pass that is being shown.
	Grant consent.Grant
	// Model is the one that made the reference.
	Model pass.ModelID
	// Reference is lent. It is wiped by the machine when it leaves Looking.
	Reference *Held
	// Prompt is what the person is being asked to do, empty while they are to look at
	// the camera. With one nothing is compared: the answer is a moment only.
	Prompt face.Prompt
	// Since is what the time of a moment counts from; zero where none is wanted.
	Since time.Time
	// After is the earliest time at which the frame may have been taken.
	After time.Time
	// Until is when an answer comes too late.
	Until time.Time
}

// Forget is to wipe whatever of a face the last orders to look have left:
// frames, captures, probes, and what the watch on the camera remembers. It
// follows every leaving of [Looking], once.
type Forget struct{}

// CheckPIN is to check the code that was typed with a number, and to answer with
// [Checked].
type CheckPIN struct {
	Showing uint64
	// Number is the one that the limits were asked about. A code that was typed
	// with any other, a moment before or after, must not be checked: it would
	// count as a try of this one.
	Number string
	Until  time.Time
}

// Format prints that a code is to be checked, and not whose.
func (CheckPIN) Format(f fmt.State, _ rune) { io.WriteString(f, "check a code") }

// Unlatch is to release the latch, once, and to answer with [Latched].
type Unlatch struct {
	Showing uint64
	Pulse   time.Duration
	// Until is when the answer is overdue and the latch counts as failed. An
	// order that could not be carried out by then must never be.
	Until time.Time
}

// Count is to add one to today's count of the reason. There is exactly one for
// each showing, at its end: for one that opens, once the latch has answered.
// What is counted never says who or when.
type Count struct{ Reason pass.Reason }

func (Announce) isOrder() {}
func (LookAt) isOrder()   {}
func (Forget) isOrder()   {}
func (CheckPIN) isOrder() {}
func (Unlatch) isOrder()  {}
func (Count) isOrder()    {}
