package bundle

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"io"

	"github.com/facelatch/facelatch/internal/cose"
	"github.com/facelatch/facelatch/pass"
)

var (
	// ErrMalformed is returned for bytes that are not a bundle, or not an
	// object of PINs, in its one form.
	ErrMalformed = errors.New("not in the form of what it should be")
	// ErrTooLarge is returned for more bytes than there may be.
	ErrTooLarge = errors.New("it is too large")
	// ErrUnknownKey is returned when none of the given keys has the id that is
	// named.
	ErrUnknownKey = errors.New("it is signed by a key that is not known")
	// ErrSignature is returned when the signature does not verify.
	ErrSignature = errors.New("the signature does not verify")
	// ErrOtherSite is returned for what belongs to another site.
	ErrOtherSite = errors.New("it is of another site")
	// ErrOtherZone is returned for PINs of another zone.
	ErrOtherZone = errors.New("it is of another zone")
	// ErrNotSigner is returned for a bundle signed by a key that does not stand
	// among its own signers: it would be the last that anybody could read.
	ErrNotSigner = errors.New("the key that signs is not among the signers")
	// ErrOlder is returned for a bundle with a smaller number than the one held.
	ErrOlder = errors.New("the bundle is older than the one held")
	// ErrFork is returned for a second bundle of one number.
	ErrFork = errors.New("the bundle has the number of the one held and is another")
	// ErrDemo is returned where a demonstration becomes real, or the reverse.
	ErrDemo = errors.New("a demonstration site cannot become a real one")
	// ErrNotVerified is returned by [Bundle.Follows] for a bundle that did not
	// come from [Verify].
	ErrNotVerified = errors.New("the bundle was not verified")
)

// Media types in protected headers (RFC 9596), which keep one message from
// being taken for another.
const (
	typeBundle = "application/facelatch-bundle+cose"
	typePINs   = "application/facelatch-pins+cose"
)

// protected is the protected header: algorithm, key id and type.
type protected struct {
	Alg   int    `cbor:"1,keyasint"`
	KeyID []byte `cbor:"4,keyasint"`
	Type  string `cbor:"16,keyasint"`
}

// Sign returns the bundle as a tagged COSE_Sign1 with ES256. rand is handed to
// key and may be nil where key is an ecdsa.PrivateKey. It fails with a
// [FieldError] if [Bundle.Check] does, with [ErrNotSigner] and [ErrTooLarge].
// The order of keys, zones, lists, models and refused keys does not matter.
func Sign(rand io.Reader, key crypto.Signer, b *Bundle) ([]byte, error) {
	if err := b.Check(); err != nil {
		return nil, err
	}
	_, id, err := cose.SignerID(key)
	if err != nil {
		return nil, err
	}
	if err := b.checkSigner(id); err != nil {
		return nil, err
	}
	w, err := b.wire()
	if err != nil {
		return nil, err
	}
	return sign(rand, key, typeBundle, w, MaxSize)
}

func (b *Bundle) checkSigner(id pass.KeyID) error {
	keys, err := Keys(b.Signers)
	if err != nil {
		return err
	}
	if _, ok := keys[id]; !ok {
		return ErrNotSigner
	}
	return nil
}

// sign signs the encoding of w under a type.
func sign(rand io.Reader, key crypto.Signer, kind string, w any, largest int) ([]byte, error) {
	_, id, err := cose.SignerID(key)
	if err != nil {
		return nil, err
	}
	payload, err := cose.Marshal(w)
	if err != nil {
		return nil, err
	}
	m, err := cose.NewSign1(rand, key, protected{Alg: cose.AlgES256, KeyID: id[:], Type: kind}, payload, nil)
	if err != nil {
		return nil, err
	}
	data, err := m.Encode()
	if err != nil {
		return nil, err
	}
	if len(data) > largest {
		return nil, fmt.Errorf("%w: %d bytes, more than %d", ErrTooLarge, len(data), largest)
	}
	return data, nil
}

// Verify reads a bundle that must be signed by one of signers, found by its id
// and never by trial, and be of a site. Nothing is believed before the
// signature. It does not compare with what the door holds: [Bundle.Follows]
// does. It fails with [ErrTooLarge], [ErrMalformed], [ErrUnknownKey],
// [ErrSignature], [ErrOtherSite], [ErrNotSigner] or a [FieldError], and then the
// bundle is nil.
func Verify(data []byte, signers map[pass.KeyID]*ecdsa.PublicKey, site pass.SiteID) (*Bundle, error) {
	var w wireBundle
	id, err := verify(data, signers, typeBundle, MaxSize, &w)
	if err != nil {
		return nil, err
	}
	b, err := w.bundle()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	if b.Site != site {
		return nil, ErrOtherSite
	}
	if err := b.checkSigner(id); err != nil {
		return nil, err
	}
	b.encoded = bytes.Clone(data)
	return b, nil
}

// ClaimedNumber returns the number that a bundle says it has, with no signature
// checked: it is good for nothing but not looking at a bundle that is held already.
// It fails with [ErrTooLarge] or [ErrMalformed].
func ClaimedNumber(data []byte) (uint64, error) {
	if len(data) > MaxSize {
		return 0, fmt.Errorf("%w: %d bytes, more than %d", ErrTooLarge, len(data), MaxSize)
	}
	m, err := cose.ParseSign1(data)
	if err != nil {
		return 0, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	var w wireBundle
	if err := cose.UnmarshalWide(m.Payload, &w); err != nil {
		return 0, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return w.Number, nil
}

// verify checks a signature under a type and decodes the payload into w.
func verify(data []byte, keys map[pass.KeyID]*ecdsa.PublicKey, kind string, largest int, w any) (id pass.KeyID, err error) {
	if len(data) > largest {
		return id, fmt.Errorf("%w: %d bytes, more than %d", ErrTooLarge, len(data), largest)
	}
	m, err := cose.ParseSign1(data)
	if err != nil {
		return id, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	var head protected
	if err := cose.Unmarshal(m.Protected, &head); err != nil {
		return id, fmt.Errorf("%w: protected header: %w", ErrMalformed, err)
	}
	if head.Alg != cose.AlgES256 || len(head.KeyID) != cose.KeyIDSize || head.Type != kind || !m.PlainHeader() {
		return id, fmt.Errorf("%w: wrong algorithm, key id, type or unprotected header", ErrMalformed)
	}
	id = pass.KeyID(head.KeyID)
	pub, ok := keys[id]
	if !ok {
		return id, fmt.Errorf("%w: %s", ErrUnknownKey, id)
	}
	if err := m.Verify(pub, nil); err != nil {
		return id, fmt.Errorf("%w: %w", ErrSignature, err)
	}
	if err := cose.UnmarshalWide(m.Payload, w); err != nil {
		return id, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return id, nil
}

// Follows returns nil if a door that holds one bundle may take b instead: b is
// newer, or the same bytes. held is nil for a door that holds none. It fails
// with [ErrOtherSite], [ErrDemo], [ErrOlder] for a rollback, [ErrFork], and
// [ErrNotVerified].
func (b *Bundle) Follows(held *Bundle) error {
	switch {
	case b == nil || b.encoded == nil || held != nil && held.encoded == nil:
		return ErrNotVerified
	case held == nil:
		return nil
	case b.Site != held.Site:
		return ErrOtherSite
	case b.Demo != held.Demo:
		return ErrDemo
	case b.Number < held.Number:
		return fmt.Errorf("%w: %d after %d", ErrOlder, b.Number, held.Number)
	case b.Number == held.Number && !bytes.Equal(b.encoded, held.encoded):
		return fmt.Errorf("%w: %d", ErrFork, b.Number)
	}
	return nil
}
