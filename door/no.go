package door

import (
	"errors"

	"github.com/facelatch/facelatch/face"
	"github.com/facelatch/facelatch/pass"
)

// NotYet is the error of a look at a frame in which the face could not be
// compared well, for a cause that the person can mend. It costs no attempt.
type NotYet struct{ Problem face.Problem }

// Error returns the problem as programs read it.
func (n NotYet) Error() string { return "the face cannot be compared yet: " + string(n.Problem) }

// no is a refusal on its way to the screen.
type no struct {
	reason pass.Reason
	detail string
	key    Key  // empty: that of the reason
	hint   Hint // empty: that of the reason
}

// refusedBy turns an error into a refusal. A failure of the machine is one too:
// the door stays closed, and says that something is wrong with it.
func refusedBy(err error) *no {
	r, ok := Refusal(err)
	if !ok {
		return &no{reason: pass.ReasonDoorFailed, detail: "something in the door failed", key: KeyUseOtherWay}
	}
	n := &no{reason: r.Reason, detail: r.Detail}
	var notYet NotYet
	if errors.As(err, &notYet) {
		n.hint = HintFor(notYet.Problem)
	}
	return n
}

func (n *no) screen() (Key, Hint) {
	key, hint := n.key, n.hint
	if key == "" {
		key = keyOf(n.reason)
	}
	if hint == HintNone && key == KeyTryAgain {
		hint = hintOf(n.reason)
	}
	return key, hint
}
