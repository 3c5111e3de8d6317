package pass

import (
	"errors"
	"io"
	"time"
)

// SealingKey seals and opens references. Its id may be seen by anyone; its
// secret is shown by nothing but [SealingKey.Export]. Copies share one secret,
// so [SealingKey.Wipe] reaches all of them. The zero value seals nothing.
type SealingKey struct {
	id     KeyID
	secret *[32]byte
}

// NewSealingKey reads a new key from rand.
func NewSealingKey(rand io.Reader) (SealingKey, error) {
	return SealingKey{}, errors.New("not written yet")
}

// ImportSealingKey makes a key of 32 bytes that [SealingKey.Export] returned.
// It keeps its own copy.
func ImportSealingKey(secret []byte) (SealingKey, error) {
	return SealingKey{}, errors.New("not written yet")
}

// Export returns the 32 secret bytes, for a file that only its owner can read.
func (k SealingKey) Export() []byte { return nil }

// ID returns the id under which doors find the key.
func (k SealingKey) ID() KeyID { return k.id }

// Wipe zeroes the secret. The key and its copies are then of no use.
func (k SealingKey) Wipe() {}

// SealingKeys are the sealing keys of a door, by their ids.
type SealingKeys map[KeyID]SealingKey

// Binding is what a reference is sealed to: a sealed reference opens only for a
// pass that says exactly the same.
type Binding struct {
	Site    SiteID
	ID      ID
	Expires time.Time
	Consent Hash16
}

// Binding returns what a reference for this pass is sealed to. It needs
// c.Face.Consent, and not yet c.Face.Models nor c.Face.Sealed.
func (c Claims) Binding() Binding { return Binding{} }

// Sealed is a sealed reference as it travels, and what the controller is told
// about it.
type Sealed struct {
	// Bytes is the untagged COSE_Encrypt0.
	Bytes []byte
	// Hash is its SHA-256, which goes into [FaceClaims.Sealed].
	Hash [32]byte
	// Models go into [FaceClaims.Models].
	Models []ModelID
}

// Seal seals one or two references, by the model that made each, of 1 to 256
// bytes each. The caller keeps the references and clears them.
func Seal(rand io.Reader, key SealingKey, b Binding, references map[ModelID][]byte) (Sealed, error) {
	return Sealed{}, errors.New("not written yet")
}

// References are opened references. Whoever opened them calls Wipe.
type References struct {
	plaintext []byte
	entries   []entry
}

type entry struct {
	model     ModelID
	reference []byte
}

// Get returns the reference that a model made. It is a part of a buffer that
// Wipe zeroes.
func (r *References) Get(m ModelID) ([]byte, bool) { return nil, false }

// Wipe zeroes the references. It may be called more than once.
func (r *References) Wipe() {}
