package consent

import (
	"crypto"
	"errors"
	"io"
	"time"

	"github.com/facelatch/facelatch/pass"
)

// Method is how a consent was given.
type Method uint8

const (
	// Attested: a member of staff records that the person agreed.
	Attested Method = 1
	// Signed: the person signed with a key of their own.
	Signed Method = 2
)

// String returns "attested" or "signed".
func (m Method) String() string {
	switch m {
	case Attested:
		return "attested"
	case Signed:
		return "signed"
	}
	return "unknown"
}

// Terms is what a person agrees to.
type Terms struct {
	// Site is with whom.
	Site pass.SiteID
	// Purpose is what for.
	Purpose pass.Purpose
	// Notice is the SHA-256 of the text that the person was shown.
	Notice [32]byte
	// Given is when the person agreed; whole seconds.
	Given time.Time
	// Until is when the agreement ends by itself; whole seconds.
	Until time.Time
}

// Record is an agreement and its withdrawal. It is made by [Attest] or [Sign]
// and read by [Decode]; the zero value grants nothing.
type Record struct {
	terms     Terms
	method    Method
	withdrawn time.Time
}

// ErrRecord is returned for terms that nobody can agree to and for bytes that
// are not a record in its one form.
var ErrRecord = errors.New("not a consent record")

// Attest makes a record of a consent that a member of staff saw given. Its salt
// is read from rand, so that its hash tells nothing to who does not hold it.
func Attest(rand io.Reader, t Terms) (*Record, error) { return nil, ErrRecord }

// Sign makes a record that the holder signs with a key of their own, on P-256.
func Sign(rand io.Reader, key crypto.Signer, t Terms) (*Record, error) { return nil, ErrRecord }

// Decode reads what [Record.Encode] returned. It fails with [ErrRecord].
func Decode(data []byte) (*Record, error) { return nil, ErrRecord }

// Encode returns the record in its one form.
func (r *Record) Encode() ([]byte, error) { return nil, ErrRecord }

// Terms returns what was agreed to.
func (r *Record) Terms() Terms { return r.terms }

// Method returns how it was agreed to.
func (r *Record) Method() Method { return r.method }

// Hash returns what a pass says about this record. Withdrawing does not change
// it.
func (r *Record) Hash() pass.Hash16 { return pass.Hash16{} }

// Withdraw ends the consent for good. Withdrawing again changes nothing.
func (r *Record) Withdraw(at time.Time) {}

// Withdrawn returns when the consent was withdrawn, and whether it was.
func (r *Record) Withdrawn() (time.Time, bool) { return r.withdrawn, !r.withdrawn.IsZero() }

// Grant returns a grant to enrol, for [EnrolTime] from now and no longer than
// the record. It fails with [ErrNoGrant], [ErrWithdrawn] or [ErrNotNow].
func (r *Record) Grant(now time.Time) (Grant, error) { return Grant{}, ErrNoGrant }
