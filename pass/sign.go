package pass

import (
	"crypto"
	"errors"
	"fmt"
	"io"

	"github.com/fxamacker/cbor/v2"

	"github.com/facelatch/facelatch/internal/cose"
)

// ErrTooLarge is returned for a pass larger than [MaxSize].
var ErrTooLarge = errors.New("the pass is larger than 560 bytes")

// ErrNotTogether is returned by [Join] for two halves that were not made for
// each other.
var ErrNotTogether = errors.New("the signed part and the sealed reference do not belong together")

// Sign is the controller's half of issuing: it signs the claims and returns the
// signed part, a tagged COSE_Sign1. For a face pass the claims hold the hash of
// the sealed reference, which the controller never sees. The key id in the pass
// is that of key, which must be on P-256; rand is handed to it and may be nil
// where the key is an [ecdsa.PrivateKey], for a signature that is the same each
// time (RFC 6979). It fails if [Claims.Check] does, and with [ErrTooLarge].
//
// [ecdsa.PrivateKey]: https://pkg.go.dev/crypto/ecdsa#PrivateKey
func Sign(rand io.Reader, key crypto.Signer, c Claims) ([]byte, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	_, id, err := cose.SignerID(key)
	if err != nil {
		return nil, err
	}
	w, err := c.wire()
	if err != nil {
		return nil, err
	}
	payload, err := cose.Marshal(w)
	if err != nil {
		return nil, err
	}
	m, err := cose.NewSign1(rand, key, cose.Header{Alg: cose.AlgES256, KeyID: id[:]}, payload, nil)
	if err != nil {
		return nil, err
	}
	signed, err := m.Encode()
	if err != nil {
		return nil, err
	}
	if len(signed) > MaxSize {
		return nil, ErrTooLarge
	}
	return signed, nil
}

// Join is the station's half: it puts the sealed reference beside the signed
// part and returns the text of the pass. sealed is nil for a plain pass. It
// reads the result back before returning it, and fails with [ErrNotTogether],
// [ErrTooLarge], or what [Parse] says.
func Join(signed, sealed []byte) (string, error) {
	m, err := cose.ParseSign1(signed)
	if err != nil {
		return "", err
	}
	if !m.PlainHeader() {
		return "", fmt.Errorf("%w: there is a sealed reference in the signed part", ErrNotTogether)
	}
	if sealed != nil {
		head, err := cose.Marshal(wireUnprotected{Sealed: sealed})
		if err != nil {
			return "", err
		}
		m.Unprotected = cbor.RawMessage(head)
	}
	data, err := m.Encode()
	if err != nil {
		return "", err
	}
	if len(data) > MaxSize {
		return "", ErrTooLarge
	}
	p, err := Parse(Prefix + encode45(data))
	if err != nil {
		return "", err
	}
	if !p.sealedMatches() {
		return "", ErrNotTogether
	}
	return p.Text(), nil
}
