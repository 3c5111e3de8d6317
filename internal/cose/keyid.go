package cose

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
)

// KeyIDSize is the length of a [KeyID] in bytes.
const KeyIDSize = 4

// ErrKey is returned for a key that is not of the one kind supported: a point
// on P-256 for signatures, 32 bytes for sealing.
var ErrKey = errors.New("unsupported key")

// KeyID names a key in a protected header. It is the first four bytes of the
// SHA-256 thumbprint of the key as a COSE_Key (RFC 9679), so it follows from
// the key and cannot be chosen. Four bytes do not exclude two keys with the
// same id: whoever adds a key to a set must refuse one whose id is taken.
type KeyID [KeyIDSize]byte

// String returns the id as eight hexadecimal digits.
func (id KeyID) String() string { return hex.EncodeToString(id[:]) }

// MarshalText returns the id as eight hexadecimal digits.
func (id KeyID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads eight hexadecimal digits.
func (id *KeyID) UnmarshalText(text []byte) error {
	b, err := hex.DecodeString(string(text))
	if err != nil || len(b) != KeyIDSize {
		return fmt.Errorf("a key id is %d hexadecimal digits", 2*KeyIDSize)
	}
	*id = KeyID(b)
	return nil
}

// PublicKey is an EC2 COSE_Key on P-256 with the required members only (RFC
// 9053 section 7.1.1): what a confirmation claim holds and a thumbprint covers.
type PublicKey struct {
	Type  int    `cbor:"1,keyasint"`
	Curve int    `cbor:"-1,keyasint"`
	X     []byte `cbor:"-2,keyasint"`
	Y     []byte `cbor:"-3,keyasint"`
}

const (
	keyTypeEC2       = 2
	keyTypeSymmetric = 4
	curveP256        = 1
	coordinateSize   = 32
)

// NewPublicKey returns pub as a COSE_Key. It fails with [ErrKey] if pub is nil
// or not a point on P-256.
func NewPublicKey(pub *ecdsa.PublicKey) (PublicKey, error) {
	if pub == nil || pub.Curve != elliptic.P256() {
		return PublicKey{}, ErrKey
	}
	point, err := pub.Bytes() // 4 || X || Y, and fails for a point off the curve
	if err != nil {
		return PublicKey{}, fmt.Errorf("%w: %w", ErrKey, err)
	}
	return PublicKey{
		Type: keyTypeEC2, Curve: curveP256,
		X: point[1 : 1+coordinateSize], Y: point[1+coordinateSize:],
	}, nil
}

// ECDSA returns the key for use. It fails with [ErrKey] unless k is a point on
// P-256.
func (k PublicKey) ECDSA() (*ecdsa.PublicKey, error) {
	if k.Type != keyTypeEC2 || k.Curve != curveP256 || len(k.X) != coordinateSize || len(k.Y) != coordinateSize {
		return nil, ErrKey
	}
	point := append([]byte{4}, k.X...)
	pub, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), append(point, k.Y...))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKey, err)
	}
	return pub, nil
}

// KeyIDOf returns the id of a signing key. It fails with [ErrKey] if pub is not
// a point on P-256.
func KeyIDOf(pub *ecdsa.PublicKey) (KeyID, error) {
	key, err := NewPublicKey(pub)
	if err != nil {
		return KeyID{}, err
	}
	return thumbprintOf(key)
}

// SymmetricKeyID returns the id of a 32-byte key. Publishing four bytes of the
// hash of a key made of 256 random bits tells nobody anything about the key;
// it must not be used for a key that was derived from a password.
func SymmetricKeyID(secret *[32]byte) KeyID {
	// Written out by hand, because an encoder would leave the key in a buffer
	// that nobody clears: {1: 4, -1: bstr}.
	encoded := [6 + 32]byte{0xa2, 0x01, keyTypeSymmetric, 0x20, 0x58, 32}
	defer clear(encoded[:])
	copy(encoded[6:], secret[:])
	sum := sha256.Sum256(encoded[:])
	return KeyID(sum[:KeyIDSize])
}

// thumbprintOf hashes a COSE_Key that has its required members only.
func thumbprintOf(key any) (KeyID, error) {
	encoded, err := Marshal(key)
	if err != nil {
		return KeyID{}, err
	}
	sum := sha256.Sum256(encoded)
	return KeyID(sum[:KeyIDSize]), nil
}
