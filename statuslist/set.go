package statuslist

import (
	"fmt"
	"time"
)

// Set is all the lists of a site, as a door holds them. The zero value has no
// lists. It is not changed by lookups, so they may run at the same time; adding
// must not run beside anything else.
type Set struct{ tokens map[string]*Token }

// NewSet returns a set of tokens. A later token replaces an earlier one about
// the same list.
func NewSet(tokens ...*Token) *Set {
	s := &Set{tokens: make(map[string]*Token, len(tokens))}
	for _, t := range tokens {
		s.tokens[t.header.URI] = t
	}
	return s
}

// Len returns the number of lists.
func (s *Set) Len() int { return len(s.tokens) }

// Status returns what the list named uri says about an index at a time. It
// fails with [ErrNoList], [ErrExpired] and [ErrIndex], and then the status is
// [Invalid].
func (s *Set) Status(uri string, index uint32, at time.Time) (Status, error) {
	t, ok := s.tokens[uri]
	if !ok {
		return Invalid, fmt.Errorf("%w: %q", ErrNoList, uri)
	}
	return t.Status(index, at)
}
