package cose

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/asn1"
	"errors"
	"fmt"
	"io"
	"math/big"

	"github.com/fxamacker/cbor/v2"
	gocose "github.com/veraison/go-cose"
)

// AlgES256 is ECDSA with P-256 and SHA-256 (RFC 9053 section 2.1).
const AlgES256 = -7

// SignatureSize is the length of an ES256 signature: r and s, 32 bytes each.
const SignatureSize = 64

// ErrSignature is returned when a signature does not verify, or has its s in
// the upper half of the group order.
var ErrSignature = errors.New("the signature does not verify")

// tagSign1 is the one-byte head of tag 18 (RFC 9052 section 2).
const tagSign1 = 0xd2

// Sign1 is a COSE_Sign1 (RFC 9052 section 4.2) taken apart. Protected is the
// serialized map itself, without the byte string around it; Unprotected is the
// encoded map.
type Sign1 struct {
	_           struct{} `cbor:",toarray"`
	Protected   []byte
	Unprotected cbor.RawMessage
	Payload     []byte
	Signature   []byte
}

// emptyMap is the encoding of a map with nothing in it.
const emptyMap = "\xa0"

// ParseSign1 takes a tagged COSE_Sign1 apart. The maps inside are left encoded
// for the caller, who knows what they may hold. The error wraps [ErrEncoding].
func ParseSign1(data []byte) (*Sign1, error) {
	if len(data) == 0 || data[0] != tagSign1 {
		return nil, fmt.Errorf("%w: it does not begin with tag 18", ErrEncoding)
	}
	m := new(Sign1)
	if err := Unmarshal(data[1:], m); err != nil {
		return nil, err
	}
	if len(m.Signature) != SignatureSize || len(m.Payload) == 0 {
		return nil, fmt.Errorf("%w: payload or signature of a wrong length", ErrEncoding)
	}
	return m, nil
}

// PlainHeader returns whether the unprotected header is the empty map.
func (m *Sign1) PlainHeader() bool { return string(m.Unprotected) == emptyMap }

// Encode returns m as a tagged COSE_Sign1.
func (m *Sign1) Encode() ([]byte, error) {
	body, err := Marshal(m)
	if err != nil {
		return nil, err
	}
	return append([]byte{tagSign1}, body...), nil
}

// NewSign1 signs payload under the given protected header, a value that
// [Marshal] accepts, and external data, which may be nil. The unprotected
// header is empty. Hardware keys work: key is asked for a SHA-256 signature in
// ASN.1 form, and its s is brought to the lower half, which needs no key.
func NewSign1(rand io.Reader, key crypto.Signer, protected any, payload, external []byte) (*Sign1, error) {
	head, err := Marshal(protected)
	if err != nil {
		return nil, err
	}
	m := &Sign1{Protected: head, Unprotected: cbor.RawMessage(emptyMap), Payload: payload}
	msg, err := m.message()
	if err != nil {
		return nil, err
	}
	msg.Signature = nil
	if err := msg.Sign(rand, external, lowS{key}); err != nil {
		return nil, err
	}
	m.Signature = msg.Signature
	return m, nil
}

// Verify checks the signature over the protected header, the payload and
// external. It fails with [ErrSignature].
func (m *Sign1) Verify(pub *ecdsa.PublicKey, external []byte) error {
	if pub == nil || pub.Curve != elliptic.P256() {
		return ErrKey
	}
	if len(m.Signature) != SignatureSize || !isLowS(m.Signature) {
		return ErrSignature
	}
	verifier, err := gocose.NewVerifier(gocose.AlgorithmES256, pub)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrKey, err)
	}
	msg, err := m.message()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrSignature, err)
	}
	if err := msg.Verify(external, verifier); err != nil {
		return fmt.Errorf("%w: %w", ErrSignature, err)
	}
	return nil
}

// message hands m to go-cose, which builds the Sig_structure.
func (m *Sign1) message() (*gocose.Sign1Message, error) {
	head, err := Marshal(m.Protected)
	if err != nil {
		return nil, err
	}
	msg := &gocose.Sign1Message{Payload: m.Payload, Signature: m.Signature}
	msg.Headers.RawProtected = head
	msg.Headers.RawUnprotected = cbor.RawMessage(emptyMap)
	if err := msg.Headers.UnmarshalFromRaw(); err != nil {
		return nil, err
	}
	return msg, nil
}

// lowS signs with a crypto.Signer and brings s to the lower half of the order,
// so that nobody can turn one valid signature into another.
type lowS struct{ key crypto.Signer }

// Algorithm returns ES256.
func (lowS) Algorithm() gocose.Algorithm { return gocose.AlgorithmES256 }

// Sign hashes content, has the key sign it and returns r and s, 32 bytes each.
func (l lowS) Sign(rand io.Reader, content []byte) ([]byte, error) {
	if _, err := publicOf(l.key); err != nil {
		return nil, err
	}
	hash := crypto.SHA256.New()
	hash.Write(content)
	der, err := l.key.Sign(rand, hash.Sum(nil), crypto.SHA256)
	if err != nil {
		return nil, err
	}
	var sig struct{ R, S *big.Int }
	if rest, err := asn1.Unmarshal(der, &sig); err != nil || len(rest) != 0 {
		return nil, errors.New("the key returned something that is not an ECDSA signature")
	}
	return encodeLowS(sig.R, sig.S)
}

func encodeLowS(r, s *big.Int) ([]byte, error) {
	n := elliptic.P256().Params().N
	if r.Sign() <= 0 || s.Sign() <= 0 || r.Cmp(n) >= 0 || s.Cmp(n) >= 0 {
		return nil, errors.New("the key returned a signature out of range")
	}
	if s.Cmp(new(big.Int).Rsh(n, 1)) > 0 {
		s = new(big.Int).Sub(n, s)
	}
	out := make([]byte, SignatureSize)
	r.FillBytes(out[:32])
	s.FillBytes(out[32:])
	return out, nil
}

func isLowS(sig []byte) bool {
	half := new(big.Int).Rsh(elliptic.P256().Params().N, 1)
	return new(big.Int).SetBytes(sig[32:]).Cmp(half) <= 0
}

// SignerID returns the public key of a signer and its id. It fails with
// [ErrKey] unless the key is on P-256.
func SignerID(key crypto.Signer) (*ecdsa.PublicKey, KeyID, error) {
	pub, err := publicOf(key)
	if err != nil {
		return nil, KeyID{}, err
	}
	id, err := KeyIDOf(pub)
	return pub, id, err
}

func publicOf(key crypto.Signer) (*ecdsa.PublicKey, error) {
	if key == nil {
		return nil, ErrKey
	}
	pub, ok := key.Public().(*ecdsa.PublicKey)
	if !ok || pub.Curve != elliptic.P256() {
		return nil, ErrKey
	}
	return pub, nil
}
