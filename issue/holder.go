package issue

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"errors"
)

// HolderSize is the length of a holder's key in bytes: x and y on P-256.
const HolderSize = 64

// ErrHolder is returned for bytes that are no holder's key.
var ErrHolder = errors.New("not a holder's key: x and y of a point on P-256, 64 bytes")

// uncompressed begins a point with both coordinates (SEC 1, 2.3.3).
const uncompressed = 4

// ParseHolder reads a holder's key: x and y of a point on P-256, 64 bytes. No
// bytes are no key, which is nil. It fails with [ErrHolder].
func ParseHolder(data []byte) (*ecdsa.PublicKey, error) {
	if len(data) == 0 {
		return nil, nil
	}
	if len(data) != HolderSize {
		return nil, ErrHolder
	}
	key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), append([]byte{uncompressed}, data...))
	if err != nil {
		return nil, ErrHolder
	}
	return key, nil
}

// EncodeHolder is the inverse of [ParseHolder]. It fails with [ErrHolder] for a
// key that is not on P-256.
func EncodeHolder(key *ecdsa.PublicKey) ([]byte, error) {
	if key == nil {
		return nil, nil
	}
	if key.Curve != elliptic.P256() {
		return nil, ErrHolder
	}
	point, err := key.Bytes()
	if err != nil || len(point) != 1+HolderSize {
		return nil, ErrHolder
	}
	return point[1:], nil
}
