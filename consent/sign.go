package consent

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"fmt"
	"io"
	"math/big"

	"github.com/facelatch/facelatch/internal/cose"
)

// Unsigned is a record that its holder is about to sign with a key that is
// somewhere else, such as in their telephone.
type Unsigned struct{ record *Record }

// ToSign makes a record of method [Signed] without its signature. The salt is
// read from rand. It fails with [ErrRecord] for terms that nobody can agree to,
// and for a key that is not on P-256.
func ToSign(rand io.Reader, holder *ecdsa.PublicKey, t Terms) (*Unsigned, error) {
	r := &Record{terms: t.wholeSeconds(), method: Signed, holder: holder}
	if _, err := cose.NewPublicKey(holder); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRecord, err)
	}
	if _, err := io.ReadFull(rand, r.salt[:]); err != nil {
		return nil, err
	}
	if err := r.encodeTerms(); err != nil {
		return nil, err
	}
	return &Unsigned{r}, nil
}

// Message returns the bytes to be signed with ES256, the Sig_structure of RFC
// 9052 4.4. A browser signs them with ECDSA, P-256 and SHA-256, as they are.
func (u *Unsigned) Message() ([]byte, error) {
	head, err := cose.Marshal(signHeader{cose.AlgES256})
	if err != nil {
		return nil, err
	}
	return cose.Marshal([]any{"Signature1", head, []byte(signContext), u.record.encoded})
}

// Sign puts the signature to the record: r and s, 32 bytes each, as browsers give
// it. It fails with [ErrRecord] unless it is the holder's.
func (u *Unsigned) Sign(signature []byte) (*Record, error) {
	r := *u.record
	if len(signature) != cose.SignatureSize {
		return nil, fmt.Errorf("%w: a signature has %d bytes", ErrRecord, cose.SignatureSize)
	}
	r.signature = lowS(signature)
	if err := r.checkSignature(); err != nil {
		return nil, err
	}
	return &r, nil
}

// lowS returns a signature with its s in the lower half of the order: the one
// form in which records have it, and not every key gives it.
func lowS(signature []byte) []byte {
	n := elliptic.P256().Params().N
	s := new(big.Int).SetBytes(signature[32:])
	if s.Cmp(n) < 0 && s.Cmp(new(big.Int).Rsh(n, 1)) > 0 {
		s.Sub(n, s)
	}
	out := append([]byte{}, signature...)
	if s.BitLen() <= 256 {
		s.FillBytes(out[32:])
	}
	return out
}

// Key returns the key that a record of method [Signed] was signed with, and nil
// for another.
func (r *Record) Key() *ecdsa.PublicKey { return r.holder }
