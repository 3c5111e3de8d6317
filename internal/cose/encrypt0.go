package cose

import (
	"crypto/aes"
	"crypto/cipher"
	"errors"
	"fmt"
	"io"
)

// AlgA256GCM is AES-GCM with a 256-bit key and a 128-bit tag (RFC 9053 section
// 4.1).
const AlgA256GCM = 3

const (
	// IVSize is the length of an A256GCM initialisation vector in bytes.
	IVSize = 12
	// TagSize is what A256GCM adds to the length of a plaintext.
	TagSize = 16
)

// ErrOpen is returned when a ciphertext does not open: a wrong key, wrong
// additional data, or changed bytes. Which of them it was cannot be told.
var ErrOpen = errors.New("the sealed part does not open")

// Encrypt0 is a COSE_Encrypt0 (RFC 9052 section 5.2) taken apart, always with
// A256GCM, a key id in the protected header and the IV in the unprotected one.
type Encrypt0 struct {
	KeyID      KeyID
	IV         [IVSize]byte
	Ciphertext []byte
}

type encrypt0Wire struct {
	_           struct{} `cbor:",toarray"`
	Protected   []byte
	Unprotected ivHeader
	Ciphertext  []byte
}

type ivHeader struct {
	IV []byte `cbor:"5,keyasint"`
}

// Header is the protected header of everything that Facelatch signs or seals,
// unless the object has a type of its own: an algorithm and a key id.
type Header struct {
	Alg   int    `cbor:"1,keyasint"`
	KeyID []byte `cbor:"4,keyasint"`
}

// ParseHeader reads a protected header that holds alg and a key id, nothing
// else. The error wraps [ErrEncoding].
func ParseHeader(protected []byte, alg int) (KeyID, error) {
	var h Header
	if err := Unmarshal(protected, &h); err != nil {
		return KeyID{}, err
	}
	if h.Alg != alg || len(h.KeyID) != KeyIDSize {
		return KeyID{}, fmt.Errorf("%w: wrong algorithm or key id in the protected header", ErrEncoding)
	}
	return KeyID(h.KeyID), nil
}

// ParseEncrypt0 takes an untagged COSE_Encrypt0 apart. The error wraps
// [ErrEncoding].
func ParseEncrypt0(data []byte) (*Encrypt0, error) {
	var w encrypt0Wire
	if err := Unmarshal(data, &w); err != nil {
		return nil, err
	}
	id, err := ParseHeader(w.Protected, AlgA256GCM)
	if err != nil {
		return nil, err
	}
	if len(w.Unprotected.IV) != IVSize || len(w.Ciphertext) < TagSize {
		return nil, fmt.Errorf("%w: IV or ciphertext of a wrong length", ErrEncoding)
	}
	return &Encrypt0{KeyID: id, IV: [IVSize]byte(w.Unprotected.IV), Ciphertext: w.Ciphertext}, nil
}

// Encode returns m as an untagged COSE_Encrypt0.
func (m *Encrypt0) Encode() ([]byte, error) {
	head, err := Marshal(Header{Alg: AlgA256GCM, KeyID: m.KeyID[:]})
	if err != nil {
		return nil, err
	}
	return Marshal(encrypt0Wire{Protected: head, Unprotected: ivHeader{m.IV[:]}, Ciphertext: m.Ciphertext})
}

// Encrypt seals plaintext under key with a fresh IV read from rand. The caller
// keeps the plaintext and clears it.
func Encrypt(rand io.Reader, key *[32]byte, id KeyID, plaintext, external []byte) (*Encrypt0, error) {
	m := &Encrypt0{KeyID: id}
	if _, err := io.ReadFull(rand, m.IV[:]); err != nil {
		return nil, err
	}
	aead, aad, err := m.prepare(key, external)
	if err != nil {
		return nil, err
	}
	m.Ciphertext = aead.Seal(nil, m.IV[:], plaintext, aad)
	return m, nil
}

// Decrypt returns the plaintext in a buffer of its own, which the caller clears
// when done. It fails with [ErrOpen] and then leaves nothing behind.
func (m *Encrypt0) Decrypt(key *[32]byte, external []byte) ([]byte, error) {
	aead, aad, err := m.prepare(key, external)
	if err != nil {
		return nil, err
	}
	plaintext, err := aead.Open(nil, m.IV[:], m.Ciphertext, aad)
	if err != nil {
		return nil, ErrOpen
	}
	return plaintext, nil
}

func (m *Encrypt0) prepare(key *[32]byte, external []byte) (cipher.AEAD, []byte, error) {
	head, err := Marshal(Header{Alg: AlgA256GCM, KeyID: m.KeyID[:]})
	if err != nil {
		return nil, nil, err
	}
	aad, err := encStructure(head, external)
	if err != nil {
		return nil, nil, err
	}
	aead, err := newAEAD(key)
	return aead, aad, err
}

func newAEAD(key *[32]byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// encStructure is the Enc_structure of RFC 9052 section 5.3.
func encStructure(protected, external []byte) ([]byte, error) {
	if external == nil {
		external = []byte{}
	}
	return Marshal([]any{"Encrypt0", protected, external})
}
