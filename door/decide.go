package door

import (
	"strings"
	"time"

	"github.com/facelatch/facelatch/consent"
	"github.com/facelatch/facelatch/pass"
)

// Decision is what a door does, and why.
type Decision struct {
	// Open is false in the zero value.
	Open   bool
	Reason pass.Reason
	// Detail is a sentence for the person at the door, without a full stop. It
	// may be empty.
	Detail string
	// Warnings are sentences for the operator.
	Warnings []string
	// Look is what led to a decision about a face, for somebody who asks for an
	// explanation there and then. It is never to be kept.
	Look *Look
}

// warnSuspected is the warning where a suspicion alone does not refuse.
const warnSuspected = "the face looks like a picture of one; one still tells little, so this alone does not refuse"

// Decide decides about a verified pass, and about a face pass with what a look
// at the face gave. It is pure, and closed unless everything says open: a zero
// pass, a face pass without a look, a comparison under any other grant than
// that of this very pass at this time, one of a person who is measured, and a
// pass that was verified at any time but now never open.
func Decide(p Policy, v pass.Verified, look *Look, now time.Time) Decision {
	switch {
	case !v.OK():
		return Decision{Reason: pass.ReasonNoPass, Detail: "there is no pass"}
	case now.Before(v.At()) || !now.Before(v.At().Add(consent.PassTime)):
		return Decision{Reason: pass.ReasonNoPass, Detail: "the pass was not shown just now"}
	case v.Claims().Kind() == pass.Plain:
		return Decision{Open: true, Reason: pass.ReasonOpened}
	case look == nil:
		return Decision{Reason: pass.ReasonNoFace, Detail: "nobody has looked at the face"}
	}
	d := decideFace(p, v, *look, now)
	d.Look = look
	return d
}

func decideFace(p Policy, v pass.Verified, look Look, now time.Time) Decision {
	var warnings []string
	if look.Suspected {
		// Whether the faces match is not said: whoever holds up a photograph
		// learns nothing about it.
		if p.RequireLive {
			return Decision{Reason: pass.ReasonAttackSuspected, Detail: "the face looks like a picture of one"}
		}
		warnings = []string{warnSuspected}
	}
	// Written so that a threshold which is not a number keeps the door closed.
	if look.Threshold > 0 && look.Comparison.Reaches(look.Threshold, v.Claims().ID, now) {
		return Decision{Open: true, Reason: pass.ReasonOpened, Warnings: warnings}
	}
	if len(look.Advice) > 0 || len(look.Problems) > 0 {
		return Decision{Reason: pass.ReasonPoorQuality, Detail: strings.Join(look.Advice, "; "), Warnings: warnings}
	}
	return Decision{
		Reason: pass.ReasonFaceMismatch, Warnings: warnings,
		Detail: "the face is not the one that the pass was made for",
	}
}
