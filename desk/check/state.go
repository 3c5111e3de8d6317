package check

import (
	"slices"
	"time"

	"github.com/facelatch/facelatch/door"
	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/idcheck"
)

// Step is where a check stands, in the form that programs read.
type Step string

const (
	// Reading: the person reads the notice and chooses a way.
	Reading Step = "reading"
	// Chosen: a way is chosen, and the document is wanted.
	Chosen Step = "chosen"
	// Document: something of the document was had, and more of it is wanted:
	// [State.Reason] and [State.Next] say what.
	Document Step = "document"
	// Face: frames of the face are wanted.
	Face Step = "face"
	// Staff: a look by a member of staff is wanted.
	Staff Step = "staff"
	// Ended: it is over, and [State.Result] says how.
	Ended Step = "ended"
)

// State is what the pages show of a check. It holds nothing of the person.
type State struct {
	// Version grows with every change.
	Version uint64 `json:"version"`
	Step    Step   `json:"step"`
	// Way is "face", "staff" or "none".
	Way string `json:"way"`
	// Again says that the person had chosen, that it has lapsed because it took
	// long, and that they are asked anew.
	Again bool `json:"again"`
	// Busy says that a picture is looked at.
	Busy bool `json:"busy"`
	// Hint is what the person may do about the last frame, "" for nothing.
	Hint door.Hint `json:"hint"`
	// Prompt is what the person is asked to do before the camera, "" for nothing.
	Prompt face.Prompt `json:"prompt"`
	// Reason is why it does not go on by itself, and Next what helps.
	Reason idcheck.Reason `json:"reason"`
	Next   []idcheck.Next `json:"next"`
	// Looks is how many members of staff have looked, of Need.
	Looks int `json:"looks"`
	Need  int `json:"need"`
	// Until is when the check ends unless something is done.
	Until  time.Time `json:"until"`
	Result *Summary  `json:"result"`
}

// Summary is how a check ended, for the pages.
type Summary struct {
	Outcome         idcheck.Outcome `json:"outcome"`
	Reason          idcheck.Reason  `json:"reason"`
	Next            []idcheck.Next  `json:"next"`
	Way             string          `json:"way"`
	DocumentChecked bool            `json:"documentChecked"`
	LinesVerified   bool            `json:"linesVerified"`
	// Proof is what is known of the document being genuine.
	Proof      string `json:"proof"`
	Unattended bool   `json:"unattended"`
	// Claims are the names of those that were handed on.
	Claims []string `json:"claims"`
	// HandedOn is false if the result could not be handed on: then there is none.
	HandedOn bool `json:"handedOn"`
}

// State returns where the check stands.
func (c *Check) State() State {
	_ = c.look() // an ended one has a state as well
	c.mu.Lock()
	defer c.mu.Unlock()
	s := State{
		Version: c.version, Step: c.step, Way: c.way.String(), Again: c.again, Busy: c.working, Hint: c.hint,
		Prompt: c.turn.prompt(), Reason: c.standing.Reason, Next: append([]idcheck.Next{}, c.standing.Next...),
		Looks: len(c.looks), Need: 1, Until: c.end().UTC(), Result: c.finished,
	}
	if c.order.TwoPeople || c.room.o.Policy().TwoPeople {
		s.Need = 2
	}
	if c.finished != nil {
		s.Step, s.Busy, s.Reason, s.Next = Ended, false, c.finished.Reason, slices.Clone(c.finished.Next)
	}
	return s
}

// Changed returns a channel that is closed when the check changes next. Whoever
// waits asks for it before the State that they compare.
func (c *Check) Changed() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.changed
}

// end is when the check is over unless something is done. The caller holds mu.
func (c *Check) end() time.Time {
	if idle := c.touched.Add(StepTime); idle.Before(c.until) {
		return idle
	}
	return c.until
}

// notify tells who waits. The caller holds mu.
func (c *Check) notify() {
	c.version++
	close(c.changed)
	c.changed = make(chan struct{})
}
