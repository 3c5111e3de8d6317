package pass

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/facelatch/facelatch/internal/cose"
)

// MaxReference is the longest reference that can be sealed, in bytes.
const MaxReference = 256

// Binding is what a reference is sealed to: a sealed reference opens only for a
// pass that says exactly the same.
type Binding struct {
	Site    SiteID
	ID      ID
	Expires time.Time // whole seconds
	Consent Hash16
}

// Binding returns what a reference for this pass is sealed to. It needs
// c.Face.Consent, and not yet c.Face.Models nor c.Face.Sealed.
func (c Claims) Binding() Binding {
	b := Binding{Site: c.Site, ID: c.ID, Expires: c.Expires}
	if c.Face != nil {
		b.Consent = c.Face.Consent
	}
	return b
}

// external is the external additional data of a sealed reference. Requirement
// [P-32].
type external struct {
	_       struct{} `cbor:",toarray"`
	Site    string
	ID      []byte
	Expires int64
	KeyID   []byte
	Models  [][]byte
	Consent []byte
}

func (b Binding) external(key KeyID, models []ModelID) ([]byte, error) {
	e := external{
		Site: b.Site.String(), ID: b.ID[:], Expires: b.Expires.Unix(),
		KeyID: key[:], Consent: b.Consent[:],
	}
	for _, m := range models {
		e.Models = append(e.Models, m[:])
	}
	return cose.Marshal(e)
}

// Sealed is a sealed reference as it travels, and what the controller is told
// about it.
type Sealed struct {
	// Bytes is the untagged COSE_Encrypt0.
	Bytes []byte
	// Hash is its SHA-256, which goes into [FaceClaims.Sealed].
	Hash [sha256.Size]byte
	// Models go into [FaceClaims.Models].
	Models []ModelID
}

// Seal seals one or two references, by the model that made each, of 1 to
// [MaxReference] bytes each. The caller keeps the references and clears them.
// It fails with [ErrSealingKey] for a key of no use.
func Seal(rand io.Reader, key SealingKey, b Binding, references map[ModelID][]byte) (Sealed, error) {
	if !key.OK() {
		return Sealed{}, ErrSealingKey
	}
	if b.Site == (SiteID{}) || b.ID == (ID{}) || b.Consent == (Hash16{}) {
		return Sealed{}, fmt.Errorf("a reference is sealed to a site, a pass and a consent, and one is missing")
	}
	models := slices.SortedFunc(maps.Keys(references), func(a, b ModelID) int { return bytes.Compare(a[:], b[:]) })
	aad, err := b.external(key.id, models)
	if err != nil {
		return Sealed{}, err
	}
	plaintext, err := encodeReferences(models, references)
	if err != nil {
		return Sealed{}, err
	}
	data, err := encrypt(rand, key, plaintext, aad)
	if err != nil {
		return Sealed{}, err
	}
	return Sealed{Bytes: data, Hash: sha256.Sum256(data), Models: models}, nil
}

// encrypt returns an untagged COSE_Encrypt0, and clears plaintext in any case.
func encrypt(rand io.Reader, key SealingKey, plaintext, external []byte) ([]byte, error) {
	defer clear(plaintext)
	m, err := cose.Encrypt(rand, key.vault.secret, key.id, plaintext, external)
	if err != nil {
		return nil, err
	}
	return m.Encode()
}
