package issue

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"fmt"
	"io"

	"github.com/facelatch/facelatch/pass"
)

// trial returns claims as they would be for a request, with an id and a place
// as long as any.
func trial(site pass.SiteID, r Request) pass.Claims {
	d := Docket{
		ID: pass.ID{1}, Zones: r.Zones, NotBefore: r.NotBefore, Expires: r.Expires, Schedule: r.Schedule,
		Status: pass.StatusRef{List: 99, Index: 1<<32 - 1}, Consent: r.Consent, Models: r.Models, Holder: r.Holder,
	}
	return d.claims(site, [32]byte{1})
}

// try returns the signed part that claims would have, with a signature that is
// worth nothing. It fails with [ErrPolicy] for what no pass can say, or is too
// large to be said in one.
func try(c pass.Claims) ([]byte, error) {
	key, err := worthless()
	if err != nil {
		return nil, err
	}
	signed, err := pass.Sign(nil, key, c)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrPolicy, err)
	}
	return signed, nil
}

// trySealed is try for a whole face pass, whose references have a size in bytes.
func trySealed(rand io.Reader, key pass.SealingKey, r Request, size int) error {
	c := trial(r.Consent.Terms().Site, r)
	blank := make(map[pass.ModelID][]byte, len(r.Models))
	for _, m := range r.Models {
		blank[m] = make([]byte, size)
	}
	sealed, err := pass.Seal(rand, key, c.Binding(), blank)
	if err != nil {
		return err
	}
	c.Face.Sealed = sealed.Hash
	signed, err := try(c)
	if err != nil {
		return err
	}
	if _, err := pass.Join(signed, sealed.Bytes); err != nil {
		return fmt.Errorf("%w: %w", ErrPolicy, err)
	}
	return nil
}

// worthless returns a signing key that everybody knows.
func worthless() (*ecdsa.PrivateKey, error) {
	secret := [32]byte{31: 1}
	return ecdsa.ParseRawPrivateKey(elliptic.P256(), secret[:])
}
