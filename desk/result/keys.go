package result

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/cryptosigner"
)

// ErrKey is returned for a key that is not on P-256.
var ErrKey = errors.New("results are signed with keys on P-256")

// Keys are a desk's keys for results: one that signs, and others that are published
// with it, so that results stay verifiable while keys are exchanged. It never
// changes, and is safe for concurrent use.
type Keys struct {
	signer crypto.Signer
	set    []jose.JSONWebKey // the one that signs first
}

// NewKeys returns keys of which the signer's signs (ES256, RFC 7518 section 3.4).
// The private half can be in a file, a TPM or an HSM. others are published beside
// it: those that signed before, or will. It fails with [ErrKey].
func NewKeys(signer crypto.Signer, others ...*ecdsa.PublicKey) (*Keys, error) {
	first, ok := signer.Public().(*ecdsa.PublicKey)
	if !ok {
		return nil, ErrKey
	}
	k := &Keys{signer: signer}
	for _, public := range append([]*ecdsa.PublicKey{first}, others...) {
		if public == nil || public.Curve != elliptic.P256() {
			return nil, ErrKey
		}
		key := jose.JSONWebKey{Key: public, Algorithm: string(jose.ES256), Use: "sig"}
		thumb, err := key.Thumbprint(crypto.SHA256)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrKey, err)
		}
		key.KeyID = base64.RawURLEncoding.EncodeToString(thumb)
		if !slices.ContainsFunc(k.set, func(has jose.JSONWebKey) bool { return has.KeyID == key.KeyID }) {
			k.set = append(k.set, key)
		}
	}
	return k, nil
}

// Set returns the public keys, to publish (RFC 7517). A key's id is its thumbprint
// (RFC 7638, SHA-256).
func (k *Keys) Set() jose.JSONWebKeySet { return jose.JSONWebKeySet{Keys: slices.Clone(k.set)} }

// sign returns a JWS in its compact form (RFC 7515) with a typ in its header.
func (k *Keys) sign(typ string, payload []byte) (string, error) {
	options := (&jose.SignerOptions{}).WithType(jose.ContentType(typ)).WithHeader("kid", k.set[0].KeyID)
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: cryptosigner.Opaque(k.signer)}, options)
	if err != nil {
		return "", fmt.Errorf("signing a result: %w", err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		return "", fmt.Errorf("signing a result: %w", err)
	}
	return signed.CompactSerialize()
}
