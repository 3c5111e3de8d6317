package statuslist

import (
	"errors"
	"fmt"
	"time"

	"github.com/facelatch/facelatch/internal/cose"
)

// KeyID names a signing key: the first four bytes of the SHA-256 thumbprint of
// its COSE_Key (RFC 9679).
type KeyID = cose.KeyID

var (
	// ErrMalformed is returned for bytes that are not a status list token in
	// its one accepted form.
	ErrMalformed = errors.New("not a status list token")
	// ErrUnknownKey is returned when none of the given keys has the id that
	// the token names.
	ErrUnknownKey = errors.New("the status list is signed by a key that is not known")
	// ErrSignature is returned when the signature does not verify.
	ErrSignature = errors.New("the signature of the status list does not verify")
	// ErrOtherList is returned for a token about another URI than expected.
	ErrOtherList = errors.New("this is another status list than the one asked for")
	// ErrExpired is returned once a token's expiry has come.
	ErrExpired = errors.New("the status list has expired")
	// ErrNoList is returned by [Set.Status] for a list that it does not hold.
	ErrNoList = errors.New("the status list is missing")
)

// Header is what a token says beside its bits.
type Header struct {
	// URI names the list: claim sub, and what a pass refers to.
	URI string
	// Issued is when the list was true; whole seconds. Claim iat.
	Issued time.Time
	// Expires is when the list must no longer be used; whole seconds. Claim exp.
	Expires time.Time
	// TTL is how long a copy may be kept before a newer one is asked for;
	// whole seconds, 0 for not stated. Claim ttl.
	TTL time.Duration
}

// Token is a signed list that has been verified. It is only made by [Verify],
// never changes, and is safe for concurrent use.
type Token struct {
	header Header
	list   List
}

// Header returns what the token says beside its bits. Times are in UTC.
func (t *Token) Header() Header { return t.header }

// Valid returns how many of its entries are valid.
func (t *Token) Valid() int { return t.list.Valid() }

// List returns a copy of the bits, for whoever continues the list.
func (t *Token) List() *List { return t.list.Clone() }

// Status returns what the token says about an index at a time. It fails with
// [ErrExpired] and [ErrIndex], and then the status is [Invalid].
func (t *Token) Status(index uint32, at time.Time) (Status, error) {
	if !at.Before(t.header.Expires) {
		return Invalid, t.expired()
	}
	return t.list.Get(index)
}

func (t *Token) expired() error {
	return fmt.Errorf("%w: it was good until %s", ErrExpired, t.header.Expires.Format(time.RFC3339))
}
