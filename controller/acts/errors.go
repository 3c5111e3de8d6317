package acts

import (
	"errors"
	"fmt"
)

var (
	// ErrForbidden is returned to an actor who may not do this.
	ErrForbidden = errors.New("you may not do this")
	// ErrNotFound is returned for what is not there, and to a holder for what is
	// another's.
	ErrNotFound = errors.New("there is no such thing (any more)")
	// ErrConflict is returned where somebody else changed the same meanwhile, or
	// has the same name already. Read it again, and decide again.
	ErrConflict = errors.New("somebody else has changed this meanwhile: read it again")
	// ErrInvalid is returned for input that cannot be; the error is an *[Invalid],
	// which names the field.
	ErrInvalid = errors.New("this cannot be taken")
	// ErrLedger is returned when an act could not be recorded in the ledger in
	// time. Nothing was done.
	ErrLedger = errors.New("this cannot be recorded in the ledger now, so nothing was done: try again later")
	// ErrUnavailable is returned when the store cannot be used now: the database
	// is gone, or the disk is full. What was acknowledged before is not lost.
	ErrUnavailable = errors.New("the store cannot be used now: try again later")
	// ErrLastOwner is returned for what would leave a site without an owner.
	ErrLastOwner = errors.New("a site keeps at least one owner")
	// ErrWithdrawn is returned for a consent that was withdrawn or has run out.
	ErrWithdrawn = errors.New("this consent was withdrawn or has run out")
	// ErrSignedOut is returned for a session, link, token or code that is not good
	// (any more). Which of them is not told.
	ErrSignedOut = errors.New("this is not good (any more): sign in again, or ask for a new link")
)

// Invalid says which field of an input cannot be taken, and why.
type Invalid struct {
	// Field is its name as in the input's struct, in lower case with underscores,
	// and with an index where there are several: "zones[2]".
	Field string
	// Why is a phrase in English that follows the name of the field: "has more
	// than 80 characters". It never repeats what was entered.
	Why string
}

func (i *Invalid) Error() string { return i.Field + " " + i.Why }

// Is says that an Invalid is an [ErrInvalid].
func (i *Invalid) Is(target error) bool { return target == ErrInvalid }

// Faults returns every [Invalid] of an error, however deep it is wrapped.
func Faults(err error) []*Invalid { return within[*Invalid](err) }

// within returns the errors of a type that an error consists of.
func within[T error](err error) (all []T) {
	if found, ok := err.(T); ok {
		return []T{found}
	}
	switch wraps := err.(type) {
	case interface{ Unwrap() error }:
		return within[T](wraps.Unwrap())
	case interface{ Unwrap() []error }:
		for _, each := range wraps.Unwrap() {
			all = append(all, within[T](each)...)
		}
	}
	return all
}

func invalid(field, why string, args ...any) error {
	return &Invalid{Field: field, Why: fmt.Sprintf(why, args...)}
}
