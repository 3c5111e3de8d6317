package vectors

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"fmt"
	"time"

	"github.com/facelatch/facelatch/pass"
	"github.com/facelatch/facelatch/statuslist"
)

// Trust returns what the door of the vectors believes. It needs the time zone
// database.
func (s Site) Trust() (pass.Trust, error) {
	site, err := pass.ParseSiteID(s.Site)
	if err != nil {
		return pass.Trust{}, err
	}
	loc, err := time.LoadLocation(s.TimeZone)
	if err != nil {
		return pass.Trust{}, err
	}
	keys, err := s.Keys()
	if err != nil {
		return pass.Trust{}, err
	}
	set, err := s.lists(keys)
	if err != nil {
		return pass.Trust{}, err
	}
	return pass.Trust{Site: site, Keys: keys, Status: set, Location: loc}, nil
}

// Keys returns the issuing keys that the door trusts.
func (s Site) Keys() (map[pass.KeyID]*ecdsa.PublicKey, error) {
	keys := make(map[pass.KeyID]*ecdsa.PublicKey)
	for _, k := range s.IssuingKeys {
		private, err := k.PrivateKey()
		if err != nil {
			return nil, err
		}
		keys[pass.KeyID(k.KeyID)] = &private.PublicKey
	}
	return keys, nil
}

// PrivateKey returns the key for signing.
func (k SigningKey) PrivateKey() (*ecdsa.PrivateKey, error) {
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), k.Private)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", k.About, err)
	}
	return key, nil
}

// lists verifies each list at the moment it was issued; some expire before
// others, which is what some vectors are about.
func (s Site) lists(keys map[pass.KeyID]*ecdsa.PublicKey) (*statuslist.Set, error) {
	var tokens []*statuslist.Token
	for _, l := range s.StatusLists {
		t, err := statuslist.Verify(l.Token, keys, l.URI, l.Issued)
		if err != nil {
			return nil, fmt.Errorf("status list %s: %w", l.URI, err)
		}
		tokens = append(tokens, t)
	}
	return statuslist.NewSet(tokens...), nil
}

// Sealing returns the sealing keys that the door holds.
func (s Site) Sealing() (pass.SealingKeys, error) {
	keys := make(pass.SealingKeys)
	for _, k := range s.SealingKeys {
		key, err := pass.ImportSealingKey(k.Secret)
		if err != nil {
			return nil, err
		}
		keys[key.ID()] = key
	}
	return keys, nil
}

// Loaded returns the models that the door has.
func (s Site) Loaded() []pass.ModelID {
	var models []pass.ModelID
	for _, m := range s.Models {
		models = append(models, pass.ModelID(m))
	}
	return models
}
