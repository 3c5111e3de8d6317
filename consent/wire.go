package consent

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/facelatch/facelatch/internal/cose"
	"github.com/facelatch/facelatch/pass"
)

// maxTime is the last second of the year 9999.
const maxTime = 253402300799

// signContext is the external data of a holder's signature, so that it can be
// taken for nothing but an agreement.
const signContext = "facelatch consent 1"

// signHeader is the protected header of a holder's signature. The key stands in
// the terms, so there is no key id.
type signHeader struct {
	Alg int `cbor:"1,keyasint"`
}

// termsVersion stands in terms from version 2 on.
const termsVersion = 2

// wireTerms is what is hashed and signed.
type wireTerms struct {
	Version  uint8           `cbor:"0,keyasint,omitempty"`
	Site     string          `cbor:"1,keyasint"`
	Purpose  uint8           `cbor:"2,keyasint"`
	Notice   []byte          `cbor:"3,keyasint"`
	Given    int64           `cbor:"4,keyasint"`
	Until    int64           `cbor:"5,keyasint"`
	Method   uint8           `cbor:"6,keyasint"`
	Salt     []byte          `cbor:"7,keyasint"`
	Holder   *cose.PublicKey `cbor:"8,keyasint,omitempty"`
	By       uint8           `cbor:"9,keyasint,omitempty"`
	Lang     string          `cbor:"10,keyasint,omitempty"`
	Attester string          `cbor:"11,keyasint,omitempty"`
}

// wireRecord is a record as it is kept.
type wireRecord struct {
	Terms     []byte `cbor:"1,keyasint"`
	Signature []byte `cbor:"2,keyasint,omitempty"`
	Withdrawn int64  `cbor:"3,keyasint,omitempty"`
}

// encodeTerms checks the terms and fixes their bytes.
func (r *Record) encodeTerms() error {
	if err := errors.Join(r.terms.check(), r.terms.checkMethod(r.method)); err != nil {
		return err
	}
	w := wireTerms{
		Site: r.terms.Site.String(), Purpose: uint8(r.terms.Purpose), Notice: r.terms.Notice[:],
		Given: r.terms.Given.Unix(), Until: r.terms.Until.Unix(), Method: uint8(r.method), Salt: r.salt[:],
		By: uint8(r.terms.By), Lang: string(r.terms.Lang), Attester: r.terms.Attester,
	}
	if !r.terms.first() {
		w.Version = termsVersion
	}
	if r.holder != nil {
		key, err := cose.NewPublicKey(r.holder)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrRecord, err)
		}
		w.Holder = &key
	}
	encoded, err := cose.Marshal(w)
	if err != nil {
		return err
	}
	r.encoded = encoded
	return nil
}

// Hash returns what a pass says about this record: the first 16 bytes of the
// SHA-256 of its terms and salt. Withdrawing does not change it. It is zero for
// the zero Record.
func (r *Record) Hash() pass.Hash16 {
	if r.encoded == nil {
		return pass.Hash16{}
	}
	sum := sha256.Sum256(r.encoded)
	return pass.Hash16(sum[:16])
}

// Encode returns the record in its one form, deterministic CBOR. It fails with
// [ErrRecord] for the zero Record.
func (r *Record) Encode() ([]byte, error) {
	if r.encoded == nil {
		return nil, ErrRecord
	}
	return cose.Marshal(wireRecord{Terms: r.encoded, Signature: r.signature, Withdrawn: r.withdrawn})
}

// Decode reads what [Record.Encode] returned, and checks the holder's signature
// if there is one. It fails with [ErrRecord], and then the record is nil.
func Decode(data []byte) (*Record, error) {
	var w wireRecord
	if err := cose.Unmarshal(data, &w); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRecord, err)
	}
	if w.Withdrawn < 0 || w.Withdrawn > maxTime {
		return nil, fmt.Errorf("%w: withdrawn at no time", ErrRecord)
	}
	r := &Record{signature: w.Signature, withdrawn: w.Withdrawn, encoded: w.Terms}
	if err := r.decodeTerms(); err != nil {
		return nil, err
	}
	if err := r.checkSignature(); err != nil {
		return nil, err
	}
	return r, nil
}

func (r *Record) decodeTerms() error {
	var w wireTerms
	if err := cose.Unmarshal(r.encoded, &w); err != nil {
		return fmt.Errorf("%w: terms: %w", ErrRecord, err)
	}
	site, err := pass.ParseSiteID(w.Site)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrRecord, err)
	}
	if len(w.Notice) != sha256.Size || len(w.Salt) != saltSize || w.Until > maxTime {
		return fmt.Errorf("%w: a field of a wrong length", ErrRecord)
	}
	if w.Holder != nil {
		if r.holder, err = w.Holder.ECDSA(); err != nil {
			return fmt.Errorf("%w: %w", ErrRecord, err)
		}
	}
	r.method, r.salt = Method(w.Method), [saltSize]byte(w.Salt)
	r.terms = Terms{
		Site: site, Purpose: pass.Purpose(w.Purpose), Notice: [32]byte(w.Notice),
		Given: time.Unix(w.Given, 0).UTC(), Until: time.Unix(w.Until, 0).UTC(),
		By: Party(w.By), Lang: Lang(w.Lang), Attester: w.Attester,
	}
	if first := w.Version == 0; first != r.terms.first() || !first && w.Version != termsVersion {
		return fmt.Errorf("%w: the version does not fit", ErrRecord)
	}
	return errors.Join(r.terms.check(), r.terms.checkMethod(r.method))
}

// checkSignature holds a signed record to its key, and an attested one to
// having none.
func (r *Record) checkSignature() error {
	switch {
	case r.method == Attested && r.holder == nil && r.signature == nil:
		return nil
	case r.method != Signed || r.holder == nil:
		return fmt.Errorf("%w: the method does not fit the key", ErrRecord)
	}
	head, err := cose.Marshal(signHeader{cose.AlgES256})
	if err != nil {
		return err
	}
	m := &cose.Sign1{Protected: head, Payload: r.encoded, Signature: r.signature}
	if err := m.Verify(r.holder, []byte(signContext)); err != nil {
		return fmt.Errorf("%w: %w", ErrRecord, err)
	}
	return nil
}
