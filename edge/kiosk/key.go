package kiosk

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"time"
)

const (
	idSize        = 16 // hex digits of a kiosk's id
	signatureSize = 64 // IEEE P1363: r and s, 32 bytes each
)

// errKey means that a kiosk's public key is not one.
var errKey = errors.New("not a P-256 public key")

// newPaired names the kiosk with a public key, SubjectPublicKeyInfo in DER.
func newPaired(key []byte, since time.Time) (Paired, error) {
	if _, err := parseKey(key); err != nil {
		return Paired{}, err
	}
	sum := sha256.Sum256(key)
	return Paired{ID: hex.EncodeToString(sum[:idSize/2]), Key: key, Since: since.UTC().Truncate(time.Second)}, nil
}

// check says what is wrong with a kiosk that a Store returned.
func (p Paired) check() error {
	if p.ID == "" && len(p.Key) == 0 {
		return nil
	}
	again, err := newPaired(p.Key, p.Since)
	if err != nil {
		return err
	}
	if again.ID != p.ID {
		return fmt.Errorf("the kiosk's id %q does not belong to its key", p.ID)
	}
	return nil
}

func parseKey(der []byte) (*ecdsa.PublicKey, error) {
	parsed, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return nil, errKey
	}
	key, ok := parsed.(*ecdsa.PublicKey)
	if !ok || key.Curve != elliptic.P256() {
		return nil, errKey
	}
	return key, nil
}

// SignedText is what a kiosk signs to connect, with ECDSA on P-256 over its
// SHA-256. The nonce is the challenge's, in base64 as it was sent.
func SignedText(origin, door, nonce string) []byte {
	return []byte("facelatch kiosk v1\n" + origin + "\n" + door + "\n" + nonce)
}

// signed says whether signature (r then s, as WebCrypto gives them) is the
// paired kiosk's over text.
func (p Paired) signed(text, signature []byte) bool {
	key, err := parseKey(p.Key)
	if err != nil || len(signature) != signatureSize {
		return false
	}
	hash := sha256.Sum256(text)
	r := new(big.Int).SetBytes(signature[:signatureSize/2])
	s := new(big.Int).SetBytes(signature[signatureSize/2:])
	return ecdsa.Verify(key, hash[:], r, s)
}
