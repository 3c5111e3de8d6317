package consent

import (
	"errors"
	"fmt"
)

var (
	// ErrOtherNotice is returned for a consent that was given to another notice.
	ErrOtherNotice = errors.New("the consent was given to another notice")
	// ErrGuardian is returned where a child under 14 would agree alone, or to a
	// notice that is not for children.
	ErrGuardian = errors.New("for a child under 14 a guardian agrees, for one year at most, to the notice for children")
	// ErrOtherAdult is returned where somebody would agree for a person of 14 or
	// older.
	ErrOtherAdult = errors.New("nobody agrees for somebody else of 14 or older")
)

// Fits returns nil if terms are what is asked for a person of an age, of whom
// the terms themselves say nothing. n is the notice that was shown. It fails with
// [ErrOtherNotice], [ErrGuardian], [ErrOtherAdult], or for terms of version 1,
// which do not say who acted, with [ErrRecord].
func (t Terms) Fits(n Notice, under14 bool) error {
	hash, err := n.Hash()
	switch {
	case err != nil:
		return err
	case hash != t.Notice:
		return ErrOtherNotice
	case t.first():
		return fmt.Errorf("%w: it does not say who acted", ErrRecord)
	case under14 && (t.By != ByGuardian || n.Rules != Children):
		return ErrGuardian
	case !under14 && (t.By != ByHolder || n.Rules != Everybody):
		return ErrOtherAdult
	}
	return nil
}
