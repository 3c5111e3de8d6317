// Package statuslist is the site's list of which passes are valid: one bit for
// each pass, in the IETF Token Status List (draft-ietf-oauth-status-list, CBOR
// form), signed and small enough to be kept by every door.
//
// A fresh list is all [Invalid]. An index becomes [Valid] only when issuing has
// recorded its pass, so a pass that issuing never recorded is refused however
// well it is signed. Lists have a fixed size, and a site starts another when
// one is full; looking up one pass touches one list and one bit, so what a
// check costs does not depend on how many people have passes.
//
// A list says nothing about who holds a pass, and this package never keeps
// which index was looked up. It reads no clock and no file.
package statuslist

import (
	"errors"
	"fmt"
	"math/bits"
	"slices"
)

const (
	// DefaultSize is the number of passes in one list: 8 KiB uncompressed.
	DefaultSize = 1 << 16
	// MaxSize is the largest list that is made or read: 128 KiB uncompressed.
	MaxSize = 1 << 20
)

// Status is what a list says about one index (draft section "Status Types").
type Status uint8

const (
	// Valid means issued and not revoked.
	Valid Status = 0
	// Invalid means revoked, or never issued. A list does not tell which.
	Invalid Status = 1
)

// String returns "valid" or "invalid".
func (s Status) String() string {
	if s == Valid {
		return "valid"
	}
	return "invalid"
}

var (
	// ErrIndex is returned for an index beyond the end of a list.
	ErrIndex = errors.New("the index is beyond the end of the status list")
	// ErrSize is returned for a size that is not a multiple of eight between
	// 8 and [MaxSize].
	ErrSize = errors.New("a status list has a multiple of 8 entries, up to 1048576")
)

// List is the mutable list of whoever issues. It is not safe for concurrent
// use. The zero value has no entries.
type List struct{ bits []byte }

// New returns a list of size entries, all [Invalid]. It fails with [ErrSize].
func New(size int) (*List, error) {
	if size < 8 || size > MaxSize || size%8 != 0 {
		return nil, ErrSize
	}
	return &List{bits: slices.Repeat([]byte{0xff}, size/8)}, nil
}

// Len returns the number of entries.
func (l *List) Len() int { return 8 * len(l.bits) }

// Get returns the status of an index. It fails with [ErrIndex].
func (l *List) Get(index uint32) (Status, error) {
	if uint64(index) >= uint64(l.Len()) {
		return Invalid, fmt.Errorf("%w: %d of %d", ErrIndex, index, l.Len())
	}
	// Entry 0 is the least significant bit of byte 0 (draft section 4.1).
	return Status(l.bits[index/8] >> (index % 8) & 1), nil
}

// Set changes the status of an index. It fails with [ErrIndex].
func (l *List) Set(index uint32, s Status) error {
	if uint64(index) >= uint64(l.Len()) {
		return fmt.Errorf("%w: %d of %d", ErrIndex, index, l.Len())
	}
	if s == Valid {
		l.bits[index/8] &^= 1 << (index % 8)
	} else {
		l.bits[index/8] |= 1 << (index % 8)
	}
	return nil
}

// Valid returns how many entries are [Valid].
func (l *List) Valid() (n int) {
	for _, b := range l.bits {
		n += 8 - bits.OnesCount8(b)
	}
	return n
}

// Clone returns an independent copy.
func (l *List) Clone() *List { return &List{bits: slices.Clone(l.bits)} }
