package bundle

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
)

const secretSize = 32

// ErrPepper is returned for a pepper of a wrong length, and when the zero
// Pepper or a wiped one is used.
var ErrPepper = errors.New("not a usable pepper")

// Pepper is the secret of a zone without which none of its PINs can be checked,
// not even by trying all of them. Stations and the zone's doors hold it; what a
// controller holds is worth nothing without it. Copies share one secret, so
// [Pepper.Wipe] reaches all of them. The zero value checks nothing.
type Pepper struct{ vault *vault }

// vault keeps a secret behind two pointers, which printing a struct with a
// pepper in an unexported field does not follow.
type vault struct{ secret *[secretSize]byte }

// NewPepper reads a new pepper from rand.
func NewPepper(rand io.Reader) (Pepper, error) {
	secret := new([secretSize]byte)
	if _, err := io.ReadFull(rand, secret[:]); err != nil {
		return Pepper{}, err
	}
	return Pepper{&vault{secret}}, nil
}

// ImportPepper makes a pepper of 32 bytes that [Pepper.Export] returned. It
// keeps its own copy. It fails with [ErrPepper].
func ImportPepper(secret []byte) (Pepper, error) {
	if len(secret) != secretSize {
		return Pepper{}, ErrPepper
	}
	own := [secretSize]byte(secret)
	return Pepper{&vault{&own}}, nil
}

// Export returns a copy of the 32 secret bytes, for a file that only its owner
// can read. It returns nil for the zero value.
func (p Pepper) Export() []byte {
	if p.vault == nil {
		return nil
	}
	return append([]byte(nil), p.vault.secret[:]...)
}

// OK returns whether there is a secret that has not been wiped.
func (p Pepper) OK() bool {
	return p.vault != nil && subtle.ConstantTimeCompare(p.vault.secret[:], make([]byte, secretSize)) == 0
}

// Wipe zeroes the secret. It must not run beside a use of the pepper.
func (p Pepper) Wipe() {
	if p.vault != nil {
		clear(p.vault.secret[:])
	}
}

// String returns the word and no secret.
func (Pepper) String() string { return "a pepper" }

// Format prints what String returns, whatever the verb.
func (p Pepper) Format(f fmt.State, _ rune) { io.WriteString(f, p.String()) }

// MarshalText returns what String returns, so that no encoder and no log writes
// the secret by accident. There is no UnmarshalText.
func (p Pepper) MarshalText() ([]byte, error) { return []byte(p.String()), nil }
