// Package consent is what a person agreed to, and the proof of it that every
// function touching a face asks for.
//
// A [Notice] is what is agreed to, and a [Record] that it was. A [Grant] is permission to act on a face for
// a short time. It has four sources and no others: a recorded consent, a face
// pass verified at that moment, a choice made at a desk, and a declaration of a
// data set to measure on. The zero Grant permits nothing.
//
// This package never decides that a person has consented; it carries what
// others recorded. It holds no name and no picture, and reads no clock.
package consent

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/facelatch/facelatch/pass"
)

// Power is something that can be done with a face.
type Power uint8

const (
	// Enrol is to extract a reference and seal it.
	Enrol Power = 1
	// Verify is to extract one probe and compare it with one reference.
	Verify Power = 2
	// Measure is to extract and compare photographs of a declared data set. It
	// can neither seal a reference nor open a latch.
	Measure Power = 3
)

// String returns "enrol", "verify" or "measure".
func (p Power) String() string {
	switch p {
	case Enrol:
		return "enrol"
	case Verify:
		return "verify"
	case Measure:
		return "measure"
	}
	return "unknown"
}

const (
	// EnrolTime is how long a grant from a record lasts.
	EnrolTime = 10 * time.Minute
	// PassTime is how long a grant from a pass lasts.
	PassTime = 30 * time.Second
	// DeskTime is how long a grant from a choice at a desk lasts.
	DeskTime = 2 * time.Minute
)

var (
	// ErrNoGrant is returned for the zero Grant, and for making one from a zero
	// value.
	ErrNoGrant = errors.New("no consent was given for this")
	// ErrOtherPower is returned when a grant is used for what it was not given
	// for.
	ErrOtherPower = errors.New("the consent is for something else")
	// ErrNotNow is returned before a grant begins and once it has ended.
	ErrNotNow = errors.New("the consent does not hold at this time")
	// ErrWithdrawn is returned for a withdrawn record.
	ErrWithdrawn = errors.New("the consent was withdrawn")
	// ErrPlainPass is returned for a grant from a pass without a reference.
	ErrPlainPass = errors.New("a plain pass is no consent to look at a face")
	// ErrOtherPass is returned when a grant from one pass is used for another.
	ErrOtherPass = errors.New("the consent is for another pass")
)

// Grant is permission to act on a face. Every function that touches a face
// takes one and calls [Grant.Check] first.
type Grant struct {
	power   Power
	purpose pass.Purpose
	from    time.Time
	until   time.Time // zero: no end, for measuring only
	passID  pass.ID
	hash    pass.Hash16
}

// Check returns nil if the grant is for this power at this time, else
// [ErrNoGrant], [ErrOtherPower] or [ErrNotNow].
func (g Grant) Check(p Power, now time.Time) error {
	if g.power == 0 {
		return ErrNoGrant
	}
	if g.power != p {
		return fmt.Errorf("%w: it is to %s, not to %s", ErrOtherPower, g.power, p)
	}
	return g.CheckAny(now)
}

// CheckAny is Check for what every power needs, such as finding where a face
// is: [ErrNoGrant] or [ErrNotNow].
func (g Grant) CheckAny(now time.Time) error {
	if g.power == 0 {
		return ErrNoGrant
	}
	if now.Before(g.from) || !g.until.IsZero() && !now.Before(g.until) {
		return ErrNotNow
	}
	return nil
}

// CheckPass is Check for [Verify] with the reference of one pass: it also fails
// with [ErrOtherPass] unless the grant came from that very pass.
func (g Grant) CheckPass(id pass.ID, now time.Time) error {
	if err := g.Check(Verify, now); err != nil {
		return err
	}
	if own, ok := g.PassID(); !ok || own != id {
		return ErrOtherPass
	}
	return nil
}

// Power returns what the grant is for, 0 for the zero Grant.
func (g Grant) Power() Power { return g.power }

// Purpose returns what the person agreed to, 0 for the zero Grant.
func (g Grant) Purpose() pass.Purpose { return g.purpose }

// Until returns when the grant ends, and false if it does not, which is so for
// measuring only.
func (g Grant) Until() (time.Time, bool) { return g.until, !g.until.IsZero() }

// PassID returns the pass that a grant from [ForPass] belongs to.
func (g Grant) PassID() (pass.ID, bool) { return g.passID, g.passID != pass.ID{} }

// Consent returns the hash of the record that a grant goes back to.
func (g Grant) Consent() (pass.Hash16, bool) { return g.hash, g.hash != pass.Hash16{} }

// Format prints what the grant is for, and neither the pass nor the record.
func (g Grant) Format(f fmt.State, _ rune) {
	if g.power == 0 {
		io.WriteString(f, "no grant")
		return
	}
	fmt.Fprintf(f, "grant to %s for %s", g.power, g.purpose)
}
