package pass

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"io"

	"github.com/facelatch/facelatch/internal/cose"
)

// secretSize is the length of a sealing key's secret in bytes.
const secretSize = 32

// ErrSealingKey is returned for a sealing key of a wrong length, and when the
// zero SealingKey or a wiped one is used.
var ErrSealingKey = errors.New("not a usable sealing key")

// SealingKey seals and opens references. Its id may be seen by anyone; its
// secret is shown by nothing but [SealingKey.Export]. Copies share one secret,
// so [SealingKey.Wipe] reaches all of them. The zero value seals nothing.
type SealingKey struct {
	id    KeyID
	vault *vault // nil in the zero value
}

// vault keeps a secret behind two pointers. Printing a struct with a key in an
// unexported field asks no method of ours, and follows one pointer but not two.
type vault struct{ secret *[secretSize]byte }

// SealingKeys are the sealing keys of a door, by their ids.
type SealingKeys map[KeyID]SealingKey

// NewSealingKey reads a new key from rand.
func NewSealingKey(rand io.Reader) (SealingKey, error) {
	secret := new([secretSize]byte)
	if _, err := io.ReadFull(rand, secret[:]); err != nil {
		return SealingKey{}, err
	}
	return sealingKey(secret), nil
}

// ImportSealingKey makes a key of 32 bytes that [SealingKey.Export] returned.
// It keeps its own copy. It fails with [ErrSealingKey].
func ImportSealingKey(secret []byte) (SealingKey, error) {
	if len(secret) != secretSize {
		return SealingKey{}, ErrSealingKey
	}
	own := [secretSize]byte(secret)
	return sealingKey(&own), nil
}

func sealingKey(secret *[secretSize]byte) SealingKey {
	return SealingKey{id: cose.SymmetricKeyID(secret), vault: &vault{secret}}
}

// Export returns a copy of the 32 secret bytes, for a file that only its owner
// can read. It returns nil for the zero value.
func (k SealingKey) Export() []byte {
	if k.vault == nil {
		return nil
	}
	return append([]byte(nil), k.vault.secret[:]...)
}

// ID returns the id under which doors find the key.
func (k SealingKey) ID() KeyID { return k.id }

// OK returns whether there is a secret that has not been wiped.
func (k SealingKey) OK() bool {
	return k.vault != nil && subtle.ConstantTimeCompare(k.vault.secret[:], make([]byte, secretSize)) == 0
}

// Wipe zeroes the secret. The key and all its copies then seal and open
// nothing. It must not run beside a use of the key.
func (k SealingKey) Wipe() {
	if k.vault != nil {
		clear(k.vault.secret[:])
	}
}

// String returns the id and no secret.
func (k SealingKey) String() string { return "sealing key " + k.id.String() }

// Format prints what String returns, whatever the verb.
func (k SealingKey) Format(f fmt.State, _ rune) { io.WriteString(f, k.String()) }

// MarshalText returns what String returns, so that no encoder and no log writes
// the secret by accident. There is no UnmarshalText.
func (k SealingKey) MarshalText() ([]byte, error) { return []byte(k.String()), nil }
