// Package latch lets go of whatever holds a door shut, for a moment.
//
// Open turns a Config into a Latch: a line of a Linux gpiochip, a relay behind
// an MQTT broker, a web hook, a command, or one that only says what it would
// do. Whatever the driver, the safe state is locked, a pulse lasts at least
// MinPulse and at most MaxPulse, and what did not work is an error: it is never
// retried later by itself, because a door that opens late opens for somebody
// else.
//
// It never says that a door was opened: nothing is logged, counted, kept, or
// published beyond the one command to the relay. A smart home that is told of
// each opening writes a diary of the people who live there.
//
// docs/devices.md says for each driver how to set it up, and what happens when
// the program dies in the middle of a pulse.
package latch

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// How long a latch may be let go.
const (
	MinPulse = 200 * time.Millisecond // shorter, and a hand does not reach the handle
	MaxPulse = 10 * time.Second       // longer, and somebody walks in behind
)

var (
	// ErrPulse means that a pulse is shorter than MinPulse or longer than MaxPulse.
	ErrPulse = errors.New("the pulse must last from 0.2 to 10 seconds")
	// ErrClosed means that the latch was closed.
	ErrClosed = errors.New("the latch is closed")
	// ErrFailed means that the latch did not take the order, or that nobody
	// knows whether it did. Its holder should be told that the door may be shut.
	ErrFailed = errors.New("the latch did not answer")
	// ErrStuck means that a pulse should have ended and could not be ended: the
	// door may be open. The driver goes on trying.
	ErrStuck = errors.New("the latch could not be locked again")
)

// Latch is whatever holds a door shut.
//
// Unlatch returns nil once the latch was let go, or whoever drives it has
// acknowledged the order; the latch locks again by itself after the pulse.
// Every error but ErrPulse and ErrClosed is or wraps ErrFailed or ErrStuck. An
// order that failed, or whose context ended, is not carried out later.
//
// Check says whether Unlatch could work now. It moves nothing.
//
// Close locks and lets go of the device. All methods may be called from any
// goroutine.
type Latch interface {
	Unlatch(ctx context.Context, pulse time.Duration) error
	Check(ctx context.Context) error
	Close() error
}

// CheckPulse returns ErrPulse for a pulse that no driver takes.
func CheckPulse(pulse time.Duration) error {
	if pulse < MinPulse || pulse > MaxPulse {
		return fmt.Errorf("%w, not %v", ErrPulse, pulse)
	}
	return nil
}
