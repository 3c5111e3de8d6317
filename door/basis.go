package door

import (
	"time"

	"github.com/facelatch/facelatch/bundle"
	"github.com/facelatch/facelatch/pass"
)

// Methods are ways in, as a set.
type Methods = bundle.Methods

// The methods, as in a bundle.
const (
	Plain = bundle.Plain
	Face  = bundle.Face
	PIN   = bundle.PIN
	Phone = bundle.Phone
)

// PromiseFour returns [bundle.ErrOnlyWay] for methods with faces and without any
// other that is known here.
// Whoever reads a configuration asks it; a [Machine] asks again at each
// showing, and then accepts no faces.
func PromiseFour(m Methods) error {
	if m.Has(Face) && m&(Plain|PIN|Phone) == 0 {
		return bundle.ErrOnlyWay
	}
	return nil
}

// Basis is what a door believes at one moment. It is built anew, or at least
// looked at anew, for each [Machine.Step], so that a revocation that arrives
// while somebody is looked at still counts. The zero value accepts nothing.
type Basis struct {
	// Zone is the door's own.
	Zone string
	// Trust is what a pass is judged by. Its Location is also that of Hours.
	Trust pass.Trust
	// Policy is what the site decides about faces.
	Policy Policy
	// Methods are those of the zone that this door takes.
	Methods Methods
	// Hours are when the zone is open to holders, nil for always. There is one
	// for all methods, so that none has better hours than another (promise 4).
	Hours pass.Schedule
	// Seals are the sealing keys. They may be nil where no faces are accepted.
	Seals Seals
	// Models are those whose references can be compared here, the preferred one
	// first. None means that there are no eyes, or no key to open a reference with.
	Models []pass.ModelID
	// PlainOK is whether the door may still decide with what it last heard.
	// Without it every method is refused, faces too: they never outlive the
	// others.
	PlainOK bool
	// FaceOK is whether that holds for face passes, whose time is shorter.
	FaceOK bool
	// Limits are required, and the same for the life of the process. Without
	// them everything is refused.
	Limits *Limiter
	// Budget is how many showings of face passes may fail at this door within
	// ten minutes before faces rest: 1 to 1000, 0 for [DefaultBudget].
	Budget int
	// Pulse is how long the latch stays released: up to [MaxPulse], 0 for
	// [DefaultPulse].
	Pulse time.Duration
}

// accepts returns whether a method can be used at all: configured, and under
// promise 4.
func (b Basis) accepts(m Methods) bool {
	return b.Methods.Has(m) && (m != Face || PromiseFour(b.Methods) == nil)
}

// ways are the methods that would be accepted now.
func (b Basis) ways(f Faults, now time.Time) (open Methods) {
	if f.locks() || !b.PlainOK || b.Limits == nil || !b.Hours.Allows(now, b.Trust.Location) {
		return 0
	}
	for _, m := range []Methods{Plain, Phone, PIN} {
		if b.accepts(m) {
			open |= m
		}
	}
	if b.accepts(PIN) && b.Limits.pinsRest(now) {
		open &^= PIN
	}
	if b.accepts(Face) && b.FaceOK && len(b.Models) > 0 && f&CameraFault == 0 && !b.Limits.facesRest(b.budget(), now) {
		open |= Face
	}
	return open
}

func (b Basis) budget() int {
	if b.Budget <= 0 {
		return DefaultBudget
	}
	return min(b.Budget, maxBudget)
}

func (b Basis) pulse() time.Duration {
	if b.Pulse <= 0 {
		return DefaultPulse
	}
	return min(b.Pulse, MaxPulse)
}

// open returns nil while anything at all can be accepted.
func (b Basis) open(f Faults) *no {
	switch {
	case f&LatchFault != 0:
		return &no{reason: pass.ReasonDoorFailed, detail: "the latch does not answer"}
	case f.locks() || b.Limits == nil:
		return &no{reason: pass.ReasonDoorFailed, detail: "the door is out of order"}
	case !b.PlainOK:
		return &no{reason: pass.ReasonBundleExpired, detail: "the door has had no news for too long"}
	}
	return nil
}

// admit judges a pass as it is now, and what the zone says about its kind. It
// is asked when the pass is shown, before each look, and when the door opens.
func (b Basis) admit(p *pass.Pass, method Methods, f Faults, now time.Time) (pass.Verified, *no) {
	if n := b.open(f); n != nil {
		return pass.Verified{}, n
	}
	v, err := p.Verify(b.Trust, b.Zone, now)
	if err != nil {
		return pass.Verified{}, refusedBy(err)
	}
	if !b.accepts(method) {
		return pass.Verified{}, &no{reason: pass.ReasonNotAcceptedHere, detail: "this door does not take passes of this kind"}
	}
	if !b.Hours.Allows(now, b.Trust.Location) {
		return pass.Verified{}, &no{reason: pass.ReasonOutOfHours, detail: "the door is closed at this hour"}
	}
	if method == Face {
		if n := b.admitFace(v, f, now); n != nil {
			return pass.Verified{}, n
		}
	}
	return v, nil
}

// admitFace is the part of admit that a plain pass never meets.
func (b Basis) admitFace(v pass.Verified, f Faults, now time.Time) *no {
	switch {
	case !b.FaceOK:
		return &no{reason: pass.ReasonBundleExpired, detail: "the door has had no news for too long to look at faces", key: KeyUseOtherWay}
	case f&CameraFault != 0:
		return &no{reason: pass.ReasonDoorFailed, detail: "the camera does not work", key: KeyUseOtherWay}
	case len(b.Models) == 0:
		return &no{reason: pass.ReasonNotAcceptedHere, detail: "this door has nothing to look with", key: KeyUseOtherWay}
	case b.Limits.passWaits(v.Claims().ID, now):
		return &no{reason: pass.ReasonTooManyTries, detail: "this pass has failed too often in the last minutes"}
	case b.Limits.facesRest(b.budget(), now):
		return &no{reason: pass.ReasonTooManyTries, detail: "too many faces have failed here in the last minutes", key: KeyUseOtherWay}
	}
	return nil
}
