package pass

import (
	"errors"
	"time"
)

// Verified is a pass that was good at one time for one zone. It is only made by
// [Pass.Verify]; its zero value is refused by everything that takes one.
type Verified struct {
	pass *Pass
	at   time.Time
	zone string
}

// Verify judges a pass at a time for a zone. The error is a [Refusal]. The
// checks are made in the order in which the reasons are declared: the key and
// the signature before anything that the claims say, the time before the
// status, because places in a list are used again after their pass has expired.
func (p *Pass) Verify(trust Trust, zone string, at time.Time) (Verified, error) {
	return Verified{}, errors.New("not written yet")
}

// OK returns whether v came from [Pass.Verify].
func (v Verified) OK() bool { return v.pass != nil }

// At returns the time at which the pass was judged.
func (v Verified) At() time.Time { return v.at }

// Zone returns the zone for which it was judged.
func (v Verified) Zone() string { return v.zone }

// Claims returns a copy of what the pass says. They are zero if v is.
func (v Verified) Claims() Claims { return Claims{} }

// Model returns the first of the door's models that made one of the pass's
// references. The error is a [Refusal] with [ReasonOtherModel].
func (v Verified) Model(loaded ...ModelID) (ModelID, error) {
	return ModelID{}, errors.New("not written yet")
}

// ErrNoReference is returned by [Verified.Open] for a plain pass or a zero
// Verified.
var ErrNoReference = errors.New("the pass has no reference")

// Open opens the references. The key is found by its id, never by trial. The
// error is [ErrNoReference] or a [Refusal] with [ReasonUnknownSeal] or
// [ReasonBadSeal].
func (v Verified) Open(keys SealingKeys) (*References, error) {
	return nil, errors.New("not written yet")
}
